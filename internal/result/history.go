package result

// History is what several revisions of one checkout have had, the oldest first.
// Suppressed findings count as absent from their revision.
type History struct {
	SchemaVersion string `json:"schemaVersion"`
	Tool          Tool   `json:"tool"`
	// Every says by what the revisions were chosen: Releases or Months.
	Every string `json:"every"`
	// Shallow tells that the clone lacks what came before its first revisions.
	Shallow  bool       `json:"shallow"`
	Points   []Point    `json:"points"`
	Findings []Lifetime `json:"findings"`
	Domains  []Growth   `json:"domains"`
}

// By what revisions are chosen.
const (
	Releases = "release"
	Months   = "month"
)

// Point is a revision that was audited, or could not be.
type Point struct {
	Name    string         `json:"name"` // the tag, the month, or HEAD
	Commit  string         `json:"commit"`
	Date    string         `json:"date"` // of the commit, YYYY-MM-DD in UTC
	ByLevel map[string]int `json:"byLevel"`
	// Came and Went count findings against the revision audited before.
	Came int `json:"came"`
	Went int `json:"went"`
	// NotAnalysed counts problems: what was overlooked looks like absent.
	NotAnalysed int `json:"notAnalysed"`
	// Failure is why it could not be audited; its counts are then none.
	Failure string `json:"failure,omitempty"`
}

// Lifetime is a finding with when it was there.
type Lifetime struct {
	Finding Finding  `json:"finding"` // as it was last seen
	Periods []Period `json:"periods"`
}

// Period names the revisions between which a finding was there.
type Period struct {
	Came string `json:"came"`           // the first that has it
	Went string `json:"went,omitempty"` // the first that has it no more; absent if the last one has it
}

// Open tells whether the last revision has the finding.
func (l Lifetime) Open() bool { return len(l.Periods) > 0 && l.Periods[len(l.Periods)-1].Went == "" }

// Growth is how large a domain was.
type Growth struct {
	Name  string `json:"name"`
	Sizes []Size `json:"sizes"` // at the revisions that have it
}

// Size is that of a domain at a revision.
type Size struct {
	Point    string `json:"point"`
	Files    int    `json:"files"`
	Lines    int    `json:"lines"`
	Findings int    `json:"findings"`
}

// Complete gives every list its empty value instead of nil.
func (h *History) Complete() {
	orEmpty(&h.Points)
	orEmpty(&h.Findings)
	orEmpty(&h.Domains)
	for i := range h.Points {
		if h.Points[i].ByLevel == nil {
			h.Points[i].ByLevel = map[string]int{}
		}
	}
}
