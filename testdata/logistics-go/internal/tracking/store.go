package tracking

import (
	"context"
	"database/sql"
	"time"
)

type store struct {
	db *sql.DB
}

// add appends events in one statement each; the order is that of the devices'
// clocks and not of arrival.
func (s *store) add(ctx context.Context, events []Event) error {
	for _, e := range events {
		_, err := s.db.ExecContext(ctx, "INSERT INTO tracking_events (number, kind, place, latitude, longitude, device, happened_at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
			e.Number, e.Kind, e.Place, e.Latitude, e.Longitude, e.Device, e.HappenedAt)
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *store) of(ctx context.Context, number string) ([]Event, error) {
	rows, err := s.db.QueryContext(ctx, `
		SELECT kind, coalesce(place, ''), coalesce(latitude, 0), coalesce(longitude, 0), happened_at
		FROM tracking_events WHERE number = $1 ORDER BY happened_at, id`, number)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Event
	for rows.Next() {
		e := Event{Number: number}
		if err := rows.Scan(&e.Kind, &e.Place, &e.Latitude, &e.Longitude, &e.HappenedAt); err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	return out, rows.Err()
}

func (s *store) ride(ctx context.Context, vehicle int64, number string, since time.Time) error {
	_, err := s.db.ExecContext(ctx, "INSERT INTO tracking_rides (vehicle_id, number, since) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING", vehicle, number, since)
	return err
}

// leave ends the ride of a shipment.
func (s *store) leave(ctx context.Context, number string) error {
	_, err := s.db.ExecContext(ctx, "DELETE FROM tracking_rides WHERE number = $1", number)
	return err
}

// riders are the shipments in a vehicle.
func (s *store) riders(ctx context.Context, vehicle int64) ([]string, error) {
	rows, err := s.db.QueryContext(ctx, "SELECT number FROM tracking_rides WHERE vehicle_id = $1", vehicle)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var number string
		if err := rows.Scan(&number); err != nil {
			return nil, err
		}
		out = append(out, number)
	}
	return out, rows.Err()
}

// promise is all that tracking has to know of a shipment itself.
type promise struct {
	customer int64
	at       time.Time
}

func (s *store) promise(ctx context.Context, number string) (promise, error) {
	var p promise
	err := s.db.QueryRowContext(ctx, "SELECT customer_id, promised_at FROM shipments WHERE number = $1", number).Scan(&p.customer, &p.at)
	return p, err
}
