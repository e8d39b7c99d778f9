package python

import (
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// sockets are servers of Socket.IO, which know the clients that are connected to their own
// process; a manager, or a queue, takes messages to those of others.
func (r *resolver) sockets(made map[string][]making) {
	for _, callee := range []string{"socketio.AsyncServer", "socketio.Server", "socketio.async_server.AsyncServer", "socketio.server.Server"} {
		for _, m := range made[callee] {
			r.socketServer(m, "socketio."+callee[strings.LastIndexByte(callee, '.')+1:], "client_manager", m.call)
		}
	}
	const flask = "flask_socketio.SocketIO"
	for _, m := range made[flask] {
		calls := []*unit.Call{m.call}
		for _, init := range made[flask+".init_app"] {
			if r.sameObject(m, init.call.Receiver) {
				calls = append(calls, init.call)
			}
		}
		r.socketServer(m, flask, "message_queue", calls...)
	}
}

// sameObject tells whether a call may be made on the object that another one makes.
func (r *resolver) sameObject(m making, on *unit.Value) bool {
	return m.as == "" || on == nil || on.Place == nil || on.Place.Root != unit.RootHolder || r.symbol(on.Place.Name) == m.as
}

// socketServer writes where one server passes messages on. Its options may stand in
// several calls, and some of them may not be known.
func (r *resolver) socketServer(m making, callee, option string, calls ...*unit.Call) {
	guard, holds := production(r.whenAt(m))
	if !holds || notProduction(m.in) {
		return
	}
	for _, c := range calls {
		given := keyword(c, option)
		if manager := keyword(c, "client_manager"); given == nil {
			given = manager
		}
		if given != nil && given.Kind != unit.Nil || slices.ContainsFunc(c.Args, func(v unit.Value) bool { return v.Type == splat || v.Type == pair && v.Callee == "" }) {
			return
		}
	}
	choice := unit.Choice{Value: "socketio_inprocess", Origin: unit.Defaulted, Location: m.call.Location}
	if guard != "" {
		choice.When = conditionOf(guard)
	}
	m.in.unit.Settings = append(m.in.unit.Settings, unit.Setting{
		Kind: unit.SettingCable, Subject: callee, Value: choice.Value, Origin: unit.Defaulted,
		Text: callee + " is told no " + option, Location: m.call.Location, Choices: []unit.Choice{choice},
	})
}

// whenAt is what is tested around the statement of a module that puts an object into a
// variable.
func (r *resolver) whenAt(m making) string {
	if m.fn == nil {
		return ""
	}
	for i := range m.fn.Accesses {
		if a := &m.fn.Accesses[i]; a.Kind == unit.Write && a.Location.Line == m.call.Location.Line && a.Place.Root == unit.RootHolder {
			return a.Method
		}
	}
	return ""
}
