package bindings

import (
	"strings"

	"github.com/stateaudit/stateaudit/internal/names"
	"github.com/stateaudit/stateaudit/internal/program"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// resolved are the choices of a setting in which what only other files know is
// looked up: constants, methods and keys of files of settings.
func (f *finder) resolved(s unit.Setting) []unit.Choice {
	var out []unit.Choice
	for _, c := range s.Choices {
		c.When = c.When.Map(f.decided)
		found := f.referred(c)
		if c.Ref == "" || len(found) == 0 {
			out = append(out, c)
			continue
		}
		for _, inner := range found {
			inner.When, inner.From = c.When.Also(inner.When.Map(f.decided)), inner.Location
			inner.Options = append(inner.Options[:len(inner.Options):len(inner.Options)], c.Options...)
			if inner.Location = c.Location; inner.From.File == c.Location.File {
				inner.From = unit.Location{}
			}
			out = append(out, inner)
		}
	}
	return out
}

// referred are the values that a reference may stand for.
func (f *finder) referred(c unit.Choice) []unit.Choice {
	ref := strings.TrimPrefix(c.Ref, "::")
	if c.Origin != unit.Unresolved {
		if h := f.constant(ref); h != nil {
			return named([]unit.Value{h.Value}, ref)
		}
		return nil
	}
	if found := f.value(ref); len(found) > 0 {
		return found
	}
	return named(f.method(ref), ref)
}

// constant is a constant of the checkout, found by its ID or, if
// that is written in part, by its end.
func (f *finder) constant(ref string) *program.Holder {
	if h := f.p.Holder(ref); h != nil {
		return h
	}
	for _, h := range f.constants {
		if strings.HasSuffix(h.ID, "::"+ref) {
			return h
		}
	}
	return nil
}

// method is what a method of the checkout hands out.
func (f *finder) method(ref string) []unit.Value {
	fn := f.p.Function(ref)
	if fn == nil {
		suffix := "::" + ref
		if !strings.Contains(ref, ".") {
			suffix = "." + ref
		}
		for _, other := range f.p.Functions() {
			if other.Language == unit.Ruby && !other.Test && strings.HasSuffix(other.ID, suffix) {
				fn = other
				break
			}
		}
	}
	if fn == nil || fn.Test {
		return nil
	}
	return fn.Returns
}

// named turns values into choices. Which of several is taken, a reader has to see
// for himself.
func named(values []unit.Value, ref string) []unit.Choice {
	var names []string
	for i := range values {
		names = append(names, leaves(&values[i], 4)...)
	}
	var out []unit.Choice
	for i, name := range names {
		c := unit.Choice{Value: name, Origin: unit.Written}
		if i < len(names)-1 {
			c.When = unit.Condition{Op: unit.Atom, Text: "`" + ref + "` chooses `" + name + "`"}
		}
		out = append(out, c)
	}
	return out
}

// leaves are the names that a value may be.
func leaves(v *unit.Value, deep int) []string {
	text := strings.Trim(v.Text, `:"'`)
	switch {
	case deep == 0:
		return nil
	case v.Kind == unit.Literal:
		return []string{text}
	case v.Kind == unit.New:
		return []string{names.Snake(v.Type[strings.LastIndexByte(v.Type, ':')+1:])}
	case v.Kind == unit.Collection && len(v.Parts) > 0:
		return leaves(&v.Parts[0], deep-1)
	case v.Kind == unit.Result && strings.HasSuffix(v.Callee, ".new"):
		name := strings.TrimSuffix(v.Callee, ".new")
		return []string{names.Snake(name[strings.LastIndexByte(name, ':')+1:])}
	}
	var out []string
	for i := range v.Parts {
		out = append(out, leaves(&v.Parts[i], deep-1)...)
	}
	return out
}

// follow says of sessions that are kept in a cache where that is.
func (f *finder) follow(list []Binding) {
	for i := range list {
		if list[i].Resource != Session {
			continue
		}
		var out []Backend
		for _, b := range list[i].Backends {
			out = append(out, inStore(b, list, f.root(b.Location.File), f)...)
		}
		list[i].Backends = out
	}
}

// inStore replaces a backend that keeps things in a cache by what that cache is.
func inStore(b Backend, list []Binding, root string, f *finder) []Backend {
	if b.Where != inCache {
		return []Backend{b}
	}
	for _, option := range b.Options {
		if option.Callee == "cache" && option.Type != "" && option.Type != "rails_cache" {
			b.Where = known().place(Cache, option.Type)
			return []Backend{b}
		}
	}
	var out []Backend
	for _, cache := range list {
		if cache.Resource != Cache || cache.Subject != "config.cache_store" {
			continue
		}
		for _, kept := range cache.Backends {
			if f.root(kept.Location.File) != root {
				continue
			}
			inner := b
			inner.Where, inner.In = kept.Where, &kept
			inner.Guard = strings.Trim(b.Guard+", "+kept.Guard, ", ")
			out = append(out, inner)
		}
	}
	return out
}
