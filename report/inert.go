package report

import (
	"bytes"
	"fmt"
	"unicode"
	"unicode/utf16"
)

// inertJSON writes as escapes what a terminal or a CI service would obey, so that
// a document can be printed; it stays the same document, since such text can only
// stand in its strings.
func inertJSON(document []byte) []byte {
	document = bytes.ReplaceAll(document, []byte("##["), []byte(`##\u005b`))
	document = bytes.ReplaceAll(document, []byte("##vso["), []byte(`##vso\u005b`))
	return escaped(document, func(r rune) string {
		if high, low := utf16.EncodeRune(r); high != unicode.ReplacementChar {
			return fmt.Sprintf(`\u%04x\u%04x`, high, low)
		}
		return fmt.Sprintf(`\u%04x`, r)
	})
}

// inertXML does so for XML, of which neither names nor comments come from a tree.
func inertXML(document []byte) []byte {
	document = bytes.ReplaceAll(document, []byte("##["), []byte("##&#91;"))
	document = bytes.ReplaceAll(document, []byte("##vso["), []byte("##vso&#91;"))
	return escaped(document, func(r rune) string { return fmt.Sprintf("&#x%X;", r) })
}

// escaped replaces control and format characters other than line ends.
func escaped(document []byte, escape func(rune) string) []byte {
	if bytes.IndexFunc(document, obeyed) < 0 {
		return document
	}
	var out bytes.Buffer
	for _, r := range string(document) {
		if obeyed(r) {
			out.WriteString(escape(r))
		} else {
			out.WriteRune(r)
		}
	}
	return out.Bytes()
}

func obeyed(r rune) bool {
	return r != '\n' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r))
}
