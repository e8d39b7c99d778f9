// Package stickysession reports whatever ties a user to one copy: a balancer's
// setting, or application code that relies on one.
package stickysession

import (
	_ "embed"
	"fmt"
	"strings"

	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/rule"
	"github.com/stateaudit/stateaudit/internal/unit"
)

//go:embed rule.md
var doc string

// Rule returns the rule.
func Rule() rule.Rule {
	return rule.Rule{
		Name:       "sticky-session",
		Level:      result.Warning,
		Categories: []result.Category{result.Session},
		Languages:  []unit.Language{unit.Deploy, unit.Go, unit.Ruby, unit.Python},
		Doc:        doc,
		Run:        run,
	}
}

func run(p *rule.Pass) {
	for _, group := range grouped(p.Program.Settings()) {
		setting(p, group)
	}
	reportCookies(p)
}

// grouped gathers the affinities that are on where users are served: those of
// one subject in one file are one thing to the reader.
func grouped(settings []unit.Setting) [][]unit.Setting {
	var out [][]unit.Setting
	at := map[[2]string]int{}
	told := map[place]bool{}
	for _, s := range settings {
		for _, r := range s.Because {
			if ties(s) && (s.Env == "" || s.Env == unit.EnvProduction) {
				told[placeOf(r.Location)] = true
			}
		}
	}
	for _, s := range settings {
		if !ties(s) || told[placeOf(s.Location)] {
			continue // or reported where it has its effect
		}
		key := [2]string{s.Subject, s.Location.File}
		i, have := at[key]
		if !have {
			i = len(out)
			at[key] = i
			out = append(out, nil)
		}
		out[i] = append(out[i], s)
	}
	return out
}

// ties tells whether a setting ties users where they are served.
func ties(s unit.Setting) bool {
	return s.Kind == unit.SettingAffinity && s.Value != "off" && s.Origin != unit.Unresolved && s.Env != unit.EnvTest
}

type place struct {
	file string
	line int
}

func placeOf(l unit.Location) place { return place{l.File, l.Line} }

// setting reports the affinity of one subject.
func setting(p *rule.Pass, group []unit.Setting) {
	s := foremost(group)
	technology, _, _ := strings.Cut(s.Subject, " ")
	f := result.Finding{
		Category: result.Session, Symbol: s.Subject, Language: unit.Deploy, Location: s.Location,
		Message: message(s),
		Fix:     fix(technology, s.Text),
	}
	for _, s := range group {
		f.Evidence = append(f.Evidence, result.Evidence{Kind: result.ConfigAt, Phase: result.Serving, Location: s.Location, Note: note(s)})
		for _, r := range s.Because {
			f.Evidence = append(f.Evidence, result.Evidence{Kind: result.ConfigAt, Phase: result.Boot, Location: r.Location, Note: "decided here: " + r.Text})
		}
	}
	if s.Origin == unit.Defaulted || s.Env == unit.EnvExample || s.Env == unit.EnvDevelopment {
		f.Level = result.Note
	}
	p.Report(f)
}

// foremost is the setting that says most of a subject: what is written before what
// holds because nothing is.
func foremost(group []unit.Setting) unit.Setting {
	for _, s := range group {
		if s.Origin != unit.Defaulted {
			return s
		}
	}
	return group[0]
}

func message(s unit.Setting) string {
	where := ""
	switch s.Env {
	case unit.EnvExample:
		where = " The file is an example."
	case unit.EnvDevelopment:
		where = " The file is for a developer's machine."
	}
	how := fmt.Sprintf("%s sends a user back to the copy met before, by %s (`%s`).", s.Subject, by(s.Value), short(s.Text))
	if s.Origin == unit.Defaulted {
		how = fmt.Sprintf("%s sends a user back to the copy met before, by %s, because nothing switches that off.", s.Subject, by(s.Value))
	}
	return how + decided(s) + where + " A copy that a deployment or a scale-in takes away takes with it what its users had there (sessions, uploads, progress), and load stays where the users are."
}

// decided names the parameter that an affinity hangs on, and where it is given.
func decided(s unit.Setting) string {
	if len(s.Because) == 0 {
		return ""
	}
	r := s.Because[0]
	return fmt.Sprintf(" That holds as %s (%s:%d), unless a deployment gives something else.", r.Text, r.Location.File, r.Location.Line)
}

// by says what a client is known by.
func by(value string) string {
	switch value {
	case "source-ip":
		return "its address"
	case "cookie":
		return "a cookie"
	case "header":
		return "a header"
	}
	return "what it sends"
}

func note(s unit.Setting) string {
	if s.Origin == unit.Defaulted {
		return "on by default: `" + short(s.Text) + "`"
	}
	return "set by `" + short(s.Text) + "`"
}

// short cuts a text to what fits into a line, at a character's end.
func short(text string) string {
	const most = 100
	runes := []rune(text)
	if len(runes) <= most {
		return text
	}
	return string(runes[:most-1]) + "…"
}
