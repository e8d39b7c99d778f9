package flow

import (
	"fmt"
	"math/rand"
	"reflect"
	"slices"
	"testing"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// FuzzSolve holds the solver against a fixpoint that knows no context: what an
// operation may reach in some context it may reach without, and where no context
// is told apart both say the same.
func FuzzSolve(f *testing.F) {
	for seed := range int64(60) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed int64) {
		u := randomProgram(rand.New(rand.NewSource(seed)))
		s := newSolver(input(u))
		for _, r := range s.in.Roots {
			s.instance(s.functions[r.Function], context{})
		}
		s.run()
		naive := fixpoint(u)
		for _, fn := range s.order {
			for slot := unit.Slot(1); int32(slot) < fn.Slots; slot++ {
				got, want := sitesOf(s, fn, slot), naive.slots[at{fn.Function, slot}]
				for site := range got {
					if !want[site] {
						t.Fatalf("seed %d: slot %d of %s reaches %v, which no flow leads to", seed, slot, fn.Function, site)
					}
				}
				if !s.anyCloned() && len(fn.instances) > 0 && len(got) != len(want) {
					t.Fatalf("seed %d: slot %d of %s reaches %d objects, the fixpoint says %d", seed, slot, fn.Function, len(got), len(want))
				}
			}
		}
	})
}

// TestSolveDoesNotDependOnOrder holds that the order of units and records changes
// nothing of the result.
func TestSolveDoesNotDependOnOrder(t *testing.T) {
	for seed := range int64(40) {
		r := rand.New(rand.NewSource(seed))
		u := randomProgram(r)
		first := Solve(input(u))
		shuffled := *u
		shuffled.Records = slices.Clone(u.Records)
		r.Shuffle(len(shuffled.Records), func(i, j int) {
			shuffled.Records[i], shuffled.Records[j] = shuffled.Records[j], shuffled.Records[i]
		})
		if second := Solve(input(&shuffled)); !reflect.DeepEqual(first, second) {
			t.Fatalf("seed %d: the result depends on the order of the records", seed)
		}
	}
}

func input(u *unit.Unit) Input {
	no := func(string) bool { return false }
	return Input{
		Units: []*unit.Unit{u}, Serves: no, Loops: no, Repeats: no, Waits: no, Accepts: no, OnSignal: no, Follows: no,
		Joins: func(string, string) bool { return false },
		Roots: []Root{{Function: "f0", Program: true}, {Function: "f1", Serving: true}},
	}
}

// anyCloned tells whether contexts can have told anything apart.
func (s *solver) anyCloned() bool {
	return slices.ContainsFunc(s.order, func(f *function) bool { return f.cloned })
}

// randomProgram writes functions that make, store, load and hand on.
func randomProgram(r *rand.Rand) *unit.Unit {
	u := &unit.Unit{}
	functions, bodies := 2+r.Intn(4), 4+r.Intn(14)
	if r.Intn(2) == 0 {
		bodies += smallBody // none is cloned
	}
	for n := range functions {
		rec := unit.Record{Function: fmt.Sprint("f", n), File: "main.go", Slots: 9, Params: []unit.Slot{1, 2}}
		slot := func() unit.Slot { return unit.Slot(1 + r.Intn(8)) }
		for i := range bodies {
			op := unit.Op{Line: int32(i + 1)}
			switch r.Intn(7) {
			case 0:
				op.Kind, op.To, op.Type = unit.OpMake, []unit.Slot{slot()}, "T"
			case 1:
				op.Kind, op.To, op.Name = unit.OpRoot, []unit.Slot{slot()}, fmt.Sprint("root", r.Intn(2))
			case 2:
				op.Kind, op.To, op.Base = unit.OpCopy, []unit.Slot{slot()}, slot()
			case 3:
				op.Kind, op.To, op.Base = unit.OpLoad, []unit.Slot{slot()}, slot()
			case 4:
				op.Kind, op.Base, op.Args = unit.OpStore, slot(), []unit.Slot{slot()}
			case 5:
				op.Kind, op.To, op.Args = unit.OpCall, []unit.Slot{slot()}, []unit.Slot{slot(), slot()}
				op.Name, op.Call = fmt.Sprint("f", r.Intn(functions)), &unit.Apply{}
			case 6:
				op.Kind, op.Args = unit.OpReturn, []unit.Slot{slot()}
			}
			rec.Ops = append(rec.Ops, op)
		}
		u.Records = append(u.Records, rec)
	}
	return u
}

// site is where an object is made: a function and its operation, or the name of a
// place at package level.
type site struct {
	function string
	op       int32
}

type at struct {
	function string
	slot     unit.Slot
}

// sitesOf joins what all instances of a function have in a slot.
func sitesOf(s *solver, f *function, slot unit.Slot) map[site]bool {
	out := map[site]bool{}
	for _, in := range f.instances {
		for _, n := range s.vars[in.slot(slot)].all {
			o := s.objects[s.nodes[n].object]
			if o.maker == nil {
				out[site{function: o.holder}] = true
			} else {
				out[site{o.maker.fn.Function, o.op}] = true
			}
		}
	}
	return out
}

// solution is the fixpoint: what slots and contents hold.
type solution struct {
	slots    map[at]map[site]bool
	contents map[site]map[site]bool
	reached  map[string]bool
	grown    bool
}

// fixpoint sweeps over all operations until nothing is new.
func fixpoint(u *unit.Unit) *solution {
	s := &solution{slots: map[at]map[site]bool{}, contents: map[site]map[site]bool{}, reached: map[string]bool{"f0": true, "f1": true}}
	byName := map[string]*unit.Record{}
	for i := range u.Records {
		byName[u.Records[i].Function] = &u.Records[i]
	}
	for s.grown = true; s.grown; {
		s.grown = false
		for i := range u.Records {
			if rec := &u.Records[i]; s.reached[rec.Function] {
				for k := range rec.Ops {
					s.apply(rec, int32(k), byName)
				}
			}
		}
	}
	return s
}

func (s *solution) apply(rec *unit.Record, k int32, byName map[string]*unit.Record) {
	op := &rec.Ops[k]
	here := func(sl unit.Slot) at { return at{rec.Function, sl} }
	switch op.Kind {
	case unit.OpMake:
		s.put(here(op.To[0]), map[site]bool{{rec.Function, k}: true})
	case unit.OpRoot:
		s.put(here(op.To[0]), map[site]bool{{function: op.Name}: true})
	case unit.OpCopy:
		s.put(here(op.To[0]), s.slots[here(op.Base)])
	case unit.OpLoad:
		for o := range s.slots[here(op.Base)] {
			s.put(here(op.To[0]), s.contents[o])
		}
	case unit.OpStore:
		for o := range s.slots[here(op.Base)] {
			for v := range s.slots[here(op.Args[0])] {
				s.grown = add(s.contents, o, v) || s.grown
			}
		}
	case unit.OpCall:
		to := byName[op.Name]
		s.grown = s.grown || !s.reached[op.Name]
		s.reached[op.Name] = true
		for i, a := range op.Args {
			s.put(at{to.Function, to.Params[i]}, s.slots[here(a)])
		}
		for i := range to.Ops {
			if back := &to.Ops[i]; back.Kind == unit.OpReturn {
				s.put(here(op.To[0]), s.slots[at{to.Function, back.Args[0]}])
			}
		}
	}
}

func (s *solution) put(to at, sites map[site]bool) {
	for o := range sites {
		s.grown = add(s.slots, to, o) || s.grown
	}
}

// add reports whether the set has grown.
func add[K comparable](sets map[K]map[site]bool, k K, o site) bool {
	if sets[k] == nil {
		sets[k] = map[site]bool{}
	}
	have := sets[k][o]
	sets[k][o] = true
	return !have
}
