package billing

import (
	"context"
	"database/sql"
	"fmt"
	"sync"
	"time"
)

// Rate is the price of a service into a zone.
type Rate struct {
	Base  int64 // cents
	PerKg int64
}

type rateKey struct{ service, zone string }

type cachedRate struct {
	rate   Rate
	loaded time.Time
}

// rates looks up rate cards. They change a few times a year and are asked for
// with every quote, so they are kept for a while.
type rates struct {
	db  *sql.DB
	ttl time.Duration

	mu    sync.RWMutex
	cache map[rateKey]cachedRate // want: in-process-cache
}

func newRates(db *sql.DB) *rates {
	return &rates{db: db, ttl: 15 * time.Minute, cache: map[rateKey]cachedRate{}}
}

func (r *rates) get(ctx context.Context, service, zone string) (Rate, error) {
	key := rateKey{service, zone}
	r.mu.RLock()
	c, ok := r.cache[key]
	r.mu.RUnlock()
	if ok && time.Since(c.loaded) < r.ttl {
		return c.rate, nil
	}
	var rate Rate
	err := r.db.QueryRowContext(ctx, "SELECT base, per_kg FROM rate_cards WHERE service = $1 AND zone = $2 AND valid_to IS NULL", service, zone).
		Scan(&rate.Base, &rate.PerKg)
	if err != nil {
		return rate, fmt.Errorf("no rate for %s into %s: %w", service, zone, err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.cache[key] = cachedRate{rate, time.Now()}
	return rate, nil
}

// replace ends the current rate card and begins another one.
func (r *rates) replace(ctx context.Context, service, zone string, rate Rate) error {
	if _, err := r.db.ExecContext(ctx, "UPDATE rate_cards SET valid_to = current_date WHERE service = $1 AND zone = $2 AND valid_to IS NULL", service, zone); err != nil {
		return err
	}
	if _, err := r.db.ExecContext(ctx, "INSERT INTO rate_cards (service, zone, base, per_kg) VALUES ($1, $2, $3, $4)", service, zone, rate.Base, rate.PerKg); err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.cache, rateKey{service, zone})
	return nil
}

// zone is what rates depend on: the first sign of the postcode, or the country.
func zone(destination string) string {
	if destination == "" {
		return "domestic"
	}
	switch destination[0] {
	case '0', '1', '2', '3':
		return "north"
	case '4', '5', '6', '7', '8', '9':
		return "south"
	}
	return "abroad"
}
