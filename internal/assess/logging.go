package assess

import (
	"strings"

	naming "github.com/stateaudit/stateaudit/internal/names"
	"github.com/stateaudit/stateaudit/internal/program"
	"github.com/stateaudit/stateaudit/internal/unit"
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

// replacedLogger tells the logger of a process that is only ever replaced: all that
// changes is where its log goes.
func replacedLogger(h *program.Holder, a Assessment) bool {
	if name := strings.TrimLeft(h.Name, "@$"); name != "logger" && h.Type != "Logger" || len(h.Parts) > 0 {
		return false
	}
	for _, c := range a.Writes {
		if c.Kind != unit.Write || c.Key != nil || len(c.Place.Path) > 0 || c.Value == nil || c.Value.Kind == unit.Literal || c.Value.Kind == unit.Collection {
			return false
		}
	}
	return len(a.Writes) > 0
}

// logged tells what a function reaches only because it logs.
func (s *Sources) logged(id string, src Source) bool {
	return s.logs[id] && (src == ToFile || src == ToOpenFile || src == ToNetwork || src == FromNetwork)
}
