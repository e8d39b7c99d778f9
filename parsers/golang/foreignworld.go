package golang

import (
	"go/types"
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// What follows is the edge of what is read: the functions of the standard library
// by which a process reaches its memory's primitives, and the world. Everything
// else is learned from them.

// connections are the types that talk to another process.
var connections = map[string]bool{
	"net.Conn": true, "net.TCPConn": true, "net.UDPConn": true, "net.UnixConn": true, "crypto/tls.Conn": true, "net.Dialer": true, "net.PacketConn": true,
	"net/http.Client": true, "net/http.Transport": true, "net/http.RoundTripper": true, "net/rpc.Client": true, "net/smtp.Client": true,
	"net/textproto.Conn": true, "database/sql.DB": true, "database/sql.Conn": true, "database/sql.Tx": true, "database/sql/driver.Conn": true,
}

// isStandard tells packages of the standard library: their first element is no
// domain.
func isStandard(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return !strings.Contains(first, ".")
}

// boundary are the packages of the standard library that reach the world.
var boundary = map[string]bool{"os": true, "io/ioutil": true, "os/exec": true, "net": true, "net/http": true, "net/smtp": true, "net/rpc": true, "crypto/tls": true, "database/sql": true, "database/sql/driver": true, "plugin": true}

// reachesOut tells a package of others that imports, also through others of its
// kind, one that reaches the world. Packages of the standard library count by
// themselves.
func (fo *Foreign) reachesOut(p *types.Package) bool {
	if isStandard(p.Path()) {
		return boundary[p.Path()]
	}
	fo.mu.Lock()
	defer fo.mu.Unlock()
	return fo.reaching(p)
}

func (fo *Foreign) reaching(p *types.Package) bool {
	if isStandard(p.Path()) {
		return boundary[p.Path()]
	}
	if out, ok := fo.outside[p]; ok {
		return out
	}
	fo.outside[p] = false
	out := false
	for _, imp := range p.Imports() {
		out = fo.reaching(imp) || out
	}
	fo.outside[p] = out
	return out
}

// flows tells functions of the standard library that make a text or number from
// what they are given, and do nothing else that matters here.
func flows(f *types.Func) bool {
	switch f.Pkg().Path() {
	case "path", "path/filepath", "strings", "strconv", "net/url", "unicode/utf8", "math", "math/bits", "cmp":
	case "fmt":
		return strings.HasPrefix(f.Name(), "Sprint") || f.Name() == "Errorf"
	default:
		return false
	}
	sig := f.Type().(*types.Signature)
	if sig.Recv() != nil || sig.Results().Len() == 0 {
		return false
	}
	return isScalar(sig.Results().At(0).Type())
}

func isScalar(t types.Type) bool {
	_, ok := types.Unalias(t).Underlying().(*types.Basic)
	return ok
}

func flowing(f *types.Func) *foreignSummary {
	s := newForeignSummary()
	for i := range f.Type().(*types.Signature).Params().Len() {
		s.returns = s.returns.with(ref{root: i, copied: true})
	}
	return s
}

// primitive is what is known of a function of the standard library without
// reading it, or nil.
func primitive(f *types.Func, sig *types.Signature) *foreignSummary {
	if f.Pkg() == nil || !isStandard(f.Pkg().Path()) {
		return nil
	}
	switch p := f.Pkg().Path(); p {
	case "sync/atomic", "internal/runtime/atomic":
		return atomically(f, sig)
	case "sync", "internal/sync":
		return synchronised(f, sig)
	case "reflect":
		return reflected(f, sig)
	case "runtime", "runtime/debug", "runtime/pprof", "log", "time", "context", "errors", "unsafe", "testing", "unique", "weak", "syscall", "internal/poll", "os/signal":
		return newForeignSummary()
	case "fmt":
		if strings.Contains(f.Name(), "scan") || strings.Contains(f.Name(), "Scan") {
			s := newForeignSummary()
			s.add(summaryChange{to: ref{root: sig.Params().Len() - 1, deep: true}, typ: types.Universe.Lookup("any").Type(), from: 1})
			return s
		}
		return newForeignSummary()
	default:
		if boundary[p] {
			return worldly(f)
		}
	}
	return nil
}

// writing is the summary of a primitive that puts its arguments into a root.
func writing(root int, sig *types.Signature) *foreignSummary {
	s := newForeignSummary()
	s.add(summaryChange{to: ref{root: root}, typ: types.Universe.Lookup("any").Type(), from: allParams(sig, root)})
	return s
}

func allParams(sig *types.Signature, except int) uint64 {
	var from uint64
	for i := range min(sig.Params().Len(), 64) {
		if i != except {
			from |= 1 << i
		}
	}
	return from
}

// atomically knows sync/atomic, whose functions have no bodies.
func atomically(f *types.Func, sig *types.Signature) *foreignSummary {
	root := 0
	if sig.Recv() != nil {
		root = fromReceiver
	}
	if strings.HasPrefix(f.Name(), "Load") {
		s := newForeignSummary()
		s.returns = refs{{root: root, deep: true}}
		return s
	}
	s := writing(root, sig)
	s.returns = refs{{root: root, deep: true}}
	return s
}

// synchronised knows package sync. Locks, pools and the like hold no state of
// their own; sync.Map does.
func synchronised(f *types.Func, sig *types.Signature) *foreignSummary {
	owner := ""
	if sig.Recv() != nil && namedOf(sig.Recv().Type()) != nil {
		owner = namedOf(sig.Recv().Type()).Obj().Name()
	}
	if owner != "Map" && owner != "HashTrieMap" {
		s := newForeignSummary()
		if owner == "Once" && f.Name() == "Do" {
			s.called[0] = true
		}
		return s
	}
	switch f.Name() {
	case "Load", "Range", "All":
		s := newForeignSummary()
		s.called[0] = f.Name() == "Range"
		s.returns = refs{{root: fromReceiver, deep: true}}
		return s
	}
	s := writing(fromReceiver, sig)
	s.returns = refs{{root: fromReceiver, deep: true}}
	return s
}

// reflected knows reflection: a reflect.Value leads to what it was made of.
func reflected(f *types.Func, sig *types.Signature) *foreignSummary {
	s := newForeignSummary()
	if sig.Recv() == nil {
		switch f.Name() {
		case "ValueOf", "Indirect":
			s.returns = refs{{root: 0}}
		case "Copy":
			return writing(0, sig)
		case "Append", "AppendSlice":
			s.returns = refs{{root: 0}, {root: 1, hops: 1}}
		}
		return s
	}
	if n := namedOf(sig.Recv().Type()); n == nil || n.Obj().Name() != "Value" {
		return s
	}
	switch name := f.Name(); {
	case strings.HasPrefix(name, "Set"), name == "Clear", name == "Grow", name == "Send", name == "TrySend":
		return writing(fromReceiver, sig)
	case name == "Call", name == "CallSlice", name == "Method", name == "MethodByName":
		s.opaque = true
		s.unknown[fromReceiver] = true
		return s
	}
	s.returns = refs{{root: fromReceiver}}
	return s
}

// worldly knows what the functions of the boundary reach. Of what they change in
// memory nothing is asked: a file, a connection, a pool of them is no state that a
// copy would miss.
func worldly(f *types.Func) *foreignSummary {
	s := newForeignSummary()
	for _, w := range world {
		if f.Pkg().Path() != w.pkg || !w.matches(f) {
			continue
		}
		s.effects[unit.ForeignEffect{Kind: w.kind, Path: w.path}] = true
	}
	s.fills(f)
	return s
}

// fills notes the functions of the boundary that write into what they are given.
func (s *foreignSummary) fills(f *types.Func) {
	sig := f.Type().(*types.Signature)
	switch f.Name() {
	case "Read", "ReadAt", "ReadFull", "ReadFrom", "Scan":
		if sig.Params().Len() > 0 {
			s.add(summaryChange{to: ref{root: sig.Params().Len() - 1}, typ: types.Universe.Lookup("any").Type(), from: 0})
		}
	}
}

// reach is an entry of the table of the world: functions, or methods of a type,
// by name; a star stands for any rest of one.
type reach struct {
	pkg   string
	owner string
	names []string
	kind  unit.ForeignKind
	path  int // the argument that names a file
}

func (w reach) matches(f *types.Func) bool {
	owner := ""
	if sig := f.Type().(*types.Signature); sig.Recv() != nil {
		if n := namedOf(sig.Recv().Type()); n != nil {
			owner = n.Obj().Name()
		}
	}
	return owner == w.owner && slices.ContainsFunc(w.names, func(name string) bool {
		begin, star := strings.CutSuffix(name, "*")
		return star && strings.HasPrefix(f.Name(), begin) || name == f.Name()
	})
}

var world = []reach{
	{"os", "", []string{"WriteFile", "Create", "OpenFile", "Truncate"}, unit.WritesFile, 0},
	{"os", "", []string{"Rename", "Link", "Symlink", "CopyFS"}, unit.WritesFile, 1},
	{"os", "", []string{"Remove*"}, unit.RemovesFile, 0},
	{"os", "", []string{"ReadFile", "Open", "ReadDir", "Stat", "Lstat", "DirFS"}, unit.ReadsFile, 0},
	{"os", "Root", []string{"Create", "OpenFile", "WriteFile"}, unit.WritesFile, 0},
	{"io/ioutil", "", []string{"WriteFile"}, unit.WritesFile, 0},
	{"io/ioutil", "", []string{"ReadFile", "ReadDir"}, unit.ReadsFile, 0},
	{"os/exec", "Cmd", []string{"Run", "Start", "Output", "CombinedOutput"}, unit.RunsProgram, -1},
	{"net", "", []string{"Dial*", "Lookup*"}, unit.Network, -1},
	{"net", "Dialer", []string{"Dial*"}, unit.Network, -1},
	{"net", "Resolver", []string{"Lookup*"}, unit.Network, -1},
	{"net", "Conn", []string{"Read", "Write"}, unit.Network, -1},
	{"net", "", []string{"Listen*"}, unit.Accepts, -1},
	{"net", "ListenConfig", []string{"Listen*"}, unit.Accepts, -1},
	{"net", "Listener", []string{"Accept"}, unit.Accepts, -1},
	{"net", "TCPListener", []string{"Accept*"}, unit.Accepts, -1},
	{"net", "UnixListener", []string{"Accept*"}, unit.Accepts, -1},
	{"crypto/tls", "", []string{"Listen"}, unit.Accepts, -1},
	{"net/http", "", []string{"ListenAndServe*", "Serve", "ServeTLS"}, unit.Accepts, -1},
	{"net/http", "Server", []string{"ListenAndServe*", "Serve", "ServeTLS"}, unit.Accepts, -1},
	{"crypto/tls", "", []string{"Dial*"}, unit.Network, -1},
	{"crypto/tls", "Conn", []string{"Read", "Write"}, unit.Network, -1},
	{"net/http", "", []string{"Get", "Post*", "Head"}, unit.Network, -1},
	{"net/http", "Client", []string{"Do", "Get", "Post*", "Head"}, unit.Network, -1},
	{"net/http", "RoundTripper", []string{"RoundTrip"}, unit.Network, -1},
	{"net/http", "Transport", []string{"RoundTrip"}, unit.Network, -1},
	{"net/smtp", "", []string{"SendMail", "Dial*"}, unit.Network, -1},
	{"net/rpc", "Client", []string{"Call", "Go"}, unit.Network, -1},
	{"database/sql", "DB", []string{"Query*", "Prepare*"}, unit.ReadsDatabase, -1},
	{"database/sql", "Tx", []string{"Query*", "Prepare*"}, unit.ReadsDatabase, -1},
	{"database/sql", "Conn", []string{"Query*", "Prepare*"}, unit.ReadsDatabase, -1},
	{"database/sql", "Stmt", []string{"Query*"}, unit.ReadsDatabase, -1},
	{"database/sql", "DB", []string{"Exec*"}, unit.WritesDatabase, -1},
	{"database/sql", "Tx", []string{"Exec*", "Commit"}, unit.WritesDatabase, -1},
	{"database/sql", "Conn", []string{"Exec*"}, unit.WritesDatabase, -1},
	{"database/sql", "Stmt", []string{"Exec*"}, unit.WritesDatabase, -1},
}
