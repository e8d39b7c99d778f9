package rank

import (
	"slices"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// benefits finds out what each domain would take along, and the leaves that would
// take along nothing: a library or a few helpers are easy to move and no service.
func (m *model) benefits() {
	busy := map[int]bool{}
	for _, fn := range m.counted() {
		if slices.ContainsFunc(fn.Roles, unit.Role.Beside) {
			busy[m.domain[fn.ID]] = true
		}
	}
	for table, d := range m.owners {
		if d >= 0 {
			m.candidates[d].Owned = append(m.candidates[d].Owned, table)
		}
	}
	lines, tables, ways := m.in.Map.Kernel.Lines, len(m.owners), len(m.in.Facts.Endpoints)
	for _, c := range m.candidates {
		lines += c.Domain.Lines
	}
	for i := range m.candidates {
		c := &m.candidates[i]
		slices.Sort(c.Owned)
		c.Leaf = len(c.Owned) == 0 && len(c.Written.Tables) == 0 && len(c.Endpoints) == 0 && !busy[i]
		c.Share = (part(c.Domain.Lines, lines) + part(len(c.Owned), tables) + part(len(c.Endpoints), ways)) / 3
	}
}

// part is a share, 0 of nothing.
func part(n, all int) float64 {
	if all == 0 {
		return 0
	}
	return float64(n) / float64(all)
}
