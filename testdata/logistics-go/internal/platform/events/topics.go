package events

import "time"

// Topics that more than one part of the application speaks of.
const (
	VehicleMoved  = "vehicle.moved"
	VehicleLoaded = "vehicle.loaded"
	ParcelScanned = "parcel.scanned"
	StorageDue    = "storage.due"
)

// Moved says where a vehicle was.
type Moved struct {
	VehicleID int64
	Latitude  float64
	Longitude float64
	Speed     int // km/h
	At        time.Time
}

// Loaded says that a shipment rides in a vehicle from now on.
type Loaded struct {
	VehicleID int64
	Number    string
}

// Scanned says that a parcel passed a gate or a hand scanner.
type Scanned struct {
	Number string
	Place  string
	Kind   string
	At     time.Time
}

// Stored says that a shipment has waited longer than is free.
type Stored struct {
	ShipmentID int64
	CustomerID int64
	Days       int
}
