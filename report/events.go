package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/stateaudit/stateaudit/internal/events"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// maxMessages bounds how many of those that are sent are listed.
const maxMessages = 20

// WriteEvents writes the messages that a program sends and takes already, and what is wrong
// with them.
// Unless every one is asked for, only the first of those that are sent are listed.
func WriteEvents(w io.Writer, r events.Report, every bool, o Options) error {
	p := newPage(o)
	p.wrap("", "", eventSummary(r))
	for _, f := range events.Faults() {
		var of []events.Remark
		for _, m := range r.Remarks {
			if m.Fault == f {
				of = append(of, m)
			}
		}
		if len(of) == 0 {
			continue
		}
		p.line("")
		p.line(p.paint(bold, faultTitles[f]))
		p.wrap("", "", f.Why())
		for _, m := range of {
			p.wrap("  ", "      ", fmt.Sprintf("%s (%s): %s", m.Subject, within(m.Domain, m.Location), m.Text))
		}
	}
	if len(r.Messages) > 0 {
		p.line("")
		p.line(p.paint(bold, "Sent"))
		shown := len(r.Messages)
		if !every {
			shown = min(shown, maxMessages)
		}
		for i := range r.Messages[:shown] {
			m := &r.Messages[i]
			text := fmt.Sprintf("%s (%s)", m.Title(), within(m.Domain, m.Location))
			if m.Known {
				text += ": " + strings.Join(m.Fields, ", ")
			}
			p.wrap("  ", "      ", text)
		}
		if more := len(r.Messages) - shown; more > 0 {
			p.wrap("  ", "  ", fmt.Sprintf("and %d more; --all shows them", more))
		}
	}
	_, err := p.WriteTo(w)
	return err
}

// within is a place, with the domain that it lies in if it lies in one.
func within(domain string, at unit.Location) string {
	if domain == "" {
		return place(at)
	}
	return domain + ", " + place(at)
}

// faultTitles head what is told of each fault.
var faultTitles = map[events.Fault]string{
	events.InTransaction: "Sent before it is true",
	events.Thin:          "Tells too little",
	events.Repeats:       "Done twice when told twice",
	events.NoVersion:     "Cannot change its shape",
	events.NoDeadLetter:  "Lost when its consumer fails",
}

func eventSummary(r events.Report) string {
	if len(r.Messages)+len(r.Consumers)+len(r.Queues) == 0 {
		return "No messages: nothing is handed to a broker or a queue of jobs that is known, and nothing listens."
	}
	jobs := 0
	for _, m := range r.Messages {
		if m.Job {
			jobs++
		}
	}
	text := fmt.Sprintf("Messages: %s handed to brokers, %s enqueued, %s", plural(len(r.Messages)-jobs, "place"), plural(jobs, "job"), plural(len(r.Consumers), "consumer"))
	if len(r.Queues) > 0 {
		text += ", " + plural(len(r.Queues), "queue") + " in deployment"
	}
	if len(r.Remarks) == 0 {
		return text + ". Nothing is wrong with them that could be seen."
	}
	return text + "."
}

type eventsJSON struct {
	Messages  []messageJSON  `json:"messages"`
	Consumers []consumerJSON `json:"consumers"`
	Queues    []queueJSON    `json:"queues"`
	Remarks   []remarkJSON   `json:"remarks"`
}

type messageJSON struct {
	Name       string        `json:"name"`
	Job        bool          `json:"job"`
	Function   string        `json:"function"`
	Domain     string        `json:"domain"`
	Location   unit.Location `json:"location"`
	Attributes []string      `json:"attributes"` // empty where they could not be followed
}

type consumerJSON struct {
	Function string        `json:"function"`
	Domain   string        `json:"domain"`
	Location unit.Location `json:"location"`
	Writes   []touchJSON   `json:"writes"`
	Reads    []touchJSON   `json:"reads"`
}

type queueJSON struct {
	Name       string        `json:"name"`
	DeadLetter bool          `json:"deadLetter"`
	Location   unit.Location `json:"location"`
}

type remarkJSON struct {
	Fault    events.Fault  `json:"fault"`
	Subject  string        `json:"subject"`
	Domain   string        `json:"domain,omitempty"`
	Message  string        `json:"message"`
	Why      string        `json:"why"`
	Location unit.Location `json:"location"`
}

// WriteEventsJSON writes the same for programs.
func WriteEventsJSON(w io.Writer, r events.Report) error {
	out := eventsJSON{[]messageJSON{}, []consumerJSON{}, []queueJSON{}, []remarkJSON{}}
	for _, m := range r.Messages {
		j := messageJSON{m.Name, m.Job, m.Function.Symbol, m.Domain, m.Location, []string{}}
		if m.Known {
			j.Attributes = append(j.Attributes, m.Fields...)
		}
		out.Messages = append(out.Messages, j)
	}
	for _, c := range r.Consumers {
		out.Consumers = append(out.Consumers, consumerJSON{c.Function.Symbol, c.Domain, c.Location, touchesJSON(c.Writes), touchesJSON(c.Reads)})
	}
	for _, q := range r.Queues {
		out.Queues = append(out.Queues, queueJSON{q.Subject, q.Value == unit.WithDeadLetter, q.Location})
	}
	for _, m := range r.Remarks {
		out.Remarks = append(out.Remarks, remarkJSON{m.Fault, m.Subject, m.Domain, m.Text, m.Fault.Why(), m.Location})
	}
	return writeDocument(w, out)
}
