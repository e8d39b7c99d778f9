package mutablesingleton

import (
	"fmt"

	"github.com/stateaudit/stateaudit/internal/assess"
	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/rule"
)

// crossings say for each way across what happens and what to do.
var crossings = map[assess.Crossing]struct{ says, fix string }{
	assess.ToOthers: {
		"`%s` belongs to a library and is one for the whole process. `%s` (%s:%d) sets it to what its own request needs, and requests that are served beside it use it as well.",
		"Hand the value to each call, or to a client made for it, and leave the library's variable as boot has set it.",
	},
	assess.Meanwhile: {
		"`%s` is switched by `%s` (%s:%d) for the time of one call and put back when it ends. Every thread of this process sees it meanwhile.",
		"Hand it over as an argument, or keep it for each request or thread.",
	},
	assess.ToNext: {
		"`%s` is kept for each thread. `%s` (%s:%d) sets it, and nothing sets it before each request or takes it back, so the next request or job of the thread begins with it.",
		"Set it before every request, or for the time of a block only.",
	},
}

// reportCrossing reports what requests of one process hand to each other. That is a
// note, since it takes no second copy; where it is what another pays or signs in with,
// a warning.
func reportCrossing(p *rule.Pass, a assess.Assessment) {
	way := crossings[a.Crossing]
	w := a.Writes[0]
	level := result.Note
	if a.Crossing == assess.ToOthers && assess.Opens(a.Holder.Name) {
		level = result.Warning
	}
	p.Report(result.Finding{
		Level: level, Category: result.Flag, Symbol: a.Holder.Symbol, Language: a.Holder.Language, Location: a.Holder.Location,
		Message:  fmt.Sprintf(way.says, a.Holder.Symbol, w.Function.Symbol, w.Location.File, w.Location.Line),
		Fix:      way.fix,
		Evidence: []result.Evidence{{Kind: result.WriteAt, Phase: w.Phase, Function: w.Function.Symbol, Location: w.Location, Note: "set here"}},
	}, w.Function)
}
