package processes

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/program"
	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// The bounds of what is called little.
const (
	// lowShare is the share of a program's functions above which it is suspicious that
	// nothing reaches them: a third is more than what dead code and helpers of tests
	// come to.
	lowShare = 1.0 / 3
	// fewFunctions are too few for a share to say anything.
	fewFunctions = 6
	// maxHints bounds the calls and drafts of one entry.
	maxHints = 5
)

// Reach tells of each entry how much of the program it reaches.
func (s *Set) Reach(p *program.Program) []result.Reach {
	out := reachOfGo(p)
	return append(out, s.reachOfRuby(p)...)
}

// counted tells the functions that a program could run: tests, what a generator
// wrote and what others did are not asked for, nor what runs in a process of its own.
func counted(p *program.Program) map[*program.Function]bool {
	passed := map[string]bool{}
	for _, u := range p.Units {
		for _, f := range u.Files {
			passed[f.Path] = f.Generated || f.Vendored || f.Test
		}
	}
	out := map[*program.Function]bool{}
	for _, f := range p.Functions() {
		if !f.Test && !passed[f.Location.File] && !f.HasRole(unit.Test) && !f.HasRole(unit.Tool) {
			out[f] = true
		}
	}
	return out
}

// reachOfGo asks each main function, among the packages that are linked into it.
func reachOfGo(p *program.Program) []result.Reach {
	packages := packagesOfGo(p)
	counts := counted(p)
	var out []result.Reach
	for _, f := range mains(p) {
		linked := linkedInto(packageOf(f), packages)
		var all, from []*program.Function
		for _, u := range linked {
			for i := range u.Functions {
				fn := p.Function(u.Functions[i].ID)
				if fn == nil || fn.Test {
					continue
				}
				if counts[fn] {
					all = append(all, fn)
				}
				if fn == f || fn.HasRole(unit.Initializer) || fn.Serving && slices.ContainsFunc(fn.Roles, unit.Role.Serves) {
					from = append(from, fn)
				}
			}
		}
		out = append(out, reachOf(p, mainName(f), f, all, reach(from)))
	}
	slices.SortFunc(out, func(a, b result.Reach) int { return cmp.Compare(a.Location.File, b.Location.File) })
	return out
}

// packagesOfGo are the packages by their paths.
func packagesOfGo(p *program.Program) map[string]*unit.Unit {
	out := map[string]*unit.Unit{}
	for _, u := range p.Units {
		if u.Language == unit.Go && out[u.Name] == nil {
			out[u.Name] = u
		}
	}
	return out
}

// packageOf is the path of the package of a main function.
func packageOf(main *program.Function) string { return strings.TrimSuffix(main.ID, ".main") }

// initializers lists what packages do when they are loaded.
func initializers(p *program.Program, packages []*unit.Unit) []*program.Function {
	var out []*program.Function
	for _, u := range packages {
		for i := range u.Functions {
			if f := p.Function(u.Functions[i].ID); f != nil && !f.Test && f.HasRole(unit.Initializer) {
				out = append(out, f)
			}
		}
	}
	return out
}

// linkedInto lists the packages that a program is made of.
func linkedInto(name string, packages map[string]*unit.Unit) []*unit.Unit {
	var out []*unit.Unit
	seen := map[string]bool{name: true}
	for queue := []string{name}; len(queue) > 0; queue = queue[1:] {
		u := packages[queue[0]]
		if u == nil {
			continue
		}
		out = append(out, u)
		for _, to := range u.Imports {
			if !seen[to] {
				seen[to] = true
				queue = append(queue, to)
			}
		}
	}
	return out
}

// reachOfRuby asks each command that starts the application, or the application if
// no file says how it is started. All of its code is loaded by each.
func (s *Set) reachOfRuby(p *program.Program) []result.Reach {
	counts := counted(p)
	var all []*program.Function
	for _, f := range p.Functions() {
		if f.Language == unit.Ruby && counts[f] {
			all = append(all, f)
		}
	}
	if len(all) == 0 {
		return nil
	}
	var out []result.Reach
	for _, at := range s.all {
		if at.language == unit.Ruby {
			r := reachOf(p, at.name, nil, all, at.runs)
			r.Location = at.location
			out = append(out, r)
		}
	}
	if len(out) > 0 {
		return out
	}
	runs := map[*program.Function]bool{}
	for _, f := range all {
		runs[f] = f.Boot || f.Serving
	}
	r := reachOf(p, "the application", nil, all, runs)
	r.Location = unit.Location{File: all[0].Location.File}
	for _, t := range p.Types() {
		if !t.Test && slices.Contains(t.Supers, "Rails::Application") {
			r.Location = t.Location
		}
	}
	return []result.Reach{r}
}

// reachOf counts, and where little is reached looks for what probably runs the rest.
func reachOf(p *program.Program, name string, main *program.Function, all []*program.Function, runs map[*program.Function]bool) result.Reach {
	r := result.Reach{Entry: name, Language: unit.Ruby, Functions: len(all)}
	if main != nil {
		r.Language, r.Location = unit.Go, main.Location
	}
	left := map[*program.Function]bool{}
	for _, f := range all {
		switch {
		case !f.Boot && !f.Serving:
			left[f] = true
		case runs[f]:
			r.Reached++
		}
	}
	r.Unreached = len(left)
	r.Low = len(all) >= fewFunctions && float64(len(left)) > lowShare*float64(len(all))
	if r.Low {
		g := gap{p: p, left: left, order: all}
		r.Behind, r.Drafts = g.behind(all), g.drafts()
	}
	return r
}

// gap is the part of a program that nothing reaches.
type gap struct {
	p     *program.Program
	left  map[*program.Function]bool
	order []*program.Function
}

// behind lists the calls that hand objects to code outside the checkout of whose
// methods some are not reached.
func (g gap) behind(all []*program.Function) []result.Behind {
	methods := map[string]int{}
	for f := range g.left {
		if f.Outer == "" && f.Owner != "" {
			methods[f.Owner]++
		}
	}
	var out []result.Behind
	seen := map[string]bool{}
	for _, f := range all {
		if g.left[f] {
			continue
		}
		for i := range f.Calls {
			c := &f.Calls[i]
			if !c.External || c.Callee == "" || strings.HasPrefix(c.Callee, "fmt.") || seen[c.Callee] {
				continue
			}
			for j := range c.Args {
				if hands, n := g.handed(&c.Args[j], methods); n > 0 && !seen[c.Callee] {
					seen[c.Callee] = true
					out = append(out, result.Behind{Call: c.Callee, Hands: hands, Functions: n, Location: c.Location})
				}
			}
		}
	}
	slices.SortStableFunc(out, func(a, b result.Behind) int { return cmp.Compare(b.Functions, a.Functions) })
	return out[:min(maxHints, len(out))]
}

// handed counts the methods that are not reached of the object that a value is, and
// of those in its fields.
func (g gap) handed(v *unit.Value, methods map[string]int) (string, int) {
	name := plainType(v.Type)
	n, seen := 0, map[string]bool{}
	g.within(name, 0, seen, func(typ string) { n += methods[typ] })
	if n > 0 {
		return path.Base(name), n
	}
	for i := range v.Parts {
		if hands, n := g.handed(&v.Parts[i], methods); n > 0 {
			return hands, n
		}
	}
	return "", 0
}

// maxWithin bounds how deep in an object others are looked for.
const maxWithin = 3

func (g gap) within(typ string, depth int, seen map[string]bool, visit func(string)) {
	if typ == "" || seen[typ] || depth > maxWithin {
		return
	}
	seen[typ] = true
	visit(typ)
	for _, h := range g.p.FieldsOf(typ) {
		g.within(plainType(h.Type), depth+1, seen, visit)
		g.within(plainType(h.Elem), depth+1, seen, visit)
	}
}

// plainType is the type at the end of pointers and lists.
func plainType(typ string) string {
	if i := strings.LastIndexAny(typ, "*]"); i >= 0 && !strings.HasSuffix(typ, "]") {
		typ = typ[i+1:]
	}
	return typ
}

// drafts names the functions that nothing calls and that would bring in most of the
// rest, the best first. Methods of one name on several types are one line.
func (g gap) drafts() []result.Draft {
	groups := map[string][]*program.Function{}
	for _, f := range g.order {
		if g.left[f] && f.Outer == "" && !g.called(f) {
			groups[f.ID] = append(groups[f.ID], f)
			if some := anyOwner(f); some != "" {
				groups[some] = append(groups[some], f)
			}
		}
	}
	var out []result.Draft
	have := map[*program.Function]bool{}
	for len(out) < maxHints {
		best, brings := "", 0
		for _, pattern := range sortedKeys(groups) {
			if n := len(g.brought(groups[pattern], have)); n > brings || n == brings && n > 0 && len(groups[pattern]) < len(groups[best]) {
				best, brings = pattern, n
			}
		}
		if brings < 2 || float64(brings) < 0.02*float64(len(g.left)) {
			break
		}
		for _, f := range g.brought(groups[best], have) {
			have[f] = true
		}
		out = append(out, result.Draft{Function: best, Brings: brings})
	}
	return out
}

func sortedKeys[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// called tells a function that code other than tests calls, and not only itself.
func (g gap) called(f *program.Function) bool {
	return slices.ContainsFunc(f.Callers(), func(by *program.Function) bool { return by != f && !by.Test })
}

// brought lists what functions would run that nothing reaches yet.
func (g gap) brought(from []*program.Function, have map[*program.Function]bool) []*program.Function {
	var out []*program.Function
	seen := map[*program.Function]bool{}
	queue := slices.Clone(from)
	for len(queue) > 0 {
		f := queue[0]
		queue = queue[1:]
		if !g.left[f] || have[f] || seen[f] {
			continue
		}
		seen[f] = true
		out = append(out, f)
		queue = append(queue, f.Named()...)
	}
	return out
}

// anyOwner is the pattern of a method on whatever type of its package; empty for what
// is no method.
func anyOwner(f *program.Function) string {
	between, owned := strings.CutPrefix(f.ID, f.Owner)
	between, named := strings.CutSuffix(between, f.Name)
	if f.Owner == "" || !owned || !named {
		return ""
	}
	pkg := ""
	if i := strings.LastIndexByte(f.Owner, '.'); f.Language == unit.Go && i >= 0 {
		pkg = f.Owner[:i+1]
	}
	return pkg + "*" + between + f.Name
}
