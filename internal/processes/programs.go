package processes

import (
	"path"
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/program"
	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// Program is something that serves and that a deployment may run: a main
// function in Go, an application in Ruby, whose processes are one program.
type Program struct {
	// Names are what an image or a workload of it may be called, the best first;
	// none if the checkout does not say.
	Names    []string
	Folder   string // "" for the root
	Language unit.Language
	process  *process
	bySymbol map[string][]*program.Function
}

// Name is the first of the names, or says what the program is.
func (p Program) Name() string {
	if len(p.Names) > 0 {
		return p.Names[0]
	}
	return "the application"
}

// Lives tells whether what a finding is about lives in the program, as far as
// that can be told.
func (p Program) Lives(f *result.Finding) bool {
	if f.Language != p.Language {
		return false
	}
	if p.process == nil {
		return within(f.Location.File, p.Folder)
	}
	return p.process.holds(f, p.bySymbol)
}

func within(file, folder string) bool {
	return folder == "" || strings.HasPrefix(file, folder+"/")
}

// Programs lists the programs of the checkout.
func (s *Set) Programs() []Program {
	var out []Program
	for i := range s.all {
		at := &s.all[i]
		if at.language != unit.Go {
			continue
		}
		folder := path.Dir(at.location.File)
		if folder == "." {
			folder = ""
		}
		out = append(out, Program{Names: at.names, Folder: folder, Language: unit.Go, process: at, bySymbol: s.bySymbol})
	}
	return append(out, s.ruby...)
}

// named lists what an image of a Go program may be called: after the folder of
// its main function, or after the module.
func named(f *program.Function) []string {
	importPath := strings.TrimSuffix(f.ID, ".main")
	parts := strings.Split(importPath, "/")
	if len(parts) > 3 && strings.Contains(parts[0], ".") {
		parts = parts[2:] // the host and its user are nobody's program
	}
	var out []string
	add := func(name string) {
		if name != "" && name != "cmd" && name != "main" && !slices.Contains(out, name) {
			out = append(out, strings.ToLower(name))
		}
	}
	add(path.Base(importPath))
	for _, part := range parts {
		if part == "cmd" {
			break
		}
		if !generic(part) {
			add(part)
		}
	}
	return out
}

// generic tells the folders that say where code lies and not what it is.
func generic(folder string) bool {
	switch folder {
	case "cmd", "internal", "pkg", "src", "main", "app", "apps", "services", "service", "bin", "backend", "server", "go":
		return true
	}
	return len(folder) > 1 && folder[0] == 'v' && folder[1] >= '0' && folder[1] <= '9'
}

// applications lists the applications in Ruby: those that Rails has a class for,
// or else all Ruby that serves as one.
func applications(p *program.Program) []Program {
	var out []Program
	for _, t := range p.Types() {
		folder, main := strings.CutSuffix(t.Location.File, "config/application.rb")
		if t.Test || !main || !slices.Contains(t.Supers, "Rails::Application") {
			continue
		}
		a := Program{Folder: strings.TrimSuffix(folder, "/"), Language: unit.Ruby}
		if name, _, ok := strings.Cut(t.ID, "::"); ok {
			a.Names = append(a.Names, dashed(name))
		}
		if a.Folder != "" {
			a.Names = append(a.Names, strings.ToLower(path.Base(a.Folder)))
		}
		out = append(out, a)
	}
	serves := func(f *program.Function) bool { return f.Language == unit.Ruby && f.Serving && !f.Test }
	if len(out) == 0 && slices.ContainsFunc(p.Functions(), serves) {
		out = append(out, Program{Language: unit.Ruby})
	}
	return out
}

// dashed turns ShopFront into shop-front.
func dashed(name string) string {
	var b strings.Builder
	for i, r := range name {
		if r >= 'A' && r <= 'Z' {
			if i > 0 {
				b.WriteByte('-')
			}
			r += 'a' - 'A'
		}
		b.WriteRune(r)
	}
	return b.String()
}
