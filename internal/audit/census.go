package audit

import (
	"cmp"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/frontend"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// ErrOtherLanguage says that the application of a checkout is written in a language
// that no front end reads. What its deployment files say is too little to call it
// clean.
var ErrOtherLanguage = errors.New("is written in a language that is not read")

// otherLanguages are languages that applications are written in and that no front
// end reads, by the ending of their files.
func otherLanguages() map[string]string {
	return map[string]string{
		".java": "Java", ".kt": "Kotlin", ".scala": "Scala", ".groovy": "Groovy", ".clj": "Clojure",
		".php": "PHP", ".cs": "C#", ".fs": "F#", ".vb": "Visual Basic",
		".js": script, ".mjs": script, ".cjs": script, ".jsx": script, ".ts": script, ".tsx": script,
		".rs": "Rust", ".ex": "Elixir", ".exs": "Elixir", ".erl": "Erlang", ".swift": "Swift", ".dart": "Dart",
		".c": "C", ".cc": "C++", ".cpp": "C++", ".cxx": "C++", ".hs": "Haskell", ".pl": "Perl", ".cr": "Crystal", ".elm": "Elm",
	}
}

// script comes with applications in any language, for their pages.
const script = "JavaScript or TypeScript"

// manifests are files by which an application in one of these languages is built.
func manifests() []string {
	return []string{
		"pom.xml", "build.gradle", "build.gradle.kts", "build.sbt", "project.clj",
		"composer.json", "package.json", "Cargo.toml", "mix.exs", "rebar.config", "Package.swift", "pubspec.yaml", "stack.yaml",
	}
}

// census counts the files of a checkout by what they are to the audit.
type census struct {
	source   int            // of languages that are read
	deploy   int            // deployment files that were recognised
	others   map[string]int // by language
	manifest bool           // there is one of another language
}

// countFiles takes a census of some files. Of deployment files, only their content
// tells: read are those that were recognised.
func countFiles(all []frontend.FrontEnd, files []string, units []*unit.Unit) census {
	c := census{others: map[string]int{}}
	languages, built := otherLanguages(), manifests()
	for _, f := range files {
		ext := path.Ext(f)
		switch name := languages[ext]; {
		case name != "":
			c.others[name]++
		case slices.Contains(built, path.Base(f)):
			c.manifest = true
		case ext != "" && ext != ".mod" && slices.ContainsFunc(all, func(fe frontend.FrontEnd) bool { return fe.Language != unit.Deploy && fe.Match(f) }):
			c.source++ // and no Rakefile or Gemfile, which others use as well
		}
	}
	for _, u := range units {
		if u.Language == unit.Deploy && len(u.Files) > 0 && slices.Contains(files, u.Files[0].Path) {
			c.deploy++
		}
	}
	return c
}

// foreign tells whether what was counted is an application in another language: it
// has a manifest, or more files of it than deployment files.
func (c census) foreign() bool {
	return c.source == 0 && len(c.others) > 0 && (c.manifest || c.total() >= c.deploy)
}

func (c census) total() int {
	n := 0
	for _, count := range c.others {
		n += count
	}
	return n
}

// String lists the other languages, the most frequent first.
func (c census) String() string {
	names := []string{}
	for name := range c.others {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(cmp.Compare(c.others[b], c.others[a]), cmp.Compare(a, b)) })
	for i, name := range names {
		names[i] = fmt.Sprintf("%s (%s)", name, plural(c.others[name]))
	}
	return strings.Join(names, ", ")
}

func plural(n int) string {
	if n == 1 {
		return "1 file"
	}
	return fmt.Sprintf("%d files", n)
}

// refusal is why a checkout in another language is not audited.
func (c census) refusal(root string) error {
	text := "Go, Ruby, Python and deployment files are read"
	if c.deploy > 0 {
		text += fmt.Sprintf(", of which there is %s of deployment: name it, or give --only deploy, to audit the deployment alone", plural(c.deploy))
	}
	return fmt.Errorf("%q %w: found %s; %s", root, ErrOtherLanguage, c, text)
}

// unread is the problem of a checkout in which most of the source is not read.
func (c census) unread() []unit.Problem {
	delete(c.others, script)
	if c.source == 0 || c.total() <= c.source {
		return nil
	}
	return []unit.Problem{{File: ".", Message: fmt.Sprintf("most of the source here is not read: %s, beside %s that are", c, plural(c.source))}}
}
