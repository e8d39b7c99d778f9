package warehouses

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"example.com/logistics/internal/platform/database"
	"example.com/logistics/internal/platform/events"
)

// freeDays is how long a shipment may wait for nothing.
const freeDays = 3

// Receive takes a shipment in: into a bin, and onto its record.
func (s *Service) Receive(ctx context.Context, w Warehouse, number string) (string, error) {
	c, err := s.consignments.Find(ctx, number)
	if err != nil {
		return "", err
	}
	var label string
	err = database.InTx(ctx, s.db, func(tx *sql.Tx) error {
		var bin int64
		err := tx.QueryRowContext(ctx, `
			UPDATE bins SET used = used + $2
			WHERE id = (SELECT id FROM bins WHERE warehouse_id = $1 AND NOT closed AND volume - used >= $2 ORDER BY volume - used LIMIT 1)
			RETURNING id, label`, w.ID, c.Volume).Scan(&bin, &label)
		if database.Missing(err) {
			return fmt.Errorf("%w in %s", ErrFull, w.Code)
		}
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "UPDATE reservations SET bin_id = $2 WHERE shipment_id = $1 AND released_at IS NULL", c.ShipmentID, bin); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, "UPDATE shipments SET status = 'at_hub', warehouse_id = $2 WHERE id = $1", c.ShipmentID, w.ID)
		return err
	})
	if err != nil {
		return "", err
	}
	s.bus.Publish(events.ParcelScanned, events.Scanned{Number: number, Place: w.City, Kind: "at_hub", At: time.Now()})
	s.notifier.Send(c.CustomerID, "shipment.arrived", map[string]string{"number": number, "city": w.City})
	return label, nil
}

// HandOver lets a shipment go to a vehicle. Whether it has waited too long is
// told to whom it may concern.
func (s *Service) HandOver(ctx context.Context, w Warehouse, number string, now time.Time) error {
	c, err := s.consignments.Find(ctx, number)
	if err != nil {
		return err
	}
	err = database.InTx(ctx, s.db, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, "UPDATE bins SET used = greatest(0, used - $2) WHERE id = (SELECT bin_id FROM reservations WHERE shipment_id = $1 AND released_at IS NULL)", c.ShipmentID, c.Volume); err != nil {
			return err
		}
		if err := s.Release(ctx, tx, c.ShipmentID); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, "UPDATE shipments SET warehouse_id = NULL, status = 'leaving' WHERE id = $1", c.ShipmentID)
		return err
	})
	if err != nil {
		return err
	}
	s.bus.Publish(events.ParcelScanned, events.Scanned{Number: number, Place: w.City, Kind: "leaving", At: now})
	if days := int(now.Sub(c.Since).Hours() / 24); days > freeDays {
		s.bus.Publish(events.StorageDue, events.Stored{ShipmentID: c.ShipmentID, CustomerID: c.CustomerID, Days: days - freeDays})
	}
	return nil
}
