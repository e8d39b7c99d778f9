package report

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"html/template"
	"io"
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/rank"
	"github.com/stateaudit/stateaudit/internal/result"
)

// assets are the parts of the page. The charts are Apache ECharts as its
// maintainers publish it on npm, with its licence beside it.
//
//go:embed html/report.tmpl html/report.css html/report.js html/echarts/echarts.min.js
var assets embed.FS

// asset reads a part of the page: it is compiled in and cannot be missing.
func asset(name string) string {
	content, err := assets.ReadFile("html/" + name)
	if err != nil {
		panic(err)
	}
	return string(content)
}

// writeHTML writes one file that needs nothing else: no network, no folder beside
// it. Names of the audited tree reach it only as text that html/template escapes,
// and the policy of the page forbids every script and style but its own.
func writeHTML(w io.Writer, r *result.Result, o Options) error {
	return htmlPage(w, r, nil, o)
}

// htmlPage also shows what changed since another revision, if there is one.
func htmlPage(w io.Writer, r *result.Result, d *result.Diff, o Options) error {
	page, err := template.New("report.tmpl").Funcs(template.FuncMap{"clean": clean, "inc": func(i int) int { return i + 1 }}).Parse(asset("report.tmpl"))
	if err != nil {
		return err
	}
	v := newPageMaker(r, o).view(d)
	// A page that is cut off in the middle would look complete.
	var b bytes.Buffer
	if err := page.Execute(&b, v); err != nil {
		return err
	}
	_, err = b.WriteTo(w)
	return err
}

// htmlView is what the template shows.
type htmlView struct {
	Policy, Name, Tool, When, Read, Answer, Omitted string
	Style                                           template.CSS
	Script, Charts                                  template.JS
	Data                                            chartData
	Worst                                           []rowView
	First                                           *result.Candidate
	Changes                                         *changesView
	History                                         *historyView
	Kinds                                           []kindView
	Domains                                         []domainView
	Entries                                         []entryView
	Unentered                                       string
	Limits                                          []string
	Confidence                                      []countView
	Filters                                         []filterView
	Findings                                        []findingView
	Candidates                                      []candidateView
	Leaves                                          string
	Waves                                           []wave
	DomainNames, EdgeKinds                          []string
	Matrix                                          []matrixRow
	Tables                                          []tablesView
	Reach                                           []reachView
	Languages                                       []languageView
	Problems                                        []problemView
}

// pageMaker turns a result into a view.
type pageMaker struct {
	r       *result.Result
	o       Options
	sources *sources
	budget  int // bytes of source that may still be shown
	byID    map[string]result.Finding
}

// maxExcerpts bounds the source in a page, in bytes, so that it stays below 3 MB.
const maxExcerpts = 800_000

func newPageMaker(r *result.Result, o Options) *pageMaker {
	m := &pageMaker{r: r, o: o, sources: newSources(o.Source), budget: maxExcerpts, byID: map[string]result.Finding{}}
	for _, f := range r.Findings {
		m.byID[f.ID] = f
	}
	return m
}

func (m *pageMaker) view(d *result.Diff) htmlView {
	a := answerOf(m.r)
	v := htmlView{
		Name: cmp.Or(clean(m.o.Name), "the checkout"), Tool: clean(m.r.Tool.Name + " " + m.r.Tool.Version), When: clean(m.r.StartedAt),
		Read: read(m.r), Answer: headlineOf(a), Limits: limits(m.r), First: a.first, Worst: m.worst(a), Kinds: kindViews(a.kinds),
		Domains: domainViews(m.r.Findings), Confidence: confidences(m.r.Findings), Filters: m.filters(),
		Changes: m.changes(d), History: m.history(m.o.History), Reach: reachViews(m.r.Reach), Languages: languageViews(m.r), Problems: problemViews(m.r.Errors),
		Style: template.CSS(asset("report.css")), Script: template.JS(asset("report.js")),
	}
	var rest int
	if v.Entries, rest = entryViews(m.r.Findings); rest > 0 {
		v.Unentered = plural(rest, "finding") + " more: of settings and deployment files, of what runs by itself, or behind entries further down."
	}
	v.Findings, v.Omitted = m.findings()
	if len(m.r.Candidates) > 0 {
		m.ranking(&v)
	}
	v.Policy = policy(string(v.Style), string(v.Script), string(v.Charts))
	return v
}

// ranking adds what there is to see if there are candidates, and the library that
// draws it.
func (m *pageMaker) ranking(v *htmlView) {
	v.Candidates, v.Waves = m.candidates(), waves(m.r)
	if slices.ContainsFunc(v.Candidates, func(c candidateView) bool { return c.Leaf }) {
		v.Leaves = "– " + noService
	}
	if slices.ContainsFunc(v.Candidates, func(c candidateView) bool { return c.Blind }) {
		v.Leaves = strings.TrimSpace(v.Leaves + " " + notUnderstood)
	}
	for _, d := range m.r.Domains {
		v.DomainNames = append(v.DomainNames, clean(d.Name))
	}
	for _, e := range m.r.Edges {
		if !slices.Contains(v.EdgeKinds, e.Kind) {
			v.EdgeKinds = append(v.EdgeKinds, e.Kind)
		}
	}
	slices.Sort(v.EdgeKinds)
	v.Matrix, v.Tables = m.matrix(), m.tables()
	v.Data, v.Charts = dataOf(m.r), template.JS(asset("echarts/echarts.min.js"))
}

// policy allows the style and the scripts of the page by their digests, and
// nothing else: no request, no frame, no form.
func policy(style string, scripts ...string) string {
	p := "default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'; style-src " + digest(style) + "; script-src"
	for _, s := range scripts {
		if s != "" {
			p += " " + digest(s)
		}
	}
	return p
}

func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// sharedTables is what the ranking knows of tables with several writers, if there
// is one.
func sharedTables(r *rank.Ranking) []rank.SharedTable {
	if r == nil {
		return nil
	}
	return r.SharedTables()
}
