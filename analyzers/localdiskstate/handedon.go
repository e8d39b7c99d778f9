package localdiskstate

import (
	"slices"

	"github.com/stateaudit/stateaudit/internal/effects"
	"github.com/stateaudit/stateaudit/internal/program"
	"github.com/stateaudit/stateaudit/internal/rule"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// removedByCaller tells a file that whoever has it written removes: by the path that the
// function hands back, or by the method of the same object that names it.
func removedByCaller(p *rule.Pass, f *program.Function, v *unit.Value) bool {
	back, named := handsBack(f, v), ownName(p.Program, f, v)
	if !back && named == "" {
		return false
	}
	callers := 0
	for _, from := range f.Callers() {
		if from.Test || !from.Serving {
			continue
		}
		callers++
		if !(back && removesResult(from, f)) && !(named != "" && removesNamed(p.Program, from, f, named, maxUp)) {
			return false
		}
	}
	return callers > 0
}

// handsBack tells a function that returns the path, alone or with others.
func handsBack(f *program.Function, v *unit.Value) bool {
	for v.Kind == unit.PlaceValue && len(v.Parts) == 1 || v.Kind == unit.Compound && len(v.Parts) == 1 {
		v = &v.Parts[0] // a local, or what a block is given
	}
	if v.Kind == unit.Literal {
		return false
	}
	return slices.ContainsFunc(f.Returns, func(out unit.Value) bool { return mentions(&out, v.Text, v.Callee) })
}

// mentions tells whether a path is among the values of which another is made.
func mentions(v *unit.Value, text, callee string) bool {
	return v.Text == text && v.Callee == callee || slices.ContainsFunc(v.Parts, func(part unit.Value) bool { return mentions(&part, text, callee) })
}

// removesResult tells a function that removes what it got from another, or from a block in
// which that was called.
func removesResult(from, f *program.Function) bool {
	for _, call := range from.CallsOf(f) {
		for i := range from.Calls {
			c := &from.Calls[i]
			e, ok := effects.Of(c)
			if !ok || c.Failed || !c.Deferred && c.Location.Line <= call.Location.Line {
				continue
			}
			if file := e.Away(c); file != nil && comesFrom(from, file, f.ID, call) {
				return true
			}
		}
	}
	return false
}

// comesFrom tells a value that a call gave, or one with a block around it.
func comesFrom(from *program.Function, v *unit.Value, id string, call *unit.Call) bool {
	if v.Kind == unit.Result {
		if v.Callee == id {
			return true
		}
		for i := range from.Calls {
			c := &from.Calls[i]
			if c.External && c.Block && c.Callee == v.Callee && c.Location.Line <= call.Location.Line {
				return true
			}
		}
	}
	return slices.ContainsFunc(v.Parts, func(part unit.Value) bool { return comesFrom(from, &part, id, call) })
}

// ownName is the method of the function's own object that gives the path, "" if none does.
func ownName(p *program.Program, f *program.Function, v *unit.Value) string {
	if to := p.Function(v.Callee); v.Kind == unit.Result && len(v.Parts) == 0 && to != nil && to.Owner == f.Owner {
		return to.ID
	}
	return ""
}

// removesNamed tells a caller of a function, or one above it, that removes the file of a name
// behind that call or when it ends, by itself or by a method of the same object.
func removesNamed(p *program.Program, from, f *program.Function, name string, up int) bool {
	for i := range from.Calls {
		c := &from.Calls[i]
		if c.Failed || !c.Deferred && !slices.ContainsFunc(from.CallsOf(f), func(call *unit.Call) bool { return call.Location.Line < c.Location.Line }) {
			continue
		}
		calls := []unit.Call{*c}
		if to := p.Function(c.Callee); to != nil && to.Owner == f.Owner {
			calls = to.Calls
		}
		for j := range calls {
			if e, ok := effects.Of(&calls[j]); ok {
				if file := e.Away(&calls[j]); file != nil && file.Callee == name {
					return true
				}
			}
		}
	}
	callers := 0
	for _, above := range from.Callers() {
		if !above.Serving {
			continue
		}
		callers++
		if up == 0 || above == from || !removesNamed(p, above, from, name, up-1) {
			return false
		}
	}
	return callers > 0
}

// handedOn tells a file that the function which writes it gives to somebody else when it is
// done: opened again for reading as an argument of another call, or by its path to what is
// called an upload. What stays behind is a copy that nobody asks for.
func handedOn(f *program.Function, w write) bool {
	path := w.path()
	if path == nil || path.Kind == unit.Literal {
		return false
	}
	for i := range f.Calls {
		c := &f.Calls[i]
		if c.Failed || c.Location.Line <= w.call.Location.Line || c.Location.File != w.call.Location.File {
			continue
		}
		if e, ok := effects.Of(c); ok && e.Kind == effects.File {
			continue
		}
		if slices.ContainsFunc(c.Args, func(arg unit.Value) bool {
			return readAgain(&arg, path.Text) || uploads(c.Name) && about(&arg, path.Text)
		}) {
			return true
		}
	}
	return false
}

// readAgain tells an argument that is the file of a path, opened to be read.
func readAgain(v *unit.Value, path string) bool {
	if file := effects.Read(v); file != nil {
		return about(file, path)
	}
	return v.Type == "pair" && slices.ContainsFunc(v.Parts, func(part unit.Value) bool { return readAgain(&part, path) })
}

// uploads tells the names of methods that take a file somewhere else.
func uploads(name string) bool {
	switch name {
	case "upload_file", "upload", "upload_files", "put_object", "create_file", "attach", "store!", "send_file", "upload_from_file", "fput_object", "upload_fileobj":
		return true
	}
	return false
}
