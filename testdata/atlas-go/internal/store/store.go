// Package store opens the database.
package store

import (
	"database/sql"
	"errors"
	"time"
)

// DB is the shop's database.
var DB *sql.DB // want: connection-pool group=client-pool

// ErrNoURL says that no database was named.
var ErrNoURL = errors.New("store: no database URL")

// Open connects to the database.
func Open(url string) error {
	if url == "" {
		return ErrNoURL
	}
	db, err := sql.Open("postgres", url)
	if err != nil {
		return err
	}
	db.SetMaxOpenConns(20)
	db.SetConnMaxLifetime(time.Hour)
	DB = db
	return nil
}
