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
		{"services that agree", []unit.Setting{replicas("shop", "3"), replicas("billing", "2")}, "Already runs 2 copies (k8s/all.yaml:7)."},
		{"services that do not", []unit.Setting{replicas("shop", "3"), replicas("billing", "1")}, ""},
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
		Apply(found, tc.settings)
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
	found := []result.Finding{{Rule: "local-disk-state", Level: result.Warning}}
	Apply(found, []unit.Setting{mount, setting(unit.SettingSingleCopy, "files", "ReadWriteOnce volume", "k8s/all.yaml")})
	if !strings.Contains(found[0].Message, "one copy: ReadWriteOnce volume (k8s/all.yaml:7)") || found[0].Level != result.Warning {
		t.Errorf("%+v", found[0])
	}
}

func TestProcessesCountForRuby(t *testing.T) {
	found := []result.Finding{{Rule: "in-process-cache", Category: result.Cache, Level: result.Warning, Language: unit.Ruby}}
	Apply(found, []unit.Setting{setting(unit.SettingProcesses, "puma", "4", "config/puma.rb")})
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
		Apply(found, []unit.Setting{setting(unit.SettingReplicas, "shop", "3", "k8s/all.yaml")})
		if found[0].Level != f.Level || found[0].Message != "" {
			t.Errorf("%s: %+v", f.Rule, found[0])
		}
	}
}
