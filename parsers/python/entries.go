package python

import (
	"path"
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// start marks the modules that commands of deployment files start: by path, by name,
// or as a management command of Django.
func start(units []*unit.Unit, commands []unit.Setting) {
	for _, command := range commands {
		words := strings.Fields(strings.NewReplacer(`"`, " ", "'", " ", "&&", " ", ";", " ", "[", " ", "]", " ", ",", " ").Replace(command.Value))
		for i, word := range words {
			next := ""
			if i+1 < len(words) {
				next = words[i+1]
			}
			for _, u := range units {
				if starts(u.Path, word, next) {
					mark(u)
				}
			}
		}
	}
}

// starts tells whether a word of a command, or the one behind it, names a file.
func starts(file, word, next string) bool {
	switch {
	case path.Base(word) == "manage.py" || word == "django-admin":
		return next != "" && classify(file).command == next
	case word == "-m":
		return next != "" && named(file, next)
	case strings.HasSuffix(word, ".py"):
		clean := strings.TrimPrefix(path.Clean(word), "/")
		return file == clean || strings.HasSuffix(file, "/"+clean) || strings.Contains(clean, "/") && strings.HasSuffix(clean, "/"+file)
	case strings.Contains(word, ":"):
		module, _, _ := strings.Cut(word, ":")
		return strings.Contains(module, ".") && named(file, module)
	}
	return false
}

func named(file, module string) bool {
	id := moduleOf(file)
	return id == module || strings.HasSuffix(id, "."+module) || strings.HasSuffix(id, module+".__main__")
}

func mark(u *unit.Unit) {
	for i := range u.Types {
		if t := &u.Types[i]; t.Kind == moduleKind {
			t.Supers = append(t.Supers, "="+startedBy)
		}
	}
}
