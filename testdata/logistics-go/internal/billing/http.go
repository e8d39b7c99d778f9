package billing

import (
	"net/http"
	"time"

	"example.com/logistics/internal/platform/httpx"
)

// API serves billing over HTTP.
type API struct{ service *Service }

// NewAPI returns the API.
func NewAPI(s *Service) *API { return &API{s} }

// Routes registers the routes.
func (a *API) Routes(mux *http.ServeMux) {
	mux.Handle("POST /quotes", httpx.Handler(a.quote))
	mux.Handle("PUT /rates/{service}/{zone}", httpx.Handler(a.putRate))
	mux.Handle("GET /customers/{id}/invoices", httpx.Handler(a.list))
	mux.Handle("POST /customers/{id}/invoices", httpx.Handler(a.issue))
	mux.Handle("GET /invoices/{id}", httpx.Handler(a.show))
	mux.Handle("POST /invoices/{id}/payments", httpx.Handler(a.pay))
}

func (a *API) quote(w http.ResponseWriter, r *http.Request) error {
	var q QuoteRequest
	if err := httpx.Body(w, r, &q); err != nil {
		return err
	}
	quote, err := a.service.Quote(r.Context(), q)
	if err != nil {
		return err
	}
	httpx.JSON(w, http.StatusOK, quote)
	return nil
}

func (a *API) putRate(w http.ResponseWriter, r *http.Request) error {
	var rate Rate
	if err := httpx.Body(w, r, &rate); err != nil {
		return err
	}
	if rate.Base <= 0 || rate.PerKg < 0 {
		return httpx.Refuse(http.StatusUnprocessableEntity, "a rate is more than nothing")
	}
	if err := a.service.rates.replace(r.Context(), r.PathValue("service"), r.PathValue("zone"), rate); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (a *API) list(w http.ResponseWriter, r *http.Request) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	rows, err := a.service.db.QueryContext(r.Context(), "SELECT id, number, customer_id, status, total, due_at FROM invoices WHERE customer_id = $1 ORDER BY id DESC LIMIT 100", id)
	if err != nil {
		return err
	}
	defer rows.Close()
	list := []Invoice{}
	for rows.Next() {
		var i Invoice
		if err := rows.Scan(&i.ID, &i.Number, &i.CustomerID, &i.Status, &i.Total, &i.DueAt); err != nil {
			return err
		}
		list = append(list, i)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	httpx.JSON(w, http.StatusOK, list)
	return nil
}

func (a *API) issue(w http.ResponseWriter, r *http.Request) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	inv, err := a.service.Issue(r.Context(), id, time.Now())
	if err != nil {
		return err
	}
	httpx.JSON(w, http.StatusCreated, inv)
	return nil
}

func (a *API) show(w http.ResponseWriter, r *http.Request) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	lines, err := a.service.Lines(r.Context(), id)
	if err != nil {
		return err
	}
	httpx.JSON(w, http.StatusOK, lines)
	return nil
}

func (a *API) pay(w http.ResponseWriter, r *http.Request) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	var payment struct {
		Amount int64 `json:"amount"`
	}
	if err := httpx.Body(w, r, &payment); err != nil {
		return err
	}
	if err := a.service.Pay(r.Context(), id, payment.Amount); err != nil {
		return httpx.Refuse(http.StatusConflict, err.Error())
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
