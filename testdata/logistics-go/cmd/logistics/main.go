// Command logistics serves the platform.
package main

import (
	"context"
	"errors"
	"log"
	"net/http"
	"os/signal"
	"syscall"
	"time"

	"example.com/logistics/internal/billing"
	"example.com/logistics/internal/customers"
	"example.com/logistics/internal/fleet"
	"example.com/logistics/internal/notifications"
	"example.com/logistics/internal/platform/config"
	"example.com/logistics/internal/platform/database"
	"example.com/logistics/internal/platform/events"
	"example.com/logistics/internal/platform/middleware"
	"example.com/logistics/internal/shipments"
	"example.com/logistics/internal/tracking"
	"example.com/logistics/internal/warehouses"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	if err := run(ctx); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context) error {
	cfg, err := config.FromEnv()
	if err != nil {
		return err
	}
	db, err := database.Open(ctx, cfg.DatabaseURL) // want: connection-pool group=client-pool
	if err != nil {
		return err
	}
	defer db.Close()

	bus := events.NewBus(4096)
	customerService := customers.NewService(db)
	notifier := notifications.NewService(db, customerService, notifications.Mail{Address: cfg.SMTPAddress, From: cfg.MailFrom}, notifications.NewSMS(cfg.SMSGateway))
	billingService, err := billing.NewService(ctx, db, customerService, notifier)
	if err != nil {
		return err
	}
	customerService.UseBalances(billingService)
	trackingService := tracking.NewService(db, notifier)
	fleetService := fleet.NewService(db, bus, notifier)
	warehouseService := warehouses.NewService(db, bus, notifier)
	shipmentService := shipments.NewService(db, shipments.Others{
		Customers: customerService, Billing: billingService, Fleet: fleetService,
		Warehouses: warehouseService, Tracking: trackingService, Notifications: notifier,
	})

	trackingService.Subscribe(bus)
	billingService.Subscribe(bus)
	bus.Start(ctx, 4)
	notifier.Start(ctx, 4)
	trackingService.Start(ctx)
	go billingService.RemindEvery(ctx, cfg.DunningEvery)

	mux := http.NewServeMux()
	customers.NewAPI(customerService, shipmentService).Routes(mux)
	billing.NewAPI(billingService).Routes(mux)
	fleet.NewAPI(fleetService).Routes(mux)
	warehouses.NewAPI(warehouseService).Routes(mux)
	shipments.NewAPI(shipmentService).Routes(mux)
	tracking.NewAPI(trackingService).Routes(mux)
	notifications.NewAPI(notifier).Routes(mux)
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, r *http.Request) {
		if err := db.PingContext(r.Context()); err != nil {
			http.Error(w, "database does not answer", http.StatusServiceUnavailable)
		}
	})

	limiter := middleware.NewLimiter(cfg.DevicesPerMin)
	handler := middleware.Log(middleware.Authenticate(middleware.ParseKeys(cfg.APIKeys), limiter.Limit(mux)))
	return serve(ctx, &http.Server{Addr: cfg.Listen, Handler: handler, ReadTimeout: 10 * time.Second})
}

// serve runs the server until the context ends and lets requests finish.
func serve(ctx context.Context, server *http.Server) error {
	done := make(chan error, 1)
	go func() { done <- server.ListenAndServe() }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	wait, cancel := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
	defer cancel()
	if err := server.Shutdown(wait); err != nil && !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
