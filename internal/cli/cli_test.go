package cli

import (
	"bytes"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"go.yaml.in/yaml/v3"
)

var update = flag.Bool("update", false, "rewrite the expected output in the scripts")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"stateaudit": func() { os.Exit(Main()) },
	})
}

func TestScripts(t *testing.T) {
	kept := t.TempDir() // shared by all, as by the shells of a user
	samples, err := filepath.Abs(sample(""))
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{Dir: "testdata", UpdateScripts: *update, Setup: func(env *testscript.Env) error {
		env.Setenv("XDG_CACHE_HOME", kept)
		env.Setenv("SAMPLES", samples)
		for _, step := range []string{"install", "audit", "comment"} {
			if err := os.WriteFile(filepath.Join(env.WorkDir, step+".sh"), []byte(actionScript(t, step)), 0o644); err != nil {
				return err
			}
		}
		return nil
	}})
}

// actionScript is what a step of the GitHub action runs.
func actionScript(t *testing.T, id string) string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("..", "..", "action.yml"))
	if err != nil {
		t.Fatal(err)
	}
	var action struct {
		Runs struct {
			Steps []struct{ ID, Run string }
		}
	}
	if err := yaml.Unmarshal(raw, &action); err != nil {
		t.Fatal(err)
	}
	for _, s := range action.Runs.Steps {
		if s.ID == id {
			return s.Run
		}
	}
	t.Fatalf("no step %q", id)
	return ""
}

func TestColored(t *testing.T) {
	for _, c := range []struct {
		flag, env string
		terminal  bool
		want      bool
	}{
		{"auto", "", true, true},
		{"auto", "", false, false},
		{"always", "NO_COLOR=1", false, true},
		{"never", "CLICOLOR_FORCE=1", true, false},
		{"auto", "NO_COLOR=1", true, false},
		{"auto", "NO_COLOR=1 CLICOLOR_FORCE=1", true, false},
		{"auto", "CLICOLOR_FORCE=1", false, true},
		{"auto", "CLICOLOR_FORCE=0", false, false},
		{"auto", "FORCE_COLOR=1", false, true},
		{"auto", "TERM=dumb", true, false},
		{"auto", "CLICOLOR=0", true, false},
	} {
		if got := colored(c.flag, getenv(c.env), c.terminal); got != c.want {
			t.Errorf("%+v: %v", c, got)
		}
	}
}

func getenv(vars string) func(string) string {
	return func(name string) string {
		for v := range strings.FieldsSeq(vars) {
			if k, value, _ := strings.Cut(v, "="); k == name {
				return value
			}
		}
		return ""
	}
}

// clock goes on by a step at each look.
type clock struct {
	t    time.Time
	step time.Duration
}

func (c *clock) now() time.Time {
	c.t = c.t.Add(c.step)
	return c.t
}

func TestProgress(t *testing.T) {
	for _, c := range []struct {
		name           string
		width          int
		step           time.Duration
		quiet, verbose bool
		want           string
	}{
		{"short work shows nothing", 80, time.Millisecond, false, false, ""},
		{"a pipe shows nothing", 0, time.Second, false, false, ""},
		{"quiet shows nothing", 80, time.Second, true, false, ""},
		{"long work shows a line", 80, time.Second, false, false, "\r\x1b[Kparsing 1/2\r\x1b[Kparsing 2/2\r\x1b[K"},
		{"verbose shows times", 0, time.Second, false, true, "parsing: 2s\n"},
	} {
		var b bytes.Buffer
		k := &clock{step: c.step}
		p := newProgress(Env{Now: k.now, Getenv: getenv(""), Width: func(io.Writer) int { return c.width }}, &b, c.quiet, c.verbose)
		p.update("parsing", 1, 2)
		p.update("parsing", 2, 2)
		p.finish()
		if b.String() != c.want {
			t.Errorf("%s: %q, want %q", c.name, b.String(), c.want)
		}
	}
}

// TestProgressInLogs writes a line every ten seconds, also while a stage has
// nothing to tell.
func TestProgressInLogs(t *testing.T) {
	for ci, want := range map[string]string{
		"CI=true":  "stateaudit: loading go packages 7 (10 s)\nstateaudit: loading go packages 7 (20 s)\n",
		"CI=false": "",
		"":         "",
	} {
		var b bytes.Buffer
		k := &clock{step: time.Second}
		p := newProgress(Env{Now: k.now, Getenv: getenv(ci), Width: func(io.Writer) int { return 0 }}, &b, false, false)
		close(p.stop) // beats by hand
		p.stop = make(chan struct{})
		p.update("loading go packages", 7, 0)
		for k.t.Sub(p.start) < 25*time.Second {
			p.tick()
		}
		p.finish()
		if b.String() != want {
			t.Errorf("%q: %q, want %q", ci, b.String(), want)
		}
	}
}
