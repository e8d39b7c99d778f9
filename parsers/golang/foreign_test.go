package golang_test

import (
	"context"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/stateaudit/stateaudit/internal/frontend"
	"github.com/stateaudit/stateaudit/internal/unit"
	"github.com/stateaudit/stateaudit/parsers/golang"
)

// learned reads the checkout in the folder app of an archive and returns what was
// learned of the functions outside it.
func learned(t *testing.T, archive string, prepare func(dir string)) map[string]unit.Foreign {
	t.Helper()
	a, err := txtar.ParseFile(archive)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	in := frontend.Input{Root: filepath.Join(dir, "app"), Offline: true}
	for _, f := range a.Files {
		name := filepath.Join(dir, f.Name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
		if rel, ok := filepath.Rel(in.Root, name); ok == nil && filepath.IsLocal(rel) {
			in.Files = append(in.Files, rel)
		}
	}
	if prepare != nil {
		prepare(dir)
	}
	units, problems := golang.Load(context.Background(), in)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	out := map[string]unit.Foreign{}
	for _, u := range units {
		for _, f := range u.Foreign {
			out[f.ID] = f
		}
	}
	return out
}

func TestForeignReceivers(t *testing.T) {
	got := learned(t, filepath.Join("testdata", "foreign.txtar"), nil)
	for id, want := range map[string]unit.Answer{
		"example.org/lib.Level.Set":      unit.Changed,
		"example.org/lib.Level.Deep":     unit.Changed,
		"example.org/lib.Level.Enabled":  unit.Unchanged,
		"example.org/lib.Level.Cached":   unit.Unchanged,
		"example.org/lib.Level.Clone":    unit.Unchanged,
		"example.org/lib.LRU.Put":        unit.Changed,
		"example.org/lib.LRU.Get":        unit.Unchanged,
		"example.org/lib.LRU.Drop":       unit.Changed,
		"example.org/lib.LRU.Len":        unit.Unchanged,
		"example.org/lib.Builder.Insert": unit.Unchanged,
		"example.org/lib.Shared.Note":    unit.Changed,
		"example.org/lib.Store.Keep":     unit.Changed,
		"example.org/lib.Mixed.Use":      unit.NotKnown,
		"example.org/lib.Hooks.On":       unit.Changed,
		"log/slog.LevelVar.Set":          unit.Changed,
		"net/url.Values.Encode":          unit.Unchanged,
		"example.org/lib.Conn.Send":      unit.Changed,
		"example.org/lib.Mux.Handle":     unit.Changed,
		"example.org/lib.Mux.ServeHTTP":  unit.Unchanged, // it answers
	} {
		if got[id].Receiver != want {
			t.Errorf("%s: receiver %q, want %q", id, got[id].Receiver, want)
		}
	}
	for _, id := range []string{"strings.Replacer.Replace", "regexp.Regexp.MatchString"} {
		if got[id].Receiver == unit.Changed {
			t.Errorf("%s is said to change what it is called on", id)
		}
	}
	if !got["example.org/lib.Bucket.Drop"].Client || got["example.org/lib.Holder.Hold"].Client {
		t.Error("an interface is a client if all that its package declares for it are")
	}
	if !got["example.org/lib.Conn.Send"].Client || got["example.org/lib.Hooks.On"].Client {
		t.Error("only what holds a connection is a client")
	}
}

func TestForeignArgumentsAndEffects(t *testing.T) {
	got := learned(t, filepath.Join("testdata", "foreign.txtar"), nil)
	for id, want := range map[string][]unit.ForeignParam{
		"example.org/lib.Fill":     {{Nth: 1, Answer: unit.Changed}},
		"example.org/lib.Each":     {{Nth: 0, Called: true}},
		"example.org/lib.Later":    {{Nth: 0, Async: true}},
		"example.org/lib.Hooks.On": {{Nth: 0, Kept: true}},
	} {
		if !reflect.DeepEqual(got[id].Params, want) {
			t.Errorf("%s: parameters %v, want %v", id, got[id].Params, want)
		}
	}
	for id, want := range map[string]unit.ForeignEffect{
		"example.org/lib.Save":           {Kind: unit.WritesFile, Path: 0},
		"example.org/lib.Journal.Append": {Kind: unit.WritesFile, Path: -1},
		"example.org/lib.Conn.Send":      {Kind: unit.Network, Path: -1},
		"example.org/lib.Run":            {Kind: unit.RunsProgram, Path: -1},
		"example.org/lib.Loop":           {Kind: unit.LoopsBeside, Path: -1},
	} {
		if e := got[id].Effects; len(e) != 1 || e[0] != want {
			t.Errorf("%s: effects %v, want %v", id, e, want)
		}
	}
	if f, ok := got["example.org/lib.Pooled"]; ok {
		t.Errorf("nothing is to be said of what only uses a pool: %v", f)
	}
}

// Two readings of one checkout say the same, whatever runs first.
func TestForeignIsDeterministic(t *testing.T) {
	first := learned(t, filepath.Join("testdata", "foreign.txtar"), nil)
	if again := learned(t, filepath.Join("testdata", "foreign.txtar"), nil); !reflect.DeepEqual(first, again) {
		t.Errorf("read again:\n%v\nat first:\n%v", again, first)
	}
}
