package audit

import (
	"reflect"
	"slices"
	"sync"
	"testing"

	"github.com/stateaudit/stateaudit/internal/checkout"
	"github.com/stateaudit/stateaudit/internal/frontend"
	"github.com/stateaudit/stateaudit/internal/unit"
	"github.com/stateaudit/stateaudit/parsers"
)

// memory is a store, and tells how often something was put there.
type memory struct {
	mu   sync.Mutex
	text map[string][]byte
	puts int
}

func (m *memory) Get(name string) ([]byte, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	content, ok := m.text[name]
	return content, ok
}

func (m *memory) Put(name string, content []byte) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.text[name] = content
	m.puts++
}

// TestOnlyWhatChangedIsParsed: by path and content, and by nothing else.
func TestOnlyWhatChangedIsParsed(t *testing.T) {
	m := &memory{text: map[string][]byte{}}
	audited := func(files map[string]string) (parsed []string) {
		k := Options{Units: m}.keptFor(frontend.FrontEnd{Language: unit.Ruby}, madeOf{})
		for name, content := range files {
			u := k.parse(name, []byte(content), func() *unit.Unit {
				parsed = append(parsed, name)
				return &unit.Unit{Name: name, Path: content}
			})
			if u.Name != name || u.Path != content {
				t.Errorf("%s: got the unit of %s, %q", name, u.Name, u.Path)
			}
		}
		k.keep()
		slices.Sort(parsed)
		return parsed
	}
	for _, c := range []struct {
		what   string
		files  map[string]string
		parsed []string
		puts   int // at most
	}{
		{"the first time", map[string]string{"a": "1", "b": "1", "c": "2"}, []string{"a", "b", "c"}, 3},
		{"unchanged", map[string]string{"a": "1", "b": "1", "c": "2"}, nil, 0},
		{"edited", map[string]string{"a": "1", "b": "3", "c": "2"}, []string{"b"}, 1},
		{"renamed", map[string]string{"a": "1", "b": "3", "d": "2"}, []string{"d"}, 2},
		{"deleted", map[string]string{"a": "1", "d": "2"}, nil, 1},
		{"back", map[string]string{"a": "1", "b": "3", "d": "2"}, []string{"b"}, 1},
	} {
		m.puts = 0
		if got := audited(c.files); !slices.Equal(got, c.parsed) || m.puts > c.puts {
			t.Errorf("%s: parsed %q and stored %d times, want %q and %d", c.what, got, m.puts, c.parsed, c.puts)
		}
	}
	for name := range m.text {
		m.text[name] = []byte("no units")
	}
	if got := audited(map[string]string{"a": "1", "d": "2"}); len(got) != 2 {
		t.Errorf("what cannot be read is not made anew: %q", got)
	}
}

// TestSurveyDecides: a unit that depends on other files is made anew when one of those
// changes, or when other files are there, and only then.
func TestSurveyDecides(t *testing.T) {
	m := &memory{text: map[string][]byte{}}
	settings := "on"
	parsed := 0
	fe := frontend.FrontEnd{Language: unit.Ruby, Survey: func(_ []string, read func(string) []byte) func(string, []byte) *unit.Unit {
		said := string(read("settings"))
		return func(name string, _ []byte) *unit.Unit { parsed++; return &unit.Unit{Name: name, Path: said} }
	}}
	for _, c := range []struct {
		settings string
		files    []string
		parsed   int
	}{
		{"on", []string{"a", "b", "settings"}, 3},
		{"on", []string{"a", "b", "settings"}, 0},
		{"off", []string{"a", "b", "settings"}, 3},
		{"off", []string{"a", "settings"}, 2},
	} {
		settings, parsed = c.settings, 0
		made, known := surveyed(fe, c.files, func(string) []byte { return []byte(settings) })
		k := Options{Units: m}.keptFor(made, known)
		for _, f := range c.files {
			if u := k.parse(f, nil, func() *unit.Unit { return made.ParseFile(f, nil) }); u.Path != c.settings {
				t.Errorf("%v: %s knows %q", c, f, u.Path)
			}
		}
		k.keep()
		if parsed != c.parsed {
			t.Errorf("%v: %d parsed", c, parsed)
		}
	}
}

// TestUnitsComeBackAsTheyWere parses a fixture and compares each unit with what
// comes back of it. Lists without entries may come back as none.
func TestUnitsComeBackAsTheyWere(t *testing.T) {
	tree, err := checkout.Walk("../../testdata/atlas", checkout.Options{})
	if err != nil {
		t.Fatal(err)
	}
	m := &memory{text: map[string][]byte{}}
	compared := 0
	for _, fe := range parsers.All() {
		if fe.ParseFile == nil {
			continue
		}
		files, known := matched(fe, tree.Files), madeOf{}
		if fe.Survey != nil {
			fe, known = surveyed(fe, files, func(f string) []byte { content, _ := tree.Read(f); return content })
		}
		k := Options{Units: m}.keptFor(fe, known)
		units := func(k *keptUnits, parse bool) (out []*unit.Unit) {
			for _, f := range files {
				content, _ := tree.Read(f)
				out = append(out, k.parse(f, content, func() *unit.Unit {
					if !parse {
						t.Fatalf("%s was not kept", f)
					}
					return fe.ParseFile(f, content)
				}))
			}
			return out
		}
		first := units(k, true)
		k.keep()
		for i, u := range units(Options{Units: m}.keptFor(fe, known), false) {
			prune(t, reflect.ValueOf(first[i]).Elem())
			if !reflect.DeepEqual(u, first[i]) {
				t.Errorf("%s: %+v came back as %+v", files[i], first[i], u)
			}
			compared++
		}
	}
	if compared == 0 {
		t.Error("nothing was compared")
	}
}

// prune makes lists without entries none, and insists on fields that gob can see.
func prune(t *testing.T, v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			prune(t, v.Elem())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if !v.Type().Field(i).IsExported() {
				t.Fatalf("%s.%s would not come back", v.Type(), v.Type().Field(i).Name)
			}
			prune(t, v.Field(i))
		}
	case reflect.Slice:
		if v.Len() == 0 && !v.IsNil() {
			v.SetZero()
		}
		for i := range v.Len() {
			prune(t, v.Index(i))
		}
	case reflect.Interface, reflect.Func, reflect.Chan:
		t.Fatalf("%s would not come back", v.Type())
	}
}
