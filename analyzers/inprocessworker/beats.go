package inprocessworker

import (
	"fmt"
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/rule"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// beating are the programs that run a schedule beside their work if an option says so, as
// their own documentation has it.
var beating = []struct {
	program, command string
	options          []string
	locked           string // a word of a scheduler that takes a lock of all copies
	language         unit.Language
	fix              string
}{
	{"celery", "worker", []string{"-B", "--beat"}, "redbeat", unit.Python, "Run `celery beat` as a process of its own, of which there is one copy, or with a scheduler that takes a lock (RedBeat)."},
}

// reportBeats reports workers of which each copy runs the schedule of all.
func reportBeats(p *rule.Pass) {
	for _, s := range p.Effective(unit.SettingProcess) {
		words := strings.Fields(strings.NewReplacer(`"`, " ", "'", " ").Replace(s.Value))
		for _, b := range beating {
			option := slices.IndexFunc(words, func(w string) bool { return slices.Contains(b.options, w) })
			if option < 0 || !slices.Contains(words, b.program) || !slices.Contains(words, b.command) || strings.Contains(strings.ToLower(s.Value), b.locked) {
				continue
			}
			p.ReportSetting(s, result.Finding{
				Category: result.Worker, Symbol: s.Subject, Language: b.language,
				Message: fmt.Sprintf("Each copy of `%s` runs the schedule beside its work (`%s %s %s`). With two copies everything on it is done twice.", s.Subject, b.program, b.command, words[option]),
				Fix:     b.fix,
			})
		}
	}
}
