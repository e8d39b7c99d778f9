package diff

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Repository is a git repository, read by the git command. Nothing in it is
// changed: neither its work tree, nor its index, nor its references. Nothing that
// it names is run: no hook, file system monitor, external diff, text conversion or
// filter, whose commands stand in a configuration that may have come with it.
type Repository struct {
	Top string // absolute path of the work tree
	// Prefix is the slash-separated path of the folder it was opened by, below
	// its top, or "".
	Prefix  string
	offline bool
	// filters are the settings by which the configuration defines filters.
	filters []string
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
	return r, r.withoutFilters(ctx)
}

// withoutFilters finds the filters that the configuration defines, and makes them
// pass everything through.
func (r *Repository) withoutFilters(ctx context.Context) error {
	list, err := r.git(ctx, nil, "config", "--null", "--name-only", "--get-regexp", `^filter\.`)
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == 1 { // there are none
		return nil
	}
	if err != nil {
		return err
	}
	r.filters = strings.FieldsFunc(list, func(sign rune) bool { return sign == 0 })
	return nil
}

// passing adds to an environment the settings that switch the filters off, behind
// those that it may hold already.
func (r *Repository) passing(env []string) []string {
	n := 0
	env = slices.DeleteFunc(env, func(v string) bool {
		count, ok := strings.CutPrefix(v, "GIT_CONFIG_COUNT=")
		if ok {
			n, _ = strconv.Atoi(count)
		}
		return ok
	})
	for _, key := range r.filters {
		value := ""
		if strings.HasSuffix(key, ".required") {
			value = "false"
		}
		env = append(env, fmt.Sprintf("GIT_CONFIG_KEY_%d=%s", n, key), fmt.Sprintf("GIT_CONFIG_VALUE_%d=%s", n, value))
		n++
	}
	return append(env, fmt.Sprintf("GIT_CONFIG_COUNT=%d", n))
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
func (r *Repository) git(ctx context.Context, stdin io.Reader, args ...string) (string, error) {
	var stdout bytes.Buffer
	if err := r.command(ctx, stdin, &stdout, args...); err != nil {
		return "", err
	}
	return strings.TrimSuffix(stdout.String(), "\n"), nil
}

func (r *Repository) command(ctx context.Context, stdin io.Reader, stdout io.Writer, args ...string) error {
	cmd := exec.CommandContext(ctx, "git", append([]string{"-c", "core.hooksPath=" + os.DevNull, "-c", "core.fsmonitor=false", "-c", "protocol.ext.allow=never", "-C", r.Top}, args...)...)
	cmd.Env = r.passing(environment(cmd.Environ(), r.offline))
	var stderr bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = stdin, stdout, &stderr
	if err := cmd.Run(); err != nil {
		return &gitError{command: args[0], stderr: strings.TrimSpace(stderr.String()), cause: err}
	}
	return nil
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
