package diff

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// Repository is a git repository, read by the git command. Nothing in it is
// changed: neither its work tree, nor its index, nor its references.
type Repository struct {
	Top string // absolute path of the work tree
	// Prefix is the slash-separated path of the folder it was opened by, below
	// its top, or "".
	Prefix  string
	offline bool
}

// ErrUnknownRevision says that a revision is not in the repository, which is
// common in CI where only the newest one is fetched.
var ErrUnknownRevision = errors.New("is not in this repository; if the clone is shallow, fetch it first (in CI, fetch the whole history)")

// ErrNoMergeBase says that two revisions have no common ancestor here.
var ErrNoMergeBase = errors.New("no common ancestor; if the clone is shallow, fetch more of the history, or compare with the revision itself")

// Open finds the repository that a folder lies in. Offline forbids to fetch
// objects that a partial clone lacks.
func Open(ctx context.Context, dir string, offline bool) (*Repository, error) {
	r := &Repository{Top: dir, offline: offline}
	top, err := r.git(ctx, nil, "rev-parse", "--show-toplevel", "--show-prefix")
	if err != nil {
		return nil, err
	}
	lines := strings.Split(top, "\n")
	r.Top = filepath.FromSlash(lines[0])
	if len(lines) > 1 {
		r.Prefix = strings.TrimSuffix(lines[1], "/")
	}
	return r, nil
}

// Commit returns the hash of the commit that a revision names.
func (r *Repository) Commit(ctx context.Context, revision string) (string, error) {
	hash, err := r.git(ctx, nil, "rev-parse", "--verify", "--quiet", "--end-of-options", revision+"^{commit}")
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == 1 || err == nil && hash == "" {
		return "", fmt.Errorf("revision %q %w", revision, ErrUnknownRevision)
	}
	return hash, err
}

// MergeBase returns the newest commit that both have in their history.
func (r *Repository) MergeBase(ctx context.Context, a, b string) (string, error) {
	hash, err := r.git(ctx, nil, "merge-base", a, b)
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == 1 {
		return "", ErrNoMergeBase
	}
	return hash, err
}

// Checkout writes the files of a commit to a folder, which must be empty. It uses
// an index of its own and runs no hook. It returns the paths of files that the
// repository names and does not hold, as clones may that have not all objects.
func (r *Repository) Checkout(ctx context.Context, commit, folder string) (missing []string, err error) {
	scratch, err := os.MkdirTemp("", "stateaudit-index-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(scratch)
	index := []string{"GIT_INDEX_FILE=" + filepath.Join(scratch, "index")}
	if _, err := r.git(ctx, index, "read-tree", commit); err != nil {
		return nil, err
	}
	_, err = r.git(ctx, index, "checkout-index", "--all", "--force", "--quiet", "--prefix="+filepath.ToSlash(folder)+"/")
	var failed *gitError
	if errors.As(err, &failed) {
		if missing := unreadable(failed.stderr); len(missing) > 0 {
			return missing, nil
		}
	}
	return nil, err
}

// unreadable lists the files for which the command had no content, if it
// complains of nothing else. It goes on after each of them.
func unreadable(complaints string) []string {
	pattern := regexp.MustCompile(`^error: unable to read sha1 file of (.+) \([0-9a-f]+\)$`)
	var files []string
	for line := range strings.Lines(complaints) {
		m := pattern.FindStringSubmatch(strings.TrimRight(line, "\r\n"))
		if m == nil {
			return nil
		}
		files = append(files, m[1])
	}
	return files
}

// gitError is a failure of the git command with its own words.
type gitError struct {
	command, stderr string
	cause           error
}

func (e *gitError) Error() string {
	if e.stderr == "" {
		return fmt.Sprintf("git %s: %v", e.command, e.cause)
	}
	return fmt.Sprintf("git %s: %s", e.command, strings.TrimPrefix(e.stderr, "fatal: "))
}

func (e *gitError) Unwrap() error { return e.cause }

// git runs the command and returns its output without the last line end. The
// error is the command's own complaint.
func (r *Repository) git(ctx context.Context, env []string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "git", append([]string{"-c", "core.hooksPath=" + os.DevNull, "-c", "core.fsmonitor=false", "-C", r.Top}, args...)...)
	cmd.Env = append(environment(cmd.Environ(), r.offline), env...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return "", &gitError{command: args[0], stderr: strings.TrimSpace(stderr.String()), cause: err}
	}
	return strings.TrimSuffix(stdout.String(), "\n"), nil
}

// environment is what git sees: without the variables by which a hook that runs
// this program would lead it to the hook's own index, and without downloads of
// large files, which hold no source.
func environment(inherited []string, offline bool) []string {
	env := slices.DeleteFunc(inherited, func(v string) bool {
		name, _, _ := strings.Cut(v, "=")
		return slices.Contains([]string{"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"}, name)
	})
	env = append(env, "GIT_LFS_SKIP_SMUDGE=1", "GIT_OPTIONAL_LOCKS=0", "GIT_TERMINAL_PROMPT=0", "LC_ALL=C")
	if offline {
		env = append(env, "GIT_NO_LAZY_FETCH=1")
	}
	return env
}
