package analyzers_test

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stateaudit/stateaudit/internal/audit"
	"github.com/stateaudit/stateaudit/internal/config"
	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/testtree"
)

// store is a resource of a Go program: what is handed to it, and who is to be told.
type store struct {
	name, rule string
	imports    []string
	typ        string // of what is chosen
	local      string // an expression that keeps it on this copy
	remote     string // one that copies share
	use        string // what is done with it, %s for the value
	// once says that a program is told of it once, wherever it names it.
	once bool
	// omitted is what is done where nothing is chosen; "" where nothing would be
	// kept at all.
	omitted string
}

// storesOfGo are the stores of Go libraries. They are shapes of the real ones.
func storesOfGo() []store {
	const kv = "KV"
	open := func(name, imported, call string) store {
		return store{
			name: name, rule: "local-disk-state", imports: []string{imported}, typ: kv, remote: "Server{}", use: "keep(%s)",
			local: "func() KV { db, _ := " + call + "; return File{db} }()",
		}
	}
	return []store{
		{"scs", "session-in-process", []string{"github.com/alexedwards/scs/v2", "github.com/alexedwards/scs/v2/memstore", "github.com/alexedwards/scs/redisstore"}, "scs.Store", "memstore.New()", "redisstore.New(nil)", "m := scs.New()\nm.Store = %s\nkeep(m)", false, ""},
		{"gorilla", "session-in-process", []string{"github.com/gorilla/sessions"}, "sessions.Store", `sessions.NewFilesystemStore("", key())`, "sessions.NewCookieStore(key())", "keep(%s)", false, ""},
		{"gin", "session-in-process", []string{"github.com/gin-contrib/sessions", "github.com/gin-contrib/sessions/memstore", "github.com/gin-contrib/sessions/redis"}, "sessions.Store", "memstore.NewStore(key())", "redis.NewStore(key())", "keep(sessions.Sessions(\"shop\", %s))", false, ""},
		{"fibersession", "session-in-process", []string{"github.com/gofiber/fiber/v2", "github.com/gofiber/fiber/v2/middleware/session", "github.com/gofiber/storage/redis"}, "fiber.Storage", "nil", "redis.New()", "keep(session.New(session.Config{Storage: %s}))", false, "keep(session.New())"},
		{"fiberlimiter", "mutable-singleton", []string{"github.com/gofiber/fiber/v2", "github.com/gofiber/fiber/v2/middleware/limiter", "github.com/gofiber/storage/redis"}, "fiber.Storage", "nil", "redis.New()", "keep(limiter.New(limiter.Config{Max: 5, Storage: %s}))", false, "keep(limiter.New(limiter.Config{Max: 5}))"},
		{"fibercsrf", "mutable-singleton", []string{"github.com/gofiber/fiber/v2", "github.com/gofiber/fiber/v2/middleware/csrf", "github.com/gofiber/storage/redis"}, "fiber.Storage", "nil", "redis.New()", "keep(csrf.New(csrf.Config{Storage: %s}))", false, "keep(csrf.New())"},
		{"fibercache", "in-process-cache", []string{"github.com/gofiber/fiber/v2", "github.com/gofiber/fiber/v2/middleware/cache", "github.com/gofiber/storage/redis"}, "fiber.Storage", "nil", "redis.New()", "keep(cache.New(cache.Config{Storage: %s}))", false, "keep(cache.New())"},
		{"echo", "mutable-singleton", []string{"github.com/labstack/echo/v4/middleware"}, "middleware.RateLimiterStore", "middleware.NewRateLimiterMemoryStore(20)", "Counter{}", "keep(middleware.RateLimiter(%s))", false, ""},
		{"httprate", "mutable-singleton", []string{"net/http", "time", "github.com/go-chi/httprate", "github.com/go-chi/httprate-redis"}, "func(http.Handler) http.Handler", "httprate.LimitByIP(100, time.Minute)", "httprate.Limit(100, time.Minute, httprateredis.WithRedisLimitCounter(nil))", "keep(%s)", false, "keep(httprate.Limit(100, time.Minute))"},
		{"ulule", "mutable-singleton", []string{"github.com/ulule/limiter/v3", "github.com/ulule/limiter/v3/drivers/store/memory", "github.com/ulule/limiter/v3/drivers/store/redis"}, "limiter.Store", "memory.NewStore()", "redis.NewStore(nil)", "keep(limiter.New(%s))", false, ""},
		{"tollbooth", "mutable-singleton", []string{"net/http", "github.com/didip/tollbooth/v7"}, "func(http.Handler) http.Handler", "func(next http.Handler) http.Handler { return tollbooth.LimitHandler(tollbooth.NewLimiter(1, nil), next) }", "counted", "keep(%s(nil))", false, ""},
		{"base64captcha", "mutable-singleton", []string{"github.com/mojocn/base64Captcha"}, "base64Captcha.Store", "base64Captcha.NewMemoryStore(1024, 60)", "Answers{}", "keep(base64Captcha.NewCaptcha(nil, %s))", false, ""},
		{"autocert", "local-disk-state", []string{"golang.org/x/crypto/acme/autocert"}, "autocert.Cache", `autocert.DirCache("certs")`, "Bucket{}", "keep(&autocert.Manager{Cache: %s})", true, ""},
		{"gorm", "local-disk-state", []string{"gorm.io/gorm", "gorm.io/driver/sqlite", "gorm.io/driver/postgres"}, "gorm.Dialector", `sqlite.Open("shop.db")`, `postgres.Open("host=db")`, "keep(gorm.Open(%s))", false, ""},
		{"driver", "local-disk-state", []string{"database/sql"}, "string", `"sqlite3"`, `"postgres"`, `db, _ := sql.Open(%s, "shop")` + "\nkeep(db)", false, ""},
		open("bbolt", "go.etcd.io/bbolt", `bbolt.Open("shop.db", 0o600, nil)`),
		open("badger", "github.com/dgraph-io/badger/v4", `badger.Open(badger.DefaultOptions("shop"))`),
		open("pebble", "github.com/cockroachdb/pebble", `pebble.Open("shop", nil)`),
		open("storm", "github.com/asdine/storm/v3", `storm.Open("shop.db")`),
		open("bleve", "github.com/blevesearch/bleve/v2", `bleve.New("shop.bleve", nil)`),
		open("gokv", "github.com/philippgille/gokv/bbolt", `bbolt.NewStore(bbolt.Options{})`),
	}
}

// librariesOfGo are the sources of what the stores import, by module and path.
func librariesOfGo() map[string]map[string]string {
	storage := "type Store struct{}\n\nfunc (*Store) Get(key string) ([]byte, error) { return nil, nil }\n"
	fiber := func(name, result string) string {
		return "package " + name + "\n\nimport \"github.com/gofiber/fiber/v2\"\n\ntype Config struct {\n\tMax int\n\tStorage fiber.Storage\n}\n\nfunc New(config ...Config) " + result + " { return nil }\n"
	}
	sessions := "type Store interface{ Get(name string) string }\n"
	return map[string]map[string]string{
		"github.com/alexedwards/scs/v2": {
			"":         "package scs\n\ntype Store interface{ Find(token string) ([]byte, bool, error) }\n\ntype SessionManager struct{ Store Store }\n\nfunc New() *SessionManager { return &SessionManager{} }\n",
			"memstore": "package memstore\n\ntype MemStore struct{}\n\nfunc (*MemStore) Find(token string) ([]byte, bool, error) { return nil, false, nil }\n\nfunc New() *MemStore { return &MemStore{} }\n",
		},
		"github.com/alexedwards/scs/redisstore": {"": "package redisstore\n\ntype RedisStore struct{}\n\nfunc (*RedisStore) Find(token string) ([]byte, bool, error) { return nil, false, nil }\n\nfunc New(pool any) *RedisStore { return &RedisStore{} }\n"},
		"github.com/gorilla/sessions":           {"": "package sessions\n\n" + sessions + "\ntype FilesystemStore struct{}\n\nfunc (*FilesystemStore) Get(name string) string { return \"\" }\n\nfunc NewFilesystemStore(path string, keys ...[]byte) *FilesystemStore { return &FilesystemStore{} }\n\ntype CookieStore struct{}\n\nfunc (*CookieStore) Get(name string) string { return \"\" }\n\nfunc NewCookieStore(keys ...[]byte) *CookieStore { return &CookieStore{} }\n"},
		"github.com/gin-contrib/sessions": {
			"":         "package sessions\n\n" + sessions + "\nfunc Sessions(name string, store Store) func() { return nil }\n",
			"memstore": "package memstore\n\nimport \"github.com/gin-contrib/sessions\"\n\nfunc NewStore(keys ...[]byte) sessions.Store { return nil }\n",
			"redis":    "package redis\n\nimport \"github.com/gin-contrib/sessions\"\n\nfunc NewStore(keys ...[]byte) sessions.Store { return nil }\n",
		},
		"github.com/gofiber/fiber/v2": {
			"":                   "package fiber\n\ntype Storage interface{ Get(key string) ([]byte, error) }\n\ntype Handler func()\n",
			"middleware/session": fiber("session", "*Config"), "middleware/limiter": fiber("limiter", "fiber.Handler"), "middleware/csrf": fiber("csrf", "fiber.Handler"), "middleware/cache": fiber("cache", "fiber.Handler"),
		},
		"github.com/gofiber/storage/redis": {"": "package redis\n\n" + storage + "\nfunc New() *Store { return &Store{} }\n"},
		"github.com/labstack/echo/v4":      {"middleware": "package middleware\n\ntype RateLimiterStore interface{ Allow(id string) (bool, error) }\n\ntype RateLimiterMemoryStore struct{}\n\nfunc (*RateLimiterMemoryStore) Allow(id string) (bool, error) { return true, nil }\n\nfunc NewRateLimiterMemoryStore(rate float64) *RateLimiterMemoryStore { return nil }\n\nfunc RateLimiter(store RateLimiterStore) func() { return nil }\n"},
		"github.com/go-chi/httprate":       {"": "package httprate\n\nimport (\n\t\"net/http\"\n\t\"time\"\n)\n\ntype Option func()\n\nfunc Limit(n int, d time.Duration, options ...Option) func(http.Handler) http.Handler { return nil }\n\nfunc LimitByIP(n int, d time.Duration) func(http.Handler) http.Handler { return nil }\n"},
		"github.com/go-chi/httprate-redis": {"": "package httprateredis\n\nimport \"github.com/go-chi/httprate\"\n\nfunc WithRedisLimitCounter(config any) httprate.Option { return nil }\n"},
		"github.com/ulule/limiter/v3": {
			"":                     "package limiter\n\ntype Store interface{ Peek(key string) int }\n\nfunc New(store Store) *Store { return nil }\n",
			"drivers/store/memory": "package memory\n\nimport \"github.com/ulule/limiter/v3\"\n\nfunc NewStore() limiter.Store { return nil }\n",
			"drivers/store/redis":  "package redis\n\nimport \"github.com/ulule/limiter/v3\"\n\nfunc NewStore(client any) limiter.Store { return nil }\n",
		},
		"github.com/didip/tollbooth/v7":        {"": "package tollbooth\n\nimport \"net/http\"\n\ntype Limiter struct{}\n\nfunc NewLimiter(max float64, options *int) *Limiter { return nil }\n\nfunc LimitHandler(l *Limiter, next http.Handler) http.Handler { return next }\n"},
		"github.com/mojocn/base64Captcha":      {"": "package base64Captcha\n\ntype Store interface{ Verify(id, answer string) bool }\n\nfunc NewMemoryStore(limit, seconds int) Store { return nil }\n\ntype Captcha struct{}\n\nfunc NewCaptcha(driver any, store Store) *Captcha { return nil }\n"},
		"golang.org/x/crypto":                  {"acme/autocert": "package autocert\n\nimport \"os\"\n\ntype Cache interface{ Put(name string, data []byte) error }\n\ntype DirCache string\n\nfunc (d DirCache) Put(name string, data []byte) error { return os.WriteFile(string(d)+name, data, 0o600) }\n\ntype Manager struct{ Cache Cache }\n"},
		"gorm.io/gorm":                         {"": "package gorm\n\ntype Dialector interface{ Name() string }\n\ntype DB struct{}\n\nfunc Open(d Dialector) *DB { return nil }\n"},
		"gorm.io/driver/sqlite":                {"": "package sqlite\n\nimport \"gorm.io/gorm\"\n\nfunc Open(dsn string) gorm.Dialector { return nil }\n"},
		"gorm.io/driver/postgres":              {"": "package postgres\n\nimport \"gorm.io/gorm\"\n\nfunc Open(dsn string) gorm.Dialector { return nil }\n"},
		"go.etcd.io/bbolt":                     {"": "package bbolt\n\ntype DB struct{}\n\nfunc Open(path string, mode uint32, options *int) (*DB, error) { return nil, nil }\n"},
		"github.com/dgraph-io/badger/v4":       {"": "package badger\n\ntype DB struct{}\n\ntype Options struct{}\n\nfunc DefaultOptions(path string) Options { return Options{} }\n\nfunc Open(o Options) (*DB, error) { return nil, nil }\n"},
		"github.com/cockroachdb/pebble":        {"": "package pebble\n\ntype DB struct{}\n\nfunc Open(dir string, options *int) (*DB, error) { return nil, nil }\n"},
		"github.com/asdine/storm/v3":           {"": "package storm\n\ntype DB struct{}\n\nfunc Open(path string) (*DB, error) { return nil, nil }\n"},
		"github.com/blevesearch/bleve/v2":      {"": "package bleve\n\ntype Index interface{ Close() error }\n\nfunc New(path string, mapping any) (Index, error) { return nil, nil }\n"},
		"github.com/philippgille/gokv/bbolt":   {"": "package bbolt\n\ntype Options struct{}\n\ntype Store struct{}\n\nfunc NewStore(o Options) (Store, error) { return Store{}, nil }\n"},
		"github.com/spf13/viper":               {"": "package viper\n\nfunc SetDefault(key string, value any) {}\n\nfunc GetString(key string) string { return \"\" }\n"},
		"github.com/kelseyhightower/envconfig": {"": "package envconfig\n\nfunc Process(prefix string, spec any) error { return nil }\n"},
	}
}

// spellingsOfGo choose what copies share if something says so, and what they do not
// otherwise. TYPE is what is chosen, LOCAL and REMOTE the values; USE(x) uses one, and
// NAME is the name of the resource.
func spellingsOfGo() map[string]string {
	return map[string]string{
		"statement": "func F() {\n\tvar s TYPE = LOCAL\n\tif os.Getenv(\"REDIS_URL\") != \"\" {\n\t\ts = REMOTE\n\t}\n\tUSE(s)\n}",
		"arms":      "func F() {\n\tvar s TYPE\n\tif os.Getenv(\"REDIS_URL\") != \"\" {\n\t\ts = REMOTE\n\t} else {\n\t\ts = LOCAL\n\t}\n\tUSE(s)\n}",
		"return":    "func F() {\n\tif os.Getenv(\"REDIS_URL\") != \"\" {\n\t\tUSE(REMOTE)\n\t\treturn\n\t}\n\tUSE(LOCAL)\n}",
		"switch":    "func F() {\n\tvar s TYPE\n\tswitch os.Getenv(\"STORE\") {\n\tcase \"redis\":\n\t\ts = REMOTE\n\tdefault:\n\t\ts = LOCAL\n\t}\n\tUSE(s)\n}",
		"function":  "func F() {\n\tUSE(F_choose())\n}\n\nfunc F_choose() TYPE {\n\tif os.Getenv(\"REDIS_URL\") != \"\" {\n\t\treturn REMOTE\n\t}\n\treturn LOCAL\n}",
		"method":    "type F_config struct{ url string }\n\nfunc (c F_config) store() TYPE {\n\tif c.url == \"\" {\n\t\treturn LOCAL\n\t}\n\treturn REMOTE\n}\n\nfunc F() {\n\tUSE(F_config{url: os.Getenv(\"REDIS_URL\")}.store())\n}",
		"map":       "func F() {\n\tmakers := map[string]func() TYPE{\n\t\t\"redis\": func() TYPE { return REMOTE },\n\t\t\"memory\": func() TYPE { return LOCAL },\n\t}\n\tUSE(makers[os.Getenv(\"STORE\")]())\n}",
		"variable":  "var F_makers = map[string]func() TYPE{\"redis\": F_remote, \"memory\": F_local}\n\nfunc F_remote() TYPE { return REMOTE }\n\nfunc F_local() TYPE { return LOCAL }\n\nfunc F() {\n\tif maker, ok := F_makers[os.Getenv(\"STORE\")]; ok {\n\t\tUSE(maker())\n\t}\n}",
		"closure":   "func F() {\n\tmaker := func() TYPE { return LOCAL }\n\tif os.Getenv(\"REDIS_URL\") != \"\" {\n\t\tmaker = func() TYPE { return REMOTE }\n\t}\n\tUSE(maker())\n}",
		"flag":      "func F() {\n\tkind := flag.String(\"NAME\", \"memory\", \"where to keep it\")\n\tflag.Parse()\n\tvar s TYPE\n\tif *kind == \"redis\" {\n\t\ts = REMOTE\n\t} else {\n\t\ts = LOCAL\n\t}\n\tUSE(s)\n}",
		"helper":    "func F() {\n\tvar s TYPE\n\tif getenv(\"STORE\", \"memory\") == \"memory\" {\n\t\ts = LOCAL\n\t} else {\n\t\ts = REMOTE\n\t}\n\tUSE(s)\n}",
		"envconfig": "func F() {\n\tvar c struct {\n\t\tStore string `envconfig:\"STORE\" default:\"memory\"`\n\t}\n\tenvconfig.Process(\"shop\", &c)\n\tvar s TYPE\n\tswitch c.Store {\n\tcase \"memory\":\n\t\ts = LOCAL\n\tcase \"redis\":\n\t\ts = REMOTE\n\t}\n\tUSE(s)\n}",
		"viper":     "func F() {\n\tviper.SetDefault(\"NAME.store\", \"memory\")\n\tvar s TYPE\n\tif viper.GetString(\"NAME.store\") == \"memory\" {\n\t\ts = LOCAL\n\t} else {\n\t\ts = REMOTE\n\t}\n\tUSE(s)\n}",
		"constant":  "const F_kind = \"memory\"\n\nfunc F() {\n\tvar s TYPE\n\tif F_kind == \"memory\" {\n\t\ts = LOCAL\n\t} else {\n\t\ts = REMOTE\n\t}\n\tUSE(s)\n}",
		"field":     "type F_server struct{ store TYPE }\n\nfunc F() {\n\ts := &F_server{store: LOCAL}\n\tif os.Getenv(\"REDIS_URL\") != \"\" {\n\t\ts.store = REMOTE\n\t}\n\tUSE(s.store)\n}",
	}
}

const helpersOfGo = `package main

import (
	"net/http"
	"os"
)

// KV is a store of the program's own.
type KV interface{ Put(key string) }

type File struct{ db any }

func (File) Put(key string) {}

type Server struct{}

func (Server) Put(key string) {}

type Counter struct{}

func (Counter) Allow(id string) (bool, error) { return true, nil }

type Answers struct{}

func (Answers) Verify(id, answer string) bool { return true }

type Bucket struct{}

func (Bucket) Put(name string, data []byte) error { return nil }

func counted(next http.Handler) http.Handler { return next }

func keep(x any) {}

func key() []byte { return []byte(os.Getenv("KEY")) }

func getenv(name, otherwise string) string {
	if v := os.Getenv(name); v != "" {
		return v
	}
	return otherwise
}
`

// shop writes a program that makes some stores in some spellings. It returns which
// spelling stands at which lines of which file.
func shop(t *testing.T, root string, stores []store, spellings ...string) map[string][]string {
	t.Helper()
	write := func(name, text string) {
		testtree.Put(t, root, name, text)
	}
	mod, modules := "module example.com/shop\n\ngo 1.25\n\nrequire (\n", ""
	libraries := librariesOfGo()
	for _, module := range slices.Sorted(maps.Keys(libraries)) {
		version := "v1.0.0"
		if i := strings.LastIndex(module, "/v"); i > 0 && len(module) == i+3 {
			version = module[i+1:] + ".0.0"
		}
		mod += "\t" + module + " " + version + "\n"
		modules += "# " + module + " " + version + "\n## explicit\n"
		for _, folder := range slices.Sorted(maps.Keys(libraries[module])) {
			path := strings.TrimSuffix(module+"/"+folder, "/")
			modules += path + "\n"
			write("vendor/"+path+"/x.go", libraries[module][folder])
		}
	}
	write("go.mod", mod+")\n")
	write("vendor/modules.txt", modules)
	write("helpers.go", helpersOfGo)
	calls, lines := "", map[string][]string{}
	for _, s := range stores {
		text := s.source(spellings)
		write(s.name+".go", text)
		at := ""
		for line := range strings.Lines(text) {
			if name, ok := strings.CutPrefix(line, "// spelling "); ok {
				at = strings.TrimSpace(name)
				calls += "\t" + s.name + "_" + at + "()\n"
			}
			lines[s.name+".go"] = append(lines[s.name+".go"], at)
		}
	}
	write("main.go", "package main\n\nimport \"net/http\"\n\nfunc main() {\n"+calls+"\thttp.HandleFunc(\"/\", func(http.ResponseWriter, *http.Request) {})\n\thttp.ListenAndServe(\":8080\", nil)\n}\n")
	return lines
}

// source is the file with some spellings of a store, with all if none is named, with
// what is chosen always and what is omitted.
func (s store) source(spellings []string) string {
	texts := spellingsOfGo()
	texts["always"] = "func F() {\n\tUSE(REMOTE)\n}"
	if s.omitted != "" {
		texts["omitted"] = "func F() {\n\t" + s.omitted + "\n}"
	}
	body := ""
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		if len(spellings) > 0 && !slices.Contains(spellings, name) {
			continue
		}
		text := strings.NewReplacer("F_", s.name+"_"+name+"_", "func F()", "func "+s.name+"_"+name+"()").Replace(texts[name])
		text = uses(text, s.use)
		text = strings.NewReplacer("TYPE", s.typ, "LOCAL", s.local, "REMOTE", s.remote, "NAME", s.name+name).Replace(text)
		body += "// spelling " + name + "\n" + text + "\n\n"
	}
	head := "package main\n\nimport (\n"
	for _, path := range append(slices.Clone(s.imports), "os", "flag", "github.com/spf13/viper", "github.com/kelseyhightower/envconfig") {
		head += fmt.Sprintf("\t%q\n", path)
	}
	return head + ")\n\nvar _, _, _, _ = os.Getenv, flag.Parse, viper.GetString, envconfig.Process\n\n" + body
}

// uses writes what is done with a value in the place of USE(value).
func uses(text, use string) string {
	before, rest, ok := strings.Cut(text, "USE(")
	if !ok {
		return text
	}
	deep, end := 1, 0
	for ; deep > 0; end++ {
		switch rest[end] {
		case '(':
			deep++
		case ')':
			deep--
		}
	}
	return before + strings.Replace(use, "%s", rest[:end-1], 1) + uses(rest[end:], use)
}

// verdicts audits a program and says at which level each spelling of each store is
// told.
func verdicts(t *testing.T, stores []store, spellings ...string) map[string]result.Level {
	t.Helper()
	root := t.TempDir()
	lines := shop(t, root, stores, spellings...)
	r, err := audit.Run(context.Background(), audit.Options{Root: root, Config: &config.Config{}, Offline: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range r.Errors {
		if e.Kind == "source" {
			t.Errorf("%s:%d: %s", e.File, e.Line, e.Message)
		}
	}
	out := map[string]result.Level{}
	for _, s := range stores {
		for _, f := range r.Findings {
			if f.Rule == s.rule && f.Location.File == s.name+".go" {
				out[s.name+" "+lines[s.name+".go"][f.Location.Line-1]] = f.Level
			}
		}
	}
	return out
}

// TestStoresOfGo has the same choice written in many ways get the same verdict, and
// what is always shared none.
func TestStoresOfGo(t *testing.T) {
	stores := storesOfGo()
	told := verdicts(t, slices.DeleteFunc(slices.Clone(stores), func(s store) bool { return s.once }))
	spellings := slices.Sorted(maps.Keys(spellingsOfGo()))
	some := []string{"statement", "switch", "function", "map", "flag", "helper", "envconfig", "constant"}
	for _, s := range stores {
		if s.once { // one program each
			for _, name := range append([]string{"always"}, some...) {
				maps.Copy(told, verdicts(t, []store{s}, name))
			}
		}
	}
	for _, s := range stores {
		level, names := told[s.name+" statement"], spellings
		if s.once {
			names = some
		}
		for _, name := range names {
			if got := told[s.name+" "+name]; got != level || got == "" {
				t.Errorf("%s, %s: %q, and %q as a statement", s.name, name, got, level)
			}
		}
		if got := told[s.name+" always"]; got != "" {
			t.Errorf("%s: %q of what copies share", s.name, got)
		}
		if got := told[s.name+" omitted"]; s.omitted != "" && cmp.Or(got, "none") != level {
			t.Errorf("%s, omitted: %q, and %q as a statement", s.name, got, level)
		}
	}
}
