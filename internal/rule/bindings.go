package rule

import (
	"fmt"
	"path"
	"strings"

	"github.com/stateaudit/stateaudit/internal/bindings"
	"github.com/stateaudit/stateaudit/internal/program"
	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// Local lists, of the bindings of some resources, each backend of production that
// copies do not share, if something uses it. What is written is taken to be used.
func (p *Pass) Local(resources ...bindings.Resource) []Kept {
	var out []Kept
	for _, b := range p.Bindings {
		for _, r := range resources {
			if b.Resource != r {
				continue
			}
			for _, backend := range b.Local() {
				if !backend.Omitted || len(b.Users) > 0 || r != bindings.Cache && r != bindings.Jobs {
					out = append(out, Kept{b, backend})
				}
			}
		}
	}
	return out
}

// Kept is a binding and the one of its backends that is looked at.
type Kept struct {
	Binding bindings.Binding
	Backend bindings.Backend
}

// Place says where a backend keeps things.
func (k Kept) Place() string {
	switch k.Backend.Where {
	case bindings.Memory:
		return "the memory of one process"
	case bindings.Disk:
		return "files of one host"
	}
	return "one process"
}

// Chosen says how production comes to the backend: what is written, what nothing
// sets, and under which condition.
func (k Kept) Chosen() string {
	b := k.Backend
	said := fmt.Sprintf("with `%s`", b.Setting.Text)
	if !b.Omitted && b.Setting.Origin == unit.Defaulted {
		said = fmt.Sprintf("since %s (`%s`)", b.Setting.Text, b.Name)
	}
	if b.Omitted {
		said = fmt.Sprintf("where nothing is set (`%s`)", b.Name)
		if b.Setting.Origin == unit.Defaulted {
			said = fmt.Sprintf("since %s (`%s`)", b.Setting.Text, b.Name)
		}
	}
	if b.From.File != "" {
		said += fmt.Sprintf(" and `%s` in %s:%d", b.Name, b.From.File, b.From.Line)
	}
	if sample := b.Sample(); sample != "" {
		said += ", as the sample " + sample + " has it"
	}
	if b.Guard == "" {
		return said
	}
	return fmt.Sprintf("%s: %s, production falls back to `%s`", said, b.Guard, b.Name)
}

// ReportKept reports what a backend brings about, at the place where it is chosen
// or would be. A condition changes what is said, never the level.
func (p *Pass) ReportKept(k Kept, f result.Finding) {
	b := k.Backend
	if f.Symbol == "" {
		f.Symbol = k.symbol()
	}
	f.Language, f.Location = languageOf(b.Location.File), b.Location
	evidence := []result.Evidence{{Kind: result.ConfigAt, Phase: result.Boot, Location: b.Location, Note: k.note()}}
	if b.Location != b.Setting.Location {
		evidence = append(evidence, result.Evidence{Kind: result.Declaration, Phase: result.Boot, Location: b.Setting.Location, Note: "set here"})
	}
	if b.From.File != "" {
		evidence = append(evidence, result.Evidence{Kind: result.ConfigAt, Phase: result.Boot, Location: b.From, Note: "what it is set to"})
	}
	if b.In != nil {
		evidence = append(evidence, result.Evidence{Kind: result.ConfigAt, Phase: result.Boot, Location: b.In.Location, Note: b.In.Setting.Text})
	}
	f.Evidence = append(evidence, f.Evidence...)
	doubted(&f, k.doubt())
	for _, u := range k.Binding.Users {
		f.Evidence = append(f.Evidence, result.Evidence{Kind: result.CallAt, Phase: result.UnknownPhase, Location: u.Location, Note: "used by " + u.What})
	}
	p.Report(f)
}

// languageOf is the language of a file that configures: of code, or of deployment.
func languageOf(file string) unit.Language {
	switch path.Ext(file) {
	case ".rb", ".ru":
		return unit.Ruby
	case ".py":
		return unit.Python
	}
	return unit.Deploy
}

// Language is that of the application whose binding it is.
func (k Kept) Language() unit.Language {
	if languageOf(k.Backend.Setting.Location.File) == unit.Python {
		return unit.Python
	}
	return unit.Ruby
}

// doubt is why production may keep things elsewhere.
func (k Kept) doubt() program.Doubt {
	switch b := k.Backend; {
	case b.Sample() != "":
		return program.Doubt{Confidence: result.Guessed, Why: "it is known from the sample " + b.Sample() + ": the real file may say otherwise"}
	case b.Setting.Origin == unit.Unresolved:
		return program.Doubt{Confidence: result.Guessed, Why: "what it is set to is decided when the application starts"}
	case b.Guard != "":
		return program.Doubt{Confidence: result.Likely, Why: "it holds " + b.Guard}
	}
	return program.Doubt{}
}

func (k Kept) note() string {
	if k.Backend.Guard == "" {
		return k.Backend.Setting.Text
	}
	return k.Backend.Setting.Text + ": `" + k.Backend.Name + "` " + k.Backend.Guard
}

// symbol names a binding as its file does.
func (k Kept) symbol() string {
	if strings.HasPrefix(k.Binding.Subject, "config.") {
		return k.Binding.Subject
	}
	return symbolOf(k.Backend.Setting)
}
