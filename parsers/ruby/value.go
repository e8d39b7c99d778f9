package ruby

import (
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// valueDepth and valueParts bound how much of an expression is kept.
const (
	valueDepth = 6
	valueParts = 6
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
	if !deeper(v, depth) {
		return v
	}
	parts := make([]unit.Value, len(v.Parts))
	for i, part := range v.Parts {
		parts[i] = prune(part, depth-1)
	}
	v.Parts = parts
	return v
}

// deeper tells whether a value is nested more than depth levels.
func deeper(v unit.Value, depth int) bool {
	if depth == 0 {
		return true
	}
	for i := range v.Parts {
		if deeper(v.Parts[i], depth-1) {
			return true
		}
	}
	return false
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

// literal is a value without parts.
func (f *file) literal(n *node, class string) unit.Value {
	return unit.Value{Kind: unit.Literal, Type: class, Text: f.short(n)}
}

// compound is a value computed from others.
func (f *file) compound(n *node, values ...unit.Value) unit.Value {
	return unit.Value{Kind: unit.Compound, Text: f.short(n), Parts: parts(values...)}
}

// placeValue is the value of a place.
func (f *file) placeValue(n *node, place *unit.Place) unit.Value {
	return unit.Value{Kind: unit.PlaceValue, Text: f.short(n), Place: place}
}

// step walks on from a place. It returns nil where that goes too far.
func step(place *unit.Place, to string) *unit.Place {
	if place == nil || len(place.Path) >= 6 {
		return nil
	}
	path := make([]string, len(place.Path), len(place.Path)+1)
	copy(path, place.Path)
	return &unit.Place{Root: place.Root, Name: place.Name, Path: append(path, to)}
}

// placeKey is a text that two equal places share.
func placeKey(place *unit.Place) string {
	return string(place.Root) + " " + place.Name + " " + strings.Join(place.Path, " ")
}

// isEmptyValue tells whether putting a value somewhere empties the place.
func isEmptyValue(v *unit.Value) bool {
	if v == nil {
		return false
	}
	switch v.Kind {
	case unit.Nil:
		return true
	case unit.Collection:
		return len(v.Parts) == 0
	case unit.New:
		return len(v.Parts) == 0 && (v.Type == "Hash" || v.Type == "Array" || v.Type == "Set")
	}
	return false
}
