package slim

import (
	"strings"
	"testing"
)

func TestRuby(t *testing.T) {
	template := "h1.title = user.name\na href=url_for(x) text\n- unless done?\n/ note\n| Total #{sum}"
	got := string(Ruby([]byte(template)))
	if len(got) != len(template) {
		t.Fatalf("%q is not as long as %q", got, template)
	}
	for _, code := range []string{"user.name", "url_for(x)", "done?", "sum"} {
		if strings.Index(got, code) != strings.Index(template, code) {
			t.Errorf("%q is not where it was: %q", code, got)
		}
	}
	if strings.Contains(got, "note") || strings.Contains(got, "Total") {
		t.Errorf("more than code: %q", got)
	}
}

// TestLines reads what goes over several lines, and leaves alone what is no Ruby.
func TestLines(t *testing.T) {
	for name, c := range map[string]struct {
		template string
		code     []string
		without  []string
	}{
		"continued":   {"- total = a + \\\n    b.c\np = d", []string{"total = a + \\", "b.c", "d"}, nil},
		"comma":       {"= link_to t(:a), x,\n    class: \"b\"\np plain", []string{"link_to t(:a), x,", "class: \"b\""}, []string{"plain"}},
		"quoted":      {"meta name=\"viewport\" content=\"width=device, scale=1.0\"\n= shown", []string{"shown"}, []string{"1.0", "device"}},
		"in quotes":   {"div class=\"card #{on? ? \"a\" : \"b\"} c=d\" id=e\n", []string{"on? ? \"a\" : \"b\"", "e"}, []string{"card", "c=d"}},
		"brackets":    {"a[href=b(c)\n  class=d.e\n  title=\"f #{g}\" disabled] Text\n= h", []string{"b(c)", "d.e", "g", "h"}, []string{"href", "Text", "disabled"}},
		"braces":      {"input{type=\"text\"\n  value=v} = w", []string{"v", "w"}, []string{"type"}},
		"javascript":  {"javascript:\n  var x = y(1);\n  if (z) { call(#{u}); }\n= shown", []string{"u", "shown"}, []string{"var", "call", "y("}},
		"css":         {"div\n  css:\n    .a { color: #{b}; }\n\n    .c { d: e; }\n  = f", []string{"b", "f"}, []string{"color", "d: e"}},
		"ruby":        {"ruby:\n  a = 1\n  b = a.c\n= b", []string{"a = 1", "b = a.c"}, []string{"ruby"}},
		"text":        {"p\n  | It is = so\n    - and #{a},\n    = not\n  = b", []string{"a", "b"}, []string{"so", "and", "not"}},
		"comment":     {"/ one = two\n  - three\n= four", []string{"four"}, []string{"two", "three"}},
		"inline":      {"li: a href=b(c) = d\n", []string{"b(c)", "d"}, []string{"li", "href"}},
		"plain equal": {"p Total x=5 is #{y}", []string{"y"}, []string{"5"}},
		"html":        {"<a href=x>#{y}</a>", []string{"y"}, []string{"x"}},
	} {
		t.Run(name, func(t *testing.T) {
			got := string(Ruby([]byte(c.template)))
			if len(got) != len(c.template) {
				t.Fatalf("%q is not as long as %q", got, c.template)
			}
			for _, code := range c.code {
				if !strings.Contains(got, code) {
					t.Errorf("%q is missing: %q", code, got)
				}
			}
			for _, plain := range c.without {
				if strings.Contains(got, plain) {
					t.Errorf("%q is no code: %q", plain, got)
				}
			}
		})
	}
}
