package assess

import (
	"strings"

	naming "github.com/stateaudit/stateaudit/internal/names"
	"github.com/stateaudit/stateaudit/internal/program"
)

// loggers lists the functions of the checkout that log: called like a level, on a type
// or in a package that has at least three of them. Where they write to is where the log
// goes, and not what those do who call them.
func loggers(p *program.Program) map[string]bool {
	levels, named := map[string]map[string]bool{}, map[string][]string{}
	for _, f := range p.Functions() {
		at := strings.LastIndexAny(f.ID, ".#:")
		if at < 0 || f.Test {
			continue
		}
		level, ok := naming.LogLevel(f.Name)
		if !ok {
			continue
		}
		group := f.ID[:at]
		if levels[group] == nil {
			levels[group] = map[string]bool{}
		}
		if level != "" {
			levels[group][level] = true
		}
		named[group] = append(named[group], f.ID)
	}
	out := map[string]bool{}
	for group, ids := range named {
		if len(levels[group]) >= 3 {
			for _, id := range ids {
				out[id] = true
			}
		}
	}
	return out
}

// logged tells what a function reaches only because it logs.
func (s *Sources) logged(id string, src Source) bool {
	return s.logs[id] && (src == ToFile || src == ToOpenFile || src == ToNetwork || src == FromNetwork)
}
