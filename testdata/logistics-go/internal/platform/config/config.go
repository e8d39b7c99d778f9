// Package config reads the settings of the process from its environment.
package config

import (
	"fmt"
	"os"
	"strconv"
	"time"
)

// Config is what a deployment may set.
type Config struct {
	Listen        string
	DatabaseURL   string
	SMTPAddress   string
	MailFrom      string
	SMSGateway    string
	APIKeys       string // name=key, separated by commas
	DevicesPerMin int
	DunningEvery  time.Duration
}

// FromEnv reads the settings; only the database has no default.
func FromEnv() (Config, error) {
	c := Config{
		Listen:        or("LISTEN", ":8080"),
		DatabaseURL:   os.Getenv("DATABASE_URL"),
		SMTPAddress:   or("SMTP_ADDRESS", "localhost:25"),
		MailFrom:      or("MAIL_FROM", "parcels@logistics.example"),
		SMSGateway:    os.Getenv("SMS_GATEWAY"),
		APIKeys:       os.Getenv("API_KEYS"),
		DevicesPerMin: 600,
		DunningEvery:  6 * time.Hour,
	}
	if c.DatabaseURL == "" {
		return c, fmt.Errorf("config: DATABASE_URL is not set")
	}
	if text := os.Getenv("DEVICES_PER_MINUTE"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			return c, fmt.Errorf("config: DEVICES_PER_MINUTE: %w", err)
		}
		c.DevicesPerMin = n
	}
	return c, nil
}

func or(name, fallback string) string {
	if v := os.Getenv(name); v != "" {
		return v
	}
	return fallback
}
