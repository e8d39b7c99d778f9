package given

import (
	"path"
	"regexp"
	"sort"
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
	"github.com/stateaudit/stateaudit/parsers/deploy/tree"
)

// bicepFile is a file of Bicep, or of values for one.
type bicepFile struct {
	path    string
	names   map[string]bicepName // parameters with their defaults, and variables
	handed  map[string]value     // what callers give to parameters
	modules []bicepModule
	using   string // of a file of values
}

type bicepName struct {
	text string
	line int
	kind string // param or var
}

type bicepModule struct {
	source string
	params map[string]bicepName
}

var (
	bicepDeclared = regexp.MustCompile(`^\s*(param|var)\s+(\w+)\s*(?:[\w\[\]]+\s*)?(?:=\s*(.+?))?\s*$`)
	bicepCalled   = regexp.MustCompile(`^\s*module\s+\w+\s+'([^']+)'\s*=`)
	bicepUsing    = regexp.MustCompile(`^\s*using\s+'([^']+)'`)
	bicepProperty = regexp.MustCompile(`^(\s*)(\w+)\s*:\s*(.+?)\s*$`)
)

func readBicep(file, content string) *bicepFile {
	b := &bicepFile{path: file, names: map[string]bicepName{}, handed: map[string]value{}}
	depth := 0
	var call *bicepModule
	for i, l := range strings.Split(content, "\n") {
		line, _, _ := strings.Cut(strings.TrimRight(l, "\r"), " //")
		if strings.HasPrefix(strings.TrimSpace(line), "//") {
			continue
		}
		if m := bicepUsing.FindStringSubmatch(line); m != nil {
			b.using = path.Join(path.Dir(file), m[1])
		}
		if m := bicepCalled.FindStringSubmatch(line); m != nil {
			b.modules = append(b.modules, bicepModule{source: path.Join(path.Dir(file), m[1]), params: map[string]bicepName{}})
			call, depth = &b.modules[len(b.modules)-1], 0
		}
		if m := bicepDeclared.FindStringSubmatch(line); m != nil && m[3] != "" {
			b.names[m[2]] = bicepName{m[3], i + 1, m[1]}
		}
		if call != nil {
			if m := bicepProperty.FindStringSubmatch(line); m != nil && depth > 0 {
				call.params[m[2]] = bicepName{m[3], i + 1, "argument"}
			}
			depth += strings.Count(line, "{") - strings.Count(line, "}")
			if depth <= 0 {
				call = nil
			}
		}
	}
	return b
}

// hand gives to the parameters of files what their callers and files of values
// say. The first that says something counts.
func (s *Set) hand() {
	files := make([]string, 0, len(s.bicep))
	for f := range s.bicep {
		files = append(files, f)
	}
	sort.Strings(files)
	for _, f := range files {
		b := s.bicep[f]
		if to := s.bicep[b.using]; to != nil && b.using != "" {
			s.give(to, b, b.names)
		}
		for _, m := range b.modules {
			if to := s.bicep[m.source]; to != nil {
				s.give(to, b, m.params)
			}
		}
	}
}

func (s *Set) give(to, from *bicepFile, params map[string]bicepName) {
	for name, p := range params {
		v := from.evaluate(p, name, 0)
		if _, have := to.handed[name]; v.known && (!have || v.holds()) {
			to.handed[name] = v
		}
	}
}

func (b *bicepFile) evaluate(n bicepName, name string, depth int) value {
	if depth > 10 {
		return value{}
	}
	v := evaluate(n.text, b.scope(depth+1))
	if v.known && n.kind != "var" {
		v.because = append(v.because, unit.Reason{Text: map[string]string{"param": "parameter "}[n.kind] + name + " is " + v.text(), Location: unit.Location{File: b.path, Line: n.line, EndLine: n.line}})
	}
	return v
}

func (b *bicepFile) scope(depth int) scope {
	return func(path []string) value {
		if v, ok := b.handed[path[0]]; ok && len(path) == 1 {
			return v
		}
		if n, ok := b.names[path[0]]; ok && len(path) == 1 {
			return b.evaluate(n, path[0], depth)
		}
		return value{}
	}
}

// Bicep puts what is known in the place of the expressions of properties.
func (s *Set) Bicep(file, content string) Filled {
	out := Filled{Text: content, Because: map[int][]unit.Reason{}}
	b := (*bicepFile)(nil)
	if s != nil {
		b = s.bicep[file]
	}
	if b == nil {
		return out
	}
	lines := strings.Split(content, "\n")
	for i, line := range lines {
		m := bicepProperty.FindStringSubmatch(strings.TrimRight(line, "\r"))
		if m == nil || strings.HasSuffix(m[3], "{") || strings.HasSuffix(m[3], "[") {
			continue
		}
		v := evaluate(m[3], b.scope(0))
		if v.known && len(v.because) > 0 && v.node != nil && v.node.Kind == tree.Scalar && !strings.ContainsAny(v.node.Text, "'\n") {
			word := v.node.Text
			if word != "true" && word != "false" {
				word = "'" + word + "'"
			}
			lines[i] = m[1] + m[2] + ": " + word
			out.Because[i+1] = v.because
		}
	}
	out.Text = strings.Join(lines, "\n")
	return out
}
