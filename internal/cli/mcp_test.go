package cli

import (
	"encoding/json"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// TestAgent talks to the server as a client of the official SDK does.
func TestAgent(t *testing.T) {
	here, there := mcp.NewInMemoryTransports()
	env := Env{Getenv: func(string) string { return "" }, Now: time.Now, Width: func(io.Writer) int { return 0 }}
	if _, err := (agent{env: env, root: sample("atlas"), offline: true}).server().Connect(t.Context(), there, nil); err != nil {
		t.Fatal(err)
	}
	client, err := mcp.NewClient(&mcp.Implementation{Name: "test", Version: "1"}, nil).Connect(t.Context(), here, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
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
