package result

import (
	"reflect"
	"testing"

	"github.com/stateaudit/stateaudit/internal/unit"
)

func TestFingerprint(t *testing.T) {
	a := Fingerprint("r", "s", "p")
	if len(a) != 32 || a != Fingerprint("r", "s", "p") {
		t.Errorf("%q", a)
	}
	if a == Fingerprint("rs", "", "p") || a == Fingerprint("r", "s", "q") {
		t.Error("different findings share a fingerprint")
	}
}

func TestSortAndSummarise(t *testing.T) {
	at := func(file string, line int) unit.Location { return unit.Location{File: file, Line: line} }
	fs := []Finding{
		{Rule: "b", Level: Note, Category: Cache, Location: at("b", 1)},
		{Rule: "b", Level: Error, Category: Cache, Location: at("a", 2)},
		{Rule: "a", Level: Error, Category: Flag, Location: at("a", 2)},
		{Rule: "c", Level: Error, Category: Flag, Location: at("a", 1), Suppressed: &Suppression{}},
	}
	Sort(fs)
	var order []string
	for _, f := range fs {
		order = append(order, f.Rule+f.Location.File)
	}
	if want := []string{"ca", "aa", "ba", "bb"}; !reflect.DeepEqual(order, want) {
		t.Errorf("order %q, want %q", order, want)
	}
	want := Summary{
		ByRule:     map[string]int{"a": 1, "b": 2},
		ByCategory: map[string]int{"cache": 2, "flag": 1},
		ByLevel:    map[string]int{"error": 2, "note": 1},
	}
	if got := Summarise(fs); !reflect.DeepEqual(got, want) {
		t.Errorf("%+v", got)
	}
}

func TestSortProblems(t *testing.T) {
	p := unit.Problem{File: "a", Line: 1, Message: "x"}
	q := unit.Problem{File: "a", Message: "y"}
	if got := SortProblems([]unit.Problem{p, q, p}); !reflect.DeepEqual(got, []unit.Problem{q, p}) {
		t.Errorf("%v", got)
	}
}

func TestDistinguish(t *testing.T) {
	at := unit.Location{File: "a"}
	fs := []Finding{{Rule: "r", Symbol: "x", Location: at}, {Rule: "r", Symbol: "x", Location: at}, {Rule: "s", Symbol: "x", Location: at}, {Rule: "r", Symbol: "x", Location: at}}
	Distinguish(fs)
	var got []string
	for _, f := range fs {
		got = append(got, f.Symbol)
	}
	if want := []string{"x", "x (2)", "x", "x (3)"}; !reflect.DeepEqual(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}
