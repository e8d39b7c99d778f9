// Package application reads the files by which an application is told its own
// settings and how its processes are started: the YAML files of Rails below
// config/, ini files, Procfiles, Dockerfiles, systemd units and the files of what watches processes.
package application

import (
	"path"
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
	"github.com/stateaudit/stateaudit/parsers/deploy/record"
)

// Readers returns one reader for each kind of file.
func Readers() []record.Reader {
	return []record.Reader{
		{Name: "database.yml", Match: rails("database"), Read: each(databases)},
		{Name: "cable.yml", Match: rails("cable"), Read: each(cable)},
		{Name: "storage.yml", Match: isStorage, Read: each(storage)},
		{Name: "settings", Match: isSettings, Read: settings},
		{Name: "dotenv", Match: isDotenv, Read: dotenv},
		{Name: "watchers", Match: isWatcher, Marks: []string{"start", "command"}, Read: watchers},
		{Name: "ini", Match: isINI, Read: ini},
		{Name: "procfile", Match: isProcfile, Read: procfile},
		{Name: "dockerfile", Match: isDockerfile, Read: dockerfile},
		{Name: "systemd", Match: isUnit, Marks: []string{"ExecStart"}, Read: systemd},
	}
}

func isINI(file string) bool {
	base := path.Base(file)
	return strings.HasSuffix(base, ".ini") || base == "app.conf"
}

// ini reads section.key = value. Keys that are commented out do not count.
func ini(f *record.File) {
	section := ""
	for i, raw := range strings.Split(f.Content, "\n") {
		line := strings.TrimSpace(raw)
		switch {
		case line == "" || line[0] == ';' || line[0] == '#':
			continue
		case line[0] == '[' && strings.HasSuffix(line, "]"):
			section = strings.ToLower(strings.Trim(line, "[] "))
			continue
		}
		key, value, ok := strings.Cut(line, "=")
		if !ok || len(key) > 80 {
			continue
		}
		for _, mark := range []string{" ;", " #"} {
			value, _, _ = strings.Cut(value, mark)
		}
		value = strings.Trim(strings.TrimSpace(value), "\"'`")
		f.Add(unit.Setting{
			Kind: unit.SettingINI, Subject: strings.TrimPrefix(section+"."+strings.ToLower(strings.TrimSpace(key)), "."),
			Value: value, Location: unit.Location{Line: i + 1},
		})
	}
}

func isProcfile(file string) bool {
	base := path.Base(file)
	return base == "Procfile" || strings.HasPrefix(base, "Procfile.")
}

// procfile reads name: command.
func procfile(f *record.File) {
	for i, line := range strings.Split(f.Content, "\n") {
		name, command, ok := strings.Cut(line, ":")
		name = strings.TrimSpace(name)
		if !ok || name == "" || strings.ContainsAny(name, " #\t") || strings.TrimSpace(command) == "" {
			continue
		}
		process(f, name, strings.TrimSpace(command), i+1)
	}
}

func isDockerfile(file string) bool {
	base := path.Base(file)
	return base == "Dockerfile" || strings.HasPrefix(base, "Dockerfile.") || strings.HasSuffix(base, ".Dockerfile") || base == "Containerfile"
}

// dockerfile reads the last CMD, or else the last ENTRYPOINT.
func dockerfile(f *record.File) {
	command, line, weak := "", 0, true
	for i, raw := range strings.Split(f.Content, "\n") {
		word, rest, _ := strings.Cut(strings.TrimSpace(raw), " ")
		cmd := strings.EqualFold(word, "CMD")
		if cmd || strings.EqualFold(word, "ENTRYPOINT") && weak {
			command, line, weak = plain(rest), i+1, !cmd
		}
	}
	if command != "" {
		process(f, "container", command, line)
	}
}

// plain turns ["a", "b"] into a b.
func plain(command string) string {
	command = strings.TrimSpace(command)
	if !strings.HasPrefix(command, "[") {
		return command
	}
	return strings.Join(strings.Fields(strings.NewReplacer("[", "", "]", "", `"`, "", ",", " ").Replace(command)), " ")
}

func isUnit(file string) bool { return strings.HasSuffix(file, ".service") }

// systemd reads ExecStart. A template unit (name@.service) is started once for
// each instance.
func systemd(f *record.File) {
	name := strings.TrimSuffix(path.Base(f.Path), ".service")
	for i, line := range strings.Split(f.Content, "\n") {
		if command, ok := strings.CutPrefix(strings.TrimSpace(line), "ExecStart="); ok && command != "" {
			process(f, strings.TrimSuffix(name, "@"), strings.TrimLeft(command, "-@+!:"), i+1)
		}
	}
}

func process(f *record.File, name, command string, line int) {
	f.Add(unit.Setting{Kind: unit.SettingProcess, Subject: name, Value: command, Location: unit.Location{Line: line}})
}
