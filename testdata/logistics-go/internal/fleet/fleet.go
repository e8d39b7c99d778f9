// Package fleet knows vehicles, who drives them and where they are, and plans
// their tours.
package fleet

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"example.com/logistics/internal/notifications"
	"example.com/logistics/internal/platform/events"
)

// ErrNoVehicle says that no vehicle has room.
var ErrNoVehicle = errors.New("fleet: no vehicle has room")

// Vehicle is one that carries parcels.
type Vehicle struct {
	ID       int64  `json:"id"`
	Plate    string `json:"plate"`
	Depot    string `json:"depot"`
	Capacity int    `json:"capacity"` // kg
	Loaded   int    `json:"loaded"`
}

func (v Vehicle) room() int { return v.Capacity - v.Loaded }

// Stop is a shipment that waits for a vehicle.
type Stop struct {
	ShipmentID  int64
	CustomerID  int64
	Number      string
	Destination string
	Weight      int // grams
}

// Shipments knows what is to be carried.
type Shipments interface {
	Ready(ctx context.Context, depot string, day time.Time) ([]Stop, error)
}

// Service is the fleet.
type Service struct {
	db        *sql.DB
	bus       *events.Bus
	positions *positions
	shipments Shipments
	notifier  *notifications.Service
}

// NewService returns the fleet.
func NewService(db *sql.DB, bus *events.Bus, n *notifications.Service) *Service {
	return &Service{db: db, bus: bus, positions: newPositions(), notifier: n}
}

// Carry sets who knows what is to be carried.
func (s *Service) Carry(shipments Shipments) { s.shipments = shipments }

// Vehicles lists the vehicles of a depot that are in service.
func (s *Service) Vehicles(ctx context.Context, depot string) ([]Vehicle, error) {
	rows, err := s.db.QueryContext(ctx, "SELECT id, plate, depot, capacity, loaded FROM vehicles WHERE depot = $1 AND in_service ORDER BY id", depot)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Vehicle
	for rows.Next() {
		var v Vehicle
		if err := rows.Scan(&v.ID, &v.Plate, &v.Depot, &v.Capacity, &v.Loaded); err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, rows.Err()
}

// Retire takes a vehicle out of service, unless something is in it.
func (s *Service) Retire(ctx context.Context, vehicle int64) error {
	var riding int
	if err := s.db.QueryRowContext(ctx, "SELECT count(*) FROM shipments WHERE vehicle_id = $1 AND delivered_at IS NULL", vehicle).Scan(&riding); err != nil {
		return err
	}
	if riding > 0 {
		return fmt.Errorf("fleet: %d shipments ride in vehicle %d", riding, vehicle)
	}
	_, err := s.db.ExecContext(ctx, "UPDATE vehicles SET in_service = false WHERE id = $1", vehicle)
	return err
}
