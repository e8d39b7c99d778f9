package tracking

import (
	"sync"
	"time"
)

// scans drops what a hand scanner sends twice: drivers press until it beeps.
type scans struct {
	window time.Duration

	mu   sync.Mutex
	last map[string]time.Time // want: mutable-singleton
}

func newScans(window time.Duration) *scans {
	return &scans{window: window, last: map[string]time.Time{}}
}

// again tells whether the same scan came within the window.
func (s *scans) again(device, number, kind string, now time.Time) bool {
	key := device + "|" + number + "|" + kind
	s.mu.Lock()
	defer s.mu.Unlock()
	if at, ok := s.last[key]; ok && now.Sub(at) < s.window {
		return true
	}
	for k, at := range s.last {
		if now.Sub(at) > s.window {
			delete(s.last, k)
		}
	}
	s.last[key] = now
	return false
}
