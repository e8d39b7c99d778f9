package cli

import (
	"encoding/json"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// TestAgent talks to the server as a client of the official SDK does.
func TestAgent(t *testing.T) {
	client := asking(t, sample("atlas"))
	onlyReads(t, client)

	var audit auditAnswer
	ask(t, client, "audit", map[string]any{"kind": "session", "limit": 2}, &audit)
	if len(audit.Findings) != 2 || audit.More != 1 || audit.Findings[0].Level != "error" || audit.Findings[0].Line == 0 {
		t.Errorf("%+v", audit)
	}
	var told textAnswer
	ask(t, client, "explain", map[string]any{"what": audit.Findings[0].ID[:8]}, &told)
	if !strings.Contains(told.Text, audit.Findings[0].File) {
		t.Errorf("%q", told.Text)
	}
	var ranks rankAnswer
	ask(t, client, "rank", map[string]any{"limit": 1}, &ranks)
	if len(ranks.Candidates) != 1 || ranks.More != 7 {
		t.Fatalf("%+v", ranks)
	}
	var plan struct{ Domain string }
	ask(t, client, "plan", map[string]any{"domain": ranks.Candidates[0].Domain}, &plan)
	if plan.Domain != ranks.Candidates[0].Domain {
		t.Errorf("%+v", plan)
	}
	out, err := client.CallTool(t.Context(), &mcp.CallToolParams{Name: "explain", Arguments: map[string]any{"what": "--config=/etc/passwd"}})
	if err != nil || !out.IsError {
		t.Errorf("a flag in place of a name: %v, %+v", err, out)
	}
}

// TestAgentOfATeam asks for what one owner has to do, of the tree and of a change.
func TestAgentOfATeam(t *testing.T) {
	root := checkoutOf(t, map[string]string{
		"go.mod": "module example.com/x\n\ngo 1.26\n", "main.go": served, "CODEOWNERS": "/main.go @shop/payments\n/other.go @shop/search\n",
		"other.go": "package main\n\nvar other = map[string]int{}\n\nfunc init() { go func() { for { other[\"\"]++ } }() }\n",
	})
	git(t, root, "init", "-q")
	git(t, root, "add", "go.mod", "CODEOWNERS")
	git(t, root, "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "x")
	client := asking(t, root)
	for owner, symbol := range map[string]string{"@Shop/Payments": "main.hits", "@shop/search": "main.other"} {
		var audit auditAnswer
		ask(t, client, "audit", map[string]any{"owner": owner}, &audit)
		if len(audit.Findings) != 1 || audit.Findings[0].Symbol != symbol || !slices.EqualFunc(audit.Findings[0].Owners, []string{owner}, strings.EqualFold) {
			t.Errorf("%s: %+v", owner, audit)
		}
		var diff diffAnswer
		ask(t, client, "diff", map[string]any{"base": "HEAD", "owner": owner}, &diff)
		if len(diff.Added) != 1 || diff.Added[0].Symbol != symbol {
			t.Errorf("%s: %+v", owner, diff)
		}
	}
	out, err := client.CallTool(t.Context(), &mcp.CallToolParams{Name: "audit", Arguments: map[string]any{"owner": "@shop/nobody"}})
	if err != nil || !out.IsError {
		t.Errorf("an owner that there is not: %v, %+v", err, out)
	}
}

func git(t *testing.T, dir string, args ...string) {
	t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("git %q: %v: %s", args, err, out)
	}
}

// asking is a client of a server for a checkout.
func asking(t *testing.T, root string) *mcp.ClientSession {
	t.Helper()
	here, there := mcp.NewInMemoryTransports()
	env := Env{Getenv: func(string) string { return "" }, Now: time.Now, Width: func(io.Writer) int { return 0 }}
	if _, err := (agent{env: env, root: root, offline: true}).server().Connect(t.Context(), there, nil); err != nil {
		t.Fatal(err)
	}
	client, err := mcp.NewClient(&mcp.Implementation{Name: "test", Version: "1"}, nil).Connect(t.Context(), here, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	return client
}

func onlyReads(t *testing.T, client *mcp.ClientSession) {
	t.Helper()
	tools, err := client.ListTools(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, tool := range tools.Tools {
		names = append(names, tool.Name)
		if tool.Annotations == nil || !tool.Annotations.ReadOnlyHint {
			t.Errorf("%s does not say that it only reads", tool.Name)
		}
	}
	slices.Sort(names)
	if want := []string{"audit", "diff", "explain", "plan", "rank"}; !slices.Equal(names, want) {
		t.Errorf("tools %q, want %q", names, want)
	}
}

func ask(t *testing.T, client *mcp.ClientSession, tool string, args map[string]any, into any) {
	t.Helper()
	out, err := client.CallTool(t.Context(), &mcp.CallToolParams{Name: tool, Arguments: args})
	if err != nil || out.IsError {
		t.Fatalf("%s: %v, %+v", tool, err, out)
	}
	raw, err := json.Marshal(out.StructuredContent)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, into); err != nil {
		t.Fatal(err)
	}
}
