package golang

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"sort"
	"strings"

	"golang.org/x/mod/modfile"
	"golang.org/x/tools/go/packages"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// absence is code outside the checkout that could not be had: a module, or a
// package of which no module is known.
type absence struct {
	name   string // "module X@v" or "package X"
	reason string
	users  map[string]bool // import paths of packages of the checkout that need it
}

// absences finds what the packages of a module need and do not get. Each is told
// once, whatever follows from it: every name that comes from there is undefined,
// in every package that uses it.
type absences struct {
	required map[string]string // version by module path
	own      string            // path of the module itself
	refused  string            // why the go command took none of them, if so
	memo     map[*packages.Package][]*packages.Package
	byName   map[string]*absence
}

func newAbsences(gomod, refused string) *absences {
	a := &absences{own: modulePath(gomod), refused: refused, required: map[string]string{}, memo: map[*packages.Package][]*packages.Package{}, byName: map[string]*absence{}}
	if f := parseGoMod(gomod); f != nil {
		for _, r := range f.Require {
			a.required[r.Mod.Path] = r.Mod.Version
		}
	}
	return a
}

// parseGoMod reads a go.mod as far as it can be read.
func parseGoMod(gomod string) *modfile.File {
	src, err := os.ReadFile(gomod)
	if err != nil {
		return nil
	}
	f, err := modfile.ParseLax("go.mod", src, nil)
	if err != nil {
		return nil
	}
	return f
}

// reached notes what a package of the checkout lacks, and tells whether it lacks
// anything.
func (a *absences) reached(p *packages.Package) bool {
	lacks := a.below(p)
	for _, m := range lacks {
		name, reason := a.name(m.PkgPath), "no package there"
		if len(m.Errors) > 0 {
			reason = m.Errors[0].Msg
		}
		if a.refused != "" {
			reason = a.refused
		}
		if a.own != "" && strings.HasPrefix(m.PkgPath, a.own+"/") {
			reason = "its folder holds no Go files; a generator may write them"
		}
		x := a.byName[name]
		if x == nil {
			x = &absence{name: name, reason: shortReason(reason), users: map[string]bool{}}
			a.byName[name] = x
		}
		x.users[strings.TrimSuffix(p.PkgPath, "_test")] = true
	}
	return len(lacks) > 0
}

// below lists the packages that a package imports, directly or not, and of which
// no file was found.
func (a *absences) below(p *packages.Package) []*packages.Package {
	if out, known := a.memo[p]; known {
		return out
	}
	a.memo[p] = nil // a circle is an error of its own
	seen := map[*packages.Package]bool{}
	var out []*packages.Package
	for _, imported := range p.Imports {
		lacks := a.below(imported)
		if absent(imported) {
			lacks = append(slices.Clone(lacks), imported)
		}
		for _, m := range lacks {
			if !seen[m] {
				seen[m] = true
				out = append(out, m)
			}
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i].PkgPath < out[j].PkgPath })
	a.memo[p] = out
	return out
}

// absent tells packages that the go command names and has not got.
func absent(p *packages.Package) bool {
	return len(p.GoFiles) == 0 && len(p.CompiledGoFiles) == 0 && len(p.IgnoredFiles) == 0 && p.PkgPath != "unsafe" && p.PkgPath != "C" && len(p.Errors) > 0
}

// name tells the module that a package should come from, by go.mod.
func (a *absences) name(importPath string) string {
	if a.own != "" && strings.HasPrefix(importPath, a.own+"/") {
		return "package " + importPath
	}
	for p := importPath; p != "." && p != "/"; p = path.Dir(p) {
		if v, ok := a.required[p]; ok {
			return "module " + p + "@" + v
		}
	}
	return "package " + importPath
}

// maxTold is how many absences of one reason are told one by one. More are one
// thing: a machine without the network, or without the modules.
const maxTold = 3

// problems tells each absence once.
func (a *absences) problems() []unit.Problem {
	byReason := map[string][]*absence{}
	for _, x := range a.byName {
		byReason[x.reason] = append(byReason[x.reason], x)
	}
	var out []unit.Problem
	for reason, all := range byReason {
		sort.Slice(all, func(i, j int) bool { return all[i].name < all[j].name })
		if len(all) > maxTold {
			out = append(out, unit.Problem{Kind: unit.MissingModule, Message: together(all, reason)})
			continue
		}
		for _, x := range all {
			out = append(out, unit.Problem{Kind: unit.MissingModule, Message: fmt.Sprintf("%s could not be had (%s); %s read without its types", x.name, reason, packagesAre(len(x.users)))})
		}
	}
	return out
}

// together tells many absences of one reason.
func together(all []*absence, reason string) string {
	users := map[string]bool{}
	var names []string
	for _, x := range all {
		names = append(names, x.name[strings.IndexByte(x.name, ' ')+1:])
		for u := range x.users {
			users[u] = true
		}
	}
	what := "modules"
	if strings.HasPrefix(all[0].name, "package ") {
		what = "packages"
	}
	return fmt.Sprintf("%d %s could not be had (%s): %s and %d more; %s read without their types",
		len(all), what, reason, strings.Join(names[:maxTold], ", "), len(all)-maxTold, packagesAre(len(users)))
}

func packagesAre(n int) string {
	if n == 1 {
		return "1 package is"
	}
	return fmt.Sprintf("%d packages are", n)
}

// shortReason keeps of what the go command says the part that tells why: without
// the advice, the places of this machine, and the module, which is named already.
func shortReason(msg string) string {
	msg = strings.TrimSpace(msg)
	for _, cut := range []string{"; to add", "; try ", "\n"} {
		if i := strings.Index(msg, cut); i > 0 {
			msg = msg[:i]
		}
	}
	if i := strings.Index(msg, " (from "); i > 0 && strings.Contains(msg, "is not in std") {
		msg = msg[:i]
	}
	for _, known := range [][2]string{
		{"module lookup disabled by GOPROXY=off", "not on this machine, and the network must not be asked"},
		{"missing go.sum entry", "go.sum has no entry for it"},
		{"no required module provides package", "go.mod names no module for it"},
		{"cannot find module providing package", "no module has it"},
		{"is not in std", "it is not in the standard library of this Go"},
		{"malformed module path", "its path is malformed"},
		{"checksum mismatch", "its content is not what go.sum says"},
		{"inconsistent vendoring", "the vendor folder is not what go.mod says"},
	} {
		if strings.Contains(msg, known[0]) {
			return known[1]
		}
	}
	return goMessage(msg)
}

var (
	commandNoise = regexp.MustCompile(`^(err: )?exit status \d+: stderr: `)
	ownFolder    = regexp.MustCompile(`[^\s:]*stateaudit-gomod\d+[/\\]`)
)

// goMessage takes from a message of the go command what differs from run to run
// and how it was called.
func goMessage(msg string) string {
	msg = commandNoise.ReplaceAllString(strings.TrimSpace(msg), "")
	msg = ownFolder.ReplaceAllString(msg, "")
	return strings.TrimPrefix(msg, "go: ")
}

// bareModule writes a go.mod that requires nothing: where the requirements of a
// module cannot be resolved, its packages can be read without them. Replacements
// by folders of the checkout are kept.
func bareModule(root string, m module) (flags []string, cleanup func()) {
	name := modulePath(m.gomod)
	bare := new(modfile.File)
	if name == "" || bare.AddModuleStmt(name) != nil || bare.AddGoStmt(ownGoVersion()) != nil {
		return nil, nil
	}
	f := parseGoMod(m.gomod)
	if f == nil {
		f = new(modfile.File)
	}
	for _, r := range f.Replace {
		if r.New.Version != "" || !inside(root, filepath.Join(m.dir, r.New.Path)) {
			continue
		}
		version := "v0.0.0"
		for _, q := range f.Require {
			if q.Mod.Path == r.Old.Path {
				version = q.Mod.Version
			}
		}
		if bare.AddReplace(r.Old.Path, r.Old.Version, filepath.Join(m.dir, r.New.Path), "") != nil || bare.AddRequire(r.Old.Path, version) != nil {
			return nil, nil
		}
	}
	content, err := bare.Format()
	if err != nil {
		return nil, nil
	}
	if flags, cleanup = modFile(content, nil); flags != nil {
		flags = append(flags, "-mod=readonly") // not what the vendor folder holds
	}
	return flags, cleanup
}
