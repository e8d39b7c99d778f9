package events

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/effects"
	"github.com/stateaudit/stateaudit/internal/facts"
	"github.com/stateaudit/stateaudit/internal/program"
	"github.com/stateaudit/stateaudit/internal/rank"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// Consumer is work that a message starts.
type Consumer struct {
	rank.UseCase
	// Again is where it does what it would do twice, nil if it looks first.
	Again *Doing
}

// Doing is an insert or a mail.
type Doing struct {
	What     string
	Function string
	Location unit.Location
}

// through names the function that does it, where that is not the consumer itself.
func (c Consumer) through() string {
	if c.Again.Function == c.Function.Symbol {
		return ""
	}
	return " in " + c.Again.Function
}

// consumers lists the jobs and subscribers, by name.
func (l *looker) consumers() []Consumer {
	var out []Consumer
	for _, u := range l.ranking.UseCases() {
		if u.Kind == rank.JobRun || u.Kind == rank.Message {
			out = append(out, Consumer{u, l.again(u.Function)})
		}
	}
	slices.SortStableFunc(out, func(a, b Consumer) int { return cmp.Compare(a.Function.Symbol, b.Function.Symbol) })
	return out
}

// judge tells the faults, by sort and place.
func (l *looker) judge() {
	stored := l.queuesInDatabase()
	for i := range l.report.Messages {
		m := &l.report.Messages[i]
		if m.tx && (!m.Job || !stored) {
			l.remark(InTransaction, m, "sent by "+m.Function.Symbol)
		}
		if !m.Job && m.Known && !m.versioned() {
			l.remark(NoVersion, m, "carries "+list(m.Fields))
		}
		l.thin(m)
	}
	for _, c := range l.report.Consumers {
		if c.Again != nil {
			l.report.Remarks = append(l.report.Remarks, Remark{
				Repeats, c.Function.Symbol, c.Domain,
				c.Again.What + c.through(),
				c.Again.Location,
			})
		}
	}
	l.deadLetters()
	slices.SortStableFunc(l.report.Remarks, func(a, b Remark) int {
		return cmp.Or(cmp.Compare(slices.Index(Faults(), a.Fault), slices.Index(Faults(), b.Fault)), cmp.Compare(a.Location.File, b.Location.File), cmp.Compare(a.Location.Line, b.Location.Line), cmp.Compare(a.Subject, b.Subject))
	})
}

func (l *looker) remark(f Fault, m *Message, text string) {
	l.report.Remarks = append(l.report.Remarks, Remark{f, m.Title(), m.Domain, text, m.Location})
}

// Title is a message's name, or who sends it where that is worked out at run time.
func (m *Message) Title() string {
	if m.Name == "" {
		return "what " + m.Function.Symbol + " sends"
	}
	return m.Name
}

// queuesInDatabase tells whether jobs are rows of the application's own database, so that
// they are taken back with a transaction.
func (l *looker) queuesInDatabase() bool {
	return slices.ContainsFunc(l.facts.Program.Settings(), func(s unit.Setting) bool {
		switch s.Kind {
		case unit.SettingQueueAdapter:
			return inDatabase(s.Value)
		case unit.SettingGem:
			return inDatabase(s.Subject)
		}
		return false
	})
}

// inDatabase names the libraries whose queues are tables.
func inDatabase(name string) bool {
	switch name {
	case "good_job", "solid_queue", "delayed_job", "delayed_job_active_record", "delayed", "que", "queue_classic":
		return true
	}
	return false
}

// thin tells a job of another domain that is given IDs and reads the sender's tables for
// the rest.
func (l *looker) thin(m *Message) {
	if m.taken == nil || !m.ids() {
		return
	}
	for _, c := range l.report.Consumers {
		if c.Function != m.taken || c.Domain == m.Domain {
			continue
		}
		var asks []string
		for _, t := range slices.Concat(c.Reads, c.Writes) {
			if t.Owner == m.Domain {
				asks = append(asks, t.Table)
			}
		}
		if len(asks) > 0 {
			l.remark(Thin, m, fmt.Sprintf("is given %s, and %s asks %s of %s for the rest", list(m.Fields), c.Domain, list(asks), m.Domain))
		}
	}
}

// maxAgain bounds how many functions of a consumer are looked through.
const maxAgain = 200

// again finds what a consumer does without asking whether it has done it. One that claims
// its work, or only does it under a condition, has asked.
func (l *looker) again(fn *program.Function) *Doing {
	seen := map[string]bool{fn.ID: true}
	queue := []*program.Function{fn}
	var first *Doing
	for n := 0; n < len(queue) && n < maxAgain; n++ {
		at := queue[n]
		if l.claims(at) {
			return nil
		}
		if d := l.does(at); d != nil && first == nil {
			first = d
		}
		for _, c := range l.facts.Calls(at.ID) {
			for _, to := range c.To {
				if !c.Async && !c.Reference && !seen[to.ID] && !conditional(c.Call) {
					seen[to.ID] = true
					queue = append(queue, to)
				}
			}
		}
	}
	return first
}

func conditional(c *unit.Call) bool { return len(c.Guards) > 0 || len(c.Empty) > 0 }

// does finds an insert or a mail that a function makes under no condition.
func (l *looker) does(fn *program.Function) *Doing {
	written, looked := map[unit.Location]string{}, map[string]int{}
	for _, u := range l.facts.Uses(fn.ID) {
		switch at, read := looked[u.Name]; {
		case u.Kind != facts.TableUse || journal.MatchString(u.Name):
		case u.Write:
			written[u.Location] = u.Name
		case !read || u.Location.Line < at:
			looked[u.Name] = u.Location.Line
		}
	}
	for i := range fn.Calls {
		c := &fn.Calls[i]
		if conditional(c) {
			continue
		}
		if e, ok := effects.Of(c); ok && e.Kind == effects.Mail {
			return &Doing{"sends mail", fn.Symbol, c.Location}
		}
		table := written[c.Location]
		if line, read := looked[table]; read && line < c.Location.Line {
			continue // it has looked for the row
		}
		if table != "" && inserts(c.Name) {
			return &Doing{"adds a row to " + table, fn.Symbol, c.Location}
		}
	}
	for _, s := range fn.Statements {
		if m := insert.FindStringSubmatch(s.Text); m != nil && !journal.MatchString(m[1]) && !claim.MatchString(s.Text) {
			return &Doing{"adds a row to " + m[1], fn.Symbol, s.Location}
		}
	}
	return nil
}

var (
	insert = regexp.MustCompile(`(?i)^\s*insert\s+into\s+["` + "`" + `\[]?([\w.]+)`)
	// claim matches what is done once, whoever comes second.
	claim = regexp.MustCompile(`(?i)on conflict|on duplicate|insert (or )?ignore|upsert|_or_|exists|already|processed|idempot|uniq|dedup|advisory|skip locked`)
)

// journal matches tables of what has happened: a second row there says that it happened
// again, which it did.
var journal = regexp.MustCompile(`(?i)(log|audit|histor(y|ie)|metric|trace)s?$`)

// inserts tells by its name a call that adds a row, and does not look for it first.
func inserts(name string) bool {
	lower := strings.ToLower(strings.TrimRight(name, "!"))
	return (strings.HasPrefix(lower, "create") || strings.HasPrefix(lower, "insert") || strings.HasPrefix(lower, "bulk_create") || lower == "add") && !claim.MatchString(name)
}

// claims tells a function that asks whether it has done its work, or makes sure that it is
// done once.
func (l *looker) claims(fn *program.Function) bool {
	for i := range fn.Calls {
		c := &fn.Calls[i]
		if claim.MatchString(c.Name) {
			return true
		}
	}
	return slices.ContainsFunc(fn.Statements, func(s unit.Statement) bool { return claim.MatchString(s.Text) })
}

// deadLetters tells the queues that keep nothing of what fails. One that takes what failed
// elsewhere needs none.
func (l *looker) deadLetters() {
	for _, q := range l.report.Queues {
		short := q.Subject[strings.LastIndexAny(q.Subject, ". ")+1:]
		if q.Value != unit.NoDeadLetter || deadLetter.MatchString(short) {
			continue
		}
		word := regexp.MustCompile(`(^|\W)` + regexp.QuoteMeta(short) + `(\W|$)`)
		if slices.ContainsFunc(l.report.Queues, func(o unit.Setting) bool { return o.Value == unit.WithDeadLetter && word.MatchString(o.Text) }) {
			continue
		}
		l.report.Remarks = append(l.report.Remarks, Remark{
			NoDeadLetter, q.Subject, "", "names none", q.Location,
		})
	}
}

// deadLetter matches the names of queues that take what failed.
var deadLetter = regexp.MustCompile(`(?i)dlq|dlx|dead|fail|undeliver|poison`)

// list writes some names with commas.
func list(names []string) string { return strings.Join(names, ", ") }
