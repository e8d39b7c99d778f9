package ruby

import (
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// sessionStore tells whether an expression is the session, the flash or the
// cookies of a request; nested says that it is a value inside.
func (f *file) sessionStore(s *scope, n *node) (store string, nested bool) {
	if n == nil {
		return "", false
	}
	switch n.Kind {
	case "identifier":
		name := f.text(n)
		if l, _ := s.find(name); l != nil {
			return l.session, false
		}
		return storeName(name), false
	case "call":
		return f.sessionOf(s, n), false
	case "element_reference":
		object := n.Child("object")
		if len(n.Kids) > 1 && f.symbolText(n.Kids[1]) == "rack.session" && strings.HasSuffix(f.text(object), "env") {
			return "session", false
		}
		store, _ := f.sessionStore(s, object)
		return store, store != ""
	case "parenthesized_statements":
		if len(n.Kids) == 1 {
			return f.sessionStore(s, n.Kids[0])
		}
	}
	return "", false
}

// storeName tells the names by which controllers and views know the stores.
func storeName(name string) string {
	switch name {
	case "session", "flash", "cookies":
		return name
	}
	return ""
}

// sessionOf is sessionStore for calls: request.session, cookies.signed.
func (f *file) sessionOf(s *scope, n *node) string {
	receiver, name := n.Child("receiver"), f.text(n.Child("method"))
	if n.Child("arguments") != nil || n.Child("block") != nil {
		return ""
	}
	switch name {
	case "signed", "encrypted", "permanent", "signed_or_encrypted":
		if store, _ := f.sessionStore(s, receiver); store == "cookies" {
			return store
		}
		return ""
	}
	if receiver == nil {
		return storeName(name)
	}
	switch f.text(receiver) {
	case "request", "controller", "self", "@controller", "context", "req", "@request", "helpers":
		return storeName(name)
	}
	return ""
}

// sessionWrite records that a value is put into a store.
func (f *file) sessionWrite(s *scope, n *node, store, key, op string, nested bool, value unit.Value) {
	s.fn.Sessions = append(s.fn.Sessions, unit.SessionUse{
		Store: store, Key: key, Op: op, Nested: nested, Value: prune(value, valueDepth), Location: f.at(f.head(n)),
	})
}

// sessionElement records session[k] = v.
func (f *file) sessionElement(s *scope, n, left *node, value unit.Value, op string) {
	store, nested := f.sessionStore(s, left.Child("object"))
	if store == "" {
		return
	}
	key := ""
	if len(left.Kids) > 1 {
		key = f.short(left.Kids[1])
	}
	f.sessionWrite(s, n, store, key, op, nested, value)
}

// sessionRead records session[k].
func (f *file) sessionRead(s *scope, n *node) {
	store, nested := f.sessionStore(s, n.Child("object"))
	if store == "" || nested || len(n.Kids) < 2 {
		return
	}
	s.fn.Sessions = append(s.fn.Sessions, unit.SessionUse{Store: store, Key: f.short(n.Kids[1]), Read: true, Op: "[]", Location: f.at(f.head(n))})
}

// sessionCall records session.store(k, v), merge!(h), update(h), session[k] << v.
func (f *file) sessionCall(s *scope, c send, args []unit.Value) {
	if len(args) == 0 {
		return
	}
	f.sessionQuery(s, c, args)
	if strings.HasPrefix(c.name, "redirect_") {
		f.flashOption(s, c, args)
	}
	if c.receiver == nil {
		return
	}
	switch c.name {
	case "store", "merge!", "update", "deep_merge!", "reverse_merge!", "[]=", "<<", "push", "append", "concat", "unshift", "add":
	default:
		return
	}
	store, nested := f.sessionStore(s, c.receiver)
	if store == "" || !nested && (c.name == "push" || c.name == "append" || c.name == "add" || c.name == "concat") {
		return
	}
	key, value := "", args[len(args)-1]
	if c.name == "store" || c.name == "[]=" {
		key = args[0].Text
	}
	if value.Type == "pair" {
		value = unit.Value{Kind: unit.Collection, Type: "Hash", Text: value.Text, Parts: parts(args...)}
	}
	f.sessionWrite(s, c.n, store, key, c.name, nested, value)
}

// sessionQuery records session.fetch(k), session.dig(k), session.key?(k), and
// session.delete(k), which changes it as well.
func (f *file) sessionQuery(s *scope, c send, args []unit.Value) {
	if c.receiver == nil || args[0].Kind != unit.Literal {
		return
	}
	switch c.name {
	case "fetch", "dig", "key?", "has_key?", "delete":
	default:
		return
	}
	if store, nested := f.sessionStore(s, c.receiver); store != "" && !nested {
		s.fn.Sessions = append(s.fn.Sessions, unit.SessionUse{Store: store, Key: args[0].Text, Read: true, Op: c.name, Location: f.at(f.head(c.n))})
	}
}

// flashOption records redirect_to x, flash: { k: v }.
func (f *file) flashOption(s *scope, c send, args []unit.Value) {
	for i := range args {
		if args[i].Type != "pair" || args[i].Callee != "flash" || len(args[i].Parts) == 0 {
			continue
		}
		for _, pair := range args[i].Parts[0].Parts {
			if pair.Type == "pair" && len(pair.Parts) > 0 {
				f.sessionWrite(s, c.n, "flash", ":"+pair.Callee, "=", false, pair.Parts[0])
			}
		}
	}
}
