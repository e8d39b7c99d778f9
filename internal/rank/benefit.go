package rank

import (
	"slices"

	"github.com/stateaudit/stateaudit/internal/facts"
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
	m.blind()
	for i := range m.candidates {
		c := &m.candidates[i]
		slices.Sort(c.Owned)
		c.Leaf = !c.Blind && len(c.Owned) == 0 && len(c.Written.Tables) == 0 && len(c.Endpoints) == 0 && !busy[i]
		c.Share = (part(c.Domain.Lines, lines) + part(len(c.Owned), tables) + part(len(c.Endpoints), ways)) / 3
	}
}

// blind notes what a domain asks of a database that was not understood, and whether that
// is all that it asks.
func (m *model) blind() {
	for _, u := range m.in.Facts.Unread() {
		if d, known := m.domain[u.Function.ID]; known && d >= 0 {
			m.candidates[d].Unread = append(m.candidates[d].Unread, u)
		}
	}
	understood := map[int]bool{}
	for id, uses := range m.uses {
		if slices.ContainsFunc(uses, func(u facts.Use) bool { return u.Kind == facts.TableUse }) {
			understood[m.domain[id]] = true
		}
	}
	for d := range m.candidates {
		c := &m.candidates[d]
		c.Blind = len(c.Unread) > 0 && !understood[d]
	}
}

// part is a share, 0 of nothing.
func part(n, all int) float64 {
	if all == 0 {
		return 0
	}
	return float64(n) / float64(all)
}
