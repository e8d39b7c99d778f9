package vet

import (
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// need tells which packages below one can matter to what is found in it.
//
// A finding is something that runs. A package that starts programs, serves, starts
// something beside itself or gives functions or objects to a package below is looked at
// with all that it imports. Of another one only the initializers run, and what they
// reach: what they reach below is needed, with its imports. What its other functions do
// is found by the packages that call them while serving, main at the latest.
func need(own *unit.Unit, path string, below known) []string {
	if len(below) == 0 {
		return nil
	}
	r := &running{
		unit: own, path: path, below: below, functions: map[string]*unit.Function{}, records: map[string]*unit.Record{},
		reached: map[string]bool{}, names: map[string]bool{}, touched: map[string]bool{},
	}
	for i := range own.Records {
		r.records[own.Records[i].Function] = &own.Records[i]
	}
	for i := range own.Functions {
		f := &own.Functions[i]
		r.functions[f.ID] = f
		switch {
		case f.Test || slices.Contains(f.Roles, unit.Test):
		case serves(f):
			return below.paths()
		case slices.Contains(f.Roles, unit.Initializer):
			r.reach(f.ID)
		}
	}
	if !r.walk() {
		return below.paths()
	}
	var out []string
	for p := range r.touched {
		out = append(out, p)
	}
	return below.beneath(out)
}

// serves tells a function that runs though nobody in the checkout calls it, or that
// may decide by itself what is found: it puts something into a session.
func serves(f *unit.Function) bool {
	return len(f.Sessions) > 0 || slices.ContainsFunc(f.Roles, func(r unit.Role) bool {
		return r == unit.Main || r.Serves() && (r != unit.Background || f.Outer == "")
	})
}

// running is the part of a package that its initializers run. It errs towards more.
type running struct {
	unit      *unit.Unit
	path      string
	below     known
	functions map[string]*unit.Function
	records   map[string]*unit.Record

	queue   []string
	reached map[string]bool
	names   map[string]bool // that were looked up in below
	touched map[string]bool // packages below
	methods bool            // an object may be called by what is not seen here
}

func (r *running) reach(id string) {
	if !r.reached[id] {
		r.reached[id] = true
		r.queue = append(r.queue, id)
	}
}

// walk follows what is reached. It reports whether that can be told: whether no
// function starts something that serves, or gives objects or functions to packages
// below, of which others may make use.
func (r *running) walk() bool {
	for len(r.queue) > 0 {
		id := r.queue[0]
		r.queue = r.queue[1:]
		record := r.records[id]
		if record == nil {
			if r.functions[id] != nil || strings.HasPrefix(id, r.path+".") {
				return false // what it does is not known
			}
			r.mention(id)
			continue
		}
		outer := r.outer(record)
		for i := range record.Ops {
			if op := &record.Ops[i]; !r.follow(op) || r.gives(op, outer) {
				return false
			}
		}
	}
	return true
}

// follow goes along one operation. It reports whether that starts nothing.
func (r *running) follow(op *unit.Op) bool {
	r.mention(op.Type)
	r.mention(op.Field)
	switch op.Kind {
	case unit.OpFunc:
		r.reach(op.Name)
	case unit.OpRoot:
		r.mention(op.Name)
	case unit.OpCall:
		switch {
		case op.Call.Async || op.Call.Hands != unit.HandsNow:
			return false
		case op.Call.Dynamic && op.Name != "" || op.Call.Foreign && len(op.Call.Ifaces) > 0:
			r.anyMethod()
		case !op.Call.Dynamic && !op.Call.Foreign:
			r.reach(op.Name)
		}
	}
	return true
}

// outer tells for each slot of a record whether it leads to what a package below holds
// or has made.
func (r *running) outer(record *unit.Record) []bool {
	out := make([]bool, record.Slots)
	for grown := true; grown; {
		grown = false
		for i := range record.Ops {
			op := &record.Ops[i]
			switch op.Kind {
			case unit.OpRoot, unit.OpCall:
				if !r.below.hold(op.Name) && !out[op.Base] {
					continue
				}
			default:
				if !out[op.Base] {
					continue
				}
			}
			for _, to := range op.To {
				grown = grown || to != 0 && !out[to]
				out[to] = to != 0
			}
		}
	}
	return out
}

// gives tells an operation that puts objects or functions where packages below find
// them.
func (r *running) gives(op *unit.Op, outer []bool) bool {
	args := op.Args
	switch op.Kind {
	case unit.OpStore:
		if !outer[op.Base] {
			return false
		}
	case unit.OpCall:
		if !r.below.hold(op.Name) && !(op.Call.Dynamic && outer[op.Base]) {
			return false
		}
		if op.Call.Method && !op.Call.Dynamic && len(args) > 0 {
			args = args[1:]
		}
	default:
		return false
	}
	return slices.ContainsFunc(args, func(a unit.Slot) bool { return a != 0 && !outer[a] })
}

// hold tells whether an ID belongs to one of the packages.
func (k known) hold(id string) bool {
	for path := range k {
		if rest, ok := strings.CutPrefix(id, path); ok && strings.HasPrefix(rest, ".") {
			return true
		}
	}
	return false
}

// anyMethod counts all methods as reached: objects have left for where they are not
// followed.
func (r *running) anyMethod() {
	if r.methods {
		return
	}
	r.methods = true
	for i := range r.unit.Functions {
		if f := &r.unit.Functions[i]; f.Owner != "" && f.Outer == "" && !f.Test {
			r.reach(f.ID)
		}
	}
}

// mention notes the packages below that an ID, or a type as written, names.
func (r *running) mention(name string) {
	if name == "" || r.names[name] {
		return
	}
	r.names[name] = true
	for path := range r.below {
		for rest := name; ; {
			i := strings.Index(rest, path+".")
			if i < 0 {
				break
			}
			if before := rest[:i]; before == "" || strings.ContainsRune("*[]( ,.~", rune(before[len(before)-1])) {
				r.touched[path] = true
				if !strings.HasPrefix(name, r.path+".") {
					r.anyMethod()
				}
				break
			}
			rest = rest[i+1:]
		}
	}
}
