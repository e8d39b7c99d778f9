package audit

import (
	"slices"

	"github.com/stateaudit/stateaudit/internal/checkout"
	"github.com/stateaudit/stateaudit/internal/config"
	"github.com/stateaudit/stateaudit/internal/result"
)

// grade gives findings their fingerprints and the levels that the user has set,
// and drops those of rules that are switched off, those that the user leaves out, and
// those that are not wanted for how little is sure. A file that is left out is read
// all the same where the go command needs it for another.
func grade(found []result.Finding, o Options) []result.Finding {
	var omit []chosen
	if len(o.Config.Exclude) > 0 {
		omit = append(omit, o.chosen(config.Selector{Paths: o.Config.Exclude}))
	}
	for _, s := range o.Config.Omit {
		omit = append(omit, o.chosen(s))
	}
	levels := make([]chosen, len(o.Config.Levels))
	for i, l := range o.Config.Levels {
		levels[i] = o.chosen(l.Selector)
	}
	for i := range found {
		f := &found[i]
		if f.ID == "" {
			f.ID = result.Fingerprint(f.Rule, f.Symbol, f.Location.File)
		}
		for k, l := range o.Config.Levels {
			if levels[k].takes(f) {
				f.Level = result.Level(l.Level)
			}
		}
	}
	least := result.Confidence(o.Config.MinConfidence)
	return slices.DeleteFunc(found, func(f result.Finding) bool {
		return f.Level == config.Off || least != "" && f.Confidence.Rank() < least.Rank() ||
			slices.ContainsFunc(omit, func(c chosen) bool { return c.takes(&f) })
	})
}

// chosen is a selector of the configuration with the paths that it takes below the root.
type chosen struct {
	config.Selector
	paths []checkout.Glob
}

func (o Options) chosen(s config.Selector) chosen { return chosen{s, o.globs(s.Paths)} }

// takes tells whether a finding is one of those that are selected.
func (c chosen) takes(f *result.Finding) bool {
	group := ""
	if f.Group != nil {
		group = string(*f.Group)
	}
	below := func(g checkout.Glob) bool { return g.Below(f.Location.File) }
	return has(c.Rules, f.Rule) && has(c.Categories, string(f.Category)) && has(c.Groups, group) &&
		(len(c.paths) == 0 || slices.ContainsFunc(c.paths, below))
}

// has tells whether a list has a word, as one without any does.
func has(list []string, word string) bool { return len(list) == 0 || slices.Contains(list, word) }

// globs are patterns of the configuration as they apply below the root.
func (o Options) globs(from []config.Glob) []checkout.Glob {
	var out []checkout.Glob
	for _, g := range from {
		out = append(out, checkout.Glob{Pattern: g.Pattern, Prefix: o.Config.Prefix(o.Root, g.Above)})
	}
	return out
}
