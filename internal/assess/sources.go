package assess

import (
	"slices"
	"sort"
	"strings"

	"github.com/stateaudit/stateaudit/internal/program"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// Source is what code draws on or reaches outside the memory of its process.
type Source string

// The sources, from those that change under the process's feet to those that
// cannot.
const (
	FromDatabase    Source = "database"
	FromNetwork     Source = "network"
	FromRequest     Source = "request"
	FromCaller      Source = "caller" // handed in as it is, by whoever calls
	FromFile        Source = "file"
	FromEnvironment Source = "environment"
	FromProgram     Source = "installed program"
	FromClock       Source = "clock"
	FromRuntime     Source = "runtime" // figures of the language's runtime
)

// What code changes outside the memory of its process.
const (
	ToDatabase Source = "writes the database"
	ToFile     Source = "writes files"
	// ToOpenFile is what is written to a file that is open already: a log, or the standard
	// output. Each process has its own.
	ToOpenFile Source = "writes an open file"
	ToNetwork  Source = "sends messages" // mail, queues, webhooks: calls made for their effect
)

// What else code may reach that a rule wants to know of.
const (
	Accepts      Source = "accepts connections"
	WatchesFiles Source = "is told of changes of files"
	Elects       Source = "elects a leader or takes a distributed lock"
	Serializable Source = "runs a serializable or row-locking transaction"
)

// Sources knows what each function of the program reaches, callees included.
type Sources struct {
	p    *program.Program
	memo map[string]map[Source]bool
	logs map[string]bool // functions that log
}

// NewSources works out what every function of a program reaches.
func NewSources(p *program.Program) *Sources {
	s := &Sources{p: p, memo: map[string]map[Source]bool{}, logs: loggers(p)}
	s.fixpoint()
	return s
}

// fixpoint gives every function the sources of what it calls.
func (s *Sources) fixpoint() {
	for _, f := range s.p.Functions() {
		set := map[Source]bool{}
		for i := range f.Calls {
			for _, src := range s.classify(&f.Calls[i]) {
				if src != FromClock && src != FromRequest { // some callee always looks at the clock
					set[src] = true
				}
			}
		}
		s.memo[f.ID] = set
	}
	for sweep, changed := 0, true; changed && sweep < 20; sweep++ {
		changed = false
		for _, f := range s.p.Functions() {
			changed = s.absorb(f) || changed
		}
	}
}

func (s *Sources) absorb(f *program.Function) bool {
	grew := false
	set := s.memo[f.ID]
	s.next(f, func(to *program.Function) {
		for src := range s.memo[to.ID] {
			if !set[src] && !s.logged(to.ID, src) {
				set[src] = true
				grew = true
			}
		}
	})
	return grew
}

// Reach lists what a function reaches, sorted.
func (s *Sources) Reach(id string) []Source { return sorted(s.memo[id]) }

// ReachOfCall lists what a call reaches, sorted.
func (s *Sources) ReachOfCall(c *unit.Call) []Source {
	set := map[Source]bool{}
	for _, src := range s.classify(c) {
		set[src] = true
	}
	for _, id := range append([]string{c.Callee}, c.Targets...) {
		for src := range s.memo[id] {
			if !s.logged(id, src) {
				set[src] = true
			}
		}
	}
	return sorted(set)
}

// Reaches tells whether a function reaches any of the sources.
func (s *Sources) Reaches(id string, any ...Source) bool {
	for _, src := range any {
		if s.memo[id][src] {
			return true
		}
	}
	return false
}

// Way is one step towards what a function reaches: a call, and who makes it.
type Way struct {
	Function *program.Function
	Call     *unit.Call // nil where only the solver knows the call
}

// WayTo tells by which calls a function reaches a source, the call that leaves the
// checkout last: of the shortest ways the first in the order of the calls. It is nil
// if the function does not reach it.
func (s *Sources) WayTo(id string, src Source) []Way {
	start := s.p.Function(id)
	if start == nil || !s.memo[id][src] {
		return nil
	}
	type visit struct {
		f    *program.Function
		from int
		by   *unit.Call
	}
	queue, seen := []visit{{f: start, from: -1}}, map[*program.Function]bool{start: true}
	for at := 0; at < len(queue); at++ {
		f := queue[at].f
		if c := s.leaves(f, src); c != nil {
			out := []Way{{f, c}}
			for v := queue[at]; v.from >= 0; v = queue[v.from] {
				out = append([]Way{{queue[v.from].f, v.by}}, out...)
			}
			return out
		}
		s.next(f, func(to *program.Function) {
			if seen[to] || !s.memo[to.ID][src] || s.logged(to.ID, src) {
				return
			}
			seen[to] = true
			v := visit{f: to, from: at}
			if calls := f.CallsOf(to); len(calls) > 0 {
				v.by = calls[0]
			}
			queue = append(queue, v)
		})
	}
	return nil
}

// leaves finds the call with which a function itself reaches a source.
func (s *Sources) leaves(f *program.Function, src Source) *unit.Call {
	for i := range f.Calls {
		if slices.Contains(s.classify(&f.Calls[i]), src) {
			return &f.Calls[i]
		}
	}
	return nil
}

// next lists the functions whose sources are a function's own.
func (s *Sources) next(f *program.Function, do func(to *program.Function)) {
	if f.Solved() {
		for _, to := range f.Runs() {
			do(to)
		}
		return
	}
	for i := range f.Calls {
		c := &f.Calls[i]
		if c.Reference || c.Async {
			continue
		}
		for _, id := range append([]string{c.Callee}, c.Targets...) {
			if to := s.p.Function(id); to != nil {
				do(to)
			}
		}
	}
}

// Serves tells whether a function, or something that it or what it calls starts beside
// itself, accepts connections.
func (s *Sources) Serves(id string) bool {
	f := s.p.Function(id)
	if f == nil {
		return false
	}
	seen := map[*program.Function]bool{f: true}
	for queue := []*program.Function{f}; len(queue) > 0; queue = queue[1:] {
		if s.memo[queue[0].ID][Accepts] {
			return true
		}
		for _, to := range queue[0].Named() {
			if !seen[to] {
				seen[to] = true
				queue = append(queue, to)
			}
		}
	}
	return false
}

func sorted(set map[Source]bool) []Source {
	out := make([]Source, 0, len(set))
	for src := range set {
		out = append(out, src)
	}
	sort.Slice(out, func(i, j int) bool { return out[i] < out[j] })
	return out
}

// computed tells a value that is put together from what locals hold, which the value
// alone does not tell. What a function of the checkout works out is known from the
// function, and what a library's function is given may be anything that was fetched.
func (s *Sources) computed(v *unit.Value) bool {
	switch v.Kind {
	case unit.Unknown:
		return true
	case unit.PlaceValue:
		return v.Place != nil && v.Place.Root == unit.RootLocal
	case unit.Result:
		if s.p.Function(v.Callee) != nil {
			return false
		}
	case unit.Compound:
	default:
		return false
	}
	return slices.ContainsFunc(v.Parts, func(part unit.Value) bool { return s.computed(&part) })
}

// fetched lists what a function itself fetches from elsewhere and uses.
func (s *Sources) fetched(id string) []Source {
	set := map[Source]bool{}
	f := s.p.Function(id)
	if f == nil {
		return nil
	}
	for i := range f.Calls {
		c := &f.Calls[i]
		if c.Reference || c.Async || c.Result != unit.Used && c.Result != unit.Returned {
			continue
		}
		for _, src := range s.classify(c) {
			if src == FromNetwork || src == FromDatabase {
				set[src] = true
			}
		}
	}
	return sorted(set)
}

// ran lists what the functions reach that a function runs out of a collection, where
// a value is made of what they give.
func (s *Sources) ran(id string, v *unit.Value) []Source {
	set := map[Source]bool{}
	f := s.p.Function(id)
	if f == nil || v == nil {
		return nil
	}
	for i := range f.Calls {
		c := &f.Calls[i]
		if c.Name != "call" || c.Async || c.Receiver == nil || c.Receiver.Place == nil || !mentions(v, program.KeptIn(*c.Receiver.Place)) {
			continue
		}
		for _, to := range append([]string{c.Callee}, c.Targets...) {
			for src := range s.memo[to] {
				set[src] = true
			}
		}
	}
	return sorted(set)
}

// mentions tells whether a value mentions what a holder keeps.
func mentions(v *unit.Value, holder string) bool {
	if holder != "" && v.Place != nil && program.KeptIn(*v.Place) == holder {
		return true
	}
	return slices.ContainsFunc(v.Parts, func(part unit.Value) bool { return mentions(&part, holder) })
}

// of lists what a value that is put into a holder draws on, sorted.
func (s *Sources) of(h *program.Holder, v *unit.Value) []Source {
	set := map[Source]bool{}
	if v != nil && strings.HasPrefix(v.Callee, "&") {
		if loaders := givenTo(h); len(loaders) > 0 {
			for _, id := range loaders {
				for src := range s.memo[id] {
					set[src] = true
				}
			}
			return sorted(set)
		}
	}
	if v != nil && v.Kind == unit.PlaceValue && v.Place != nil && v.Place.Root == unit.RootParam {
		set[FromCaller] = true
	}
	s.walk(v, set)
	return sorted(set)
}

// givenTo lists the functions with which the object in a holder was made: the
// loader of a cache.
func givenTo(h *program.Holder) []string {
	var out []string
	for _, v := range append([]unit.Value{h.Value}, h.Values...) {
		for _, part := range v.Parts {
			if part.Kind == unit.Func && part.Callee != "" {
				out = append(out, part.Callee)
			}
		}
	}
	return out
}

func (s *Sources) walk(v *unit.Value, set map[Source]bool) {
	if v == nil {
		return
	}
	if v.Kind == unit.Result {
		for src := range s.memo[v.Callee] {
			set[src] = true
		}
		for _, src := range s.classifyName(v.Callee) {
			set[src] = true
		}
		if s.handsOutRequest(v.Callee, maxHanded) {
			set[FromRequest] = true
		}
		ids := s.p.LeadsOut(v.Callee)
		if holder, ok := strings.CutPrefix(v.Callee, "&"); ok {
			ids = s.p.Stored(holder)
		}
		for _, id := range ids {
			for src := range s.memo[id] {
				set[src] = true
			}
			for _, src := range s.classifyName(id) {
				set[src] = true
			}
		}
	}
	if v.Place != nil && ofRequest(v.Place) {
		set[FromRequest] = true
	}
	for i := range v.Parts {
		s.walk(&v.Parts[i], set)
	}
}

// maxHanded bounds through how many functions it is followed what they hand out.
const maxHanded = 3

// handsOutRequest tells a function of the checkout that hands out what it takes from the
// request: the one that says which parameters are allowed.
func (s *Sources) handsOutRequest(id string, depth int) bool {
	f := s.p.Function(id)
	return f != nil && depth > 0 && slices.ContainsFunc(f.Returns, func(v unit.Value) bool { return s.drawsOnRequest(&v, depth) })
}

func (s *Sources) drawsOnRequest(v *unit.Value, depth int) bool {
	if v.Kind == unit.Result && (slices.Contains(classifyKnown(v.Callee), FromRequest) || s.handsOutRequest(v.Callee, depth-1)) {
		return true
	}
	return slices.ContainsFunc(v.Parts, func(part unit.Value) bool { return s.drawsOnRequest(&part, depth) })
}

// ofRequest tells a place inside a request: r.Body, c.Request.Header.
func ofRequest(pl *unit.Place) bool {
	for _, step := range pl.Path {
		if strings.HasPrefix(step, "net/http.Request.") {
			return true
		}
	}
	return false
}

// classify tells what one call reaches by itself.
func (s *Sources) classify(c *unit.Call) []Source {
	var out []Source
	for _, id := range s.outside(c) {
		out = append(out, s.classifyName(id)...)
	}
	if len(out) == 0 && !c.External {
		return nil
	}
	db := len(out) > 0 && out[0] == FromDatabase
	if db && slices.Contains(out, ToDatabase) && changesNoRows(c.Args) {
		out = []Source{FromDatabase}
	}
	for _, a := range c.Args {
		if db && a.Locks {
			out = append(out, Serializable)
		}
		switch {
		case db && changesRows(a.Text) || db && len(a.Parts) > 0 && changesRows(a.Parts[0].Text):
			out = append(out, ToDatabase)
		case strings.Contains(a.Text, "Serializable"), strings.Contains(a.Text, ":serializable"), strings.Contains(a.Text, "FOR UPDATE"), strings.Contains(a.Text, "for update"):
			out = append(out, Serializable)
		case strings.Contains(a.Text, "advisory_lock"), strings.Contains(a.Text, "advisory_xact_lock"), strings.Contains(a.Text, "GET_LOCK("), db && onlyIfAbsent(a.Text):
			out = append(out, Elects)
		case c.Callee == "os.OpenFile" && (strings.Contains(a.Text, "O_WRONLY") || strings.Contains(a.Text, "O_RDWR") || strings.Contains(a.Text, "O_CREATE") || strings.Contains(a.Text, "O_APPEND")):
			out = append(out, ToFile)
		}
	}
	if db && claims(c.Callee) {
		out = append(out, Elects)
	}
	if c.Callee == "builtins.open" && len(c.Args) > 1 && strings.ContainsAny(c.Args[1].Text, "wax+") {
		out = append(out, ToFile)
	}
	return out
}

// outside lists the functions outside the checkout that a call leads to: itself, by the interface
// that it is made on, or as what a variable or field keeps.
func (s *Sources) outside(c *unit.Call) []string {
	switch {
	case c.External:
		return []string{c.Callee}
	case c.Callee == "" && c.Name == "()" && c.Receiver != nil && c.Receiver.Place != nil:
		return slices.DeleteFunc(slices.Clone(s.p.Stored(program.KeptIn(*c.Receiver.Place))), func(id string) bool { return s.p.Function(id) != nil })
	case c.Callee != "" && s.p.Function(c.Callee) == nil:
		return append(s.p.LeadsOut(c.Callee), c.Callee)
	}
	return nil
}

// claims tells the methods of clients that write a key only if nobody has: the one
// copy whose write succeeds goes on.
func claims(callee string) bool {
	switch callee[strings.LastIndexAny(callee, "./#")+1:] {
	case "SetNX", "SetIfAbsent", "setnx":
		return true
	}
	return false
}

// onlyIfAbsent tells the option of a write that makes it such a claim.
func onlyIfAbsent(argument string) bool {
	switch strings.ReplaceAll(argument, " ", "") {
	case "nx:true", "nx=True", "unless_exist:true", `"NX"`:
		return true
	}
	return false
}

// classifyName tells it of a function outside the checkout: by its name if it is
// well known, by its source otherwise.
func (s *Sources) classifyName(id string) []Source {
	if out := classifyKnown(id); out != nil {
		return out
	}
	f := s.p.Foreign(id)
	if f == nil {
		return nil
	}
	var out []Source
	for _, e := range f.Effects {
		out = append(out, learnedSources[e.Kind]...)
	}
	return out
}

// learnedSources are the sources of what the source of a library says.
var learnedSources = map[unit.ForeignKind][]Source{
	unit.WritesFile:     {ToFile},
	unit.ReadsFile:      {FromFile},
	unit.Network:        {FromNetwork},
	unit.ReadsDatabase:  {FromDatabase},
	unit.WritesDatabase: {FromDatabase, ToDatabase},
	unit.RunsProgram:    {FromProgram},
}

// classifyKnown tells it from the name alone.
func classifyKnown(id string) []Source {
	for _, e := range origins() {
		if !strings.HasPrefix(id, e.prefix) {
			continue
		}
		if e.source == FromNetwork && strings.HasSuffix(id, ".new") && e.prefix != "TCPSocket" {
			return []Source{} // a client is made; nothing is asked yet
		}
		if e.source == FromDatabase && writesRows(id) {
			return []Source{FromDatabase, ToDatabase}
		}
		return []Source{e.source}
	}
	return nil
}

// writesRows tells the methods of database libraries that change rows by the
// verbs that all of them use.
func writesRows(id string) bool {
	name := id[strings.LastIndexAny(id, "./#")+1:]
	if strings.HasPrefix(id, "sqlalchemy.") || strings.HasPrefix(id, "flask_sqlalchemy.") || strings.HasPrefix(id, "sqlmodel.") {
		switch name {
		case "add", "add_all", "merge", "commit", "flush", "bulk_save_objects", "bulk_insert_mappings", "delete":
			return true
		}
		return false
	}
	for _, verb := range []string{"Exec", "MustExec", "NamedExec", "Insert", "Create", "Save", "Update", "Delete", "Upsert", "Replace", "FirstOrCreate", "Put", "Set", "Del", "Incr", "Decr", "LPush", "RPush", "SAdd", "ZAdd", "HSet", "Expire", "BulkWrite",
		"get_or_create", "bulk_create", "bulk_update", "acreate", "asave", "adelete", "aupdate",
		"create", "save", "update", "delete", "destroy", "insert", "upsert", "find_or_create", "increment", "decrement", "touch", "toggle", "set", "hset", "lpush", "rpush", "sadd", "zadd", "expire"} {
		if strings.HasPrefix(name, verb) {
			return true
		}
	}
	return false
}

// changesNoRows tells a call whose statement is written out and only speaks to the
// connection: it subscribes, sets a parameter of the session, opens a transaction.
func changesNoRows(args []unit.Value) bool {
	for i := range args {
		a := &args[i]
		text := statement(a.Text)
		if len(a.Parts) > 0 && a.Kind != unit.Literal {
			text = statement(a.Parts[0].Text)
		}
		for _, verb := range []string{"LISTEN", "UNLISTEN", "NOTIFY", "SELECT", "SHOW", "SET", "PRAGMA", "BEGIN", "START TRANSACTION", "COMMIT", "ROLLBACK", "SAVEPOINT", "EXPLAIN", "USE", "PREPARE", "DEALLOCATE", "DISCARD"} {
			if text == verb || strings.HasPrefix(text, verb+" ") || strings.HasPrefix(text, verb+"\n") || strings.HasPrefix(text, verb+"\t") {
				return true
			}
		}
	}
	return false
}

// statement is a statement of SQL as it is compared: in capitals, without what
// stands around it.
func statement(text string) string { return strings.ToUpper(strings.Trim(text, " \t\n`\"")) }

// changesRows tells SQL that changes rows.
func changesRows(text string) bool {
	text = statement(text)
	for _, verb := range []string{"INSERT ", "UPDATE ", "DELETE ", "REPLACE ", "MERGE "} {
		if strings.HasPrefix(text, verb) {
			return true
		}
	}
	return false
}

type origin struct {
	prefix string
	source Source
}

// origins maps functions of well-known packages to what they reach; the first
// match counts.
func origins() []origin { return knownOrigins[:] }

var knownOrigins = [...]origin{
	{"os.Getenv", FromEnvironment}, {"os.LookupEnv", FromEnvironment}, {"os.Environ", FromEnvironment},
	{"os.Executable", FromEnvironment}, {"os.Hostname", FromEnvironment}, {"os.Getwd", FromEnvironment}, {"os/user.", FromEnvironment},
	{"os/exec.LookPath", FromEnvironment}, {"os/exec.", FromProgram},
	{"os.WriteFile", ToFile}, {"os.Create", ToFile}, {"os.Rename", ToFile}, {"os.Remove", ToFile}, {"os.Mkdir", ToFile},
	{"os.Symlink", ToFile}, {"os.Link", ToFile}, {"os.Truncate", ToFile}, {"os.(File).Write", ToOpenFile}, {"os.File.Write", ToOpenFile},
	{"io/ioutil.WriteFile", ToFile}, {"io/ioutil.Temp", ToFile},
	{"os.ReadFile", FromFile}, {"os.Open", FromFile}, {"os.ReadDir", FromFile}, {"os.Stat", FromFile}, {"embed.", FromFile},
	{"io/ioutil.Read", FromFile}, {"path/filepath.Glob", FromFile}, {"path/filepath.Walk", FromFile}, {"io/fs.ReadDir", FromFile}, {"io/fs.WalkDir", FromFile}, {"io/fs.Glob", FromFile}, {"io/fs.ReadFile", FromFile}, {"os.File.ReadDir", FromFile},
	{"github.com/fsnotify/fsnotify.NewWatcher", WatchesFiles}, {"github.com/fsnotify/fsnotify.NewBufferedWatcher", WatchesFiles}, {"github.com/radovskyb/watcher.New", WatchesFiles}, {"github.com/rjeczalik/notify.Watch", WatchesFiles}, {"github.com/spf13/viper.OnConfigChange", WatchesFiles}, {"github.com/spf13/viper.Viper.OnConfigChange", WatchesFiles}, {"github.com/knadh/koanf/providers/file.File.Watch", WatchesFiles},
	{"database/sql/driver.", ""}, {"database/sql.DB.Stats", ""}, {"database/sql.DB.SetMax", ""}, {"database/sql.DB.SetConn", ""}, {"database/sql.DB.Driver", ""}, {"database/sql.DB.Close", ""}, {"database/sql.Named", ""}, {"database/sql.", FromDatabase}, {"gorm.io/gorm/clause.", ""}, {"gorm.io/gorm.", FromDatabase}, {"github.com/jinzhu/gorm.", FromDatabase},
	{"xorm.io/builder", ""}, {"github.com/xorm-io/xorm", FromDatabase}, {"github.com/go-xorm/xorm", FromDatabase}, {"github.com/pocketbase/dbx", FromDatabase}, {"xorm.io/", FromDatabase}, {"github.com/jmoiron/sqlx.", FromDatabase}, {"github.com/uptrace/bun", FromDatabase},
	{"github.com/jackc/pgx", FromDatabase}, {"go.mongodb.org/mongo-driver/bson", ""}, {"go.mongodb.org/", FromDatabase}, {"github.com/go-redis/", FromDatabase},
	{"github.com/redis/", FromDatabase}, {"github.com/gomodule/redigo", FromDatabase}, {"go.etcd.io/etcd/client/v3/concurrency", Elects}, {"go.etcd.io/", FromDatabase},
	{"github.com/ClickHouse/clickhouse-go/v2/lib/driver.", FromDatabase}, {"github.com/ClickHouse/clickhouse-go/lib/driver.", FromDatabase}, {"github.com/ClickHouse/ch-go.Client.", FromDatabase}, {"github.com/neo4j/neo4j-go-driver", FromDatabase},
	{"github.com/gocql/gocql.Query.", FromDatabase}, {"github.com/gocql/gocql.Session.", FromDatabase}, {"github.com/gocql/gocql.Iter.", FromDatabase}, {"github.com/rueian/rueidis", FromDatabase}, {"github.com/arangodb/go-driver", FromDatabase},
	{"github.com/beego/beego/v2/client/orm.Ormer.", FromDatabase}, {"github.com/beego/beego/v2/client/orm.QuerySeter.", FromDatabase}, {"github.com/beego/beego/v2/client/orm.RawSeter.", FromDatabase}, {"github.com/beego/beego/v2/client/orm.DQL.", FromDatabase}, {"github.com/beego/beego/v2/client/orm.DML.", FromDatabase},
	{"github.com/astaxie/beego/orm.Ormer.", FromDatabase}, {"github.com/astaxie/beego/orm.QuerySeter.", FromDatabase}, {"github.com/astaxie/beego/orm.RawSeter.", FromDatabase},
	{"entgo.io/", FromDatabase}, {"github.com/go-pg/", FromDatabase}, {"github.com/Masterminds/squirrel", FromDatabase}, {"github.com/upper/db", FromDatabase}, {"go.etcd.io/bbolt", FromDatabase}, {"github.com/dgraph-io/badger", FromDatabase},
	{"k8s.io/client-go/tools/leaderelection", Elects}, {"github.com/go-co-op/gocron/v2.WithDistributed", Elects}, {"github.com/go-co-op/gocron.WithDistributed", Elects}, {"github.com/go-co-op/gocron.Scheduler.WithDistributed", Elects}, {"github.com/go-redsync/", Elects}, {"github.com/bsm/redislock", Elects}, {"github.com/hashicorp/consul/api.Lock", Elects},
	{"net/http.ListenAndServe", Accepts}, {"net/http.Serve", Accepts}, {"net/http.Server.", Accepts}, {"net.Listen", Accepts},
	{"net.Listener.Accept", Accepts}, {"net.TCPListener.", Accepts}, {"google.golang.org/grpc.Server.Serve", Accepts},
	{"golang.org/x/crypto/ssh.NewServerConn", Accepts}, {"github.com/soheilhy/cmux", Accepts},
	{"net/http.Request.", FromRequest}, {"github.com/gin-gonic/gin.Context.", FromRequest}, {"github.com/labstack/echo", FromRequest}, {"github.com/gofiber/fiber", FromRequest},
	{"net/smtp.", ToNetwork}, {"github.com/wneessen/go-mail", ToNetwork}, {"gopkg.in/gomail", ToNetwork}, {"gopkg.in/mail", ToNetwork},
	{"net/http.Header.Get", FromRequest}, {"net/http.Header.Values", FromRequest}, {"net/http.Header.", ""}, {"net/http.Client.", FromNetwork}, {"net/http.Get", FromNetwork}, {"net/http.Post", FromNetwork}, {"net/http.Head", FromNetwork},
	{"net/http.RoundTripper.", FromNetwork}, {"net/http.Transport.", FromNetwork}, {"net.Dial", FromNetwork}, {"net.Lookup", FromNetwork}, {"net.Resolver.", FromNetwork},
	{"google.golang.org/grpc.ClientConn", FromNetwork}, {"google.golang.org/grpc.Dial", FromNetwork}, {"google.golang.org/grpc.NewClient", FromNetwork},
	{"github.com/aws/aws-sdk-go/service/", FromNetwork}, {"github.com/aws/aws-sdk-go-v2/service/", FromNetwork}, {"cloud.google.com/go/", FromNetwork},
	{"github.com/segmentio/kafka-go.Writer", ToNetwork}, {"github.com/nats-io/nats.go.Conn.Publish", ToNetwork}, {"github.com/rabbitmq/amqp091-go.Channel.Publish", ToNetwork},
	{"ActiveRecord.descendants", ""}, {"ActiveRecord.subclasses", ""}, {"ActiveRecord::Base.descendants", ""}, {"ActiveRecord::Base.subclasses", ""},
	{"ActiveRecord.arel_table", ""}, {"ActiveRecord.table_name", ""}, {"ActiveRecord.quoted_table_name", ""}, {"ActiveRecord.column", ""}, {"ActiveRecord.attribute_names", ""}, {"ActiveRecord.primary_key", ""}, {"ActiveRecord.model_name", ""}, {"ActiveRecord.reflect", ""}, {"ActiveRecord.none", ""},
	{"ActiveRecord.locking_", ""}, {"ActiveRecord.lock", Serializable}, {"ActiveRecord.with_lock", Serializable}, {"ActiveRecord.with_advisory_lock", Elects},
	{"ActiveRecord.", FromDatabase}, {"ActiveRecord::Base.with_advisory_lock", Elects}, {"Redlock", Elects}, {"RedisMutex", Elects}, {"RedisLock", Elects}, {"Redis::Lock", Elects}, {"Suo::", Elects}, {"ActiveRecord::Base.", FromDatabase}, {"Sequel", FromDatabase}, {"Redis", FromDatabase}, {"Mongo::", FromDatabase}, {"PG::", FromDatabase}, {"Mysql2::", FromDatabase},
	{"ActionMailer.deliver", ToNetwork}, {"Mail.deliver", ToNetwork}, {"Pony.mail", ToNetwork},
	{"ActionController.current_user", FromDatabase}, {"ActionController.", FromRequest},
	{"Net::HTTP", FromNetwork}, {"Net::SMTP", ToNetwork}, {"Faraday", FromNetwork}, {"HTTParty", FromNetwork}, {"RestClient", FromNetwork}, {"Excon", FromNetwork}, {"Typhoeus", FromNetwork}, {"HTTPClient", FromNetwork}, {"URI.open", FromNetwork}, {"OpenURI", FromNetwork},
	{"Aws::", FromNetwork}, {"Stripe::", FromNetwork}, {"Twilio::", FromNetwork}, {"Slack::", FromNetwork}, {"Elasticsearch::", FromNetwork}, {"Resolv", FromNetwork}, {"TCPSocket", FromNetwork},
	{"File.write", ToFile}, {"File.delete", ToFile}, {"File.unlink", ToFile}, {"File.rename", ToFile}, {"FileUtils.", ToFile}, {"IO.write", ToFile}, {"File.", FromFile}, {"Dir.", FromFile}, {"IO.read", FromFile}, {"YAML.load_file", FromFile}, {"YAML.safe_load_file", FromFile}, {"Pathname", FromFile},
	{"ENV.", FromEnvironment}, {"Socket.gethostname", FromEnvironment}, {"Etc.", FromEnvironment}, {"Kernel.system", FromProgram}, {"Kernel.spawn", FromProgram}, {"Kernel.exec", FromProgram}, {"IO.popen", FromProgram}, {"Kernel.`", FromProgram}, {"Open3.", FromProgram},
	{"Time.now", FromClock}, {"Time.current", FromClock}, {"Time.zone", FromClock}, {"Date.today", FromClock}, {"Date.current", FromClock}, {"DateTime.now", FromClock}, {"Process.clock_gettime", FromClock},
	{"GC.", FromRuntime}, {"ObjectSpace.", FromRuntime}, {"Process.pid", FromRuntime},
	{"time.Now", FromClock}, {"time.Since", FromClock},
	{"django.db.models.Model.objects.select_for_update", Serializable}, {"django.db.models.Model.objects.none", ""}, {"django.db.models.Model._meta", ""}, {"django.db.models.Model.pk", ""}, {"django.db.models.Model.id", ""}, {"django.db.models.Model.", FromDatabase},
	{"django.shortcuts.get_object_or_404", FromDatabase}, {"django.shortcuts.get_list_or_404", FromDatabase}, {"django.db.connection.cursor", FromDatabase}, {"django.contrib.auth.models.", FromDatabase}, {"django.contrib.auth.authenticate", FromDatabase},
	{"django.core.cache.cache.", FromDatabase}, {"django.core.cache.caches", FromDatabase}, {"django_redis.", FromDatabase},
	{"django.core.mail.", ToNetwork}, {"flask_mail.", ToNetwork}, {"smtplib.", ToNetwork}, {"aiosmtplib.", ToNetwork}, {"fastapi_mail.", ToNetwork},
	{"flask_sqlalchemy.SQLAlchemy.session", FromDatabase}, {"flask_sqlalchemy.SQLAlchemy.engine", FromDatabase}, {"sqlalchemy.orm.Session.", FromDatabase}, {"sqlalchemy.orm.scoped_session", FromDatabase}, {"sqlalchemy.orm.sessionmaker.", FromDatabase}, {"sqlalchemy.ext.asyncio.AsyncSession.", FromDatabase}, {"sqlalchemy.ext.asyncio.create_async_engine.", FromDatabase}, {"sqlalchemy.ext.asyncio.AsyncEngine.", FromDatabase}, {"sqlalchemy.ext.asyncio.AsyncConnection.", FromDatabase}, {"sqlalchemy.ext.asyncio.async_sessionmaker.", FromDatabase}, {"sqlalchemy.ext.asyncio.async_scoped_session.", FromDatabase}, {"sqlalchemy.engine.", FromDatabase}, {"sqlalchemy.create_engine.", FromDatabase}, {"sqlmodel.Session.", FromDatabase}, {"sqlmodel.ext.asyncio.session.AsyncSession.", FromDatabase},
	{"asyncpg.", FromDatabase}, {"psycopg2.", FromDatabase}, {"psycopg.", FromDatabase}, {"pymysql.", FromDatabase}, {"pymongo.", FromDatabase}, {"motor.", FromDatabase}, {"databases.Database.", FromDatabase}, {"redis.lock.", Elects}, {"redis.Redis.lock", Elects}, {"redis.", FromDatabase}, {"aioredis.", FromDatabase}, {"peewee.", FromDatabase}, {"tortoise.", FromDatabase}, {"sqlite3.connect.", FromDatabase}, {"aiosqlite.", FromDatabase},
	{"requests.Session.headers", ""}, {"requests.exceptions", ""}, {"requests.adapters", ""}, {"requests.", FromNetwork}, {"httpx.Timeout", ""}, {"httpx.Limits", ""}, {"httpx.", FromNetwork}, {"aiohttp.ClientSession.", FromNetwork}, {"aiohttp.request", FromNetwork}, {"urllib.request.", FromNetwork}, {"urllib3.", FromNetwork}, {"http.client.", FromNetwork}, {"socket.create_connection", FromNetwork}, {"socket.gethostname", FromEnvironment}, {"websockets.", FromNetwork},
	{"boto3.client.", FromNetwork}, {"boto3.resource.", FromNetwork}, {"botocore.", FromNetwork}, {"stripe.", FromNetwork}, {"twilio.", FromNetwork}, {"slack_sdk.", FromNetwork}, {"sendgrid.", ToNetwork}, {"openai.", FromNetwork}, {"anthropic.", FromNetwork}, {"elasticsearch.", FromNetwork}, {"opensearchpy.", FromNetwork}, {"pika.", ToNetwork}, {"google.cloud.", FromNetwork}, {"grpc.", FromNetwork}, {"kafka.", ToNetwork}, {"aiokafka.", ToNetwork}, {"ldap.", FromNetwork}, {"ldap3.", FromNetwork}, {"paramiko.", FromNetwork},
	{"pathlib.Path.write_", ToFile}, {"pathlib.Path.mkdir", ToFile}, {"pathlib.Path.unlink", ToFile}, {"pathlib.Path.rename", ToFile}, {"pathlib.Path.touch", ToFile}, {"pathlib.Path.read_", FromFile}, {"pathlib.Path.open", FromFile}, {"pathlib.Path.glob", FromFile}, {"pathlib.Path.iterdir", FromFile}, {"pathlib.Path.exists", FromFile},
	{"shutil.which", FromEnvironment}, {"shutil.", ToFile}, {"os.remove", ToFile}, {"os.unlink", ToFile}, {"os.rename", ToFile}, {"os.replace", ToFile}, {"os.makedirs", ToFile}, {"os.mkdir", ToFile}, {"os.rmdir", ToFile}, {"os.path.exists", FromFile}, {"os.listdir", FromFile}, {"os.walk", FromFile}, {"os.scandir", FromFile}, {"os.stat", FromFile}, {"os.path.getmtime", FromFile}, {"os.getenv", FromEnvironment}, {"os.environ", FromEnvironment}, {"builtins.open", FromFile}, {"glob.", FromFile}, {"importlib.resources", FromFile},
	{"subprocess.", FromProgram}, {"os.system", FromProgram}, {"os.popen", FromProgram}, {"asyncio.create_subprocess", FromProgram},
	{"flask.request", FromRequest}, {"flask.session", FromRequest}, {"starlette.requests.", FromRequest}, {"fastapi.Request.", FromRequest}, {"django.http.HttpRequest", FromRequest},
	{"time.time", FromClock}, {"time.monotonic", FromClock}, {"time.perf_counter", FromClock}, {"datetime.datetime.now", FromClock}, {"datetime.datetime.utcnow", FromClock}, {"datetime.date.today", FromClock}, {"django.utils.timezone.now", FromClock},
	{"psutil.", FromRuntime}, {"gc.", FromRuntime}, {"resource.getrusage", FromRuntime}, {"tracemalloc.", FromRuntime},
	{"runtime.ReadMemStats", FromRuntime}, {"runtime.NumGoroutine", FromRuntime}, {"runtime/metrics.", FromRuntime}, {"runtime/debug.", FromRuntime}, {"github.com/shirou/gopsutil", FromRuntime},
}
