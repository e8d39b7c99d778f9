package report

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/stateaudit/stateaudit/internal/rank"
)

// writeDOT writes the graph of the domains for Graphviz: calls that are waited for
// are solid, messages dashed, shared tables and memory red and without direction.
func writeDOT(w io.Writer, r Ranked, _ Options) error {
	var b bytes.Buffer
	b.WriteString("digraph domains {\n  rankdir=LR;\n  node [shape=box, style=rounded];\n")
	for _, c := range r.Ranking.Ordered(r.Order) {
		fmt.Fprintf(&b, "  %s [label=%s];\n", dotString(c.Domain.Name), fmt.Sprintf(`"%d. %s\n%.3f"`, c.Rank, dotText(c.Domain.Name), c.Score))
	}
	for _, e := range r.Ranking.Edges {
		style := ""
		switch e.Kind {
		case "call":
		case "message":
			style = ", style=dashed"
		default:
			style = ", dir=none, color=red, fontcolor=red"
		}
		fmt.Fprintf(&b, "  %s -> %s [label=%s, penwidth=%.1f%s];\n", dotString(e.From), dotString(e.To), dotString(edgeLabel(e)), 1+math.Log2(float64(e.Count)), style)
	}
	b.WriteString("}\n")
	_, err := b.WriteTo(w)
	return err
}

// dotString writes a string of DOT.
func dotString(s string) string { return `"` + dotText(s) + `"` }

// dotText is what stands between the quotes. A backslash takes the next character
// with it, and in a label begins an escape.
func dotText(s string) string {
	return strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(clean(s))
}

// edgeLabel says how much of what an edge stands for.
func edgeLabel(e rank.Edge) string {
	switch {
	case e.Kind == "state" && e.Count == 1:
		return "1 session key or file"
	case e.Kind == "state":
		return fmt.Sprintf("%d session keys or files", e.Count)
	}
	return plural(e.Count, e.Kind)
}

// writeMermaid writes the same graph for Markdown renderers.
func writeMermaid(w io.Writer, r Ranked, _ Options) error {
	var b bytes.Buffer
	b.WriteString("graph LR\n")
	id := map[string]string{}
	for i, c := range r.Ranking.Ordered(r.Order) {
		id[c.Domain.Name] = fmt.Sprintf("d%d", i+1)
		fmt.Fprintf(&b, "  d%d[\"%d. %s<br/>%.3f\"]\n", i+1, c.Rank, mermaidText(c.Domain.Name), c.Score)
	}
	for _, e := range r.Ranking.Edges {
		arrow := "---"
		switch e.Kind {
		case "call":
			arrow = "-->"
		case "message":
			arrow = "-.->"
		}
		fmt.Fprintf(&b, "  %s %s|%s| %s\n", id[e.From], arrow, edgeLabel(e), id[e.To])
	}
	_, err := b.WriteTo(w)
	return err
}

// mermaidText replaces what ends a text in Mermaid, begins an entity, or makes it
// Markdown.
func mermaidText(s string) string {
	return strings.NewReplacer(`"`, "#quot;", "<", "#lt;", ">", "#gt;", "#", "#35;", "&", "#amp;", "`", "#96;").Replace(clean(s))
}
