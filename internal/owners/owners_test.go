package owners

import (
	"slices"
	"strings"
	"testing"
)

func TestOf(t *testing.T) {
	for _, c := range []struct{ name, file, path, want string }{
		{"everything", "* @all", "a/b/c.go", "@all"},
		{"last line", "* @all\n*.js @js\n", "a/b.js", "@js"},
		{"order, not how exact", "/a/b.js @one\n* @all", "a/b.js", "@all"},
		{"name at any depth", "docs @d", "x/docs/y/z.md", "@d"},
		{"folder at any depth", "apps/ @d", "x/apps/y.rb", "@d"},
		{"folder is no file", "apps/ @d", "x/apps", ""},
		{"from the root", "/docs/ @d", "x/docs/y.md", ""},
		{"below a rooted folder", "/docs/ @d", "docs/x/y.md", "@d"},
		{"a slash inside roots", "build/logs/ @d", "x/build/logs/y", ""},
		{"files of a folder", "docs/* @d", "docs/x.md", "@d"},
		{"and no folders", "docs/* @d", "docs/x/y.md", ""},
		{"two stars in front", "**/logs @d", "deeply/nested/logs/y", "@d"},
		{"two stars in the middle", "/a/**/b @d", "a/b", "@d"},
		{"two stars in the middle, far", "/a/**/b @d", "a/x/y/b/c.go", "@d"},
		{"two stars at the end", "/a/** @d", "a/x/y.go", "@d"},
		{"a star crosses no slash", "/a/*.go @d", "a/x/y.go", ""},
		{"a star in a rooted name", "/a*/x.go @d", "abc/x.go", "@d"},
		{"question mark", "?.go @d", "x/a.go", "@d"},
		{"unowned again", "* @all\n/vendor\n", "vendor/x.go", ""},
		{"several owners", "*.go @a @org/team-b me@example.org # the backend", "x.go", "@a @org/team-b me@example.org"},
		{"owner twice", "* @a @a", "x.go", "@a"},
		{"escaped blank", `/a\ b/ @d`, "a b/c.go", "@d"},
		{"escaped number sign", `\#a.go @d`, "#a.go", "@d"},
		{"case counts in paths", "/Docs/ @d", "docs/x", ""},
		{"brackets are literal", "/app/[id]/ @d", "app/[id]/page.rb", "@d"},
		{"and no range", "/app/[id].rb @d", "app/i.rb", ""},
		{"braces are literal", "/app/{a,b}.rb @d", "app/a.rb", ""},
		{"other scripts", "/страница/ @d", "страница/a.go", "@d"},
		{"not understood", "* @all\n*.go nobody", "x.go", "@all"},
		{"no exclusion at GitHub", "* @all\n!x.go\n", "x.go", "@all"},
		{"comment, blank line, byte order mark", "\ufeff# x\r\n\r\n* @all\r\n", "x.go", "@all"},
		{"the root itself", "/ @all", "x.go", ""},

		{"section", "[Docs]\n*.md @d", "x.md", "@d"},
		{"sections add up", "* @all\n[Docs]\n*.md @d\n^[Ops][2]\nx.* @o", "x.md", "@all @d @o"},
		{"last line of each", "[Docs]\n*.md @d\nx.md @e\n[Ops]\n* @o\n", "x.md", "@e @o"},
		{"owners of the heading", "[Docs] @d @e\n*.md\nx.md @f\n", "a.md", "@d @e"},
		{"over those of the heading", "[Docs] @d @e\n*.md\nx.md @f\n", "x.md", "@f"},
		{"one section twice", "[Docs]\n*.md @d\n[Ops]\n*.go @o\n[DOCS]\nx.md @e\n", "x.md", "@e"},
		{"taken out", "[Ruby]\n*.rb @r\n!/config/**/*.rb\n[Config]\n/config/ @c", "config/a/b.rb", "@c"},
		{"taken out for good", "[Ruby]\n!x.rb\n*.rb @r\n", "x.rb", ""},
		{"role", "[Ops]\n* @@maintainer", "x.rb", "@@maintainer"},
	} {
		if got := strings.Join(Parse([]byte(c.file)).Of(c.path), " "); got != c.want {
			t.Errorf("%s: %q owns %s, want %q", c.name, got, c.path, c.want)
		}
	}
}

func TestNames(t *testing.T) {
	got := Parse([]byte("* @b @a\n[Docs] @c\n*.md\nx.md @a\n")).Names()
	if !slices.Equal(got, []string{"@a", "@b", "@c"}) {
		t.Errorf("%q", got)
	}
}

func TestSame(t *testing.T) {
	for _, c := range []struct {
		name, owner string
		want        bool
	}{
		{"@Org/Team", "@org/team", true}, {"org/team", "@org/team", true}, {"team", "@org/team", false}, {"me@example.org", "me@example.org", true}, {"@a", "@ab", false},
	} {
		if Same(c.name, c.owner) != c.want {
			t.Errorf("Same(%q, %q) is not %v", c.name, c.owner, c.want)
		}
	}
}

// FuzzOf: whatever a file says, an owner is one that it names, a line for everything
// at its end decides, and comments change nothing.
func FuzzOf(f *testing.F) {
	for _, seed := range []string{"* @a", "/a/**/b @c # d\n[S][2] @e\n!x\n*.go\n", `\[a\ b] @c`, "a\\", "{[*?/", "^[x] @y\n/**/ @z", "***/***/* @a"} {
		f.Add(seed, "a/b/x.go")
	}
	f.Fuzz(func(t *testing.T, content, path string) {
		if len(content) > 4096 || len(path) > 256 || path == "" || strings.ContainsAny(path, "\r\n") || strings.HasPrefix(path, "/") || strings.HasSuffix(path, "/") || strings.Contains(path, "//") {
			return
		}
		file := Parse([]byte(content))
		names := file.Names()
		for _, owner := range file.Of(path) {
			if _, known := slices.BinarySearch(names, owner); !known {
				t.Errorf("%q owns %q and is not named", owner, path)
			}
		}
		if got := Parse([]byte(content + "\n[of its own]\n* @last\n")).Of(path); !slices.Contains(got, "@last") {
			t.Errorf("%q: %q is not owned by the last line, but %q", content, path, got)
		}
		if got := Parse([]byte(content + "\n# x @y\n\n")).Of(path); !slices.Equal(got, file.Of(path)) {
			t.Errorf("a comment changes %q", got)
		}
	})
}
