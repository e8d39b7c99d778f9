// Package warehouses keeps parcels between two vehicles.
package warehouses

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"example.com/logistics/internal/notifications"
	"example.com/logistics/internal/platform/events"
)

// ErrFull says that there is no room on a day.
var ErrFull = errors.New("warehouses: no room")

// Warehouse is a place with bins.
type Warehouse struct {
	ID       int64  `json:"id"`
	Code     string `json:"code"`
	City     string `json:"city"`
	Postcode string `json:"postcode"`
	Volume   int    `json:"volume"` // litres
}

// Consignment is what a warehouse has to know of a shipment.
type Consignment struct {
	ShipmentID int64
	CustomerID int64
	Number     string
	Volume     int // litres
	Since      time.Time
}

// Consignments looks shipments up.
type Consignments interface {
	Find(ctx context.Context, number string) (Consignment, error)
}

// Service runs the warehouses.
type Service struct {
	db           *sql.DB
	bus          *events.Bus
	notifier     *notifications.Service
	consignments Consignments
}

// NewService returns the service.
func NewService(db *sql.DB, bus *events.Bus, n *notifications.Service) *Service {
	return &Service{db: db, bus: bus, notifier: n}
}

// Store sets who knows what is to be stored.
func (s *Service) Store(c Consignments) { s.consignments = c }

// Nearest is the warehouse that serves a postcode.
func (s *Service) Nearest(ctx context.Context, postcode string) (Warehouse, error) {
	var w Warehouse
	err := s.db.QueryRowContext(ctx, "SELECT id, code, city, postcode, volume FROM warehouses ORDER BY abs(left(postcode, 2)::int - left($1, 2)::int), id LIMIT 1", postcode).
		Scan(&w.ID, &w.Code, &w.City, &w.Postcode, &w.Volume)
	return w, err
}

func (s *Service) list(ctx context.Context) ([]Warehouse, error) {
	rows, err := s.db.QueryContext(ctx, "SELECT id, code, city, postcode, volume FROM warehouses ORDER BY code")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Warehouse
	for rows.Next() {
		var w Warehouse
		if err := rows.Scan(&w.ID, &w.Code, &w.City, &w.Postcode, &w.Volume); err != nil {
			return nil, err
		}
		out = append(out, w)
	}
	return out, rows.Err()
}
