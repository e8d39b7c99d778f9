// Package localdiskstate reports files that are written on the host of one copy
// while it serves, and databases that are such files.
package localdiskstate

import (
	"cmp"
	_ "embed"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/stateaudit/stateaudit/internal/assess"
	"github.com/stateaudit/stateaudit/internal/bindings"
	"github.com/stateaudit/stateaudit/internal/effects"
	"github.com/stateaudit/stateaudit/internal/program"
	"github.com/stateaudit/stateaudit/internal/remedy"
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

func reportPublished(p *rule.Pass, f *program.Function, w write) {
	p.Report(result.Finding{
		Category: result.Other, Symbol: w.call.Callee, Language: f.Language, Location: w.call.Location,
		Message: fmt.Sprintf("`%s` writes %s on the host where it runs, for the web server of that host. With two copies on two hosts the other one lacks it or has an old one.", w.call.Callee, w.effect.What),
		Fix:     fix(result.Other, f.Language),
		Evidence: []result.Evidence{
			{Kind: result.CallAt, Phase: f.Phase(), Function: f.Symbol, Location: w.call.Location, Note: "written here"},
		},
	}, f)
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
	for i := range f.Calls {
		c := &f.Calls[i]
		if to := effects.Redirected(c); to != nil && !passing(p, f, to, c.Location, maxUp) {
			return write{call: c, effect: effects.Effect{Kind: effects.File, What: c.Callee}, redirected: to}, true
		}
		e, ok := effects.Of(c)
		if !ok {
			e, ok = openedFor(f, c)
		}
		if !ok {
			e, ok = learned(p.Program, c)
		}
		if !ok || e.Kind != effects.File {
			continue
		}
		if w := (write{call: c, effect: e}); !passing(p, f, w.path(), c.Location, maxUp) {
			return w, true
		}
	}
	return write{}, false
}

// openedFor is the opening of a file by a function whose callers say what for, if one of
// them that serves says: for writing.
func openedFor(f *program.Function, c *unit.Call) (effects.Effect, bool) {
	e, flags := effects.OpenedBy(c)
	return e, flags != nil && asksToWrite(f, flags, maxUp)
}

func asksToWrite(f *program.Function, flags *unit.Value, up int) bool {
	param := parameter(flags)
	if param < 0 || up == 0 {
		return false
	}
	for _, from := range f.Callers() {
		if from.Test || !from.Serving {
			continue
		}
		for _, c := range from.CallsOf(f) {
			if param < len(c.Args) && (effects.WrittenBy(&c.Args[param]) || asksToWrite(from, &c.Args[param], up-1)) {
				return true
			}
		}
	}
	return false
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

// passing tells whether a file that is written somewhere in a function does not
// outlast the call: its name is a temporary one, the function removes it, or every
// caller names such a file.
func passing(p *rule.Pass, f *program.Function, v *unit.Value, at unit.Location, up int) bool {
	if v == nil {
		return false
	}
	if ways := alternatives(v); len(ways) > 1 {
		return !slices.ContainsFunc(ways, func(way unit.Value) bool { return !passing(p, f, &way, at, up) })
	}
	if key := optionKey(v); key != "" && up > 0 {
		return passingOption(p, f, v, key, up)
	}
	if temporary(p.Program, v, maxDeep) || console(v) || logFile.MatchString(f.Name) {
		return true
	}
	for _, g := range around(p.Program, f) {
		if !whereFailed(p.Program, g, f) && removes(g, v, at) {
			return true
		}
	}
	if removedThrough(p.Program, f, v) {
		return true
	}
	param := parameter(v)
	if up == 0 {
		return false
	}
	if param < 0 {
		return passingField(p, f, v, up)
	}
	sites := 0
	for _, from := range f.Callers() {
		if from.Test || !from.Serving {
			continue
		}
		for _, c := range from.CallsOf(f) {
			if param >= len(c.Args) || !passing(p, from, &c.Args[param], c.Location, up-1) {
				return false
			}
			sites++
		}
	}
	return sites > 0
}

// passingField tells a path that begins with a field which its constructor was handed, of
// objects that are all made with a folder which does not outlast the call.
func passingField(p *rule.Pass, f *program.Function, v *unit.Value, up int) bool {
	id := fieldOf(v)
	h := p.Program.Holder(id)
	if h == nil || h.Kind != unit.Field {
		return false
	}
	sites := 0
	for _, maker := range p.Program.Functions() {
		for i := range maker.Accesses {
			a := &maker.Accesses[i]
			if program.KeptIn(a.Place) != id || a.Value == nil || a.Kind != unit.Write && a.Kind != unit.Init {
				continue
			}
			if sites++; maker.Owner != f.Owner || parameter(a.Value) < 0 || !passing(p, maker, a.Value, a.Location, up) {
				return false
			}
		}
	}
	return sites > 0
}

// fieldOf is the field of its own object that a path is, or begins with.
func fieldOf(v *unit.Value) string {
	if v.Place != nil && v.Place.Root == unit.RootReceiver && len(v.Place.Path) == 1 {
		return v.Place.Path[0]
	}
	for i := range v.Parts {
		if id := fieldOf(&v.Parts[i]); id != "" {
			return id
		}
	}
	return ""
}

// alternatives are the values of which a path is one: options[:path] || "/tmp/x".
func alternatives(v *unit.Value) []unit.Value {
	for v.Kind == unit.PlaceValue && len(v.Parts) == 1 && (v.Parts[0].Callee == unit.Branches || v.Place != nil && v.Place.Root == unit.RootLocal) {
		v = &v.Parts[0]
	}
	if v.Kind == unit.Compound && v.Callee == unit.Branches {
		return v.Parts
	}
	return nil
}

// optionKey is the key by which a path is read from the options that a function is
// given, "" for other paths.
func optionKey(v *unit.Value) string {
	if v.Place == nil || v.Place.Root != unit.RootParam || len(v.Place.Path) != 1 || v.Place.Path[0] != unit.Element {
		return ""
	}
	_, key, _ := strings.Cut(strings.TrimSuffix(v.Text, "]"), "[:")
	return key
}

// passingOption tells an option that each caller leaves out or gives a file that
// does not outlast the call.
func passingOption(p *rule.Pass, f *program.Function, v *unit.Value, key string, up int) bool {
	sites := 0
	for _, from := range f.Callers() {
		if from.Test || !from.Serving {
			continue
		}
		for _, c := range from.CallsOf(f) {
			sites++
			given, known := optionOf(c, v.Place.Name, key)
			if !known || given != nil && !passing(p, from, given, c.Location, up-1) {
				return false
			}
		}
	}
	return sites > 0
}

// optionOf is what a call gives under a key, nil if nothing; known tells whether
// what it gives was seen.
func optionOf(c *unit.Call, param, key string) (given *unit.Value, known bool) {
	known = true
	for i := range c.Args {
		switch arg := &c.Args[i]; {
		case arg.Type == "pair" && arg.Callee == key && len(arg.Parts) > 0:
			return &arg.Parts[0], true
		case arg.Type != "pair" && strconv.Itoa(i) == param:
			known = false // a hash that is passed on
		}
	}
	return nil, known
}

// removedThrough tells a file whose name is kept in a variable of the object, and
// which a caller has removed by that variable when it ends.
func removedThrough(p *program.Program, f *program.Function, v *unit.Value) bool {
	kept := map[string]bool{}
	if v.Place != nil {
		kept[program.KeptIn(*v.Place)] = true
	}
	for i := range f.Accesses {
		if a := &f.Accesses[i]; a.Value != nil && (a.Kind == unit.Write || a.Kind == unit.Init) && a.Value.Text == v.Text {
			kept[program.KeptIn(a.Place)] = true
		}
	}
	delete(kept, "")
	if len(kept) == 0 {
		return false
	}
	for _, from := range append(f.Callers(), f) {
		for i := range from.Calls {
			c := &from.Calls[i]
			if c.Deferred && removesKept(p, c, kept) {
				return true
			}
		}
	}
	return false
}

// removesKept tells a call that removes a file named by one of some variables,
// itself or in the function that it calls.
func removesKept(p *program.Program, c *unit.Call, kept map[string]bool) bool {
	calls := []unit.Call{*c}
	if to := p.Function(c.Callee); to != nil {
		calls = to.Calls
	}
	for i := range calls {
		e, ok := effects.Of(&calls[i])
		if !ok || e.Kind != effects.Remove {
			continue
		}
		if file := e.File(&calls[i]); file != nil && file.Place != nil && kept[program.KeptIn(*file.Place)] {
			return true
		}
	}
	return false
}

// around lists a function, those written inside it (what it defers, often) and
// those that it is written in.
func around(p *program.Program, f *program.Function) []*program.Function {
	out := []*program.Function{f}
	for _, g := range p.Functions() {
		if g.Outer == f.ID {
			out = append(out, g)
		}
	}
	for outer := p.Function(f.Outer); outer != nil && len(out) < 32; outer = p.Function(outer.Outer) {
		out = append(out, outer)
	}
	return out
}

// maxDeep bounds through how many methods and variables a path is followed.
const maxDeep = 4

// temporary tells a path that is made from the name of something temporary, also
// by a method of the checkout or in a variable of an object.
func temporary(p *program.Program, v *unit.Value, deep int) bool {
	if e, ok := effects.Named(v.Callee); ok && e.Kind == effects.Temp {
		return true
	}
	if v.Type == "Tempfile" || v.Type == "StringIO" {
		return true
	}
	if strings.Contains(v.Text, "tmpdir") || strings.Contains(v.Text, "Tempfile") || strings.Contains(v.Text, "tempfile") {
		return true
	}
	any := func(list []unit.Value, deep int) bool {
		return slices.ContainsFunc(list, func(part unit.Value) bool { return temporary(p, &part, deep) })
	}
	if any(v.Parts, deep) {
		return true
	}
	if deep == 0 {
		return false
	}
	if f := p.Function(v.Callee); f != nil && any(f.Returns, deep-1) {
		return true
	}
	if v.Place != nil {
		if h := p.Holder(program.KeptIn(*v.Place)); h != nil && h.Kind == unit.Field {
			return any(p.Given(h.ID), deep-1) || any(givenByKey(h, v), deep-1)
		}
	}
	return false
}

// givenByKey lists what is put under the key by which a path is read from a hash.
func givenByKey(h *program.Holder, v *unit.Value) []unit.Value {
	var out []unit.Value
	for _, a := range h.Entries {
		if strings.HasSuffix(v.Text, "["+a.Key.Text+"]") {
			out = append(out, *a.Value)
		}
	}
	return out
}

// logFile matches expressions that name a log: nobody but an operator reads it.
var logFile = regexp.MustCompile(`(?i)\blogs?\b|\.log\b|_log\b|log_file|logfile|stderr`)

// console tells a path of a device or log.
func console(v *unit.Value) bool {
	text := strings.Trim(v.Text, `"'`)
	if logFile.MatchString(text) || slices.ContainsFunc(v.Parts, func(part unit.Value) bool { return logFile.MatchString(part.Text) }) {
		return true
	}
	return strings.HasPrefix(text, "/dev/") || strings.HasPrefix(text, "/proc/") || text == "os.DevNull" || text == "File::NULL"
}

// removes tells whether a function removes what a path names, or the folder in
// which it lies, when it ends or behind the place where that is written.
func removes(f *program.Function, v *unit.Value, at unit.Location) bool {
	for i := range f.Calls {
		c := &f.Calls[i]
		e, ok := effects.Of(c)
		behind := c.Location.File == at.File && c.Location.Line > at.Line
		if !ok || c.Failed || !c.Deferred && f.Outer == "" && !behind {
			continue
		}
		if file := e.Away(c); file != nil && (about(v, file.Text) || about(file, v.Text)) {
			return true
		}
	}
	return false
}

// whereFailed tells a closure that the functions around it run only where something
// failed.
func whereFailed(p *program.Program, g, f *program.Function) bool {
	if g == f || g.Outer == "" {
		return false
	}
	some := false
	for _, by := range around(p, f) {
		for i := range by.Calls {
			c := &by.Calls[i]
			if c.Callee != g.ID || c.Reference {
				continue
			}
			if some = true; !c.Failed {
				return false
			}
		}
	}
	return some
}

// about tells whether a path is, or is made from, an expression.
func about(v *unit.Value, text string) bool {
	if text == "" {
		return false
	}
	return v.Text == text || slices.ContainsFunc(v.Parts, func(part unit.Value) bool { return about(&part, text) })
}

// parameter is the number of the parameter that a path is, or is made from; -1
// if it is made from none or several.
func parameter(v *unit.Value) int {
	if v.Place != nil && v.Place.Root == unit.RootParam && len(v.Place.Path) == 0 {
		n := 0
		for _, digit := range v.Place.Name {
			if digit < '0' || digit > '9' {
				return -1
			}
			n = n*10 + int(digit-'0')
		}
		return n
	}
	found := -1
	for i := range v.Parts {
		if n := parameter(&v.Parts[i]); n >= 0 && found < 0 {
			found = n // a path is joined from its folder on
		}
	}
	return found
}

// sharedVolumes lists the places that deployment files mount into all copies.
func sharedVolumes(p *program.Program) []unit.Setting {
	var out []unit.Setting
	for _, s := range p.Settings() {
		if s.Kind == unit.SettingSharedVolume && s.Env != unit.EnvTest && s.Env != unit.EnvExample && s.Env != unit.EnvDevelopment {
			out = append(out, s)
		}
	}
	return out
}

// mounted finds the shared volume that a path seems to lie on: the last folder
// of the mount is named in it.
func mounted(v *unit.Value, volumes []unit.Setting) *unit.Setting {
	if v == nil {
		return nil
	}
	for i := range volumes {
		folder := volumes[i].Value[strings.LastIndexByte(strings.TrimRight(volumes[i].Value, "/"), '/')+1:]
		if folder = strings.Trim(folder, "/"); len(folder) > 2 && names(v, folder) {
			return &volumes[i]
		}
	}
	return nil
}

func names(v *unit.Value, folder string) bool {
	if strings.Contains(strings.ToLower(v.Text), strings.ToLower(folder)) {
		return true
	}
	return slices.ContainsFunc(v.Parts, func(part unit.Value) bool { return names(&part, folder) })
}

func reportWrite(p *rule.Pass, f *program.Function, w write, volumes []unit.Setting) {
	category := categoryOf(p, f, w)
	finding := result.Finding{
		Category: category, Symbol: f.Symbol, Language: f.Language, Location: w.call.Location,
		Message: fmt.Sprintf("`%s` writes to the disk of the host that runs it while serving (`%s`). With two copies on two hosts %s.",
			f.Symbol, w.effect.What, breaks(category)),
		Fix: fix(category, f.Language),
		Evidence: append([]result.Evidence{
			{Kind: result.CallAt, Phase: result.Serving, Function: f.Symbol, Location: w.call.Location, Note: "writes " + describe(w.path())},
		}, rule.Reached(f)...),
	}
	if volume := mounted(w.path(), volumes); volume != nil {
		finding.Level = result.Note
		finding.Message += fmt.Sprintf(" A volume that all copies see is mounted at %s (%s:%d): if this file lies there, what is left is that copies may write it at the same time.",
			volume.Value, volume.Location.File, volume.Location.Line)
		finding.Evidence = append(finding.Evidence, result.Evidence{Kind: result.ConfigAt, Phase: result.Boot, Location: volume.Location, Note: volume.Text})
	}
	p.Report(finding, f)
}

// describe says what names the file.
func describe(v *unit.Value) string {
	if v == nil || v.Text == "" {
		return "a file"
	}
	return "the file `" + v.Text + "`"
}

// categoryOf tells a file that can be made again from one that cannot: a copy of what is
// fetched, or by what its function and path are called.
func categoryOf(p *rule.Pass, f *program.Function, w write) result.Category {
	if fetchedCopy(p, f, w.path()) {
		return result.Cache
	}
	text := strings.ToLower(f.Symbol)
	if v := w.path(); v != nil {
		text += " " + strings.ToLower(v.Text)
	}
	for _, word := range []string{"cache", "thumb", "preview", "archive", "localcopy", "local_copy", "derived", "resized", "sitemap"} {
		if strings.Contains(text, word) {
			return result.Cache
		}
	}
	if strings.Contains(text, "session") {
		return result.Session
	}
	return result.Other
}

// fetchedCopy tells one file, always the same, that is written by who fetches something
// over the network, or for them.
func fetchedCopy(p *rule.Pass, f *program.Function, path *unit.Value) bool {
	if path == nil || !alwaysTheSame(p, path) {
		return false
	}
	return slices.ContainsFunc(append([]*program.Function{f}, f.Callers()...), func(by *program.Function) bool {
		return p.Sources.Reaches(by.ID, assess.FromNetwork)
	})
}

// alwaysTheSame tells a path that is a literal, a constant, or made of such.
func alwaysTheSame(p *rule.Pass, v *unit.Value) bool {
	switch v.Kind {
	case unit.Literal:
		return true
	case unit.PlaceValue:
		h := p.Program.Holder(v.Place.Name)
		return v.Place.Root == unit.RootHolder && len(v.Place.Path) == 0 && h != nil && h.Kind == unit.Constant
	case unit.Compound, unit.Result:
		return len(v.Parts) > 0 && !slices.ContainsFunc(v.Parts, func(part unit.Value) bool { return !alwaysTheSame(p, &part) })
	}
	return false
}

func breaks(c result.Category) string {
	switch c {
	case result.Cache:
		return "each makes and keeps its own, and what one deletes or replaces stays on the other"
	case result.Session:
		return remedy.Breaks(c, "")
	}
	return "the other one does not have the file, and a host that is replaced takes it along"
}

// homes says in each language where files can be kept.
var homes = map[unit.Language]string{
	unit.Go:     "object storage (S3, GCS, gocloud.dev/blob)",
	unit.Ruby:   "object storage: Active Storage, Shrine or CarrierWave on S3 or GCS",
	unit.Python: "object storage (django-storages or boto3 on S3, GCS or Azure)",
}

func fix(c result.Category, lang unit.Language) string {
	switch {
	case c == result.Cache && lang == unit.Ruby:
		return "Keep it in object storage (Active Storage on S3) or in Redis, or make it on each request from what is shared."
	case c == result.Cache:
		return "Keep it in object storage or in a shared cache, or make it on each request from what is shared."
	}
	return "Put files into " + cmp.Or(homes[lang], "object storage") + "; or mount a volume that all copies share."
}

func reportDatabase(p *rule.Pass, f *program.Function, w write) {
	if w.effect.Kind == effects.Folder {
		reportFolder(p, f, w)
		return
	}
	p.Report(result.Finding{
		Category: result.Other, Symbol: f.Symbol, Language: f.Language, Location: w.call.Location,
		Message: fmt.Sprintf("`%s` opens a %s database, which is a file on this host%s. A second copy on another host has a database of its own; on the same host the two lock each other out.",
			f.Symbol, w.effect.What, choice(p.Program, w)),
		Fix: "Run copies against a database server (PostgreSQL, MySQL), or replicate the file (LiteFS, rqlite) and send all writes to one copy.",
		Evidence: []result.Evidence{
			{Kind: result.CallAt, Phase: f.Phase(), Function: f.Symbol, Location: w.call.Location, Note: "opens " + describe(w.path())},
		},
	}, f)
}

// reportFolder reports a store of a library that keeps files on this host.
func reportFolder(p *rule.Pass, f *program.Function, w write) {
	p.Report(result.Finding{
		Category: result.Other, Symbol: f.Symbol, Language: f.Language, Location: w.call.Location,
		Message: fmt.Sprintf("`%s` makes %s, which is a folder of this host. With two copies on two hosts the other one does not have the files, and a host that is replaced takes them along.", f.Symbol, w.effect.What),
		Fix:     fix(result.Other, f.Language),
		Evidence: []result.Evidence{
			{Kind: result.CallAt, Phase: f.Phase(), Function: f.Symbol, Location: w.call.Location, Note: "keeps " + describe(w.path())},
		},
	}, f)
}

// choice says whether the program can use a database server instead.
func choice(p *program.Program, w write) string {
	for _, f := range p.Functions() {
		if f.Test {
			continue
		}
		for i := range f.Calls {
			c := &f.Calls[i]
			if c == w.call || !c.External || len(c.Args) == 0 {
				continue
			}
			driver := strings.Trim(c.Args[0].Text, "\"`")
			if c.Callee == "database/sql.Open" && (driver == "postgres" || driver == "mysql" || driver == "pgx") ||
				strings.HasPrefix(c.Callee, "gorm.io/driver/postgres.Open") || strings.HasPrefix(c.Callee, "gorm.io/driver/mysql.Open") {
				return fmt.Sprintf("; the program can open a database server instead (%s:%d)", c.Location.File, c.Location.Line)
			}
		}
	}
	return ""
}
