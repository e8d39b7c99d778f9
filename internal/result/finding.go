package result

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// Fingerprint identifies a finding over edits elsewhere in its file: it is made
// of the rule, the symbol and the path, never of a line, a level or a message.
func Fingerprint(rule, symbol, path string) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{rule, symbol, path}, "\x00")))
	return hex.EncodeToString(sum[:16])
}

// Distinguish numbers the symbols of sorted findings that would otherwise share
// an identity, such as local variables of one name in one file: the second
// becomes "name (2)".
func Distinguish(findings []Finding) {
	seen := map[string]int{}
	for i := range findings {
		f := &findings[i]
		id := Fingerprint(f.Rule, f.Symbol, f.Location.File)
		if seen[id]++; seen[id] > 1 {
			f.Symbol = strings.TrimSpace(fmt.Sprintf("%s (%d)", f.Symbol, seen[id]))
		}
	}
}

// Sort orders findings by place and then by everything that tells two apart.
func Sort(findings []Finding) {
	slices.SortStableFunc(findings, func(a, b Finding) int {
		return cmp.Or(
			compareLocations(a.Location, b.Location),
			cmp.Compare(a.Rule, b.Rule),
			cmp.Compare(a.Symbol, b.Symbol),
			cmp.Compare(a.Message, b.Message),
		)
	})
}

func compareLocations(a, b unit.Location) int {
	return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
}

// SortProblems orders problems by place and removes those said twice.
func SortProblems(problems []unit.Problem) []unit.Problem {
	slices.SortFunc(problems, func(a, b unit.Problem) int {
		return cmp.Or(cmp.Compare(weight(a.Kind), weight(b.Kind)), cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Message, b.Message))
	})
	return slices.Compact(problems)
}

// weight puts first what takes most away from a result: lists are cut at the end.
func weight(k unit.ProblemKind) int {
	switch k {
	case unit.Bug:
		return 0
	case unit.MissingModule, unit.LowReach:
		return 1
	}
	return 2
}

// Summarise counts the findings that are not suppressed.
func Summarise(findings []Finding) Summary {
	s := Summary{ByRule: map[string]int{}, ByCategory: map[string]int{}, ByLevel: map[string]int{}}
	for _, f := range findings {
		if f.Suppressed != nil {
			continue
		}
		s.ByRule[f.Rule]++
		s.ByCategory[string(f.Category)]++
		s.ByLevel[string(f.Level)]++
	}
	return s
}

// Keep leaves of a result the findings that show takes. Counts and what findings say of
// each other are made to fit; the ranking is about the whole, and is left out.
func (r *Result) Keep(show func(Finding) bool) {
	r.Findings = slices.DeleteFunc(r.Findings, func(f Finding) bool { return !show(f) })
	ids := map[string]bool{}
	for _, f := range r.Findings {
		ids[f.ID] = true
	}
	for i := range r.Findings {
		related := &r.Findings[i].Related
		*related = slices.DeleteFunc(*related, func(id string) bool { return !ids[id] })
	}
	r.Summary = Summarise(r.Findings)
	r.Domains, r.Candidates, r.Edges = nil, nil, nil
	r.Complete()
}

// Complete gives every list and map of a result that is nil its empty value:
// the contract has lists, and never null for them.
func (r *Result) Complete() {
	orEmpty(&r.Findings)
	orEmpty(&r.Domains)
	orEmpty(&r.Candidates)
	orEmpty(&r.Edges)
	orEmpty(&r.Workloads)
	for i := range r.Workloads {
		orEmpty(&r.Workloads[i].Runs)
		orEmpty(&r.Workloads[i].Programs)
	}
	orEmpty(&r.Reach)
	for i := range r.Reach {
		orEmpty(&r.Reach[i].Behind)
		orEmpty(&r.Reach[i].Drafts)
	}
	orEmpty(&r.LeftOut)
	orEmpty(&r.Errors)
	if r.Languages == nil {
		r.Languages = map[string]LanguageStat{}
	}
	if r.Summary.ByRule == nil {
		r.Summary = Summarise(r.Findings)
	}
	for i := range r.Findings {
		orEmpty(&r.Findings[i].Evidence)
		orEmpty(&r.Findings[i].Related)
		if r.Findings[i].Confidence == "" {
			r.Findings[i].Confidence = Proven
		}
	}
	for i := range r.Domains {
		orEmpty(&r.Domains[i].Paths)
		orEmpty(&r.Domains[i].Tables)
	}
	for i := range r.Candidates {
		r.Candidates[i].complete()
	}
}

func (c *Candidate) complete() {
	orEmpty(&c.Blockers)
	orEmpty(&c.Events)
	if c.Inputs == nil {
		c.Inputs = map[string]float64{}
	}
	for i := range c.Events {
		orEmpty(&c.Events[i].Payload)
	}
}

func orEmpty[T any](list *[]T) {
	if *list == nil {
		*list = []T{}
	}
}
