package unit

// ConditionOp says how a condition is made of its parts.
type ConditionOp string

// The kinds of condition. The zero Condition always holds.
const (
	Always ConditionOp = ""
	Never  ConditionOp = "never"
	// Atom is a test of which only the text is known, written for a reader.
	Atom ConditionOp = "atom"
	// InEnv holds in the environment that Text names.
	InEnv ConditionOp = "env"
	Not   ConditionOp = "not"
	And   ConditionOp = "and"
	Or    ConditionOp = "or"
)

// Condition is a test that configuration makes before it sets something.
type Condition struct {
	Op    ConditionOp `json:",omitempty"`
	Text  string      `json:",omitempty"`
	Parts []Condition `json:",omitempty"`
	// Ref names the value that an Atom tests, where another file may know it, and
	// Is what it is compared with; without, the value is asked for being set.
	Ref string `json:",omitempty"`
	Is  string `json:",omitempty"`
}

// Map is the condition with each atom replaced by what to makes of it.
func (c Condition) Map(to func(Condition) Condition) Condition {
	if c.Op == Atom {
		return to(c)
	}
	if len(c.Parts) == 0 {
		return c
	}
	parts := make([]Condition, len(c.Parts))
	for i := range c.Parts {
		parts[i] = c.Parts[i].Map(to)
	}
	if c.Op == Not {
		return parts[0].Negated()
	}
	out := c
	out.Parts = parts
	return out
}

// Negated is the opposite of a condition.
func (c Condition) Negated() Condition {
	switch c.Op {
	case Always:
		return Condition{Op: Never}
	case Never:
		return Condition{}
	case Not:
		return c.Parts[0]
	}
	return Condition{Op: Not, Parts: []Condition{c}}
}

// Also is the condition that holds if both do.
func (c Condition) Also(d Condition) Condition {
	switch {
	case c.Op == Always || d.Op == Never:
		return d
	case d.Op == Always || c.Op == Never:
		return c
	}
	return Condition{Op: And, Parts: []Condition{c, d}}
}

// Holds evaluates a condition in an environment, given what holds of its atoms.
func (c Condition) Holds(env string, atom func(string) bool) bool {
	switch c.Op {
	case Never:
		return false
	case Atom:
		return atom(c.Text)
	case InEnv:
		return c.Text == env
	case Not:
		return !c.Parts[0].Holds(env, atom)
	case And:
		for i := range c.Parts {
			if !c.Parts[i].Holds(env, atom) {
				return false
			}
		}
	case Or:
		for i := range c.Parts {
			if c.Parts[i].Holds(env, atom) {
				return true
			}
		}
		return false
	}
	return true
}

// Atoms lists the texts of the atoms of a condition, as met.
func (c Condition) Atoms() []string {
	if c.Op == Atom {
		return []string{c.Text}
	}
	var out []string
	for i := range c.Parts {
		out = append(out, c.Parts[i].Atoms()...)
	}
	return out
}

// Possible tells whether a condition can hold in an environment.
func (c Condition) Possible(env string) bool {
	possible, _ := c.bounds(env)
	return possible
}

// bounds tells whether a condition can hold in an environment and whether it can
// fail, each atom taken by itself.
func (c Condition) bounds(env string) (holds, fails bool) {
	switch c.Op {
	case Never:
		return false, true
	case Atom:
		return true, true
	case InEnv:
		return c.Text == env, c.Text != env
	case Not:
		holds, fails = c.Parts[0].bounds(env)
		return fails, holds
	case And, Or:
		holds, fails = c.Op == And, c.Op == Or
		for i := range c.Parts {
			h, f := c.Parts[i].bounds(env)
			if c.Op == And {
				holds, fails = holds && h, fails || f
			} else {
				holds, fails = holds || h, fails && f
			}
		}
		return holds, fails
	}
	return true, false
}

// Choice is one value that a setting may get.
type Choice struct {
	When  Condition `json:",omitzero"` // among the choices of the setting; the first that holds counts
	Value string    `json:",omitempty"`
	// Ref names what the value is taken from where only other files know it: a
	// constant (Shop::STORE), a method (Shop.store), a key of a configuration
	// file (yaml cache store).
	Ref      string  `json:",omitempty"`
	Origin   Origin  // written, defaulted (the environment's variable has a fallback), unresolved
	Options  []Value `json:",omitempty"`
	Location Location
	// From is the place in another file that gives the value, if one does.
	From Location `json:",omitzero"`
}
