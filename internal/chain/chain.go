// Package chain links findings that explain each other: a value that the session
// cannot keep, the mirror of sessions in process memory that this led to, and the
// sticky balancing that the mirror needs.
package chain

import (
	"slices"

	"github.com/stateaudit/stateaudit/internal/result"
)

// links are the rules of the chain, cause first.
var links = [...]string{"nonserializable-session-write", "session-in-process", "sticky-session"}

// maxRelated bounds how many findings of one rule are named.
const maxRelated = 5

// Link fills Related of the findings of the chain. They need their IDs.
func Link(found []result.Finding) {
	byRule := map[string][]string{}
	for _, f := range found {
		if slices.Contains(links[:], f.Rule) && len(byRule[f.Rule]) < maxRelated && f.Level != result.Note {
			byRule[f.Rule] = append(byRule[f.Rule], f.ID)
		}
	}
	for i := range found {
		f := &found[i]
		if !slices.Contains(links[:], f.Rule) || f.Level == result.Note {
			continue
		}
		for _, rule := range links {
			if rule == f.Rule {
				continue
			}
			for _, id := range byRule[rule] {
				if !slices.Contains(f.Related, id) {
					f.Related = append(f.Related, id)
				}
			}
		}
	}
}
