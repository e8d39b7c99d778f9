// Command closemonth writes the invoices of a month. Cron starts it on the first
// of the next one.
package main

import (
	"context"
	"log"
	"time"

	"example.com/logistics/internal/billing"
	"example.com/logistics/internal/customers"
	"example.com/logistics/internal/notifications"
	"example.com/logistics/internal/platform/config"
	"example.com/logistics/internal/platform/database"
)

func main() {
	ctx := context.Background()
	cfg, err := config.FromEnv()
	if err != nil {
		log.Fatal(err)
	}
	db, err := database.Open(ctx, cfg.DatabaseURL)
	if err != nil {
		log.Fatal(err)
	}
	service := customers.NewService(db)
	notifier := notifications.NewService(db, service, notifications.Mail{Address: cfg.SMTPAddress, From: cfg.MailFrom})
	bills, err := billing.NewService(ctx, db, service, notifier)
	if err != nil {
		log.Fatal(err)
	}
	notifier.Start(ctx, 1)
	count, err := bills.CloseMonth(ctx, time.Now())
	if err != nil {
		log.Fatal(err)
	}
	log.Printf("%d invoices written", count)
}
