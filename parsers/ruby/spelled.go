package ruby

import (
	"hash/fnv"
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// spelled lists the words of a source as hashes, sorted: names of methods that are called,
// sent, delegated to or hooked in. A word behind `def` is a definition, and comments
// call nothing.
func spelled(source []byte) []uint32 {
	seen := map[uint32]bool{}
	defines := false
	for at := 0; at < len(source); {
		switch c := source[at]; {
		case c == '#' && (at == 0 || isBlank(source[at-1])) && (at+1 == len(source) || source[at+1] != '{'):
			for at < len(source) && source[at] != '\n' {
				at++
			}
		case inWord(c):
			end := at
			for end < len(source) && inWord(source[end]) {
				end++
			}
			name := end
			if end < len(source) && (source[end] == '?' || source[end] == '!') {
				end++ // a part of the name, or of what stands behind it
			}
			switch word := string(source[at:end]); {
			case word == "def":
				defines = true
			case word == "self" && defines && end < len(source) && source[end] == '.':
				end++
			case defines:
				defines = false
			default:
				seen[hashOf(word)], seen[hashOf(string(source[at:name]))] = true, true
			}
			at = end
		default:
			at++
		}
	}
	out := make([]uint32, 0, len(seen))
	for h := range seen {
		out = append(out, h)
	}
	slices.Sort(out)
	return out
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

func inWord(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}

func hashOf(word string) uint32 {
	h := fnv.New32a()
	h.Write([]byte(word))
	return h.Sum32()
}

// unspelled marks the methods of the checkout's own classes that nothing names, and those
// that only such methods call, in one file with them. What descends from a class of a
// library may be called by that; of rows, only what models are asked for under names that
// they give away.
func (r *resolver) unspelled(functions []*unit.Function) {
	words := map[uint32][]string{}
	for _, u := range r.units {
		for _, h := range u.Spelled {
			words[h] = append(words[h], u.Path)
		}
	}
	callers := map[string][]*unit.Function{}
	for _, f := range functions {
		for i := range f.Calls {
			c := &f.Calls[i]
			by := c.Location.File + " " + c.Name // of whatever class, where it could not be told
			callers[by] = append(callers[by], f)
			for _, id := range append(slices.Clone(c.Targets), c.Callee) {
				callers[id] = append(callers[id], f)
			}
		}
	}
	marked := map[*unit.Function]bool{}
	for again := true; again; {
		again = false
		for _, f := range functions {
			if marked[f] || !r.onlyLoaded(f) {
				continue
			}
			named := words[hashOf(strings.TrimSuffix(f.Name, "="))]
			by := append(slices.Clone(callers[f.ID]), callers[f.Location.File+" "+f.Name]...)
			below := len(named) == 1 && named[0] == f.Location.File && len(by) > 0 && !slices.ContainsFunc(by, func(by *unit.Function) bool { return by != f && !marked[by] })
			if len(named) == 0 || below {
				marked[f], again = true, true
				if len(f.Roles) > 0 {
					f.Attrs = append(f.Attrs, unit.Unspelled)
				}
			}
		}
	}
}

// onlyLoaded tells a method that at most serves since the framework loads it, by whomever it
// is called.
func (r *resolver) onlyLoaded(f *unit.Function) bool {
	loaded := len(f.Roles) == 0 || slices.ContainsFunc(f.Roles, func(role unit.Role) bool {
		return role == unit.Application || role == unit.Handler && f.RoleNote == helperNote
	})
	return loaded && f.Outer == "" && f.Name != "" && inWord(f.Name[0]) && (r.isModel(f.Owner) || !r.descends(f.Owner))
}

// descends tells a class with an ancestor that is not in the checkout.
func (r *resolver) descends(class string) bool {
	return slices.ContainsFunc(r.line(class), func(up string) bool { return r.classes[up] == nil && !addsNothing(up) })
}
