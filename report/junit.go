package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/unit"
)

type junitReport struct {
	XMLName  xml.Name     `xml:"testsuites"`
	Name     string       `xml:"name,attr"`
	Tests    int          `xml:"tests,attr"`
	Failures int          `xml:"failures,attr"`
	Suites   []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Name    string        `xml:"name,attr"`
	Class   string        `xml:"classname,attr"`
	File    string        `xml:"file,attr,omitempty"`
	Line    int           `xml:"line,attr,omitempty"`
	Failure *junitFailure `xml:"failure"`
}

type junitFailure struct {
	Type    string `xml:"type,attr"`
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

// writeJUnit writes a test suite for each rule. A rule without findings is a test
// that passes; findings of level note fail nothing and are left out unless they
// are asked for.
func writeJUnit(w io.Writer, r *result.Result, o Options) error {
	active, _ := split(r.Findings)
	if !o.Notes {
		active, _ = splitNotes(active)
	}
	byRule := map[string][]result.Finding{}
	names := ruleOrder(o.Rules, active)
	for _, f := range active {
		byRule[f.Rule] = append(byRule[f.Rule], f)
	}
	out := junitReport{Name: "stateaudit"}
	for _, name := range names {
		s := junitOf(name, byRule[name], o)
		out.Tests += s.Tests
		out.Failures += s.Failures
		out.Suites = append(out.Suites, s)
	}
	return writeXML(w, out)
}

// ruleOrder lists the rules that were asked, and then those that findings name
// beside them.
func ruleOrder(rules []Rule, findings []result.Finding) []string {
	var names []string
	seen := map[string]bool{}
	add := func(name string) {
		if !seen[name] {
			seen[name] = true
			names = append(names, name)
		}
	}
	for _, r := range rules {
		add(r.Name)
	}
	for _, f := range findings {
		add(f.Rule)
	}
	return names
}

func junitOf(rule string, findings []result.Finding, o Options) junitSuite {
	s := junitSuite{Name: rule, Failures: len(findings)}
	for _, f := range findings {
		file := o.path(f.Location.File)
		where := place(unit.Location{File: file, Line: f.Location.Line})
		s.Cases = append(s.Cases, junitCase{
			Name: strings.TrimSpace(clean(f.Symbol) + " " + where), Class: "stateaudit." + rule, File: file, Line: f.Location.Line,
			Failure: &junitFailure{Type: string(f.Level), Message: clean(f.Message), Text: junitText(f, where, o)},
		})
	}
	if len(s.Cases) == 0 {
		s.Cases = []junitCase{{Name: "no findings", Class: "stateaudit." + rule}}
	}
	s.Tests = len(s.Cases)
	return s
}

func junitText(f result.Finding, where string, o Options) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n", where, withFix(f))
	for _, e := range f.Evidence {
		e.Location.File = o.path(e.Location.File)
		fmt.Fprintf(&b, "%s: %s\n", place(e.Location), told(e))
	}
	return b.String()
}
