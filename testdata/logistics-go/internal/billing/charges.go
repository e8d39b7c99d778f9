package billing

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"time"

	"example.com/logistics/internal/platform/database"
	"example.com/logistics/internal/platform/events"
)

// Charge is an amount that goes onto the next invoice of a customer.
type Charge struct {
	CustomerID int64
	ShipmentID int64
	Kind       string // freight, storage, surcharge
	Amount     int64
}

// Accrue notes a charge within the transaction of who causes it: a shipment that
// is booked is charged, one that is not is not.
func (s *Service) Accrue(ctx context.Context, tx *sql.Tx, c Charge) error {
	_, err := tx.ExecContext(ctx, "INSERT INTO charges (customer_id, shipment_id, kind, amount) VALUES ($1, $2, $3, $4)",
		c.CustomerID, c.ShipmentID, c.Kind, c.Amount)
	if err != nil {
		return fmt.Errorf("billing: charge for shipment %d: %w", c.ShipmentID, err)
	}
	return nil
}

// storagePerDay is charged for what waits in a warehouse, in cents.
const storagePerDay = 150

// Subscribe has billing told what happens elsewhere.
func (s *Service) Subscribe(bus *events.Bus) {
	bus.Subscribe(events.StorageDue, s.onStored)
}

func (s *Service) onStored(ctx context.Context, e events.Event) {
	d, ok := e.Data.(events.Stored)
	if !ok {
		return
	}
	err := database.InTx(ctx, s.db, func(tx *sql.Tx) error {
		return s.Accrue(ctx, tx, Charge{CustomerID: d.CustomerID, ShipmentID: d.ShipmentID, Kind: "storage", Amount: int64(d.Days) * storagePerDay})
	})
	if err != nil {
		slog.Error("billing: storage not charged", "shipment", d.ShipmentID, "error", err)
	}
}

// Void takes back what was charged for a shipment and tells how much that was.
func (s *Service) Void(ctx context.Context, tx *sql.Tx, shipment int64) (int64, error) {
	var sum int64
	err := tx.QueryRowContext(ctx, `
		WITH taken AS (UPDATE charges SET voided = true WHERE shipment_id = $1 AND invoice_id IS NULL AND NOT voided RETURNING amount)
		SELECT coalesce(sum(amount), 0) FROM taken`, shipment).Scan(&sum)
	return sum, err
}

// Outstanding is what a customer owes: open invoices and what is not yet on one.
func (s *Service) Outstanding(ctx context.Context, customer int64) (int64, error) {
	var owed int64
	err := s.db.QueryRowContext(ctx, `
		SELECT (SELECT coalesce(sum(total), 0) FROM invoices WHERE customer_id = $1 AND status <> 'paid')
		     + (SELECT coalesce(sum(amount), 0) FROM charges WHERE customer_id = $1 AND invoice_id IS NULL AND NOT voided)`, customer).Scan(&owed)
	return owed, err
}

// QuoteRequest is what a price depends on.
type QuoteRequest struct {
	CustomerID  int64
	Service     string
	Destination string
	Weight      int // grams
}

// Quote is a price and how it came about.
type Quote struct {
	Amount    int64 `json:"amount"`
	Surcharge int64 `json:"surcharge"`
}

// Total is what the customer pays.
func (q Quote) Total() int64 { return q.Amount + q.Surcharge }

// Quote prices a shipment.
func (s *Service) Quote(ctx context.Context, q QuoteRequest) (Quote, error) {
	rate, err := s.rates.get(ctx, q.Service, zone(q.Destination))
	if err != nil {
		return Quote{}, err
	}
	amount := rate.Base + rate.PerKg*int64(q.Weight+999)/1000
	discount, err := s.discount(ctx, q.CustomerID)
	if err != nil {
		return Quote{}, err
	}
	return Quote{Amount: amount * (100 - discount) / 100, Surcharge: peakSurcharge(amount, time.Now())}, nil
}

// discount is the percentage that those get who have sent a lot.
func (s *Service) discount(ctx context.Context, customer int64) (int64, error) {
	var sent int
	err := s.db.QueryRowContext(ctx, "SELECT count(*) FROM shipments WHERE customer_id = $1 AND created_at > now() - interval '90 days'", customer).Scan(&sent)
	switch {
	case sent > 1000:
		return 15, err
	case sent > 100:
		return 5, err
	}
	return 0, err
}

func peakSurcharge(amount int64, at time.Time) int64 {
	if at.Month() == time.December {
		return amount / 10
	}
	return 0
}
