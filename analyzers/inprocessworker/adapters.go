package inprocessworker

import (
	"fmt"
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/bindings"
	"github.com/stateaudit/stateaudit/internal/remedy"
	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/rule"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// reportAdapters reports the job and cable adapters of Rails that work inside
// the process, also where they hold because nothing is chosen.
func reportAdapters(p *rule.Pass) {
	for _, k := range p.Local(bindings.Jobs) {
		how := "in threads of the process that enqueued them, with no store behind"
		if k.Backend.Where == bindings.Inline {
			how = "while the request waits"
		}
		if k.Backend.Where == bindings.Disk {
			how = "from a queue in a file of this host"
		}
		p.ReportKept(k, result.Finding{
			Category: result.Worker,
			Message:  fmt.Sprintf("In production jobs run %s, %s. A restart or deployment loses what is queued, and no other copy can take it over.", how, k.Chosen()),
			Fix:      remedy.Store("jobs", k.Language()),
		})
	}
	for _, k := range p.Local(bindings.Bus) {
		p.ReportKept(k, result.Finding{
			Category: result.Worker, Symbol: "MessageBus backend",
			Message: fmt.Sprintf("In production the message bus passes messages on inside one process, %s. With two copies a message reaches only the clients that are connected to the copy which sent it.", k.Chosen()),
			Fix:     "Use the Redis or PostgreSQL backend of message_bus in production.",
		})
	}
	for _, k := range p.Local(bindings.Cable) {
		layer := remedy.MessageLayer(k.Language(), k.Binding.Subject)
		p.ReportKept(k, result.Finding{
			Category: result.Worker, Symbol: layer.Setting,
			Message: fmt.Sprintf("In production %s passes messages on inside one process or host, %s. With two copies a message reaches only the clients that are connected to the copy which sent it.", layer.Name, k.Chosen()),
			Fix:     layer.Fix,
		})
	}
}

// reportThreads reports the libraries that run jobs and timers in threads of the
// process: Sucker Punch by its classes, EventMachine by its calls.
func reportThreads(p *rule.Pass) {
	for _, t := range p.Program.Types() {
		if t.Test || !slices.Contains(t.Supers, "SuckerPunch::Job") {
			continue
		}
		p.Report(result.Finding{
			Category: result.Worker, Symbol: t.ID, Language: unit.Ruby, Location: t.Location,
			Message:  fmt.Sprintf("Jobs of `%s` run in threads of the process that enqueued them (Sucker Punch), with no store behind. A restart or deployment loses what is queued, and no other copy can take it over.", t.ID),
			Fix:      remedy.Fix(result.Worker, "", unit.Ruby),
			Evidence: []result.Evidence{{Kind: result.TypeAt, Phase: result.Boot, Location: t.Location, Note: "includes SuckerPunch::Job"}},
		})
	}
	for _, f := range p.Program.Functions() {
		if f.Test || f.Language != unit.Ruby || !f.Boot && !f.Serving {
			continue
		}
		for i := range f.Calls {
			c := &f.Calls[i]
			library, name, _ := strings.Cut(c.Callee, ".")
			if !c.External || library != "EM" && library != "EventMachine" || !strings.Contains(name, "timer") {
				continue
			}
			p.Report(result.Finding{
				Category: result.Worker, Symbol: f.Symbol, Language: unit.Ruby, Location: c.Location,
				Message:  fmt.Sprintf("`%s` starts a timer of EventMachine. Every copy runs it, so with two copies its work is done twice, and what it holds is lost at a restart.", f.Symbol),
				Fix:      remedy.Fix(result.Worker, "", unit.Ruby),
				Evidence: []result.Evidence{{Kind: result.CallAt, Phase: f.Phase(), Function: f.Symbol, Location: c.Location, Note: "started here"}},
			}, f)
		}
	}
}
