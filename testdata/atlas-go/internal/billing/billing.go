// Package billing charges invoices.
package billing

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"time"

	"example.com/atlas/internal/notify"
	"example.com/atlas/internal/store"
)

var stripe = &http.Client{ // want: connection-pool group=client-pool
	Timeout:   20 * time.Second,
	Transport: &http.Transport{MaxIdleConnsPerHost: 8},
}

// zeroDecimal are the currencies whose smallest unit is the whole.
var zeroDecimal = map[string]bool{"JPY": true, "KRW": true, "VND": true}

// payLock keeps an invoice from being charged twice.
var payLock sync.Mutex // want: in-process-lock

// Pay charges an invoice.
func Pay(w http.ResponseWriter, r *http.Request) {
	payLock.Lock()
	defer payLock.Unlock()

	var amount float64
	var currency string
	var user int64
	id := r.PathValue("id")
	err := store.DB.QueryRow("SELECT amount, currency, user_id FROM invoices WHERE id = $1 AND status = 'open'", id).Scan(&amount, &currency, &user)
	if err != nil {
		http.Error(w, err.Error(), http.StatusNotFound)
		return
	}
	if err := charge(amount, currency); err != nil {
		http.Error(w, err.Error(), http.StatusPaymentRequired)
		return
	}
	if _, err := store.DB.Exec("UPDATE invoices SET status = 'paid' WHERE id = $1", id); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	if _, err := store.DB.Exec("UPDATE users SET delinquent = false WHERE id = $1", user); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	notify.Publish("invoice.paid", user)
	w.WriteHeader(http.StatusNoContent)
}

func charge(amount float64, currency string) error {
	if !zeroDecimal[currency] {
		amount *= 100
	}
	resp, err := stripe.PostForm("https://api.stripe.com/v1/charges", url.Values{"amount": {strconv.Itoa(int(amount))}, "currency": {currency}}) // want: blocking-side-effect
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("billing: charge refused: %s", resp.Status)
	}
	return nil
}
