package nonserializablesessionwrite

import (
	"fmt"
	"strings"

	"github.com/stateaudit/stateaudit/internal/program"
	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/rule"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// goWrite is a write of a Go session library.
type goWrite struct {
	value    *unit.Value
	location unit.Location
	callee   string
	gob      bool // values are encoded by encoding/gob, as interfaces
}

// setter is a method that puts a value into a session.
type setter struct {
	prefix, suffix string
	argument       int
	gob            bool
}

// setters are those of well-known libraries. Those with gob register nothing for
// the caller.
var setters = [...]setter{
	{"github.com/alexedwards/scs", ".SessionManager.Put", 2, true},
	{"github.com/gin-contrib/sessions.Session", ".Set", 1, true},
	{"github.com/gofiber/fiber", "/middleware/session.Session.Set", 1, true},
	{"github.com/beego/beego", ".Controller.SetSession", 1, true},
	{"github.com/astaxie/beego.Controller", ".SetSession", 1, true},
	{"github.com/go-macaron/session", ".Set", 1, true},
	{"github.com/flamego/session.Session", ".Set", 1, true},
	{"github.com/kataras/iris", "/sessions.Session.Set", 1, true},
	{"github.com/gorilla/securecookie.SecureCookie", ".Encode", 1, false}, // the value itself, not one behind an interface
	{"github.com/gorilla/sessions.Session", ".AddFlash", 0, true},
}

// goWrites lists the writes of a function.
func goWrites(f *program.Function) []goWrite {
	if f.Language != unit.Go {
		return nil
	}
	var out []goWrite
	for i := range f.Calls {
		c := &f.Calls[i]
		if !c.External || c.Reference {
			continue
		}
		for _, s := range setters {
			if strings.HasPrefix(c.Callee, s.prefix) && strings.HasSuffix(c.Callee, s.suffix) && s.argument < len(c.Args) {
				out = append(out, goWrite{&c.Args[s.argument], c.Location, c.Callee, s.gob})
			}
		}
	}
	for i := range f.Sessions {
		w := &f.Sessions[i]
		out = append(out, goWrite{&w.Value, w.Location, w.Store, true})
	}
	return out
}

// registeredWithGob lists the types that the program tells gob about.
func registeredWithGob(p *program.Program) map[string]bool {
	out := map[string]bool{}
	for _, f := range p.Functions() {
		for i := range f.Calls {
			c := &f.Calls[i]
			if (c.Callee == "encoding/gob.Register" && len(c.Args) > 0) || (c.Callee == "encoding/gob.RegisterName" && len(c.Args) > 1) {
				out[strings.TrimLeft(c.Args[len(c.Args)-1].Type, "*")] = true
			}
		}
	}
	return out
}

// goVerdict judges a value by its static type.
func goVerdict(p *program.Program, w goWrite, registered map[string]bool) verdict {
	if w.value.Kind == unit.Nil {
		return verdict{}
	}
	found := ofType(p, w.value.Type, maxDeep)
	if found.harm == lost || !w.gob {
		return found
	}
	if name := strings.TrimLeft(w.value.Type, "*"); needsRegistering(p, name) && !registered[name] {
		return verdict{lost, "a `" + short(name) + "`, a type that no call of gob.Register names", ""}
	}
	return found
}

// needsRegistering tells the types that gob does not know behind an interface:
// those that a program names, and maps.
func needsRegistering(p *program.Program, typ string) bool {
	if t := p.Type(typ); t != nil {
		return t.Kind != "interface"
	}
	return strings.HasPrefix(typ, "map[")
}

// ofType judges values of a static type.
func ofType(p *program.Program, typ string, deep int) verdict {
	bare := strings.TrimLeft(typ, "*")
	switch {
	case strings.HasPrefix(bare, "func("):
		return verdict{lost, "a function", ""}
	case strings.HasPrefix(bare, "chan "), strings.HasPrefix(bare, "<-chan "):
		return verdict{lost, "a channel", ""}
	}
	switch bare {
	case "sync.Mutex", "sync.RWMutex", "sync.WaitGroup", "sync.Once", "sync.Map", "context.Context", "net.Conn", "database/sql.DB", "database/sql.Tx", "database/sql.Rows",
		"net/http.Request", "net/http.ResponseWriter", "net/http.Client", "os.File", "io.Reader", "io.Writer", "gorm.io/gorm.DB":
		return verdict{lost, "a `" + bare + "`", ""}
	}
	for _, prefix := range []string{"[]", "map[string]"} {
		if rest, ok := strings.CutPrefix(bare, prefix); ok && deep > 0 {
			return ofType(p, rest, deep-1)
		}
	}
	t := p.Type(bare)
	if t == nil || t.Kind != "struct" || deep == 0 {
		return verdict{}
	}
	return ofFields(p, t, deep)
}

// ofFields judges a struct by its fields: what encodes ignores the unexported.
func ofFields(p *program.Program, t *unit.Type, deep int) verdict {
	var found verdict
	hidden := ""
	for _, id := range t.Fields {
		h := p.Holder(id)
		if h == nil {
			continue
		}
		name := id[strings.LastIndexByte(id, '.')+1:]
		if name != "" && (name[0] == '_' || name[0] >= 'a' && name[0] <= 'z') {
			if !strings.HasPrefix(h.Type, "sync.") && hidden == "" {
				hidden = name
			}
			continue
		}
		if v := ofType(p, h.Type, deep-1); v.harm == lost {
			v.what = fmt.Sprintf("a `%s`, whose field %s is %s", short(t.ID), name, v.what)
			found = worse(found, v)
		}
	}
	if found.harm == fine && hidden != "" {
		return verdict{lossy, fmt.Sprintf("a `%s`, whose unexported field %s is lost", short(t.ID), hidden), ""}
	}
	return found
}

// short is a type without the path of its package.
func short(typ string) string { return typ[strings.LastIndexByte(typ, '/')+1:] }

func reportGo(p *rule.Pass, f *program.Function, w goWrite, v verdict) {
	level := result.Error
	says := "which does not survive being written down: the write fails or the next request finds nothing"
	if v.harm == lossy {
		level, says = result.Note, "so the next request finds less than was stored"
	}
	p.Report(result.Finding{
		Level: level, Category: result.Session, Symbol: f.Symbol, Language: f.Language, Location: w.location,
		Message:  fmt.Sprintf("The session is given %s (`%s`), %s.", v.what, short(w.callee), says),
		Fix:      "Store an ID or a small struct of exported plain fields that is registered with gob.Register, and load the rest on each request.",
		Evidence: []result.Evidence{{Kind: result.WriteAt, Phase: f.Phase(), Function: f.Symbol, Location: w.location, Note: "writes `" + w.value.Text + "` of type " + short(w.value.Type)}},
	}, f)
}
