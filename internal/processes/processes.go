// Package processes says which of the processes that a checkout can start a
// finding lives in, so that the web server and the worker are not blamed for each
// other's state.
//
// A Go program is a main function and what it reaches. A Rails application is one
// program that is started in several ways: what the command is called tells
// whether requests or jobs run in it.
package processes

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"sort"
	"strings"

	"github.com/stateaudit/stateaudit/internal/program"
	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// process is something that can be started.
type process struct {
	name     string
	says     string // the command, or the file of its main function
	location unit.Location
	language unit.Language
	runs     map[*program.Function]bool
	names    []string // of a Go program
	// links tells the files of a Go program; nil where all are loaded.
	links func(file string) bool
}

// Set is what a checkout can start.
type Set struct {
	all      []process
	ruby     []Program
	bySymbol map[string][]*program.Function
}

// Of finds what a checkout can start.
func Of(p *program.Program) *Set {
	s := &Set{all: append(ofGo(p), ofRuby(p)...), ruby: applications(p), bySymbol: map[string][]*program.Function{}}
	for _, f := range p.Functions() {
		if !f.Test {
			s.bySymbol[f.Symbol] = append(s.bySymbol[f.Symbol], f)
		}
	}
	return s
}

// Apply adds to findings of code in which processes they live, where there are
// several, and says so in the message where that is not all of them.
func (s *Set) Apply(found []result.Finding) {
	for i := range found {
		f := &found[i]
		var same, lives []process
		for _, at := range s.all {
			if at.language != f.Language {
				continue
			}
			same = append(same, at)
			if at.holds(f, s.bySymbol) {
				lives = append(lives, at)
			}
		}
		if len(same) > 1 && len(lives) > 0 {
			tell(f, lives, len(lives) < len(same))
		}
	}
}

// tell writes down where a finding lives.
func tell(f *result.Finding, lives []process, some bool) {
	var names []string
	for _, at := range lives {
		names = append(names, "`"+at.name+"`")
		f.Evidence = append(f.Evidence, result.Evidence{
			Kind: result.ConfigAt, Phase: result.Boot, Location: at.location, Note: "lives in the process " + at.name + ": " + at.says,
		})
	}
	if !some {
		return
	}
	what := "process "
	if len(names) > 1 {
		what = "processes "
	}
	f.Message += fmt.Sprintf(" It lives in the %s%s only.", what, strings.Join(names, ", "))
}

// holds tells whether a process runs a function that a finding rests on.
func (at process) holds(f *result.Finding, bySymbol map[string][]*program.Function) bool {
	if at.links != nil && !at.links(f.Location.File) {
		return false
	}
	for _, e := range f.Evidence {
		if e.Phase != result.Serving && e.Kind != result.WriteAt && e.Kind != result.CallAt {
			continue
		}
		if slices.ContainsFunc(namesakes(e, bySymbol), func(fn *program.Function) bool { return at.runs[fn] }) {
			return true
		}
	}
	return false
}

// namesakes are the functions that a piece of evidence may mean: those of its name in its file, or
// all where what it shows stands elsewhere.
func namesakes(e result.Evidence, bySymbol map[string][]*program.Function) []*program.Function {
	var here []*program.Function
	for _, fn := range bySymbol[e.Function] {
		if fn.Location.File == e.Location.File {
			here = append(here, fn)
		}
	}
	if len(here) > 0 {
		return here
	}
	return bySymbol[e.Function]
}

// ofGo lists the programs of a checkout by their main functions. Commands that
// are called and end are no processes of a deployment: those count of which a
// function serves. What package initialisers build, such as commands in variables, is run
// by main without being named there.
func ofGo(p *program.Program) []process {
	packages := packagesOfGo(p)
	var out []process
	for _, f := range mains(p) {
		linked := linkedInto(packageOf(f), packages)
		links := filesOf(linked)
		runs := reachWithin(append(initializers(p, linked), f), links)
		if !slices.ContainsFunc(p.Functions(), func(g *program.Function) bool { return runs[g] && g.Serving }) {
			continue
		}
		out = append(out, process{mainName(f), f.Location.File, f.Location, unit.Go, runs, named(f), links})
	}
	sort.Slice(out, func(i, j int) bool { return out[i].says < out[j].says })
	return out
}

// mains lists the main functions of programs in Go.
func mains(p *program.Program) []*program.Function {
	var out []*program.Function
	for _, f := range p.Functions() {
		if f.Language == unit.Go && f.Name == "main" && !f.Test && f.HasRole(unit.Main) && f.Outer == "" {
			out = append(out, f)
		}
	}
	return out
}

// mainName is what people call a program in Go: its folder.
func mainName(f *program.Function) string {
	if name := path.Base(path.Dir(f.Location.File)); name != "." {
		return name
	}
	return "main"
}

// Commands by which web servers and workers of Ruby are started.
var (
	webCommand    = regexp.MustCompile(`\b(puma|unicorn|passenger|thin|falcon|rackup|iodine|webrick)\b|\brails (s|server)\b`)
	workerCommand = regexp.MustCompile(`\b(sidekiq|solid_queue|good_job|resque|delayed_job|shoryuken|sneakers|que|jobs:work|bin/jobs|sucker|backburner)\b`)
)

// ofRuby lists the processes of a Rails application that configuration names.
func ofRuby(p *program.Program) []process {
	web := func(r unit.Role) bool { return r == unit.Handler || r == unit.Middleware || r == unit.Consumer }
	worker := func(r unit.Role) bool { return r == unit.Job || r == unit.Scheduler }
	seen := map[string]bool{}
	var out []process
	settings := slices.Clone(p.Settings())
	slices.SortStableFunc(settings, func(a, b unit.Setting) int { return procfileFirst(a) - procfileFirst(b) })
	for _, s := range settings {
		if s.Kind != unit.SettingProcess || s.Env != "" && s.Env != unit.EnvProduction || seen[s.Subject] {
			continue
		}
		var entries func(unit.Role) bool
		kind := ""
		switch {
		case workerCommand.MatchString(s.Value):
			entries, kind = worker, "worker"
		case webCommand.MatchString(s.Value):
			entries, kind = web, "web"
		default:
			continue
		}
		if seen[kind] {
			continue // the same program, started by another file
		}
		seen[kind], seen[s.Subject] = true, true
		out = append(out, process{s.Subject, s.Value, s.Location, unit.Ruby, reach(entered(p, entries)), nil, nil})
	}
	return out
}

// procfileFirst prefers the names of a Procfile to those that files give which
// start one process only.
func procfileFirst(s unit.Setting) int {
	if path.Base(s.Location.File) == "Procfile" {
		return 0
	}
	return 1
}

// entered lists the Ruby functions that have a role, and those whose callers
// could not be seen: they may run anywhere.
func entered(p *program.Program, role func(unit.Role) bool) []*program.Function {
	var out []*program.Function
	for _, f := range p.Functions() {
		if f.Language == unit.Ruby && !f.Test && slices.ContainsFunc(f.Roles, func(r unit.Role) bool { return role(r) || r == unit.Application }) {
			out = append(out, f)
		}
	}
	return out
}

// reach lists what functions run in their own process, closures and what they
// only name included: not the job that they enqueue.
func reach(from []*program.Function) map[*program.Function]bool {
	return reachWithin(from, func(string) bool { return true })
}

// filesOf tells the files of packages.
func filesOf(packages []*unit.Unit) func(string) bool {
	folders := map[string]bool{}
	for _, u := range packages {
		folders[u.Path] = true
	}
	return func(file string) bool { return folders[path.Dir(file)] }
}

// reachWithin does not leave some files: what is called by the name of a method, or by a library,
// may be that of another program.
func reachWithin(from []*program.Function, part func(file string) bool) map[*program.Function]bool {
	seen := map[*program.Function]bool{}
	queue := append([]*program.Function{}, from...)
	for _, f := range from {
		seen[f] = true
	}
	for len(queue) > 0 {
		f := queue[0]
		queue = queue[1:]
		for _, to := range f.Named() {
			if seen[to] || f.Language == unit.Ruby && to.HasRole(unit.Job) || !part(to.Location.File) {
				continue
			}
			seen[to] = true
			queue = append(queue, to)
		}
	}
	return seen
}
