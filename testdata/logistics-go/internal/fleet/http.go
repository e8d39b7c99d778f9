package fleet

import (
	"net/http"
	"time"

	"example.com/logistics/internal/platform/events"
	"example.com/logistics/internal/platform/httpx"
)

// API serves dispatchers and takes what vehicles send.
type API struct{ service *Service }

// NewAPI returns the API.
func NewAPI(s *Service) *API { return &API{s} }

// Routes registers the routes.
func (a *API) Routes(mux *http.ServeMux) {
	mux.Handle("GET /depots/{depot}/vehicles", httpx.Handler(a.vehicles))
	mux.Handle("POST /depots/{depot}/tours", httpx.Handler(a.plan))
	mux.Handle("GET /vehicles/positions", httpx.Handler(a.positions))
	mux.Handle("POST /vehicles/{id}/positions", httpx.Handler(a.moved))
	mux.Handle("DELETE /vehicles/{id}", httpx.Handler(a.retire))
	mux.Handle("GET /drivers", httpx.Handler(a.drivers))
	mux.Handle("PUT /vehicles/{id}/driver", httpx.Handler(a.board))
}

func (a *API) vehicles(w http.ResponseWriter, r *http.Request) error {
	list, err := a.service.Vehicles(r.Context(), r.PathValue("depot"))
	if err != nil {
		return err
	}
	httpx.JSON(w, http.StatusOK, list)
	return nil
}

func (a *API) plan(w http.ResponseWriter, r *http.Request) error {
	day := time.Now()
	if text := r.URL.Query().Get("day"); text != "" {
		var err error
		if day, err = time.Parse(time.DateOnly, text); err != nil {
			return httpx.Refuse(http.StatusBadRequest, "day is no date")
		}
	}
	planned, err := a.service.Plan(r.Context(), r.PathValue("depot"), day)
	if err != nil {
		return err
	}
	httpx.JSON(w, http.StatusOK, map[string]int{"planned": planned})
	return nil
}

func (a *API) positions(w http.ResponseWriter, _ *http.Request) error {
	httpx.JSON(w, http.StatusOK, a.service.positions.all())
	return nil
}

// moved takes the position that a vehicle sends every minute.
func (a *API) moved(w http.ResponseWriter, r *http.Request) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	p := Position{At: time.Now()}
	if err := httpx.Body(w, r, &p); err != nil {
		return err
	}
	p.VehicleID = id
	a.service.positions.put(p)
	a.service.bus.Publish(events.VehicleMoved, events.Moved{VehicleID: id, Latitude: p.Latitude, Longitude: p.Longitude, Speed: p.Speed, At: p.At})
	w.WriteHeader(http.StatusAccepted)
	return nil
}

func (a *API) retire(w http.ResponseWriter, r *http.Request) error {
	id, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	if err := a.service.Retire(r.Context(), id); err != nil {
		return httpx.Refuse(http.StatusConflict, err.Error())
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (a *API) drivers(w http.ResponseWriter, r *http.Request) error {
	list, err := a.service.drivers(r.Context())
	if err != nil {
		return err
	}
	httpx.JSON(w, http.StatusOK, list)
	return nil
}

func (a *API) board(w http.ResponseWriter, r *http.Request) error {
	vehicle, err := httpx.ID(r, "id")
	if err != nil {
		return err
	}
	var body struct {
		DriverID int64 `json:"driverId"`
	}
	if err := httpx.Body(w, r, &body); err != nil {
		return err
	}
	if err := a.service.board(r.Context(), body.DriverID, vehicle); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
