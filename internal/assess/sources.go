package assess

import (
	"sort"
	"strings"

	"github.com/stateaudit/stateaudit/internal/program"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// Source is where the content of a memo comes from.
type Source string

// The sources, from those that change under the process's feet to those that
// cannot.
const (
	FromDatabase    Source = "database"
	FromNetwork     Source = "network"
	FromRequest     Source = "request"
	FromFile        Source = "file"
	FromEnvironment Source = "environment"
	FromProgram     Source = "installed program"
	FromClock       Source = "clock"
)

// sources knows what each function of the program draws on, callees included.
type sources struct {
	p    *program.Program
	memo map[string]map[Source]bool
}

func newSources(p *program.Program) *sources {
	s := &sources{p: p, memo: map[string]map[Source]bool{}}
	s.fixpoint()
	return s
}

// fixpoint gives every function the sources of what it calls.
func (s *sources) fixpoint() {
	for _, f := range s.p.Functions() {
		set := map[Source]bool{}
		for i := range f.Calls {
			if src := classify(&f.Calls[i]); src != "" {
				set[src] = true
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

func (s *sources) absorb(f *program.Function) bool {
	grew := false
	set := s.memo[f.ID]
	for i := range f.Calls {
		c := &f.Calls[i]
		if c.Reference {
			continue
		}
		for _, id := range append([]string{c.Callee}, c.Targets...) {
			for src := range s.memo[id] {
				if !set[src] {
					set[src] = true
					grew = true
				}
			}
		}
	}
	return grew
}

// of lists what a value draws on, sorted.
func (s *sources) of(v *unit.Value) []Source {
	set := map[Source]bool{}
	s.walk(v, set)
	out := make([]Source, 0, len(set))
	for src := range set {
		out = append(out, src)
	}
	sort.Slice(out, func(i, j int) bool { return out[i] < out[j] })
	return out
}

func (s *sources) walk(v *unit.Value, set map[Source]bool) {
	if v == nil {
		return
	}
	if v.Kind == unit.Result {
		for src := range s.memo[v.Callee] {
			set[src] = true
		}
		if src := classifyName(v.Callee); src != "" {
			set[src] = true
		}
	}
	for i := range v.Parts {
		s.walk(&v.Parts[i], set)
	}
}

// classify tells what one call draws on.
func classify(c *unit.Call) Source {
	if !c.External {
		return ""
	}
	return classifyName(c.Callee)
}

// classifyName tells it from the name of a function outside the checkout.
func classifyName(id string) Source {
	for _, e := range origins {
		if strings.HasPrefix(id, e.prefix) {
			return e.source
		}
	}
	return ""
}

type origin struct {
	prefix string
	source Source
}

// origins maps functions of well-known packages to what they draw on; the first
// match counts.
var origins = []origin{
	{"os.Getenv", FromEnvironment}, {"os.LookupEnv", FromEnvironment}, {"os.Environ", FromEnvironment},
	{"os.Executable", FromEnvironment}, {"os.Hostname", FromEnvironment}, {"os.Getwd", FromEnvironment}, {"os/user.", FromEnvironment},
	{"os/exec.", FromProgram},
	{"os.ReadFile", FromFile}, {"os.Open", FromFile}, {"os.ReadDir", FromFile}, {"os.Stat", FromFile}, {"embed.", FromFile},
	{"database/sql.", FromDatabase}, {"gorm.io/gorm.", FromDatabase}, {"github.com/jinzhu/gorm.", FromDatabase},
	{"xorm.io/", FromDatabase}, {"github.com/jmoiron/sqlx.", FromDatabase}, {"github.com/uptrace/bun", FromDatabase},
	{"github.com/jackc/pgx", FromDatabase}, {"go.mongodb.org/", FromDatabase}, {"github.com/go-redis/", FromDatabase},
	{"github.com/redis/", FromDatabase}, {"github.com/gomodule/redigo", FromDatabase}, {"go.etcd.io/", FromDatabase},
	{"entgo.io/", FromDatabase}, {"github.com/go-pg/", FromDatabase},
	{"net/http.", FromNetwork}, {"net.", FromNetwork}, {"google.golang.org/grpc", FromNetwork}, {"github.com/aws/", FromNetwork},
	{"cloud.google.com/", FromNetwork},
	{"time.Now", FromClock},
}
