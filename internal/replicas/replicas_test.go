package replicas

import (
	"strings"
	"testing"

	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/unit"
)

func setting(kind, subject, value, file string) unit.Setting {
	return unit.Setting{Kind: kind, Subject: subject, Value: value, Origin: unit.Written, Text: kind + ": " + value, Location: unit.Location{File: file, Line: 7}}
}

func of(s unit.Setting, image string) unit.Setting {
	s.Values = []unit.Value{{Kind: unit.Literal, Text: image}}
	return s
}

func in(env string, s unit.Setting) unit.Setting {
	s.Env = env
	return s
}

func templated(s unit.Setting) unit.Setting {
	s.Origin = unit.Unresolved
	return s
}

func program(name, folder string, language unit.Language) Program {
	return Program{Name: name, Names: []string{name}, Folder: folder, Language: language, Lives: func(*result.Finding) bool { return true }}
}

func started(s unit.Setting, command string) unit.Setting {
	s.Commands = []string{command}
	return s
}

func TestApply(t *testing.T) {
	replicas := func(subject, value string) unit.Setting {
		return setting(unit.SettingReplicas, subject, value, "k8s/all.yaml")
	}
	for _, tc := range []struct {
		name     string
		settings []unit.Setting
		want     string // end of the message; empty if nothing is said
	}{
		{"nothing known", nil, ""},
		{"three copies", []unit.Setting{replicas("shop", "3")}, "Already runs 3 copies (k8s/all.yaml:7)."},
		{"a template", []unit.Setting{templated(replicas("shop", "3"))}, ""},
		{"a store", []unit.Setting{replicas("shop-redis", "3")}, ""},
		{"a store by its image", []unit.Setting{of(replicas("data", "3"), "docker.io/library/postgres:16")}, ""},
		{"a store's autoscaler", []unit.Setting{of(replicas("data", "1"), "postgres"), setting(unit.SettingAutoscaling, "data", "2-4", "k8s/all.yaml")}, ""},
		{"workers", []unit.Setting{replicas("shop-sidekiq", "4")}, ""},
		{"a developer's machine", []unit.Setting{in(unit.EnvDevelopment, replicas("shop", "3"))}, ""},
		{"an example", []unit.Setting{in(unit.EnvExample, replicas("shop", "3"))}, ""},
		{"a test", []unit.Setting{in(unit.EnvTest, replicas("shop", "3"))}, ""},
		{"production over the base", []unit.Setting{replicas("shop", "1"), in(unit.EnvProduction, replicas("shop", "5"))}, "Already runs 5 copies (k8s/all.yaml:7)."},
		{"an autoscaler over a number", []unit.Setting{replicas("shop", "1"), setting(unit.SettingAutoscaling, "shop", "2-8", "k8s/all.yaml")}, "Already runs 2 to 8 copies (k8s/all.yaml:7)."},
		{"from one up", []unit.Setting{setting(unit.SettingAutoscaling, "shop", "1-8", "k8s/all.yaml")}, "Already runs up to 8 copies (k8s/all.yaml:7)."},
		{"services that agree", []unit.Setting{replicas("shop", "3"), replicas("billing", "2")}, "Already runs 3 copies (k8s/all.yaml:7)."},
		{"services of the program that do not agree", []unit.Setting{replicas("shop-front", "3"), replicas("shop-admin", "1")}, ""},
		{"another program's", []unit.Setting{replicas("billing", "3"), replicas("shop", "1")}, "What holds the application at one copy: `replicas: 1` (k8s/all.yaml:7)."},
		{"by elimination", []unit.Setting{replicas("frontdoor", "3")}, "Already runs 3 copies (k8s/all.yaml:7)."},
		{"two that nothing ties", []unit.Setting{replicas("frontdoor", "3"), replicas("backdoor", "3")}, ""},
		{"an image of another", []unit.Setting{of(replicas("frontdoor", "3"), "ghcr.io/acme/helper:1")}, ""},
		{"its image", []unit.Setting{of(replicas("frontdoor", "3"), "ghcr.io/acme/shop:1.2@sha256:00"), replicas("helper", "5")}, "Already runs 3 copies (k8s/all.yaml:7)."},
		{"its command", []unit.Setting{started(of(replicas("frontdoor", "3"), "ghcr.io/acme/all:1"), "/bin/shop serve"), replicas("helper", "5")}, "Already runs 3 copies (k8s/all.yaml:7)."},
		{"a folder of workloads", []unit.Setting{setting(unit.SettingReplicas, "shop", "3", "workloads/all.yaml")}, "Already runs 3 copies (workloads/all.yaml:7)."},
		{"a manifest of Cloud Foundry", []unit.Setting{setting(unit.SettingReplicas, "shop", "3", "cf/manifest.yml")}, "Already runs 3 copies (cf/manifest.yml:7)."},
		{"a manifest of Copilot", []unit.Setting{setting(unit.SettingReplicas, "shop", "3", "copilot/shop/manifest.yml")}, "Already runs 3 copies (copilot/shop/manifest.yml:7)."},
		{"the web server among others", []unit.Setting{replicas("shop-web", "3"), replicas("mailer", "1")}, "Already runs 3 copies (k8s/all.yaml:7)."},
		{"processes, which Go does not have", []unit.Setting{setting(unit.SettingProcesses, "web", "4", "config/puma.rb")}, ""},
		{"one copy", []unit.Setting{replicas("shop", "1")}, "What holds the application at one copy: `replicas: 1` (k8s/all.yaml:7)."},
		{"recreated", []unit.Setting{setting(unit.SettingSingleCopy, "shop", "Recreate strategy", "k8s/all.yaml")}, "What holds the application at one copy: Recreate strategy (k8s/all.yaml:7)."},
		{"a recreated store", []unit.Setting{setting(unit.SettingSingleCopy, "postgres", "Recreate strategy", "k8s/all.yaml")}, ""},
		{"a volume that nobody mounts", []unit.Setting{setting(unit.SettingSingleCopy, "files", "ReadWriteOnce volume", "k8s/all.yaml")}, ""},
		{"another part of the tree", []unit.Setting{setting(unit.SettingReplicas, "shop", "3", "services/other/k8s/all.yaml")}, ""},
		{"the part of the tree", []unit.Setting{setting(unit.SettingReplicas, "shop", "3", "services/shop/k8s/all.yaml")}, "Already runs 3 copies (services/shop/k8s/all.yaml:7)."},
	} {
		found := []result.Finding{{Rule: "mutable-singleton", Category: result.Counter, Level: result.Warning, Message: "It counts.", Language: unit.Go, Location: unit.Location{File: "services/shop/count.go", Line: 3}}}
		Apply(found, tc.settings, []Program{program("shop", "services/shop", unit.Go)})
		f := found[0]
		if got := strings.TrimSpace(strings.TrimPrefix(f.Message, "It counts.")); got != tc.want {
			t.Errorf("%s: %q, want %q", tc.name, got, tc.want)
		}
		if raised := f.Level == result.Error; raised != strings.HasPrefix(tc.want, "Already") {
			t.Errorf("%s: level %s", tc.name, f.Level)
		}
		if said := len(f.Evidence) == 1 && f.Evidence[0].Kind == result.ConfigAt; said != (tc.want != "") {
			t.Errorf("%s: evidence %v", tc.name, f.Evidence)
		}
	}
}

func TestVolumeOfTheApplication(t *testing.T) {
	mount := setting(unit.SettingVolume, "shop", "/data", "k8s/all.yaml")
	mount.Text = "claim files"
	found := []result.Finding{{Rule: "local-disk-state", Level: result.Warning, Language: unit.Go}}
	Apply(found, []unit.Setting{mount, setting(unit.SettingSingleCopy, "files", "ReadWriteOnce volume", "k8s/all.yaml")}, []Program{program("shop", "", unit.Go)})
	if !strings.Contains(found[0].Message, "one copy: ReadWriteOnce volume (k8s/all.yaml:7)") || found[0].Level != result.Warning {
		t.Errorf("%+v", found[0])
	}
}

func TestProcessesCountForRuby(t *testing.T) {
	found := []result.Finding{{Rule: "in-process-cache", Category: result.Cache, Level: result.Warning, Language: unit.Ruby}}
	Apply(found, []unit.Setting{setting(unit.SettingProcesses, "puma", "4", "config/puma.rb")}, []Program{program("shop", "", unit.Ruby)})
	if found[0].Level != result.Error || !strings.HasSuffix(found[0].Message, "Already runs 4 processes (config/puma.rb:7).") {
		t.Errorf("%+v", found[0])
	}
}

func TestWhatNeverRises(t *testing.T) {
	for _, f := range []result.Finding{
		{Rule: "connection-pool", Category: result.Client, Level: result.Warning},
		{Rule: "blocking-side-effect", Category: result.Other, Level: result.Note},
		{Rule: "mutable-singleton", Category: result.Metrics, Level: result.Warning},
		{Rule: "in-process-cache", Category: result.Cache, Level: result.Note},
		{Rule: "sticky-session", Category: result.Session, Level: result.Warning},
	} {
		found := []result.Finding{f}
		Apply(found, []unit.Setting{setting(unit.SettingReplicas, "shop", "3", "k8s/all.yaml")}, []Program{program("shop", "", unit.Go)})
		if found[0].Level != f.Level || found[0].Message != "" {
			t.Errorf("%s: %+v", f.Rule, found[0])
		}
	}
}

// TestPrograms holds that a workload says nothing of a program that it does not run.
func TestPrograms(t *testing.T) {
	in := func(file string) func(*result.Finding) bool {
		return func(f *result.Finding) bool { return f.Location.File == file }
	}
	api, feed := program("api", "cmd/api", unit.Go), program("feed", "cmd/feed", unit.Go)
	api.Lives, feed.Lives = in("api.go"), in("feed.go")
	found := []result.Finding{
		{Rule: "mutable-singleton", Level: result.Warning, Language: unit.Go, Location: unit.Location{File: "api.go"}},
		{Rule: "mutable-singleton", Level: result.Warning, Language: unit.Go, Location: unit.Location{File: "feed.go"}},
	}
	built := setting(unit.SettingReplicas, "site", "3", "docker-compose.yml")
	built.Build = "cmd/api"
	settings := []unit.Setting{built, setting(unit.SettingReplicas, "helper", "9", "charts/helper/values.yaml")}
	Apply(found, settings, []Program{api, feed})
	if found[0].Level != result.Error || !strings.Contains(found[0].Message, "Already runs 3 copies") {
		t.Errorf("what runs the program: %+v", found[0])
	}
	if found[1].Level != result.Warning || found[1].Message != "" {
		t.Errorf("what runs another program: %+v", found[1])
	}
	table := Table(settings, []Program{api, feed})
	if len(table) != 2 || len(table[0].Programs) != 1 || table[0].Programs[0] != "api" || table[0].Tie != "the folder that it is built from" || len(table[1].Programs) != 0 || table[1].Copies != "9" {
		t.Errorf("the table: %+v", table)
	}
}

// TestTableWithoutPrograms holds that copies are listed where no code is.
func TestTableWithoutPrograms(t *testing.T) {
	table := Table([]unit.Setting{
		setting(unit.SettingReplicas, "shop", "3", "k8s/all.yaml"),
		templated(setting(unit.SettingReplicas, "open", "${N}", "k8s/all.yaml")),
		setting(unit.SettingAffinity, "nginx upstream a", "cookie", "nginx.conf"),
	}, nil)
	if len(table) != 2 || table[0].Copies != "3" || table[1].Copies != "" || table[0].Kind != result.Copies {
		t.Errorf("%+v", table)
	}
}
