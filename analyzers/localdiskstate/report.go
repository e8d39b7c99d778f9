package localdiskstate

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/assess"
	"github.com/stateaudit/stateaudit/internal/effects"
	"github.com/stateaudit/stateaudit/internal/program"
	"github.com/stateaudit/stateaudit/internal/remedy"
	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/rule"
	"github.com/stateaudit/stateaudit/internal/unit"
)

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
		}, reached(f, w)...),
	}
	if volume := mounted(w.path(), volumes); volume != nil {
		finding.Level = result.Note
		finding.Message += fmt.Sprintf(" A volume that all copies see is mounted at %s (%s:%d): if this file lies there, what is left is that copies may write it at the same time.",
			volume.Value, volume.Location.File, volume.Location.Line)
		finding.Evidence = append(finding.Evidence, result.Evidence{Kind: result.ConfigAt, Phase: result.Boot, Location: volume.Location, Note: volume.Text})
	}
	if finding.Level == "" && handedOn(f, w) {
		finding.Level = result.Note
		finding.Message += " The same run hands it on, so that what stays behind is a copy which nobody was seen to ask for."
	}
	p.Report(finding, f)
}

// reached tells how the writing comes about: by a caller that has the file opened for it,
// if others have it opened for reading.
func reached(f *program.Function, w write) []result.Evidence {
	if len(w.asked) == 0 {
		return rule.Reached(f)
	}
	out := rule.Reached(w.asked[0].by)
	for i, a := range w.asked {
		to := f
		if i+1 < len(w.asked) {
			to = w.asked[i+1].by
		}
		out = append(out, result.Evidence{Kind: result.CallAt, Phase: result.Serving, Function: a.by.Symbol, Location: a.call.Location, Note: "calls " + to.Symbol})
	}
	out[len(out)-len(w.asked)].Note += ", to write"
	return out
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
		if v.Place == nil {
			return false // what nobody knows the place of, such as an attribute of what a call hands out
		}
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
	p.ReportChosen(result.Finding{
		Category: result.Other, Symbol: f.Symbol, Language: f.Language, Location: w.call.Location,
		Message: fmt.Sprintf("`%s` opens a %s database, which is a file on this host%s%s. A second copy on another host has a database of its own; on the same host the two lock each other out.",
			f.Symbol, w.effect.What, rule.Guarded(w.call), choice(p.Program, w)),
		Fix: "Run copies against a database server (PostgreSQL, MySQL), or replicate the file (LiteFS, rqlite) and send all writes to one copy.",
		Evidence: []result.Evidence{
			{Kind: result.CallAt, Phase: f.Phase(), Function: f.Symbol, Location: w.call.Location, Note: "opens " + describe(w.path())},
		},
	}, f, w.call)
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
