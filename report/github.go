package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/stateaudit/stateaudit/internal/result"
)

// shownAnnotations is how many annotations of a kind GitHub shows for a step.
const shownAnnotations = 10

// writeGitHub writes workflow commands, which GitHub shows beside the lines of a
// pull request. It shows few of a kind, so that the worst stand first.
func writeGitHub(w io.Writer, r *result.Result, o Options) error {
	b := bufio.NewWriter(w)
	active, _ := split(r.Findings)
	shown, hidden := active, []result.Finding(nil)
	if !o.Notes {
		shown, hidden = splitNotes(active)
	}
	src := newSources(o.Source)
	kinds := map[string]int{}
	for _, f := range sorted(shown) {
		kind := annotation(f.Level)
		kinds[kind]++
		at := src.file(f.Location.File).utf16Span(f.Location)
		fmt.Fprintf(b, "::%s file=%s,line=%d,endLine=%d,col=%d,endColumn=%d,title=%s::%s\n", kind,
			property(clean(o.path(f.Location.File))), at.line, at.line, at.column, at.end,
			property(strings.TrimSuffix(f.Rule+": "+clean(f.Symbol), ": ")), data(withFix(f)))
	}
	for _, kind := range []string{"error", "warning", "notice"} {
		if n := kinds[kind]; n > shownAnnotations {
			fmt.Fprintf(b, "stateaudit: %d annotations of kind %s, of which GitHub shows %d; the Markdown format has a summary of all.\n", n, kind, shownAnnotations)
		}
	}
	if len(hidden) > 0 {
		fmt.Fprintf(b, "stateaudit: %s not shown; --notes shows them.\n", plural(len(hidden), "note"))
	}
	return b.Flush()
}

func annotation(l result.Level) string {
	if l == result.Note {
		return "notice"
	}
	return string(l)
}

// data escapes the message of a workflow command, property its parameters.
func data(text string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(text)
}

func property(text string) string {
	return strings.NewReplacer(":", "%3A", ",", "%2C").Replace(data(text))
}

// withFix is message and fix on one line.
func withFix(f result.Finding) string {
	text := fullStop(clean(f.Message))
	if f.Fix != "" {
		text += " To fix: " + fullStop(clean(f.Fix))
	}
	return text
}
