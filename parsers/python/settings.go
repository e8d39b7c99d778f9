package python

// settings reads what frameworks are told.
func (r *resolver) settings() {}
