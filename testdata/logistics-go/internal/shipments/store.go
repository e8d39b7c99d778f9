package shipments

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"example.com/logistics/internal/platform/database"
)

const columns = "id, number, customer_id, status, service, origin, destination, recipient, weight, volume, price, coalesce(vehicle_id, 0), promised_at"

func scan(row interface{ Scan(...any) error }) (Shipment, error) {
	var s Shipment
	err := row.Scan(&s.ID, &s.Number, &s.CustomerID, &s.Status, &s.Service, &s.Origin, &s.Destination, &s.Recipient, &s.Weight, &s.Volume, &s.Price, &s.VehicleID, &s.PromisedAt)
	return s, err
}

func get(ctx context.Context, q database.Queryer, number string) (Shipment, error) {
	s, err := scan(q.QueryRowContext(ctx, "SELECT "+columns+" FROM shipments WHERE number = $1", number))
	if err != nil {
		return s, fmt.Errorf("shipment %s: %w", number, err)
	}
	return s, nil
}

// locked reads a shipment and keeps others from changing it until the
// transaction ends.
func locked(ctx context.Context, tx *sql.Tx, number string) (Shipment, error) {
	return scan(tx.QueryRowContext(ctx, "SELECT "+columns+" FROM shipments WHERE number = $1 FOR UPDATE", number))
}

func insert(ctx context.Context, tx *sql.Tx, s *Shipment, parcels []Parcel) error {
	err := tx.QueryRowContext(ctx, `
		INSERT INTO shipments (number, customer_id, status, service, origin, destination, recipient, weight, volume, price, promised_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING id`,
		s.Number, s.CustomerID, s.Status, s.Service, s.Origin, s.Destination, s.Recipient, s.Weight, s.Volume, s.Price, s.PromisedAt).Scan(&s.ID)
	if err != nil {
		return err
	}
	for i, p := range parcels {
		barcode := fmt.Sprintf("%s-%02d", s.Number, i+1)
		if _, err := tx.ExecContext(ctx, "INSERT INTO parcels (shipment_id, barcode, weight) VALUES ($1, $2, $3)", s.ID, barcode, p.Weight); err != nil {
			return err
		}
	}
	return nil
}

func setStatus(ctx context.Context, tx *sql.Tx, id int64, status string) error {
	_, err := tx.ExecContext(ctx, "UPDATE shipments SET status = $2 WHERE id = $1", id, status)
	return err
}

func setDelivered(ctx context.Context, tx *sql.Tx, id int64, at time.Time) error {
	_, err := tx.ExecContext(ctx, "UPDATE shipments SET status = 'delivered', delivered_at = $2, vehicle_id = NULL WHERE id = $1", id, at)
	return err
}

func list(ctx context.Context, db *sql.DB, customer int64, limit int) ([]Shipment, error) {
	rows, err := db.QueryContext(ctx, "SELECT "+columns+" FROM shipments WHERE customer_id = $1 ORDER BY id DESC LIMIT $2", customer, limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := []Shipment{}
	for rows.Next() {
		s, err := scan(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, rows.Err()
}

func barcodes(ctx context.Context, db *sql.DB, shipment int64) ([]string, error) {
	rows, err := db.QueryContext(ctx, "SELECT barcode FROM parcels WHERE shipment_id = $1 ORDER BY id", shipment)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var code string
		if err := rows.Scan(&code); err != nil {
			return nil, err
		}
		out = append(out, code)
	}
	return out, rows.Err()
}
