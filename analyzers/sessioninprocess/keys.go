package sessioninprocess

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/assess"
	"github.com/stateaudit/stateaudit/internal/effects"
	"github.com/stateaudit/stateaudit/internal/program"
	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/rule"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// draw is a place where a process draws a key for itself.
type draw struct {
	in   *program.Function // nil for the value of a variable
	at   unit.Location
	late bool // when it is first needed, and not at boot
}

// reportDrawn reports the keys that are drawn at start, kept in a variable or field,
// and sign what clients bring back; and those that each host writes into a file.
func reportDrawn(p *rule.Pass) {
	kept := drawnPlaces(p)
	told := map[unit.Location]bool{}
	for _, f := range p.Program.Functions() {
		if f.Test {
			continue
		}
		reportWritten(p, f)
		for i := range f.Calls {
			c := &f.Calls[i]
			e, ok := effects.Of(c)
			if !ok || e.Kind != effects.Signer && (e.Kind != effects.Mac || !compared(f, maxBack)) {
				continue
			}
			keys := keysOf(e, c)
			for j := range keys {
				d, found := signedWith(p.Program, f, &keys[j], kept, maxBack)
				if !found {
					d, found = givenDrawn(p, f, c, e, &keys[j])
				}
				if !found || told[d.at] {
					continue
				}
				told[d.at] = true
				reportDraw(p, f, c, d)
			}
		}
	}
}

// keysOf are the arguments of a call that may be the key: the one that is, where that is known.
func keysOf(e effects.Effect, c *unit.Call) []unit.Value {
	if e.Kind != effects.Signer || e.Path < 0 {
		return c.Args
	}
	return c.Args[min(e.Path, len(c.Args)):min(e.Path+1, len(c.Args))]
}

// keyOf finds the draw of what a value is, or is made from; what a function of the
// checkout hands out is what it returns.
func keyOf(p *program.Program, v *unit.Value, kept map[string]draw, deep int) (draw, bool) {
	if v.Place != nil {
		if d, ok := kept[program.KeptIn(*v.Place)]; ok {
			return d, true
		}
	}
	if d, ok := kept[strings.TrimPrefix(v.Callee, "&")]; ok && strings.HasPrefix(v.Callee, "&") {
		return d, true
	}
	if f := p.Function(v.Callee); f != nil && deep > 0 && v.Kind == unit.Result {
		for i := range f.Returns {
			if d, ok := keyOf(p, &f.Returns[i], kept, deep-1); ok && f.Returns[i].Nth == v.Nth {
				return d, true
			}
		}
	}
	for i := range v.Parts {
		if d, ok := keyOf(p, &v.Parts[i], kept, deep); ok {
			return d, true
		}
	}
	return draw{}, false
}

// drawnPlaces lists the variables and fields that the process fills with a key which
// it draws, at boot or when it first needs one, and does not put where all copies find
// it.
func drawnPlaces(p *rule.Pass) map[string]draw {
	out := map[string]draw{}
	for _, h := range p.Program.Holders() {
		if p.Program.OfRow(h) {
			continue // saved with its row
		}
		if !h.Test && effects.Drawn(&h.Value) {
			out[h.ID] = draw{at: h.Location}
		} else if f := drawsLate(p, &h.Value); f != nil && !h.Test {
			out[h.ID] = draw{f, f.Location, true}
		}
	}
	for _, f := range p.Program.Functions() {
		if !f.Test && (f.Boot || f.Serving) {
			drawnIn(p, f, out)
		}
	}
	delete(out, "")
	return out
}

// drawnIn adds what one function draws and keeps. What is drawn while serving counts
// where nothing was there before.
func drawnIn(p *rule.Pass, f *program.Function, out map[string]draw) {
	filled := fills(p, f)
	for i := range f.Calls {
		c := &f.Calls[i]
		v := effects.Filled(c)
		if v == nil || v.Place == nil || v.Place.Root == unit.RootLocal || !f.Boot && !once(c.Guards) && len(c.Empty) == 0 {
			continue
		}
		if name, _, _ := strings.Cut(v.Text, "["); filled[name] == c.Location {
			out[program.KeptIn(*v.Place)] = draw{f, c.Location, !f.Boot}
		}
	}
	for i := range f.Accesses {
		a := &f.Accesses[i]
		if a.Value == nil || a.Kind != unit.Write && a.Kind != unit.Init || !f.Boot && !a.Lazy && !once(a.Guards) || stored(p, f, a.Value.Text) || ofRow(p, a.Place) {
			continue
		}
		if at, ok := fillOf(a.Value, filled); ok {
			out[program.KeptIn(a.Place)] = draw{f, at, !f.Boot}
		} else if effects.Drawn(a.Value) || handsOutDrawn(p, a.Value, maxBack) {
			out[program.KeptIn(a.Place)] = draw{f, a.Location, !f.Boot}
		}
	}
}

// ofRow tells an attribute of an object that is a row: what is drawn for it is saved with
// it.
func ofRow(p *rule.Pass, at unit.Place) bool {
	h := p.Program.Holder(program.KeptIn(at))
	return h != nil && p.Program.OfRow(h)
}

// fills lists what a function fills with random bytes and does not store, by name.
func fills(p *rule.Pass, f *program.Function) map[string]unit.Location {
	filled := map[string]unit.Location{}
	for i := range f.Calls {
		if v := effects.Filled(&f.Calls[i]); v != nil {
			if name, _, _ := strings.Cut(v.Text, "["); !stored(p, f, name) { // key[:] fills key
				filled[name] = f.Calls[i].Location
			}
		}
	}
	return filled
}

// stored tells whether a function hands a value to what writes the database.
func stored(p *rule.Pass, f *program.Function, name string) bool {
	for i := range f.Calls {
		c := &f.Calls[i]
		if !slices.Contains(p.Sources.ReachOfCall(c), assess.ToDatabase) {
			continue
		}
		if slices.ContainsFunc(c.Args, func(v unit.Value) bool { return mentions(&v, name) }) {
			return true
		}
	}
	return false
}

// mentions tells a value that is, or is made from, what an expression names.
func mentions(v *unit.Value, name string) bool {
	return name != "" && (v.Text == name || slices.ContainsFunc(v.Parts, func(part unit.Value) bool { return mentions(&part, name) }))
}

// fillOf tells a value that is, or is made from, what was filled.
func fillOf(v *unit.Value, filled map[string]unit.Location) (unit.Location, bool) {
	if at, ok := filled[v.Text]; ok && v.Text != "" {
		return at, true
	}
	for i := range v.Parts {
		if at, ok := fillOf(&v.Parts[i], filled); ok {
			return at, true
		}
	}
	return unit.Location{}, false
}

func reportDraw(p *rule.Pass, f *program.Function, c *unit.Call, d draw) {
	evidence := []result.Evidence{{Kind: result.Declaration, Phase: result.Boot, Location: d.at, Note: "drawn here"}}
	if d.in != nil {
		evidence[0].Function = d.in.Symbol
	}
	signer := c.Callee[strings.LastIndexByte(c.Callee, '/')+1:]
	when := "when the process starts"
	if d.late {
		evidence[0].Phase, when = result.Serving, "by each process when it first needs one"
	}
	p.Report(result.Finding{
		Category: result.Session, Symbol: signer, Language: f.Language, Location: d.at,
		Message:  fmt.Sprintf("The key with which `%s` signs (`%s`) is drawn %s. With two copies each refuses what the other has signed, and a restart what was signed before.", f.Symbol, signer, when),
		Fix:      "Read the key from the environment or a secret store, the same for all copies.",
		Evidence: append(evidence, result.Evidence{Kind: result.CallAt, Phase: f.Phase(), Function: f.Symbol, Location: c.Location, Note: "signs here"}),
	}, f)
}

// keyName matches the names under which keys are written down.
var keyName = regexp.MustCompile(`(?i)secret|key|token|salt|pepper|cookie`)

// qualifier matches the names of classes and modules before what is named.
var qualifier = regexp.MustCompile(`\b[A-Z]\w*\.`)

// reportWritten reports a key that each host draws at its first start and writes
// into a file of its own. What a program draws that ends is carried where it belongs.
func reportWritten(p *rule.Pass, f *program.Function) {
	if !f.Boot || f.HasRole(unit.Tool) || p.Ended(f) {
		return
	}
	filled := fills(p, f)
	drawn := func(v unit.Value) bool {
		_, fresh := fillOf(&v, filled)
		return fresh || effects.Drawn(&v)
	}
	for i := range f.Calls {
		c := &f.Calls[i]
		e, ok := effects.Of(c)
		if !ok || e.Kind != effects.File || !secretly(f, c, e) || !slices.ContainsFunc(c.Args, drawn) && !writesDrawn(f, c, drawn) {
			continue
		}
		p.Report(result.Finding{
			Category: result.Session, Symbol: f.Symbol, Language: f.Language, Location: c.Location,
			Message:  fmt.Sprintf("`%s` draws a key at the first start of each host and writes it into a file there. With two copies on two hosts each refuses what the other has signed.", f.Symbol),
			Fix:      "Read the key from the environment, the credentials or a secret store, the same for all copies.",
			Evidence: []result.Evidence{{Kind: result.CallAt, Phase: f.Phase(), Function: f.Symbol, Location: c.Location, Note: "written here"}},
		}, f)
		return
	}
}

// secretly tells whether the file, or what writes it, is called like a key.
func secretly(f *program.Function, c *unit.Call, e effects.Effect) bool {
	if keyName.MatchString(f.Symbol) || keyName.MatchString(f.Location.File) {
		return true
	}
	return named(e.File(c), 3)
}

func named(v *unit.Value, deep int) bool {
	if v == nil || deep == 0 {
		return false
	}
	return keyName.MatchString(qualifier.ReplaceAllString(v.Text, "")) || slices.ContainsFunc(v.Parts, func(part unit.Value) bool { return named(&part, deep-1) })
}

// writesDrawn tells a function that opens a file and writes what it draws.
func writesDrawn(f *program.Function, opened *unit.Call, drawn func(unit.Value) bool) bool {
	if opened.Name != "open" && opened.Name != "new" && opened.Name != "Create" && opened.Name != "OpenFile" {
		return false
	}
	return slices.ContainsFunc(f.Calls, func(c unit.Call) bool {
		switch c.Name {
		case "write", "puts", "print", "<<", "Write", "WriteString":
			return slices.ContainsFunc(c.Args, drawn)
		}
		return false
	})
}
