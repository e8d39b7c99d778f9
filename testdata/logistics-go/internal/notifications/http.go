package notifications

import (
	"net/http"
	"time"

	"example.com/logistics/internal/platform/httpx"
)

// API serves preferences and what was sent.
type API struct{ service *Service }

// NewAPI returns the API.
func NewAPI(s *Service) *API { return &API{s} }

// Routes registers the routes.
func (a *API) Routes(mux *http.ServeMux) {
	mux.Handle("GET /customers/{id}/notifications", httpx.Handler(a.sent))
	mux.Handle("GET /customers/{id}/notifications/preferences", httpx.Handler(a.preferences))
	mux.Handle("PUT /customers/{id}/notifications/preferences", httpx.Handler(a.setPreferences))
}

func (a *API) preferences(w http.ResponseWriter, r *http.Request) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	p, err := a.service.preferences(r.Context(), id)
	if err != nil {
		return err
	}
	httpx.JSON(w, http.StatusOK, p)
	return nil
}

func (a *API) setPreferences(w http.ResponseWriter, r *http.Request) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	var p Preferences
	if err := httpx.Body(w, r, &p); err != nil {
		return err
	}
	if err := a.service.setPreferences(r.Context(), id, p); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (a *API) sent(w http.ResponseWriter, r *http.Request) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	rows, err := a.service.db.QueryContext(r.Context(), "SELECT template, channel, status, created_at FROM notification_messages WHERE customer_id = $1 ORDER BY id DESC LIMIT 100", id)
	if err != nil {
		return err
	}
	defer rows.Close()
	type entry struct {
		Template, Channel, Status string
		At                        time.Time
	}
	list := []entry{}
	for rows.Next() {
		var e entry
		if err := rows.Scan(&e.Template, &e.Channel, &e.Status, &e.At); err != nil {
			return err
		}
		list = append(list, e)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	httpx.JSON(w, http.StatusOK, list)
	return nil
}
