package report

import (
	"encoding/json"
	"io"

	"github.com/stateaudit/stateaudit/internal/result"
)

// writeJSON writes the contract itself.
func writeJSON(w io.Writer, r *result.Result, _ Options) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(r)
}
