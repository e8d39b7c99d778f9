package warehouses

import (
	"context"
	"errors"
	"net/http"
	"time"

	"example.com/logistics/internal/platform/httpx"
)

// API serves the people at the gates.
type API struct{ service *Service }

// NewAPI returns the API.
func NewAPI(s *Service) *API { return &API{s} }

// Routes registers the routes.
func (a *API) Routes(mux *http.ServeMux) {
	mux.Handle("GET /warehouses", httpx.Handler(a.list))
	mux.Handle("GET /warehouses/{id}/utilisation", httpx.Handler(a.utilisation))
	mux.Handle("GET /warehouses/{id}/bins", httpx.Handler(a.bins))
	mux.Handle("POST /warehouses/{id}/bins", httpx.Handler(a.addBin))
	mux.Handle("DELETE /warehouses/{id}/bins/{bin}", httpx.Handler(a.closeBin))
	mux.Handle("POST /warehouses/{id}/bins/{bin}/stocktakes", httpx.Handler(a.takeStock))
	mux.Handle("POST /warehouses/{id}/receipts", httpx.Handler(a.receive))
	mux.Handle("POST /warehouses/{id}/handovers", httpx.Handler(a.handOver))
}

func (a *API) list(w http.ResponseWriter, r *http.Request) error {
	list, err := a.service.list(r.Context())
	if err != nil {
		return err
	}
	httpx.JSON(w, http.StatusOK, list)
	return nil
}

func (a *API) utilisation(w http.ResponseWriter, r *http.Request) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	days, err := a.service.utilisation(r.Context(), id)
	if err != nil {
		return err
	}
	httpx.JSON(w, http.StatusOK, days)
	return nil
}

type gateRequest struct {
	Number string `json:"number"`
}

func (a *API) receive(w http.ResponseWriter, r *http.Request) error {
	wh, req, err := a.gate(w, r)
	if err != nil {
		return err
	}
	label, err := a.service.Receive(r.Context(), wh, req.Number)
	if errors.Is(err, ErrFull) {
		return httpx.Refuse(http.StatusConflict, err.Error())
	}
	if err != nil {
		return err
	}
	httpx.JSON(w, http.StatusCreated, map[string]string{"bin": label})
	return nil
}

func (a *API) handOver(w http.ResponseWriter, r *http.Request) error {
	wh, req, err := a.gate(w, r)
	if err != nil {
		return err
	}
	if err := a.service.HandOver(r.Context(), wh, req.Number, time.Now()); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// gate reads what both gates are told.
func (a *API) gate(w http.ResponseWriter, r *http.Request) (Warehouse, gateRequest, error) {
	var req gateRequest
	id, err := httpx.ID(r, "id")
	if err != nil {
		return Warehouse{}, req, err
	}
	if err := httpx.Body(w, r, &req); err != nil {
		return Warehouse{}, req, err
	}
	wh, err := a.service.byID(r.Context(), id)
	return wh, req, err
}

func (s *Service) byID(ctx context.Context, id int64) (Warehouse, error) {
	var w Warehouse
	err := s.db.QueryRowContext(ctx, "SELECT id, code, city, postcode, volume FROM warehouses WHERE id = $1", id).
		Scan(&w.ID, &w.Code, &w.City, &w.Postcode, &w.Volume)
	return w, err
}
