package report

import (
	"io"
	"strings"

	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/unit"
)

type rdReport struct {
	Source      rdSource       `json:"source"`
	Diagnostics []rdDiagnostic `json:"diagnostics"`
}

type rdSource struct {
	Name string `json:"name"`
	URL  string `json:"url"`
}

type rdDiagnostic struct {
	Message  string      `json:"message"`
	Location rdLocation  `json:"location"`
	Severity string      `json:"severity"`
	Code     rdCode      `json:"code"`
	Related  []rdRelated `json:"related_locations,omitempty"`
}

type rdLocation struct {
	Path  string  `json:"path"`
	Range rdRange `json:"range"`
}

type rdRange struct {
	Start rdPosition `json:"start"`
	End   rdPosition `json:"end"`
}

type rdPosition struct {
	Line   int `json:"line"`
	Column int `json:"column"`
}

type rdCode struct {
	Value string `json:"value"`
	URL   string `json:"url"`
}

type rdRelated struct {
	Message  string     `json:"message"`
	Location rdLocation `json:"location"`
}

// writeRDJSON writes what reviewdog reads; its columns count bytes.
func writeRDJSON(w io.Writer, r *result.Result, o Options) error {
	out := rdReport{Source: rdSource{"stateaudit", homepage}, Diagnostics: []rdDiagnostic{}}
	src := newSources(o.Source)
	locate := func(l unit.Location) rdLocation {
		at := src.file(l.File).bytesSpan(l)
		return rdLocation{o.path(l.File), rdRange{rdPosition{at.line, at.column}, rdPosition{at.line, at.end}}}
	}
	active, _ := split(r.Findings)
	for _, f := range active {
		d := rdDiagnostic{
			Message: withFix(f), Location: locate(f.Location),
			Severity: rdSeverity(f.Level), Code: rdCode{f.Rule, ruleURL(f.Rule)},
		}
		for _, e := range f.Evidence {
			if e.Location != f.Location && e.Location.File != "" {
				d.Related = append(d.Related, rdRelated{told(e), locate(e.Location)})
			}
		}
		out.Diagnostics = append(out.Diagnostics, d)
	}
	raw, err := marshal(out)
	if err != nil {
		return err
	}
	_, err = w.Write(raw)
	return err
}

func rdSeverity(l result.Level) string {
	if l == result.Note {
		return "INFO"
	}
	return strings.ToUpper(string(l))
}
