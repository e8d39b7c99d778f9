package report

import (
	"fmt"
	"strings"

	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// maxLinks bounds the links in a message, which is to be read; the locations
// that are not linked are still in the log.
const maxLinks = 6

// related lists the places that a finding rests on, and those of the findings
// that it is related to, with the text that links to each. The place of the
// finding itself is left out.
func (s *sarif) related(f result.Finding) (out []sarifLocation, labels []string) {
	seen := map[unit.Location]bool{f.Location: true}
	add := func(at unit.Location, label, text string) {
		if seen[at] || at.File == "" || len(out) == maxRelated {
			return
		}
		seen[at] = true
		out = append(out, sarifLocation{ID: len(out) + 1, Physical: s.physical(at), Message: &sarifText{Text: fullStop(escapeLinks(text))}})
		labels = append(labels, label)
	}
	for _, e := range f.Evidence {
		add(e.Location, linkText(e), told(e))
	}
	for _, id := range f.Related {
		if other, ok := s.byID[id]; ok {
			text := "related to " + quoted(other.Symbol, other.Rule)
			add(other.Location, text, text)
		}
	}
	return out, labels
}

// linkText is what a message calls a piece of evidence.
func linkText(e result.Evidence) string {
	if e.Kind == result.CallAt && e.Note != "" {
		return shorten(clean(e.Note), 100)
	}
	return does(e)
}

// told puts a piece of evidence into words.
func told(e result.Evidence) string {
	if e.Note == "" {
		return does(e)
	}
	return does(e) + ": " + clean(e.Note)
}

func does(e result.Evidence) string {
	in := ""
	if e.Function != "" {
		in = " in `" + clean(e.Function) + "`"
	}
	return map[result.EvidenceKind]string{
		result.Declaration: "declared",
		result.WriteAt:     "changed",
		result.ReadAt:      "read",
		result.CallAt:      "called",
		result.ConfigAt:    "configured",
		result.TypeAt:      "typed",
	}[e.Kind] + in
}

func quoted(name, otherwise string) string {
	if name == "" {
		name = otherwise
	}
	return "`" + clean(name) + "`"
}

// links refers to related locations from a message.
func links(labels []string) string {
	if len(labels) == 0 {
		return ""
	}
	var parts []string
	for i, l := range labels[:min(maxLinks, len(labels))] {
		parts = append(parts, fmt.Sprintf("[%s](%d)", strings.NewReplacer("[", `\[`, "]", `\]`).Replace(l), i+1))
	}
	return " Evidence: " + strings.Join(parts, ", ") + "."
}

// escapeLinks keeps text of the audited tree from becoming a link.
func escapeLinks(text string) string {
	if strings.Contains(text, "](") {
		return strings.NewReplacer("[", `\[`, "]", `\]`).Replace(text)
	}
	return text
}

// codeFlows shows the way from the entry that a framework calls to the change.
// The calls that follow a change in the evidence lead to it, entry first.
func (s *sarif) codeFlows(f result.Finding) []sarifCodeFlow {
	for i, e := range f.Evidence {
		if e.Kind != result.WriteAt || e.Phase != result.Serving {
			continue
		}
		var steps []sarifThreadLocation
		for _, c := range f.Evidence[i+1:] {
			if c.Kind != result.CallAt || len(steps) == maxSteps {
				break
			}
			steps = append(steps, s.step(c, "important"))
		}
		if len(steps) == 0 {
			continue
		}
		return []sarifCodeFlow{{
			Message:     &sarifText{Text: fmt.Sprintf("From `%s` to the change.", clean(f.Evidence[i+1].Function))},
			ThreadFlows: []sarifThreadFlow{{append(steps, s.step(e, "essential"))}},
		}}
	}
	return nil
}

func (s *sarif) step(e result.Evidence, importance string) sarifThreadLocation {
	return sarifThreadLocation{
		Location:   sarifLocation{Physical: s.physical(e.Location), Message: &sarifText{Text: fullStop(escapeLinks(told(e)))}},
		Importance: importance,
	}
}
