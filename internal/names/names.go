// Package names takes identifiers apart and inflects English words the way Rails
// and the mappers of Go do, so that OrderMailer, orders_controller.rb and the
// table order_lines are seen to speak of the same thing.
package names

import (
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// Tokens splits an identifier, file name or path part into lower-case words.
func Tokens(s string) []string {
	var out []string
	var word []rune
	flush := func() {
		if len(word) > 0 {
			out = append(out, strings.ToLower(string(word)))
			word = word[:0]
		}
	}
	runes := []rune(s)
	for i, r := range runes {
		switch {
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			flush()
			continue
		case capital(r) && i > 0:
			next := i+1 < len(runes) && unicode.IsLower(runes[i+1])
			if !capital(runes[i-1]) || next {
				flush()
			}
		}
		word = append(word, r)
	}
	flush()
	return out
}

// capital tells letters that are written small elsewhere. Signs such as ℑ count as
// upper case and have no lower one, so that they begin no word.
func capital(r rune) bool { return unicode.IsUpper(r) && unicode.ToLower(r) != r }

// Snake writes a name in lower case with underscores: HTTPRoute, http_route.
func Snake(s string) string { return strings.Join(Tokens(s), "_") }

// Camel writes a name as a type is named: line_item, LineItem. Slashes become
// Ruby's scope operator.
func Camel(s string) string {
	parts := strings.Split(s, "/")
	for i, p := range parts {
		var b strings.Builder
		for _, w := range strings.Split(p, "_") {
			if w != "" {
				first, size := utf8.DecodeRuneInString(w)
				b.WriteString(string(unicode.ToUpper(first)) + w[size:])
			}
		}
		parts[i] = b.String()
	}
	return strings.Join(parts, "::")
}

// TableOf is the table that Rails and gorm give to a type of this name.
func TableOf(typeName string) string {
	words := Tokens(typeName)
	if len(words) == 0 {
		return ""
	}
	words[len(words)-1] = Plural(words[len(words)-1])
	return strings.Join(words, "_")
}

// irregular are the words whose plural follows no rule, singular first.
func irregular() [][2]string {
	return [][2]string{
		{"person", "people"}, {"child", "children"}, {"man", "men"}, {"woman", "women"}, {"datum", "data"},
		{"medium", "media"}, {"criterion", "criteria"}, {"index", "indices"}, {"status", "statuses"}, {"address", "addresses"},
		{"quiz", "quizzes"}, {"virus", "viruses"}, {"bus", "buses"}, {"movie", "movies"}, {"cookie", "cookies"}, {"analysis", "analyses"},
		{"news", "news"}, {"series", "series"}, {"species", "species"}, {"equipment", "equipment"}, {"information", "information"},
		{"sms", "sms"}, {"saas", "saas"}, {"alias", "aliases"}, {"basis", "bases"}, {"access", "accesses"}, {"process", "processes"},
		{"business", "businesses"}, {"cache", "caches"}, {"database", "databases"}, {"response", "responses"}, {"purchase", "purchases"},
		{"license", "licenses"}, {"case", "cases"}, {"release", "releases"}, {"course", "courses"}, {"house", "houses"}, {"base", "bases"},
		{"expense", "expenses"}, {"phase", "phases"}, {"use", "uses"}, {"canvas", "canvases"}, {"campus", "campuses"}, {"bonus", "bonuses"}, {"lens", "lenses"},
		{"class", "classes"}, {"progress", "progress"}, {"settings", "settings"}, {"menu", "menus"}, {"sku", "skus"}, {"api", "apis"}, {"wiki", "wikis"}, {"taxi", "taxis"}, {"uri", "uris"}, {"emoji", "emojis"},
		{"metadata", "metadata"}, {"staff", "staff"},
	}
}

// forms finds irregular words by either of their forms, the first that is listed.
var forms = sync.OnceValue(func() map[string][2]string {
	out := map[string][2]string{}
	for _, form := range irregular() {
		for _, w := range form {
			if _, known := out[w]; !known {
				out[w] = form
			}
		}
	}
	return out
})

// Plural of an English noun in lower case.
func Plural(w string) string {
	if form, ok := forms()[w]; ok {
		return form[1]
	}
	switch {
	case w == "" || isPlural(w):
		return w
	case strings.HasSuffix(w, "y") && len(w) > 1 && !strings.ContainsRune("aeiou", rune(w[len(w)-2])):
		return w[:len(w)-1] + "ies"
	case strings.HasSuffix(w, "s"), strings.HasSuffix(w, "x"), strings.HasSuffix(w, "ch"), strings.HasSuffix(w, "sh"), strings.HasSuffix(w, "z"):
		return w + "es"
	case strings.HasSuffix(w, "f") && !strings.HasSuffix(w, "ff") && (strings.HasSuffix(w, "lf") || strings.HasSuffix(w, "af")):
		return w[:len(w)-1] + "ves"
	}
	return w + "s"
}

func isPlural(w string) bool {
	return strings.HasSuffix(w, "s") && !strings.HasSuffix(w, "ss") && !strings.HasSuffix(w, "us") && !strings.HasSuffix(w, "is") && len(w) > 3
}

// Singular of an English noun in lower case.
func Singular(w string) string {
	if form, ok := forms()[w]; ok {
		return form[0]
	}
	switch {
	case strings.HasSuffix(w, "ies") && len(w) > 4:
		return w[:len(w)-3] + "y"
	case strings.HasSuffix(w, "lves") || strings.HasSuffix(w, "aves") && len(w) > 5:
		return w[:len(w)-3] + "f"
	case strings.HasSuffix(w, "sses"), strings.HasSuffix(w, "shes"), strings.HasSuffix(w, "ches"), strings.HasSuffix(w, "xes"), strings.HasSuffix(w, "zes"):
		return w[:len(w)-2]
	case isPlural(w):
		w = w[:len(w)-1]
	}
	if form, ok := forms()[w]; ok && form[1] == w { // peoples
		return form[0]
	}
	return w
}

// Key is the form under which names of the same thing compare equal: words in
// the singular, joined by underscores.
func Key(s string) string {
	words := Tokens(s)
	for i, w := range words {
		words[i] = Singular(w)
	}
	return strings.Join(words, "_")
}

// SingularName puts the last word of a name with underscores in the singular:
// line_items, line_item.
func SingularName(s string) string {
	i := strings.LastIndexByte(s, '_') + 1
	return s[:i] + Singular(s[i:])
}

// PluralName puts the last word of a name with underscores in the plural:
// line_item, line_items.
func PluralName(s string) string {
	i := strings.LastIndexByte(s, '_') + 1
	return s[:i] + Plural(s[i:])
}
