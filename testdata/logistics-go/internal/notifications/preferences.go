package notifications

import (
	"context"
	"time"

	"example.com/logistics/internal/platform/database"
)

// Preferences is what a customer wants to hear, and when.
type Preferences struct {
	Email     bool `json:"email"`
	SMS       bool `json:"sms"`
	QuietFrom int  `json:"quietFrom"` // hour; equal to QuietTo for never
	QuietTo   int  `json:"quietTo"`
}

func (p Preferences) allows(channel string, now time.Time) bool {
	switch channel {
	case "email":
		return p.Email
	case "sms":
		return p.SMS && !p.quiet(now.Hour())
	}
	return false
}

func (p Preferences) quiet(hour int) bool {
	if p.QuietFrom <= p.QuietTo {
		return hour >= p.QuietFrom && hour < p.QuietTo
	}
	return hour >= p.QuietFrom || hour < p.QuietTo
}

// preferences of who has set none are mails and nothing else.
func (s *Service) preferences(ctx context.Context, customer int64) (Preferences, error) {
	p := Preferences{Email: true}
	err := s.db.QueryRowContext(ctx, "SELECT email, sms, coalesce(quiet_from, 0), coalesce(quiet_to, 0) FROM notification_preferences WHERE customer_id = $1", customer).
		Scan(&p.Email, &p.SMS, &p.QuietFrom, &p.QuietTo)
	if database.Missing(err) {
		return p, nil
	}
	return p, err
}

func (s *Service) setPreferences(ctx context.Context, customer int64, p Preferences) error {
	_, err := s.db.ExecContext(ctx, `
		INSERT INTO notification_preferences (customer_id, email, sms, quiet_from, quiet_to) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (customer_id) DO UPDATE SET email = $2, sms = $3, quiet_from = $4, quiet_to = $5`,
		customer, p.Email, p.SMS, p.QuietFrom, p.QuietTo)
	return err
}
