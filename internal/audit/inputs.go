package audit

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"path"
	"slices"

	"github.com/stateaudit/stateaudit/internal/checkout"
	"github.com/stateaudit/stateaudit/internal/frontend"
	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// Inputs is everything that the outcome of Study depends on, apart from the program
// itself and the traffic.
type Inputs struct {
	// Text stands for it: two audits with the same have the same outcome.
	Text string
	// Stamp is the same later if nothing was written in between.
	Stamp string
}

// InputsOf looks at what an audit would depend on. It is not ok if something decides
// that cannot be told beforehand.
func InputsOf(ctx context.Context, o Options) (inputs Inputs, ok bool) {
	o = o.complete()
	tree, err := o.walk()
	if err != nil {
		return Inputs{}, false
	}
	seen, err := checkout.Digest(o.Root, o.Apart)
	if err != nil {
		return Inputs{}, false
	}
	config := *o.Config
	config.File = "" // what is wrong in a file has its name beside it
	said, err := json.Marshal([]any{config, o.Config.To(o.Root), o.About, o.Only, o.Offline, hex.EncodeToString(seen.Content[:]), tree.Problems})
	if err != nil {
		return Inputs{}, false
	}
	inputs = Inputs{Text: string(said), Stamp: hex.EncodeToString(seen.Stamp[:])}
	for _, fe := range o.frontEnds() {
		if fe.Outside == nil {
			continue
		}
		in := frontend.Input{Root: tree.Root, Files: matched(fe, tree.Files), Refused: tree.Refused, LeftOut: folders(tree.LeftOut), Offline: o.Offline}
		text, told := "", false
		if p := frontend.Guard(".", "what "+string(fe.Language)+" depends on", func() { text, told = fe.Outside(ctx, in) }); p != nil || !told {
			return Inputs{}, false
		}
		inputs.Text += fmt.Sprintf("\n%s %s %d\n%s", fe.Language, fe.Unavailable, len(text), text)
	}
	return inputs, true
}

// saved is what is kept of an outcome.
type saved struct {
	Result *result.Result
	Read   []string
}

// Save writes down an outcome, without its ranking, for Restore. It is not ok if
// another audit of the same inputs may have another one, or if it cannot be written
// down as it is.
func (o *Outcome) Save(offline bool) ([]byte, bool) {
	if !offline && slices.ContainsFunc(o.Result.Errors, func(p unit.Problem) bool { return path.Base(p.File) == "go.mod" }) {
		return nil, false // the network may have an answer next time
	}
	content, err := json.Marshal(saved{o.Result, o.Read})
	return content, err == nil && !bytes.Contains(content, []byte(`\ufffd`)) // what JSON makes of names that are no UTF-8
}

// Restore reads what Save has written. The outcome has no ranking.
func Restore(content []byte) (*Outcome, error) {
	var s saved
	if err := json.Unmarshal(content, &s); err != nil {
		return nil, err
	}
	if s.Result == nil {
		return nil, fmt.Errorf("there is no result in %d bytes", len(content))
	}
	return &Outcome{Result: s.Result, Read: s.Read}, nil
}
