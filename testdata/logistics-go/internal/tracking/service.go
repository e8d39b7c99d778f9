package tracking

import (
	"context"
	"database/sql"
	"log/slog"
	"time"

	"example.com/logistics/internal/notifications"
	"example.com/logistics/internal/platform/events"
)

// Service takes events and answers where shipments are.
type Service struct {
	store    *store
	notifier *notifications.Service
	incoming chan Event
	scans    *scans
}

// NewService returns the service; events wait until Start.
func NewService(db *sql.DB, n *notifications.Service) *Service {
	return &Service{store: &store{db: db}, notifier: n, incoming: make(chan Event, 8192), scans: newScans(time.Minute)}
}

// Subscribe has the service told what happens elsewhere.
func (s *Service) Subscribe(bus *events.Bus) {
	bus.Subscribe(events.VehicleMoved, s.onMoved)
	bus.Subscribe(events.VehicleLoaded, s.onLoaded)
	bus.Subscribe(events.ParcelScanned, s.onScanned)
}

// Record takes an event. It is written with others, a moment later.
func (s *Service) Record(number, kind, place string) {
	s.take(Event{Number: number, Kind: kind, Place: place, HappenedAt: time.Now()})
}

func (s *Service) take(e Event) {
	select {
	case s.incoming <- e:
	default:
		slog.Error("tracking: event lost", "number", e.Number, "kind", e.Kind)
	}
}

// Start begins to write events, until the context ends.
func (s *Service) Start(ctx context.Context) { go s.write(ctx) }

// write collects what has come in and stores it, twice a second.
func (s *Service) write(ctx context.Context) {
	tick := time.NewTicker(500 * time.Millisecond)
	defer tick.Stop()
	var batch []Event
	for {
		select {
		case <-ctx.Done():
			return
		case e := <-s.incoming:
			batch = append(batch, e)
		case <-tick.C:
			s.flush(ctx, batch)
			batch = batch[:0]
		}
	}
}

func (s *Service) flush(ctx context.Context, batch []Event) {
	if err := s.store.add(ctx, batch); err != nil {
		slog.Error("tracking: events not stored", "count", len(batch), "error", err)
		return
	}
	for _, e := range batch {
		if e.final() {
			if err := s.store.leave(ctx, e.Number); err != nil {
				slog.Error("tracking: ride not ended", "number", e.Number, "error", err)
			}
		}
	}
}

// Timeline is where a shipment has been and when it will arrive.
func (s *Service) Timeline(ctx context.Context, number string) (Timeline, error) {
	list, err := s.store.of(ctx, number)
	if err != nil {
		return Timeline{}, err
	}
	t := timeline(number, list)
	t.Arrives, err = s.arrival(ctx, number, list)
	return t, err
}

// Last is the latest event of a shipment; ok is false if there is none.
func (s *Service) Last(ctx context.Context, number string) (e Event, ok bool, err error) {
	list, err := s.store.of(ctx, number)
	if err != nil || len(list) == 0 {
		return Event{}, false, err
	}
	return list[len(list)-1], true, nil
}
