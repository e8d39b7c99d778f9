package result

import "github.com/stateaudit/stateaudit/internal/unit"

// Diff is what changed between two revisions of one checkout. Suppressed findings
// count as absent from their revision.
type Diff struct {
	SchemaVersion string   `json:"schemaVersion"`
	Tool          Tool     `json:"tool"`
	Base          Revision `json:"base"`
	Head          Revision `json:"head"`
	// Added are findings of the head, fixed those of the base that the head has
	// no more.
	Added []Finding `json:"added"`
	Fixed []Finding `json:"fixed"`
	Moved []Move    `json:"moved"`
	// Ignored are findings of both that a comment suppresses only in the head.
	Ignored []Finding `json:"ignored"`
	// Errors are the problems of the head, BaseErrors those of the base. What was
	// not analysed in one of them can look added or fixed.
	Errors     []unit.Problem `json:"errors"`
	BaseErrors []unit.Problem `json:"baseErrors"`
}

// Revision names what was audited.
type Revision struct {
	// Name is what the user called it; for the files as they are in the work
	// tree it is empty, and so is the commit.
	Name   string `json:"name"`
	Commit string `json:"commit"`
}

// Move is a finding whose declaration is now elsewhere.
type Move struct {
	From    unit.Location `json:"from"`
	Finding Finding       `json:"finding"`
}

// Complete gives every list its empty value instead of nil.
func (d *Diff) Complete() {
	orEmpty(&d.Added)
	orEmpty(&d.Fixed)
	orEmpty(&d.Moved)
	orEmpty(&d.Ignored)
	orEmpty(&d.Errors)
	orEmpty(&d.BaseErrors)
}
