package report

import (
	"encoding/json"
	"fmt"
	"io"
	"path"
	"regexp"
	"strings"
	"time"

	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/unit"
)

const (
	sarifSchema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
	homepage    = "https://github.com/stateaudit/stateaudit"
	// baseID stands for the root of the repository, which the reader of the log
	// knows; a path of the machine that wrote it would help nobody.
	baseID = "%SRCROOT%"
	// ownFingerprint is the key of the identity that the baseline uses as well.
	ownFingerprint  = "stateaudit/v1"
	lineFingerprint = "primaryLocationLineHash"
)

// writeSARIF writes a log that GitHub code scanning shows well.
//
// What is suppressed is left out unless asked for, because code scanning shows
// it as open. A region is the declared name and nothing more, because an alert
// is shown in a pull request only if all its lines were changed. Evidence is
// linked from the message, because other related locations are not shown.
func writeSARIF(w io.Writer, r *result.Result, o Options) error {
	raw, err := newSARIF(r, o).fit()
	if err != nil {
		return err
	}
	_, err = w.Write(raw)
	return err
}

// sarif makes a log of a result.
type sarif struct {
	r       *result.Result
	o       Options
	sources *sources
	byID    map[string]result.Finding
	rules   map[string]int
	// plain leaves out snippets, bare also code flows and related locations.
	plain, bare bool
}

func newSARIF(r *result.Result, o Options) *sarif {
	s := &sarif{r: r, o: o, sources: newSources(o.Source), byID: map[string]result.Finding{}, rules: map[string]int{}}
	for _, f := range r.Findings {
		s.byID[f.ID] = f
	}
	for i, rule := range o.Rules {
		s.rules[rule.Name] = i
	}
	return s
}

// log writes the findings given; cut says what had to be left out.
func (s *sarif) log(findings []result.Finding, cut string) ([]byte, error) {
	run := sarifRun{
		Tool:               sarifTool{s.driver()},
		Invocations:        []sarifInvocation{s.invocation(cut)},
		VersionControl:     s.versionControl(),
		OriginalURIBaseIDs: map[string]sarifArtifact{baseID: {Description: &sarifText{Text: "The root of the repository."}}},
		Results:            make([]sarifResult, 0, len(findings)),
		AutomationDetails:  sarifAutomation{ID: s.automation()},
		ColumnKind:         "utf16CodeUnits",
	}
	baselined := s.o.Suppressed && hasBaseline(findings)
	for _, f := range findings {
		run.Results = append(run.Results, s.result(f, baselined))
	}
	return marshal(sarifLog{Schema: sarifSchema, Version: "2.1.0", Runs: []sarifRun{run}})
}

func marshal(v any) ([]byte, error) {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return inertJSON([]byte(b.String())), err
}

// automation names the audit: the part before the last slash is the category,
// by which a later upload replaces this one. Audits of several folders of one
// repository, and of parts of one folder, are different categories by themselves.
func (s *sarif) automation() string {
	id := "stateaudit/"
	shown := path.Join(s.o.Prefix, strings.Join(s.r.Paths, ","))
	for _, part := range []string{s.o.Category, shown} {
		if part = strings.Trim(part, "/"); part != "" {
			return id + part + "/"
		}
	}
	return id
}

func (s *sarif) driver() sarifDriver {
	d := sarifDriver{
		Name: s.r.Tool.Name, Organization: "stateaudit", InformationURI: homepage,
		Rules:         []sarifDescriptor{},
		Notifications: notifications(),
	}
	d.Version = semantic(s.r.Tool.Version)
	d.SemanticVersion = d.Version
	for _, r := range s.o.Rules {
		d.Rules = append(d.Rules, describe(r))
	}
	return d
}

// semantic takes the v off a version tag. A program that was built without one
// has a version all the same, since readers of the log compare versions.
func semantic(version string) string {
	v := strings.TrimPrefix(version, "v")
	if regexp.MustCompile(`^\d+\.\d+\.\d+([-+][0-9A-Za-z.+-]+)?$`).MatchString(v) {
		return v
	}
	return "0.0.0-devel"
}

// ruleURL is where the documentation of a rule can be read.
func ruleURL(rule string) string {
	return fmt.Sprintf("%s/blob/main/analyzers/%s/rule.md", homepage, strings.ReplaceAll(rule, "-", ""))
}

func describe(r Rule) sarifDescriptor {
	text := plainText(r.Doc)
	return sarifDescriptor{
		ID: r.Name, Name: pascal(r.Name),
		ShortDescription: &sarifText{Text: shorten(fullStop(clean(r.Summary)), 1024)},
		FullDescription:  &sarifText{Text: shorten(fullStop(firstParagraph(r)), 1024)},
		Help:             &sarifText{Text: text, Markdown: unwrapped(r.Doc)},
		HelpURI:          ruleURL(r.Name),
		Default:          &sarifConfiguration{Level: string(r.Level)},
		Properties: map[string]any{
			"tags":             tags(r),
			"problem.severity": severity(r.Level),
		},
	}
}

func tags(r Rule) []string {
	all := append([]string{"state", "scalability"}, r.Tags...)
	return all[:min(maxTags, len(all))]
}

func severity(l result.Level) string {
	if l == result.Note {
		return "recommendation"
	}
	return string(l)
}

// invocation says what went wrong in words that a dashboard shows beside the
// results: a clean list proves little if half of the tree was not read.
func (s *sarif) invocation(cut string) sarifInvocation {
	inv := sarifInvocation{Successful: true, Start: s.r.StartedAt, End: s.ended()}
	if cut != "" {
		inv.Notifications = append(inv.Notifications, sarifNotification{
			Descriptor: sarifReference{ID: cutNotice, Index: 1}, Level: "warning", Message: sarifText{Text: cut},
		})
	}
	for _, e := range s.r.Errors[:min(maxNotices, len(s.r.Errors))] {
		n := sarifNotification{
			Descriptor: sarifReference{ID: notAnalysed, Index: 0}, Level: "warning",
			Message: sarifText{Text: fullStop(clean(e.Message))},
		}
		if e.File != "" {
			n.Locations = []sarifLocation{{Physical: s.physical(unit.Location{File: e.File, Line: e.Line})}}
		}
		inv.Notifications = append(inv.Notifications, n)
	}
	return inv
}

const (
	notAnalysed = "not-analysed"
	cutNotice   = "results-cut"
)

func notifications() []sarifDescriptor {
	return []sarifDescriptor{
		notice(notAnalysed, "A part of the checkout could not be analysed.",
			"What lies there is missing from the results. Fix the cause, or exclude the path in the configuration."),
		notice(cutNotice, "Results were left out to keep within the limits of code scanning.",
			"The least important went first. The JSON format has everything."),
	}
}

func notice(id, short, help string) sarifDescriptor {
	return sarifDescriptor{
		ID: id, Name: pascal(id), ShortDescription: &sarifText{Text: short},
		FullDescription: &sarifText{Text: short + " " + help}, Help: &sarifText{Text: help}, HelpURI: homepage,
	}
}

func (s *sarif) ended() string {
	start, err := time.Parse(time.RFC3339, s.r.StartedAt)
	if err != nil {
		return ""
	}
	return start.Add(time.Duration(s.r.DurationMs) * time.Millisecond).Format("2006-01-02T15:04:05.000Z")
}

func (s *sarif) versionControl() []sarifVersionControl {
	if s.o.Repository.URI == "" {
		return nil
	}
	return []sarifVersionControl{{
		RepositoryURI: s.o.Repository.URI, RevisionID: s.o.Repository.Revision, Branch: s.o.Repository.Branch,
		MappedTo: &sarifArtifact{URIBaseID: baseID},
	}}
}

func (s *sarif) result(f result.Finding, baselined bool) sarifResult {
	out := sarifResult{
		RuleID: f.Rule, Level: string(f.Level),
		Locations:           []sarifLocation{s.primary(f)},
		PartialFingerprints: s.fingerprints(f),
		Properties:          properties(f),
		Rank:                rankOf(f.Confidence),
	}
	if i, ok := s.rules[f.Rule]; ok {
		out.RuleIndex = &i
	}
	text := fullStop(escapeLinks(clean(f.Message)))
	if !s.bare {
		var labels []string
		out.RelatedLocations, labels = s.related(f)
		out.CodeFlows = s.codeFlows(f)
		text += links(labels)
	}
	if f.Fix != "" {
		text += " To fix: " + fullStop(escapeLinks(clean(f.Fix)))
	}
	out.Message.Text = text
	if f.Suppressed != nil {
		out.Suppressions = []sarifSuppression{suppression(*f.Suppressed)}
	}
	if baselined {
		out.BaselineState = baselineState(f)
	}
	return out
}

func suppression(s result.Suppression) sarifSuppression {
	kind := "inSource"
	if s.Kind == result.InBaseline {
		kind = "external"
	}
	return sarifSuppression{Kind: kind, Justification: clean(s.Reason)}
}

func hasBaseline(findings []result.Finding) bool {
	for _, f := range findings {
		if baselineState(f) == "unchanged" {
			return true
		}
	}
	return false
}

func baselineState(f result.Finding) string {
	if f.Suppressed != nil && f.Suppressed.Kind == result.InBaseline {
		return "unchanged"
	}
	return "new"
}

func properties(f result.Finding) map[string]any {
	p := map[string]any{"category": f.Category, "confidence": f.Confidence}
	if f.Group != nil {
		p["group"] = *f.Group
	}
	for key, value := range map[string]string{"domain": f.Domain, "symbol": clean(f.Symbol), "fix": clean(f.Fix), "doubt": clean(f.Doubt), "owners": ownersOf(f)} {
		if value != "" {
			p[key] = value
		}
	}
	return p
}

// rankOf is how likely it is that a finding matters, from 0 to 100.
func rankOf(c result.Confidence) float64 {
	switch c {
	case result.Guessed:
		return 30
	case result.Likely:
		return 60
	}
	return 90
}

func (s *sarif) fingerprints(f result.Finding) map[string]string {
	prints := map[string]string{ownFingerprint: f.ID}
	if hash := s.sources.file(f.Location.File).hash(max(f.Location.Line, 1)); hash != "" {
		prints[lineFingerprint] = hash
	}
	return prints
}

func (s *sarif) primary(f result.Finding) sarifLocation {
	l := sarifLocation{Physical: s.physical(f.Location)}
	if !s.plain {
		l.Physical.Context = s.context(f.Location)
	}
	if f.Symbol != "" {
		l.Logical = []sarifLogical{{FullyQualifiedName: clean(f.Symbol)}}
	}
	return l
}

func (s *sarif) physical(l unit.Location) *sarifPhysical {
	file := s.sources.file(l.File)
	at := file.utf16Span(l)
	p := &sarifPhysical{
		Artifact: sarifArtifact{URI: encodePath(s.o.path(l.File)), URIBaseID: baseID},
		Region:   &sarifRegion{StartLine: at.line, StartColumn: at.column, EndLine: at.line, EndColumn: at.end},
	}
	if text, ok := file.snippet(file.bytesSpan(l)); ok && !s.plain {
		p.Region.Snippet = &sarifText{Text: text}
	}
	return p
}

// context is the line of a location with those before and after it.
func (s *sarif) context(l unit.Location) *sarifRegion {
	file := s.sources.file(l.File)
	line := max(l.Line, 1)
	first, last := max(line-1, 1), min(line+1, len(file.lines))
	if last <= first {
		return nil
	}
	lines := file.lines[first-1 : last]
	for _, text := range lines {
		if len(text) > maxSnippet {
			return nil
		}
	}
	return &sarifRegion{StartLine: first, EndLine: last, Snippet: &sarifText{Text: strings.ToValidUTF8(strings.Join(lines, "\n"), "\uFFFD")}}
}
