package notifications

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/smtp"
	"time"

	"example.com/logistics/internal/customers"
)

// Mail sends over a relay.
type Mail struct {
	Address string
	From    string
}

// Name is how preferences call the channel.
func (Mail) Name() string { return "email" }

// Deliver sends a mail.
func (m Mail) Deliver(_ context.Context, to customers.Contact, subject, text string) error {
	body := fmt.Sprintf("From: %s\r\nTo: %s\r\nSubject: %s\r\n\r\n%s\r\n", m.From, to.Email, subject, text)
	return smtp.SendMail(m.Address, nil, m.From, []string{to.Email}, []byte(body))
}

// SMS sends through a gateway.
type SMS struct {
	url    string
	client *http.Client // want: connection-pool group=client-pool
}

// NewSMS returns the channel over a gateway.
func NewSMS(url string) *SMS {
	return &SMS{url: url, client: &http.Client{Timeout: 5 * time.Second}}
}

// Name is how preferences call the channel.
func (*SMS) Name() string { return "sms" }

// Deliver sends a text, the subject only: the rest is too long for one.
func (s *SMS) Deliver(ctx context.Context, to customers.Contact, subject, _ string) error {
	if to.Phone == "" {
		return nil
	}
	body, err := json.Marshal(map[string]string{"to": to.Phone, "text": subject})
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	resp, err := s.client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode >= 300 {
		return fmt.Errorf("notifications: gateway answers %s", resp.Status)
	}
	return nil
}
