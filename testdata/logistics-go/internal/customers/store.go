package customers

import (
	"context"
	"database/sql"
	"fmt"
)

type store struct {
	db *sql.DB
}

const columns = "id, name, email, coalesce(phone, ''), language, credit_limit, blocked, created_at"

func (s *store) get(ctx context.Context, id int64) (Customer, error) {
	var c Customer
	err := s.db.QueryRowContext(ctx, "SELECT "+columns+" FROM customers WHERE id = $1", id).
		Scan(&c.ID, &c.Name, &c.Email, &c.Phone, &c.Language, &c.CreditLimit, &c.Blocked, &c.CreatedAt)
	if err != nil {
		return c, fmt.Errorf("customer %d: %w", id, err)
	}
	return c, nil
}

func (s *store) search(ctx context.Context, text string, limit int) ([]Customer, error) {
	rows, err := s.db.QueryContext(ctx, "SELECT "+columns+" FROM customers WHERE name ILIKE '%' || $1 || '%' OR email = $1 ORDER BY name LIMIT $2", text, limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Customer
	for rows.Next() {
		var c Customer
		if err := rows.Scan(&c.ID, &c.Name, &c.Email, &c.Phone, &c.Language, &c.CreditLimit, &c.Blocked, &c.CreatedAt); err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, rows.Err()
}

func (s *store) insert(ctx context.Context, c *Customer) error {
	return s.db.QueryRowContext(ctx,
		"INSERT INTO customers (name, email, phone, language, credit_limit) VALUES ($1, $2, $3, $4, $5) RETURNING id, created_at",
		c.Name, c.Email, c.Phone, c.Language, c.CreditLimit).Scan(&c.ID, &c.CreatedAt)
}

func (s *store) update(ctx context.Context, c Customer) error {
	_, err := s.db.ExecContext(ctx, "UPDATE customers SET name = $2, email = $3, phone = $4, language = $5, credit_limit = $6 WHERE id = $1",
		c.ID, c.Name, c.Email, c.Phone, c.Language, c.CreditLimit)
	return err
}

func (s *store) setBlocked(ctx context.Context, id int64, blocked bool) error {
	_, err := s.db.ExecContext(ctx, "UPDATE customers SET blocked = $2 WHERE id = $1", id, blocked)
	return err
}

func (s *store) address(ctx context.Context, customer int64, kind string) (Address, error) {
	a := Address{Kind: kind}
	err := s.db.QueryRowContext(ctx, "SELECT street, postcode, city, country FROM addresses WHERE customer_id = $1 AND kind = $2", customer, kind).
		Scan(&a.Street, &a.Postcode, &a.City, &a.Country)
	return a, err
}

func (s *store) putAddress(ctx context.Context, customer int64, a Address) error {
	_, err := s.db.ExecContext(ctx, `
		INSERT INTO addresses (customer_id, kind, street, postcode, city, country) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (customer_id, kind) DO UPDATE SET street = $3, postcode = $4, city = $5, country = $6`,
		customer, a.Kind, a.Street, a.Postcode, a.City, a.Country)
	return err
}
