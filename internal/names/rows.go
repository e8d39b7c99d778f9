package names

// Mappers lists the classes and modules of Ruby by which libraries make objects rows of a
// database, or documents of one.
func Mappers() []string {
	return []string{
		"ActiveRecord::Base", "Sequel::Model", "Mongoid::Document", "DataMapper::Resource", "MongoMapper::Document", "Ohm::Model", "ActiveFedora::Base", "Dynamoid::Document", "NoBrainer::Document",
		"ActiveGraph::Node", "Neo4j::ActiveNode", "ROM::Struct",
	}
}
