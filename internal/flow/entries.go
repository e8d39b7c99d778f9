package flow

import "slices"

// entrySet is a set of the ways to start a process: its programs, and the commands
// that a program runs one of. Beyond its size entries share a bit, and count as
// one.
type entrySet [4]uint64

func (e *entrySet) put(i int) {
	i %= 64 * len(e)
	e[i/64] |= 1 << (i % 64)
}

func (e entrySet) has(i int) bool {
	i %= 64 * len(e)
	return e[i/64]&(1<<(i%64)) != 0
}

func (e *entrySet) join(o entrySet) {
	for i := range e {
		e[i] |= o[i]
	}
}

func (e entrySet) meets(o entrySet) bool {
	for i := range e {
		if e[i]&o[i] != 0 {
			return true
		}
	}
	return false
}

// within tells whether all entries of a set are in another as well.
func (e entrySet) within(o entrySet) bool {
	for i := range e {
		if e[i]&^o[i] != 0 {
			return false
		}
	}
	return true
}

func (e entrySet) empty() bool { return e == entrySet{} }

// entryTree is an entry with the commands that it runs.
type entryTree struct {
	at       *instance
	reached  []*instance
	commands []int // in solver order
	all      bool  // runs in every program
	set      entrySet
}

// markEntries tells for each instance which entries reach it: two programs are two
// processes, and what each makes once, each process has once. What a program does
// before it runs a command, each of its commands has done. It then tells which of
// them last.
func (s *solver) markEntries() {
	for _, in := range s.instances {
		in.entries = entrySet{}
	}
	var trees []*entryTree
	known := map[*instance]int{}
	add := func(in *instance) int {
		if at, ok := known[in]; ok {
			return at
		}
		known[in] = len(trees)
		trees = append(trees, &entryTree{at: in})
		return len(trees) - 1
	}
	for _, r := range s.in.Roots {
		if f := s.functions[r.Function]; f != nil && !r.Serving && f.instances[context{}] != nil {
			i := add(f.instances[context{}])
			trees[i].all = trees[i].all || !r.Program
		}
	}
	for i := 0; i < len(trees); i++ {
		trees[i].walk(add)
	}
	sets := make([]entrySet, len(trees))
	for i := range trees {
		if sets[i].put(i); trees[i].all {
			sets[i] = entrySet{^uint64(0), ^uint64(0), ^uint64(0), ^uint64(0)}
		}
	}
	for grown := true; grown; {
		grown = false
		for i, t := range trees {
			before := sets[i]
			for _, c := range t.commands {
				sets[i].join(sets[c])
			}
			grown = grown || sets[i] != before
		}
	}
	s.starts, s.trees = nil, trees
	for i, t := range trees {
		t.set = sets[i]
		for _, in := range t.reached {
			in.entries.join(sets[i])
		}
		s.starts = append(s.starts, t.starts())
	}
	s.lasting = s.lastingEntries()
}

// starts are the functions that an entry begins with: its own, or those that a
// method bound to its object stands for.
func (t *entryTree) starts() []string {
	if !t.at.fn.Wrapper {
		return []string{t.at.fn.Function}
	}
	var out []string
	for _, c := range t.at.calls {
		out = append(out, c.to.fn.Function)
	}
	return out
}

// ending are the functions that the entries of an instance begin with, if none of
// these was seen to go on after it has started; nil otherwise.
func (s *solver) ending(in *instance) []string {
	if in.entries.empty() || in.entries.meets(s.lasting) {
		return nil
	}
	var out []string
	for i, names := range s.starts {
		if in.entries.has(i) {
			out = append(out, names...)
		}
	}
	return out
}

// walk goes along the calls of an entry up to the commands that it runs.
func (t *entryTree) walk(add func(*instance) int) {
	seen := map[*instance]bool{t.at: true}
	t.reached = []*instance{t.at}
	for i := 0; i < len(t.reached); i++ {
		for _, c := range t.reached[i].calls {
			switch {
			case c.kind == command:
				t.commands = append(t.commands, add(c.to))
			case !seen[c.to]:
				seen[c.to] = true
				t.reached = append(t.reached, c.to)
			}
		}
	}
}

// lastingEntries are those that serve, loop or wait somewhere. Goroutines of the
// others end with the command that started them, also those that the loading of a package
// starts in every program.
func (s *solver) lastingEntries() entrySet {
	var out entrySet
	loaded := !slices.ContainsFunc(s.trees, func(t *entryTree) bool { return !t.all })
	for _, t := range s.trees {
		if (loaded || !t.all) && slices.ContainsFunc(t.reached, s.goesOn) {
			out.join(t.set)
		}
	}
	return out
}

// goesOn tells an instance in which a program serves, loops or waits.
func (s *solver) goesOn(in *instance) bool {
	return s.in.Serves(in.fn.Function) || s.in.Loops(in.fn.Function) || s.in.Waits(in.fn.Function) ||
		slices.ContainsFunc(in.calls, func(c call) bool { return c.kind == served })
}
