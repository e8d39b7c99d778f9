// Command backfill writes the currency into old invoices, once.
package main

import (
	"fmt"
	"log"
	"os"

	"example.com/atlas/internal/store"
)

var (
	seen  = map[int64]bool{}
	total int
)

func main() {
	if err := store.Open(os.Getenv("DATABASE_URL")); err != nil {
		log.Fatal(err)
	}
	rows, err := store.DB.Query("SELECT id FROM invoices WHERE currency IS NULL")
	if err != nil {
		log.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			log.Fatal(err)
		}
		if seen[id] {
			continue
		}
		seen[id] = true
		total++
		if _, err := store.DB.Exec("UPDATE invoices SET currency = 'EUR' WHERE id = $1", id); err != nil {
			log.Fatal(err)
		}
	}
	fmt.Println(total, "invoices")
}
