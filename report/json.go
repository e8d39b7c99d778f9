package report

import (
	"io"

	"github.com/stateaudit/stateaudit/internal/result"
)

// writeJSON writes the contract itself.
func writeJSON(w io.Writer, r *result.Result, _ Options) error { return writeDocument(w, r) }

// writeDocument writes a value as indented JSON.
func writeDocument(w io.Writer, v any) error {
	raw, err := marshal(v)
	if err != nil {
		return err
	}
	_, err = w.Write(raw)
	return err
}
