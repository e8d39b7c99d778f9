package tracking

import (
	"net/http"
	"strings"
	"time"

	"example.com/logistics/internal/platform/httpx"
)

// API serves the public and takes what devices send.
type API struct{ service *Service }

// NewAPI returns the API.
func NewAPI(s *Service) *API { return &API{s} }

// Routes registers the routes.
func (a *API) Routes(mux *http.ServeMux) {
	mux.Handle("GET /track/{number}", httpx.Handler(a.show))
	mux.Handle("GET /track/{number}/events", httpx.Handler(a.events))
	mux.Handle("GET /track/{number}/position", httpx.Handler(a.position))
	mux.Handle("POST /tracking/scans", httpx.Handler(a.scan))
}

func (a *API) show(w http.ResponseWriter, r *http.Request) error {
	t, err := a.service.Timeline(r.Context(), strings.ToUpper(r.PathValue("number")))
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "max-age=30")
	httpx.JSON(w, http.StatusOK, t)
	return nil
}

func (a *API) events(w http.ResponseWriter, r *http.Request) error {
	list, err := a.service.store.of(r.Context(), strings.ToUpper(r.PathValue("number")))
	if err != nil {
		return err
	}
	httpx.JSON(w, http.StatusOK, list)
	return nil
}

// position is the last place on the map, for those who refresh all day.
func (a *API) position(w http.ResponseWriter, r *http.Request) error {
	e, ok, err := a.service.Last(r.Context(), strings.ToUpper(r.PathValue("number")))
	if err != nil {
		return err
	}
	if !ok || e.Latitude == 0 && e.Longitude == 0 {
		return httpx.Refuse(http.StatusNotFound, "not on the road")
	}
	httpx.JSON(w, http.StatusOK, map[string]float64{"latitude": e.Latitude, "longitude": e.Longitude})
	return nil
}

func (a *API) scan(w http.ResponseWriter, r *http.Request) error {
	var scan struct {
		Number string    `json:"number"`
		Kind   string    `json:"kind"`
		Place  string    `json:"place"`
		At     time.Time `json:"at"`
	}
	if err := httpx.Body(w, r, &scan); err != nil {
		return err
	}
	device := r.Header.Get("X-Device")
	if scan.Number == "" || scan.Kind == "" || device == "" {
		return httpx.Refuse(http.StatusUnprocessableEntity, "number, kind and device are needed")
	}
	if !a.service.scans.again(device, scan.Number, scan.Kind, time.Now()) {
		a.service.take(Event{Number: scan.Number, Kind: scan.Kind, Place: scan.Place, Device: device, HappenedAt: scan.At})
	}
	w.WriteHeader(http.StatusAccepted)
	return nil
}
