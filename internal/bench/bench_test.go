// Package bench compares the time of an audit with that of the tools that people
// know, in one run on one machine, and prints ratios: the times themselves say
// more about the machine.
//
//	make bench
//	make bench GO_REPO=~/src/gogs RUBY_REPO=~/src/redmine
//
// Each side starts cold, but where what is kept is measured: the Go tools with a build cache of their own that is
// empty, staticcheck with an empty cache too. Nothing is fetched.
package bench

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	sitter "github.com/smacker/go-tree-sitter"
	"github.com/smacker/go-tree-sitter/ruby"
)

// repository is the folder named by an environment variable, or the default.
func repository(b *testing.B, variable, otherwise string) string {
	b.Helper()
	path := os.Getenv(variable)
	if path == "" {
		path = otherwise
	}
	path, err := filepath.Abs(path)
	if err != nil {
		b.Fatal(err)
	}
	if _, err := os.Stat(path); err != nil {
		b.Skip(err)
	}
	return path
}

// program builds stateaudit.
func program(b *testing.B) string {
	b.Helper()
	bin := filepath.Join(b.TempDir(), "stateaudit")
	build := exec.Command("go", "build", "-o", bin, "github.com/stateaudit/stateaudit/cmd/stateaudit")
	if out, err := build.CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	return bin
}

// run runs a command in a folder with empty caches, and gives its time and the
// memory that it took at most, in MiB. Tools exit with an error when they have
// something to report; that is no failure.
func run(b *testing.B, folder, name string, args ...string) (time.Duration, float64) {
	b.Helper()
	cache := b.TempDir()
	cmd := exec.Command(name, args...)
	cmd.Dir = folder
	cmd.Env = append(os.Environ(), "GOCACHE="+filepath.Join(cache, "go"), "STATICCHECK_CACHE="+filepath.Join(cache, "staticcheck"), "GOPROXY=off")
	start := time.Now()
	_ = cmd.Run()
	took := time.Since(start)
	if cmd.ProcessState == nil {
		b.Skipf("%s cannot be run", name)
	}
	usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		return took, 0
	}
	return took, float64(usage.Maxrss) / 1024
}

// BenchmarkGo audits a Go repository beside go vet and staticcheck, all cold.
func BenchmarkGo(b *testing.B) {
	repo := repository(b, "GO_REPO", filepath.Join("..", ".."))
	bin := program(b)
	for b.Loop() {
		audit, memory := run(b, repo, bin, "audit", "--no-cache", "--offline", "--format", "json", "-o", os.DevNull, ".")
		vet, _ := run(b, repo, "go", "vet", "./...")
		b.ReportMetric(audit.Seconds(), "audit-s")
		b.ReportMetric(memory, "audit-MiB")
		b.ReportMetric(vet.Seconds(), "vet-s")
		b.ReportMetric(audit.Seconds()/vet.Seconds(), "audit/vet")
		if staticcheck, err := exec.LookPath("staticcheck"); err == nil {
			took, _ := run(b, repo, staticcheck, "./...")
			b.ReportMetric(took.Seconds(), "staticcheck-s")
			b.ReportMetric(audit.Seconds()/took.Seconds(), "audit/staticcheck")
		} else {
			b.Log("staticcheck is not installed: go install honnef.co/go/tools/cmd/staticcheck@latest")
		}
	}
}

// BenchmarkRuby audits a Ruby repository beside nothing but the parsing of its
// Ruby files by tree-sitter, on as many processors.
func BenchmarkRuby(b *testing.B) {
	repo := repository(b, "RUBY_REPO", filepath.Join("..", "..", "testdata", "atlas"))
	bin := program(b)
	files := rubyFiles(b, repo)
	for b.Loop() {
		audit, memory := run(b, repo, bin, "audit", "--no-cache", "--offline", "--format", "json", "-o", os.DevNull, ".")
		parse := parseAll(files)
		b.ReportMetric(audit.Seconds(), "audit-s")
		b.ReportMetric(memory, "audit-MiB")
		b.ReportMetric(parse.Seconds(), "parse-s")
		b.ReportMetric(audit.Seconds()/parse.Seconds(), "audit/parse")
	}
}

// BenchmarkAgain audits a copy of each repository three times: with an empty cache, once
// more as it is, and after a remark was added to its largest file.
func BenchmarkAgain(b *testing.B) {
	for _, of := range []struct{ language, variable, otherwise, ending string }{
		{"go", "GO_REPO", filepath.Join("..", ".."), ".go"},
		{"ruby", "RUBY_REPO", filepath.Join("..", "..", "testdata", "atlas"), ".rb"},
	} {
		b.Run(of.language, func(b *testing.B) {
			repo := repository(b, of.variable, of.otherwise)
			bin := program(b)
			for b.Loop() {
				tree := b.TempDir()
				if err := os.CopyFS(tree, os.DirFS(repo)); err != nil {
					b.Skip(err) // links that lead out of the repository are not copied
				}
				args := []string{"audit", "--cache-dir", b.TempDir(), "--offline", "--format", "json", "-o", os.DevNull, "."}
				cold, _ := run(b, tree, bin, args...)
				same, _ := run(b, tree, bin, args...)
				remark(b, largest(b, tree, of.ending))
				edited, memory := run(b, tree, bin, args...)
				b.ReportMetric(cold.Seconds(), "cold-s")
				b.ReportMetric(same.Seconds()/cold.Seconds(), "same/cold")
				b.ReportMetric(edited.Seconds()/cold.Seconds(), "edited/cold")
				b.ReportMetric(memory, "edited-MiB")
			}
		})
	}
}

// largest is the largest file of a tree with an ending, tests and what others wrote left out.
func largest(b *testing.B, root, ending string) (name string) {
	b.Helper()
	var size int64
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && (d.Name() == ".git" || d.Name() == "node_modules" || d.Name() == "vendor" || d.Name() == "testdata") {
			return filepath.SkipDir
		}
		if err != nil || !strings.HasSuffix(path, ending) || strings.Contains(path, "_test.") {
			return nil
		}
		if info, err := d.Info(); err == nil && info.Size() > size {
			name, size = path, info.Size()
		}
		return nil
	})
	if err != nil || name == "" {
		b.Skipf("no %s files below %s: %v", ending, root, err)
	}
	return name
}

// remark adds a comment to a file.
func remark(b *testing.B, name string) {
	b.Helper()
	comment := "\n# a remark\n"
	if strings.HasSuffix(name, ".go") {
		comment = "\n// a remark\n"
	}
	f, err := os.OpenFile(name, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		b.Fatal(err)
	}
	_, err = f.WriteString(comment)
	if err := errors.Join(err, f.Close()); err != nil {
		b.Fatal(err)
	}
}

// rubyFiles lists the Ruby files of a folder.
func rubyFiles(b *testing.B, root string) []string {
	b.Helper()
	var files []string
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && (d.Name() == ".git" || d.Name() == "node_modules" || d.Name() == "vendor") {
			return filepath.SkipDir
		}
		if err == nil && strings.HasSuffix(path, ".rb") {
			files = append(files, path)
		}
		return nil
	})
	if err != nil || len(files) == 0 {
		b.Skipf("no Ruby files below %s: %v", root, err)
	}
	return files
}

// parseAll reads and parses files, and does nothing with the trees.
func parseAll(files []string) time.Duration {
	start := time.Now()
	var next atomic.Int64
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			parser := sitter.NewParser()
			defer parser.Close()
			parser.SetLanguage(ruby.GetLanguage())
			for i := next.Add(1) - 1; i < int64(len(files)); i = next.Add(1) - 1 {
				content, err := os.ReadFile(files[i])
				if err != nil {
					continue
				}
				if tree, err := parser.ParseCtx(context.Background(), nil, content); err == nil {
					tree.Close()
				}
			}
		})
	}
	workers.Wait()
	return time.Since(start)
}
