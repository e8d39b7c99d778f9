// Package effects is what stateaudit knows of functions of well-known libraries
// that reach out of the memory of the process: those that write files, open an
// embedded database, send mail, call another service, run a program, draw a
// document, or hand work to a queue. It is data, in effects.txt.
package effects

import (
	_ "embed"
	"strconv"
	"strings"
	"sync"

	"github.com/stateaudit/stateaudit/internal/unit"
)

//go:embed effects.txt
var text string

// Kind is what an effect is.
type Kind string

// The kinds of effect.
const (
	None Kind = "none" // an exception to a longer list
	File Kind = "file" // writes, creates or puts in place a file
	// Published is a file for the web server in front, whoever writes it.
	Published Kind = "published"
	Temp      Kind = "temp" // names or makes something temporary
	Remove    Kind = "remove"
	Database  Kind = "database" // opens a database that is a file
	Mail      Kind = "mail"
	HTTP      Kind = "http"
	SDK       Kind = "sdk"
	Exec      Kind = "exec"
	Document  Kind = "document"
	Queue     Kind = "queue"
	// SessionStore and CacheStore make a store in the process, or one that is so
	// unless its options say otherwise. What says where it keeps things.
	SessionStore Kind = "session-store"
	CacheStore   Kind = "cache-store"
	// LimiterStore counts requests in the process; AnswerStore keeps what a later
	// request has to answer: captchas, codes.
	LimiterStore Kind = "limiter-store"
	AnswerStore  Kind = "answer-store"
	// Signer signs or encrypts what clients bring back, with keys that it is given;
	// RandomKey draws one.
	Signer    Kind = "signer"
	RandomKey Kind = "random-key"
)

// Holds tells the kinds that hold a request up.
func (k Kind) Holds() bool {
	switch k {
	case Mail, HTTP, SDK, Exec, Document:
		return true
	}
	return false
}

// Effect is what a call of a library does.
type Effect struct {
	Kind Kind
	// Path is the number of the argument that names the file, from 0; -1 if none does.
	Path int
	What string // what a reader would call it
	// flags is the argument that says whether the file is opened for writing.
	flags int
}

type table struct {
	exact    map[string]Effect
	prefixes []pattern
}

// pattern is an entry with a star: what stands before it, and behind.
type pattern struct {
	before, behind string
	open           bool // nothing has to follow the star
	effect         Effect
}

var known = sync.OnceValue(func() table { return parse(text) })

func parse(text string) table {
	t := table{exact: map[string]Effect{}}
	for line := range strings.Lines(text) {
		line, _, _ = strings.Cut(line, "# ")
		words := strings.Fields(line)
		if len(words) < 2 || strings.HasPrefix(line, "#") {
			continue
		}
		e := Effect{Kind: Kind(words[0]), Path: -1, flags: -1}
		var what []string
		for _, w := range words[2:] {
			name, value, ok := strings.Cut(w, "=")
			n, err := strconv.Atoi(value)
			switch {
			case !ok || err != nil:
				what = append(what, w)
			case name == "path":
				e.Path = n
			default:
				e.flags = n
			}
		}
		e.What = strings.Join(what, " ")
		before, behind, star := strings.Cut(words[1], "*")
		if !star {
			t.exact[words[1]] = e
			continue
		}
		t.prefixes = append(t.prefixes, pattern{before, strings.TrimSuffix(behind, "*"), strings.HasSuffix(words[1], "*"), e})
	}
	return t
}

// Of tells what a call does outside the process, if the library is known.
func Of(c *unit.Call) (Effect, bool) {
	if !c.External || c.Reference {
		return Effect{}, false
	}
	e, ok := named(c.Callee)
	if !ok {
		e, ok = opened(c)
	}
	if !ok || e.Kind == None || e.flags >= 0 && !writes(c, e.flags) {
		return Effect{}, false
	}
	if e.What == "" {
		e.What = short(c.Callee)
	}
	return e, true
}

// Chosen tells whether the options with which a store is made name a store that
// copies share.
func Chosen(c *unit.Call) bool {
	for i := range c.Args {
		if shared(&c.Args[i]) {
			return true
		}
	}
	return false
}

// stores are the options by which libraries are handed a store of the caller's.
func stores() []string {
	return []string{"Storage:", "WithLimitCounter", "LimitCounter:", "WithLimitCounterFunc"}
}

func shared(v *unit.Value) bool {
	for _, option := range stores() {
		for _, text := range []string{v.Text, v.Callee} {
			if i := strings.Index(text, option); i >= 0 && !strings.Contains(strings.ToLower(text[i:]), "memory") {
				return true
			}
		}
	}
	for _, text := range []string{v.Callee, v.Type, v.Text} {
		text = strings.ToLower(text)
		for _, name := range []string{"redis", "memcache", "postgres", "mysql", "sqlstore", "mongo", "dynamo", "cookie.", "gormstore", "couchbase"} {
			if strings.Contains(text, name) {
				return true
			}
		}
	}
	for i := range v.Parts {
		if shared(&v.Parts[i]) {
			return true
		}
	}
	return false
}

// Named tells what a function does by its ID alone: of values, of which only
// the callee is known.
func Named(callee string) (Effect, bool) {
	e, ok := named(callee)
	return e, ok && e.Kind != None
}

func named(callee string) (Effect, bool) {
	t := known()
	if e, ok := t.exact[callee]; ok {
		return e, true
	}
	best, found := Effect{}, 0
	for _, p := range t.prefixes {
		rest, ok := strings.CutPrefix(callee, p.before)
		if !ok || len(p.before) < found {
			continue
		}
		if p.behind == "" || p.open && strings.Contains(rest, p.behind) || !p.open && strings.HasSuffix(rest, p.behind) {
			best, found = p.effect, len(p.before)
		}
	}
	return best, found > 0
}

// opened knows the drivers of database/sql and its like that are given by name.
func opened(c *unit.Call) (Effect, bool) {
	switch c.Callee {
	case "database/sql.Open", "github.com/jmoiron/sqlx.Open", "github.com/jmoiron/sqlx.Connect", "github.com/jmoiron/sqlx.MustConnect", "github.com/pocketbase/dbx.Open", "xorm.io/xorm.NewEngine":
	default:
		return Effect{}, false
	}
	if len(c.Args) == 0 || !strings.HasPrefix(strings.Trim(c.Args[0].Text, `"`+"`"), "sqlite") {
		return Effect{}, false
	}
	return Effect{Kind: Database, Path: 1, What: "SQLite", flags: -1}, true
}

// writes tells whether the flags or mode with which a file is opened let it be
// written. What is not plainly written is taken to be reading.
func writes(c *unit.Call, arg int) bool {
	if arg >= len(c.Args) {
		return false
	}
	mode := c.Args[arg].Text
	if strings.Contains(mode, "O_WRONLY") || strings.Contains(mode, "O_RDWR") || strings.Contains(mode, "O_CREATE") || strings.Contains(mode, "O_APPEND") {
		return true
	}
	if strings.Contains(mode, "File::WRONLY") || strings.Contains(mode, "File::CREAT") || strings.Contains(mode, "File::RDWR") || strings.Contains(mode, "File::APPEND") {
		return true
	}
	mode = strings.Trim(mode, `"':`)
	return strings.HasPrefix(mode, "w") || strings.HasPrefix(mode, "a") || strings.HasPrefix(mode, "r+")
}

// short is the name of a function without the path of its package.
func short(callee string) string {
	if i := strings.LastIndexByte(callee, '/'); i >= 0 {
		return callee[i+1:]
	}
	return callee
}
