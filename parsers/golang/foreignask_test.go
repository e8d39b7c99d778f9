package golang

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// What a library can call of an object that it is handed as any: an encoder the methods of its
// own interfaces, also of those without a name, and not the loader of the object.
func TestAsked(t *testing.T) {
	archive, err := os.ReadFile(filepath.Join("testdata", "asked.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	_, units, problems := loaded(t, string(archive), "app")
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	got := map[string][]string{}
	for _, u := range units {
		for _, r := range u.Records {
			for _, op := range r.Ops {
				if op.Kind == unit.OpCall && op.Call.Foreign && len(op.Call.Ifaces) > 0 {
					got[op.Name] = op.Call.Ifaces[0]
				}
			}
		}
	}
	for function, want := range map[string][]string{
		"example.org/enc.Marshal": {"MarshalEnc"},
		"example.org/hooks.Run":   {"BeforeSave"},
		"example.org/script.Eval": {"*"},
	} {
		if !slices.Equal(got[function], want) {
			t.Errorf("%s may call %v, want %v", function, got[function], want)
		}
	}
}

// What a parser of the command line is given is a command, and serves nobody.
func TestCommandsOfParsers(t *testing.T) {
	archive, err := os.ReadFile(filepath.Join("testdata", "commands.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	_, units, problems := loaded(t, string(archive), "app")
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	got := map[string]unit.Hands{}
	for _, u := range units {
		for _, r := range u.Records {
			for _, op := range r.Ops {
				if op.Kind == unit.OpCall && op.Call.Foreign {
					got[op.Name] = op.Call.Hands
				}
			}
		}
	}
	for _, function := range []string{"github.com/alecthomas/kingpin/v2.App.Action", "github.com/google/subcommands.Register"} {
		if got[function] != unit.HandsRuns {
			t.Errorf("%s: %q in %v", function, got[function], got)
		}
	}
}
