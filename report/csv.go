package report

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"

	"github.com/stateaudit/stateaudit/internal/result"
)

// writeCSV writes a line for each finding, for a spreadsheet.
func writeCSV(w io.Writer, r *result.Result, _ Options) error {
	c := csv.NewWriter(w)
	rows := [][]string{{
		"level", "rule", "category", "group", "domain", "file", "line", "column", "symbol", "message", "fix", "suppressed", "reason", "id", "confidence", "doubt", "owners",
	}}
	for _, f := range r.Findings {
		row := []string{
			string(f.Level), f.Rule, string(f.Category), groupOf(f), f.Domain, f.Location.File,
			strconv.Itoa(f.Location.Line), strconv.Itoa(f.Location.Column), f.Symbol, f.Message, f.Fix, "", "", f.ID, string(f.Confidence), f.Doubt, strings.Join(f.Owners, " "),
		}
		if f.Suppressed != nil {
			row[11], row[12] = f.Suppressed.Kind, f.Suppressed.Reason
		}
		rows = append(rows, row)
	}
	for _, row := range rows {
		for i := range row {
			row[i] = cell(row[i])
		}
		if err := c.Write(row); err != nil {
			return err
		}
	}
	c.Flush()
	return c.Error()
}

// cell keeps a spreadsheet from taking text of the audited tree for a formula.
func cell(text string) string {
	text = inert(clean(text))
	if shown := strings.TrimSpace(text); shown != "" && strings.ContainsRune("=+-@|%＝＋－＠", []rune(shown)[0]) {
		return "'" + text
	}
	return text
}

func groupOf(f result.Finding) string {
	if f.Group == nil {
		return ""
	}
	return string(*f.Group)
}
