package tracking

import (
	"context"
	"time"
)

// slack is how late a shipment may be before somebody is told.
const slack = 2 * time.Hour

// arrival estimates when a shipment arrives: as promised, unless nothing has
// been heard of it for too long.
func (s *Service) arrival(ctx context.Context, number string, events []Event) (time.Time, error) {
	p, err := s.store.promise(ctx, number)
	if err != nil {
		return time.Time{}, err
	}
	return estimate(p.at, events, time.Now()), nil
}

func estimate(promised time.Time, events []Event, now time.Time) time.Time {
	if len(events) == 0 {
		return promised
	}
	last := events[len(events)-1]
	if last.final() {
		return last.HappenedAt
	}
	if silent := now.Sub(last.HappenedAt); silent > 24*time.Hour {
		return later(promised, now.Add(24*time.Hour))
	}
	if last.Kind == "on_tour" {
		return later(now.Add(time.Hour), last.HappenedAt.Add(4*time.Hour))
	}
	return promised
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// warn tells a customer about a shipment that will be late.
func (s *Service) warn(ctx context.Context, number string) error {
	p, err := s.store.promise(ctx, number)
	if err != nil {
		return err
	}
	events, err := s.store.of(ctx, number)
	if err != nil {
		return err
	}
	if at := estimate(p.at, events, time.Now()); at.After(p.at.Add(slack)) {
		s.notifier.Send(p.customer, "shipment.delayed", map[string]string{"number": number, "day": at.Format(time.DateOnly)})
	}
	return nil
}
