// Package audit is the pipeline from a checkout to a result.
//
// The steps, each of which takes what the one before has made:
//
//  1. the checkout is walked;
//  2. each front end gets the files that it matches, and makes units of them;
//  3. the units of a language are resolved over the whole checkout;
//  4. the linked program is cut into domains, and these are ranked (ranking.go);
//  5. the rules turn the linked program into findings;
//  6. comments beside the code suppress findings that may stay;
//  7. findings get their domains, levels, fingerprints and order.
//
// Work is done in parallel and collected by index, so that neither the number
// of processors nor chance shows in the result. What goes wrong in a part of
// the tree becomes a problem; an audit fails only if there is nothing to audit.
package audit

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/chain"
	"github.com/stateaudit/stateaudit/internal/checkout"
	"github.com/stateaudit/stateaudit/internal/config"
	"github.com/stateaudit/stateaudit/internal/domains"
	"github.com/stateaudit/stateaudit/internal/frontend"
	"github.com/stateaudit/stateaudit/internal/rank"
	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/unit"
	"github.com/stateaudit/stateaudit/parsers"
)

// ErrNoSource says that a checkout holds nothing that a front end reads.
var ErrNoSource = errors.New("holds no source in a supported language")

// Options say what is audited and how.
type Options struct {
	Root   string
	Config *config.Config // nil for the default
	// About are the paths that the user asked for, relative to the root; none stands
	// for all of it. A checkout in another language is audited only if these name
	// deployment files alone.
	About []string
	// Only are the languages to read; all if there are none.
	Only []unit.Language
	// Apart is a folder that is no part of the checkout though it may lie in it, an
	// absolute path without links, or "".
	Apart string
	// Offline forbids to ask the network for modules.
	Offline bool
	// Units, if set, keeps the units of files that a later audit finds unchanged.
	Units frontend.Store
	// Traffic, if known, weighs the endpoints for ranking.
	Traffic *rank.Traffic
	// Progress, if set, is told how far a stage has come. It is called from
	// several goroutines at once.
	Progress func(stage string, done, total int)
}

// Outcome is the result of an audit with the ranking that it holds in short.
type Outcome struct {
	Result  *result.Result
	Ranking *rank.Ranking // nil if ranking failed, which the errors then say
	// Read lists the files that were read, or could not be, sorted.
	Read []string
	// Repaired ranks again as if what findings report were repaired. It fails if one
	// is about nothing that domains share.
	Repaired func(findings []result.Finding) (*rank.Ranking, error)
	// Edited ranks again as if borders ran elsewhere and the calls of some functions
	// were asynchronous. It fails on what is not there.
	Edited func(edits []domains.Edit, async []string) (*rank.Ranking, error)
	// Drift is where the borders that the configuration declares and the code have moved
	// apart.
	Drift func() ([]domains.Drift, error)
}

// Run audits a checkout. The caller fills in the tool and the times, since this
// package reads no clock.
func Run(ctx context.Context, o Options) (*result.Result, error) {
	out, err := Study(ctx, o)
	if err != nil {
		return nil, err
	}
	return out.Result, nil
}

// Study audits a checkout and keeps the ranking with its evidence.
func Study(ctx context.Context, o Options) (*Outcome, error) {
	o = o.complete()
	o.Progress("walking", 0, 0)
	tree, err := o.walk()
	if err != nil {
		return nil, err
	}
	all := o.frontEnds()
	units, problems, err := parse(ctx, all, tree, o)
	if err != nil {
		return nil, err
	}
	if len(o.Only) == 0 {
		about := slices.DeleteFunc(slices.Clone(tree.Files), func(f string) bool { return !Below(f, o.About) })
		counted := countFiles(all, about, units)
		if counted.foreign() {
			return nil, counted.refusal(o.Root)
		}
		problems = append(problems, counted.unread()...)
	}
	o.Progress("resolving", 0, 0)
	problems = append(problems, resolve(all, units)...)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	read := filesRead(units, problems)
	o.Progress("asking rules", 0, 0)
	out, err := assemble(units, tree, append(tree.Problems, problems...), o)
	if err != nil {
		return nil, err
	}
	out.Read = read
	return out, nil
}

func (o Options) walk() (*checkout.Tree, error) {
	return checkout.Walk(o.Root, checkout.Options{Exclude: o.globs(o.Config.Exclude), Apart: o.Apart})
}

func (o Options) frontEnds() []frontend.FrontEnd {
	return slices.DeleteFunc(parsers.All(), func(fe frontend.FrontEnd) bool {
		return len(o.Only) > 0 && !slices.Contains(o.Only, fe.Language)
	})
}

// Languages lists what can be read, in the order in which it is linked.
func Languages() []unit.Language {
	var out []unit.Language
	for _, fe := range parsers.All() {
		if !slices.Contains(out, fe.Language) {
			out = append(out, fe.Language)
		}
	}
	return out
}

func (o Options) complete() Options {
	if o.Config == nil {
		o.Config = &config.Config{}
	}
	if o.Progress == nil {
		o.Progress = func(string, int, int) {}
	}
	return o
}

// parse lets every front end read the files that it matches.
func parse(ctx context.Context, all []frontend.FrontEnd, tree *checkout.Tree, o Options) ([]*unit.Unit, []unit.Problem, error) {
	var units []*unit.Unit
	var problems []unit.Problem
	found := false
	var missing []string
	for _, fe := range all {
		files := matched(fe, tree.Files)
		if len(files) == 0 {
			continue
		}
		if fe.Unavailable != "" {
			missing = append(missing, fmt.Sprintf("%s of %s cannot be read: %s", plural(len(files)), fe.Language, fe.Unavailable))
			continue
		}
		u, p := read(ctx, fe, tree, files, o)
		found = found || len(u)+len(p) > 0 // a front end may match by name what turns out to be none of its files
		units = append(units, u...)
		problems = append(problems, p...)
		if err := ctx.Err(); err != nil {
			return nil, nil, err
		}
	}
	if found && len(missing) == 0 {
		return units, problems, nil
	}
	if slices.ContainsFunc(units, func(u *unit.Unit) bool { return u.Language != unit.Deploy }) {
		return units, append(problems, unit.Problem{File: ".", Message: missing[0]}), nil
	}
	return nil, nil, nothing(all, tree, missing, o)
}

// nothing says why there is nothing to audit. Deployment files say too little
// without the application that they deploy.
func nothing(all []frontend.FrontEnd, tree *checkout.Tree, missing []string, o Options) error {
	if len(missing) > 0 {
		return fmt.Errorf("%q: %s", o.Root, missing[0])
	}
	if counted := countFiles(all, tree.Files, nil); counted.foreign() && len(o.Only) == 0 {
		return counted.refusal(o.Root)
	}
	return noSource(tree, o)
}

// noSource says of a tree without source what was left out of it, if that may be
// what was meant.
func noSource(tree *checkout.Tree, o Options) error {
	if len(tree.LeftOut) == 0 {
		return fmt.Errorf("%q %w", o.Root, ErrNoSource)
	}
	return fmt.Errorf("%q %w outside of %s, which are taken for fixtures unless you name one", o.Root, ErrNoSource, strings.Join(folders(tree.LeftOut), ", "))
}

func folders(left []checkout.LeftOut) []string {
	var out []string
	for _, l := range left {
		out = append(out, l.Folder)
	}
	return out
}

func matched(fe frontend.FrontEnd, files []string) []string {
	var out []string
	for _, f := range files {
		if fe.Match(f) {
			out = append(out, f)
		}
	}
	return out
}

func read(ctx context.Context, fe frontend.FrontEnd, tree *checkout.Tree, files []string, o Options) ([]*unit.Unit, []unit.Problem) {
	if fe.ParseFile != nil {
		return parseFiles(ctx, fe, tree, files, o)
	}
	o.Progress("loading "+string(fe.Language), 0, 0)
	var units []*unit.Unit
	var problems []unit.Problem
	if p := frontend.Guard(".", "the "+string(fe.Language)+" front end", func() {
		units, problems = fe.Load(ctx, frontend.Input{Root: tree.Root, Files: files, Refused: tree.Refused, LeftOut: folders(tree.LeftOut), Offline: o.Offline, Kept: o.Units, Progress: o.Progress})
	}); p != nil {
		problems = append(problems, *p)
	}
	return units, problems
}

// resolve joins the units of each language. Front ends may share a language, as
// Ruby files and its views do: a resolver then gets the units of all of them.
func resolve(all []frontend.FrontEnd, units []*unit.Unit) []unit.Problem {
	byLanguage := map[unit.Language][]*unit.Unit{}
	for _, u := range units {
		byLanguage[u.Language] = append(byLanguage[u.Language], u)
	}
	var problems []unit.Problem
	for _, fe := range all {
		same := byLanguage[fe.Language]
		if fe.Resolve == nil || len(same) == 0 {
			continue
		}
		if p := frontend.Guard(".", "resolving "+string(fe.Language), func() {
			if fe.Start != nil {
				fe.Start(same, commands(units))
			}
			fe.Resolve(same)
		}); p != nil {
			problems = append(problems, *p)
		}
	}
	return problems
}

// guard collects problems, and makes one of each step that panics: its part of the
// result is then missing, and the others go on.
type guard struct{ problems []unit.Problem }

// step tells whether it came to its end.
func (g *guard) step(what string, do func()) bool {
	p := frontend.Guard(".", what, do)
	if p != nil {
		g.problems = append(g.problems, *p)
	}
	return p == nil
}

// commands lists what deployment files start a process with.
func commands(units []*unit.Unit) []unit.Setting {
	var out []unit.Setting
	for _, u := range units {
		for _, s := range u.Settings {
			if s.Kind == unit.SettingProcess && s.Env != unit.EnvTest && s.Env != unit.EnvExample {
				out = append(out, s)
			}
		}
	}
	return out
}

// assemble makes the result of what was learned.
func assemble(units []*unit.Unit, tree *checkout.Tree, problems []unit.Problem, o Options) (*Outcome, error) {
	for _, u := range units {
		problems = append(problems, u.Problems...)
	}
	g := &guard{problems: problems}
	g.problems = append(g.problems, unmatched(units, o.Config)...)
	var s study
	var found []result.Finding
	if g.step("linking", func() { s = link(units, o.Config) }) {
		more, err := s.rank(tree, o)
		if err != nil {
			return nil, err
		}
		g.problems = append(g.problems, more...)
		found = s.findings(g)
	}
	g.step("reading comments", func() { found = suppressed(found, units, tree) })
	result.Sort(found)
	result.Distinguish(found)
	found = grade(found, o)
	g.step("linking findings", func() { chain.Link(found) })
	r := &result.Result{
		SchemaVersion: result.SchemaVersion,
		Root:          ".",
		Languages:     languages(units),
		Summary:       result.Summarise(found),
		Findings:      found,
	}
	r.Workloads, r.Reach = s.workloads, s.reach
	r.LeftOut = setAside(tree, units)
	g.step("describing candidates", func() { s.describe(r) })
	if s.Program != nil && s.Program.NotFollowed() > 0 {
		values := "1 value"
		if n := s.Program.NotFollowed(); n > 1 {
			values = fmt.Sprintf("%d values", n)
		}
		g.problems = append(g.problems, unit.Problem{File: ".", Message: "at " + values +
			" of the program too many objects arrive to follow all of them: state that is reached only there is not reported"})
	}
	g.problems = append(g.problems, unreached(s.reach)...)
	r.Errors = result.SortProblems(g.problems)
	r.Complete()
	return &Outcome{Result: r, Ranking: s.ranking, Repaired: s.repaired, Edited: s.edited, Drift: s.drift}, nil
}

// unreached says of which programs so little is reached that silence proves nothing.
// Processes of one application share what none of them reaches.
func unreached(all []result.Reach) []unit.Problem {
	var out []unit.Problem
	said := map[unit.Language]bool{}
	for _, r := range all {
		if !r.Low || r.Language == unit.Ruby && said[r.Language] {
			continue
		}
		said[r.Language] = true
		out = append(out, unit.Problem{File: r.Location.File, Line: r.Location.Line, Kind: unit.LowReach, Message: fmt.Sprintf(
			"%d of %d functions of `%s` are reached from nowhere, so that what they keep is not judged; `stateaudit doctor` shows what may start them", r.Unreached, r.Functions, r.Entry)})
	}
	return out
}

// languages counts what was read. A file that belongs to two packages, as tests
// in Go do, counts once.
func languages(units []*unit.Unit) map[string]result.LanguageStat {
	stats := map[string]result.LanguageStat{}
	seen := map[string]bool{}
	for _, u := range units {
		s := stats[string(u.Language)]
		if u.Language == unit.Go {
			s.Packages++
		}
		if u.Incomplete {
			s.Incomplete++
		}
		for _, f := range u.Files {
			if !seen[f.Path] {
				seen[f.Path] = true
				s.Files++
				s.Lines += f.Lines
			}
		}
		stats[string(u.Language)] = s
	}
	return stats
}
