package facts

import (
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/program"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// Effect says what a function does beside computing what it returns from what it
// is given.
type Effect int

// The effects, each containing the one before.
const (
	// Computes is nothing else: the function can be copied to wherever it is needed.
	// Answering the request at hand and writing a log belong here, as every service
	// does that for itself.
	Computes Effect = iota
	// Reads looks at tables, memory, sessions or files that others change.
	Reads
	// Changes alters any of them, or may: what it calls is not known.
	Changes
)

// Effect says what a function does, what it calls included.
func (f *Facts) Effect(id string) Effect { return f.effects[id] }

// collectEffects works out the effect of every function: its own, raised by those
// of the functions that it calls until nothing changes.
func (f *Facts) collectEffects() {
	changing := f.changingHolders()
	f.effects = map[string]Effect{}
	for _, fn := range f.Program.Functions() {
		f.effects[fn.ID] = f.ownEffect(fn, changing)
	}
	for grown := true; grown; {
		grown = false
		for _, fn := range f.Program.Functions() {
			for _, c := range f.calls[fn.ID] {
				for _, to := range c.To {
					if e := f.effects[to.ID]; e > f.effects[fn.ID] {
						f.effects[fn.ID], grown = e, true
					}
				}
			}
		}
	}
}

// changingHolders are the holders that somebody writes while serving. The others
// are settings by then.
func (f *Facts) changingHolders() map[string]bool {
	out := map[string]bool{}
	for _, uses := range f.uses {
		for _, u := range uses {
			if u.Kind == HolderUse && u.Write {
				out[u.Name] = true
			}
		}
	}
	return out
}

// ownEffect is the effect of a function without that of what it calls in the
// checkout.
func (f *Facts) ownEffect(fn *program.Function, changing map[string]bool) Effect {
	effect := Computes
	for _, u := range f.uses[fn.ID] {
		switch {
		case u.Write:
			return Changes
		case u.Kind != HolderUse || changing[u.Name]:
			effect = Reads
		}
	}
	if slices.ContainsFunc(fn.Accesses, hands) {
		return Changes
	}
	if len(fn.Statements) > 0 {
		effect = Reads
	}
	known := map[unit.Location]bool{}
	for _, c := range f.calls[fn.ID] {
		known[c.Location] = true
		if c.Async {
			return Changes
		}
	}
	for i := range fn.Calls {
		c := &fn.Calls[i]
		if !c.Reference && !known[c.Location] {
			effect = max(effect, f.foreignEffect(fn, c))
		}
	}
	return effect
}

// hands tells an access that changes a holder at any time, or sends to a channel.
func hands(a unit.Access) bool {
	return (a.Kind == unit.Write || a.Kind == unit.Modify) && (a.Place.Root == unit.RootHolder || a.Op == "<-")
}

// foreignEffect is the effect of a call that leads to no function of the checkout.
func (f *Facts) foreignEffect(fn *program.Function, c *unit.Call) Effect {
	switch {
	case c.Async:
		return Changes
	case c.Computes:
		return Computes
	case fn.Language == unit.Ruby:
		return rubyEffect(f, fn, c)
	case c.Callee == "":
		return Changes // a function value
	}
	if l, ok := libraryOf(f.Program, c.Callee); ok {
		switch write, read := l.direction(f.chained(c)); {
		case write:
			return Changes
		case read:
			return Reads
		case !l.driver:
			return Computes // a step of a query
		}
	}
	return goEffect(c.Callee)
}

// goEffect is the effect of a function of Go that is not in the checkout.
func goEffect(callee string) Effect {
	switch callee {
	case "os.Exit", "context.AfterFunc", "net/http.Get", "net/http.Post", "net/http.PostForm", "net/http.Head", "net/http.Serve", "net/http.ServeTLS", "net/http.SetCookie", "time.AfterFunc", "time.NewTicker":
		return Changes
	case "error.Error", "net.ParseIP", "net.ParseCIDR", "net.SplitHostPort", "net.JoinHostPort":
		return Computes
	}
	for _, changing := range []string{"log.Fatal", "log.Panic", "net/http.Client.", "net/http.Server.", "net/http.ListenAndServe"} {
		if strings.HasPrefix(callee, changing) {
			return Changes
		}
	}
	owner, name, _ := cutLast(callee)
	switch {
	case strings.HasPrefix(callee, "database/sql."):
		if strings.HasPrefix(name, "Query") || strings.HasPrefix(owner, "database/sql.Row") {
			return Reads
		}
		return Changes
	case callee == "os.Open" || callee == "os.ReadFile" || callee == "os.Stat" || callee == "os.ReadDir":
		return Reads
	case callee == "os.Getenv" || callee == "os.LookupEnv":
		return Computes
	}
	if computes(callee) {
		return Computes
	}
	for _, pkg := range computing() {
		if rest, ok := strings.CutPrefix(callee, pkg); ok && (rest == "" || rest[0] == '.' || rest[0] == '/') {
			return Computes
		}
	}
	return Changes
}

// computes tells packages by what they are commonly called.
func computes(callee string) bool {
	pkg, _, _ := strings.Cut(callee[strings.LastIndexByte(callee, '/')+1:], ".")
	switch pkg {
	case "errors", "xerrors", "i18n", "log", "logger", "uuid", "semver":
		return true
	}
	return false
}

// computing lists packages of Go that compute, log, or read and answer the request
// at hand.
func computing() []string {
	return []string{
		"bytes", "cmp", "context", "crypto", "embed", "encoding", "fmt", "hash", "html", "io.ReadAll", "iter", "maps", "math", "mime", "net.IP", "net.IPNet", "net/mail", "net/netip", "net/url",
		"path", "reflect", "regexp", "slices", "sort", "strconv", "strings", "text", "time", "unicode",
		"go.uber.org/zap", "github.com/sirupsen/logrus", "github.com/rs/zerolog", "unknwon.dev/clog",
		"net/http", "github.com/gin-gonic/gin", "github.com/labstack/echo", "github.com/gofiber/fiber", "github.com/go-chi/render", "gopkg.in/macaron.v1", "github.com/go-macaron/binding",
		"github.com/shopspring/decimal", "golang.org/x/text", "golang.org/x/crypto", "golang.org/x/exp",
		"github.com/go-playground/validator", "github.com/jinzhu/copier", "github.com/unknwon/com", "github.com/unknwon/paginater", "xorm.io/builder", "github.com/microcosm-cc/bluemonday", "github.com/yuin/goldmark",
	}
}

// rubyEffect is the effect of a call of Ruby that leads to no known method.
func rubyEffect(f *Facts, fn *program.Function, c *unit.Call) Effect {
	if on, ok := f.receiverRow(fn, c); ok && (on.many || f.IsColumn(on.model, c) || on.model.Associations[c.Name].Target != "") && !writesRow(c.Name) {
		return Reads
	}
	if plainRuby(c.Name) {
		return Computes
	}
	return Changes
}

// plainRuby tells names that in Ruby's and Rails' own classes compute, and that are
// hardly ever given to anything else.
func plainRuby(name string) bool {
	switch name {
	case "to_s", "to_i", "to_f", "to_a", "to_h", "to_sym", "to_json", "to_date", "to_time", "to_str", "to_param", "inspect", "strip", "squish", "upcase", "downcase", "capitalize", "camelize", "underscore",
		"humanize", "titleize", "pluralize", "singularize", "parameterize", "dasherize", "constantize", "classify", "sub", "gsub", "split", "join", "start_with?", "end_with?", "include?", "match?", "match",
		"blank?", "present?", "presence", "nil?", "empty?", "is_a?", "kind_of?", "respond_to?", "map", "each", "select", "reject", "sort", "sort_by", "uniq", "compact", "flatten", "reverse", "zip", "keys",
		"values", "key?", "fetch", "dig", "slice", "except", "merge", "length", "size", "any?", "all?", "none?", "inject", "reduce", "each_with_index", "group_by", "index_by", "partition", "detect",
		"strftime", "in_time_zone", "round", "floor", "ceil", "abs", "zero?", "positive?", "negative?", "format", "sprintf", "freeze", "dup", "html_safe", "content_tag", "link_to", "image_tag", "tag",
		"safe_join", "raw", "h", "t", "l", "concat", "truncate", "number_to_currency", "number_with_delimiter", "number_to_human_size", "time_ago_in_words", "distance_of_time_in_words", "options_for_select",
		"!", "==", "!=", "<=>", "[]", "+", "-", "*", "/", "%", "&&", "||", "lambda", "proc", "block_given?", "raise", "ago", "from_now", "days", "hours", "minutes", "seconds", "asset_path",
		"debug", "attr_reader", "private", "class", "name":
		return true
	}
	return false
}
