// Package tenants knows what each tenant has set and may use.
package tenants

import (
	"encoding/json"
	"maps"
	"net/http"
	"strconv"
	"sync"

	"example.com/atlas/internal/cache"
	"example.com/atlas/internal/store"
)

// byPlan is what a plan includes.
var byPlan = map[string]int{"basic": 10, "plus": 100, "enterprise": 1000}

var (
	limitsMu sync.Mutex
	limits   = map[string]int{} // want: mutable-singleton group=tenant-config
)

// Limits returns what single tenants may use, and the lock that guards it.
func Limits() (map[string]int, *sync.Mutex) {
	return limits, &limitsMu
}

// MaxLines returns how many lines an order of a tenant may have.
func MaxLines(tenant, plan string) int {
	all, lock := Limits()
	lock.Lock()
	defer lock.Unlock()
	if n, ok := all[tenant]; ok {
		return n
	}
	return byPlan[plan]
}

// RaiseLimit gives a tenant more.
func RaiseLimit(w http.ResponseWriter, r *http.Request) {
	n, err := strconv.Atoi(r.FormValue("lines"))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	all, lock := Limits()
	lock.Lock()
	defer lock.Unlock()
	all[r.PathValue("id")] = n
	w.WriteHeader(http.StatusNoContent)
}

// tenantDefaults are what a tenant has that has set nothing.
var tenantDefaults struct { // want: mutable-singleton group=tenant-config
	Locale   string `json:"locale"`
	Timezone string `json:"timezone"`
}

// PutDefaults sets the defaults.
func PutDefaults(w http.ResponseWriter, r *http.Request) {
	if err := json.NewDecoder(r.Body).Decode(&tenantDefaults); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// Store answers from the tenant_settings table.
type Store struct {
	settings *cache.Cache[string, map[string]string] // want: in-process-cache group=tenant-config
}

// NewStore returns a store that reads a tenant's rows at their first use.
func NewStore() *Store {
	return &Store{settings: cache.New(load)}
}

func load(tenant string) (map[string]string, error) {
	rows, err := store.DB.Query("SELECT key, value FROM tenant_settings WHERE tenant_id = $1", tenant)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[string]string{}
	for rows.Next() {
		var k, v string
		if err := rows.Scan(&k, &v); err != nil {
			return nil, err
		}
		out[k] = v
	}
	return out, rows.Err()
}

// Settings writes a tenant's settings.
func (s *Store) Settings(w http.ResponseWriter, r *http.Request) {
	set, err := s.settings.Get(r.PathValue("id"))
	if err != nil {
		http.Error(w, err.Error(), http.StatusNotFound)
		return
	}
	all := map[string]string{"locale": tenantDefaults.Locale, "timezone": tenantDefaults.Timezone}
	maps.Copy(all, set)
	_ = json.NewEncoder(w).Encode(all)
}

// Aggregator merges what tenants push about themselves.
type Aggregator struct {
	sync.RWMutex
	base   map[string]string
	pushed map[string]map[string]string // want: mutable-singleton group=tenant-config
}

// NewAggregator returns an aggregator over base.
func NewAggregator(base map[string]string) *Aggregator {
	return &Aggregator{base: base, pushed: map[string]map[string]string{}}
}

// Push takes a tenant's configuration.
func (a *Aggregator) Push(w http.ResponseWriter, r *http.Request) {
	var values map[string]string
	if err := json.NewDecoder(r.Body).Decode(&values); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	a.merge(r.PathValue("id"), values)
	w.WriteHeader(http.StatusNoContent)
}

func (a *Aggregator) merge(tenant string, values map[string]string) {
	a.Lock()
	defer a.Unlock()
	next := maps.Clone(a.base)
	maps.Copy(next, values)
	a.pushed[tenant] = next
}

// Show writes a tenant's configuration.
func (a *Aggregator) Show(w http.ResponseWriter, r *http.Request) {
	a.RLock()
	defer a.RUnlock()
	values, ok := a.pushed[r.PathValue("id")]
	if !ok {
		values = a.base
	}
	_ = json.NewEncoder(w).Encode(values)
}
