package python

import "github.com/stateaudit/stateaudit/internal/unit"

// valueDepth and valueParts bound how much of an expression is kept.
const (
	valueDepth = 5
	valueParts = 8
)

// prune cuts a value to a depth.
func prune(v unit.Value, depth int) unit.Value {
	if len(v.Parts) == 0 {
		return v
	}
	if depth <= 1 {
		v.Parts = nil
		return v
	}
	parts := make([]unit.Value, len(v.Parts))
	for i, part := range v.Parts {
		parts[i] = prune(part, depth-1)
	}
	v.Parts = parts
	return v
}

// parts bounds the parts of a value that is being put together.
func parts(values ...unit.Value) []unit.Value {
	out := make([]unit.Value, 0, min(len(values), valueParts))
	for _, v := range values {
		if len(out) == valueParts {
			break
		}
		if v.Kind != unit.Unknown || v.Text != "" {
			out = append(out, prune(v, valueDepth-1))
		}
	}
	return out
}

// isEmptyValue tells whether putting a value somewhere empties the place.
func isEmptyValue(v unit.Value) bool {
	switch v.Kind {
	case unit.Nil:
		return true
	case unit.Collection:
		return len(v.Parts) == 0
	}
	return false
}
