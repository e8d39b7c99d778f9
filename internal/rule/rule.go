// Package rule defines what a rule is and what it is given.
package rule

import (
	"strings"

	"github.com/stateaudit/stateaudit/internal/assess"
	"github.com/stateaudit/stateaudit/internal/bindings"
	"github.com/stateaudit/stateaudit/internal/program"
	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// Rule asks one question of a linked program.
type Rule struct {
	Name       string
	Level      result.Level // default level of its findings
	Categories []result.Category
	Languages  []unit.Language
	Doc        string // Markdown; its first paragraph after the title is the summary
	Run        func(*Pass)
}

// Summary is the first sentence of the rule's documentation.
func (r Rule) Summary() string {
	for _, block := range strings.Split(r.Doc, "\n\n") {
		block = strings.TrimSpace(block)
		if block == "" || strings.HasPrefix(block, "#") {
			continue
		}
		text := strings.Join(strings.Fields(block), " ")
		if i := strings.Index(text, ". "); i > 0 {
			return text[:i+1]
		}
		return text
	}
	return ""
}

// Pass is what a rule may use: the program, and a way to report.
type Pass struct {
	Program *program.Program
	// Assessments are the verdicts on all holders, by holder, made once for all
	// rules so that no holder is reported by two of them.
	Assessments []assess.Assessment
	// Sources tell what each function reaches outside the process.
	Sources *assess.Sources
	// Bindings say where the application keeps what it is configured to keep.
	Bindings []bindings.Binding
	// SharedTables are the tables that several domains write. They are known only
	// where a whole checkout is looked at.
	SharedTables []SharedTable
	rule         Rule
	found        []result.Finding
}

// SharedTable is a table that more than one domain writes.
type SharedTable struct {
	Name     string
	Language unit.Language
	Domains  []string
	Writes   []result.Evidence // at least one for each domain
}

// Input is what all rules are given.
type Input struct {
	Program      *program.Program
	Sources      *assess.Sources
	Assessments  []assess.Assessment
	SharedTables []SharedTable
	Bindings     []bindings.Binding
}

// Report adds a finding. Rule, level and what the contract wants are filled in
// where the rule left them empty. On are the functions that it rests on: it is no
// surer than that they run.
func (p *Pass) Report(f result.Finding, on ...*program.Function) {
	for _, fn := range on {
		doubted(&f, fn.Doubt(fn.Phase()))
	}
	if f.Confidence == "" {
		f.Confidence = result.Proven
	}
	f.Rule = p.rule.Name
	if f.Level == "" {
		f.Level = p.rule.Level
	}
	if f.Related == nil {
		f.Related = []string{}
	}
	p.found = append(p.found, f)
}

// doubted makes a finding no surer than a step that it rests on.
func doubted(f *result.Finding, d program.Doubt) {
	if d.Confidence.Rank() < f.Confidence.Rank() {
		f.Confidence, f.Doubt = d.Confidence, d.Why
	}
}

// Run asks one rule.
func Run(r Rule, in Input) []result.Finding {
	p := &Pass{Program: in.Program, Assessments: in.Assessments, Sources: in.Sources, SharedTables: in.SharedTables, Bindings: in.Bindings, rule: r}
	r.Run(p)
	return p.found
}

// Name of the rule that is being asked.
func (p *Pass) Name() string { return p.rule.Name }
