// Command atlas serves the shop.
package main

import (
	"log"
	"net/http"
	"os"
	"time"

	"example.com/atlas/internal/billing"
	"example.com/atlas/internal/flags"
	"example.com/atlas/internal/login"
	"example.com/atlas/internal/notify"
	"example.com/atlas/internal/orders"
	"example.com/atlas/internal/ratelimit"
	"example.com/atlas/internal/reports"
	"example.com/atlas/internal/search"
	"example.com/atlas/internal/store"
	"example.com/atlas/internal/tenants"
	"example.com/atlas/internal/version"
)

func main() {
	if err := store.Open(os.Getenv("DATABASE_URL")); err != nil {
		log.Fatal(err)
	}
	reader, err := reports.Open(os.Getenv("REPLICA_URL"))
	if err != nil {
		log.Fatal(err)
	}
	sms := notify.NewSMS(os.Getenv("TWILIO_URL"))
	slack := notify.NewSlack(os.Getenv("SLACK_URL"))
	notify.Start(sms, slack)

	limiter := ratelimit.New(os.Getenv("LIMITER"))
	flagStore := flags.NewStore()
	tenantStore := tenants.NewStore()
	aggregator := tenants.NewAggregator(map[string]string{"locale": "en"})
	auth := login.NewServer([]byte(os.Getenv("COOKIE_KEY")))
	index := search.NewIndex(os.Getenv("SEARCH_URL"))

	go flags.RefreshRollouts(time.Minute)

	mux := http.NewServeMux()
	mux.HandleFunc("POST /login", auth.Login)
	mux.HandleFunc("POST /logout", auth.Logout)
	mux.HandleFunc("POST /orders", orders.Create)
	mux.HandleFunc("POST /orders/{id}/complete", orders.Complete)
	mux.HandleFunc("GET /prices", orders.Prices)
	mux.HandleFunc("POST /invoices/{id}/pay", billing.Pay)
	mux.Handle("GET /search", search.Throttle(10)(http.HandlerFunc(index.Search)))
	mux.HandleFunc("GET /exports/{id}", reader.Export)
	mux.HandleFunc("GET /flags/{name}", flagStore.Show)
	mux.HandleFunc("PUT /admin/flags", flags.Reload)
	mux.HandleFunc("PUT /admin/flags/{name}", flags.Override)
	mux.HandleFunc("GET /tenants/{id}/settings", tenantStore.Settings)
	mux.HandleFunc("PUT /admin/tenants/{id}/limits", tenants.RaiseLimit)
	mux.HandleFunc("PUT /admin/tenants/defaults", tenants.PutDefaults)
	mux.HandleFunc("PUT /tenants/{id}/config", aggregator.Push)
	mux.HandleFunc("GET /tenants/{id}/config", aggregator.Show)

	handler := tenants.Resolve(ratelimit.Burst(ratelimit.Middleware(limiter, mux)))
	server := &http.Server{Addr: ":8080", Handler: handler, ReadTimeout: 10 * time.Second}
	log.Print("atlas ", version.String())
	log.Fatal(server.ListenAndServe())
}
