package rule

import (
	"strings"

	"github.com/stateaudit/stateaudit/internal/program"
	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// Effective lists the settings of some kinds that hold in production. What is
// said for every environment does not hold where production says otherwise.
func (p *Pass) Effective(kinds ...string) []unit.Setting {
	said := map[string]bool{}
	for _, s := range p.Program.Settings() {
		if s.Env == unit.EnvProduction {
			said[s.Kind+" "+symbolOf(s)] = true
		}
	}
	var out []unit.Setting
	for _, s := range p.Program.Settings() {
		for _, kind := range kinds {
			if s.Kind == kind && (s.Env == unit.EnvProduction || s.Env == "" && !said[s.Kind+" "+symbolOf(s)]) {
				out = append(out, s)
			}
		}
	}
	return out
}

// Names lists what a setting may be: its value, or the branches of it.
func Names(s unit.Setting) []string {
	var out []string
	if s.Value != "" {
		out = append(out, s.Value)
	}
	for _, v := range s.Values {
		if v.Kind == unit.Literal && v.Text != s.Value {
			out = append(out, v.Text)
		}
	}
	return out
}

// ReportSetting reports what a setting brings about. Symbol, language, place and
// evidence are filled in from the setting where they are missing.
func (p *Pass) ReportSetting(s unit.Setting, f result.Finding) {
	if f.Symbol == "" {
		f.Symbol = symbolOf(s)
	}
	if f.Language == "" {
		f.Language = languageOf(s.Location.File)
	}
	if s.Origin == unit.Unresolved && f.Level == "" {
		f.Level = result.Note
		f.Message += " Whether it holds is decided when the application starts."
	}
	if s.Origin == unit.Unresolved {
		doubted(&f, program.Doubt{Confidence: result.Guessed, Why: "whether it holds is decided when the application starts"})
	}
	f.Location = s.Location
	f.Evidence = append([]result.Evidence{{Kind: result.ConfigAt, Phase: result.Boot, Location: s.Location, Note: s.Text}}, f.Evidence...)
	p.Report(f)
}

// symbolOf names a setting as its file does.
func symbolOf(s unit.Setting) string {
	switch s.Kind {
	case unit.SettingCacheStore, unit.SettingQueueAdapter, unit.SettingSessionStore, unit.SettingStorageChoice, unit.SettingPageCache, unit.SettingUploadStorage:
		name := strings.TrimLeft(s.Text, "# ")
		if i := strings.IndexAny(name, " =("); i > 0 {
			name = name[:i]
		}
		return strings.TrimPrefix(name, "Rails.application.")
	case unit.SettingDatabase:
		return "database " + s.Subject
	}
	return s.Subject
}
