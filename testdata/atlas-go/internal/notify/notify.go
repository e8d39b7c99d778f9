// Package notify tells users what happened.
package notify

import (
	"log"

	"example.com/atlas/internal/store"
)

// Event is something that happened to a user.
type Event struct {
	Name string
	User int64
}

// Sender brings a text to a user.
type Sender interface {
	Send(to, text string) error
}

var queue = make(chan Event, 256) // want: in-process-worker

var subjects = map[string]string{
	"order.placed":    "Thank you for your order",
	"order.completed": "Your order is complete",
	"invoice.paid":    "We have received your payment",
}

// Publish says that something happened and does not wait.
func Publish(name string, user int64) {
	select {
	case queue <- Event{Name: name, User: user}:
	default:
		log.Printf("notify: queue full, %s for %d dropped", name, user)
	}
}

// Start begins to deliver.
func Start(sms Sender, slack func(string) error) {
	for range 4 {
		go deliver(sms, slack)
	}
}

func deliver(sms Sender, slack func(string) error) {
	for e := range queue {
		var address, phone string
		if err := store.DB.QueryRow("SELECT email, phone FROM users WHERE id = $1", e.User).Scan(&address, &phone); err != nil {
			log.Print(err)
			continue
		}
		text, ok := subjects[e.Name]
		if !ok {
			text = e.Name
		}
		if err := mail(address, text); err != nil {
			log.Print(err)
		}
		if err := sms.Send(phone, text); err != nil {
			log.Print(err)
		}
		if err := slack(text); err != nil {
			log.Print(err)
		}
		if _, err := store.DB.Exec("INSERT INTO notification_deliveries (user_id, event) VALUES ($1, $2)", e.User, e.Name); err != nil {
			log.Print(err)
		}
	}
}
