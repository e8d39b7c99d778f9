package python

import (
	"path"
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// engines are databases that SQLAlchemy opens by a URL.
func (r *resolver) engines(made map[string][]making) {
	for _, callee := range []string{"sqlalchemy.create_engine", "sqlalchemy.ext.asyncio.create_async_engine", "sqlmodel.create_engine"} {
		for _, m := range made[callee] {
			if path.Base(m.in.unit.Path) == "env.py" { // of Alembic
				continue
			}
			d := &django{r: r, chain: []*module{m.in}}
			d.put(unit.SettingDatabase, "default", "create_engine", d.address(m.call, statement{at: m.call.Location, in: m.in, fn: m.fn}), databaseURL)
		}
	}
}

// address is the URL that a call is given: first, by its keyword, or under that key of
// what is spread.
func (d *django) address(c *unit.Call, s statement) []said {
	if given := keyword(c, "url"); given != nil {
		return d.say(given, s, 0)
	}
	for i := range c.Args {
		v := &c.Args[i]
		switch {
		case v.Type == splat:
			for j := range v.Parts {
				list := d.dig(&v.Parts[j], s, []string{"url"}, 0)
				for k := range list {
					list[k].at = s.at
				}
				if len(list) > 0 {
					return list
				}
			}
		case i == 0 && v.Type != pair:
			return d.say(v, s, 0)
		}
	}
	return nil
}

// composed is a URL that SQLAlchemy puts together: of its parts the driver and the file
// say what it leads to.
func (d *django) composed(v *unit.Value, s statement, depth int) []said {
	var driver *unit.Value
	file := "…"
	if under(v, "database") == nil && under(v, "host") == nil {
		file = "" // in memory
	}
	if name := under(v, "database"); name != nil && strings.Contains(name.Text, ":memory:") {
		file = ":memory:"
	}
	if driver = under(v, "drivername"); driver == nil && len(v.Parts) > 0 && v.Parts[0].Type != pair {
		driver = &v.Parts[0]
	}
	list := d.say(driver, s, depth+1)
	for i := range list {
		list[i].text += ":///" + file
	}
	return list
}

// composes tells the function by which SQLAlchemy puts a URL together.
func composes(callee string) bool {
	return strings.HasPrefix(callee, "sqlalchemy.") && strings.HasSuffix(callee, "URL.create")
}

// handedOut is what a function of the checkout returns, where that holds in production.
func (d *django) handedOut(fn *function, s statement, depth int) []said {
	var out []said
	s.fn = fn
	for i := range fn.Returns {
		guard, holds := production(fn.whens[i])
		if !holds {
			continue
		}
		part := s
		part.guard = joined(s.guard, guard)
		out = append(out, d.say(&fn.Returns[i], part, depth+1)...)
	}
	return out
}

// passed is what callers give a function for a parameter.
func (d *django) passed(fn *function, n int, s statement, depth int) []said {
	var out []said
	if fn == nil || depth > 6 {
		return nil
	}
	for _, from := range d.r.order {
		if from.Test || from.module.class.skipped() || from.module.class.tool {
			continue
		}
		for i := range from.Calls {
			if c := &from.Calls[i]; c.Callee == fn.ID && n < len(c.Args) && !c.Reference {
				part := s
				part.fn = from
				out = append(out, d.say(&c.Args[n], part, depth+1)...)
			}
		}
	}
	return out
}
