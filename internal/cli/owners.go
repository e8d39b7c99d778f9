package cli

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/stateaudit/stateaudit/internal/config"
	"github.com/stateaudit/stateaudit/internal/owners"
	"github.com/stateaudit/stateaudit/internal/result"
)

// ownerFlags choose what is shown by who owns the file.
type ownerFlags struct{ owner []string }

// nobody stands on the command line for what has no owner.
const nobody = "none"

func (f *ownerFlags) define(cmd *cobra.Command) {
	cmd.Flags().StringArrayVar(&f.owner, "owner", nil, "show only what `OWNER` owns by the CODEOWNERS file, repeatable; none: what nobody owns")
}

// check looks the owners up before any work is done: of a misspelt one nothing would
// be shown, which reads like praise.
func (f *ownerFlags) check(root string) error {
	if len(f.owner) == 0 {
		return nil
	}
	file, place := codeOwners(root)
	if file == nil {
		return fmt.Errorf("--owner: there is no %s", strings.Join(owners.Places(), ", "))
	}
	names := file.Names()
	for _, name := range f.owner {
		if name == nobody || slices.ContainsFunc(names, func(owner string) bool { return owners.Same(name, owner) }) {
			continue
		}
		hint := ""
		if s := config.Suggestion(name, names); strings.Contains(s, "did you mean") {
			hint = s
		}
		return fmt.Errorf("--owner %q: %s names no such owner%s", name, place, hint)
	}
	return nil
}

// shows tells whether a finding is one of those that were asked for.
func (f *ownerFlags) shows(finding result.Finding) bool {
	return len(f.owner) == 0 || slices.ContainsFunc(f.owner, func(name string) bool {
		if name == nobody {
			return len(finding.Owners) == 0
		}
		return slices.ContainsFunc(finding.Owners, func(owner string) bool { return owners.Same(name, owner) })
	})
}

// narrow leaves of a result what was asked for.
func (f *ownerFlags) narrow(r *result.Result) {
	if len(f.owner) > 0 {
		r.Owners = f.owner
		r.Keep(f.shows)
	}
}

// owned says of each finding who owns its file.
func owned(root string, r *result.Result) {
	file, _ := codeOwners(root)
	if file == nil {
		return
	}
	_, below := repositoryOf(root)
	for i := range r.Findings {
		r.Findings[i].Owners = file.Of(path.Join(below, r.Findings[i].Location.File))
	}
}

// codeOwners reads the CODEOWNERS file of the repository that a root lies in, nil if
// there is none. A link may not lead out of the repository.
func codeOwners(root string) (file *owners.File, place string) {
	top, _ := repositoryOf(root)
	tree, err := os.OpenRoot(top)
	if err != nil {
		return nil, ""
	}
	defer tree.Close()
	for _, place := range owners.Places() {
		if info, err := tree.Stat(filepath.FromSlash(place)); err != nil || !info.Mode().IsRegular() { // to open a pipe would wait
			continue
		}
		if content, err := readSource(tree, place); err == nil {
			return owners.Parse(content), place
		}
	}
	return nil, ""
}

// repositoryOf is the repository that a folder lies in: the nearest folder that holds
// .git, and the slash-separated path below it. A folder outside of one stands for
// itself.
func repositoryOf(root string) (top, below string) {
	abs, err := filepath.Abs(root)
	if err != nil {
		return root, ""
	}
	for dir := abs; ; dir = filepath.Dir(dir) {
		if _, err := os.Lstat(filepath.Join(dir, ".git")); err == nil {
			rel, err := filepath.Rel(dir, abs)
			if err != nil || rel == "." {
				return dir, ""
			}
			return dir, filepath.ToSlash(rel)
		}
		if filepath.Dir(dir) == dir {
			return abs, ""
		}
	}
}
