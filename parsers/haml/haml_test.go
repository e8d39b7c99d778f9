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
