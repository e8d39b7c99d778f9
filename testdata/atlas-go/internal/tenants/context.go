package tenants

import (
	"context"
	"net/http"
	"sync"

	"example.com/atlas/internal/store"
)

type contextKey struct{}

// hosts keeps which tenant a host name belongs to.
var hosts sync.Map // want: in-process-cache group=tenant-config

// scope is what one request knows about its tenant.
type scope struct {
	id    string
	notes map[string]string
}

// FromContext returns the tenant of a request.
func FromContext(ctx context.Context) string {
	s, ok := ctx.Value(contextKey{}).(*scope)
	if !ok {
		return ""
	}
	s.notes["read"] = "yes"
	return s.id
}

// Resolve finds the tenant by host name.
func Resolve(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id, err := lookup(r.Host)
		if err != nil {
			http.NotFound(w, r)
			return
		}
		s := &scope{id: id, notes: map[string]string{}}
		s.notes["host"] = r.Host
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), contextKey{}, s)))
	})
}

func lookup(host string) (string, error) {
	if id, ok := hosts.Load(host); ok {
		return id.(string), nil
	}
	var id string
	if err := store.DB.QueryRow("SELECT id FROM tenants WHERE host = $1", host).Scan(&id); err != nil {
		return "", err
	}
	actual, _ := hosts.LoadOrStore(host, id)
	return actual.(string), nil
}
