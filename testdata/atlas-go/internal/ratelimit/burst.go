package ratelimit

import (
	"net/http"
	"sync"
	"time"
)

const perSecond = 30

var (
	mu     sync.Mutex
	bursts = map[string]window{} // want: mutable-singleton group=rate-limiter
)

// Burst turns away an address that asks too much within one second.
func Burst(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if count(address(r)) > perSecond {
			http.Error(w, "slow down", http.StatusTooManyRequests)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func count(key string) int {
	second := time.Now().Unix()
	mu.Lock()
	defer mu.Unlock()
	for k, w := range bursts {
		if w.slot < second {
			delete(bursts, k)
		}
	}
	w := bursts[key]
	w.slot = second
	w.count++
	bursts[key] = w
	return w.count
}
