package result

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// schema is as much of a JSON Schema as is compared with the types.
type schema struct {
	Required   []string
	Properties map[string]schema
	Items      *schema
	Defs       map[string]*schema `json:"$defs"`
}

func readSchema(t *testing.T, name string) schema {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("..", "..", "docs", name))
	if err != nil {
		t.Fatal(err)
	}
	var s schema
	if err := json.Unmarshal(raw, &s); err != nil {
		t.Fatal(err)
	}
	return s
}

// fields lists the JSON names of a struct, and those of them that are always there.
func fields(v any) (all, always []string) {
	typ := reflect.TypeOf(v)
	for i := range typ.NumField() {
		name, options, _ := strings.Cut(typ.Field(i).Tag.Get("json"), ",")
		all = append(all, name)
		if options != "omitempty" {
			always = append(always, name)
		}
	}
	slices.Sort(all)
	slices.Sort(always)
	return all, always
}

// TestSchemaHasTheFields compares the objects of the schemas with the types, both
// ways: an output can only show that it has nothing unknown.
func TestSchemaHasTheFields(t *testing.T) {
	r, d, h := readSchema(t, "result.schema.json"), readSchema(t, "diff.schema.json"), readSchema(t, "history.schema.json")
	for name, c := range map[string]struct {
		schema schema
		value  any
	}{
		"result":    {r, Result{}},
		"reach":     {*r.Properties["reach"].Items, Reach{}},
		"behind":    {*r.Properties["reach"].Items.Properties["behind"].Items, Behind{}},
		"draft":     {*r.Properties["reach"].Items.Properties["drafts"].Items, Draft{}},
		"tool":      {r.Properties["tool"], Tool{}},
		"summary":   {r.Properties["summary"], Summary{}},
		"problem":   {*r.Properties["errors"].Items, unit.Problem{}},
		"location":  {*r.Defs["location"], unit.Location{}},
		"finding":   {*r.Defs["finding"], Finding{}},
		"evidence":  {*r.Defs["evidence"], Evidence{}},
		"domain":    {*r.Defs["domain"], Domain{}},
		"candidate": {*r.Defs["candidate"], Candidate{}},
		"event":     {*r.Defs["event"], Event{}},
		"edge":      {*r.Defs["edge"], Edge{}},
		"diff":      {d, Diff{}},
		"revision":  {*d.Defs["revision"], Revision{}},
		"move":      {*d.Properties["moved"].Items, Move{}},
		"history":   {h, History{}},
		"point":     {*h.Properties["points"].Items, Point{}},
		"lifetime":  {*h.Properties["findings"].Items, Lifetime{}},
		"period":    {*h.Properties["findings"].Items.Properties["periods"].Items, Period{}},
		"growth":    {*h.Properties["domains"].Items, Growth{}},
		"size":      {*h.Properties["domains"].Items.Properties["sizes"].Items, Size{}},
	} {
		all, always := fields(c.value)
		var known []string
		for property := range c.schema.Properties {
			known = append(known, property)
		}
		slices.Sort(known)
		required := slices.Sorted(slices.Values(c.schema.Required))
		if !slices.Equal(all, known) {
			t.Errorf("%s: fields %q, properties %q", name, all, known)
		}
		if !slices.Equal(always, required) {
			t.Errorf("%s: always there %q, required %q", name, always, required)
		}
	}
}
