package erb

import (
	"strings"
	"testing"
)

func TestRuby(t *testing.T) {
	template := "<p><%= user.name %></p>\n<%# note %>\n<% if x -%>\n<%% literal %>"
	got := string(Ruby([]byte(template)))
	if len(got) != len(template) || strings.Count(got, "\n") != 3 {
		t.Fatalf("%q has another length or other lines than %q", got, template)
	}
	if strings.Index(got, "user.name") != strings.Index(template, "user.name") || strings.Contains(got, "note") || strings.Contains(got, "literal") {
		t.Errorf("%q", got)
	}
}
