package customers

import (
	"context"
	"database/sql"
	"errors"
	"net/http"

	"example.com/logistics/internal/platform/httpx"
)

// ErrBlocked says that a customer may not send anything until invoices are paid.
var ErrBlocked = errors.New("customers: blocked")

// Balances knows what customers owe.
type Balances interface {
	Outstanding(ctx context.Context, customer int64) (int64, error)
}

// Service answers questions about customers.
type Service struct {
	store    *store
	balances Balances
}

// NewService returns the service; what customers owe is asked of billing.
func NewService(db *sql.DB) *Service {
	return &Service{store: &store{db: db}}
}

// UseBalances sets who knows what customers owe. Billing needs customers, and
// customers need billing: one of them has to come first.
func (s *Service) UseBalances(b Balances) { s.balances = b }

// Get returns a customer.
func (s *Service) Get(ctx context.Context, id int64) (Customer, error) {
	return s.store.get(ctx, id)
}

// Contact returns how a customer is reached.
func (s *Service) Contact(ctx context.Context, id int64) (Contact, error) {
	c, err := s.store.get(ctx, id)
	return Contact{Name: c.Name, Email: c.Email, Phone: c.Phone, Language: c.Language}, err
}

// BillingAddress returns where invoices go.
func (s *Service) BillingAddress(ctx context.Context, id int64) (Address, error) {
	return s.store.address(ctx, id, "billing")
}

// MaySpend fails if an amount is more than what a customer may still owe.
func (s *Service) MaySpend(ctx context.Context, id, amount int64) error {
	c, err := s.store.get(ctx, id)
	if err != nil {
		return err
	}
	if c.Blocked {
		return ErrBlocked
	}
	owed, err := s.balances.Outstanding(ctx, id)
	if err != nil {
		return err
	}
	if c.CreditLimit > 0 && owed+amount > c.CreditLimit {
		return httpx.Refuse(http.StatusPaymentRequired, "credit limit reached")
	}
	return nil
}

// Block keeps a customer from sending.
func (s *Service) Block(ctx context.Context, id int64) error {
	return s.store.setBlocked(ctx, id, true)
}
