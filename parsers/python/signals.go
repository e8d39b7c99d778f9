package python

import (
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// saving is a row that a function saves or deletes by itself, so that Django sends
// signals: what changes many rows at once sends none.
type saving struct {
	fn   *function
	row  unit.Row
	name string // of the method
}

// signals lets whoever sends a signal run its receivers, which Django does before the
// sender goes on: those of models where a row is saved or deleted, and those of signals
// of the checkout where these are sent.
func (r *resolver) signals() {
	receivers := map[string][]string{}
	for _, fn := range r.order {
		if fn.Test {
			continue
		}
		for _, d := range fn.decorated {
			if d.by.id == "django.dispatch.receiver" {
				r.receives(receivers, fn.module, fn.ID, d.call.Args)
			}
		}
		for i := range fn.Calls {
			c := &fn.Calls[i]
			if c.Name == "connect" && c.Receiver != nil && len(c.Args) > 0 && c.Args[0].Kind == unit.Func {
				args := append([]unit.Value{*c.Receiver}, c.Args[1:]...)
				r.receives(receivers, fn.module, c.Args[0].Callee, args)
			}
		}
	}
	for _, s := range r.saved {
		for _, key := range sentBy(s) {
			for _, to := range receivers[key] {
				s.fn.Calls = append(s.fn.Calls, unit.Call{Callee: to, Name: r.functions[to].Name, Result: unit.Dropped, Tx: s.row.Tx, Location: s.row.Location})
			}
		}
	}
	for _, fn := range r.order {
		for i := range fn.Calls {
			c := &fn.Calls[i]
			if (c.Name == "send" || c.Name == "send_robust") && c.Receiver != nil && c.Receiver.Place != nil && len(c.Receiver.Place.Path) == 0 {
				if to := receivers[c.Receiver.Place.Name]; len(to) > 0 && c.External {
					c.Callee, c.Targets, c.External = to[0], slices.Clone(to), false
				}
			}
		}
	}
}

// receives notes a receiver under each signal that it is connected to: a variable of the
// checkout, or a signal of models with the model that sends it.
func (r *resolver) receives(receivers map[string][]string, m *module, id string, args []unit.Value) {
	if len(args) == 0 || r.functions[id] == nil {
		return
	}
	sender := ""
	for _, arg := range args[1:] {
		if arg.Type == pair && arg.Callee == "sender" && len(arg.Parts) > 0 {
			text := arg.Parts[0].Text
			if t := r.memberOfModule(m.id, text); t.kind == aClass {
				sender = t.id
			} else if strings.HasSuffix(text, "AUTH_USER_MODEL") {
				sender = r.userModel()
			}
		}
	}
	for _, signal := range append([]unit.Value{args[0]}, args[0].Parts...) {
		key := ""
		switch {
		case strings.HasPrefix(signal.Callee, "django.db.models.signals.") && sender != "":
			key = signal.Callee[strings.LastIndexByte(signal.Callee, '.')+1:] + " " + sender
		case signal.Place != nil && signal.Place.Root == unit.RootHolder && len(signal.Place.Path) == 0:
			key = signal.Place.Name
		default:
			continue
		}
		if !slices.Contains(receivers[key], id) {
			receivers[key] = append(receivers[key], id)
		}
	}
}

// sentBy lists the signals that the saving of a row sends.
func sentBy(s saving) []string {
	switch strings.TrimPrefix(s.name, "a") {
	case "save", "create", "get_or_create", "update_or_create":
		return []string{"pre_save " + s.row.Type, "post_save " + s.row.Type}
	case "delete":
		return []string{"pre_delete " + s.row.Type, "post_delete " + s.row.Type}
	}
	return nil
}

// ofLifeCycle tells signals that are sent once in the life of a process, when it starts,
// loads or ends: of a worker of Celery or uWSGI, and of Django's models.
func ofLifeCycle(signal string) bool {
	switch last := signal[strings.LastIndexByte(signal, '.')+1:]; {
	case strings.HasPrefix(signal, "celery.signals."):
		return slices.Contains(celeryLife, last)
	case strings.HasPrefix(signal, "celery."):
		return last == "on_after_configure" || last == "on_after_finalize"
	case strings.HasPrefix(signal, "django.db.models.signals."), strings.HasPrefix(signal, "django.core.signals."):
		return slices.Contains([]string{"pre_migrate", "post_migrate", "class_prepared", "setting_changed"}, last)
	}
	return signal == "uwsgidecorators.postfork" || signal == "django.test.signals.setting_changed"
}

// celeryLife are the signals of a worker's, or a scheduler's, own life.
var celeryLife = []string{
	"celeryd_init", "celeryd_after_setup", "worker_init", "worker_before_create_process", "worker_process_init", "worker_ready",
	"worker_process_shutdown", "worker_shutting_down", "worker_shutdown", "beat_init", "beat_embedded_init", "embedded_init", "eventlet_pool_started",
	"setup_logging", "after_setup_logger", "after_setup_task_logger", "import_modules", "user_preload_options",
}
