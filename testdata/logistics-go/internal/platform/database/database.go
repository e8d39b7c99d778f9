// Package database opens the one database that all of the application shares.
package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// Queryer is what a pool and a transaction have in common.
type Queryer interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// Open connects to the database and waits until it answers.
func Open(ctx context.Context, url string) (*sql.DB, error) {
	db, err := sql.Open("postgres", url)
	if err != nil {
		return nil, fmt.Errorf("database: %w", err)
	}
	db.SetMaxOpenConns(40)
	db.SetConnMaxLifetime(30 * time.Minute)
	if err := db.PingContext(ctx); err != nil {
		return nil, fmt.Errorf("database: %w", err)
	}
	return db, nil
}

// InTx runs work in a transaction, which ends with the work: committed, or rolled
// back if the work fails.
func InTx(ctx context.Context, db *sql.DB, work func(tx *sql.Tx) error) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("database: begin: %w", err)
	}
	if err := work(tx); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}

// Missing tells whether a query failed because there is no such row.
func Missing(err error) bool { return errors.Is(err, sql.ErrNoRows) }
