package ruby

import (
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// fate is what becomes of a block.
type fate struct {
	later bool // a function of its own
	role  unit.Role
	note  string
	self  selfKind
	name  string
	task  string // of rake
	async bool
	again bool // it is run from time to time
	each  bool // around each request
	// filter says that what the class descends from decides whether it is one of
	// Sinatra.
	filter bool
	// macro says that the block is run later if the method that takes it is a library's.
	macro bool
}

// block walks the block of a call. The value is the function that a block
// becomes which makes what is missing in a collection, for the collection's
// place to be asked about; otherwise nothing, or what the block of a fetch puts in.
// What a block makes of each element is made.
func (f *file) block(s *scope, c send) (value, made unit.Value) {
	if c.block == nil {
		return value, made
	}
	fate := f.fateOf(s, c)
	if fate.later {
		fn := f.laterBlock(s, c.block, fate)
		if fate.name == defaultBlock {
			value = unit.Value{Kind: unit.Func, Callee: fn.ID}
		}
		return value, made
	}
	v := f.inlineBlock(s, c)
	switch {
	case fillsByBlock(c.name):
		value = prune(v, 3)
	case makesByBlock(c.name):
		made = prune(v, 3)
	}
	return value, made
}

// keptBlock is the block that code which runs at load hands to a method, as a function that
// the method may keep and call later. What it does if it is called at once stands in the
// function around it too.
func (f *file) keptBlock(s *scope, c send) []unit.Value {
	if c.block == nil || !s.atBoot() || f.class.tool || f.class.test || s.never || f.copying || !f.mayKeep(c.receiver) {
		return nil
	}
	if plain(c.name) || reads(c.name) || ofRecords(c.name) || c.name == "new" || c.name == "included" || f.definesWithin(c.block) || f.fateOf(s, c).later {
		return nil
	}
	f.copying = true
	fn := f.laterBlock(s, c.block, fate{later: true, name: c.name, self: s.self})
	f.copying = false
	return []unit.Value{{Kind: unit.Compound, Type: "pair", Callee: theBlock, Parts: parts(unit.Value{Kind: unit.Func, Callee: fn.ID})}}
}

// mayKeep tells what a block may be handed to for later: a class, self, a local, or an
// object that is made on the spot.
func (f *file) mayKeep(receiver *node) bool {
	if receiver == nil || receiver.Is("constant", "scope_resolution", "self", "identifier") {
		return true
	}
	made := f.text(receiver.Child("method"))
	return receiver.Is("call") && (made == "new" || made == "instance") && f.constantName(receiver.Child("receiver")) != ""
}

// makesByBlock tells the methods of collections that give a collection of what
// their block gives.
func makesByBlock(name string) bool {
	switch name {
	case "map", "collect", "flat_map", "collect_concat", "filter_map", "to_h", "index_with", "reduce", "inject", "sum":
		return true
	}
	return false
}

// defaultBlock names the block of Hash.new.
const defaultBlock = "default"

// fillsByBlock tells the methods that store what their block gives.
func fillsByBlock(name string) bool {
	switch name {
	case "fetch", "compute_if_absent", "fetch_or_store", "compute", "put_if_absent", "getset":
		return true
	}
	return false
}

// laterBlock makes a function of a block.
func (f *file) laterBlock(s *scope, block *node, fate fate) *unit.Function {
	fn := &unit.Function{
		ID: s.fn.ID + "/" + fate.name + "@" + itoa(f.line(block.Start)), Symbol: s.fn.Symbol + " (block of " + fate.name + ")",
		Name: fate.name, Owner: s.owner, Outer: s.fn.ID, Location: f.at(block), Attrs: []string{attrBlock},
	}
	switch {
	case fate.role == "", fate.role == unit.Tool:
	case f.class.tool:
		fn.Attrs = append(fn.Attrs, attrWouldBe+string(fate.role))
	default:
		fn.Roles, fn.RoleNote = []unit.Role{fate.role}, fate.note
	}
	if fate.self == selfInstance && s.self != selfInstance {
		fn.Attrs = append(fn.Attrs, attrOnInstance)
	}
	if fate.role == unit.Tool {
		fn.Attrs = append(fn.Attrs, attrTask+fate.task)
	}
	if fate.filter {
		fn.Attrs = append(fn.Attrs, attrFilter)
	}
	if fate.macro {
		fn.Attrs = append(fn.Attrs, attrMacro)
	}
	if fate.again {
		fn.Attrs = append(fn.Attrs, unit.Rearms)
	}
	if fate.each {
		fn.Attrs = append(fn.Attrs, unit.EachRequest)
	}
	fn = f.addFunction(fn)
	fn.Test = fn.Test || s.never
	f.names(s, block, fn)
	inner := s.later(fn)
	inner.self = fate.self
	f.parameters(inner, block.Child("parameters"), fn)
	f.blockBody(inner, block, true)
	return fn
}

// blockBody walks the statements of a block.
func (f *file) blockBody(s *scope, block *node, function bool) unit.Value {
	use := unit.Used
	if function {
		use = unit.Returned
	}
	return f.blockValue(s, block, use, function)
}

// blockValue is blockBody that is told what becomes of the value.
func (f *file) blockValue(s *scope, block *node, use unit.Use, function bool) unit.Value {
	var last unit.Value
	for _, kid := range block.Kids {
		if kid.Field == "parameters" {
			continue
		}
		if last = f.eval(s, kid, use); function {
			f.handOut(s, last)
		}
	}
	return last
}

// blockUse is what a method does with what its block gives.
func blockUse(name string) unit.Use {
	switch name {
	case "each", "each_with_index", "each_pair", "each_key", "each_value", "each_with_object", "each_slice", "each_cons", "each_entry", "each_char", "each_line",
		"reverse_each", "times", "upto", "downto", "step", "loop", "find_each", "find_in_batches", "in_batches", "tap", "respond_to", "on", "cycle":
		return unit.Dropped
	}
	return unit.Used
}

// inlineBlock walks a block as part of the function in which it stands.
func (f *file) inlineBlock(s *scope, c send) unit.Value {
	inner := f.blockScope(s, c)
	shadowed := f.bindParameters(inner, c)
	v := f.blockValue(inner, c.block, blockUse(c.name), false)
	inner.unbind(shadowed)
	return v
}

// unbind takes the parameters of a block away again.
func (s *scope) unbind(shadowed map[string]*local) {
	for name, l := range shadowed {
		s.locals[name] = l
		if l == nil {
			delete(s.locals, name)
		}
	}
}

// blockScope is what holds in a block that is part of its function.
func (f *file) blockScope(s *scope, c send) *scope {
	inner := *s
	inner.maybe, inner.until = true, f.at(c.block).EndLine
	if _, _, walks := walksElements(c.name); walks || c.name == "each_key" {
		inner.given = s.given.both(passed{number: f.leftOut(s, c.receiver)}) // runs for no element if nothing was passed
	}
	switch c.name {
	case "synchronize", "mon_synchronize", "with_write_lock", "with_read_lock", "exclusive", "with_mutex":
		return s.guarded(f.lock(s, c))
	case "transaction", "with_lock":
		inner.tx = true // a row lock is held in a transaction
	case "loop":
		s.entersLoop()
		inner.staysIn(c.block)
	case "fetch", "compute_if_absent", "fetch_or_store", "put_if_absent":
		if place := f.place(s, c.receiver); place != nil {
			return s.knowing(keyOf(place))
		}
	case "instance_eval", "instance_exec":
		if c.receiver != nil && !c.receiver.Is("self") {
			inner.self, inner.body = selfNone, nil
		}
	}
	return &inner
}

// lock names the lock that a call holds: its place, if it has one.
func (f *file) lock(s *scope, c send) string {
	if c.receiver == nil {
		return c.name
	}
	if place := f.place(s, c.receiver); place != nil {
		return lockName(*place)
	}
	return f.short(c.receiver)
}

// lockName writes the place of a lock as the program reads it: root, name and the
// steps from there.
func lockName(place unit.Place) string {
	return strings.Join(append([]string{string(place.Root) + ":" + place.Name}, place.Path...), ">")
}

// lockPlace reads what lockName wrote; false if it is only a text.
func lockPlace(name string) (unit.Place, bool) {
	steps := strings.Split(name, ">")
	root, holder, ok := strings.Cut(steps[0], ":")
	switch unit.Root(root) {
	case unit.RootHolder, unit.RootReceiver:
		return unit.Place{Root: unit.Root(root), Name: holder, Path: steps[1:]}, ok
	}
	return unit.Place{}, false
}

// bindParameters makes locals of block parameters, as other names of the
// places that the method is known to give to its block. It returns what they hide.
func (f *file) bindParameters(s *scope, c send) map[string]*local {
	hidden := map[string]*local{}
	parameters := c.block.Child("parameters")
	if parameters == nil {
		f.bindImplicit(s, c, hidden)
		return hidden
	}
	for i, p := range parameters.Kids {
		place := f.blockPlace(s, c, i, len(parameters.Kids))
		for _, name := range f.parameterNames(p) {
			text := f.text(name)
			hidden[text] = s.locals[text]
			value := unit.Value{Kind: unit.Compound, Text: text}
			if c.receiver != nil && c.n.Is("call") {
				value.Parts = parts(prune(f.glanceCall(s, c.n, 2), 3))
			}
			s.set(text, value, place, name)
			s.locals[text].param = true
		}
	}
	return hidden
}

// bindImplicit binds it and _1, the parameters of a block that names none.
func (f *file) bindImplicit(s *scope, c send, hidden map[string]*local) {
	place := f.blockPlace(s, c, 0, 1)
	if place == nil {
		return
	}
	for _, name := range []string{"it", "_1"} {
		if _, ok := s.locals[name]; !ok {
			hidden[name] = nil
			s.set(name, unit.Value{Kind: unit.Compound, Text: name}, place, c.block)
			s.locals[name].param = true
		}
	}
}

// blockPlace is the place that a method gives to its block as a parameter.
func (f *file) blockPlace(s *scope, c send, i, count int) *unit.Place {
	if c.receiver == nil {
		return f.yieldedPlace(s, c, i)
	}
	if givesSelf(c.name) && i == 0 {
		return f.place(s, c.receiver)
	}
	at, pairs, ok := walksElements(c.name)
	if !ok {
		return f.yieldedPlace(s, c, i)
	}
	if pairs || count == 2 && c.name != "each_with_index" && c.name != "each_with_object" {
		at = 1
	}
	if i != at {
		return nil
	}
	return f.elements(s, c.receiver)
}

// given begins the step to what a method gives to its block, as the parameter of a number.
const given = "|"

// yieldedPlace is the place that a method of the checkout may give to its block.
func (f *file) yieldedPlace(s *scope, c send, i int) *unit.Place {
	if plain(c.name) || reads(c.name) || mutates(c.name) || ofRecords(c.name) || c.name == "new" || blockUse(c.name) == unit.Dropped {
		return nil
	}
	to := given + itoa(i) + c.name
	if c.receiver == nil {
		return step(s.selfPlace(), to)
	}
	return step(f.place(s, c.receiver), to)
}

// parameterNames are the names that a parameter binds.
func (f *file) parameterNames(p *node) []*node {
	switch p.Kind {
	case "identifier":
		return []*node{p}
	case "optional_parameter", "keyword_parameter", "splat_parameter", "hash_splat_parameter", "block_parameter":
		if name := p.Child("name"); name != nil {
			return []*node{name}
		}
		return nil
	}
	var names []*node
	for _, kid := range p.Kids {
		names = append(names, f.parameterNames(kid)...)
	}
	return names
}

// parameters binds the parameters of a function and walks their defaults.
func (f *file) parameters(s *scope, list *node, fn *unit.Function) {
	if list == nil {
		return
	}
	for _, p := range list.Kids {
		names := f.parameterNames(p)
		if p.Is("splat_parameter") {
			fn.Attrs = append(fn.Attrs, attrRest+itoa(len(fn.Params)))
		}
		for _, name := range names {
			text := f.text(name)
			place := &unit.Place{Root: unit.RootParam, Name: itoa(len(fn.Params))}
			s.set(text, unit.Value{Kind: unit.PlaceValue, Text: text, Place: place}, place, name)
			s.locals[text].param = true
			if s.locals[text].block = p.Is("block_parameter"); s.locals[text].block {
				fn.Attrs = append(fn.Attrs, attrTakesBlock+itoa(len(fn.Params)))
			}
			if p.Is("identifier", "optional_parameter", "splat_parameter", "hash_splat_parameter") {
				s.locals[text].number = len(fn.Params) + 1
			}
		}
		if len(names) > 0 {
			fn.Params = append(fn.Params, f.text(names[0]))
		} else {
			fn.Params = append(fn.Params, f.short(p))
		}
		if p.Is("optional_parameter", "keyword_parameter") {
			if value := p.Child("value"); value != nil {
				f.eval(s, value, unit.Used)
			}
		}
	}
}

// lambda is a function value: -> { }, lambda { }, proc { }.
func (f *file) lambda(s *scope, n, block *node) unit.Value {
	body := block
	if n.Kind == "lambda" {
		body = n.Child("body")
	}
	if body == nil {
		return unit.Value{Kind: unit.Func, Text: f.short(n)}
	}
	fn := &unit.Function{
		ID: s.fn.ID + "/lambda@" + itoa(f.line(n.Start)), Symbol: s.fn.Symbol + " (lambda)", Name: "lambda",
		Owner: s.owner, Outer: s.fn.ID, Location: f.at(n), Attrs: []string{"lambda"},
	}
	if f.rackLambda(n, block) {
		fn.Roles, fn.RoleNote = []unit.Role{unit.Middleware}, "lambda that takes a Rack environment"
	} else if f.class.tool {
		fn.Roles, fn.RoleNote = []unit.Role{unit.Tool}, "runs in a process of its own"
	} else if s.atBoot() {
		fn.Roles, fn.RoleNote = []unit.Role{unit.Callback}, "lambda made at load"
		if f.class.app {
			fn.Roles, fn.RoleNote = []unit.Role{unit.Application}, "lambda of a class that the application serves with"
		}
	}
	inner := s.later(fn)
	if inner.self == selfClass && s.body != nil {
		// Lambdas in a class body are options of macros: they run on an instance.
		inner.self = selfInstance
		fn.Attrs = append(fn.Attrs, attrOnInstance)
	}
	fn = f.addFunction(fn)
	f.names(s, n, fn)
	f.parameters(inner, n.Child("parameters"), fn)
	f.parameters(inner, body.Child("parameters"), fn)
	f.blockBody(inner, body, true)
	return unit.Value{Kind: unit.Func, Callee: fn.ID, Text: f.short(n)}
}

// names records that a function names one of its blocks: who runs it is not known.
func (f *file) names(s *scope, n *node, fn *unit.Function) {
	call := unit.Call{Callee: fn.ID, Name: fn.Name, Reference: true, Loop: s.loop, Location: f.region(n.Start, n.Start)}
	if len(fn.Roles) > 0 {
		call.Async = fn.Roles[0] == unit.Background
		if fn.Roles[0] == unit.Scheduler {
			call.As, call.AsNote = unit.Scheduler, fn.RoleNote
		}
	}
	s.fn.Calls = append(s.fn.Calls, call)
}

// rackLambda tells whether a lambda is a Rack application.
func (f *file) rackLambda(n, block *node) bool {
	parameters := n.Child("parameters")
	if parameters == nil {
		parameters = block.Child("parameters")
	}
	return parameters != nil && len(parameters.Kids) == 1 && strings.TrimLeft(f.text(parameters.Kids[0]), "_") == "env"
}
