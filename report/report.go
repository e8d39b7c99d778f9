// Package report renders a result. Every format is a view of the same value, in
// a file of its own and on one line of the table below. A format knows no rule
// and reads no environment: what it may depend on comes in Options.
package report

import (
	"io"
	"slices"

	"github.com/stateaudit/stateaudit/internal/rank"
	"github.com/stateaudit/stateaudit/internal/result"
)

// Options are what a format may depend on beside the result.
type Options struct {
	// Color allows escape sequences.
	Color bool
	// Notes shows findings of level note one by one instead of their number.
	Notes bool
	// Details lists the findings one by one; without it a table answers in ten
	// lines. Notes implies it.
	Details bool
	// Context also shows what findings rest on as a whole: workloads, and what was
	// left out.
	Context bool
	// Terminal tells that a person reads along, so that Markdown is laid out and
	// places lead to their files.
	Terminal bool
	// Link returns the address of a file on this machine, for terminals that
	// follow links; nil for none.
	Link func(file string) string
	// Width is the number of columns to write for; 0 stands for 80.
	Width int
	// Rules are the rules that were asked, for formats that carry their
	// documentation.
	Rules []Rule
	// Source returns the content of a file of the result, by its path there. It
	// may be nil: regions and fingerprints are then less exact.
	Source func(file string) ([]byte, error)
	// Prefix is the path of the audited root below the root of its repository,
	// slash-separated, or "". Formats that other programs read name files from
	// the root of the repository; the JSON contract does not.
	Prefix string
	// Category tells apart the uploads of several audits of one repository.
	Category string
	// Suppressed also writes what is suppressed or in the baseline, marked as
	// such, in formats that have a mark for it.
	Suppressed bool
	// Repository is where the sources come from, if that is known.
	Repository Repository
	// Name is what people call the checkout, for a title; empty if unknown.
	Name string
	// Ranking is what the candidates of the result were made of; nil if only the
	// result is at hand. Formats then say less of tables.
	Ranking *rank.Ranking
	// History is what revisions before have had, for a page that shows it; nil if it
	// was not asked for.
	History *result.History
	// Terms says what each input of a candidate counts, by its name.
	Terms map[string]string
}

// Rule is what formats say of a rule.
type Rule struct {
	Name    string
	Level   result.Level // default level of its findings
	Summary string
	Doc     string // Markdown
	Tags    []string
}

// Repository is a revision of a repository.
type Repository struct {
	URI      string // absolute; empty if unknown
	Revision string
	Branch   string
}

// Format is one way to write a result.
type Format struct {
	Name    string
	Summary string
	Write   func(w io.Writer, r *result.Result, o Options) error
	// Ranked says that it wants the ranking itself, and not only the result.
	Ranked bool
}

// Formats lists all formats; the first is the default.
func Formats() []Format {
	return []Format{
		{"table", "the answer in ten lines, and with --details each finding", writeTable, false},
		{"html", "a report in one file, for a browser", writeHTML, true},
		{"json", "everything, as docs/result.schema.json describes it", writeJSON, false},
		{"sarif", "SARIF 2.1.0 for code scanning", writeSARIF, false},
		{"github", "GitHub workflow annotations", writeGitHub, false},
		{"gitlab", "GitLab Code Quality report", writeGitLab, false},
		{"checkstyle", "Checkstyle XML, for Jenkins and others", writeCheckstyle, false},
		{"junit", "JUnit XML, a test suite for each rule", writeJUnit, false},
		{"rdjson", "reviewdog's diagnostics", writeRDJSON, false},
		{"csv", "a line for each finding, for spreadsheets", writeCSV, false},
		{"markdown", "a summary for a pull request or a workflow step", writeMarkdown, false},
		{"compact", "file:line:column: level: rule: message, for editors", writeCompact, false},
	}
}

// Named finds a format.
func Named(name string) (Format, bool) {
	i := slices.IndexFunc(Formats(), func(f Format) bool { return f.Name == name })
	if i < 0 {
		return Format{}, false
	}
	return Formats()[i], true
}

// Names lists the names of the formats.
func Names() []string {
	var names []string
	for _, f := range Formats() {
		names = append(names, f.Name)
	}
	return names
}
