package haml

import (
	"strings"
	"testing"
)

func TestRuby(t *testing.T) {
	template := "%p.a{title: t(x)}= user.name\n- if signed_in?\n  = link_to y do |z|\n-# note\nplain #{total}"
	got := string(Ruby([]byte(template)))
	if len(got) != len(template) {
		t.Fatalf("%q is not as long as %q", got, template)
	}
	for _, code := range []string{"title: t(x)", "user.name", "signed_in?", "link_to y", "total"} {
		if strings.Index(got, code) != strings.Index(template, code) {
			t.Errorf("%q is not where it was: %q", code, got)
		}
	}
	if strings.Contains(got, "note") || strings.Contains(got, "plain") || strings.Contains(got, " if ") {
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
		"bars":              {"= link_to t(:a), x,   |\n  class: \"b\"         |\n%p plain", []string{"link_to t(:a), x,", "class: \"b\""}, []string{"|", "plain"}},
		"bars of a test":    {"- if a.b? &&  |\n  c.d?        |\n  %p= e", []string{"a.b? &&", "c.d?", "e"}, []string{"|", "if"}},
		"bars no comma":     {"= t(\"x\") +  |\n  y.z       |", []string{"t(\"x\") +", "y.z"}, []string{"|"}},
		"block":             {"= form_for x do |\n= f", nil, []string{}},
		"commented block":   {"= keep do # what is pre\n  = shown\n- each do |x| # of all\n  = x.y", []string{"keep", "shown", "each", "x.y"}, []string{" do", "pre", "|x|", "of all"}},
		"parameters":        {"- list.each do |a, b|\n  = a", []string{"list.each", "a"}, []string{"do"}},
		"filter":            {":css\n  .a {\n    -webkit-b: c;\n    --d: #{colour};\n  }\n= shown", []string{"colour", "shown"}, []string{"webkit", "--d"}},
		"script":            {".a\n  :javascript\n    - x = 1\n    y(#{z});\n  = w", []string{"z", "w"}, []string{"x = 1", "y("}},
		"comment":           {"-# one\n  - two\n  three\n= four", []string{"four"}, []string{"two", "three"}},
		"html comment":      {"/ one\n  %p= two", nil, []string{"one"}},
		"text":              {"==Title== #{a}", []string{"a"}, []string{"Title"}},
		"rescue":            {"- begin\n  = a\n- rescue B::C, D\n  = shown", []string{"shown"}, []string{"rescue", "B::C"}},
		"attributes":        {"%a{ href: b(c),\n  class: d ? \"e\" : \"f\" }= g\n= h", []string{"href: b(c),", "class: d ? \"e\" : \"f\"", "g", "h"}, nil},
		"barred attributes": {"%a{   |\n  href: b, |\n  id: c }  |\n= d", []string{"href: b,", "id: c", "d"}, []string{"|"}},
	} {
		t.Run(name, func(t *testing.T) {
			got := string(Ruby([]byte(c.template)))
			if len(got) != len(c.template) {
				t.Fatalf("%q is not as long as %q", got, c.template)
			}
			for _, code := range c.code {
				if strings.Index(got, code) != strings.Index(c.template, code) {
					t.Errorf("%q is not where it was: %q", code, got)
				}
			}
			for _, text := range c.without {
				if strings.Contains(got, text) {
					t.Errorf("%q is no code: %q", text, got)
				}
			}
		})
	}
}
