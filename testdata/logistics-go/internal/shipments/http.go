package shipments

import (
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"

	"example.com/logistics/internal/platform/httpx"
	"example.com/logistics/internal/tracking"
)

// API serves customers' systems, the counter and the drivers' app.
type API struct{ service *Service }

// NewAPI returns the API.
func NewAPI(s *Service) *API { return &API{s} }

// Routes registers the routes.
func (a *API) Routes(mux *http.ServeMux) {
	mux.Handle("GET /shipments", httpx.Handler(a.list))
	mux.Handle("POST /shipments", httpx.Handler(a.book))
	mux.Handle("GET /shipments/{number}", httpx.Handler(a.show))
	mux.Handle("DELETE /shipments/{number}", httpx.Handler(a.cancel))
	mux.Handle("GET /shipments/{number}/label", httpx.Handler(a.label))
	mux.Handle("POST /shipments/{number}/dispatch", httpx.Handler(a.dispatch))
	mux.Handle("POST /shipments/{number}/delivery", httpx.Handler(a.deliver))
	mux.Handle("PUT /shipments/{number}/destination", httpx.Handler(a.reroute))
	mux.Handle("GET /depots/{depot}/manifest", httpx.Handler(a.manifest))
	mux.Handle("PUT /drafts/{id}", httpx.Handler(a.saveDraft))
	mux.Handle("GET /drafts/{id}", httpx.Handler(a.draft))
}

func (a *API) list(w http.ResponseWriter, r *http.Request) error {
	customer, err := strconv.ParseInt(r.URL.Query().Get("customer"), 10, 64)
	if err != nil {
		return httpx.Refuse(http.StatusBadRequest, "customer is no id")
	}
	found, err := list(r.Context(), a.service.db, customer, 100)
	if err != nil {
		return err
	}
	httpx.JSON(w, http.StatusOK, found)
	return nil
}

func (a *API) book(w http.ResponseWriter, r *http.Request) error {
	var o Order
	if err := httpx.Body(w, r, &o); err != nil {
		return err
	}
	sh, err := a.service.Book(r.Context(), o)
	if err != nil {
		return err
	}
	httpx.JSON(w, http.StatusCreated, sh)
	return nil
}

func (a *API) show(w http.ResponseWriter, r *http.Request) error {
	sh, err := get(r.Context(), a.service.db, r.PathValue("number"))
	if err != nil {
		return err
	}
	last, _, err := a.service.tracking.Last(r.Context(), sh.Number)
	if err != nil {
		return err
	}
	httpx.JSON(w, http.StatusOK, struct {
		Shipment
		Last tracking.Event `json:"last"`
	}{sh, last})
	return nil
}

func (a *API) cancel(w http.ResponseWriter, r *http.Request) error {
	if err := a.service.Cancel(r.Context(), r.PathValue("number")); err != nil {
		return conflict(err)
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (a *API) label(w http.ResponseWriter, r *http.Request) error {
	text, err := a.service.Label(r.Context(), r.PathValue("number"))
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "x-application/zpl")
	_, err = io.WriteString(w, text)
	return err
}

func (a *API) dispatch(w http.ResponseWriter, r *http.Request) error {
	assignment, err := a.service.Dispatch(r.Context(), r.PathValue("number"))
	if err != nil {
		return conflict(err)
	}
	httpx.JSON(w, http.StatusOK, assignment)
	return nil
}

func (a *API) deliver(w http.ResponseWriter, r *http.Request) error {
	var body struct {
		ReceivedBy string `json:"receivedBy"`
	}
	if err := httpx.Body(w, r, &body); err != nil {
		return err
	}
	if err := a.service.Deliver(r.Context(), r.PathValue("number"), body.ReceivedBy); err != nil {
		return conflict(err)
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (a *API) reroute(w http.ResponseWriter, r *http.Request) error {
	var body struct {
		Destination string `json:"destination"`
	}
	if err := httpx.Body(w, r, &body); err != nil {
		return err
	}
	sh, err := a.service.Reroute(r.Context(), r.PathValue("number"), body.Destination)
	if err != nil {
		return conflict(err)
	}
	httpx.JSON(w, http.StatusOK, sh)
	return nil
}

func (a *API) manifest(w http.ResponseWriter, r *http.Request) error {
	rows, err := a.service.Manifest(r.Context(), r.PathValue("depot"), time.Now())
	if err != nil {
		return err
	}
	httpx.JSON(w, http.StatusOK, rows)
	return nil
}

func (a *API) saveDraft(w http.ResponseWriter, r *http.Request) error {
	var o Order
	if err := httpx.Body(w, r, &o); err != nil {
		return err
	}
	a.service.drafts.save(r.PathValue("id"), o)
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (a *API) draft(w http.ResponseWriter, r *http.Request) error {
	o, ok := a.service.drafts.get(r.PathValue("id"))
	if !ok {
		return httpx.Refuse(http.StatusNotFound, "no such draft")
	}
	httpx.JSON(w, http.StatusOK, o)
	return nil
}

func conflict(err error) error {
	if errors.Is(err, ErrState) {
		return httpx.Refuse(http.StatusConflict, err.Error())
	}
	return err
}
