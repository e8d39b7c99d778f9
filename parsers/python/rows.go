package python

import (
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// rowCall notes the rows that a call reads or writes: on is what it is made on, t what
// is called.
func (r *resolver) rowCall(fn *function, c *unit.Call, on, t thing) {
	use := unit.Row{Tx: c.Tx, Location: c.Location}
	switch {
	case fn.Name == topName:
		return // a query that is only put together

	case on.kind == outside && on.model != "" && strings.HasPrefix(on.id, rows):
		if t.kind == aFunction {
			return // a method of a manager of the checkout: it says itself
		}
		use.Type, use.Write = on.model, writesRows(c.Name)
		if attaches(c.Name) {
			if on.between != "" {
				use.Table = on.between
			}
			use.Write = true
		}
	case on.kind == aValue && r.rowClass(fn, on) != "":
		switch c.Name {
		case "save", "delete", "asave", "adelete":
			use.Write = true
		case "refresh_from_db", "arefresh_from_db":
		default:
			return
		}
		use.Type = r.rowClass(fn, on)
	case on.kind == aValue && (c.Name == "save" || c.Name == "delete") && t.kind != aFunction && r.modelOfForm(on.typ) != "":
		use.Type, use.Write = r.modelOfForm(on.typ), true
	default:
		if use.Type = r.asked(fn, c, on); use.Type == "" {
			use.Type, use.Write = r.statementOn(fn, c, on, t)
		}
	}
	if use.Type != "" {
		c.Computes = true
		fn.Rows = append(fn.Rows, use)
		if use.Write && use.Table == "" {
			r.saved = append(r.saved, saving{fn, use, c.Name})
		}
	}
}

// rowClass is the class of a row that a method is called on, also by super().
func (r *resolver) rowClass(fn *function, on thing) string {
	e := r.models[on.typ]
	switch {
	case e != nil && !e.abstract:
		return on.typ
	case r.models[fn.Owner] != nil && (on.typ == model || e != nil && slices.Contains(r.classes[fn.Owner].order, on.typ)):
		return fn.Owner
	}
	return ""
}

// modelOfForm is the model of which a form or serializer saves the rows.
func (r *resolver) modelOfForm(class string) string {
	c := r.classes[class]
	if c == nil {
		return ""
	}
	for _, at := range c.order {
		h := r.holders[at+".Meta.model"]
		if h == nil || h.Value.Place == nil {
			continue
		}
		in := r.functions[r.classes[at].module.id+"."+topName]
		if in == nil {
			continue
		}
		if t := r.walk(*h.Value.Place, in, in.module); t.kind == aClass && r.models[t.id] != nil {
			return t.id
		}
	}
	return ""
}

// shown is the model that a view of a library is about.
func (r *resolver) shown(class string) string {
	c := r.classes[class]
	if c == nil {
		return ""
	}
	for _, at := range c.order {
		in := r.functions[r.classes[at].module.id+"."+topName]
		for _, name := range []string{"queryset", "model", "serializer_class", "form_class"} {
			h := r.holders[at+"."+name]
			if h == nil || h.Value.Place == nil || in == nil {
				continue
			}
			t := r.walk(*h.Value.Place, in, in.module)
			switch {
			case t.model != "":
				return t.model
			case t.kind == aClass && r.models[t.id] != nil:
				return t.id
			case t.kind == aClass && r.modelOfForm(t.id) != "":
				return r.modelOfForm(t.id)
			}
		}
	}
	return ""
}

// handedRows is what a method of a view, form or serializer of a library hands out,
// where that is rows.
func (r *resolver) handedRows(t thing) (thing, bool) {
	if t.on == nil || t.on.kind != aValue || r.classes[t.on.typ] == nil {
		return thing{}, false
	}
	switch t.id[strings.LastIndexByte(t.id, '.')+1:] {
	case "get_object":
		of := r.shown(t.on.typ)
		return thing{kind: aValue, typ: of}, of != ""
	case "get_queryset", "filter_queryset":
		of := r.shown(t.on.typ)
		return thing{kind: outside, id: rows, model: of}, of != ""
	case "save":
		of := r.modelOfForm(t.on.typ)
		return thing{kind: aValue, typ: of}, of != ""
	}
	return thing{}, false
}

// asked is the model that a helper of a framework reads rows of.
func (r *resolver) asked(fn *function, c *unit.Call, on thing) string {
	switch c.Name {
	case "get_object", "get_queryset", "filter_queryset":
		if on.kind == aValue {
			return r.shown(on.typ)
		}
	case "get_object_or_404", "get_list_or_404", "aget_object_or_404":
		if len(c.Args) > 0 && c.Args[0].Place != nil {
			t := r.walk(*c.Args[0].Place, fn, fn.module)
			if t.kind == aClass && r.models[t.id] != nil {
				return t.id
			}
			return t.model
		}
	}
	return ""
}

// writesRows tells the methods of managers and querysets that write.
func writesRows(name string) bool {
	switch strings.TrimPrefix(name, "a") {
	case "create", "bulk_create", "update", "bulk_update", "get_or_create", "update_or_create", "delete":
		return true
	}
	return false
}

// attaches tells the methods by which rows are tied to another one.
func attaches(name string) bool {
	switch name {
	case "add", "remove", "set", "clear", "aadd", "aremove", "aset", "aclear":
		return true
	}
	return false
}

// columnRead notes that a column of a row is read.
func (r *resolver) columnRead(fn *function, a *unit.Access) {
	for n := 1; n <= len(a.Place.Path); n++ {
		step := a.Place.Path[n-1]
		if !strings.HasPrefix(step, ".") || strings.HasSuffix(step, "()") {
			continue
		}
		p := a.Place
		p.Path = p.Path[:n-1]
		on := r.walk(p, fn, fn.module)
		if on.kind != aValue || r.models[on.typ] == nil || fn.Owner == on.typ {
			continue
		}
		name := step[1:]
		use := unit.Row{Type: on.typ, Column: name, Path: rowPath(r.classes[on.typ].Name, p), Location: a.Location}
		if r.column(on.typ, name) && !slices.Contains(fn.Rows, use) {
			fn.Rows = append(fn.Rows, use)
		}
		if to, ok := r.related(on.typ, name); ok && to.kind == aValue && n < len(a.Place.Path) {
			read := unit.Row{Type: to.typ, Location: a.Location}
			if !slices.Contains(fn.Rows, read) {
				fn.Rows = append(fn.Rows, read)
			}
		}
	}
}

// rowPath is how a row was reached: the attributes behind the first one.
func rowPath(class string, p unit.Place) string {
	var parts []string
	for i := len(p.Path) - 1; i >= 0 && strings.HasPrefix(p.Path[i], ".") && !strings.HasSuffix(p.Path[i], "()"); i-- {
		parts = append(parts, p.Path[i][1:])
	}
	slices.Reverse(parts)
	if len(parts) == 0 || len(parts) == len(p.Path) && p.Root != unit.RootParam {
		return strings.ToLower(class)
	}
	return strings.Join(parts, ".")
}

// started is the task that a call hands to a queue: task.delay(...), .apply_async(...).
func (r *resolver) startedTask(fn *function, p unit.Place) *function {
	object, name := parent(p)
	switch name {
	case "delay", "apply_async", "delay_on_commit", "apply_async_on_commit", "send_with_options", "enqueue", "defer":
	default:
		return nil
	}
	t := r.walk(object, fn, fn.module)
	if t.kind == aFunction {
		return r.functions[t.id]
	}
	if t.kind == aValue || t.kind == aClass {
		class := t.typ
		if t.kind == aClass {
			class = t.id
		}
		if c := r.classes[class]; c != nil && classKind(r.above(class)) == "job" {
			return r.functions[class+".run"]
		}
	}
	return nil
}

// handedOver lists the arguments of a task as those of a call of it: apply_async is given
// them in a list, and others by name.
func handedOver(c *unit.Call) []unit.Value {
	if !strings.HasPrefix(c.Name, "apply_async") {
		return slices.Clone(c.Args)
	}
	var out []unit.Value
	if list := argument(&unit.Value{Parts: c.Args}, 0, "args"); list != nil {
		out = append(out, list.Parts...)
	}
	if byName := argument(&unit.Value{Parts: c.Args}, 1, "kwargs"); byName != nil {
		out = append(out, byName.Parts...)
	}
	return out
}

// columnArguments gives arguments that are columns of a row the type of these.
func (r *resolver) columnArguments(fn *function, args []unit.Value) []unit.Value {
	for i := range args {
		a := &args[i]
		if a.Kind != unit.PlaceValue || a.Place == nil {
			continue
		}
		object, name := parent(*a.Place)
		on := r.walk(object, fn, fn.module)
		e := r.models[on.typ]
		if on.kind != aValue || e == nil || name == "" {
			continue
		}
		if name == "pk" || name == "id" {
			a.Type = "bigint"
		}
		for _, c := range e.columns {
			if c.Name == name {
				a.Type = c.Type
			}
		}
	}
	return args
}

// transactions marks what runs in functions that are decorated to be one.
func (r *resolver) transactions() {
	for _, fn := range r.order {
		if !slices.ContainsFunc(fn.decorated, func(d decoration) bool { return strings.HasSuffix(d.by.id, "transaction.atomic") }) {
			continue
		}
		for i := range fn.Calls {
			fn.Calls[i].Tx = true
		}
		for i := range fn.Rows {
			fn.Rows[i].Tx = true
		}
		for i := range fn.Statements {
			fn.Statements[i].Tx = true
		}
	}
}

// computing tells functions of libraries that only work out what they return, write a
// log, or answer the request at hand.
func computing(callee string) bool {
	for _, name := range []string{
		"builtins.str", "builtins.dict", "builtins.list", "builtins.set", "builtins.int", "builtins.float", "builtins.tuple", "builtins.bytes", "builtins.print", "builtins.sum", "builtins.map", "builtins.filter", "builtins.next", "builtins.object",
		"datetime", "decimal", "json", "math", "uuid", "hashlib", "hmac", "base64", "re", "logging", "structlog", "itertools", "functools", "collections", "statistics", "string", "random", "secrets", "copy", "textwrap", "urllib.parse", "time.time", "time.monotonic", "io", "csv", "enum", "dataclasses", "typing", "operator", "zoneinfo",
		"django.utils", "django.shortcuts", "django.http", "django.urls", "django.template", "django.db.models", "django.db.transaction", "django.core.exceptions", "django.core.validators", "django.core.paginator", "django.forms", "django.conf", "django.contrib.messages",
		"rest_framework.response", "rest_framework.serializers", "rest_framework.exceptions", "rest_framework.decorators", "rest_framework.viewsets", "rest_framework.generics", "rest_framework.views", "rest_framework.status", "django.views",
	} {
		if rest, ok := strings.CutPrefix(callee, name); ok && (rest == "" || rest[0] == '.') {
			return true
		}
	}
	return strings.HasSuffix(callee, "Error") || strings.HasSuffix(callee, "Exception")
}

// computes tells methods that on objects of the language and of frameworks only work
// out what they return, and that hardly anything else has.
func computes(name string) bool {
	switch name {
	case "items", "keys", "values", "get", "format", "strip", "split", "join", "upper", "lower", "startswith", "endswith", "replace", "isoformat", "strftime", "is_valid", "get_full_name", "to_representation", "as_dict", "encode", "decode", "hexdigest", "quantize", "total_seconds":
		return true
	}
	return false
}
