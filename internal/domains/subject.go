package domains

import (
	"path"
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/facts"
	"github.com/stateaudit/stateaudit/internal/names"
)

// Subject are the words of a file's name that say what it is about, in the
// singular. Of a view that is its folder: its own name is that of an action.
func Subject(file string) []string {
	base, _, _ := strings.Cut(path.Base(file), ".")
	if facts.IsView(file) {
		base = path.Base(path.Dir(file))
	}
	words := names.Tokens(base)
	for len(words) > 1 && roleWord(words[len(words)-1]) {
		words = words[:len(words)-1]
	}
	for i, w := range words {
		words[i] = names.Singular(w)
	}
	return words
}

// roleWord tells the words that a framework or habit puts behind a subject.
func roleWord(w string) bool {
	return slices.Contains([]string{
		"controller", "helper", "mailer", "job", "worker", "serializer", "policy", "presenter", "decorator", "form", "query", "validator", "uploader", "component",
		"channel", "service", "concern", "test", "spec", "blueprint", "resource", "type", "input", "factory", "builder", "handler", "manager", "store", "repository", "repo",
		"model", "api", "client", "command", "observer", "listener", "subscriber", "dashboard", "interactor", "operation", "finder", "filter", "importer", "exporter", "mutation", "resolver",
	}, w)
}
