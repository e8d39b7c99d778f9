package unit

// Slot is a value inside a function: a parameter, a result of a call, a version
// of a local. Zero is no value, or one that can lead to no object.
type Slot int32

// OpKind says what an operation does with its slots.
type OpKind uint8

// The operations of a record. A place is an object and the steps from it; a slot
// holds places.
const (
	OpMake   OpKind = iota + 1 // To is a new object of Type, or of the types of what Base leads to
	OpFunc                     // To is the function Name, closed over Args
	OpRoot                     // To is the place of the holder Name
	OpCopy                     // To is also Base
	OpStep                     // To is the place of Field below Base
	OpElem                     // To is the place of an element of Base, under Key if that is constant
	OpLoad                     // To is what is kept at Base
	OpStore                    // Args[0] is put at Base
	OpCall                     // To are the results
	OpReturn                   // Args are handed out
	OpAssert                   // To is Base if it is of Type
	OpTouch                    // the content of Base changes, with nothing that could be followed put there
)

// Op is one typed operation.
type Op struct {
	Kind OpKind
	// Whole says that what is copied, loaded or stored is a value with fields or
	// elements of its own: the copy shares what they lead to and nothing else.
	Whole bool `json:",omitempty"`
	// Takes says of a load that it takes from a channel.
	Takes bool `json:",omitempty"`
	Base  Slot
	To    []Slot `json:",omitempty"`
	Args  []Slot `json:",omitempty"`
	Field string `json:",omitempty"` // ID of the field
	Key   string `json:",omitempty"`
	Keys  bool   `json:",omitempty"` // of an element: it is a key
	Name  string `json:",omitempty"` // holder, function, method
	Type  string `json:",omitempty"` // ID of a type, or how it is written
	Call  *Apply `json:",omitempty"`
	// Loop says of what is made that it is made again in each round of a loop without
	// end, and of all else that it is done in each turn of a loop that waits for
	// something to happen.
	Loop bool `json:",omitempty"`
	// Rounds says that a loop of its function, endless or not, runs it again.
	Rounds bool `json:",omitempty"`
	// Aside says of a load that what comes of it is only changed, not looked at, and of a call
	// that what is handed over is, with nothing that comes back.
	Aside bool `json:",omitempty"`
	// Span says where it stands among the ways through its function; Sure that each
	// way to a return leads through it.
	Span Span
	Sure bool `json:",omitempty"`
	Line int32
	Col  int32
}

// Span is a range of numbers of a function's dominator tree. The zero value says that
// nothing is known.
type Span struct{ From, To int32 }

// Leads tells whether each way to an operation of the other span leads through one of
// this span. Of two in one block the order of their lines decides.
func (s Span) Leads(to Span) bool { return s.From > 0 && s.From <= to.From && to.From <= s.To }

// Apply says how something is called.
type Apply struct {
	// Dynamic says that the object in Base decides: the method Name of its type or,
	// without a name, the function that it is.
	Dynamic bool `json:",omitempty"`
	Method  bool `json:",omitempty"` // the first argument is a receiver
	Foreign bool `json:",omitempty"` // of a function outside the checkout
	Async   bool `json:",omitempty"`
	// Hands is what a function outside the checkout makes of the functions and
	// objects that it is given.
	Hands Hands  `json:",omitempty"`
	Note  string `json:",omitempty"`
	// Guessed says that Hands was read off the name of the function: it is of a
	// library that is not known, and is handed no request.
	Guessed bool `json:",omitempty"`
	// Ifaces are, for each argument, the interface that a function outside the
	// checkout expects: it can call these methods and no others.
	Ifaces [][]string `json:",omitempty"`
	// Brief are, for each argument, whether it is a function that is called before
	// the foreign call returns and not kept; nil for none.
	Brief []bool `json:",omitempty"`
	// Later are, for each argument, whether it is called only when somebody uses what
	// comes back, which holds it; nil for none.
	Later []bool `json:",omitempty"`
	// AtEnd says that it is made when the function is left.
	AtEnd bool `json:",omitempty"`
	// Once says of a call of a function outside the checkout that it runs what it is given
	// only the first time that it is made on its receiver.
	Once bool `json:",omitempty"`
	// Fills says that a function outside the checkout decodes a text into what it is given.
	Fills bool `json:",omitempty"`
	// Out are, for each result of a foreign call, its type.
	Out []string `json:",omitempty"`
	// Bare are, for each result of a foreign call, whether its type leads to nothing but
	// numbers, texts and times; nil for none.
	Bare []bool `json:",omitempty"`
	// Solid are, for each result of a foreign call, whether by its type it is no function
	// itself; nil for none.
	Solid []bool `json:",omitempty"`
}

// Injected begins the name of a root that is no holder: the place of a type in a container
// which hands to functions what others return. As the Key of what is made it says that the
// container makes it to hand over several things at once.
const Injected = "inject:"

// Carried begins the Name of what requests carry along under a key: it lasts no longer than they do.
const Carried = "carried:"

// Sample is the Key of what is made only to say which type it is of.
const Sample = "sample:"

// AnyWith begins the type of a result of which only the methods are known: their
// names follow, with commas between.
const AnyWith = "~"

// AnyWithin begins the way to a field of which code outside may call any method when it is handed
// an object that has none: IDs and types of fields, with | within and > between. "*" stands for any
// method of the object itself.
const AnyWithin = "*."

// Hands says when code outside the checkout calls what it was handed.
type Hands string

// The times of such a call.
const (
	HandsNow    Hands = ""        // before it returns
	HandsServes Hands = "serves"  // for each request, message or tick, from then on
	HandsBeside Hands = "beside"  // at once, in a goroutine or thread of its own
	HandsRuns   Hands = "command" // as a command of its own
)

// Record is what a function does, as typed operations over slots. It is what the
// solver reads; locations are lines of File.
type Record struct {
	Function string // ID of the function
	File     string
	Slots    int32  // how many there are, the zero slot included
	Params   []Slot // a receiver first
	Captures []Slot
	Ops      []Op
	// Wrapper says that nobody wrote it: it only calls on.
	Wrapper bool `json:",omitempty"`
	// Ends says that the process ends before it comes back.
	Ends bool `json:",omitempty"`
}

// Method is how the methods of a type are found.
type Method struct {
	Name string
	// Path are the fields through which an embedded type's method is reached.
	Path []EmbeddedField `json:",omitempty"`
	// Function is the ID of what runs; empty for the method of an embedded
	// interface.
	Function string `json:",omitempty"`
}

// EmbeddedField is a step of promotion.
type EmbeddedField struct {
	Field    string
	Indirect bool // the field keeps a reference to the object
}

// MethodSet lists the methods of a type, promoted ones included.
type MethodSet struct {
	Type    string
	Methods []Method
}
