// Package shipments is the core: what is sent from whom to where, and what
// becomes of it.
package shipments

import (
	"crypto/rand"
	"encoding/base32"
	"errors"
	"slices"
	"time"
)

// ErrState says that something cannot be done to a shipment any more, or not yet.
var ErrState = errors.New("shipments: not in this state")

// Shipment is what a customer sends to one address.
type Shipment struct {
	ID          int64     `json:"id"`
	Number      string    `json:"number"`
	CustomerID  int64     `json:"customerId"`
	Status      string    `json:"status"`
	Service     string    `json:"service"`
	Origin      string    `json:"origin"`      // postcode
	Destination string    `json:"destination"` // postcode
	Recipient   string    `json:"recipient"`
	Weight      int       `json:"weight"` // grams
	Volume      int       `json:"volume"` // litres
	Price       int64     `json:"price"`  // cents
	VehicleID   int64     `json:"vehicleId,omitempty"`
	PromisedAt  time.Time `json:"promisedAt"`
}

// follows says which status may follow which.
var follows = map[string][]string{
	"booked":  {"at_hub", "loaded", "cancelled"},
	"at_hub":  {"leaving", "loaded", "cancelled"},
	"leaving": {"loaded"},
	"loaded":  {"delivered", "at_hub", "refused"},
	"refused": {"at_hub", "cancelled"},
}

// may tells whether a shipment can get another status.
func (s Shipment) may(become string) bool {
	return slices.Contains(follows[s.Status], become)
}

// days is how long each service takes.
func days(service string) int {
	if service == "express" {
		return 1
	}
	return 3
}

// newNumber makes a number that cannot be guessed, since everyone who knows it
// sees where the shipment is.
func newNumber() string {
	raw := make([]byte, 10)
	_, _ = rand.Read(raw)
	return "LG" + base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(raw)
}
