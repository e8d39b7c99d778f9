package fleet

import "context"

// Driver drives at most one vehicle.
type Driver struct {
	ID        int64  `json:"id"`
	Name      string `json:"name"`
	Phone     string `json:"phone"`
	Licence   string `json:"licence"`
	VehicleID int64  `json:"vehicleId,omitempty"`
}

func (s *Service) drivers(ctx context.Context) ([]Driver, error) {
	rows, err := s.db.QueryContext(ctx, "SELECT id, name, phone, licence, coalesce(vehicle_id, 0) FROM drivers ORDER BY name")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Driver
	for rows.Next() {
		var d Driver
		if err := rows.Scan(&d.ID, &d.Name, &d.Phone, &d.Licence, &d.VehicleID); err != nil {
			return nil, err
		}
		out = append(out, d)
	}
	return out, rows.Err()
}

// board puts a driver into a vehicle, and whoever sat in it out of it.
func (s *Service) board(ctx context.Context, driver, vehicle int64) error {
	if _, err := s.db.ExecContext(ctx, "UPDATE drivers SET vehicle_id = NULL WHERE vehicle_id = $1", vehicle); err != nil {
		return err
	}
	_, err := s.db.ExecContext(ctx, "UPDATE drivers SET vehicle_id = $2 WHERE id = $1", driver, vehicle)
	return err
}
