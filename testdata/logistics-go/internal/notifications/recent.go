package notifications

import (
	"fmt"
	"sync"
	"time"
)

// recent keeps customers from being told the same twice when a scanner stutters.
type recent struct {
	window time.Duration

	mu   sync.Mutex
	sent map[string]time.Time // want: mutable-singleton
}

func newRecent(window time.Duration) *recent {
	return &recent{window: window, sent: map[string]time.Time{}}
}

func (r *recent) seen(m message, now time.Time) bool {
	key := fmt.Sprint(m.customer, m.template, m.values["number"])
	r.mu.Lock()
	defer r.mu.Unlock()
	if at, ok := r.sent[key]; ok && now.Sub(at) < r.window {
		return true
	}
	if len(r.sent) > 100_000 {
		clear(r.sent)
	}
	r.sent[key] = now
	return false
}
