package warehouses

import (
	"context"
	"net/http"

	"example.com/logistics/internal/platform/httpx"
)

// Bin is a shelf with a label.
type Bin struct {
	ID     int64  `json:"id"`
	Label  string `json:"label"`
	Volume int    `json:"volume"` // litres
	Used   int    `json:"used"`
	Closed bool   `json:"closed"`
}

func (s *Service) bins(ctx context.Context, warehouse int64) ([]Bin, error) {
	rows, err := s.db.QueryContext(ctx, "SELECT id, label, volume, used, closed FROM bins WHERE warehouse_id = $1 ORDER BY label", warehouse)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := []Bin{}
	for rows.Next() {
		var b Bin
		if err := rows.Scan(&b.ID, &b.Label, &b.Volume, &b.Used, &b.Closed); err != nil {
			return nil, err
		}
		out = append(out, b)
	}
	return out, rows.Err()
}

func (s *Service) addBin(ctx context.Context, warehouse int64, b *Bin) error {
	return s.db.QueryRowContext(ctx, "INSERT INTO bins (warehouse_id, label, volume) VALUES ($1, $2, $3) RETURNING id", warehouse, b.Label, b.Volume).Scan(&b.ID)
}

func (s *Service) closeBin(ctx context.Context, warehouse, bin int64) error {
	_, err := s.db.ExecContext(ctx, "UPDATE bins SET closed = true WHERE id = $2 AND warehouse_id = $1", warehouse, bin)
	return err
}

// take notes what somebody has counted in a bin, and believes it.
func (s *Service) take(ctx context.Context, bin int64, counted int, by string) (missing int, err error) {
	var expected int
	if err := s.db.QueryRowContext(ctx, "SELECT used FROM bins WHERE id = $1", bin).Scan(&expected); err != nil {
		return 0, err
	}
	if _, err := s.db.ExecContext(ctx, "INSERT INTO stock_takes (bin_id, counted, expected, counted_by) VALUES ($1, $2, $3, $4)", bin, counted, expected, by); err != nil {
		return 0, err
	}
	_, err = s.db.ExecContext(ctx, "UPDATE bins SET used = $2 WHERE id = $1", bin, counted)
	return expected - counted, err
}

func (a *API) bins(w http.ResponseWriter, r *http.Request) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	list, err := a.service.bins(r.Context(), id)
	if err != nil {
		return err
	}
	httpx.JSON(w, http.StatusOK, list)
	return nil
}

func (a *API) addBin(w http.ResponseWriter, r *http.Request) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	var b Bin
	if err := httpx.Body(w, r, &b); err != nil {
		return err
	}
	if b.Label == "" || b.Volume <= 0 {
		return httpx.Refuse(http.StatusUnprocessableEntity, "label and volume are needed")
	}
	if err := a.service.addBin(r.Context(), id, &b); err != nil {
		return err
	}
	httpx.JSON(w, http.StatusCreated, b)
	return nil
}

func (a *API) closeBin(w http.ResponseWriter, r *http.Request) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	bin, err := httpx.ID(r, "bin")
	if err != nil {
		return err
	}
	if err := a.service.closeBin(r.Context(), id, bin); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (a *API) takeStock(w http.ResponseWriter, r *http.Request) error {
	bin, err := httpx.ID(r, "bin")
	if err != nil {
		return err
	}
	var body struct {
		Counted int    `json:"counted"`
		By      string `json:"by"`
	}
	if err := httpx.Body(w, r, &body); err != nil {
		return err
	}
	missing, err := a.service.take(r.Context(), bin, body.Counted, body.By)
	if err != nil {
		return err
	}
	httpx.JSON(w, http.StatusCreated, map[string]int{"missing": missing})
	return nil
}
