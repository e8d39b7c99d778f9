package diff

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stateaudit/stateaudit/internal/testtree"
)

// git runs a command in a repository of the test.
func git(t *testing.T, dir, stdin string, args ...string) string {
	t.Helper()
	cmd := exec.Command("git", append([]string{"-C", dir, "-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "protocol.file.allow=always"}, args...)...)
	cmd.Stdin = strings.NewReader(stdin)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("git %v: %v\n%s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}

func repository(t *testing.T, files map[string]string) string {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("no git")
	}
	dir := t.TempDir()
	git(t, dir, "", "init", "-q")
	testtree.Write(t, dir, files)
	git(t, dir, "", "add", "-A")
	git(t, dir, "", "commit", "-q", "-m", "one")
	return dir
}

// TestNothingOfTheRepositoryRuns configures every program that git would start for
// what is asked of it.
func TestNothingOfTheRepositoryRuns(t *testing.T) {
	dir := repository(t, map[string]string{".gitattributes": "*.go filter=evil diff=evil\n*.rb filter=process\n", "a.go": "package a\n", "d/b.rb": "B = 1\n"})
	ran := filepath.Join(t.TempDir(), "ran")
	touch := "touch " + ran + " && cat"
	hook := filepath.Join(dir, ".git", "hooks", "post-checkout")
	if err := os.WriteFile(hook, []byte("#!/bin/sh\ntouch "+ran+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, s := range [][2]string{
		{"filter.evil.smudge", touch}, {"filter.evil.clean", touch}, {"filter.evil.required", "true"},
		{"filter.process.process", touch}, {"filter.process.required", "true"},
		{"diff.external", touch}, {"diff.evil.command", touch}, {"diff.evil.textconv", touch},
		{"core.fsmonitor", touch}, {"log.showSignature", "true"}, {"gpg.program", touch}, {"core.pager", touch}, {"core.sshCommand", touch},
	} {
		git(t, dir, "", "config", s[0], s[1])
	}
	if err := os.WriteFile(filepath.Join(dir, "a.go"), []byte("package a // changed\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	r, err := Open(t.Context(), dir, false)
	if err != nil {
		t.Fatal(err)
	}
	commit, err := r.Commit(t.Context(), "HEAD")
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	if missing, err := r.Checkout(t.Context(), commit, folder); err != nil || len(missing) > 0 {
		t.Errorf("%v, %v", missing, err)
	}
	if changed, err := r.Changed(t.Context(), commit, ""); err != nil || len(changed["a.go"]) != 1 {
		t.Errorf("%v, %v", changed, err)
	}
	if _, err := r.Changes(t.Context(), 5); err != nil {
		t.Error(err)
	}
	for name, want := range map[string]string{"a.go": "package a\n", "d/b.rb": "B = 1\n"} {
		if got, err := os.ReadFile(filepath.Join(folder, name)); err != nil || string(got) != want {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	if _, err := os.Stat(ran); err == nil {
		t.Error("a program of the repository was run")
	}
}

// TestCheckoutStaysInItsFolder reads commits that no checkout would have made.
func TestCheckoutStaysInItsFolder(t *testing.T) {
	dir := repository(t, map[string]string{"a.go": "package a\n"})
	outside := t.TempDir()
	blob := git(t, dir, "package b\n", "hash-object", "-w", "--stdin")
	link := git(t, dir, outside, "hash-object", "-w", "--stdin")
	inner := git(t, dir, "100644 blob "+blob+"\tb.go\n", "mktree")
	tree := git(t, dir, "100644 blob "+blob+"\tb.go\n120000 blob "+link+"\tout\n120000 blob "+link+"\t"+strings.Repeat("n", 300)+"\n100644 blob "+blob+"\tline\\nend.go\n", "mktree")
	climbing := git(t, dir, "040000 tree "+inner+"\t..\n040000 tree "+tree+"\tgood\n", "mktree", "--missing")
	commit := git(t, dir, "", "commit-tree", "-m", "two", climbing)
	folder := filepath.Join(t.TempDir(), "inner")
	if err := os.Mkdir(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	r, err := Open(context.Background(), dir, true)
	if err != nil {
		t.Fatal(err)
	}
	missing, err := r.Checkout(t.Context(), commit, folder)
	if err != nil || !slices.Contains(missing, "../b.go") {
		t.Errorf("%q, %v", missing, err)
	}
	if _, err := os.Stat(filepath.Join(filepath.Dir(folder), "b.go")); err == nil {
		t.Error("a file was written outside of the folder")
	}
	if got, err := os.ReadFile(filepath.Join(folder, "good", "b.go")); err != nil || string(got) != "package b\n" {
		t.Errorf("%q, %v", got, err)
	}
}

// TestGitFile opens work trees whose .git is a file: one that git has made, and some
// that lead nowhere, to a device or around in a circle.
func TestGitFile(t *testing.T) {
	dir := repository(t, map[string]string{"a.go": "package a\n", "d/b.rb": "B = 1\n"})
	tree := filepath.Join(t.TempDir(), "tree")
	git(t, dir, "", "worktree", "add", "-q", "--detach", tree)
	r, err := Open(t.Context(), filepath.Join(tree, "d"), true)
	if err != nil || filepath.Base(r.Top) != "tree" || r.Prefix != "d" {
		t.Fatalf("%+v, %v", r, err)
	}
	if commit, err := r.Commit(t.Context(), "HEAD"); err != nil || commit != git(t, dir, "", "rev-parse", "HEAD") {
		t.Errorf("%s, %v", commit, err)
	}
	for _, leads := range []string{"gitdir: nowhere\n", "gitdir: /dev/zero\n", "gitdir: .\n", "gitdir: .git\n", "nothing\n", "", strings.Repeat("gitdir: ", 1<<16)} {
		lying := t.TempDir()
		testtree.Write(t, lying, map[string]string{".git": leads, "a.go": "package a\n"})
		if r, err := Open(t.Context(), lying, true); err == nil {
			t.Errorf("%.20q is a repository at %s", leads, r.Top)
		}
	}
}
