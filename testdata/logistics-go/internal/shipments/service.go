package shipments

import (
	"context"
	"database/sql"
	"time"

	"example.com/logistics/internal/billing"
	"example.com/logistics/internal/customers"
	"example.com/logistics/internal/fleet"
	"example.com/logistics/internal/notifications"
	"example.com/logistics/internal/tracking"
	"example.com/logistics/internal/warehouses"
)

// Service is shipment management.
type Service struct {
	db         *sql.DB
	customers  *customers.Service
	billing    *billing.Service
	fleet      *fleet.Service
	warehouses *warehouses.Service
	tracking   *tracking.Service
	notifier   *notifications.Service
	drafts     *drafts
}

// Others is what shipments are made with.
type Others struct {
	Customers     *customers.Service
	Billing       *billing.Service
	Fleet         *fleet.Service
	Warehouses    *warehouses.Service
	Tracking      *tracking.Service
	Notifications *notifications.Service
}

// NewService returns shipment management and makes it known to those who ask
// back.
func NewService(db *sql.DB, o Others) *Service {
	s := &Service{
		db: db, customers: o.Customers, billing: o.Billing, fleet: o.Fleet, warehouses: o.Warehouses,
		tracking: o.Tracking, notifier: o.Notifications, drafts: newDrafts(),
	}
	o.Fleet.Carry(s)
	o.Warehouses.Store(s)
	return s
}

// Ready lists what a depot has to carry on a day.
func (s *Service) Ready(ctx context.Context, depot string, day time.Time) ([]fleet.Stop, error) {
	rows, err := s.db.QueryContext(ctx, `
		SELECT id, customer_id, number, destination, weight FROM shipments
		WHERE status IN ('booked', 'leaving') AND left(origin, 2) = left($1, 2) AND promised_at >= $2`, depot, day)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []fleet.Stop
	for rows.Next() {
		var stop fleet.Stop
		if err := rows.Scan(&stop.ShipmentID, &stop.CustomerID, &stop.Number, &stop.Destination, &stop.Weight); err != nil {
			return nil, err
		}
		out = append(out, stop)
	}
	return out, rows.Err()
}

// Find is what warehouses ask about a shipment at their gate.
func (s *Service) Find(ctx context.Context, number string) (warehouses.Consignment, error) {
	sh, err := get(ctx, s.db, number)
	if err != nil {
		return warehouses.Consignment{}, err
	}
	since := time.Now()
	if last, ok, err := s.tracking.Last(ctx, number); err == nil && ok {
		since = last.HappenedAt
	}
	return warehouses.Consignment{ShipmentID: sh.ID, CustomerID: sh.CustomerID, Number: number, Volume: sh.Volume, Since: since}, nil
}

// CountSince is how many shipments a customer has sent lately.
func (s *Service) CountSince(ctx context.Context, customer int64, days int) (int, error) {
	var n int
	err := s.db.QueryRowContext(ctx, "SELECT count(*) FROM shipments WHERE customer_id = $1 AND created_at > now() - make_interval(days => $2)", customer, days).Scan(&n)
	return n, err
}
