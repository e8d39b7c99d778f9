package bindings

import (
	"cmp"
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// maxAtoms bounds how many tests are combined; beyond, each is taken by itself.
const maxAtoms = 10

// outcome is a choice that production reaches.
type outcome struct {
	setting, choice int // setting is -1 where nothing is set
	guard           string
}

// reach lists the choices that some outcome of all conditions leads to, in the
// order in which they are written; last where nothing is set.
func reach(settings []unit.Setting) []outcome {
	atoms := atomsOf(settings)
	if len(atoms) > maxAtoms {
		atoms = atoms[:maxAtoms]
	}
	won := map[[2]int][]uint{}
	for mask := uint(0); mask < 1<<len(atoms); mask++ {
		holds := func(atom string) bool {
			i := slices.Index(atoms, atom)
			return i < 0 || mask>>i&1 == 1
		}
		at := winner(settings, holds)
		won[at] = append(won[at], mask)
	}
	var out []outcome
	for at, masks := range won {
		out = append(out, outcome{at[0], at[1], guard(atoms, masks)})
	}
	slices.SortFunc(out, func(a, b outcome) int {
		if a.setting < 0 != (b.setting < 0) {
			return cmp.Compare(b.setting, a.setting)
		}
		return cmp.Or(cmp.Compare(a.setting, b.setting), cmp.Compare(a.choice, b.choice))
	})
	return out
}

// winner is the choice that counts for one outcome of all conditions.
func winner(settings []unit.Setting, holds func(string) bool) [2]int {
	for i := len(settings) - 1; i >= 0; i-- {
		if !settings[i].When.Holds(unit.EnvProduction, holds) {
			continue
		}
		for j, c := range settings[i].Choices {
			if c.When.Holds(unit.EnvProduction, holds) {
				return [2]int{i, j}
			}
		}
	}
	return [2]int{-1, 0}
}

func atomsOf(settings []unit.Setting) []string {
	var out []string
	add := func(c unit.Condition) {
		for _, atom := range c.Atoms() {
			if !slices.Contains(out, atom) {
				out = append(out, atom)
			}
		}
	}
	for _, s := range settings {
		add(s.When)
		for _, c := range s.Choices {
			add(c.When)
		}
	}
	return out
}

// guard writes what the outcomes have in common that lead to one choice.
func guard(atoms []string, masks []uint) string {
	all, none := ^uint(0), ^uint(0)
	for _, mask := range masks {
		all &= mask
		none &= ^mask
	}
	yes, no := settled(atoms, all, none)
	var parts []string
	if len(no) > 0 {
		parts = append(parts, "unless "+strings.Join(no, " or "))
	}
	if len(yes) > 0 {
		parts = append(parts, "if "+strings.Join(yes, " and "))
	}
	if len(parts) == 0 && len(masks) < 1<<len(atoms) {
		if other := except(atoms, masks); other != "" {
			return other
		}
		return "depending on whether " + strings.Join(atoms, ", ")
	}
	return strings.Join(parts, ", ")
}

// settled are the tests that hold in all of some outcomes, and in none of them.
func settled(atoms []string, all, none uint) (yes, no []string) {
	for i, atom := range atoms {
		switch {
		case all>>i&1 == 1:
			yes = append(yes, atom)
		case none>>i&1 == 1:
			no = append(no, atom)
		}
	}
	return yes, no
}

// except writes outcomes by those that are left out, where these are all that have
// some tests in common: all of them hold, or none does.
func except(atoms []string, masks []uint) string {
	all, none, left := ^uint(0), ^uint(0), 0
	for mask := uint(0); mask < 1<<len(atoms); mask++ {
		if !slices.Contains(masks, mask) {
			all, none, left = all&mask, none&^mask, left+1
		}
	}
	yes, no := settled(atoms, all, none)
	switch {
	case left != 1<<(len(atoms)-len(yes)-len(no)), len(yes) > 0 && len(no) > 0:
		return ""
	case len(yes) > 0:
		return "unless " + strings.Join(yes, " and ")
	}
	return "if " + strings.Join(no, " or ")
}
