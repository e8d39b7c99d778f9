// Package orders takes and completes orders.
package orders

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"sync"
	"time"

	"example.com/atlas/internal/flags"
	"example.com/atlas/internal/notify"
	"example.com/atlas/internal/store"
	"example.com/atlas/internal/tenants"
)

var (
	// ErrEmpty says that an order has no lines.
	ErrEmpty = errors.New("orders: nothing ordered")

	transitions = map[string][]string{
		"open":      {"completed", "cancelled"},
		"completed": {"archived"},
	}

	signs = map[string]string{"EUR": "€", "USD": "$", "GBP": "£"}

	buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

	// lastOrder keeps when a user ordered last: double clicks are common.
	lastOrder sync.Map // want: mutable-singleton group=rate-limiter
)

// Line is one line of an order.
type Line struct {
	SKU      string `json:"sku"`
	Quantity int    `json:"quantity"`
}

// builder puts one order together; each request has its own.
type builder struct {
	lines  []Line
	counts map[string]int
	errs   []error
}

func newBuilder() *builder {
	return &builder{counts: map[string]int{}}
}

func (b *builder) add(l Line) {
	if l.Quantity < 1 {
		b.errs = append(b.errs, ErrEmpty)
		return
	}
	b.counts[l.SKU] += l.Quantity
	b.lines = append(b.lines, l)
}

func (b *builder) save(user int64) error {
	if len(b.lines) == 0 {
		b.errs = append(b.errs, ErrEmpty)
	}
	if err := errors.Join(b.errs...); err != nil {
		return err
	}
	for sku, n := range b.counts {
		if _, err := store.DB.Exec("INSERT INTO line_items (user_id, sku, quantity) VALUES ($1, $2, $3)", user, sku, n); err != nil {
			return err
		}
	}
	return nil
}

// Create takes an order.
func Create(w http.ResponseWriter, r *http.Request) {
	user, err := strconv.ParseInt(r.FormValue("user"), 10, 64)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if at, ok := lastOrder.Load(user); ok && time.Since(at.(time.Time)) < 10*time.Second {
		http.Error(w, "slow down", http.StatusTooManyRequests)
		return
	}
	lastOrder.Store(user, time.Now())

	var lines []Line
	if err := json.Unmarshal([]byte(r.FormValue("lines")), &lines); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if len(lines) > tenants.MaxLines(tenants.FromContext(r.Context()), r.FormValue("plan")) {
		http.Error(w, "too many lines", http.StatusPaymentRequired)
		return
	}
	b := newBuilder()
	for _, l := range lines {
		b.add(l)
	}
	if err := b.save(user); err != nil {
		http.Error(w, err.Error(), http.StatusUnprocessableEntity)
		return
	}
	notify.Publish("order.placed", user)
	w.WriteHeader(http.StatusCreated)
}

// Complete closes an order and hands it to the fulfilment partner.
func Complete(w http.ResponseWriter, r *http.Request) {
	var status string
	var user int64
	id := r.PathValue("id")
	if err := store.DB.QueryRow("SELECT status, user_id FROM orders WHERE id = $1", id).Scan(&status, &user); err != nil {
		http.Error(w, err.Error(), http.StatusNotFound)
		return
	}
	if !mayBecome(status, "completed") {
		http.Error(w, "not open", http.StatusConflict)
		return
	}
	if _, err := store.DB.Exec("UPDATE orders SET status = 'completed' WHERE id = $1", id); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	if flags.Enabled("fulfilment") {
		if err := handOver(id); err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
	}
	notify.Publish("order.completed", user)
	w.WriteHeader(http.StatusNoContent)
}

// Prices writes the price list.
func Prices(w http.ResponseWriter, r *http.Request) {
	buf := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(buf)
	buf.Reset()
	rows, err := store.DB.QueryContext(r.Context(), "SELECT title, price, currency FROM products")
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	defer rows.Close()
	for rows.Next() {
		var title, price, currency string
		if err := rows.Scan(&title, &price, &currency); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		buf.WriteString(title + " " + signs[currency] + price + "\n")
	}
	_, _ = w.Write(buf.Bytes())
}

func mayBecome(from, to string) bool {
	for _, s := range transitions[from] {
		if s == to {
			return true
		}
	}
	return false
}
