package cli

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/spf13/cobra"

	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/unit"
)

func newMCP(env Env) *cobra.Command {
	var offline bool
	cmd := &cobra.Command{
		Use:   "mcp [PATH]",
		Short: "Answer agents over the Model Context Protocol, on standard input and output",
		Long: `Answer agents over the Model Context Protocol, on standard input and output. The
tools audit, explain, rank, plan and diff read the checkout at PATH, change nothing
and give short structured answers with file and line.`,
		Example: "  stateaudit mcp ~/src/shop",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			s := agent{env: env, root: rootOf(args), offline: offline}
			return failure(s.server().Run(cmd.Context(), &mcp.IOTransport{Reader: io.NopCloser(cmd.InOrStdin()), Writer: unclosed{cmd.OutOrStdout()}}))
		},
	}
	cmd.Flags().BoolVar(&offline, "offline", false, "never ask the network for modules")
	return cmd
}

// unclosed keeps the standard output open for what follows.
type unclosed struct{ io.Writer }

func (unclosed) Close() error { return nil }

// agent answers the tools. Each is the command of the same name, whose JSON is
// cut down to what fits a conversation: there is no second way to the answer.
type agent struct {
	env     Env
	root    string
	offline bool
}

func (a agent) server() *mcp.Server {
	s := mcp.NewServer(&mcp.Implementation{Name: "stateaudit", Version: version()}, nil)
	closed := false
	read := &mcp.ToolAnnotations{ReadOnlyHint: true, IdempotentHint: true, OpenWorldHint: &closed}
	add(s, read, "audit", "List what breaks when a second copy of this process runs, the worst first.", a.audit)
	add(s, read, "explain", "Explain a finding by its id, a domain by its name, or a rule.", a.explain)
	add(s, read, "rank", "Rank the domains as candidates to carve out, best first.", a.rank)
	add(s, read, "plan", "Plan the extraction of a domain, step by step with file and line.", a.plan)
	add(s, read, "diff", "Say which findings were added and fixed since a git revision.", a.diff)
	return s
}

// add registers a tool whose handler knows nothing of the protocol.
func add[In, Out any](s *mcp.Server, notes *mcp.ToolAnnotations, name, says string, handle func(context.Context, In) (Out, error)) {
	mcp.AddTool(s, &mcp.Tool{Name: name, Description: says, Annotations: notes}, func(ctx context.Context, _ *mcp.CallToolRequest, in In) (*mcp.CallToolResult, Out, error) {
		out, err := handle(ctx, in)
		return nil, out, err
	})
}

// command runs a command on the checkout and returns what it prints. Arguments of
// the agent follow "--" or "=", so that none of them is taken for a flag.
func (a agent) command(ctx context.Context, name string, flags []string, args ...string) ([]byte, error) {
	all := append([]string{name, "--quiet"}, flags...)
	if a.offline {
		all = append(all, "--offline")
	}
	all = append(append(all, "--"), append(args, a.root)...)
	var out, errs bytes.Buffer
	root := newRoot(a.env)
	root.SetArgs(all)
	root.SetIn(strings.NewReader(""))
	root.SetOut(&out)
	root.SetErr(&errs)
	cmd, err := root.ExecuteContextC(ctx)
	if code := report(cmd, err, &errs); code != exitOK {
		return nil, errors.New(cmp.Or(strings.TrimSpace(errs.String()), fmt.Sprintf("exit code %d", code)))
	}
	return out.Bytes(), nil
}

type auditQuery struct {
	Level string `json:"level,omitempty" jsonschema:"least level to list: note, warning (default) or error"`
	Kind  string `json:"kind,omitempty" jsonschema:"only this group or category, such as rate-limiter or session"`
	ownerQuery
	Limit int `json:"limit,omitempty" jsonschema:"how many findings to list, 20 if not given"`
}

// ownerQuery asks for what one owner has to do.
type ownerQuery struct {
	Owner string `json:"owner,omitempty" jsonschema:"only what this owner by CODEOWNERS has, such as @shop/payments; none for what nobody owns"`
}

func (q ownerQuery) flags() []string {
	if q.Owner == "" {
		return nil
	}
	return []string{"--owner=" + q.Owner}
}

type auditAnswer struct {
	ByLevel  map[string]int `json:"byLevel"`
	Findings []briefFinding `json:"findings"`
	More     int            `json:"more"`
	Errors   []unit.Problem `json:"errors"`
}

// briefFinding is a finding in the room of two lines.
type briefFinding struct {
	ID      string   `json:"id"`
	Rule    string   `json:"rule"`
	Level   string   `json:"level"`
	Kind    string   `json:"kind"`
	Symbol  string   `json:"symbol"`
	File    string   `json:"file"`
	Line    int      `json:"line"`
	Message string   `json:"message"`
	Fix     string   `json:"fix"`
	Owners  []string `json:"owners,omitempty"`
}

func brief(f result.Finding) briefFinding {
	kind := string(f.Category)
	if f.Group != nil {
		kind = string(*f.Group)
	}
	return briefFinding{f.ID, f.Rule, string(f.Level), kind, f.Symbol, f.Location.File, f.Location.Line, f.Message, f.Fix, f.Owners}
}

// limited is how many of n to list.
func limited(n, limit int) int {
	if limit <= 0 {
		limit = 20
	}
	return min(n, limit)
}

func (a agent) audit(ctx context.Context, q auditQuery) (auditAnswer, error) {
	var answer auditAnswer
	least := result.Level(cmp.Or(q.Level, string(result.Warning))).Rank()
	if least == 0 {
		return answer, fmt.Errorf("level %q: known are note, warning, error", q.Level)
	}
	var r result.Result
	if err := a.decode(ctx, &r, "audit", append([]string{"--format", "json"}, q.flags()...)); err != nil {
		return answer, err
	}
	var found []briefFinding
	for _, f := range r.Findings {
		if b := brief(f); f.Suppressed == nil && f.Level.Rank() >= least && (q.Kind == "" || b.Kind == q.Kind) {
			found = append(found, b)
		}
	}
	slices.SortStableFunc(found, func(a, b briefFinding) int {
		return cmp.Compare(result.Level(b.Level).Rank(), result.Level(a.Level).Rank())
	})
	n := limited(len(found), q.Limit)
	return auditAnswer{r.Summary.ByLevel, append([]briefFinding{}, found[:n]...), len(found) - n, r.Errors[:min(len(r.Errors), 20)]}, nil
}

// decode runs a command and reads its JSON.
func (a agent) decode(ctx context.Context, into any, name string, flags []string, args ...string) error {
	out, err := a.command(ctx, name, flags, args...)
	if err != nil {
		return err
	}
	return json.Unmarshal(out, into)
}

type explainQuery struct {
	What string `json:"what" jsonschema:"id of a finding (its first 8 digits are enough), name of a domain, or name of a rule"`
}

type textAnswer struct {
	Text string `json:"text"`
}

func (a agent) explain(ctx context.Context, q explainQuery) (textAnswer, error) {
	for _, r := range rules() {
		if r.Name == q.What {
			return textAnswer{r.Doc}, nil
		}
	}
	out, err := a.command(ctx, "explain", nil, q.What)
	return textAnswer{string(out)}, err
}

type rankQuery struct {
	Limit int `json:"limit,omitempty" jsonschema:"how many candidates to list, 20 if not given"`
}

type rankAnswer struct {
	Candidates []briefCandidate `json:"candidates"`
	More       int              `json:"more"`
}

type briefCandidate struct {
	Rank           int      `json:"rank"`
	Domain         string   `json:"domain"`
	Score          float64  `json:"score"`
	Clarity        float64  `json:"clarity"`
	AsyncViability float64  `json:"asyncViability"`
	Coupling       float64  `json:"coupling"`
	Blockers       []string `json:"blockers"`
}

func (a agent) rank(ctx context.Context, q rankQuery) (rankAnswer, error) {
	var r result.Result
	if err := a.decode(ctx, &r, "rank", []string{"--format", "json"}); err != nil {
		return rankAnswer{}, err
	}
	n := limited(len(r.Candidates), q.Limit)
	answer := rankAnswer{Candidates: []briefCandidate{}, More: len(r.Candidates) - n}
	for _, c := range r.Candidates[:n] {
		answer.Candidates = append(answer.Candidates, briefCandidate{c.Rank, c.Domain, c.Score, c.DomainClarity, c.AsyncViability, c.SharedStateCoupling, append([]string{}, c.Blockers...)})
	}
	return answer, nil
}

type planQuery struct {
	Domain string `json:"domain" jsonschema:"name of the domain to take out"`
}

func (a agent) plan(ctx context.Context, q planQuery) (map[string]any, error) {
	answer := map[string]any{}
	return answer, a.decode(ctx, &answer, "plan", []string{"--format", "json"}, q.Domain)
}

type diffQuery struct {
	Base string `json:"base" jsonschema:"git revision to compare the files with, such as origin/main"`
	ownerQuery
}

type diffAnswer struct {
	Added []briefFinding `json:"added"`
	Fixed []briefFinding `json:"fixed"`
}

func (a agent) diff(ctx context.Context, q diffQuery) (diffAnswer, error) {
	answer := diffAnswer{Added: []briefFinding{}, Fixed: []briefFinding{}}
	var d result.Diff
	if err := a.decode(ctx, &d, "diff", append([]string{"--format", "json", "--base=" + q.Base}, q.flags()...)); err != nil {
		return answer, err
	}
	for _, f := range d.Added {
		answer.Added = append(answer.Added, brief(f))
	}
	for _, f := range d.Fixed {
		answer.Fixed = append(answer.Fixed, brief(f))
	}
	return answer, nil
}
