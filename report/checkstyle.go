package report

import (
	"encoding/xml"
	"io"

	"github.com/stateaudit/stateaudit/internal/result"
)

type checkstyleReport struct {
	XMLName xml.Name         `xml:"checkstyle"`
	Version string           `xml:"version,attr"`
	Files   []checkstyleFile `xml:"file"`
}

type checkstyleFile struct {
	Name   string            `xml:"name,attr"`
	Errors []checkstyleError `xml:"error"`
}

type checkstyleError struct {
	Line     int    `xml:"line,attr"`
	Column   int    `xml:"column,attr"`
	Severity string `xml:"severity,attr"`
	Message  string `xml:"message,attr"`
	Source   string `xml:"source,attr"`
}

// writeCheckstyle writes the XML that Jenkins and many others read. Findings come
// sorted by file.
func writeCheckstyle(w io.Writer, r *result.Result, o Options) error {
	out := checkstyleReport{Version: "10.0"}
	active, _ := split(r.Findings)
	for _, f := range active {
		name := o.path(f.Location.File)
		if n := len(out.Files); n == 0 || out.Files[n-1].Name != name {
			out.Files = append(out.Files, checkstyleFile{Name: name})
		}
		file := &out.Files[len(out.Files)-1]
		file.Errors = append(file.Errors, checkstyleError{
			Line: max(f.Location.Line, 1), Column: max(f.Location.Column, 1),
			Severity: checkstyleSeverity(f.Level), Message: withFix(f), Source: "stateaudit." + f.Rule,
		})
	}
	return writeXML(w, out)
}

func checkstyleSeverity(l result.Level) string {
	if l == result.Note {
		return "info"
	}
	return string(l)
}

func writeXML(w io.Writer, v any) error {
	raw, err := xml.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	_, err = io.WriteString(w, xml.Header+string(inertXML(raw))+"\n")
	return err
}
