// Package effects is what stateaudit knows of functions of well-known libraries
// that reach out of the memory of the process: those that write files, open an
// embedded database, send mail, call another service, run a program, draw a
// document, or hand work to a queue. It is data, in effects.txt.
package effects

import (
	_ "embed"
	"regexp"
	"slices"
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
	Folder    Kind = "folder"   // makes a store that keeps files in a folder
	// Address opens the database that an address or a hash of options names, which
	// may be a file.
	Address Kind = "address"
	// Embedded makes a server inside the process that keeps its data in a folder.
	Embedded Kind = "embedded"
	Mail     Kind = "mail"
	HTTP     Kind = "http"
	SDK      Kind = "sdk"
	Exec     Kind = "exec"
	Document Kind = "document"
	Queue    Kind = "queue"
	// SessionStore and CacheStore make a store in the process, or one that is so
	// unless its options say otherwise. What says where it keeps things.
	SessionStore Kind = "session-store"
	CacheStore   Kind = "cache-store"
	// LimiterStore counts requests in the process; AnswerStore keeps what a later
	// request has to answer: captchas, codes.
	LimiterStore Kind = "limiter-store"
	AnswerStore  Kind = "answer-store"
	// ClientRegister makes a server that knows who is connected to it, and IDMaker what
	// makes ids by the number of its machine, the argument of path or the options of without.
	ClientRegister Kind = "client-register"
	IDMaker        Kind = "id-maker"
	// Signer signs or encrypts what clients bring back, with keys that it is given;
	// RandomKey draws one.
	Signer    Kind = "signer"
	RandomKey Kind = "random-key"
	// Mac makes what vouches for a text by a key, and Compares tells whether what was
	// brought back is that.
	Mac      Kind = "mac"
	Compares Kind = "compares"
	// Incoming hands out a connection that a client has opened.
	Incoming Kind = "incoming"
	// Hears is told what a broker tells each copy that asks.
	Hears Kind = "hears"
	// RandomFill fills what it is handed, the argument of path, with random bytes.
	RandomFill Kind = "random-fill"
	// Option makes an option of the command line, or reads one, with a value to fall
	// back to; DefaultOf sets that value for a key, KeyRead reads the key, and KeySet
	// gives it another value in the memory of the process.
	Option    Kind = "option"
	DefaultOf Kind = "default-of"
	KeyRead   Kind = "key-read"
	KeySet    Kind = "key-set"
	// Certificates keeps the certificates that a server gets for itself.
	Certificates Kind = "certificates"
	// Age says when a file was last changed.
	Age Kind = "age"
	// Content hands out what stands in the file that path names.
	Content Kind = "content"
	// Command makes or wraps what runs the command that it is given.
	Command Kind = "command"
	// Wait lets time pass before what comes behind it, or what it is handed, goes on.
	Wait Kind = "wait"
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
	// Path is the number of the argument that names the file, from 0; -1 if none
	// does, and Receiver if it is what the call is made on.
	Path int
	What string // what a reader would call it
	// Unless is a function that gives another store; where it is called, this one is
	// not used.
	Unless string
	// With are fields of a library's options of which one has to be given for it to
	// hold, and Without those of which none may be.
	With, Without []string
	// From is the number of the argument that names what is taken away to be put at
	// Path, from 0; -1 if none does.
	From int
	// carries and to name the argument of a call that hands on a message which holds it, and
	// the one that names where it goes: by number or by keyword, the first that is there.
	carries, to []string
	// flags is the argument that says whether the file is opened for writing; of what
	// fills, the one that has to be a source of random bytes.
	flags int
}

// Receiver is the path of a call on an object that stands for a file.
const Receiver = -2

// File is the value that names the file, or nil.
func (e Effect) File(c *unit.Call) *unit.Value {
	if e.Path == Receiver {
		return c.Receiver
	}
	if e.Path < 0 || e.Path >= len(c.Args) {
		return nil
	}
	return &c.Args[e.Path]
}

// Away is the value that names the file which a call takes away: one that it removes, or
// moves somewhere else; nil for others.
func (e Effect) Away(c *unit.Call) *unit.Value {
	switch {
	case e.Kind == Remove:
		return e.File(c)
	case e.From >= 0 && e.From < len(c.Args):
		return &c.Args[e.From]
	}
	return nil
}

// redirect matches what a shell writes into a file.
var redirect = regexp.MustCompile(`(?:^|[\s"'])[12]?>>?\s*([^\s&>|;]+)`)

// Redirected finds the file into which a call that runs a program puts what the
// program says, by an option or by its command.
func Redirected(c *unit.Call) *unit.Value {
	switch c.Callee {
	case "Kernel.system", "Kernel.spawn", "Kernel.exec", "Kernel.`", "Process.spawn", "IO.popen", "Open3.pipeline", "Open3.capture2", "Open3.capture3":
	default:
		return nil
	}
	for i := range c.Args {
		v := &c.Args[i]
		if v.Type == "pair" && v.Callee == "out" && len(v.Parts) > 0 {
			if to := &v.Parts[0]; to.Kind == unit.Collection && len(to.Parts) > 1 && writesBy(&to.Parts[1]) {
				return &to.Parts[0]
			} else if to.Type == "String" || to.Type == "Pathname" {
				return to
			}
		}
		if m := redirect.FindStringSubmatch(v.Text); m != nil && v.Type == "String" && !strings.HasPrefix(m[1], "/dev/") {
			to := *v
			to.Text = m[1]
			return &to
		}
	}
	return nil
}

// clone matches a command that fetches a repository into a folder.
var clone = regexp.MustCompile(`\bgit\s+(?:-\S+\s+)*clone\b`)

// Cloned finds the folder into which a command that a call names fetches a repository:
// `git clone`, in one text or in several. It is for the caller to say that the call runs
// the command.
func Cloned(c *unit.Call) *unit.Value {
	found := false
	var last *unit.Value
	for i := range c.Args {
		v := &c.Args[i]
		if v.Type != "String" {
			continue
		}
		found = found || clone.MatchString(v.Text) || i > 0 && word(v) == "clone" && word(&c.Args[i-1]) == "git"
		last = v
	}
	if !found {
		return nil
	}
	to := *last
	if words := strings.Fields(strings.Trim(to.Text, "\"'`")); len(words) > 0 {
		to.Text = words[len(words)-1]
	}
	return &to
}

func word(v *unit.Value) string { return strings.Trim(v.Text, "\"'`") }

// RunsCommand tells a call of a library that runs the command it is given, or makes what
// runs it.
func RunsCommand(c *unit.Call) bool {
	e, ok := Named(c.Callee)
	return ok && (e.Kind == Exec || e.Kind == Command)
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
		e := Effect{Kind: Kind(words[0]), Path: -1, From: -1, flags: -1}
		var what []string
		for _, w := range words[2:] {
			name, value, ok := strings.Cut(w, "=")
			n, err := strconv.Atoi(value)
			switch {
			case ok && name == "path" && value == "receiver":
				e.Path = Receiver
			case ok && name == "carries":
				e.carries = strings.Split(value, ",")
			case ok && name == "to":
				e.to = strings.Split(value, ",")
			case ok && name == "unless":
				e.Unless = value
			case ok && name == "with":
				e.With = strings.Split(value, ",")
			case ok && name == "without":
				e.Without = strings.Split(value, ",")
			case !ok || err != nil:
				what = append(what, w)
			case name == "path":
				e.Path = n
			case name == "from":
				e.From = n
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
	if ok && c.Callee == "IO.copy_stream" && (len(c.Args) < 2 || !namesFile(&c.Args[1])) {
		return Effect{}, false
	}
	if !ok || e.Kind == None || e.Kind == Address || e.flags >= 0 && !writes(c, e.flags) {
		return Effect{}, false
	}
	if e.What == "" {
		e.What = short(c.Callee)
	}
	return e, true
}

// OpenedBy is the effect of a call that opens a file, with the flags by which it says
// what for, where these are not plainly written; nil if there are none.
func OpenedBy(c *unit.Call) (Effect, *unit.Value) {
	e, ok := named(c.Callee)
	if !ok || !c.External || c.Reference || e.Kind != File || e.flags < 0 || e.flags >= len(c.Args) {
		return Effect{}, nil
	}
	if e.What == "" {
		e.What = short(c.Callee)
	}
	return e, &c.Args[e.flags]
}

// Read is the path of the file whose content a value is, or that it is opened to read; nil
// if it is something else.
func Read(v *unit.Value) *unit.Value {
	e, ok := named(v.Callee)
	if !ok || v.Kind != unit.Result || e.Kind != Content && (e.Kind != File || e.flags < 0) {
		return nil
	}
	args := v.Parts
	if len(args) > 0 && args[0].Text != "" && strings.HasPrefix(v.Callee, args[0].Text+".") {
		args = args[1:] // what it is called on
	}
	if e.Path < 0 || e.Path >= len(args) || e.Kind == File && slices.ContainsFunc(args[min(e.flags, len(args)):], func(mode unit.Value) bool { return writesBy(&mode) }) {
		return nil
	}
	return &args[e.Path]
}

// WrittenBy tells flags that let a file be written.
func WrittenBy(flags *unit.Value) bool { return writesBy(flags) }

// namesFile tells a value that is the path of a file, and not a stream.
func namesFile(v *unit.Value) bool {
	switch v.Type {
	case "String", "Pathname":
		return true
	}
	return strings.HasPrefix(v.Callee, "File.") || strings.HasPrefix(v.Callee, "Pathname.")
}

// HandsStore tells the fields and functions by which libraries are handed a store of
// the caller's: Storage, WithLimitCounter.
func HandsStore(name string) bool {
	switch name[strings.LastIndexByte(name, '.')+1:] {
	case "Storage", "LimitCounter", "WithLimitCounter", "WithLimitCounterFunc", "storage_uri":
		return true
	}
	return false
}

// NamesShared tells a value that is named after a store which copies share.
func NamesShared(v *unit.Value) bool {
	if v.Type == "pair" && HandsStore(v.Callee) && !strings.Contains(strings.ToLower(v.Text), "memory") {
		return true
	}
	for _, text := range []string{v.Callee, v.Type, v.Text} {
		text = strings.ToLower(text)
		for _, name := range []string{"redis", "memcache", "postgres", "mysql", "sqlstore", "mongo", "dynamo", "cookie.", "gormstore", "couchbase"} {
			if strings.Contains(text, name) {
				return true
			}
		}
	}
	return false
}

// NamesMemory tells a value that is named after a store in the memory of the process.
func NamesMemory(v *unit.Value) bool {
	return strings.Contains(strings.ToLower(v.Callee), "mem") || strings.Contains(strings.ToLower(v.Type), "memory")
}

// Named tells what a function does by its ID alone: of values, of which only
// the callee is known.
func Named(callee string) (Effect, bool) {
	e, ok := named(callee)
	return e, ok && e.Kind != None
}

// Known tells a function that the list speaks of, be it as an exception.
func Known(callee string) (Effect, bool) { return named(callee) }

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

// Drawn tells a value that is drawn at random, or made from such a one.
func Drawn(v *unit.Value) bool {
	if e, ok := named(v.Callee); ok && e.Kind == RandomKey {
		return true
	}
	for i := range v.Parts {
		if Drawn(&v.Parts[i]) {
			return true
		}
	}
	return false
}

// Filled is what a call fills with random bytes, or nil.
func Filled(c *unit.Call) *unit.Value {
	e, ok := named(c.Callee)
	if !ok || e.Kind != RandomFill || e.flags >= 0 && (e.flags >= len(c.Args) || c.Args[e.flags].Text != "rand.Reader") {
		return nil
	}
	return e.File(c)
}

// opened knows the drivers of database/sql and its like that are given by name.
func opened(c *unit.Call) (Effect, bool) {
	if !opens(c) || !IsSQLite(c.Args[0].Text) {
		return Effect{}, false
	}
	return Effect{Kind: Database, Path: 1, From: -1, What: "SQLite", flags: -1}, true
}

// opens tells the calls by which libraries open a database whose driver they are
// given by name: an address follows, and what is opened is a database.
func opens(c *unit.Call) bool {
	if len(c.Args) < 2 || strings.HasPrefix(c.Callee, "os.") {
		return false
	}
	switch c.Name {
	case "Open", "OpenDB", "MustOpen", "Connect", "MustConnect", "ConnectContext", "NewEngine":
		return true
	}
	return false
}

// Opens is the place of the driver's name in a call that opens a database by it, or
// nil.
func Opens(c *unit.Call) *unit.Value {
	if e, ok := named(c.Callee); ok && e.Kind == Address {
		return address(e, c)
	}
	if !c.External || c.Reference || !opens(c) || !strings.Contains(strings.ToLower(c.Callee), "sql") && !strings.Contains(c.Callee, "dbx") && !strings.Contains(c.Callee, "orm") && !strings.Contains(c.Callee, "dialect") {
		return nil
	}
	return &c.Args[0]
}

// address is what says of a call which database it opens: the address, or the adapter
// among the options; nil if neither is given.
func address(e Effect, c *unit.Call) *unit.Value {
	if !c.External || c.Reference {
		return nil
	}
	var at *unit.Value
	for i := range c.Args {
		v := &c.Args[i]
		for v.Kind == unit.PlaceValue && len(v.Parts) == 1 {
			v = &v.Parts[0] // a local
		}
		switch {
		case v.Type == "pair" && v.Callee == "adapter" && len(v.Parts) > 0:
			return &v.Parts[0]
		case i == e.Path && v.Type == "Hash":
			if at = adapter(v); at == nil {
				return nil
			}
		case i == e.Path && v.Type != "pair":
			at = v
		}
	}
	return at
}

// adapter is what a hash of options gives under that key.
func adapter(v *unit.Value) *unit.Value {
	for i := range v.Parts {
		if part := &v.Parts[i]; part.Type == "pair" && strings.Trim(part.Callee, `"'`) == "adapter" && len(part.Parts) > 0 {
			return &part.Parts[0]
		}
	}
	return nil
}

// IsSQLite tells the name under which a driver of SQLite is registered.
func IsSQLite(text string) bool {
	text = strings.ToLower(strings.Trim(text, "\"`"))
	return strings.HasPrefix(text, "sqlite") || strings.HasPrefix(text, "dialect.sqlite") || text == "libsql" || text == "moderncsqlite"
}

// writes tells whether the flags or mode with which a file is opened let it be
// written. What is not plainly written is taken to be reading.
func writes(c *unit.Call, arg int) bool {
	if arg >= len(c.Args) {
		return false
	}
	return writesBy(&c.Args[arg])
}

// writesBy tells whether a mode, or any value that it may have, lets a file be
// written.
func writesBy(v *unit.Value) bool {
	if v.Type == "pair" && v.Callee != "mode" && v.Callee != "flags" && v.Callee != "create" {
		return false // encoding: "ascii" says nothing
	}
	for i := range v.Parts {
		if v.Kind != unit.Literal && v.Kind != unit.Result && writesBy(&v.Parts[i]) {
			return true
		}
	}
	mode := v.Text
	if strings.Contains(mode, "O_WRONLY") || strings.Contains(mode, "O_RDWR") || strings.Contains(mode, "O_CREAT") || strings.Contains(mode, "O_APPEND") {
		return true
	}
	if strings.Contains(mode, "File::WRONLY") || strings.Contains(mode, "File::CREAT") || strings.Contains(mode, "File::RDWR") || strings.Contains(mode, "File::APPEND") {
		return true
	}
	mode = strings.Trim(mode, `"':`)
	if v.Kind != unit.Literal && v.Kind != unit.Unknown {
		return false
	}
	if mode == "true" { // whether an archive is made that is not there
		return true
	}
	return strings.HasPrefix(mode, "w") || strings.HasPrefix(mode, "a") || strings.HasPrefix(mode, "r") && len(mode) < 5 && strings.Contains(mode, "+")
}

// short is the name of a function without the path of its package.
func short(callee string) string {
	if i := strings.LastIndexByte(callee, '/'); i >= 0 {
		return callee[i+1:]
	}
	return callee
}
