package diff

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
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
// an index of its own and runs no hook.
func (r *Repository) Checkout(ctx context.Context, commit, folder string) error {
	scratch, err := os.MkdirTemp("", "stateaudit-index-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(scratch)
	index := []string{"GIT_INDEX_FILE=" + filepath.Join(scratch, "index")}
	if _, err := r.git(ctx, index, "read-tree", commit); err != nil {
		return err
	}
	_, err = r.git(ctx, index, "checkout-index", "--all", "--force", "--quiet", "--prefix="+filepath.ToSlash(folder)+"/")
	return err
}

// git runs the command and returns its output without the last line end. The
// error is the command's own complaint.
func (r *Repository) git(ctx context.Context, env []string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "git", append([]string{"-c", "core.hooksPath=" + os.DevNull, "-c", "core.fsmonitor=false", "-C", r.Top}, args...)...)
	cmd.Env = append(environment(cmd.Environ(), r.offline), env...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		if text := strings.TrimSpace(stderr.String()); text != "" {
			return "", fmt.Errorf("git %s: %s: %w", args[0], text, err)
		}
		return "", fmt.Errorf("git %s: %w", args[0], err)
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
