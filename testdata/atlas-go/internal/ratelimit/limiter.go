// Package ratelimit holds back callers that come too often.
package ratelimit

import (
	"net"
	"net/http"
	"sync"
	"time"

	"example.com/atlas/internal/store"
)

// Limiter says whether a key may go on.
type Limiter interface {
	Allow(key string) bool
}

// New returns the limiter that the settings name.
func New(kind string) Limiter {
	if kind == "database" {
		return &tableLimiter{perMinute: 120}
	}
	return &memoryLimiter{perMinute: 120, windows: map[string]window{}}
}

type window struct {
	slot  int64
	count int
}

type memoryLimiter struct {
	perMinute int
	mu        sync.Mutex
	windows   map[string]window // want: mutable-singleton group=rate-limiter
}

func (l *memoryLimiter) Allow(key string) bool {
	minute := time.Now().Unix() / 60
	l.mu.Lock()
	defer l.mu.Unlock()
	w := l.windows[key]
	if w.slot != minute {
		w = window{slot: minute}
	}
	w.count++
	l.windows[key] = w
	return w.count <= l.perMinute
}

// tableLimiter counts in the database, where all copies see it.
type tableLimiter struct {
	perMinute int
}

func (l *tableLimiter) Allow(key string) bool {
	var count int
	err := store.DB.QueryRow("INSERT INTO hits (key, minute) VALUES ($1, date_trunc('minute', now())) ON CONFLICT (key, minute) DO UPDATE SET count = hits.count + 1 RETURNING count", key).Scan(&count)
	return err == nil && count <= l.perMinute
}

// Middleware turns callers away that the limiter does not let through.
func Middleware(l Limiter, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !l.Allow(r.Header.Get("X-Api-Key")) {
			http.Error(w, "slow down", http.StatusTooManyRequests)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func address(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}
