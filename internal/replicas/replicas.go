// Package replicas joins two kinds of what was seen: state in the memory of one
// process, and deployment files that say how many of those processes run.
//
// Where the files show that more than one copy runs already, what a second copy
// breaks is broken today: such findings say so and rise one level. Where the
// files show one copy, or what keeps it at one, findings say that instead.
//
// A claim about copies must be right, since it makes alarms louder. So it rests
// on what is written out, in files that are neither tests nor examples nor for a
// developer's machine, and about services that are not infrastructure or
// workers and that are tied to the program in question: by their image, command,
// folder or name. Where services disagree, nothing is claimed.
package replicas

import (
	"fmt"

	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// Apply tells the findings what the settings say of copies of the programs that
// they are about.
func Apply(found []result.Finding, settings []unit.Setting, programs []Program) {
	all := collect(settings, programs)
	for i := range found {
		f := &found[i]
		if !breaks(f) {
			continue
		}
		if c, ok := all.running(f); ok {
			raise(f, c)
		} else if h, ok := all.holding(f); ok {
			hold(f, h)
		}
	}
}

// breaks tells whether a finding is about state that a second copy breaks. What
// is only noted is harmless with one copy and with ten.
func breaks(f *result.Finding) bool {
	if f.Level != result.Warning && f.Level != result.Error {
		return false
	}
	switch f.Category {
	case result.Client, result.Config, result.Metrics, result.Sync:
		return false
	}
	switch f.Rule {
	case "mutable-singleton", "in-process-cache", "in-process-worker", "in-process-lock", "session-in-process", "local-disk-state":
		return true
	}
	return false
}

func raise(f *result.Finding, c count) {
	f.Level = result.Error
	f.Message += fmt.Sprintf(" Already runs %s (%s).", c.words(), place(c.setting.Location))
	f.Evidence = append(f.Evidence, config(c.setting, fmt.Sprintf("%s of %s: `%s`", c.words(), c.setting.Subject, c.setting.Text)))
}

func hold(f *result.Finding, s unit.Setting) {
	f.Message += fmt.Sprintf(" What holds the application at one copy: %s (%s).", reason(s), place(s.Location))
	f.Evidence = append(f.Evidence, config(s, fmt.Sprintf("%s is held at one copy: `%s`", s.Subject, s.Text)))
}

func reason(s unit.Setting) string {
	if s.Kind == unit.SettingSingleCopy {
		return s.Value
	}
	return "`" + s.Text + "`"
}

func config(s unit.Setting, note string) result.Evidence {
	return result.Evidence{Kind: result.ConfigAt, Phase: result.Serving, Location: s.Location, Note: note}
}

func place(l unit.Location) string { return fmt.Sprintf("%s:%d", l.File, l.Line) }
