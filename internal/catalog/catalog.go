// Package catalog is what stateaudit knows of well-known libraries: which types
// are caches, limiters, clients, metrics or locks, and which of their methods
// change them. It is data, in catalog.txt, and a user can add to it from the
// configuration file.
package catalog

import (
	_ "embed"
	"slices"
	"strings"
)

//go:embed catalog.txt
var builtin string

// Kind is what a well-known type is.
type Kind string

// The kinds of well-known types.
const (
	Cache    Kind = "cache"
	Limiter  Kind = "limiter"
	Client   Kind = "client"
	Metrics  Kind = "metrics"
	Sync     Kind = "sync"
	Session  Kind = "session"
	Counter  Kind = "counter"
	Registry Kind = "registry"
	Queue    Kind = "queue"
	Schedule Kind = "scheduler"
	Config   Kind = "config"
	Logger   Kind = "logger"
	Constant Kind = "constant"
	Database Kind = "embedded-database"
	Remote   Kind = "remote"  // a client of a store that copies share
	Request  Kind = "request" // made anew for each request, by its framework
)

// Entry is one well-known type.
type Entry struct {
	Type    string // import path and name, or Ruby constant; a trailing * matches any rest
	Kind    Kind
	Note    string   // properties: bounded, expires, per-process …
	Mutates []string // methods that change it; empty: what their source says
}

// Catalog answers questions about types by name.
type Catalog struct {
	entries  []Entry
	exact    map[string]int
	prefixes []int
}

// New returns the built-in catalogue with the user's entries in front.
func New(user []Entry) *Catalog {
	c := &Catalog{exact: map[string]int{}}
	for _, e := range append(append([]Entry{}, user...), parse(builtin)...) {
		i := len(c.entries)
		c.entries = append(c.entries, e)
		if strings.HasSuffix(e.Type, "*") {
			c.prefixes = append(c.prefixes, i)
		} else if _, dup := c.exact[e.Type]; !dup {
			c.exact[e.Type] = i
		}
	}
	return c
}

// parse reads lines "kind type [mutates=A,B] [note…]"; # starts a comment.
func parse(text string) []Entry {
	var out []Entry
	for line := range strings.Lines(text) {
		line, _, _ = strings.Cut(line, "#")
		f := strings.Fields(line)
		if len(f) < 2 {
			continue
		}
		e := Entry{Kind: Kind(f[0]), Type: f[1]}
		for i, w := range f[2:] {
			if m, ok := strings.CutPrefix(w, "mutates="); ok {
				e.Mutates = strings.Split(m, ",")
				continue
			}
			e.Note = strings.Join(f[2+i:], " ")
			break
		}
		out = append(out, e)
	}
	return out
}

// Lookup finds the entry for a type as Go or Ruby writes it: pointers and type
// arguments do not matter.
func (c *Catalog) Lookup(typ string) (Entry, bool) {
	typ = strings.TrimLeft(typ, "*&")
	if i := strings.IndexByte(typ, '['); i > 0 {
		typ = typ[:i]
	}
	if i, ok := c.exact[typ]; ok {
		return c.entries[i], true
	}
	for _, i := range c.prefixes {
		if strings.HasPrefix(typ, strings.TrimSuffix(c.entries[i].Type, "*")) {
			return c.entries[i], true
		}
	}
	return Entry{}, false
}

// Mutates tells whether a method of a type outside the checkout changes the
// object, and whether the catalogue knows. Method is its full ID (type and name)
// or just a name.
func (c *Catalog) Mutates(method, name string) (changes, known bool) {
	owner := method
	if i := strings.LastIndexAny(method, ".#"); i >= 0 {
		owner = method[:i]
		if name == "" {
			name = method[i+1:]
		}
	}
	e, ok := c.Lookup(owner)
	if !ok {
		return false, false
	}
	switch e.Kind {
	case Client, Metrics, Sync, Config, Logger, Constant, Remote:
		return false, true
	}
	return slices.Contains(e.Mutates, name), len(e.Mutates) > 0
}
