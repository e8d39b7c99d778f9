//go:build unix

package audit_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/stateaudit/stateaudit/internal/audit"
	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/testtree"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// What no tree may cost, however it is made. A healthy run stays far below.
const (
	maxTime   = 2 * time.Minute
	maxMemory = 3 << 30 // bytes that the process has from the system
)

// bounded audits a folder within the bounds and returns its result.
func bounded(t *testing.T, root string) *result.Result {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), maxTime)
	defer cancel()
	type outcome struct {
		r   *result.Result
		err error
	}
	done := make(chan outcome, 1)
	go func() {
		r, err := audit.Run(ctx, audit.Options{Root: root, Offline: true})
		done <- outcome{r, err}
	}()
	var out outcome
	select {
	case out = <-done:
	case <-ctx.Done():
		t.Fatalf("no end after %v", maxTime)
	}
	var m runtime.MemStats
	if runtime.ReadMemStats(&m); m.Sys > maxMemory {
		t.Errorf("%d MiB were taken", m.Sys>>20)
	}
	if out.err != nil {
		t.Fatal(out.err)
	}
	for _, e := range out.r.Errors {
		if e.Kind == unit.Bug {
			t.Errorf("%s", e.Message)
		}
	}
	return out.r
}

// tree writes files beside a class with a finding, which has to be found whatever
// else is there.
func tree(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	all := map[string]string{"app/models/ledger.rb": ledger, "Gemfile": "gem 'rails'\n"}
	for name, content := range files {
		all[name] = content
	}
	testtree.Write(t, root, all)
	return root
}

const ledger = `class Ledger
  @@hits = {}

  def count(key)
    @@hits[key] = (@@hits[key] || 0) + 1
  end
end
`

// views is a module with a finding, and routes what Django needs to serve it.
const views = `HITS = {}


def home(request):
    HITS[request.path] = 1
`

const routes = "from django.urls import path\n\nfrom . import views\n\nurlpatterns = [path('', views.home)]\n"

// stillFound holds that the class beside hostile files was read.
func stillFound(t *testing.T, r *result.Result) {
	t.Helper()
	if !slices.ContainsFunc(r.Findings, func(f result.Finding) bool { return f.Location.File == "app/models/ledger.rb" }) {
		t.Errorf("the rest of the tree is not read; errors: %v", r.Errors)
	}
}

func TestDeepNesting(t *testing.T) {
	if testing.Short() {
		t.Skip("takes long with the race detector")
	}
	const n = 100_000
	deep := func(before, open, middle, shut, after string) string {
		return before + strings.Repeat(open, n) + middle + strings.Repeat(shut, n) + after
	}
	gomod := "module example.com/deep\n\ngo 1.22\n"
	for name, files := range map[string]map[string]string{
		"ruby brackets":   {"app/models/deep.rb": deep("x = ", "(", "1", ")", "\n")},
		"ruby hashes":     {"app/models/deep.rb": deep("x = ", "{a: ", "1", "}", "\n")},
		"ruby blocks":     {"app/models/deep.rb": deep("", "f do\n", "", "end\n", "")},
		"ruby classes":    {"app/models/deep.rb": deep("", "class A\n", "", "end\n", "")},
		"ruby unfinished": {"app/models/deep.rb": deep("", "f do\n", "", "", "")},
		"ruby calls":      {"app/models/deep.rb": deep("x = a", ".b", "", "", "\n")},
		"erb":             {"app/views/deep.html.erb": deep("", "<% if x %>", "", "<% end %>", "")},
		"yaml lists":      {"docker-compose.yml": deep("services: ", "[", "", "]", "\n")},
		"yaml maps":       {"docker-compose.yml": deep("services: ", "{a: ", "1", "}", "\n")},
		"yaml dashes":     {"docker-compose.yml": deep("services:\n", "- ", "1", "", "\n")},
		"json":            {"task-definition.json": deep(`{"containerDefinitions": `, "[", "", "]", "}\n")},
		"json objects":    {"template.json": deep(`{"Resources": `, `{"a":`, "1", "}", "}\n")},
		"hcl blocks":      {"main.tf": deep("", "resource {\n", "", "}\n", "")},
		"hcl lists":       {"main.tf": deep("resource \"aws_lb\" \"a\" {\n x = ", "[", "", "]", "\n}\n")},
		"hcl templates":   {"main.tf": deep("resource \"aws_lb\" \"a\" {\n x = ", `"${`, "", `}"`, "\n}\n")},
		"nginx":           {"nginx.conf": deep("", "http {\n", "", "}\n", "")},
		"nginx open":      {"nginx.conf": deep("", "server {\n", "", "", "")},
		"caddy":           {"Caddyfile": deep("", "a {\n", "", "}\n", "")},
		"apache":          {"httpd.conf": deep("", "<VirtualHost *>\n", "", "</VirtualHost>\n", "")},
		"helm":            {"Chart.yaml": "name: a\n", "templates/a.yaml": deep("", "{{ if a }}", "", "{{ end }}", "")},
		"toml":            {"fly.toml": deep("a = ", "[", "", "]", "\n")},
		"go brackets":     {"go.mod": gomod, "deep.go": deep("package deep\n\nvar x = ", "(", "1", ")", "\n")},
		"go sums":         {"go.mod": gomod, "deep.go": deep("package deep\n\nvar x = 1", "+1", "", "", "\n")},
		"go types":        {"go.mod": gomod, "deep.go": deep("package deep\n\nvar x ", "[]", "int", "", "\n")},
		"python brackets": {"shop/deep.py": deep("x = ", "(", "1", ")", "\n")},
		"python dicts":    {"shop/settings.py": deep("CACHES = ", "{'default': ", "1", "}", "\n")},
		"python calls":    {"shop/deep.py": deep("x = a", ".b()", "", "", "\n")},
		"python keys":     {"shop/deep.py": deep("x = a", "[0]", "", "", "\n")},
		"python lambdas":  {"shop/deep.py": deep("x = ", "lambda: ", "1", "", "\n")},
		"python branches": {"shop/deep.py": deep("if a:\n  pass\n", "elif a:\n  x = 1\n", "", "", "")},
		"python blocks":   {"shop/deep.py": indented(2000, "if a:\n") + "\n"},
		"python open":     {"shop/deep.py": deep("x = ", "f(", "", "", "")},
		"sql":             {"db/structure.sql": deep("CREATE TABLE a (", "(", "", ")", ");\n")},
	} {
		t.Run(name, func(t *testing.T) { stillFound(t, bounded(t, tree(t, files))) })
	}
}

// indented nests a line that opens a block n times, each a column further in.
func indented(n int, line string) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.Repeat(" ", i) + line)
	}
	return b.String() + strings.Repeat(" ", n) + "pass\n"
}

func TestLongLines(t *testing.T) {
	if testing.Short() {
		t.Skip("takes long with the race detector")
	}
	const size = 50 << 20
	files := map[string]string{
		"shop/long.py":        "x = 1  # " + strings.Repeat("a", size),
		"shop/wide.py":        "x = [" + strings.Repeat("1,", 500_000) + "]\n",
		"app/models/long.rb":  "x = 1 # " + strings.Repeat("a", size),
		"long.go":             "package long\n// " + strings.Repeat("a", size),
		"go.mod":              "module example.com/long\n\ngo 1.22\n",
		"docker-compose.yml":  "services: # " + strings.Repeat("a", size),
		"config/database.yml": "production: [" + strings.Repeat("1,", 200_000) + "]\n",
		"nginx.conf":          "http { " + strings.Repeat("a b; ", 500_000) + "}",
	}
	stillFound(t, bounded(t, tree(t, files)))
}

func TestManyFilesInOneFolder(t *testing.T) {
	if testing.Short() {
		t.Skip("takes long with the race detector")
	}
	root := tree(t, nil)
	folder := filepath.Join(root, "app", "services")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	for i := range 20_000 {
		if err := os.WriteFile(filepath.Join(folder, fmt.Sprintf("s%d.rb", i)), []byte("class S; end\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	r := bounded(t, root)
	stillFound(t, r)
	if n := r.Languages["ruby"].Files; n != 20_002 {
		t.Errorf("%d files were read", n)
	}
}

// TestAliasBombs nests aliases so that ten lines stand for 9^12 nodes, at every key
// that a reader of YAML asks for.
func TestAliasBombs(t *testing.T) {
	if testing.Short() {
		t.Skip("takes long with the race detector")
	}
	var bomb strings.Builder
	bomb.WriteString("x0: &x0 [a, a, a, a, a, a, a, a, a]\n")
	for i := 1; i <= 12; i++ {
		fmt.Fprintf(&bomb, "x%d: &x%d {", i, i)
		for _, key := range []string{"spec", "containers", "services", "Resources", "Properties", "env", "production", "adapter", "metadata"} {
			fmt.Fprintf(&bomb, "%s: *x%d, ", key, i-1)
		}
		bomb.WriteString("}\n")
	}
	for _, key := range []string{"services", "spec", "Resources", "production", "metadata", "jobs", "containerDefinitions", "static_resources", "http", "data"} {
		bomb.WriteString(key + ": *x12\n")
	}
	text := "apiVersion: apps/v1\nkind: Deployment\nAWSTemplateFormatVersion: x\n" + bomb.String()
	files := map[string]string{"Chart.yaml": "name: a\n"}
	for _, name := range []string{"docker-compose.yml", "deployment.yaml", "template.yaml", "values.yaml", "config/database.yml", "config/cable.yml", "envoy.yaml", "kong.yml", "traefik.yml", "app.yaml", "serverless.yml", "render.yaml", "ingress.yaml"} {
		files[name] = text
	}
	stillFound(t, bounded(t, tree(t, files)))
}

// TestOddBytes gives every reader what editors of other systems write, and what
// nobody writes.
func TestOddBytes(t *testing.T) {
	wide := func(s string) string {
		b := []byte{0xff, 0xfe}
		for _, u := range utf16.Encode([]rune(s)) {
			b = binary.LittleEndian.AppendUint16(b, u)
		}
		return string(b)
	}
	contents := map[string]string{
		"wide": "\xfe\xff\x00x\x00=\x001", "tabs": "if a:\n\tif b:\n        c = {}\n\t  d = 1\n",
		"nul": "class A\x00\n  @@a = {}\x00\nend\n\x00", "utf16": wide(ledger), "latin1": "# caf\xe9\nx = '\xff\xfe'\n", "escape": "x = '\x1b]0;evil\x07\x1b[2J'\n",
		"huge": "x = " + strings.Repeat("9", 100_000) + "\nreplicas: " + strings.Repeat("9", 4000) + "\n", "bidi": "x = '\u202e\u2066'\n", "empty": "", "cr": "class B\r@@a = 1\rend\r",
	}
	files := map[string]string{"go.mod": "module example.com/odd\n\ngo 1.22\n"}
	for name, content := range contents {
		for _, file := range []string{"app/models/%s.rb", "shop/%s.py", "shop/%s/settings.py", "app/views/%s.html.erb", "app/views/%s.haml", "app/views/%s.slim", "%s/docker-compose.yml", "%s/main.tf", "%s/nginx.conf", "%s/haproxy.cfg", "%s/Caddyfile", "%s/a.go", "%s/httpd.conf", "%s/fly.toml", "%s/Procfile", "%s/structure.sql", "%s/deployment.yaml", "%s/.env"} {
			files[fmt.Sprintf(file, name)] = content
		}
	}
	r := bounded(t, tree(t, files))
	stillFound(t, r)
	for _, file := range []string{"app/models/utf16.rb", "shop/utf16.py", "shop/wide.py"} {
		var said []string
		for _, e := range r.Errors {
			if e.File == file {
				said = append(said, e.Message)
			}
		}
		if len(said) != 1 || !strings.Contains(said[0], "UTF-16") {
			t.Errorf("%s: %q, want the encoding, once", file, said)
		}
	}
}

func TestOddNames(t *testing.T) {
	files := map[string]string{}
	for _, name := range []string{"new\nline", "\x1b[2Jclear", "::error file=x::y", "-rf", "a b", "\xff\xfe", "..hidden", "quote\"'`", "=cmd|' /C calc'!A0", strings.Repeat("n", 240), "%s%n", "\u202etxt"} {
		files["app/models/"+name+".rb"] = strings.ReplaceAll(ledger, "Ledger", "Other")
		files["shop/"+name+".py"] = views
		files[name+"/docker-compose.yml"] = "services: {web: {image: a}}\n"
	}
	deep := strings.Repeat("folder/", 500) // 3,500 bytes of path
	files[deep+"a.rb"] = ledger
	stillFound(t, bounded(t, tree(t, files)))
}

// TestWindowsLineEnds holds that every finding of a fixture is found at the same
// place with CRLF and a byte order mark.
func TestWindowsLineEnds(t *testing.T) {
	plain := bounded(t, tree(t, map[string]string{"manage.py": "", "shop/urls.py": routes, "shop/views.py": views}))
	on := func(text string) string { return "\ufeff" + strings.ReplaceAll(text, "\n", "\r\n") }
	windows := bounded(t, tree(t, map[string]string{"app/models/ledger.rb": on(ledger), "manage.py": "", "shop/urls.py": on(routes), "shop/views.py": on(views)}))
	if len(plain.Findings) < 2 || len(plain.Findings) != len(windows.Findings) {
		t.Fatalf("%d findings, %d with CRLF", len(plain.Findings), len(windows.Findings))
	}
	for i, f := range plain.Findings {
		if w := windows.Findings[i]; f.ID != w.ID || f.Location.Line != w.Location.Line {
			t.Errorf("%s at %d, with CRLF %s at %d", f.Symbol, f.Location.Line, w.Symbol, w.Location.Line)
		}
	}
}

// TestNothingOutsideIsRead puts a secret outside the checkout and links to it, and
// pipes, a socket and links to devices where source would be. Opening one of them
// would wait for ever.
func TestNothingOutsideIsRead(t *testing.T) {
	outside := t.TempDir()
	const secret = "package leaked\n\nvar Leaked = map[string]int{}\n\nclass Leaked; @@leaked = {}; def set; @@leaked[1] = 2; end; end\n"
	for _, name := range []string{"secret.go", "secret.rb", "go.sum"} {
		if err := os.WriteFile(filepath.Join(outside, name), []byte(secret), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(outside, "secret.py"), []byte(strings.ReplaceAll(views, "HITS", "LEAKED")), 0o644); err != nil {
		t.Fatal(err)
	}
	root := tree(t, map[string]string{"manage.py": "", "shop/urls.py": strings.ReplaceAll(routes, "views", "leak"), "go.mod": "module example.com/shop\n\ngo 1.22\n", "a.go": "package shop\n\nvar Own = 1\n", "sub/go.mod": "module example.com/sub\n\ngo 1.22\n", "sub/b.go": "package sub\n"})
	at := func(name string) string { return filepath.Join(root, filepath.FromSlash(name)) }
	for link, target := range map[string]string{
		"leak.go": filepath.Join(outside, "secret.go"), "app/models/leak.rb": filepath.Join(outside, "secret.rb"), "shop/leak.py": filepath.Join(outside, "secret.py"), "shop/zero.py": "/dev/zero", "folder": outside, "loop": root, "app/loop": "..",
		"zero.go": "/dev/zero", "app/models/zero.rb": "/dev/zero", "docker-compose.yml": "/dev/zero", "dangling.rb": "nowhere", "self.go": "self.go", "sub/go.sum": "/dev/zero",
	} {
		if err := os.Symlink(target, at(link)); err != nil {
			t.Skip("this system has no symbolic links")
		}
	}
	for _, pipe := range []string{"pipe.go", "app/models/pipe.rb", "shop/pipe.py", "nginx.conf", "main.tf", "db/structure.sql"} {
		if err := os.MkdirAll(filepath.Dir(at(pipe)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := syscall.Mkfifo(at(pipe), 0o644); err != nil {
			t.Skip("this system has no pipes")
		}
	}
	if l, err := net.Listen("unix", at("s.rb")); err == nil {
		defer l.Close()
	}
	r := bounded(t, root)
	stillFound(t, r)
	for _, f := range r.Findings {
		if strings.Contains(strings.ToLower(f.Symbol), "leaked") {
			t.Errorf("%s was read outside", f.Symbol)
		}
	}
	for _, e := range r.Errors {
		if strings.Contains(strings.ToLower(e.Message), "leaked") || strings.Contains(e.Message, outside) {
			t.Errorf("an error tells what lies outside: %v", e)
		}
	}
	if r.Languages["go"].Files == 0 {
		t.Error("the package beside the pipes is not read")
	}
}

// TestFilesThatVanish takes files away and changes them while they are read.
func TestFilesThatVanish(t *testing.T) {
	files := map[string]string{"go.mod": "module example.com/shop\n\ngo 1.22\n"}
	for i := range 300 {
		files[fmt.Sprintf("app/services/s%d.rb", i)] = strings.ReplaceAll(ledger, "Ledger", fmt.Sprintf("S%d", i))
		files[fmt.Sprintf("shop/s%d.py", i)] = views
		files[fmt.Sprintf("p%d/a.go", i%20)] = "package a\n\nvar Seen = map[string]int{}\n"
	}
	root := tree(t, files)
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for i := 0; i < 300; i++ {
			select {
			case <-stop:
				return
			default:
			}
			name := filepath.Join(root, "app", "services", fmt.Sprintf("s%d.rb", i))
			switch i % 3 {
			case 0:
				os.Remove(name)
			case 1:
				os.WriteFile(name, []byte("class"), 0o644)
			case 2:
				os.Remove(name)
				os.Mkdir(name, 0o755)
			}
			os.Remove(filepath.Join(root, "shop", fmt.Sprintf("s%d.py", i)))
			os.RemoveAll(filepath.Join(root, fmt.Sprintf("p%d", i%20)))
		}
	}()
	r := bounded(t, root)
	close(stop)
	<-stopped
	stillFound(t, r)
}
