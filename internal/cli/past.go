package cli

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"path"
	"path/filepath"

	"github.com/stateaudit/stateaudit/internal/diff"
)

// maxCommits bounds how much of the history is looked at for what changes together.
const maxCommits = 2000

// past is what the repository around a checkout says of it: its history, and who owns
// what. A checkout without one, or a machine without git, has nothing to say.
type past struct {
	repository *diff.Repository
	// head stands for all that it says.
	head string
	// owners tells who owns a file of the checkout; nil if nothing does.
	owners func(file string) []string
}

// pastOf opens the repository that a checkout lies in.
func pastOf(ctx context.Context, root string) past {
	var p past
	if r, err := diff.Open(ctx, root, true); err == nil {
		if hash, err := r.Commit(ctx, "HEAD"); err == nil {
			p.repository, p.head = r, hash
		}
	}
	if file, place := codeOwners(root); file != nil {
		top, below := repositoryOf(root)
		p.owners = func(name string) []string { return file.Of(path.Join(below, name)) }
		content, _ := os.ReadFile(filepath.Join(top, filepath.FromSlash(place)))
		p.head += fmt.Sprintf(" %x", sha256.Sum256(content))
	}
	return p
}

// changes lists the files of each of the last commits; none if there is no history.
func (p past) changes(ctx context.Context) [][]string {
	if p.repository == nil {
		return nil
	}
	all, err := p.repository.Changes(ctx, maxCommits)
	if err != nil {
		return nil // it is evidence beside, and never needed
	}
	return all
}
