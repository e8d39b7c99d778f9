package report

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
)

// TestCommentFits makes more than a comment holds: what is cut off must be whole
// lines, with every fold closed.
func TestCommentFits(t *testing.T) {
	r := awkward()
	r.Findings = disk(400)
	for i := range r.Findings {
		r.Findings[i].Message = fmt.Sprintf("`save%d` writes %s.", i, strings.Repeat("a long path ", 20))
	}
	var b bytes.Buffer
	if err := writeMarkdown(&b, r, machine()); err != nil {
		t.Fatal(err)
	}
	text := b.String()
	if len(text) > 65_000 || len(text) < 60_000 {
		t.Errorf("%d bytes", len(text))
	}
	if !strings.HasPrefix(text, "<!-- stateaudit -->\n") || !strings.HasSuffix(text, "has it.\n") {
		t.Errorf("%.60q … %q", text, text[len(text)-60:])
	}
	if open, closed := strings.Count(text, "<details>"), strings.Count(text, "</details>"); open != closed || open == 0 {
		t.Errorf("%d folds opened, %d closed", open, closed)
	}
}

func TestCommentFoldsOneCause(t *testing.T) {
	r := empty()
	r.Findings = disk(3)
	var b bytes.Buffer
	if err := writeMarkdown(&b, r, Options{}); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(b.String(), "does not have the file"); n != 1 {
		t.Errorf("the consequence is said %d times:\n%s", n, b.String())
	}
}
