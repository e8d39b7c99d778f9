// Package tracking knows where parcels have been. It is told by scanners,
// vehicles and the rest of the application, never changes what it was told, and
// tells the public.
package tracking

import "time"

// Event is one thing that happened to a shipment. Events are only added.
type Event struct {
	Number     string    `json:"number"`
	Kind       string    `json:"kind"` // booked, scanned, loaded, on_tour, delivered, cancelled
	Place      string    `json:"place,omitempty"`
	Latitude   float64   `json:"latitude,omitempty"`
	Longitude  float64   `json:"longitude,omitempty"`
	Device     string    `json:"-"`
	HappenedAt time.Time `json:"happenedAt"`
}

// final tells whether nothing follows an event.
func (e Event) final() bool { return e.Kind == "delivered" || e.Kind == "cancelled" }

// Timeline is what the public sees of a shipment.
type Timeline struct {
	Number  string    `json:"number"`
	Status  string    `json:"status"`
	Place   string    `json:"place"`
	Arrives time.Time `json:"arrives"`
	Events  []Event   `json:"events"`
}

// timeline makes one out of events in the order in which they happened.
func timeline(number string, events []Event) Timeline {
	t := Timeline{Number: number, Status: "announced", Events: events}
	for _, e := range events {
		t.Status = e.Kind
		if e.Place != "" {
			t.Place = e.Place
		}
	}
	return t
}
