package replicas

import (
	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// Table lists what deployment files say of copies, whether or not that is about
// a program of the checkout: a reader who misses a workload among the evidence
// finds it here.
func Table(settings []unit.Setting, programs []Program) []result.Workload {
	e := evidence{programs: programs, ties: ties(settings, programs)}
	var out []result.Workload
	for _, s := range settings {
		w := result.Workload{Name: s.Subject, Copies: s.Value, Environment: s.Env, Location: s.Location, Runs: []string{}}
		switch s.Kind {
		case unit.SettingReplicas, unit.SettingAutoscaling:
			w.Kind = result.Copies
		case unit.SettingProcesses:
			w.Kind = result.Processes
		case unit.SettingSingleCopy:
			w.Kind, w.Copies = result.OneCopy, s.Value
		default:
			continue
		}
		if s.Origin == unit.Unresolved {
			w.Copies = ""
		}
		for _, v := range s.Values {
			if v.Text != "build" {
				w.Runs = append(w.Runs, v.Text)
			}
		}
		t := e.of(s, settings)
		for _, i := range t.programs {
			w.Programs = append(w.Programs, programs[i].Name)
			w.Tie = t.why
		}
		out = append(out, w)
	}
	return out
}
