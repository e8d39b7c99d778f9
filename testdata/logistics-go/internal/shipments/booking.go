package shipments

import (
	"context"
	"database/sql"
	"errors"
	"net/http"
	"time"

	"example.com/logistics/internal/billing"
	"example.com/logistics/internal/customers"
	"example.com/logistics/internal/platform/httpx"
	"example.com/logistics/internal/warehouses"
)

// Parcel is one piece of a shipment.
type Parcel struct {
	Weight int `json:"weight"` // grams
	Volume int `json:"volume"` // litres
}

// Order is what a customer asks for.
type Order struct {
	CustomerID  int64    `json:"customerId"`
	Service     string   `json:"service"`
	Origin      string   `json:"origin"`
	Destination string   `json:"destination"`
	Recipient   string   `json:"recipient"`
	Parcels     []Parcel `json:"parcels"`
	Draft       string   `json:"draft,omitempty"`
}

func (o Order) check() error {
	switch {
	case o.Service != "economy" && o.Service != "express":
		return httpx.Refuse(http.StatusUnprocessableEntity, "service is economy or express")
	case len(o.Origin) < 4 || len(o.Destination) < 4:
		return httpx.Refuse(http.StatusUnprocessableEntity, "origin and destination are postcodes")
	case len(o.Parcels) == 0:
		return httpx.Refuse(http.StatusUnprocessableEntity, "nothing to send")
	}
	return nil
}

func (o Order) shipment(now time.Time) Shipment {
	s := Shipment{
		Number: newNumber(), CustomerID: o.CustomerID, Status: "booked", Service: o.Service, Origin: o.Origin, Destination: o.Destination,
		Recipient: o.Recipient, PromisedAt: now.AddDate(0, 0, days(o.Service)),
	}
	for _, p := range o.Parcels {
		s.Weight += p.Weight
		s.Volume += p.Volume
	}
	return s
}

// Book takes an order: the room is reserved and the price is charged together
// with the shipment, or nothing is.
func (s *Service) Book(ctx context.Context, o Order) (Shipment, error) {
	if err := o.check(); err != nil {
		return Shipment{}, err
	}
	sh := o.shipment(time.Now())
	quote, err := s.billing.Quote(ctx, billing.QuoteRequest{CustomerID: o.CustomerID, Service: o.Service, Destination: o.Destination, Weight: sh.Weight})
	if err != nil {
		return sh, err
	}
	sh.Price = quote.Total()
	if err := s.customers.MaySpend(ctx, o.CustomerID, sh.Price); err != nil {
		if errors.Is(err, customers.ErrBlocked) {
			return sh, httpx.Refuse(http.StatusForbidden, "please pay your invoices")
		}
		return sh, err
	}
	hub, err := s.warehouses.Nearest(ctx, o.Origin)
	if err != nil {
		return sh, err
	}
	if err := s.write(ctx, &sh, o.Parcels, hub); err != nil {
		return sh, err
	}
	s.drafts.drop(o.Draft)
	s.tracking.Record(sh.Number, "booked", hub.City)
	s.notifier.Send(sh.CustomerID, "shipment.booked", map[string]string{"number": sh.Number, "day": time.Now().AddDate(0, 0, 1).Format(time.DateOnly)})
	return sh, nil
}

// write stores a new shipment with all that hangs on it.
func (s *Service) write(ctx context.Context, sh *Shipment, parcels []Parcel, hub warehouses.Warehouse) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if err := insert(ctx, tx, sh, parcels); err != nil {
		return err
	}
	if err := s.charge(ctx, tx, *sh, hub); err != nil {
		return err
	}
	return tx.Commit()
}

// charge reserves room and charges the freight.
func (s *Service) charge(ctx context.Context, tx *sql.Tx, sh Shipment, hub warehouses.Warehouse) error {
	if _, err := s.warehouses.Reserve(ctx, tx, hub, sh.ID, sh.Volume, sh.PromisedAt.AddDate(0, 0, -1)); err != nil {
		return err
	}
	return s.billing.Accrue(ctx, tx, billing.Charge{CustomerID: sh.CustomerID, ShipmentID: sh.ID, Kind: "freight", Amount: sh.Price})
}
