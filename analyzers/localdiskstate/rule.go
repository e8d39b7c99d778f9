// Package localdiskstate reports files that are written on the host of one copy
// while it serves, and databases that are such files.
package localdiskstate

import (
	_ "embed"
	"regexp"
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/assess"
	"github.com/stateaudit/stateaudit/internal/bindings"
	"github.com/stateaudit/stateaudit/internal/effects"
	"github.com/stateaudit/stateaudit/internal/program"
	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/rule"
	"github.com/stateaudit/stateaudit/internal/unit"
)

//go:embed rule.md
var doc string

// Rule returns the rule.
func Rule() rule.Rule {
	return rule.Rule{
		Name:       "local-disk-state",
		Level:      result.Warning,
		Categories: []result.Category{result.Cache, result.Worker, result.Session, result.Other},
		Languages:  []unit.Language{unit.Go, unit.Ruby, unit.Python, unit.Deploy},
		Doc:        doc,
		Run:        run,
	}
}

func run(p *rule.Pass) {
	volumes := sharedVolumes(p.Program)
	for _, f := range p.Program.Functions() {
		if f.Test || f.HasRole(unit.Tool) {
			continue
		}
		if w, ok := published(f); ok && !adapted(p, w) {
			reportPublished(p, f, w)
		}
		if w, ok := opened(p, f); ok && p.Lasting(f) && !byTool(p, f) {
			reportDatabase(p, f, w)
		}
		if w, ok := embedded(p.Program, f); ok && (f.Boot || f.Serving) && !byTool(p, f) {
			reportEmbedded(p, f, w)
		}
		if !f.Serving {
			continue
		}
		if w, ok := firstWrite(p, f); ok {
			reportWrite(p, f, w, volumes)
		}
	}
	reportSettings(p)
	reportCertificates(p)
}

// write is a call that puts something on disk.
type write struct {
	call   *unit.Call
	effect effects.Effect
	// redirected is the file that a program writes for the call.
	redirected *unit.Value
	// asked are the calls by which a caller has it opened for writing, that of the
	// outermost first; none where the call itself says what for.
	asked []asking
}

// asking is a call that says what a file is opened for, or hands that on.
type asking struct {
	by   *program.Function
	call *unit.Call
}

// path is the value that names the file, or nil.
func (w write) path() *unit.Value {
	if w.redirected != nil {
		return w.redirected
	}
	return w.effect.File(w.call)
}

// byTool tells a function that runs only in a program which serves nobody: a
// command that is called and ends.
func byTool(p *rule.Pass, f *program.Function) bool {
	path := f.Path(result.Boot)
	if f.Serving || len(path) == 0 {
		return false
	}
	entry := path[0].Function
	return entry.HasRole(unit.Main) && f.Language == unit.Go && !p.Sources.Serves(entry.ID)
}

// published finds a file that is written for the web server in front.
func published(f *program.Function) (write, bool) {
	for i := range f.Calls {
		if e, ok := effects.Of(&f.Calls[i]); ok && e.Kind == effects.Published {
			return write{call: &f.Calls[i], effect: e}, true
		}
	}
	return write{}, false
}

// adapted tells a sitemap of which a setting says where it goes: that is judged by
// the setting.
func adapted(p *rule.Pass, w write) bool {
	return strings.HasPrefix(w.call.Callee, "SitemapGenerator") && slices.ContainsFunc(p.Bindings, func(b bindings.Binding) bool { return b.Subject == "SitemapGenerator" })
}

// opened finds an embedded database that a function opens: one that a call names
// before one that an option may choose.
func opened(p *rule.Pass, f *program.Function) (write, bool) {
	var chosen *unit.Call
	for i := range f.Calls {
		c := &f.Calls[i]
		e, ok := effects.Of(c)
		if name := effects.Opens(c); !ok && name != nil && chosen == nil && (driver{p, f}).sqlite(name, maxDeep) {
			chosen = c
		}
		if !ok || e.Kind != effects.Database && e.Kind != effects.Folder {
			continue
		}
		w := write{call: c, effect: e}
		if v := w.path(); v != nil && strings.Contains(v.Text, ":memory:") {
			continue
		}
		return w, true
	}
	if chosen == nil {
		return write{}, false
	}
	path := 1
	if e, ok := effects.Named(chosen.Callee); ok && e.Kind == effects.Address {
		path = e.Path
	}
	w := write{call: chosen, effect: effects.Effect{Kind: effects.Database, Path: path, What: "SQLite"}}
	if v := w.path(); v != nil && strings.Contains(v.Text, ":memory:") {
		return write{}, false
	}
	return w, true
}

// firstWrite finds the first file that a function writes for others to read: one
// that is neither temporary nor taken away again.
func firstWrite(p *rule.Pass, f *program.Function) (write, bool) {
	var given write // what is only handed on is told where nothing else is
	for i := range f.Calls {
		c := &f.Calls[i]
		if to := effects.Redirected(c); to != nil && !passing(p, f, to, c.Location, maxUp) {
			return write{call: c, effect: effects.Effect{Kind: effects.File, What: c.Callee}, redirected: to}, true
		}
		if to := cloned(p, c); to != nil && !passing(p, f, to, c.Location, maxUp) {
			return write{call: c, effect: effects.Effect{Kind: effects.File, What: "git clone"}, redirected: to}, true
		}
		e, ok := effects.Of(c)
		var asked []asking
		if !ok {
			e, asked = openedFor(f, c)
			ok = len(asked) > 0
		}
		if !ok {
			e, ok = learned(p.Program, c)
		}
		if !ok || e.Kind != effects.File {
			continue
		}
		w := write{call: c, effect: e, asked: asked}
		switch {
		case passing(p, f, w.path(), c.Location, maxUp) && !keptName(f, w.path()):
		case !handedOn(f, w):
			return w, true
		case given.call == nil:
			given = w
		}
	}
	return given, given.call != nil
}

// cloned is the folder into which a call has a program fetch a repository: by a library,
// or by a function of the checkout that runs what it is given.
func cloned(p *rule.Pass, c *unit.Call) *unit.Value {
	if !effects.RunsCommand(c) && (c.External || c.Callee == "" || !p.Sources.Reaches(c.Callee, assess.FromProgram)) {
		return nil
	}
	return effects.Cloned(c)
}

// openedFor is the opening of a file by a function whose callers say what for, if one of
// them that serves says: for writing.
func openedFor(f *program.Function, c *unit.Call) (effects.Effect, []asking) {
	e, flags := effects.OpenedBy(c)
	if flags == nil {
		return e, nil
	}
	return e, asksToWrite(f, flags, maxUp)
}

func asksToWrite(f *program.Function, flags *unit.Value, up int) []asking {
	param := parameter(flags)
	if param < 0 || up == 0 {
		return nil
	}
	for _, from := range f.Callers() {
		if from.Test || !from.Serving {
			continue
		}
		for _, c := range from.CallsOf(f) {
			if param >= len(c.Args) {
				continue
			}
			if effects.WrittenBy(&c.Args[param]) {
				return []asking{{from, c}}
			}
			if above := asksToWrite(from, &c.Args[param], up-1); len(above) > 0 {
				return append(above, asking{from, c})
			}
		}
	}
	return nil
}

// learned is the writing of a file by a library of which nothing is known but its
// source: one whose caller names the file.
func learned(p *program.Program, c *unit.Call) (effects.Effect, bool) {
	if _, known := effects.Known(c.Callee); known || !c.External || c.Reference {
		return effects.Effect{}, false
	}
	f := p.Foreign(c.Callee)
	if f == nil {
		return effects.Effect{}, false
	}
	for _, e := range f.Effects {
		if e.Kind == unit.WritesFile && e.Path >= 0 {
			return effects.Effect{Kind: effects.File, Path: e.Path, What: c.Callee[strings.LastIndexByte(c.Callee, '/')+1:]}, true
		}
	}
	return effects.Effect{}, false
}

// maxUp bounds how many callers up a path that is handed in is followed.
const maxUp = 2

// maxDeep bounds through how many methods and variables a path is followed.
const maxDeep = 4

// logFile matches expressions that name a log: nobody but an operator reads it.
var logFile = regexp.MustCompile(`(?i)\blogs?\b|\.log\b|_log\b|log_file|logfile|stderr`)
