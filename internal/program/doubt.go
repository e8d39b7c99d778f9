package program

import (
	"fmt"
	"slices"

	"github.com/stateaudit/stateaudit/internal/flow"
	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// Doubt is what an answer rests on besides what was followed. Its zero value is
// none.
type Doubt struct {
	Confidence result.Confidence // empty for proven
	Why        string
}

// Worse is the one of two doubts that leaves less confidence, the first of equals.
func Worse(a, b Doubt) Doubt {
	if b.Confidence.Rank() < a.Confidence.Rank() {
		return b
	}
	return a
}

// Doubt tells why the function may not run in a phase after all.
func (f *Function) Doubt(ph result.Phase) Doubt {
	if s := f.via[ph]; s != nil {
		return s.doubt
	}
	return Doubt{}
}

// Doubt tells why the change may not happen to the place after all.
func (c *Change) Doubt() Doubt {
	d := Worse(c.Function.Doubt(c.Phase), c.doubt)
	if c.Function.sketched {
		d = Worse(d, Doubt{result.Likely, fmt.Sprintf("`%s` could not be type-checked", c.Function.Symbol)})
	}
	return d
}

// doubtOf says what the solver's doubt is about.
func doubtOf(d flow.Doubt, what string) Doubt {
	switch d {
	case flow.Handed:
		return Doubt{result.Likely, "what changes is handed to several places, of which this is one"}
	case flow.Merged:
		return Doubt{result.Likely, fmt.Sprintf("`%s` is called with too many objects to keep apart what it does to each", what)}
	case flow.Adopted:
		return Doubt{result.Likely, fmt.Sprintf("no object was seen to reach `%s`, so that those of its type are taken for it", what)}
	case flow.Registered:
		return Doubt{result.Likely, fmt.Sprintf("that `%s` is called while serving is read off the name of the function that registers it or what calls it", what)}
	case flow.AnyMethod:
		return Doubt{result.Guessed, fmt.Sprintf("code outside the checkout is handed an object, and is taken to call whatever it offers: that is how `%s` is reached", what)}
	}
	return Doubt{}
}

// doubtOver is what an edge adds to the doubt of its caller.
func doubtOver(from *Function, e *edge) Doubt {
	if e.call == nil || !e.call.Guessed {
		return Doubt{}
	}
	at := e.call.Location
	return Doubt{result.Guessed, fmt.Sprintf("`%s` calls `%s` on an object of unknown class (%s:%d): only its name says what runs", from.Symbol, e.to.Name, at.File, at.Line)}
}

// doubtOfRole is the doubt about a function that something outside calls.
func doubtOfRole(f *Function, r unit.Role) Doubt {
	if slices.Contains(f.Attrs, unit.Unspelled) {
		return Doubt{result.Guessed, fmt.Sprintf("nothing that serves calls `%s` or spells its name: it is only loaded with the application", f.Symbol)}
	}
	if r == unit.Application {
		return Doubt{result.Likely, fmt.Sprintf("no caller of `%s` was seen: it is loaded with the application", f.Symbol)}
	}
	return Doubt{}
}
