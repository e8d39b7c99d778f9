// Package billing prices shipments, collects charges and writes invoices.
package billing

import (
	"context"
	"database/sql"
	"log/slog"
	"time"

	"example.com/logistics/internal/customers"
	"example.com/logistics/internal/notifications"
)

// Service is billing.
type Service struct {
	db        *sql.DB
	rates     *rates
	numbers   *numbers
	customers *customers.Service
	notifier  *notifications.Service
}

// NewService returns billing, ready to write invoices.
func NewService(ctx context.Context, db *sql.DB, c *customers.Service, n *notifications.Service) (*Service, error) {
	s := &Service{db: db, rates: newRates(db), numbers: &numbers{}, customers: c, notifier: n}
	return s, s.numbers.load(ctx, db)
}

// RemindEvery looks for overdue invoices until the context ends.
func (s *Service) RemindEvery(ctx context.Context, every time.Duration) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-tick.C:
			if err := s.remind(ctx, now); err != nil {
				slog.Error("dunning failed", "error", err)
			}
		}
	}
}

// remind writes to customers with overdue invoices and blocks those who do not
// answer three times.
func (s *Service) remind(ctx context.Context, now time.Time) error {
	rows, err := s.db.QueryContext(ctx, `
		UPDATE invoices SET status = 'overdue', reminders = reminders + 1
		WHERE status <> 'paid' AND due_at < $1 RETURNING customer_id, number, reminders`, now)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var customer int64
		var number string
		var reminders int
		if err := rows.Scan(&customer, &number, &reminders); err != nil {
			return err
		}
		s.notifier.Send(customer, "invoice.overdue", map[string]string{"number": number})
		if reminders >= 3 {
			if err := s.customers.Block(ctx, customer); err != nil {
				return err
			}
		}
	}
	return rows.Err()
}

// CloseMonth issues an invoice to everyone who was charged with anything.
func (s *Service) CloseMonth(ctx context.Context, now time.Time) (int, error) {
	rows, err := s.db.QueryContext(ctx, "SELECT DISTINCT customer_id FROM charges WHERE invoice_id IS NULL AND NOT voided AND created_at < $1", now)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	var due []int64
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return 0, err
		}
		due = append(due, id)
	}
	if err := rows.Err(); err != nil {
		return 0, err
	}
	for n, customer := range due {
		if _, err := s.Issue(ctx, customer, now); err != nil {
			return n, err
		}
	}
	return len(due), nil
}
