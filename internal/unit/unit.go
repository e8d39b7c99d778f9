// Package unit is the vocabulary of stateaudit and the form in which a parser
// hands over what it saw: one serialisable Unit for each Go package, Ruby file
// or deployment file.
//
// A unit holds no syntax and decides nothing. Names in it are as written until
// the language's resolver has joined the units of a checkout; from then on a
// reference is the ID of a declaration, or says that it leads outside.
//
// The nouns, in the order in which data meets them:
//
//   - a Holder is a place that can outlive a request;
//   - a Function is a body of code with the roles that its framework gives it;
//   - an Access is a read or change of a Place in a function;
//   - a Call leads from a function to another, with Values as arguments;
//   - a Place is a root (holder, receiver, parameter, result of a call) and the
//     fields and elements walked from there;
//   - a Type tells the shape of a class or struct;
//   - a Setting is what a configuration file says, or fails to say.
package unit

import "slices"

// Language names a front end.
type Language string

// The languages that stateaudit reads.
const (
	Go     Language = "go"
	Ruby   Language = "ruby"
	Python Language = "python"
	Deploy Language = "deploy"
)

// Unit is what one Go package, Ruby file or deployment file says.
type Unit struct {
	Language  Language
	Path      string // directory of a Go package, file otherwise; slash-separated, relative to the root
	Name      string // import path of a Go package, empty otherwise
	Files     []File
	Imports   []string // of a Go package, those of the checkout, sorted
	Holders   []Holder
	Types     []Type
	Functions []Function
	Settings  []Setting
	Foreign   []Foreign // functions outside the checkout that it calls, as far as their source is at hand
	Problems  []Problem
	// Records are what the functions do, for front ends that write them, and
	// Methods how calls of methods are dispatched.
	Records []Record    `json:",omitempty"`
	Methods []MethodSet `json:",omitempty"`
	// Fits are the methods outside the checkout that its interfaces lead to.
	Fits []Fit `json:",omitempty"`
	// Entities are the types of which the objects are rows, as their own source or
	// that of their framework says, and Routes the ways in for requests.
	Entities []Entity `json:",omitempty"`
	Routes   []Route  `json:",omitempty"`
	// Component is the folder that the framework takes for a part of the application
	// because this file lies in it; empty where it says no such thing.
	Component string `json:",omitempty"`
	// Spelled are the words of a file, as hashes, where front ends look up whether anything
	// names a function; sorted.
	Spelled []uint32 `json:",omitempty"`
	// Incomplete says that types or syntax were missing in part, so that
	// silence about this unit proves less than elsewhere.
	Incomplete bool
}

// Fit says that an object was put into an interface of the checkout by which a call of the
// interface's method reaches one outside the checkout, or that of another interface.
type Fit struct{ Method, By string }

// File is one source file of a unit.
type File struct {
	Path      string
	Lines     int
	Test      bool
	Generated bool
	// Vendored is code of others that is kept in the tree.
	Vendored bool
	// Shown is a program that only shows, or measures, what others of the tree do. It is no
	// more part of what runs than a test.
	Shown bool
}

// Entity is a type of which the objects are rows of a table.
type Entity struct {
	Type     string // ID of the type
	Table    string
	Columns  []Column
	Links    []Link
	Location Location
}

// Column is a column of a table, with its type as SQL would call it.
type Column struct{ Name, Type string }

// Link leads from a row to one or to many others.
type Link struct {
	Name     string
	To       string // ID of the type of the others
	Many     bool
	Key      bool // the row itself has the foreign key
	Location Location
}

// Route is a way in for requests, and the function that answers them.
type Route struct {
	Method   string // GET, POST, ...; empty for any
	Pattern  string // "/orders/{id}"
	Function string // ID
	Location Location
}

// Row is a use of the rows of a table by a function.
type Row struct {
	Type     string // ID of the entity; empty where only the table is known
	Table    string `json:",omitempty"` // if it is not the one of the entity
	Write    bool   `json:",omitempty"`
	Tx       bool   `json:",omitempty"` // inside a database transaction
	Column   string `json:",omitempty"` // the attribute that is read, if only one is
	Path     string `json:",omitempty"` // how the row was reached: order.customer
	Location Location
}

// Location is a region of a file. Lines and columns start at 1; columns count
// bytes. A zero Line means the whole file.
type Location struct {
	File      string `json:"file"`
	Line      int    `json:"line"`
	Column    int    `json:"column"`
	EndLine   int    `json:"endLine"`
	EndColumn int    `json:"endColumn"`
}

// Problem is something in the checkout that could not be analysed.
type Problem struct {
	File    string      `json:"file"`
	Line    int         `json:"line"`
	Kind    ProblemKind `json:"kind,omitempty"`
	Message string      `json:"message"`
}

// ProblemKind says what kept something from being analysed, and so who can mend it.
type ProblemKind string

// The kinds of problem. Those without one are about what stands in the checkout.
const (
	// Bug is a step of this program that failed: its results are missing.
	Bug ProblemKind = "bug"
	// MissingModule is code outside the checkout that could not be had.
	MissingModule ProblemKind = "missing-module"
	// LowReach is a program of which so little is reached that what it keeps is mostly
	// not judged.
	LowReach ProblemKind = "low-reach"
	// Unread is a file or folder that could not be opened, or is too large.
	Unread ProblemKind = "unread"
)

// HolderKind says what sort of place a holder is.
type HolderKind string

// The kinds of holder, over all languages.
const (
	PackageVar  HolderKind = "package-var"  // Go package-level variable
	ModuleVar   HolderKind = "module-var"   // Python variable of a module
	Field       HolderKind = "field"        // field of a struct, or instance variable of a class
	Captured    HolderKind = "captured"     // variable of an outer function that a longer-lived closure keeps
	Constant    HolderKind = "constant"     // Ruby constant
	ClassVar    HolderKind = "class-var"    // @@x
	ClassIvar   HolderKind = "class-ivar"   // @x of a class or module object
	Global      HolderKind = "global"       // $x
	Attribute   HolderKind = "attribute"    // cattr_, mattr_, class_attribute
	ThreadLocal HolderKind = "thread-local" // Thread.current[:x], thread_mattr_accessor
	AppConfig   HolderKind = "app-config"   // object hung on Rails.application.config or the like
)

// Holder is a place that can outlive a request, as declared.
type Holder struct {
	ID       string // unique in the checkout
	Symbol   string // as a reader would name it
	Name     string // last part: variable, field, constant without sigil kept as written
	Kind     HolderKind
	Owner    string // ID of the type, class or function it belongs to, or package
	Type     string // static type (Go) or inferred class (Ruby); empty when unknown
	Elem     string // type of the elements of a collection, when known
	Value    Value  // what it is first set to, where it is declared
	Location Location
	Test     bool // declared in test, generated or vendored code: never reported
	// PerRequest marks places that the framework resets for each request
	// (CurrentAttributes, RequestStore).
	PerRequest bool
	// BetweenJobs says of such a place that nothing resets it between two jobs of a worker.
	BetweenJobs bool `json:",omitempty"`
	// Handle says that it holds one thing of a library that is opened and closed: a
	// connection, a listener, a file, the stub by which a service is called.
	Handle bool `json:",omitempty"`
	// Plain says that it can keep only texts, numbers, flags and times, and collections
	// of them: nothing that somebody waits on or that does something.
	Plain bool `json:",omitempty"`
	// Own says that only code of its own package can name it.
	Own bool `json:",omitempty"`
	// Settings is the name of the file of settings that it is read from, without
	// folder and ending, if it is.
	Settings string `json:",omitempty"`
	// Comment is the documentation at the declaration, cut to some 200 bytes:
	// people say there what a thing is for.
	Comment string
}

// Type is a struct, interface, class or module.
type Type struct {
	ID         string
	Name       string
	Kind       string   // struct, interface, named, class, module
	Supers     []string // embedded types, superclass, included modules (IDs or names)
	Methods    []string // IDs of the functions
	Fields     []string // IDs of the holders
	Implements []string // IDs of the interfaces of the checkout that it satisfies (Go)
	// Asks are the methods that an interface asks for, and Has the keys of those that a
	// pointer to any other type offers (Go).
	Asks []Asked  `json:",omitempty"`
	Has  []uint64 `json:",omitempty"`
	// Answers says why the exported methods are ways in for requests, if they are.
	Answers string `json:",omitempty"`
	// Table is the table that the declaration itself says its objects are rows of.
	Table    string `json:",omitempty"`
	Exact    bool
	Location Location
	Test     bool
}

// Asked is a method that an interface asks for. Key stands for its name and signature.
type Asked struct {
	Name string
	Key  uint64
}

// Role is what a framework makes of a function.
type Role string

// The roles. None is not a role: such a function has the phase of its callers.
const (
	Main        Role = "main"        // program entry, one-shot command
	Initializer Role = "initializer" // init, package initialiser, class body, Rails initializer
	Handler     Role = "handler"     // request handler, controller action, view, RPC method
	Middleware  Role = "middleware"
	Job         Role = "job"
	Consumer    Role = "consumer" // message or event subscriber
	Scheduler   Role = "scheduler"
	// Application is code that the framework loads in order to serve, of which no
	// caller could be seen.
	Application Role = "application"
	Background  Role = "background" // goroutine or thread
	Callback    Role = "callback"   // handed to code that is not in the checkout, time of call unknown
	Test        Role = "test"
	Tool        Role = "tool" // rake task, migration, script, generator: a process of its own
)

// Serves tells whether a function of this role runs while requests are served.
func (r Role) Serves() bool {
	switch r {
	case Handler, Middleware, Job, Consumer, Scheduler, Background, Application:
		return true
	}
	return false
}

// Beside tells whether a function of this role runs beside the requests: nobody
// waits for it.
func (r Role) Beside() bool {
	switch r {
	case Job, Consumer, Scheduler, Background:
		return true
	}
	return false
}

// Function is a body of code: function, method, closure, class body, view.
type Function struct {
	ID       string
	Symbol   string // as a reader would name it
	Name     string
	Owner    string // ID of the receiver's type or of the class
	Outer    string // ID of the enclosing function of a closure
	Roles    []Role
	RoleNote string // why it has the role: "registered with http.HandleFunc"
	Params   []string
	Accesses []Access
	Calls    []Call
	Returns  []Value // what it hands out; bounded
	Yields   []Value `json:",omitempty"` // what it gives to the block that it is called with
	Allocs   []Alloc // types of which it makes an instance
	// Sessions are the uses of the session, the flash and cookies that the syntax
	// of the language or framework gives away; libraries that are called show in Calls.
	Sessions []SessionUse `json:",omitempty"`
	// Rows are the uses of tables that the front end could tell by the types.
	Rows []Row `json:",omitempty"`
	// Statements are the texts in it that read like SQL, whole or in part.
	Statements []Statement `json:",omitempty"`
	Attrs      []string    // words that a rule may ask for, such as "once", "private", "init-hook"
	Location   Location    // of the name; EndLine is the last line of the body
	Test       bool
	// Holds are the locks, as place text, that it has taken and that are held still
	// when it has come back; Frees those that it releases without having taken them.
	Holds []string `json:",omitempty"`
	Frees []string `json:",omitempty"`
}

// Unspelled is the word among a function's Attrs that says that its name stands nowhere in
// the code that runs in production but where it is defined.
const Unspelled = "unspelled"

// ErrorOnly is the word among a function's Attrs that says that an error is all
// that it returns.
const ErrorOnly = "error-only"

// Given lists what is put into a field of an object where it is made and filled. What
// is put there under a condition leaves nothing only if nothing else is put there.
func (v *Value) Given(field string) []Value {
	var out []Value
	settled := false
	for _, part := range v.Parts {
		if part.Field == field {
			out = append(out, part)
			settled = settled || part.Callee != Branches
		}
	}
	for i, part := range out {
		if settled && part.Callee == Branches {
			out[i].Parts = slices.DeleteFunc(slices.Clone(part.Parts), func(way Value) bool { return way.Kind == Nil && way.Text == "" })
		}
	}
	return out
}

// Branches is the Callee of a Compound of which the Parts are alternatives: it is one
// of them, and not made from all.
const Branches = "|"

// BoolOnly is the word among a function's Attrs that says that whether something is so
// is all that it hands back.
const BoolOnly = "bool-only"

// WaitsForGroup is the word among a function's Attrs that says that it waits until a
// group of goroutines has come to its end.
const WaitsForGroup = "waits-for-group"

// GoesOn is the word among a function's Attrs that says that the main line of a process
// stays in a loop without end of it: what the loop does, it does while serving.
const GoesOn = "goes-on"

// EachRequest is the word among a function's Attrs that says that it runs before, or
// around, each request that its class handles.
const EachRequest = "each-request"

// Rearms is the word among a function's Attrs that says that it sets a timer again
// which was made elsewhere. What such a timer runs is run again and again if it is this
// function.
const Rearms = "rearms"

// FollowsFiles is the word among a function's Attrs that says that it takes from a library
// what has happened to files.
const FollowsFiles = "follows-files"

// SignalLoop is the word among a function's Attrs that says that it has a loop without end
// which waits for signals of the system and for nothing else.
const SignalLoop = "signal-loop"

// Crontab is the word among a function's Attrs that says that what it schedules is
// written into the crontab of a host, and is no work of the process.
const Crontab = "crontab"

// Statement is a text of SQL as written, cut to some 2,000 bytes.
type Statement struct {
	Text     string
	Tx       bool `json:",omitempty"` // runs inside a database transaction that its function knows of
	Location Location
}

// SessionUse is a value put where a later request of the same user reads it, or the
// reading of it.
type SessionUse struct {
	Store    string // session, flash, cookies
	Key      string // as written
	Read     bool   `json:",omitempty"` // taken out: there is no Value
	Op       string
	Nested   bool // inside a value that is already there
	Value    Value
	Location Location
}

// Alloc is the making of an instance of a type of the checkout.
type Alloc struct {
	Type string
	// Value says that the instance is made only to be copied: an argument or
	// element by value. It says nothing of how long an object lives.
	Value bool `json:",omitempty"`
	// Kept says that the instance goes straight into a place that lives as long
	// as the process: whoever makes it, there is only one.
	Kept     bool `json:",omitempty"`
	Location Location
}

// AccessKind says what an access does to a place.
type AccessKind string

// The kinds of access.
const (
	Read   AccessKind = "read"
	Write  AccessKind = "write"  // the place gets another value
	Modify AccessKind = "modify" // its content changes in place: element, append, delete, increment, decode
	Invoke AccessKind = "invoke" // a method of its value is called; the type decides whether that changes it
	Escape AccessKind = "escape" // its address or a reference leaves for where it cannot be followed
	Init   AccessKind = "init"   // first value given while an object is made
)

// Access is one use of a place in a function.
type Access struct {
	Place    Place
	Kind     AccessKind
	Method   string // Invoke: ID of the method, or its name when the type is not of the checkout
	Op       string // how: "=", "+=", "append", "delete", "[]=", "||=", "<<", "decode"
	Value    *Value // Write, Init: what is put there
	Key      *Value // Modify of an element: under which key
	Location Location
	Guards   []string // locks held, as place text; "once" inside sync.Once or the like
	Lazy     bool     // done only if the place was empty before: ||=, nil check, once
	// Refused says of a lazy one that its function does not look at what is there where the
	// place was not empty: it does something else, or nothing.
	Refused bool `json:",omitempty"`
	Reset   bool // sets to nil, zero or empty: an invalidation
	Ensure  bool // undone or done in ensure/defer
	// Ahead says that it is made before a loop without end in which its function stays.
	Ahead bool `json:",omitempty"`
	// Loop says that it is made inside of such a loop.
	Loop bool `json:",omitempty"`
	// Answered says of what is sent that its function waits for an answer to it.
	Answered bool `json:",omitempty"`
	// PutBack says of what is sent that its function took it out of the same channel just before.
	PutBack bool `json:",omitempty"`
	// Maybe says that a condition or a block decides whether it is made.
	Maybe bool `json:",omitempty"`
	// Until is the last line of the branch or block that decides, if one does: what
	// stands behind it there is only run after it.
	Until int `json:",omitempty"`
	// IfGiven is the number of a parameter, from 1, without which the access is
	// not made: the setting half of a method that gets and sets.
	IfGiven int `json:",omitempty"`
	// IfBlock says that it is made if a block is passed, and without that only if
	// what IfGiven names is.
	IfBlock bool `json:",omitempty"`
}

// Root says where a place starts.
type Root string

// The roots of a place.
const (
	RootHolder   Root = "holder"   // Name is the holder's ID
	RootReceiver Root = "receiver" // self or the method's receiver
	RootParam    Root = "param"    // Name is the index, from 0
	RootResult   Root = "result"   // Name is the ID (or name) of the function called
	RootLocal    Root = "local"    // made in this function; Name is its type when known
	RootUnknown  Root = "unknown"
)

// Place is a root and the steps from there: field IDs, or Element.
type Place struct {
	Root Root
	Name string
	Path []string `json:",omitempty"`
}

// Element is the step from a collection to one of its elements.
const Element = "[]"

// ValueKind says what an expression is.
type ValueKind string

// The kinds of value.
const (
	Unknown    ValueKind = ""
	Literal    ValueKind = "literal"    // number, string, symbol, regexp, true
	Nil        ValueKind = "nil"        // nil or zero
	Collection ValueKind = "collection" // array, slice, map, hash, struct literal; Parts are bounded
	New        ValueKind = "new"        // an instance of Type
	// Result is the result of calling Callee with Parts. Of a function value,
	// Callee is & and the holder that keeps it, or "&param:" and a number.
	Result     ValueKind = "call"
	PlaceValue ValueKind = "place"    // the value of Place
	Func       ValueKind = "function" // Callee is the closure or function
	Compound   ValueKind = "compound" // computed from Parts: operator, interpolation, conditional
)

// Value is what is known of an expression.
type Value struct {
	Kind   ValueKind `json:",omitempty"`
	Type   string    `json:",omitempty"`
	Text   string    `json:",omitempty"` // source, cut to 80 bytes
	Callee string    `json:",omitempty"`
	Place  *Place    `json:",omitempty"`
	Parts  []Value   `json:",omitempty"`
	Nth    int       `json:",omitempty"` // of a function's returns: which result, from 0
	// Direct says of a new channel that it holds nothing: who sends waits until somebody takes.
	Direct bool `json:",omitempty"`
	// Field is the field of the value around it that it is put into.
	Field string `json:",omitempty"`
	// Locks says of a constant text that it is a statement which locks the rows that it reads.
	Locks bool `json:",omitempty"`
}

// Use says what a caller does with a result.
type Use string

// The uses of a result.
const (
	Dropped Use = "dropped"
	Checked Use = "checked" // only success or failure is looked at
	Used    Use = "used"
	// Returned is handed on to the caller as it is: what becomes of it is known
	// there. In Ruby that is every last statement of a method.
	Returned Use = "returned"
)

// Call is one call in a function.
type Call struct {
	// Callee is the ID of the function, or of an external one
	// (net/http.Get, Net::HTTP.get). Ruby leaves it empty until resolved.
	Callee string
	Name   string // last part
	// Targets are the functions of the checkout that may run: implementations
	// of an interface method, overrides, candidates by name.
	Targets  []string `json:",omitempty"`
	External bool     // leads outside the checkout
	// Reference says that the function is named as a value, not called here.
	Reference bool `json:",omitempty"`
	// As is the role that the callee of the surrounding call gives to a function
	// handed over by name, and AsNote says why.
	As     Role   `json:",omitempty"`
	AsNote string `json:",omitempty"`

	Receiver *Value  `json:",omitempty"`
	Args     []Value `json:",omitempty"`
	Block    bool    `json:",omitempty"` // a block is passed beside the arguments
	Result   Use     `json:",omitempty"`
	// Async says that the caller does not wait: go statement, perform_later.
	Async bool `json:",omitempty"`
	// ByValue says that what is handed over is written down on the way, as in a
	// message to a queue: values, and no objects that both sides have.
	ByValue  bool     `json:",omitempty"`
	Deferred bool     `json:",omitempty"` // defer, ensure
	Failed   bool     `json:",omitempty"` // only where something failed: rescue, err != nil
	Tx       bool     `json:",omitempty"` // inside a database transaction
	Loop     bool     `json:",omitempty"` // inside a loop without end
	Maybe    bool     `json:",omitempty"` // only where a condition holds, as far as its language says
	Timed    bool     `json:",omitempty"` // in each turn of a loop without end that waits for time to pass
	Guards   []string `json:",omitempty"`
	// Schedules says that code outside the checkout is called which runs what it is handed
	// by a timetable.
	Schedules bool `json:",omitempty"`
	// When is what configuration must say for a call that leads outside the checkout to
	// be made at all, as far as the function that makes it tests that.
	When Condition `json:",omitzero"`
	// Empty lists places that hold nothing yet where the call is made: a check
	// around it says so.
	Empty []Place `json:",omitempty"`
	// Guessed says that the callees were found by their name alone.
	Guessed bool `json:",omitempty"`
	// Computes says that code outside the checkout is called which only works out
	// what it returns, writes a log or answers the request at hand; what it does to
	// rows stands under the function's Rows.
	Computes bool `json:",omitempty"`
	Location Location
}

// Origin says how a setting came to its value.
type Origin string

// The origins.
const (
	Written    Origin = "written"
	Defaulted  Origin = "defaulted"  // nothing is written, the technology's default counts
	Unresolved Origin = "unresolved" // a template or expression that could not be read: neither on nor off
)

// Setting is one thing that configuration says.
type Setting struct {
	Kind     string // one of the Setting constants
	Subject  string // what it is set for: component, service, environment
	Value    string
	Origin   Origin
	Text     string // as written
	Env      string // environment it holds in: production, development, test, "" for all
	Location Location
	Values   []Value `json:",omitempty"`
	// When is what must hold for the setting to be made at all, and Choices are
	// the values it may get then, of settings that code makes.
	When    Condition `json:",omitzero"`
	Choices []Choice  `json:",omitempty"`
	// Build is the folder that a workload is built from, Commands are what its
	// containers start.
	Build    string   `json:",omitempty"`
	Commands []string `json:",omitempty"`
	// Because lists where it was decided, if not at the location: defaults of
	// parameters.
	Because []Reason `json:",omitempty"`
}

// Reason is a place that a setting depends on.
type Reason struct {
	Text     string // "variable sticky is true"
	Location Location
}
