package record

import (
	"path"
	"strings"
)

// templateEndings are what a template's file name ends in after the ending of
// the file that it makes.
func templateEndings() []string {
	return []string{".j2", ".jinja", ".jinja2", ".erb", ".tmpl", ".tpl", ".template", ".tftpl", ".gotmpl", ".ctmpl", ".mustache", ".in", ".php", ".dist", ".example", ".sample", ".default"}
}

// Base is the name of a file in lower case, without what marks a template.
func Base(file string) string {
	base := strings.ToLower(path.Base(file))
	for again := true; again; {
		again = false
		for _, end := range templateEndings() {
			if rest, ok := strings.CutSuffix(base, end); ok && rest != "" {
				base, again = rest, true
			}
		}
	}
	return base
}

// Ending tells whether the name of a file, template or not, has one of the
// endings.
func Ending(file string, endings ...string) bool {
	base := Base(file)
	for _, e := range endings {
		if strings.HasSuffix(base, e) {
			return true
		}
	}
	return false
}

// YAML tells whether a file is YAML or JSON by its name.
func YAML(file string) bool { return Ending(file, ".yaml", ".yml", ".json") }

// Within tells whether a file lies in a folder of one of the names.
func Within(file string, folders ...string) bool {
	for _, part := range strings.Split(strings.ToLower(path.Dir(file)), "/") {
		for _, f := range folders {
			if part == f {
				return true
			}
		}
	}
	return false
}
