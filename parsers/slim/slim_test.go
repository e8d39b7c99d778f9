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
