package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/plan"
	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// PlanFormat is one way to write a plan.
type PlanFormat struct {
	Name    string
	Summary string
	Write   func(w io.Writer, p plan.Plan, o Options) error
}

// PlanFormats lists the formats of a plan; the first is the default.
func PlanFormats() []PlanFormat {
	return []PlanFormat{
		{"markdown", "an ordered work plan", writePlan},
		{"json", "the same for programs", writePlanJSON},
		{"schema", "JSON Schemas of the events, by name", writeEventSchemas},
		{"nginx", "locations that send its routes to the service", writeNginx},
		{"envoy", "the same as routes of Envoy", writeEnvoy},
		{"kong", "the same as a declarative configuration of Kong", writeKong},
	}
}

// maxFurther bounds how many further places of a task are written out.
const maxFurther = 4

// writePlan writes a plan as Markdown. Tasks can be ticked off.
func writePlan(w io.Writer, p plan.Plan, o Options) error {
	var b bytes.Buffer
	fmt.Fprintf(&b, "# Taking out %s\n\nRank %d of %d, score %.3f. `stateaudit explain %s` lists the evidence.\n", planText(p.Domain), p.Rank, p.Of, p.Score, strings.ReplaceAll(clean(p.Domain), "`", "'"))
	if len(p.Tied) > 0 {
		fmt.Fprintf(&b, "\nAs it is, it would stay one system with %s: they wait for each other or write the same tables.\n", planText(strings.Join(p.Tied, ", ")))
	}
	for i, s := range p.Steps {
		fmt.Fprintf(&b, "\n## %d. %s\n\n%s\n\n", i+1, s.Title, s.Why)
		for _, t := range s.Tasks {
			fmt.Fprintf(&b, "- [ ] %s%s\n", planText(t.Text), places(t))
		}
	}
	if len(p.Events) > 0 {
		b.WriteString("\n## Event contracts\n")
	}
	for events := p.Events; len(events) > 0; {
		n := 1
		for n < len(events) && events[n].Name == events[0].Name {
			n++
		}
		contract(&b, events[:n])
		events = events[n:]
	}
	text := inertLines(b.String())
	if o.Terminal {
		return WriteText(w, text, o)
	}
	_, err := io.WriteString(w, text)
	return err
}

// places writes where a task is to be done.
func places(t plan.Task) string {
	if t.Location == nil {
		return ""
	}
	text := " (" + planText(place(*t.Location))
	for _, l := range t.Places[:min(maxFurther, len(t.Places))] {
		text += ", " + planText(place(l))
	}
	if more := len(t.Places) - maxFurther; more > 0 {
		text += ", and " + plural(more, "more place")
	}
	return text + ")"
}

// contract writes who publishes events of one name, and their payload as a table.
func contract(b *bytes.Buffer, events []plan.Event) {
	e := events[0]
	fmt.Fprintf(b, "\n### %s, version %d\n\nPublished by ", planText(e.Name), e.Version)
	for i, from := range events {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(b, "%s (%s)", planText(from.Caller), planText(place(*from.Location)))
	}
	b.WriteString(".\n")
	if len(e.LeftOut) > 0 {
		fmt.Fprintf(b, "\nLeft out, since they are secrets and whoever listens would have them: %s.\n", planText(strings.Join(e.LeftOut, ", ")))
	}
	if e.NotDerived != "" {
		fmt.Fprintf(b, "\nNot derived: %s.\n", planText(e.NotDerived))
	}
	if len(e.Payload) == 0 {
		return
	}
	b.WriteString("\n| attribute | type | |\n| --- | --- | --- |\n")
	for _, f := range e.Payload {
		note := ""
		if f.Personal {
			note = "personal data"
		}
		fmt.Fprintf(b, "| %s | %s | %s |\n", planCell(f.Name), planCell(f.Type), note)
	}
}

// planText writes a text of the audited tree in a line of Markdown.
func planText(s string) string {
	return strings.NewReplacer("\\", "\\\\", "&", "&amp;", "<", "&lt;", "`", "'", "*", "\\*", "[", "\\[").Replace(clean(s))
}

func planCell(s string) string { return strings.ReplaceAll(planText(s), "|", "\\|") }

// planJSON is a plan with its events as the JSON contract has them.
type planJSON struct {
	plan.Plan
	Events []eventJSON `json:"events"`
}

type eventJSON struct {
	result.Event
	Caller        string          `json:"caller"`
	From          string          `json:"from"`
	Callees       []string        `json:"callees"`
	Places        []unit.Location `json:"places"`
	InTransaction bool            `json:"inTransaction"`
}

func writePlanJSON(w io.Writer, p plan.Plan, _ Options) error {
	out := planJSON{Plan: p, Events: []eventJSON{}}
	if out.Steps == nil {
		out.Steps = []plan.Step{}
	}
	for _, e := range p.Events {
		j := eventJSON{Event: e.Event, Caller: e.Caller, From: e.From, InTransaction: e.InTransaction}
		if j.Payload == nil {
			j.Payload = []result.EventField{}
		}
		for _, c := range e.Calls {
			if !slices.Contains(j.Callees, c.Callee) {
				j.Callees = append(j.Callees, c.Callee)
			}
			j.Places = append(j.Places, c.Location)
		}
		out.Events = append(out.Events, j)
	}
	return writeDocument(w, out)
}

// writeEventSchemas writes one JSON Schema for each event, in an object by name.
func writeEventSchemas(w io.Writer, p plan.Plan, _ Options) error {
	schemas := map[string]json.RawMessage{}
	merged := map[string][]result.EventField{}
	version := map[string]int{}
	left := map[string][]string{}
	for _, e := range p.Events {
		left[e.Name] = e.LeftOut // one contract for one name
		merged[e.Name] = append(merged[e.Name], e.Payload...)
		version[e.Name] = e.Version
	}
	for name, fields := range merged {
		raw, err := json.Marshal(eventSchema(name, version[name], fields, left[name]))
		if err != nil {
			return err
		}
		schemas[name] = raw
	}
	return writeDocument(w, schemas)
}

// object is a JSON Schema of an object or a value.
type object struct {
	Schema      string             `json:"$schema,omitempty"`
	Title       string             `json:"title,omitempty"`
	Description string             `json:"description,omitempty"`
	Type        string             `json:"type,omitempty"`
	Format      string             `json:"format,omitempty"`
	Const       any                `json:"const,omitempty"`
	Required    []string           `json:"required,omitempty"`
	Properties  map[string]*object `json:"properties,omitempty"`
	Items       *object            `json:"items,omitempty"`
}

// eventSchema nests the attributes along their dots.
func eventSchema(name string, version int, fields []result.EventField, left []string) *object {
	top := &object{
		Schema: "https://json-schema.org/draft/2020-12/schema", Title: name, Type: "object",
		Properties: map[string]*object{
			"event": {Const: name}, "version": {Const: version},
			"eventId":        {Type: "string", Format: "uuid", Description: "of this event, the same when it is delivered again"},
			"occurredAt":     {Type: "string", Format: "date-time", Description: "when it happened, not when it was sent"},
			"idempotencyKey": {Type: "string", Description: "consumers that have seen it do nothing"},
		},
		Required: []string{"event", "eventId", "idempotencyKey", "occurredAt", "version"},
	}
	if len(left) > 0 {
		top.Description = "Left out as secret: " + strings.Join(left, ", ")
	}
	for _, f := range fields {
		at := top
		parts := strings.Split(f.Name, ".")
		for i, part := range parts[:len(parts)-1] {
			at = at.nested(part, i > 0 && plan.Many(part))
		}
		leaf := valueSchema(f)
		at.property(parts[len(parts)-1], leaf)
	}
	return top
}

// nested is the object in a property, made if it is new. One of many lies in an
// array.
func (o *object) nested(name string, many bool) *object {
	p := o.Properties[name]
	if p == nil {
		p = &object{Type: "object", Properties: map[string]*object{}}
		if many {
			p = &object{Type: "array", Items: p}
		}
		o.property(name, p)
	}
	if p.Items != nil {
		return p.Items
	}
	if p.Properties == nil { // a value of the same name came first
		p.Type, p.Properties = "object", map[string]*object{}
	}
	return p
}

func (o *object) property(name string, p *object) {
	if o.Properties[name] == nil {
		o.Properties[name] = p
		o.Required = append(o.Required, name)
		slices.Sort(o.Required)
	}
}

// valueSchema is the schema of an attribute by the type that is written for it.
func valueSchema(f result.EventField) *object {
	o := &object{}
	typ, _, _ := strings.Cut(strings.ToLower(strings.TrimLeft(f.Type, "*")), "(")
	switch typ {
	case "bigint", "integer", "int", "int8", "int16", "int32", "int64", "uint", "uint8", "uint16", "uint32", "uint64", "smallint", "serial", "bigserial", "tinyint", "mediumint":
		o.Type = "integer"
	case "decimal", "numeric", "float", "float32", "float64", "double", "real", "money":
		o.Type = "number"
	case "boolean", "bool":
		o.Type = "boolean"
	case "string", "text", "varchar", "citext", "char", "character", "mediumtext", "longtext", "enum", "inet":
		o.Type = "string"
	case "datetime", "timestamp", "timestamptz", "time.time":
		o.Type, o.Format = "string", "date-time"
	case "date":
		o.Type, o.Format = "string", "date"
	case "uuid":
		o.Type, o.Format = "string", "uuid"
	}
	if f.Personal {
		o.Description = "personal data"
	}
	return o
}
