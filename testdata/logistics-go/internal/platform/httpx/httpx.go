// Package httpx reads requests and writes answers in JSON.
package httpx

import (
	"database/sql"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
)

// Failure is an error with the status that a client is to see.
type Failure struct {
	Status  int
	Message string
}

func (f *Failure) Error() string { return f.Message }

// Refuse returns a failure that is the client's.
func Refuse(status int, message string) error {
	return &Failure{Status: status, Message: message}
}

// Handler is a handler that may fail.
type Handler func(w http.ResponseWriter, r *http.Request) error

// ServeHTTP answers with what went wrong, if anything did.
func (h Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	err := h(w, r)
	if err == nil {
		return
	}
	status, message := http.StatusInternalServerError, "something went wrong"
	var failure *Failure
	switch {
	case errors.As(err, &failure):
		status, message = failure.Status, failure.Message
	case errors.Is(err, sql.ErrNoRows):
		status, message = http.StatusNotFound, "not found"
	default:
		slog.Error("request failed", "path", r.URL.Path, "error", err)
	}
	JSON(w, status, map[string]string{"error": message})
}

// JSON writes an answer.
func JSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	if err := json.NewEncoder(w).Encode(v); err != nil {
		slog.Warn("answer not written", "error", err)
	}
}

// Body reads the JSON of a request, of 1 MiB at most.
func Body(w http.ResponseWriter, r *http.Request, v any) error {
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return Refuse(http.StatusBadRequest, "malformed body: "+err.Error())
	}
	return nil
}

// ID reads a number out of the path.
func ID(r *http.Request, name string) (int64, error) {
	id, err := strconv.ParseInt(r.PathValue(name), 10, 64)
	if err != nil || id <= 0 {
		return 0, Refuse(http.StatusBadRequest, name+" is no id")
	}
	return id, nil
}
