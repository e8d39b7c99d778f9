package assess

import (
	"slices"
	"strings"
	"unicode"
)

// words splits a name at underscores, dots, sigils and changes of case, and
// lowers it: ratelimit.IPLimiter -> ratelimit ip limiter.
func words(names ...string) []string {
	var out []string
	for _, name := range names {
		out = append(out, split(name)...)
	}
	return out
}

func split(name string) []string {
	var out []string
	var cur []rune
	flush := func() {
		if len(cur) > 0 {
			out = append(out, strings.ToLower(string(cur)))
			cur = nil
		}
	}
	rs := []rune(name)
	for i, r := range rs {
		switch {
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			flush()
			continue
		case unicode.IsUpper(r) && i > 0 && (unicode.IsLower(rs[i-1]) || i+1 < len(rs) && unicode.IsLower(rs[i+1]) && unicode.IsUpper(rs[i-1])):
			flush()
		}
		cur = append(cur, r)
	}
	flush()
	return out
}

// speaks tells whether any word starts with one of the stems.
func speaks(ws []string, stems ...string) bool {
	for _, w := range ws {
		for _, s := range stems {
			if strings.HasPrefix(w, s) {
				return true
			}
		}
	}
	return false
}

// NamesLock tells by its name a function that takes a lock or asks who leads.
func NamesLock(name string) bool {
	return slices.ContainsFunc(words(name), func(word string) bool {
		switch word {
		case "lock", "locked", "leader", "elect", "acquire", "exclusive", "exclusively":
			return true
		}
		return false
	})
}
