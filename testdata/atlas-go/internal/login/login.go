// Package login signs users in and out.
package login

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"regexp"
	"sync"

	"example.com/atlas/internal/notify"
	"example.com/atlas/internal/store"
)

const maxAttempts = 5

var (
	email      = regexp.MustCompile(`^[^@\s]+@[^@\s]+\.[^@\s]+$`)
	errNoMatch = errors.New("login: no such user or wrong password")
)

// User is who signed in.
type User struct {
	ID    int64
	Email string
	Plan  string
}

// Server signs users in.
type Server struct {
	key []byte

	mu       sync.Mutex
	attempts map[string]int // want: mutable-singleton group=rate-limiter

	sessions sync.Map // want: session-in-process
}

// NewServer returns a server whose cookies are signed with key.
func NewServer(key []byte) *Server {
	return &Server{key: key, attempts: map[string]int{}}
}

// Login checks a password and starts a session.
func (s *Server) Login(w http.ResponseWriter, r *http.Request) {
	name := r.FormValue("email")
	if !email.MatchString(name) || s.blocked(name) {
		http.Error(w, errNoMatch.Error(), http.StatusForbidden)
		return
	}
	user, err := s.find(name, r.FormValue("password"))
	if err != nil {
		s.failed(name)
		http.Error(w, err.Error(), http.StatusForbidden)
		return
	}
	id := rand.Text()
	s.sessions.Store(id, user)
	http.SetCookie(w, &http.Cookie{Name: "atlas", Value: id + "." + s.sign(id), HttpOnly: true})
	w.WriteHeader(http.StatusNoContent)
}

// Logout ends a session.
func (s *Server) Logout(w http.ResponseWriter, r *http.Request) {
	if c, err := r.Cookie("atlas"); err == nil && len(c.Value) > 26 {
		if user, ok := s.sessions.LoadAndDelete(c.Value[:26]); ok {
			notify.Publish("user.left", user.(*User).ID)
		}
	}
	w.WriteHeader(http.StatusNoContent)
}

func (s *Server) blocked(name string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.attempts[name] >= maxAttempts
}

func (s *Server) failed(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.attempts[name]++
}

func (s *Server) sign(id string) string {
	mac := hmac.New(sha256.New, s.key)
	mac.Write([]byte(id))
	return hex.EncodeToString(mac.Sum(nil))
}

func (s *Server) find(name, password string) (*User, error) {
	var u User
	err := store.DB.QueryRow("SELECT id, email, plan FROM users WHERE email = $1 AND password = crypt($2, password)", name, password).Scan(&u.ID, &u.Email, &u.Plan)
	if err != nil {
		return nil, errNoMatch
	}
	return &u, nil
}
