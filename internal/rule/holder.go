package rule

import (
	"cmp"
	"fmt"
	"slices"
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
// changes it while serving and how that is reached, what a second copy does. A
// rule may add a sentence of its own, and evidence for it.
func (p *Pass) ReportHolder(a assess.Assessment, extra string, more ...result.Evidence) {
	p.ReportHolderAs("", a, extra, more...)
}

// ReportHolderAs reports it at a level of its own; the rule's if it is empty.
func (p *Pass) ReportHolderAs(level result.Level, a assess.Assessment, extra string, more ...result.Evidence) {
	h := a.Holder
	a.Writes = surest(told(a.Writes))
	f := result.Finding{
		Level: level, Category: a.Category, Symbol: h.Symbol, Language: h.Language, Location: h.Location,
		Message:  message(a, extra),
		Fix:      fix(a),
		Evidence: append(p.evidence(a), more...),
	}
	if a.Group != "" {
		g := a.Group
		f.Group = &g
	}
	if len(a.Writes) > 0 {
		doubted(&f, a.Writes[0].Doubt())
	}
	p.Report(f)
}

// surest puts first what is doubted least: one certain change is enough.
func surest(writes []program.Change) []program.Change {
	out := slices.Clone(writes)
	slices.SortStableFunc(out, func(a, b program.Change) int {
		return cmp.Compare(b.Doubt().Confidence.Rank(), a.Doubt().Confidence.Rank())
	})
	return out
}

func message(a assess.Assessment, extra string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "`%s` lives in the memory of one process", a.Holder.Symbol)
	if writes := a.Writes; len(writes) > 0 {
		w := writes[0]
		fmt.Fprintf(&b, " and is changed while serving, by `%s` (%s:%d)", w.Function.Symbol, w.Location.File, w.Location.Line)
		if n := len(writes) - 1; n > 0 {
			fmt.Fprintf(&b, " and %d more", n)
		}
	}
	b.WriteString(". ")
	if extra != "" {
		b.WriteString(extra + " ")
	}
	b.WriteString("With two copies " + breaks(a) + ".")
	return b.String()
}

// passive tells what is kept to be read: of that, what is known of the holder may
// say more than its category.
func passive(a assess.Assessment) bool {
	return a.Group != result.RateLimiter && (a.Category == result.Cache || a.Category == result.Flag || a.Category == result.Registry)
}

func breaks(a assess.Assessment) string {
	switch f := a.Facts.Renewer; {
	case passive(a) && f != nil:
		return fmt.Sprintf("a change reaches the others when they next ask the database, in `%s` (%s:%d)", f.Symbol, f.Location.File, f.Location.Line)
	case passive(a) && a.Facts.Scanned:
		return "each copy keeps what it found on its own host when it last looked, and a change there reaches only the copy that looks again"
	case passive(a) && a.Facts.Watched:
		return remedy.Followed
	case passive(a) && a.Facts.Refresher != nil:
		return fmt.Sprintf("each copy asks by itself, in `%s`, and has what it last heard", a.Facts.Refresher.Symbol)
	case a.Category == result.Cache && a.Facts.Expires == assess.Yes && !a.Facts.Invalidated:
		return remedy.Aging
	case a.Category == result.Worker && a.Lists() && a.Works():
		return remedy.Running
	case a.Category == result.Worker && a.Lists():
		return remedy.Entries
	case a.Group == "" && (a.Category == result.Registry || a.Numeral()):
		return kept(a.Keeps())
	}
	return remedy.Breaks(a.Category, a.Group)
}

func kept(k assess.Keeps) string {
	switch k {
	case assess.Value:
		return remedy.Value
	case assess.Thing:
		return remedy.Thing
	}
	return remedy.Entries
}

func fix(a assess.Assessment) string {
	switch {
	case passive(a) && a.Facts.Renewer != nil:
		return "Nothing if an answer from before the change may still be given until then; else read the value from the database where it decides."
	case passive(a) && (a.Facts.Scanned || a.Facts.Watched):
		return "Let each copy look by itself, at intervals or when the files change, or keep what the files say in the database."
	case passive(a) && a.Facts.Refresher != nil:
		return remedy.Agree
	case a.Group == "" && a.Category == result.Registry && a.Keeps() != assess.Entries:
		return remedy.Agree
	}
	return remedy.Fix(a.Category, a.Group, a.Holder.Language)
}

func (p *Pass) evidence(a assess.Assessment) []result.Evidence {
	h := a.Holder
	out := []result.Evidence{{Kind: result.Declaration, Phase: result.Boot, Location: h.Location, Note: "declared here"}}
	for _, part := range h.Parts {
		out = append(out, Declared(part, "content kept in "+part.Symbol))
	}
	for _, w := range a.Within {
		if !slices.Contains(h.Parts, w) {
			out = append(out, Declared(w, "content kept in "+w.Symbol))
		}
	}
	for _, s := range a.Siblings {
		out = append(out, Declared(s, "changes together with it"))
	}
	for _, k := range p.Program.Keepers(h) {
		out = append(out, Declared(k, "kept by "+k.Symbol))
	}
	for i, w := range a.Writes {
		if i == maxWrites {
			break
		}
		out = append(out, result.Evidence{Kind: result.WriteAt, Phase: w.Phase, Function: w.Function.Symbol, Location: w.Location, Note: writeNote(w)})
		if i == 0 {
			out = append(out, Reached(w.Function)...)
		}
	}
	return out
}

// told lists each change once, where it is written if that function serves: the
// calls on the way to it are told as the way.
func told(writes []program.Change) []program.Change {
	direct := map[unit.Location]bool{}
	for _, w := range writes {
		if len(w.Through) == 0 {
			direct[w.Location] = true
		}
	}
	var out []program.Change
	for _, w := range writes {
		if len(w.Through) == 0 || !direct[w.Origin] {
			out = append(out, w)
		}
	}
	return out
}

func writeNote(w program.Change) string {
	op := w.Op
	if op == "" {
		op = w.Method[strings.LastIndexAny(w.Method, ".#")+1:]
	}
	note := "changed (" + op + ")"
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

// maxNames is how many functions of a way are named; the middle is left out.
const maxNames = 6

// Declared is the evidence that a holder is declared somewhere.
func Declared(h *program.Holder, note string) result.Evidence {
	return result.Evidence{Kind: result.Declaration, Phase: result.Boot, Location: h.Location, Note: note}
}

// Reached tells how a function comes to run while serving: the entry that a
// framework calls, and then each call on the way.
func Reached(f *program.Function) []result.Evidence {
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
	out := []result.Evidence{{Kind: result.CallAt, Phase: result.Serving, Function: entry.Symbol, Location: entry.Location, Note: note, Entry: true}}
	for i, s := range path[:len(path)-1] {
		if s.Call != nil {
			out = append(out, result.Evidence{Kind: result.CallAt, Phase: result.Serving, Function: s.Function.Symbol, Location: *s.Call, Note: "calls " + names[i+1]})
		}
	}
	return out
}
