// Package owners reads CODEOWNERS files: who owns which file of a repository.
//
// The last line that matches a file says who owns it, by GitHub's rules: a pattern
// without a slash matches at any depth, one with a slash in front or inside from the
// root, one that matches a folder all below, "*" no slash and "**" any. Ranges in
// brackets are no patterns. A line that is not understood is passed over, as GitHub
// does.
//
// Of GitLab's the sections are read: each has a last line that matches, and a file is
// owned by what all sections say. Lines without owners have those of the heading, and
// "!" in front takes files out of a section.
package owners

import (
	"regexp"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// Places are the paths at which the file is looked for, in this order.
func Places() []string {
	return []string{".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS"}
}

// File is a CODEOWNERS file.
type File struct {
	sections []*section
	byName   map[string]*section
	// headed tells that there are sections: it is then a file of GitLab.
	headed bool
}

type section struct {
	owners []string // of lines that name none
	lines  []line
}

type line struct {
	globs   []string // of doublestar, of which one has to match
	owners  []string
	without bool // takes files out
}

// Parse reads the content of a file.
func Parse(content []byte) *File {
	f := &File{byName: map[string]*section{}}
	current := f.section("")
	for text := range strings.Lines(strings.TrimPrefix(string(content), "\ufeff")) {
		text = strings.TrimSpace(text)
		if text == "" || text[0] == '#' {
			continue
		}
		if m := heading.FindStringSubmatch(text); m != nil {
			f.headed = true
			current = f.section(strings.ToLower(m[1]))
			if owners, ok := namesIn(m[2]); ok && len(owners) > 0 {
				current.owners = owners
			}
			continue
		}
		if l, ok := parseLine(text); ok {
			current.lines = append(current.lines, l)
		}
	}
	return f
}

// heading is that of a section, with how many approvals it asks for: "^" in front
// asks for none.
var heading = regexp.MustCompile(`^\^?\[([^\[\]]+)\](?:\[\d+\])?(?:\s+(.*))?$`)

// section is the one of a name, which may have several headings.
func (f *File) section(name string) *section {
	s := f.byName[name]
	if s == nil {
		s = &section{}
		f.byName[name] = s
		f.sections = append(f.sections, s)
	}
	return s
}

func parseLine(text string) (line, bool) {
	rest, without := strings.CutPrefix(text, "!")
	end := len(rest)
	for i := 0; i < len(rest); i++ {
		if rest[i] == '\\' {
			i++
		} else if rest[i] == ' ' || rest[i] == '\t' {
			end = i
			break
		}
	}
	owners, ok := namesIn(rest[end:])
	globs := globsOf(rest[:end])
	return line{globs, owners, without}, ok && len(globs) > 0
}

// namesIn reads the owners of a line, up to a comment: @user, @org/team, @@role or
// an address.
func namesIn(text string) (owners []string, ok bool) {
	for word := range strings.FieldsSeq(text) {
		if word[0] == '#' {
			break
		}
		if name := strings.TrimLeft(word, "@"); !strings.Contains(word, "@") || name == "" {
			return nil, false
		}
		if !slices.Contains(owners, word) {
			owners = append(owners, word)
		}
	}
	return owners, true
}

// globsOf turns a pattern into those of doublestar; none if it matches nothing.
func globsOf(pattern string) []string {
	rooted := strings.Contains(strings.TrimSuffix(pattern, "/"), "/")
	glob := strings.TrimPrefix(pattern, "/")
	folder := strings.HasSuffix(glob, "/")
	glob = literal(strings.TrimRight(glob, "/"))
	if glob == "" || !doublestar.ValidatePattern(glob) {
		return nil
	}
	if !rooted {
		glob = "**/" + glob
	}
	switch last := glob[strings.LastIndexByte(glob, '/')+1:]; {
	case folder:
		return []string{glob + "/**/*"}
	case last == "*" && rooted: // files of a folder, and no folders
		return []string{glob}
	}
	return []string{glob, glob + "/**/*"}
}

// literal takes the meaning from signs that a CODEOWNERS file has no use for.
func literal(pattern string) string {
	var b strings.Builder
	escaped := false
	for _, sign := range pattern {
		if strings.ContainsRune("[]{}", sign) && !escaped {
			b.WriteByte('\\')
		}
		escaped = sign == '\\' && !escaped
		b.WriteRune(sign)
	}
	return b.String()
}

// Of returns who owns a file, by its slash-separated path below the root of the
// repository; none if nobody does.
func (f *File) Of(path string) []string {
	var out []string
	for _, s := range f.sections {
		for _, owner := range s.of(path, f.headed) {
			if !slices.Contains(out, owner) {
				out = append(out, owner)
			}
		}
	}
	return out
}

func (s *section) of(path string, headed bool) []string {
	if headed && slices.ContainsFunc(s.lines, func(l line) bool { return l.without && l.matches(path) }) {
		return nil
	}
	for _, l := range slices.Backward(s.lines) {
		switch {
		case l.without || !l.matches(path):
		case len(l.owners) == 0:
			return s.owners
		default:
			return l.owners
		}
	}
	return nil
}

func (l line) matches(path string) bool {
	return slices.ContainsFunc(l.globs, func(glob string) bool {
		ok, err := doublestar.Match(glob, path)
		return ok && err == nil
	})
}

// Names lists all owners of the file, sorted.
func (f *File) Names() []string {
	var out []string
	for _, s := range f.sections {
		out = append(out, s.owners...)
		for _, l := range s.lines {
			out = append(out, l.owners...)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Same tells whether two names are those of one owner. Case does not count, and one
// may leave out the sign in front.
func Same(name, owner string) bool {
	return strings.EqualFold(name, owner) || strings.EqualFold("@"+name, owner)
}
