// Package events carries events from who publishes them to who has subscribed,
// within this process.
package events

import (
	"context"
	"log/slog"
	"time"
)

// Event is something that has happened.
type Event struct {
	Topic string
	At    time.Time
	Data  any
}

// Subscriber takes an event. It must not block for long: there are few workers.
type Subscriber func(ctx context.Context, e Event)

// Bus hands events over in the order in which they come.
type Bus struct {
	queue       chan Event
	subscribers map[string][]Subscriber // filled before Start
}

// NewBus returns a bus with room for as many events as may wait.
func NewBus(room int) *Bus {
	return &Bus{queue: make(chan Event, room), subscribers: map[string][]Subscriber{}}
}

// Subscribe registers for a topic; only before Start.
func (b *Bus) Subscribe(topic string, s Subscriber) {
	b.subscribers[topic] = append(b.subscribers[topic], s)
}

// Publish puts an event into the queue. A full queue loses it: nobody who
// publishes may be held up.
func (b *Bus) Publish(topic string, data any) {
	select {
	case b.queue <- Event{Topic: topic, At: time.Now(), Data: data}:
	default:
		slog.Error("event lost", "topic", topic)
	}
}

// Start begins to hand over, until the context ends.
func (b *Bus) Start(ctx context.Context, workers int) {
	for range workers {
		go b.work(ctx)
	}
}

func (b *Bus) work(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case e := <-b.queue:
			for _, s := range b.subscribers[e.Topic] {
				s(ctx, e)
			}
		}
	}
}
