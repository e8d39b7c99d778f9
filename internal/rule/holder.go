package rule

import (
	"fmt"
	"strings"

	"github.com/stateaudit/stateaudit/internal/assess"
	"github.com/stateaudit/stateaudit/internal/program"
	"github.com/stateaudit/stateaudit/internal/remedy"
	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// maxWrites bounds how many writes a finding lists; the first ones tell enough.
const maxWrites = 5

// ReportHolder reports the assessment of a holder: where it is declared, what
// changes it while serving and how that is reached, what a second copy does.
func (p *Pass) ReportHolder(a assess.Assessment, extra string) {
	h := a.Holder
	f := result.Finding{
		Category: a.Category, Symbol: h.Symbol, Language: h.Language, Location: h.Location,
		Message:  message(a, extra),
		Fix:      remedy.Fix(a.Category, a.Group, h.Language),
		Evidence: evidence(a),
	}
	if a.Group != "" {
		g := a.Group
		f.Group = &g
	}
	p.Report(f)
}

func message(a assess.Assessment, extra string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "`%s` lives in the memory of one process", a.Holder.Symbol)
	if len(a.Writes) > 0 {
		w := a.Writes[0]
		fmt.Fprintf(&b, " and is changed while serving, by `%s` (%s:%d)", w.Function.Symbol, w.Location.File, w.Location.Line)
		if n := len(a.Writes) - 1; n > 0 {
			fmt.Fprintf(&b, " and %d more", n)
		}
	}
	b.WriteString(". ")
	if extra != "" {
		b.WriteString(extra + " ")
	}
	b.WriteString("With two copies " + remedy.Breaks(a.Category, a.Group) + ".")
	return b.String()
}

func evidence(a assess.Assessment) []result.Evidence {
	h := a.Holder
	out := []result.Evidence{{Kind: result.Declaration, Phase: result.Boot, Location: h.Location, Note: "declared here"}}
	for _, part := range h.Parts {
		out = append(out, result.Evidence{Kind: result.Declaration, Phase: result.Boot, Location: part.Location, Note: "content kept in " + part.Symbol})
	}
	for i, w := range a.Writes {
		if i == maxWrites {
			break
		}
		out = append(out, result.Evidence{Kind: result.WriteAt, Phase: w.Phase, Function: w.Function.Symbol, Location: w.Location, Note: writeNote(w)})
		if i == 0 {
			out = append(out, reached(w.Function)...)
		}
	}
	return out
}

func writeNote(w program.Change) string {
	note := "changed (" + w.Op + ")"
	if w.Reset {
		note = "emptied"
	}
	if len(w.Through) > 0 {
		note += fmt.Sprintf(" by %s at %s:%d", lastName(w.Through[len(w.Through)-1]), w.Origin.File, w.Origin.Line)
	}
	if len(w.Guards) > 0 {
		note += "; a lock orders the threads of this process only"
	}
	return note
}

func lastName(id string) string {
	if i := strings.LastIndexByte(id, '/'); i >= 0 {
		return id[i+1:]
	}
	return id
}

// reached tells how a function comes to run while serving.
func reached(f *program.Function) []result.Evidence {
	path := f.Path(result.Serving)
	if len(path) == 0 {
		return nil
	}
	names := make([]string, len(path))
	for i, s := range path {
		names[i] = s.Function.Symbol
	}
	entry := path[0].Function
	note := "reached while serving: " + strings.Join(names, " → ")
	if path[0].Note != "" {
		note += " (" + path[0].Note + ")"
	}
	return []result.Evidence{{Kind: result.CallAt, Phase: result.Serving, Function: entry.Symbol, Location: start(entry.Location), Note: note}}
}

func start(l unit.Location) unit.Location { return l }
