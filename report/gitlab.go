package report

import (
	"fmt"
	"io"

	"github.com/stateaudit/stateaudit/internal/result"
)

type gitlabIssue struct {
	Description string         `json:"description"`
	CheckName   string         `json:"check_name"`
	Fingerprint string         `json:"fingerprint"`
	Severity    string         `json:"severity"`
	Location    gitlabLocation `json:"location"`
}

type gitlabLocation struct {
	Path  string      `json:"path"`
	Lines gitlabLines `json:"lines"`
}

type gitlabLines struct {
	Begin int `json:"begin"`
}

// writeGitLab writes a Code Quality report: a bare list.
func writeGitLab(w io.Writer, r *result.Result, o Options) error {
	issues := []gitlabIssue{}
	active, _ := split(r.Findings)
	seen := map[string]int{}
	for _, f := range active {
		issues = append(issues, gitlabIssue{
			Description: withFix(f), CheckName: f.Rule, Fingerprint: distinct(f.ID, seen),
			Severity: gitlabSeverity(f.Level),
			Location: gitlabLocation{o.path(f.Location.File), gitlabLines{max(f.Location.Line, 1)}},
		})
	}
	raw, err := marshal(issues)
	if err != nil {
		return err
	}
	_, err = w.Write(raw)
	return err
}

// distinct makes a fingerprint that was seen before another one: GitLab merges
// what shares one.
func distinct(id string, seen map[string]int) string {
	seen[id]++
	if n := seen[id]; n > 1 {
		return fmt.Sprintf("%s-%d", id, n)
	}
	return id
}

func gitlabSeverity(l result.Level) string {
	switch l {
	case result.Error:
		return "critical"
	case result.Warning:
		return "major"
	}
	return "minor"
}
