package shipments

import (
	"context"
	"time"
)

// Row is one line of what a depot carries on a day, as it hangs on the wall.
type Row struct {
	Number      string `json:"number"`
	Sender      string `json:"sender"`
	Destination string `json:"destination"`
	Recipient   string `json:"recipient"`
	Parcels     int    `json:"parcels"`
	Plate       string `json:"plate"`
	Driver      string `json:"driver"`
	Bin         string `json:"bin"`
}

// Manifest lists what leaves a depot on a day: with which vehicle, driven by
// whom, and where it lies until then.
func (s *Service) Manifest(ctx context.Context, depot string, day time.Time) ([]Row, error) {
	rows, err := s.db.QueryContext(ctx, `
		SELECT s.number, c.name, s.destination, s.recipient,
		       (SELECT count(*) FROM parcels p WHERE p.shipment_id = s.id),
		       coalesce(v.plate, ''), coalesce(d.name, ''), coalesce(b.label, '')
		FROM shipments s
		JOIN customers c ON c.id = s.customer_id
		LEFT JOIN tours t ON t.id = s.tour_id
		LEFT JOIN vehicles v ON v.id = t.vehicle_id
		LEFT JOIN drivers d ON d.vehicle_id = v.id
		LEFT JOIN reservations r ON r.shipment_id = s.id AND r.released_at IS NULL
		LEFT JOIN bins b ON b.id = r.bin_id
		WHERE left(s.origin, 2) = left($1, 2) AND coalesce(t.day, s.promised_at::date) = $2::date
		ORDER BY v.plate, s.destination`, depot, day)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := []Row{}
	for rows.Next() {
		var m Row
		if err := rows.Scan(&m.Number, &m.Sender, &m.Destination, &m.Recipient, &m.Parcels, &m.Plate, &m.Driver, &m.Bin); err != nil {
			return nil, err
		}
		out = append(out, m)
	}
	return out, rows.Err()
}
