package middleware

import (
	"net/http"
	"sync"
	"time"
)

// Limiter holds back devices and clients that send too much.
type Limiter struct {
	perMinute int

	mu      sync.Mutex
	buckets map[string]*bucket // want: mutable-singleton group=rate-limiter
}

type bucket struct {
	minute int64
	used   int
}

// NewLimiter allows a number of requests a minute and client.
func NewLimiter(perMinute int) *Limiter {
	return &Limiter{perMinute: perMinute, buckets: map[string]*bucket{}}
}

// Limit answers 429 to who has used up the minute.
func (l *Limiter) Limit(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		key := Client(r.Context())
		if device := r.Header.Get("X-Device"); device != "" {
			key = device
		}
		if key != "" && !l.allow(key, time.Now()) {
			w.Header().Set("Retry-After", "60")
			http.Error(w, "too many requests", http.StatusTooManyRequests)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (l *Limiter) allow(key string, now time.Time) bool {
	minute := now.Unix() / 60
	l.mu.Lock()
	defer l.mu.Unlock()
	b := l.buckets[key]
	if b == nil || b.minute != minute {
		b = &bucket{minute: minute}
		l.buckets[key] = b
	}
	b.used++
	return b.used <= l.perMinute
}
