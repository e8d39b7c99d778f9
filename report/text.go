package report

import (
	"strings"
	"unicode/utf8"
)

// fullStop ends a text as a sentence.
func fullStop(text string) string {
	text = strings.TrimSpace(text)
	if text == "" || strings.HasSuffix(text, ".") || strings.HasSuffix(text, "!") || strings.HasSuffix(text, "?") {
		return text
	}
	return text + "."
}

// shorten cuts a text to a number of bytes, at a character.
func shorten(text string, limit int) string {
	const ellipsis = "…"
	if len(text) <= limit {
		return text
	}
	cut := limit - len(ellipsis)
	for cut > 0 && !utf8.RuneStart(text[cut]) {
		cut--
	}
	return text[:cut] + ellipsis
}

// pascal turns a-name into AName.
func pascal(name string) string {
	var b strings.Builder
	for part := range strings.SplitSeq(name, "-") {
		if part != "" {
			b.WriteString(strings.ToUpper(part[:1]) + part[1:])
		}
	}
	return b.String()
}

// paragraphs splits Markdown at empty lines; a block of code counts as one.
func paragraphs(markdown string) []string {
	var out, block []string
	code := false
	flush := func() {
		if len(block) > 0 {
			out = append(out, strings.Join(block, "\n"))
			block = nil
		}
	}
	for line := range strings.SplitSeq(strings.TrimSpace(markdown), "\n") {
		if strings.HasPrefix(strings.TrimSpace(line), "```") {
			code = !code
		}
		if strings.TrimSpace(line) == "" && !code {
			flush()
			continue
		}
		block = append(block, line)
	}
	flush()
	return out
}

// firstParagraph is the first text of a rule's documentation after its title.
func firstParagraph(r Rule) string {
	for _, p := range paragraphs(r.Doc) {
		if !strings.HasPrefix(p, "#") {
			return clean(plainInline(strings.Join(strings.Fields(p), " ")))
		}
	}
	return clean(r.Summary)
}

// verbatim tells whether the lines of a paragraph must stay apart: code, lists,
// tables and titles.
func verbatim(paragraph string) bool {
	for line := range strings.SplitSeq(paragraph, "\n") {
		t := strings.TrimSpace(line)
		if strings.HasPrefix(line, "    ") || strings.HasPrefix(t, "```") || strings.HasPrefix(t, "- ") || strings.HasPrefix(t, "* ") || strings.HasPrefix(t, "|") || strings.HasPrefix(t, "#") {
			return true
		}
	}
	return false
}

// unwrapped puts each paragraph on one line: where Markdown is rendered as in a
// comment, each line break breaks.
func unwrapped(markdown string) string {
	ps := paragraphs(markdown)
	for i, p := range ps {
		if !verbatim(p) {
			ps[i] = strings.Join(strings.Fields(p), " ")
		}
	}
	return strings.Join(ps, "\n\n") + "\n"
}

// plainText takes the marks out of Markdown.
func plainText(markdown string) string {
	ps := paragraphs(unwrapped(markdown))
	for i, p := range ps {
		ps[i] = plainInline(strings.TrimLeft(p, "# "))
	}
	return strings.Join(ps, "\n\n")
}

func plainInline(text string) string { return strings.NewReplacer("**", "", "`", "").Replace(text) }
