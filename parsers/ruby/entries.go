package ruby

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// start makes processes that stay of the scripts and rake tasks that commands of
// deployment files name. Other scripts are called, do their work and end.
func start(units []*unit.Unit, commands []unit.Setting) {
	for _, command := range commands {
		note := fmt.Sprintf("started as `%s` (%s:%d)", command.Subject, command.Location.File, command.Location.Line)
		words := strings.Fields(strings.NewReplacer(`"`, " ", "'", " ", "&&", " ", ";", " ").Replace(command.Value))
		for i, word := range words {
			if u := script(units, command.Location.File, word); u != nil {
				stays(u, func(*unit.Function) bool { return true }, note)
			}
			if name := path.Base(word); name == "rake" || name == "rails" {
				startTasks(units, words[i+1:], note)
			}
		}
	}
}

// script finds the file that a word of a command names: from the root, or from the
// folder of the file that has the command.
func script(units []*unit.Unit, from, word string) *unit.Unit {
	word = strings.TrimPrefix(path.Clean(word), "/")
	if !strings.Contains(word, "/") && !strings.HasSuffix(word, ".rb") {
		return nil
	}
	beside := path.Join(path.Dir(from), word)
	for _, u := range units {
		if u.Path == word || u.Path == beside || strings.HasSuffix(word, "/"+u.Path) && strings.Count(u.Path, "/") > 0 {
			return u
		}
	}
	return nil
}

// startTasks keeps the rake tasks running that the words behind rake name.
func startTasks(units []*unit.Unit, words []string, note string) {
	for _, word := range words {
		name, _, _ := strings.Cut(word, "[")
		if strings.HasPrefix(name, "-") || strings.Contains(name, "=") {
			continue
		}
		task := name[strings.LastIndexByte(name, ':')+1:]
		for _, u := range units {
			if classify(u.Path).rake {
				stays(u, func(f *unit.Function) bool { return taskNamed(u, f, task) }, note)
			}
		}
	}
}

// taskNamed tells the block of a task, and what is written inside of it.
func taskNamed(u *unit.Unit, f *unit.Function, task string) bool {
	for n := 0; f != nil && n < 16; n++ {
		if slices.Contains(f.Attrs, attrTask+task) {
			return true
		}
		i := slices.IndexFunc(u.Functions, func(g unit.Function) bool { return g.ID == f.Outer })
		if i < 0 {
			return false
		}
		f = &u.Functions[i]
	}
	return false
}

// stays gives the functions of a script the roles that they have in a process
// which does not end.
func stays(u *unit.Unit, meant func(*unit.Function) bool, note string) {
	for i := range u.Functions {
		f := &u.Functions[i]
		if !slices.Contains(f.Roles, unit.Tool) || !meant(f) {
			if f.Name == topName && meant(f) && !classify(u.Path).config {
				f.Attrs = append(f.Attrs, attrStarted) // runs what it loads, and is a file like others
			}
			continue
		}
		f.Roles, f.RoleNote = nil, ""
		if f.Name == topName || f.Name == bodyName || slices.ContainsFunc(f.Attrs, func(a string) bool { return strings.HasPrefix(a, attrTask) }) {
			f.Roles, f.RoleNote = []unit.Role{unit.Initializer}, note
			f.Attrs = append(f.Attrs, attrStarted)
		}
		for _, attr := range f.Attrs {
			if role, ok := strings.CutPrefix(attr, attrWouldBe); ok {
				f.Roles, f.RoleNote = []unit.Role{unit.Role(role)}, note
			}
		}
	}
	for i := range u.Functions {
		restart(u, &u.Functions[i])
	}
}

// restart gives the calls that name blocks the roles of those blocks.
func restart(u *unit.Unit, f *unit.Function) {
	for i := range f.Calls {
		c := &f.Calls[i]
		if !c.Reference || c.Callee == "" || c.As != "" {
			continue
		}
		n := slices.IndexFunc(u.Functions, func(g unit.Function) bool { return g.ID == c.Callee })
		if n < 0 || len(u.Functions[n].Roles) == 0 {
			continue
		}
		switch u.Functions[n].Roles[0] {
		case unit.Scheduler:
			c.As, c.AsNote = unit.Scheduler, u.Functions[n].RoleNote
		case unit.Background:
			c.Async = true
		}
	}
}
