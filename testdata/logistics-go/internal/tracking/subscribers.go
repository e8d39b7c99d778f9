package tracking

import (
	"context"
	"fmt"
	"log/slog"

	"example.com/logistics/internal/platform/events"
)

// onMoved puts everything that rides in a vehicle to where the vehicle is.
func (s *Service) onMoved(ctx context.Context, e events.Event) {
	m, ok := e.Data.(events.Moved)
	if !ok {
		return
	}
	numbers, err := s.store.riders(ctx, m.VehicleID)
	if err != nil {
		slog.Error("tracking: riders unknown", "vehicle", m.VehicleID, "error", err)
		return
	}
	for _, n := range numbers {
		s.take(Event{Number: n, Kind: "on_tour", Latitude: m.Latitude, Longitude: m.Longitude, Device: fmt.Sprint("vehicle-", m.VehicleID), HappenedAt: m.At})
		if m.Speed == 0 {
			if err := s.warn(ctx, n); err != nil {
				slog.Warn("tracking: nobody warned", "number", n, "error", err)
			}
		}
	}
}

// onLoaded notes which vehicle a shipment rides in.
func (s *Service) onLoaded(ctx context.Context, e events.Event) {
	l, ok := e.Data.(events.Loaded)
	if !ok {
		return
	}
	if err := s.store.ride(ctx, l.VehicleID, l.Number, e.At); err != nil {
		slog.Error("tracking: ride not noted", "number", l.Number, "error", err)
	}
	s.take(Event{Number: l.Number, Kind: "loaded", HappenedAt: e.At})
}

// onScanned takes what the gates of a warehouse have seen.
func (s *Service) onScanned(_ context.Context, e events.Event) {
	if p, ok := e.Data.(events.Scanned); ok {
		s.take(Event{Number: p.Number, Kind: p.Kind, Place: p.Place, HappenedAt: p.At})
	}
}
