package assess

import (
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/program"
	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/unit"
)

func isSignal(h *program.Holder) bool { return isChannel(h.Type) && signals(h.Type) }

// pooled tells a channel of buffers from which no loop takes: who needs one takes it, and
// puts it back.
func pooled(p *program.Program, h *program.Holder) bool {
	if !bareChannel(h) {
		return false
	}
	switch _, elem, _ := strings.Cut(h.Type, " "); elem {
	case "[]byte", "[]uint8", "*[]byte", "*bytes.Buffer", "*bufio.Reader", "*bufio.Writer":
	default:
		return false
	}
	takers := takersOf(h)
	return len(takers) > 0 && !slices.ContainsFunc(takers, func(r program.Change) bool {
		f := p.Function(r.In)
		return f == nil || slices.Contains(f.Attrs, "endless-loop") || slices.Contains(f.Attrs, "waits-in-loop")
	})
}

// bareChannel tells a channel itself, not what is sent through it.
func bareChannel(h *program.Holder) bool { return isChannel(h.Type) && len(h.Parts) == 0 }

// takersOf lists where those who serve take from a channel.
func takersOf(h *program.Holder) []program.Change {
	return slices.DeleteFunc(slices.Clone(h.Reads), func(r program.Change) bool { return r.Phase != result.Serving })
}

// ring tells a channel of which each taker puts back at once what it has taken: nothing waits there
// to be done.
func ring(h *program.Holder, a Assessment) bool {
	if !bareChannel(h) {
		return false
	}
	taken := false
	for _, r := range h.Reads {
		if !r.Element {
			continue
		}
		taken = true
		if !slices.ContainsFunc(a.Writes, func(c program.Change) bool { return c.PutBack && c.In == r.In }) {
			return false
		}
	}
	return taken
}

// answered tells channels through which those who serve only put what they then wait for:
// nothing in them outlives the requests.
func answered(a Assessment) bool {
	sends := 0
	for _, c := range a.Writes {
		switch {
		case c.Answered:
			sends++
		case c.Op != "close":
			return false
		}
	}
	return sends > 0
}

// takenOnce tells a channel from which only boot takes, and in no loop: the process waits
// there to be told something, often to end. Nobody works off what is sent.
func takenOnce(h *program.Holder) bool {
	if !bareChannel(h) {
		return false
	}
	taken := false
	for _, r := range h.Reads {
		if !r.Element {
			continue
		}
		if r.Phase != result.Boot || r.Again {
			return false
		}
		taken = true
	}
	return taken
}

// handedOver tells a channel that holds nothing, of which those who take from it do nothing
// outside this process: what they change in it is told there.
func handedOver(src *Sources, h *program.Holder, a Assessment) bool {
	if !bareChannel(h) || !isDirect(h) {
		return false
	}
	takers := takersOf(h)
	return len(takers) > 0 && !slices.ContainsFunc(takers, func(r program.Change) bool {
		return src.Reaches(r.In, ToDatabase, ToFile, ToOpenFile, ToNetwork, FromProgram, FromNetwork)
	})
}

// isDirect tells a holder of which all channels that it is given hold nothing.
func isDirect(h *program.Holder) bool {
	some := h.Value.Direct
	if h.Value.Kind == unit.New && !h.Value.Direct {
		return false
	}
	for _, v := range h.Values {
		if v.Kind != unit.Nil && !v.Direct {
			return false
		}
		some = some || v.Direct
	}
	return some
}
