package python

import (
	"path"
	"slices"
	"strings"
)

// class is what the path of a file says of it.
type class struct {
	test      bool
	vendored  bool
	migration bool
	command   string // a management command of Django, by its name
	tool      bool   // a script that is called and ends
}

// skipped tells whether the contents of a file never matter: tests, migrations and
// the code of others.
func (c class) skipped() bool { return c.test || c.vendored || c.migration }

// classify reads a path.
func classify(file string) class {
	base, dirs := path.Base(file), strings.Split(path.Dir(file), "/")
	has := func(names ...string) bool {
		return slices.ContainsFunc(dirs, func(d string) bool { return slices.Contains(names, d) })
	}
	name := strings.TrimSuffix(base, ".py")
	c := class{
		test: name == "conftest" || name == "tests" || name == "test" || strings.HasPrefix(name, "test_") || strings.HasSuffix(name, "_test") || strings.HasSuffix(name, "_tests") ||
			has("tests", "test", "testing", "testutils", "test_utils", "e2e"),
		vendored:  has("vendor", "vendored", "_vendor", "site-packages", "node_modules", "third_party", ".venv", "venv"),
		migration: has("migrations", "alembic", "versions") && name != "__init__" && has("migrations", "alembic"),
		tool:      slices.Contains([]string{"manage", "setup", "fabfile", "noxfile", "tasks_invoke", "gunicorn_conf", "gunicorn.conf"}, name) || has("scripts", "bin", "tools", "hack", "docs", "benchmarks", "examples"),
	}
	if n := len(dirs); n >= 2 && dirs[n-1] == "commands" && dirs[n-2] == "management" {
		c.command = name
	}
	return c
}

// moduleOf is the dotted name of the module in a file, by its path.
func moduleOf(file string) string {
	name := strings.TrimSuffix(file, ".py")
	name = strings.TrimSuffix(name, "/__init__")
	return strings.ReplaceAll(name, "/", ".")
}
