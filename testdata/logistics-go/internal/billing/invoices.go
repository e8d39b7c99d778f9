package billing

import (
	"context"
	"database/sql"
	"fmt"
	"sync"
	"time"
)

// Invoice is what a customer has to pay.
type Invoice struct {
	ID         int64     `json:"id"`
	Number     string    `json:"number"`
	CustomerID int64     `json:"customerId"`
	Status     string    `json:"status"`
	Total      int64     `json:"total"`
	DueAt      time.Time `json:"dueAt"`
}

// numbers hands out invoice numbers without gaps, which the tax office insists
// on. The last one is read once.
type numbers struct {
	mu   sync.Mutex
	last int // want: mutable-singleton
}

func (n *numbers) load(ctx context.Context, db *sql.DB) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	return db.QueryRowContext(ctx, "SELECT count(*) FROM invoices").Scan(&n.last)
}

func (n *numbers) next(year int) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.last++
	return fmt.Sprintf("%d-%06d", year, n.last)
}

// Issue puts everything that a customer was charged with onto an invoice.
func (s *Service) Issue(ctx context.Context, customer int64, now time.Time) (Invoice, error) {
	address, err := s.customers.BillingAddress(ctx, customer)
	if err != nil {
		return Invoice{}, fmt.Errorf("billing: customer %d cannot be invoiced: %w", customer, err)
	}
	inv := Invoice{Number: s.numbers.next(now.Year()), CustomerID: customer, Status: "open", DueAt: now.AddDate(0, 0, daysToPay(address.Country))}
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return inv, err
	}
	defer tx.Rollback()
	err = tx.QueryRowContext(ctx, "INSERT INTO invoices (number, customer_id, status, total, due_at) VALUES ($1, $2, $3, 0, $4) RETURNING id",
		inv.Number, customer, inv.Status, inv.DueAt).Scan(&inv.ID)
	if err != nil {
		return inv, err
	}
	err = tx.QueryRowContext(ctx, `
		WITH taken AS (UPDATE charges SET invoice_id = $1 WHERE customer_id = $2 AND invoice_id IS NULL AND NOT voided RETURNING amount)
		SELECT coalesce(sum(amount), 0) FROM taken`, inv.ID, customer).Scan(&inv.Total)
	if err != nil {
		return inv, err
	}
	if _, err := tx.ExecContext(ctx, "UPDATE invoices SET total = $2 WHERE id = $1", inv.ID, inv.Total); err != nil {
		return inv, err
	}
	if err := tx.Commit(); err != nil {
		return inv, err
	}
	s.notifier.Send(customer, "invoice.issued", map[string]string{"number": inv.Number, "total": cents(inv.Total)})
	return inv, nil
}

// Lines are what an invoice is made of, with the numbers of the shipments.
func (s *Service) Lines(ctx context.Context, invoice int64) ([]Line, error) {
	rows, err := s.db.QueryContext(ctx, `
		SELECT c.kind, c.amount, coalesce(sh.number, ''), coalesce(sh.destination, '')
		FROM charges c LEFT JOIN shipments sh ON sh.id = c.shipment_id
		WHERE c.invoice_id = $1 ORDER BY c.id`, invoice)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Line
	for rows.Next() {
		var l Line
		if err := rows.Scan(&l.Kind, &l.Amount, &l.Shipment, &l.Destination); err != nil {
			return nil, err
		}
		out = append(out, l)
	}
	return out, rows.Err()
}

// Line is one line of an invoice.
type Line struct {
	Kind        string `json:"kind"`
	Amount      int64  `json:"amount"`
	Shipment    string `json:"shipment,omitempty"`
	Destination string `json:"destination,omitempty"`
}

// Pay marks an invoice as paid.
func (s *Service) Pay(ctx context.Context, invoice, amount int64) error {
	var customer, total int64
	err := s.db.QueryRowContext(ctx, "SELECT customer_id, total FROM invoices WHERE id = $1 AND status <> 'paid'", invoice).Scan(&customer, &total)
	if err != nil {
		return err
	}
	if amount < total {
		return fmt.Errorf("billing: %s of %s paid", cents(amount), cents(total))
	}
	if _, err := s.db.ExecContext(ctx, "UPDATE invoices SET status = 'paid' WHERE id = $1", invoice); err != nil {
		return err
	}
	s.notifier.Send(customer, "invoice.paid", map[string]string{"total": cents(total)})
	return nil
}

func daysToPay(country string) int {
	if country == "DE" || country == "AT" {
		return 14
	}
	return 30
}

func cents(n int64) string { return fmt.Sprintf("%d.%02d", n/100, n%100) }
