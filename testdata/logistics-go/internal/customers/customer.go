// Package customers knows who sends parcels.
package customers

import "time"

// Customer is a sender with a contract.
type Customer struct {
	ID          int64     `json:"id"`
	Name        string    `json:"name"`
	Email       string    `json:"email"`
	Phone       string    `json:"phone"`
	Language    string    `json:"language"`
	CreditLimit int64     `json:"creditLimit"` // cents
	Blocked     bool      `json:"blocked"`
	CreatedAt   time.Time `json:"createdAt"`
}

// Address is a place that belongs to a customer.
type Address struct {
	Kind     string `json:"kind"` // billing or pickup
	Street   string `json:"street"`
	Postcode string `json:"postcode"`
	City     string `json:"city"`
	Country  string `json:"country"`
}

// Contact is how a customer is reached.
type Contact struct {
	Name, Email, Phone, Language string
}
