// Package notifications writes to customers: mails and texts, as they prefer.
package notifications

import (
	"context"
	"database/sql"
	"log/slog"
	"time"

	"example.com/logistics/internal/customers"
)

// message is what somebody is to be told.
type message struct {
	customer int64
	template string
	values   map[string]string
}

// Channel brings a text to somebody.
type Channel interface {
	Name() string
	Deliver(ctx context.Context, to customers.Contact, subject, text string) error
}

// Service sends messages on the side.
type Service struct {
	db       *sql.DB
	contacts *customers.Service
	channels []Channel
	queue    chan message
	recent   *recent
}

// NewService returns the service; nothing is sent before Start.
func NewService(db *sql.DB, c *customers.Service, channels ...Channel) *Service {
	return &Service{db: db, contacts: c, channels: channels, queue: make(chan message, 4096), recent: newRecent(10 * time.Minute)}
}

// Send has a customer told something, soon. Nobody waits for it, and nobody
// learns whether it was read.
func (s *Service) Send(customer int64, template string, values map[string]string) {
	select {
	case s.queue <- message{customer, template, values}:
	default:
		slog.Error("message lost", "customer", customer, "template", template)
	}
}

// Start begins to send, until the context ends.
func (s *Service) Start(ctx context.Context, workers int) {
	for range workers {
		go s.work(ctx)
	}
}

func (s *Service) work(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case m := <-s.queue:
			if err := s.deliver(ctx, m); err != nil {
				slog.Error("message not sent", "customer", m.customer, "template", m.template, "error", err)
			}
		}
	}
}

// deliver writes to a customer by every channel that the customer wants.
func (s *Service) deliver(ctx context.Context, m message) error {
	if s.recent.seen(m, time.Now()) {
		return nil
	}
	contact, err := s.contacts.Contact(ctx, m.customer)
	if err != nil {
		return err
	}
	wants, err := s.preferences(ctx, m.customer)
	if err != nil {
		return err
	}
	subject, text := render(m.template, contact.Language, m.values)
	for _, c := range s.channels {
		status := "sent"
		switch {
		case !wants.allows(c.Name(), time.Now()):
			status = "muted"
		default:
			if err := c.Deliver(ctx, contact, subject, text); err != nil {
				slog.Warn("delivery failed", "channel", c.Name(), "error", err)
				status = "failed"
			}
		}
		if err := s.record(ctx, m, c.Name(), status); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) record(ctx context.Context, m message, channel, status string) error {
	_, err := s.db.ExecContext(ctx, "INSERT INTO notification_messages (customer_id, template, channel, status) VALUES ($1, $2, $3, $4)",
		m.customer, m.template, channel, status)
	return err
}
