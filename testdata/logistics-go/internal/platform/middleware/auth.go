// Package middleware holds what every request passes through.
package middleware

import (
	"context"
	"crypto/subtle"
	"net/http"
	"strings"
)

type clientKey struct{}

// Client returns the name of the API client that sent a request, or "" for the
// public.
func Client(ctx context.Context) string {
	name, _ := ctx.Value(clientKey{}).(string)
	return name
}

// ParseKeys reads "name=key,name=key".
func ParseKeys(text string) map[string]string {
	keys := map[string]string{}
	for _, pair := range strings.Split(text, ",") {
		if name, key, ok := strings.Cut(strings.TrimSpace(pair), "="); ok {
			keys[name] = key
		}
	}
	return keys
}

// Authenticate lets the public see parcels and nothing else.
func Authenticate(keys map[string]string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/track/") || r.URL.Path == "/healthz" {
			next.ServeHTTP(w, r)
			return
		}
		given := []byte(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "))
		for name, key := range keys {
			if subtle.ConstantTimeCompare(given, []byte(key)) == 1 {
				next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), clientKey{}, name)))
				return
			}
		}
		http.Error(w, "unknown client", http.StatusUnauthorized)
	})
}
