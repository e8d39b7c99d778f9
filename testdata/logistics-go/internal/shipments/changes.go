package shipments

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"example.com/logistics/internal/billing"
	"example.com/logistics/internal/fleet"
	"example.com/logistics/internal/platform/database"
)

// Dispatch sends one shipment off outside the plan of the day.
func (s *Service) Dispatch(ctx context.Context, number string) (fleet.Assignment, error) {
	var a fleet.Assignment
	err := database.InTx(ctx, s.db, func(tx *sql.Tx) error {
		sh, err := locked(ctx, tx, number)
		if err != nil {
			return err
		}
		if !sh.may("loaded") {
			return ErrState
		}
		stop := fleet.Stop{ShipmentID: sh.ID, CustomerID: sh.CustomerID, Number: number, Destination: sh.Destination, Weight: sh.Weight}
		if a, err = s.fleet.Assign(ctx, tx, sh.Origin, stop, time.Now()); err != nil {
			return err
		}
		if err := s.warehouses.Release(ctx, tx, sh.ID); err != nil {
			return err
		}
		charge := billing.Charge{CustomerID: sh.CustomerID, ShipmentID: sh.ID, Kind: "surcharge", Amount: sh.Price / 5}
		return s.billing.Accrue(ctx, tx, charge)
	})
	if err != nil {
		return a, err
	}
	s.tracking.Record(number, "loaded", "")
	return a, nil
}

// Deliver closes a shipment that has reached its recipient.
func (s *Service) Deliver(ctx context.Context, number, receivedBy string) error {
	var sh Shipment
	err := database.InTx(ctx, s.db, func(tx *sql.Tx) (err error) {
		if sh, err = locked(ctx, tx, number); err != nil {
			return err
		}
		if !sh.may("delivered") {
			return ErrState
		}
		if err := setDelivered(ctx, tx, sh.ID, time.Now()); err != nil {
			return err
		}
		return s.fleet.Unload(ctx, tx, sh.VehicleID, sh.Weight)
	})
	if err != nil {
		return err
	}
	s.tracking.Record(number, "delivered", sh.Destination)
	s.notifier.Send(sh.CustomerID, "shipment.delivered", map[string]string{"number": number, "recipient": receivedBy})
	return nil
}

// Cancel calls a shipment off and takes back what was charged for it.
func (s *Service) Cancel(ctx context.Context, number string) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	sh, err := locked(ctx, tx, number)
	if err != nil {
		return err
	}
	if !sh.may("cancelled") {
		return ErrState
	}
	refund, err := s.billing.Void(ctx, tx, sh.ID)
	if err != nil {
		return err
	}
	if err := s.warehouses.Release(ctx, tx, sh.ID); err != nil {
		return err
	}
	if err := setStatus(ctx, tx, sh.ID, "cancelled"); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return err
	}
	s.tracking.Record(number, "cancelled", "")
	s.notifier.Send(sh.CustomerID, "shipment.cancelled", map[string]string{"number": number, "refund": fmt.Sprint(refund / 100)})
	return nil
}

// Reroute sends a shipment elsewhere, at the price of elsewhere.
func (s *Service) Reroute(ctx context.Context, number, destination string) (Shipment, error) {
	sh, err := get(ctx, s.db, number)
	if err != nil {
		return sh, err
	}
	quote, err := s.billing.Quote(ctx, billing.QuoteRequest{CustomerID: sh.CustomerID, Service: sh.Service, Destination: destination, Weight: sh.Weight})
	if err != nil {
		return sh, err
	}
	hub, err := s.warehouses.Nearest(ctx, destination)
	if err != nil {
		return sh, err
	}
	err = database.InTx(ctx, s.db, func(tx *sql.Tx) error {
		if _, err := s.billing.Void(ctx, tx, sh.ID); err != nil {
			return err
		}
		if err := s.warehouses.Release(ctx, tx, sh.ID); err != nil {
			return err
		}
		sh.Destination, sh.Price = destination, quote.Total()
		if _, err := tx.ExecContext(ctx, "UPDATE shipments SET destination = $2, price = $3 WHERE id = $1", sh.ID, destination, sh.Price); err != nil {
			return err
		}
		return s.charge(ctx, tx, sh, hub)
	})
	if err != nil {
		return sh, err
	}
	s.tracking.Record(number, "rerouted", hub.City)
	return sh, nil
}
