package warehouses

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// Reserve keeps room for a shipment on a day and returns the reservation. It
// belongs to the transaction in which the shipment is booked.
func (s *Service) Reserve(ctx context.Context, tx *sql.Tx, warehouse Warehouse, shipment int64, volume int, day time.Time) (int64, error) {
	var used int
	err := tx.QueryRowContext(ctx, "SELECT coalesce(sum(volume), 0) FROM reservations WHERE warehouse_id = $1 AND day = $2 AND released_at IS NULL", warehouse.ID, day).Scan(&used)
	if err != nil {
		return 0, err
	}
	if used+volume > warehouse.Volume {
		return 0, fmt.Errorf("%w in %s on %s", ErrFull, warehouse.Code, day.Format(time.DateOnly))
	}
	var id int64
	err = tx.QueryRowContext(ctx, "INSERT INTO reservations (warehouse_id, shipment_id, volume, day) VALUES ($1, $2, $3, $4) RETURNING id",
		warehouse.ID, shipment, volume, day).Scan(&id)
	return id, err
}

// Release gives the room of a shipment back.
func (s *Service) Release(ctx context.Context, tx *sql.Tx, shipment int64) error {
	_, err := tx.ExecContext(ctx, "UPDATE reservations SET released_at = now() WHERE shipment_id = $1 AND released_at IS NULL", shipment)
	return err
}

// utilisation is how much of a warehouse is reserved, by day.
func (s *Service) utilisation(ctx context.Context, warehouse int64) (map[string]int, error) {
	rows, err := s.db.QueryContext(ctx, "SELECT day, sum(volume) FROM reservations WHERE warehouse_id = $1 AND released_at IS NULL AND day >= current_date GROUP BY day", warehouse)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[string]int{}
	for rows.Next() {
		var day time.Time
		var volume int
		if err := rows.Scan(&day, &volume); err != nil {
			return nil, err
		}
		out[day.Format(time.DateOnly)] = volume
	}
	return out, rows.Err()
}
