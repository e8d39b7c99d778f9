package fleet

import (
	"context"
	"database/sql"
	"slices"
	"strings"
	"time"

	"example.com/logistics/internal/platform/database"
	"example.com/logistics/internal/platform/events"
)

// Assignment is where a shipment rides.
type Assignment struct {
	VehicleID int64
	TourID    int64
	Plate     string
}

// Plan puts what is ready at a depot into its vehicles and returns how many stops
// have found one.
func (s *Service) Plan(ctx context.Context, depot string, day time.Time) (int, error) {
	stops, err := s.shipments.Ready(ctx, depot, day)
	if err != nil {
		return 0, err
	}
	vehicles, err := s.Vehicles(ctx, depot)
	if err != nil {
		return 0, err
	}
	slices.SortFunc(stops, func(a, b Stop) int { return strings.Compare(a.Destination, b.Destination) })
	planned := 0
	for _, stop := range stops {
		i := slices.IndexFunc(vehicles, func(v Vehicle) bool { return v.room() >= stop.Weight/1000 })
		if i < 0 {
			return planned, ErrNoVehicle
		}
		vehicles[i].Loaded += stop.Weight / 1000
		var a Assignment
		err := database.InTx(ctx, s.db, func(tx *sql.Tx) error {
			a, err = s.load(ctx, tx, vehicles[i], stop, day)
			return err
		})
		if err != nil {
			return planned, err
		}
		planned++
		s.told(stop, a)
	}
	return planned, nil
}

// Assign finds a vehicle for one shipment, within the transaction of who sends
// it off.
func (s *Service) Assign(ctx context.Context, tx *sql.Tx, depot string, stop Stop, day time.Time) (Assignment, error) {
	vehicles, err := s.Vehicles(ctx, depot)
	if err != nil {
		return Assignment{}, err
	}
	for _, v := range vehicles {
		if v.room() >= stop.Weight/1000 {
			return s.load(ctx, tx, v, stop, day)
		}
	}
	return Assignment{}, ErrNoVehicle
}

// load books the room in the vehicle and writes onto the shipment where it
// rides.
func (s *Service) load(ctx context.Context, tx *sql.Tx, v Vehicle, stop Stop, day time.Time) (Assignment, error) {
	a := Assignment{VehicleID: v.ID, Plate: v.Plate}
	if _, err := tx.ExecContext(ctx, "UPDATE vehicles SET loaded = loaded + $2 WHERE id = $1", v.ID, stop.Weight/1000); err != nil {
		return a, err
	}
	err := tx.QueryRowContext(ctx, `
		INSERT INTO tours (vehicle_id, day, stops) VALUES ($1, $2, 1)
		ON CONFLICT (vehicle_id, day) DO UPDATE SET stops = tours.stops + 1 RETURNING id`, v.ID, day).Scan(&a.TourID)
	if err != nil {
		return a, err
	}
	_, err = tx.ExecContext(ctx, "UPDATE shipments SET vehicle_id = $2, tour_id = $3, status = 'loaded' WHERE id = $1", stop.ShipmentID, v.ID, a.TourID) // want: shared-table
	return a, err
}

// told says what was loaded to those who want to know.
func (s *Service) told(stop Stop, a Assignment) {
	s.bus.Publish(events.VehicleLoaded, events.Loaded{VehicleID: a.VehicleID, Number: stop.Number})
	s.notifier.Send(stop.CustomerID, "shipment.on_tour", map[string]string{"number": stop.Number, "plate": a.Plate})
}

// Unload gives room back when a shipment has left the vehicle.
func (s *Service) Unload(ctx context.Context, tx *sql.Tx, vehicle int64, weight int) error {
	_, err := tx.ExecContext(ctx, "UPDATE vehicles SET loaded = greatest(0, loaded - $2) WHERE id = $1", vehicle, weight/1000)
	return err
}
