package notify

import (
	"fmt"
	"net/http"
	"net/smtp"
	"net/url"
	"strings"
	"time"
)

// SMS sends text messages.
type SMS struct {
	url    string
	client *http.Client // want: connection-pool group=client-pool
}

// NewSMS returns a sender for the provider at url.
func NewSMS(url string) *SMS {
	return &SMS{url: url, client: &http.Client{Timeout: 5 * time.Second}}
}

// Send sends a text to a phone number.
func (s *SMS) Send(to, text string) error {
	resp, err := s.client.PostForm(s.url, url.Values{"To": {to}, "Body": {text}})
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

// NewSlack returns a function that posts to the channel behind url.
func NewSlack(url string) func(text string) error {
	client := &http.Client{Timeout: 3 * time.Second} // want: connection-pool group=client-pool
	return func(text string) error {
		resp, err := client.Post(url, "application/json", strings.NewReader(fmt.Sprintf(`{"text":%q}`, text)))
		if err != nil {
			return err
		}
		return resp.Body.Close()
	}
}

// mailPool keeps up to four connections to the mail server.
var mailPool = make(chan *smtp.Client, 4) // want: connection-pool group=client-pool

func mail(to, text string) error {
	var c *smtp.Client
	var err error
	select {
	case c = <-mailPool:
	default:
		if c, err = smtp.Dial("mail.example.com:25"); err != nil {
			return err
		}
	}
	if err := write(c, to, text); err != nil {
		_ = c.Close()
		return err
	}
	select {
	case mailPool <- c:
		return nil
	default:
		return c.Quit()
	}
}

func write(c *smtp.Client, to, text string) error {
	if err := c.Mail("shop@atlas.example.com"); err != nil {
		return err
	}
	if err := c.Rcpt(to); err != nil {
		return err
	}
	w, err := c.Data()
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(w, "To: %s\r\nSubject: %s\r\n\r\n", to, text); err != nil {
		return err
	}
	return w.Close()
}
