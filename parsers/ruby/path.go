package ruby

import (
	"path"
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// class is what the place of a file in the checkout says about its code.
type class struct {
	test     bool
	vendored bool
	gems     bool // Gemfile or its lock
	view     bool
	tool     bool // its code runs in a process of its own
	config   bool // Rails or Rack configuration
	app      bool // below app/: loaded by the framework in order to serve
	helper   bool
	control  bool // below app/controllers
	rake     bool
	env      string // the environment that the file is for
}

// skipped tells whether the contents of a file never matter: tests, and
// the installed dependencies of others. Such a file is only counted.
func (c class) skipped() bool {
	return c.test || c.vendored
}

// classify reads a path relative to the root of the checkout.
func classify(name string) class {
	base := path.Base(name)
	dirs := strings.Split(path.Dir(name), "/")
	c := class{
		test:     isTest(base, dirs),
		vendored: has(dirs, "vendor") || has(dirs, "node_modules") || has(dirs, "third_party") || has(dirs, "generators") && has(dirs, "templates"),
		gems:     base == "Gemfile" || base == "Gemfile.lock",
		view:     isView(base),
		rake:     path.Ext(base) == ".rake" || base == "Rakefile",
		app:      has(dirs, "app") || has(dirs, "apps"),
		helper:   pair(dirs, "app", "helpers"),
		control:  pair(dirs, "app", "controllers"),
	}
	c.tool = c.rake || isTool(dirs)
	c.config = isConfig(base, dirs)
	if pair(dirs, "config", "environments") {
		c.env = strings.TrimSuffix(base, ".rb")
	}
	return c
}

// ForTests tells a file, by its path in the checkout, that belongs to tests or to an
// application by which an engine tests itself.
func ForTests(name string) bool {
	return isTest(path.Base(name), strings.Split(path.Dir(name), "/"))
}

// isTest knows the layouts of minitest, RSpec, Cucumber and factories.
func isTest(base string, dirs []string) bool {
	if strings.HasSuffix(base, "_test.rb") || strings.HasSuffix(base, "_spec.rb") {
		return true
	}
	for i, dir := range dirs {
		if strings.HasSuffix(dir, "test_app") { // also .internal_test_app, which engines generate
			return true
		}
		switch dir {
		case "testing_support", "dummy_app":
			return true
		case "dummy":
			return i > 0 && has([]string{"test", "spec", "tests"}, dirs[i-1]) || has(dirs[:i], "vendor")
		case "spec", "features", "factories", "cypress":
			return !has(dirs[:i], "app")
		case "test", "tests":
			return !has(dirs[:i], "app") && !has(dirs[:i], "lib")
		}
	}
	return false
}

// isView tells templates by their extension.
func isView(base string) bool {
	switch path.Ext(base) {
	case ".erb", ".haml", ".slim", ".jbuilder", ".builder", ".rabl":
		return true
	}
	return false
}

// isTool knows the folders whose code is run by hand or by a deployment.
func isTool(dirs []string) bool {
	if pair(dirs, "lib", "tasks") || pair(dirs, "lib", "generators") || pair(dirs, "rails", "generators") {
		return true
	}
	for i, dir := range dirs {
		switch dir {
		case "bin", "script", "scripts", "exe", "db", "benchmark", "benchmarks", "tasks", "generators", ".github":
			return !has(dirs[:i], "app") && !has(dirs[:i], "lib")
		}
	}
	return false
}

// isConfig tells the files that configure the process.
func isConfig(base string, dirs []string) bool {
	if base == "config.ru" || base == "puma.rb" || base == "unicorn.rb" {
		return true
	}
	last := dirs[len(dirs)-1]
	if last == "config" {
		return base == "application.rb" || base == "environment.rb" || base == "boot.rb"
	}
	return pair(dirs, "config", "environments") || pair(dirs, "config", "initializers")
}

// roles are the roles of every function of the file, whatever it does.
func (c class) roles() []unit.Role {
	if c.tool {
		return []unit.Role{unit.Tool}
	}
	return nil
}

// has tells whether a name is one of the folders.
func has(dirs []string, name string) bool {
	for _, dir := range dirs {
		if dir == name {
			return true
		}
	}
	return false
}

// pair tells whether one folder stands directly in another.
func pair(dirs []string, outer, inner string) bool {
	for i := 1; i < len(dirs); i++ {
		if dirs[i-1] == outer && dirs[i] == inner {
			return true
		}
	}
	return false
}
