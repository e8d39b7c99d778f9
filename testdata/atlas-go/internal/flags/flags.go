// Package flags turns features on and off.
package flags

import (
	"encoding/json"
	"fmt"
	"hash/crc32"
	"log"
	"maps"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"example.com/atlas/internal/cache"
	"example.com/atlas/internal/store"
)

var defaults = map[string]bool{"fulfilment": true, "gallery": false}

var (
	mu      sync.RWMutex
	current = maps.Clone(defaults) // want: mutable-singleton group=feature-flag
)

// overrides are what support has switched by hand.
var overrides atomic.Pointer[map[string]bool] // want: mutable-singleton group=feature-flag

// Enabled says whether a feature is on.
func Enabled(name string) bool {
	if o := overrides.Load(); o != nil {
		if on, ok := (*o)[name]; ok {
			return on
		}
	}
	mu.RLock()
	defer mu.RUnlock()
	return current[name]
}

// Reload replaces all features by those in the request.
func Reload(w http.ResponseWriter, r *http.Request) {
	next := maps.Clone(defaults)
	if err := json.NewDecoder(r.Body).Decode(&next); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	mu.Lock()
	current = next
	mu.Unlock()
	w.WriteHeader(http.StatusNoContent)
}

// Override switches one feature.
func Override(w http.ResponseWriter, r *http.Request) {
	next := map[string]bool{}
	if o := overrides.Load(); o != nil {
		maps.Copy(next, *o)
	}
	next[r.PathValue("name")] = r.FormValue("on") == "1"
	overrides.Store(&next)
	w.WriteHeader(http.StatusNoContent)
}

// Store answers from the feature_flags table.
type Store struct {
	rows *cache.Cache[string, bool] // want: in-process-cache group=feature-flag
}

// NewStore returns a store that reads a row at its first use.
func NewStore() *Store {
	return &Store{rows: cache.New(func(name string) (bool, error) {
		var on bool
		err := store.DB.QueryRow("SELECT enabled FROM feature_flags WHERE name = $1", name).Scan(&on)
		return on, err
	})}
}

// Show writes whether a feature is on.
func (s *Store) Show(w http.ResponseWriter, r *http.Request) {
	on, err := s.rows.Get(r.PathValue("name"))
	if err != nil {
		http.Error(w, err.Error(), http.StatusNotFound)
		return
	}
	fmt.Fprintln(w, on)
}

var (
	rolloutMu sync.RWMutex
	rollouts  = map[string]uint32{} // want: in-process-cache group=feature-flag
)

// InRollout says whether a key is in the share that has a feature.
func InRollout(name, key string) bool {
	rolloutMu.RLock()
	defer rolloutMu.RUnlock()
	return crc32.ChecksumIEEE([]byte(name+key))%100 < rollouts[name]
}

// RefreshRollouts reads the shares again and again.
func RefreshRollouts(every time.Duration) {
	for range time.Tick(every) {
		if err := refresh(); err != nil {
			log.Print(err)
		}
	}
}

func refresh() error {
	rows, err := store.DB.Query("SELECT name, rollout FROM feature_flags")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		var share uint32
		if err := rows.Scan(&name, &share); err != nil {
			return err
		}
		rolloutMu.Lock()
		rollouts[name] = share
		rolloutMu.Unlock()
	}
	return rows.Err()
}
