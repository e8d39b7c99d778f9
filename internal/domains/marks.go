package domains

import (
	"path"
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// mark is a folder that a file or its place declares to be a domain.
type mark struct {
	dir    string
	source Source
}

// marked assigns files to the innermost marked folder around them.
func (b *builder) marked() {
	marks := b.marks()
	dirs := map[string]mark{}
	for _, m := range marks {
		dirs[m.dir] = m
	}
	for _, f := range b.sources {
		if !b.free(f.Path) {
			continue
		}
		for dir := path.Dir(f.Path); dir != "."; dir = path.Dir(dir) {
			if m, ok := dirs[dir]; ok {
				d := b.draft("mark:"+dir, path.Base(dir), m.source)
				d.Paths = append(d.Paths, dir)
				b.put(d, f.Path)
				break
			}
		}
	}
}

// marks finds the marked folders. The root itself is no domain. Of several marks
// on a folder the most trusted one counts.
func (b *builder) marks() []mark {
	best := map[string]Source{}
	add := func(dir string, s Source) {
		if dir == "." || dir == "" || ignoredFolder(dir) {
			return
		}
		if have, ok := best[dir]; !ok || trust(s) < trust(have) {
			best[dir] = s
		}
	}
	for _, f := range b.in.Files {
		markFile(f, add)
	}
	b.containers(add)
	b.components(add)
	b.workspace(add)
	var out []mark
	for dir, s := range best {
		out = append(out, mark{dir, s})
	}
	slices.SortFunc(out, func(x, y mark) int { return strings.Compare(x.dir, y.dir) })
	return out
}

func trust(s Source) int {
	return slices.Index([]Source{FromConfig, FromPackwerk, FromEngine, FromGem, FromFolder, FromApp, FromModule}, s)
}

// markFile reads what a file's name says of the folder around it.
func markFile(file string, add func(string, Source)) {
	dir, base := path.Dir(file), path.Base(file)
	switch {
	case base == "package.yml":
		add(dir, FromPackwerk)
	case base == "engine.rb" && strings.Contains(dir, "/lib/"):
		add(dir[:strings.Index(dir, "/lib/")], FromEngine)
	case path.Ext(base) == ".gemspec":
		add(dir, FromGem)
	}
}

// ignoredFolder tells folders that hold no part of the deployed application.
func ignoredFolder(dir string) bool {
	for _, part := range strings.Split(dir, "/") {
		switch part {
		case "test", "tests", "spec", "testdata", "vendor", "node_modules", "examples", "example", "fixtures", "template", "templates", "generators":
			return true
		}
	}
	return false
}

// containers marks the folders directly below packs/, components/, engines/ and
// modules/, where these hold Ruby with an app or lib folder of its own.
func (b *builder) containers(add func(string, Source)) {
	for _, f := range b.sources {
		if b.language[f.Path] != unit.Ruby {
			continue
		}
		parts := strings.Split(f.Path, "/")
		for i := 0; i+3 < len(parts) && i < 3; i++ {
			switch parts[i] {
			case "packs", "packages", "components", "engines", "modules", "domains", "plugins", "gems":
				if in := parts[i+2]; in == "app" || in == "lib" || isRailsLayer(in) {
					add(strings.Join(parts[:i+2], "/"), FromFolder)
				}
			}
		}
	}
}

// components marks the folders that a framework takes for parts of the application.
func (b *builder) components(add func(string, Source)) {
	for _, u := range b.in.Facts.Program.Units {
		add(u.Component, FromApp)
	}
}

// workspace marks the modules of a Go workspace: one module is the application,
// several are its parts. A module that holds most of the code is the application
// with something beside it.
func (b *builder) workspace(add func(string, Source)) {
	lines, total := map[string]int{}, 0
	for _, f := range b.in.Files {
		if path.Base(f) == "go.mod" && !ignoredFolder(path.Dir(f)) {
			lines[path.Dir(f)] = 0
		}
	}
	if len(lines) < 2 {
		return
	}
	for _, f := range b.sources {
		if b.language[f.Path] != unit.Go {
			continue
		}
		total += f.Lines
		lines[innermost(f.Path, lines)] += f.Lines
	}
	for dir, n := range lines {
		if dir != "." && 2*n < total && !technical(path.Base(dir)) {
			add(dir, FromModule)
		}
	}
}

// innermost is the deepest of the folders around a file.
func innermost(file string, dirs map[string]int) string {
	dir := path.Dir(file)
	for dir != "." {
		if _, ok := dirs[dir]; ok {
			return dir
		}
		dir = path.Dir(dir)
	}
	return dir
}
