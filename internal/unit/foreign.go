package unit

// Answer is what is known of a change.
type Answer string

// The answers. What nothing is said of is not changed.
const (
	Unchanged Answer = ""
	Changed   Answer = "changed"
	NotKnown  Answer = "not-known" // made, if at all, behind a call that could not be followed
)

// Foreign is what the source of a function outside the checkout says that it does.
type Foreign struct {
	ID string
	// Receiver tells whether it changes what it is called on. The books that a
	// look-up keeps, such as which entry was used last, do not count.
	Receiver Answer `json:",omitempty"`
	// Client says that what it is called on holds a connection: what it changes is
	// how it talks to a server.
	Client  bool            `json:",omitempty"`
	Params  []ForeignParam  `json:",omitempty"` // those of which there is something to say
	Effects []ForeignEffect `json:",omitempty"`
	// Opaque says that it calls what could not be followed: it may reach more than
	// Effects lists.
	Opaque bool `json:",omitempty"`
}

// ForeignParam is what becomes of an argument.
type ForeignParam struct {
	Nth    int    // from 0
	Answer Answer `json:",omitempty"` // whether what it leads to is changed
	Kept   bool   `json:",omitempty"` // in the receiver or a variable of its package
	Called bool   `json:",omitempty"` // a function: before the call returns
	Async  bool   `json:",omitempty"` // a function: by a goroutine
}

// ForeignKind is what a function reaches outside the memory of the process.
type ForeignKind string

// The kinds of effect that source gives away.
const (
	WritesFile     ForeignKind = "writes-file"
	RemovesFile    ForeignKind = "removes-file"
	ReadsFile      ForeignKind = "reads-file"
	Network        ForeignKind = "network"
	ReadsDatabase  ForeignKind = "reads-database"
	WritesDatabase ForeignKind = "writes-database"
	RunsProgram    ForeignKind = "runs-program"
	Accepts        ForeignKind = "accepts"      // waits for connections, or begins to
	LoopsBeside    ForeignKind = "loops-beside" // starts a goroutine that does not end
)

// ForeignEffect is one thing that a function reaches, directly or through calls.
type ForeignEffect struct {
	Kind ForeignKind
	// Path is the number of the parameter that a file's name is made from, from 0;
	// -1 if none is.
	Path int
}

// Plain tells a function of which there is nothing to say.
func (f Foreign) Plain() bool {
	return f.Receiver == Unchanged && len(f.Params) == 0 && len(f.Effects) == 0
}
