package application

import (
	"path"
	"regexp"
	"strings"

	"github.com/stateaudit/stateaudit/parsers/deploy/record"
)

// isWatcher tells the files by which God, Bluepill, Eye, Monit and Supervisor are told what
// to start and to keep running.
func isWatcher(file string) bool {
	base := path.Base(file)
	switch path.Ext(base) {
	case ".god", ".pill", ".eye", ".monitrc":
		return true
	case ".conf", ".ini":
		return strings.Contains(base, "supervisor") || strings.Contains(path.Base(path.Dir(file)), "supervisor")
	}
	return base == "monitrc" || path.Base(path.Dir(file)) == "monit" && path.Ext(base) == ".conf"
}

var (
	// watched is the name of a process: w.name = "x", app.process("x"), process :x, check process x, [program:x].
	watched = regexp.MustCompile(`(?:\.name\s*=\s*|\bprocess[\s(]+)(?:"([^"]*)"|'([^']*)'|:?([\w.-]+))|^\[program:([^\]]+)\]`)
	// startedBy is its command: w.start = "x", start_command "x", start program = "x", command=x.
	startedBy = regexp.MustCompile(`(?:\.start(?:_command)?\s*=|\bstart_command[\s(]|^start(?: program)?\s*=?)\s*(?:"([^"]*)"|'([^']*)')|^command\s*=\s*(.+)$`)
)

// watchers reads the commands that such a file has started.
func watchers(f *record.File) {
	name := strings.TrimSuffix(path.Base(f.Path), path.Ext(f.Path))
	for i, raw := range strings.Split(f.Content, "\n") {
		line := strings.TrimSpace(raw)
		if line == "" || line[0] == '#' || line[0] == ';' {
			continue
		}
		if m := watched.FindStringSubmatch(line); m != nil {
			name = firstOf(m[1:])
		}
		if m := startedBy.FindStringSubmatch(line); m != nil {
			process(f, name, strings.TrimSpace(firstOf(m[1:])), i+1)
		}
	}
}

func firstOf(groups []string) string {
	for _, g := range groups {
		if g != "" {
			return g
		}
	}
	return ""
}
