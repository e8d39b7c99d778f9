//go:build unix

// Command survey audits a folder of checkouts one by one, each in a process of its
// own with bounds on time and memory, and prints a table in Markdown: how it ended,
// what it took, what it found and what it could not read.
//
//	go run ./internal/bench/survey [-bin stateaudit] [-time 10m] [-memory 6144] [-offline] [-say] FOLDER...
//
// A folder that holds go.mod, Gemfile, pyproject.toml or the like is a checkout; of
// any other, each folder in it is one.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

type options struct {
	bin     string
	time    time.Duration
	memory  int64 // MiB
	offline bool
	say     bool
}

func main() {
	var o options
	flag.StringVar(&o.bin, "bin", "stateaudit", "the program to run")
	flag.DurationVar(&o.time, "time", 10*time.Minute, "how long one audit may take")
	flag.Int64Var(&o.memory, "memory", 6144, "how many MiB one audit may take")
	flag.BoolVar(&o.offline, "offline", false, "let no audit ask the network for modules")
	flag.BoolVar(&o.say, "say", false, "write what could not be read to the standard error, line by line")
	flag.Parse()
	if flag.NArg() == 0 {
		fmt.Fprintln(os.Stderr, "survey: name a folder of checkouts")
		os.Exit(2)
	}
	if !survey(os.Stdout, o, checkouts(flag.Args())) {
		os.Exit(1)
	}
}

// checkouts lists the folders to audit.
func checkouts(folders []string) []string {
	var out []string
	for _, folder := range folders {
		if isCheckout(folder) {
			out = append(out, folder)
			continue
		}
		entries, err := os.ReadDir(folder)
		if err != nil {
			fmt.Fprintln(os.Stderr, "survey:", err)
			continue
		}
		for _, e := range entries {
			if e.IsDir() && !strings.HasPrefix(e.Name(), ".") {
				out = append(out, filepath.Join(folder, e.Name()))
			}
		}
	}
	return out
}

func isCheckout(folder string) bool {
	for _, name := range []string{"go.mod", "go.work", "Gemfile", "manage.py", "pyproject.toml", "setup.py"} {
		if _, err := os.Stat(filepath.Join(folder, name)); err == nil {
			return true
		}
	}
	return false
}

// run is what one audit came to.
type run struct {
	name    string
	exit    string
	seconds float64
	mib     int64
	result  *report
	last    string // line of the standard error
}

// report is as much of the result as the table shows.
type report struct {
	Languages map[string]struct {
		Files, Lines, Incomplete int
	}
	Summary struct {
		ByLevel map[string]int `json:"byLevel"`
	}
	Candidates []json.RawMessage
	Reach      []struct{ Functions, Reached int }
	Errors     []struct {
		File, Kind, Message string
		Line                int
	}
}

// survey writes the table, and tells whether no audit crashed, hung or failed in
// a stage.
func survey(w io.Writer, o options, folders []string) bool {
	fmt.Fprintln(w, "| checkout | lines | exit | s | MiB | errors | warnings | notes | candidates | reach | could not be read |")
	fmt.Fprintln(w, "| --- | --: | --- | --: | --: | --: | --: | --: | --: | --- | --- |")
	well := true
	for _, folder := range folders {
		r := audit(o, folder)
		fmt.Fprintln(w, r.row())
		if o.say {
			r.say(os.Stderr)
		}
		well = well && r.healthy()
	}
	return well
}

// audit runs the program on one checkout.
func audit(o options, folder string) run {
	ctx, cancel := context.WithTimeout(context.Background(), o.time)
	defer cancel()
	args := []string{"audit", "--quiet", "--no-config", "--format", "json", folder}
	if o.offline {
		args = append(args, "--offline")
	}
	cmd := exec.CommandContext(ctx, o.bin, args...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // its go commands end with it
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	var stdout, stderr strings.Builder
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	r := run{name: filepath.Base(folder)}
	began := time.Now()
	err := cmd.Start()
	if err == nil {
		tooMuch := watch(ctx, cancel, cmd.Process.Pid, o.memory)
		err = cmd.Wait()
		cancel()
		r.exit = ending(ctx, err, <-tooMuch, time.Since(began) >= o.time)
		if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
			r.mib = usage.Maxrss >> 10
		}
	} else {
		r.exit = err.Error()
	}
	r.seconds = time.Since(began).Seconds()
	lines := strings.Split(strings.TrimSpace(stderr.String()), "\n")
	r.last = lines[len(lines)-1]
	var parsed report
	if json.Unmarshal([]byte(stdout.String()), &parsed) == nil {
		r.result = &parsed
	}
	return r
}

// watch ends an audit that takes too much memory. What it says comes once the
// audit has ended.
func watch(ctx context.Context, end context.CancelFunc, pid int, limit int64) <-chan bool {
	said := make(chan bool, 1)
	go func() {
		for {
			select {
			case <-ctx.Done():
				said <- false
				return
			case <-time.After(200 * time.Millisecond):
				if resident(pid) > limit {
					said <- true
					end()
					return
				}
			}
		}
	}()
	return said
}

// resident is how many MiB a process holds, 0 where the system does not tell.
func resident(pid int) int64 {
	content, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	if err != nil {
		return 0
	}
	var size, pages int64
	if _, err := fmt.Sscan(string(content), &size, &pages); err != nil {
		return 0
	}
	return pages * int64(os.Getpagesize()) >> 20
}

func ending(_ context.Context, err error, tooMuch, late bool) string {
	var failed *exec.ExitError
	switch {
	case tooMuch:
		return "too much memory"
	case late:
		return "too slow"
	case err == nil:
		return "0"
	case errors.As(err, &failed) && failed.ExitCode() >= 0:
		return fmt.Sprint(failed.ExitCode())
	}
	return err.Error()
}

// healthy tells whether an audit ended by itself and no stage of it failed. A tree
// in another language ends with 2.
func (r run) healthy() bool {
	if r.result == nil {
		return r.exit == "2"
	}
	for _, e := range r.result.Errors {
		if e.Kind == "bug" {
			return false
		}
	}
	return true
}

// say writes what could not be read.
func (r run) say(w io.Writer) {
	if r.result == nil {
		fmt.Fprintf(w, "%s\t%s\n", r.name, r.last)
		return
	}
	for _, e := range r.result.Errors {
		fmt.Fprintf(w, "%s\t%s\t%s:%d\t%s\n", r.name, e.Kind, e.File, e.Line, strings.ReplaceAll(e.Message, "\n", " "))
	}
}

// reach is the share of the functions that the least and the most reached of the
// programs run.
func (r run) reach() string {
	var shares []int
	for _, p := range r.result.Reach {
		if p.Functions > 0 {
			shares = append(shares, 100*p.Reached/p.Functions)
		}
	}
	if len(shares) == 0 {
		return ""
	}
	if least, most := slices.Min(shares), slices.Max(shares); least != most {
		return fmt.Sprintf("%d to %d %% of %d", least, most, len(shares))
	}
	return fmt.Sprintf("%d %%", shares[0])
}

func (r run) row() string {
	if r.result == nil {
		return fmt.Sprintf("| %s | | %s | %.1f | %d | | | | | | %s |", r.name, r.exit, r.seconds, r.mib, cell(r.last))
	}
	lines := 0
	for _, l := range r.result.Languages {
		lines += l.Lines
	}
	level := r.result.Summary.ByLevel
	return fmt.Sprintf("| %s | %d | %s | %.1f | %d | %d | %d | %d | %d | %s | %s |",
		r.name, lines, r.exit, r.seconds, r.mib, level["error"], level["warning"], level["note"], len(r.result.Candidates), r.reach(), r.problems())
}

// problems counts what could not be read by kind.
func (r run) problems() string {
	kinds := map[string]int{}
	for _, e := range r.result.Errors {
		kind := e.Kind
		if kind == "" {
			kind = "source"
		}
		kinds[kind]++
	}
	var out []string
	for _, k := range slices.Sorted(maps.Keys(kinds)) {
		out = append(out, fmt.Sprintf("%d %s", kinds[k], k))
	}
	return strings.Join(out, ", ")
}

func cell(s string) string {
	return strings.NewReplacer("|", "\\|", "\n", " ").Replace(s[:min(len(s), 120)])
}
