// Package events looks at the messages that a program sends and takes already: those that
// it hands to a broker, the jobs that it enqueues, and the queues that its deployment makes.
// It says what would keep them from carrying more: one that tells too little, one that is
// sent before it is true, one whose shape cannot change, one that is lost where its consumer
// fails, and a consumer that does its work twice when it is told twice.
package events

import (
	"cmp"
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/effects"
	"github.com/stateaudit/stateaudit/internal/facts"
	"github.com/stateaudit/stateaudit/internal/program"
	"github.com/stateaudit/stateaudit/internal/rank"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// Fault is what is wrong with a message.
type Fault string

// The faults.
const (
	// InTransaction is sent before the rows that it speaks of are there, and stays sent
	// where they are taken back.
	InTransaction Fault = "in-transaction"
	// NoVersion says nothing of the shape it has: it cannot change while consumers of
	// several ages listen.
	NoVersion Fault = "no-version"
	// Thin carries IDs alone, and its consumer asks whoever sent it for the rest.
	Thin Fault = "thin"
	// Repeats does its work again when it is told again, and brokers tell at least once.
	Repeats Fault = "not-idempotent"
	// NoDeadLetter is a queue that keeps nothing of what its consumer cannot take.
	NoDeadLetter Fault = "no-dead-letter-queue"
)

// Faults lists them in the order in which they are told.
func Faults() []Fault { return []Fault{InTransaction, Thin, Repeats, NoVersion, NoDeadLetter} }

// Why says what goes wrong, and what to do.
func (f Fault) Why() string {
	switch f {
	case InTransaction:
		return "A consumer may look before the rows are there, and is told of what is taken back. Send it after the commit, or write it to an outbox table in the transaction."
	case Thin:
		return "The consumer has to call back, and sees what the rows have become by then. Let the message carry what it needs."
	case Repeats:
		return "Brokers deliver at least once: after a failure the same message comes again. Keep the ID of what was done, with a unique index, or look first."
	case NoVersion:
		return "The message has no version: its shape cannot change while consumers of several ages listen."
	case NoDeadLetter:
		return "What the consumer cannot take comes again until it is dropped, and nobody sees it. Name a dead-letter queue, and watch how much lies in it."
	}
	return ""
}

// Message is one that is sent.
type Message struct {
	Name     string // topic, subject, routing key or job; empty if it is worked out at run time
	Job      bool
	Function *program.Function // that sends it
	Domain   string
	Location unit.Location
	// Fields are the attributes that it carries, sorted; Known says that they could be
	// followed.
	Fields []string
	Known  bool
	tx     bool
	taken  *program.Function // the job
}

// Remark is a fault at its place.
type Remark struct {
	Fault    Fault
	Subject  string // message, consumer or queue
	Domain   string // empty for a queue
	Text     string
	Location unit.Location
}

// Report is what was found.
type Report struct {
	Messages  []Message
	Consumers []Consumer
	Queues    []unit.Setting
	Remarks   []Remark
}

// Look finds the messages of a ranked program.
func Look(r *rank.Ranking) Report {
	l := looker{facts: r.Facts, ranking: r}
	l.callers()
	for _, fn := range r.Facts.Program.Functions() {
		if !fn.Test && !fn.HasRole(unit.Test) && !fn.HasRole(unit.Tool) {
			l.sent(fn)
		}
	}
	l.sort()
	l.report.Consumers = l.consumers()
	l.report.Queues = slices.DeleteFunc(slices.Clone(r.Facts.Program.Settings()), func(s unit.Setting) bool {
		return s.Kind != unit.SettingQueue || s.Env != "" && s.Env != unit.EnvProduction
	})
	l.judge()
	return l.report
}

type looker struct {
	facts   *facts.Facts
	ranking *rank.Ranking
	report  Report
	calls   map[string][]site // by function that is called
}

// site is a call of a function of the checkout.
type site struct {
	from *program.Function
	call facts.Call
}

// callers collects who calls each function.
func (l *looker) callers() {
	l.calls = map[string][]site{}
	for _, fn := range l.facts.Program.Functions() {
		for _, c := range l.facts.Calls(fn.ID) {
			for _, to := range c.To {
				if !c.Reference {
					l.calls[to.ID] = append(l.calls[to.ID], site{fn, c})
				}
			}
		}
	}
}

// sent collects what a function sends itself.
func (l *looker) sent(fn *program.Function) {
	for i := range fn.Calls {
		c := &fn.Calls[i]
		if carried, to, ok := effects.Message(c); ok {
			l.broker(fn, c.Location, carried, to, c.Tx || l.facts.InCallback(fn), 0)
		}
	}
	for _, c := range l.facts.Calls(fn.ID) {
		if job := enqueued(c); job != nil {
			m := Message{Name: job.Symbol, Job: true, Function: fn, Location: c.Location, tx: c.Tx, taken: job}
			for i := range c.Args {
				m.Fields = append(m.Fields, fieldOf(&c.Args[i]))
			}
			m.Known = len(m.Fields) > 0 && !slices.Contains(m.Fields, "")
			l.add(m)
		}
	}
}

// enqueued is the job that a call hands to a queue, nil for other calls.
func enqueued(c facts.Call) *program.Function {
	if !c.Async || c.Reference {
		return nil
	}
	for _, to := range c.To {
		if to.HasRole(unit.Job) {
			return to
		}
	}
	return nil
}

// fieldOf names what an argument of a job holds: order.id, order_id.
func fieldOf(v *unit.Value) string {
	switch v.Kind {
	case unit.Literal, unit.Nil:
		return v.Text
	}
	if v.Type == "pair" && len(v.Parts) > 0 {
		return v.Callee
	}
	return v.Text
}

// maxWrappers bounds over how many functions that hand on what they are given a message
// is followed to who sends it.
const maxWrappers = 3

// broker adds a message that is handed to a broker, for those who call where the function
// only hands on what it was given.
func (l *looker) broker(fn *program.Function, at unit.Location, carried, to *unit.Value, tx bool, depth int) {
	n, handed := parameter(carried)
	sites := l.calls[fn.ID]
	if !handed || len(sites) == 0 || depth >= maxWrappers {
		m := Message{Name: named(to), Function: fn, Location: at, tx: tx}
		m.Fields, m.Known = l.fields(carried)
		l.add(m)
		return
	}
	for _, s := range sites {
		if n >= len(s.call.Args) {
			continue
		}
		where := to
		if k, given := parameter(to); given && k < len(s.call.Args) {
			where = &s.call.Args[k]
		}
		l.broker(s.from, s.call.Location, &s.call.Args[n], where, tx || s.call.Tx, depth+1)
	}
}

// add keeps a message, once for each place.
func (l *looker) add(m Message) {
	m.Domain = l.ranking.DomainOf(m.Function)
	if !slices.ContainsFunc(l.report.Messages, func(o Message) bool { return o.Location == m.Location && o.Name == m.Name }) {
		l.report.Messages = append(l.report.Messages, m)
	}
}

// sort orders messages by name and place.
func (l *looker) sort() {
	slices.SortStableFunc(l.report.Messages, func(a, b Message) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Location.File, b.Location.File), cmp.Compare(a.Location.Line, b.Location.Line))
	})
}

// named is a name that is plainly written, without its quotes; empty for others.
func named(v *unit.Value) string {
	if v == nil {
		return ""
	}
	switch v.Kind {
	case unit.Literal:
		return strings.Trim(v.Text, "\"'`:")
	}
	if v.Place != nil && v.Place.Root == unit.RootHolder {
		return v.Text // a constant
	}
	return ""
}
