package customers

import (
	"context"
	"net/http"
	"strings"

	"example.com/logistics/internal/platform/httpx"
)

// History lists what a customer has sent.
type History interface {
	CountSince(ctx context.Context, customer int64, days int) (int, error)
}

// API serves customers over HTTP.
type API struct {
	service *Service
	history History
}

// NewAPI returns the API.
func NewAPI(s *Service, h History) *API { return &API{service: s, history: h} }

// Routes registers the routes.
func (a *API) Routes(mux *http.ServeMux) {
	mux.Handle("GET /customers", httpx.Handler(a.search))
	mux.Handle("POST /customers", httpx.Handler(a.create))
	mux.Handle("GET /customers/{id}", httpx.Handler(a.show))
	mux.Handle("PUT /customers/{id}", httpx.Handler(a.update))
	mux.Handle("PUT /customers/{id}/addresses/{kind}", httpx.Handler(a.putAddress))
	mux.Handle("DELETE /customers/{id}/block", httpx.Handler(a.unblock))
}

func (a *API) search(w http.ResponseWriter, r *http.Request) error {
	found, err := a.service.store.search(r.Context(), strings.TrimSpace(r.URL.Query().Get("q")), 50)
	if err != nil {
		return err
	}
	httpx.JSON(w, http.StatusOK, found)
	return nil
}

func (a *API) create(w http.ResponseWriter, r *http.Request) error {
	var c Customer
	if err := httpx.Body(w, r, &c); err != nil {
		return err
	}
	if c.Name == "" || !strings.Contains(c.Email, "@") {
		return httpx.Refuse(http.StatusUnprocessableEntity, "name and email are needed")
	}
	if c.Language == "" {
		c.Language = "en"
	}
	if err := a.service.store.insert(r.Context(), &c); err != nil {
		return err
	}
	httpx.JSON(w, http.StatusCreated, c)
	return nil
}

func (a *API) show(w http.ResponseWriter, r *http.Request) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	c, err := a.service.Get(r.Context(), id)
	if err != nil {
		return err
	}
	sent, err := a.history.CountSince(r.Context(), id, 90)
	if err != nil {
		return err
	}
	httpx.JSON(w, http.StatusOK, struct {
		Customer
		SentIn90Days int `json:"sentIn90Days"`
	}{c, sent})
	return nil
}

func (a *API) update(w http.ResponseWriter, r *http.Request) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	c, err := a.service.Get(r.Context(), id)
	if err != nil {
		return err
	}
	if err := httpx.Body(w, r, &c); err != nil {
		return err
	}
	c.ID = id
	if err := a.service.store.update(r.Context(), c); err != nil {
		return err
	}
	httpx.JSON(w, http.StatusOK, c)
	return nil
}

func (a *API) putAddress(w http.ResponseWriter, r *http.Request) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	var address Address
	if err := httpx.Body(w, r, &address); err != nil {
		return err
	}
	address.Kind = r.PathValue("kind")
	if err := a.service.store.putAddress(r.Context(), id, address); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (a *API) unblock(w http.ResponseWriter, r *http.Request) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	if err := a.service.store.setBlocked(r.Context(), id, false); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
