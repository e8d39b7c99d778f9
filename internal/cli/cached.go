package cli

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"github.com/stateaudit/stateaudit/internal/audit"
	"github.com/stateaudit/stateaudit/internal/cache"
	"github.com/stateaudit/stateaudit/internal/config"
	format "github.com/stateaudit/stateaudit/report"
)

// cacheFlags say whether and where answers are kept.
type cacheFlags struct {
	noCache  bool
	cacheDir string
	// before are the inputs as they were looked at before the work; settled tells that
	// nothing was written since, so that what was worked out is the answer to them.
	before  audit.Inputs
	settled bool
	// like is the root of the tree that an audited one is a copy of, "" for itself.
	like string
}

func (f *cacheFlags) define(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.BoolVar(&f.noCache, "no-cache", false, "work everything out, and keep nothing for the next time")
	flags.StringVar(&f.cacheDir, "cache-dir", "", "keep answers in `DIR` instead of the user's cache folder")
	cmd.MarkFlagsMutuallyExclusive("no-cache", "cache-dir")
}

// cacheFolder is the folder of this program in the user's cache folder.
func cacheFolder() (string, error) {
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(dir, "stateaudit"), nil
}

// open returns the cache, nil if there is to be none.
func (f *cacheFlags) open(env Env) *cache.Cache {
	if f.noCache {
		return nil
	}
	dir := f.cacheDir
	if dir == "" && env.CacheDir != nil {
		dir, _ = env.CacheDir() // without a home there is no cache
	}
	if dir == "" {
		return nil
	}
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil
	}
	return cache.Open(abs, cache.DefaultMaxBytes, env.Now)
}

// tool tells builds of this program apart: by version or revision, and where that
// does not settle what was built, by the file of the program.
func tool() string {
	parts := []string{versionLine()}
	if info, ok := debug.ReadBuildInfo(); ok {
		parts = append(parts, info.String())
		if v := info.Main.Version; v != "" && v != "(devel)" && !strings.HasSuffix(v, "+dirty") {
			return strings.Join(parts, "\n")
		}
	}
	if name, err := os.Executable(); err == nil {
		if info, err := os.Stat(name); err == nil {
			parts = append(parts, fmt.Sprint(name, info.Size(), info.ModTime().UnixNano()))
		}
	}
	return strings.Join(parts, "\n")
}

// inputs is everything that an audit depends on; its text is empty if that cannot be
// told.
func (f *scopeFlags) inputs(ctx context.Context, c *cache.Cache, o audit.Options) audit.Inputs {
	if c == nil {
		return audit.Inputs{}
	}
	in, ok := audit.InputsOf(ctx, o)
	if !ok {
		return audit.Inputs{}
	}
	if f.traffic != "" {
		content, err := os.ReadFile(f.traffic)
		if err != nil {
			return audit.Inputs{}
		}
		sum := sha256.Sum256(content)
		in.Text += "\ntraffic " + f.traffic + " " + hex.EncodeToString(sum[:])
	}
	in.Text = tool() + "\n" + in.Text
	return in
}

// options are those of an audit of a target. A cache that lies in the tree is no
// part of it.
func (f *scopeFlags) options(t target, c *config.Config, store *cache.Cache) (audit.Options, error) {
	only, err := f.languages()
	if err != nil {
		return audit.Options{}, err
	}
	o := audit.Options{Root: t.root, Config: c, About: t.paths, Only: only, Offline: f.offline}
	if t.listed { // what a list names need not be something to audit
		o.About = nil
	}
	if store != nil {
		o.Units = unitStore{store, cmp.Or(f.like, t.root)}
		o.Apart = store.Dir()
		if real, err := filepath.EvalSymlinks(o.Apart); err == nil { // else it is made on the first write
			o.Apart = real
		}
	}
	return o, nil
}

// answered audits, or takes the answer of an earlier audit of the same inputs, unless
// the caller needs the ranking itself.
func (f *scopeFlags) answered(ctx context.Context, env Env, o audit.Options, store *cache.Cache) (out *audit.Outcome, known bool, err error) {
	before := f.before
	if before.Text == "" {
		before = f.inputs(ctx, store, o)
	}
	key := cache.KeyOf("outcome", before.Text)
	if before.Text != "" && !f.ranked {
		if content, ok := store.Get(key); ok {
			if out, err := audit.Restore(content); err == nil {
				return out, true, nil
			}
		}
	}
	if out, err = audit.Study(ctx, o); err != nil || before.Text == "" {
		return out, false, err
	}
	content, ok := out.Save(o.Offline)
	f.settled = ok && f.inputs(ctx, store, o) == before
	if f.settled {
		_ = store.Put(key, content) // then the next one works it out again
	}
	return out, false, nil
}

// unitStore keeps what was read of the files of a tree.
type unitStore struct {
	cache *cache.Cache
	root  string
}

func (s unitStore) key(name string) cache.Key {
	root, err := filepath.Abs(s.root)
	if err != nil {
		root = s.root
	}
	return cache.KeyOf("units", tool(), root, name)
}

// Get reads what was kept.
func (s unitStore) Get(name string) ([]byte, bool) { return s.cache.Get(s.key(name)) }

// Put keeps something in the place of what has that name.
func (s unitStore) Put(name string, content []byte) {
	_ = s.cache.Put(s.key(name), content) // then it is worked out again
}

// page is what a command writes, and what it tells beside it.
type page struct {
	Told []string
	Text string
}

// paged writes a page that asks for more than the outcome of an audit: what an earlier
// one with the same inputs, flags and terminal has written, or what make makes.
func (f *scopeFlags) paged(cmd *cobra.Command, env Env, to pageFlags, root string, asked []string, make func() (func(io.Writer, format.Options) error, error)) error {
	store := f.cacheFlags.open(env)
	t := target{root: root, near: root}
	if c, err := f.configuration(t); err == nil && store != nil {
		if o, err := f.options(t, c, store); err == nil {
			f.before = f.inputs(cmd.Context(), store, o)
		}
	}
	shown := to.options(cmd, env)
	key := cache.KeyOf(append([]string{"page", f.before.Text, fmt.Sprint(shown.Width, shown.Color, shown.Terminal)}, asked...)...)
	if content, ok := store.Get(key); ok && f.before.Text != "" {
		var p page
		if json.Unmarshal(content, &p) == nil {
			f.tell(cmd.ErrOrStderr(), p.Told)
			return to.write(cmd, env, func(w io.Writer, _ format.Options) error {
				_, err := io.WriteString(w, p.Text)
				return err
			})
		}
	}
	write, err := make()
	if err != nil {
		return err
	}
	var text bytes.Buffer
	if err := write(&text, shown); err != nil {
		return failure(err)
	}
	if content, err := json.Marshal(page{f.told, text.String()}); f.settled && err == nil && !bytes.Contains(content, []byte(`\ufffd`)) {
		_ = store.Put(key, content) // then the next one works it out again
	}
	return to.write(cmd, env, func(w io.Writer, _ format.Options) error {
		_, err := text.WriteTo(w)
		return err
	})
}

// tell says things beside the output.
func (f *scopeFlags) tell(stderr io.Writer, told []string) {
	f.told = told
	for _, line := range told {
		if !f.quiet {
			fmt.Fprintln(stderr, line)
		}
	}
}

// newCache is the command that looks after the cache.
func newCache(env Env) *cobra.Command {
	var f cacheFlags
	folder := func() (*cache.Cache, error) {
		if c := f.open(env); c != nil {
			return c, nil
		}
		return nil, &exit{exitUsage, fmt.Errorf("there is no cache folder; name one with --cache-dir")}
	}
	cmd := &cobra.Command{
		Use:   "cache",
		Short: "Tell where answers are kept for the next time, and how many",
		Long: `Tell where answers are kept for the next time, and how many.

An audit of a tree that has not changed is answered from what was kept: the key
stands for every file of the tree, the configuration, the flags, this build of the
program, the Go version and settings and the modules at hand. Of a tree that has changed,
what was read of a file or Go package is used again if that and all that it depends on are
as they were. Nothing is read that another user may have written. What
was not used for longest goes when the folder holds more than ` + bytesText(cache.DefaultMaxBytes) + `.`,
		Example: "  stateaudit cache",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := folder()
			if err != nil {
				return err
			}
			n, size := c.Size()
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s: %d entries, %s of %s\n", c.Dir(), n, bytesText(size), bytesText(cache.DefaultMaxBytes))
			return failure(err)
		},
	}
	clean := &cobra.Command{
		Use:     "clean",
		Short:   "Empty the cache",
		Example: "  stateaudit cache clean",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := folder()
			if err != nil {
				return err
			}
			freed, err := c.Clean()
			if err != nil {
				return failure(err)
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s: %s freed\n", c.Dir(), bytesText(freed))
			return failure(err)
		},
	}
	for _, c := range []*cobra.Command{cmd, clean} {
		c.Flags().StringVar(&f.cacheDir, "cache-dir", "", "look after `DIR` instead of the user's cache folder")
	}
	cmd.AddCommand(clean)
	return cmd
}

// bytesText is a size for people.
func bytesText(n int64) string {
	switch {
	case n >= 1<<20:
		return fmt.Sprintf("%.1f MB", float64(n)/(1<<20))
	case n >= 1<<10:
		return fmt.Sprintf("%.1f kB", float64(n)/(1<<10))
	}
	return fmt.Sprintf("%d bytes", n)
}
