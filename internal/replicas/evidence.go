package replicas

import (
	"fmt"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/stateaudit/stateaudit/internal/catalog/services"
	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// count is a number of copies, or of processes in a copy, that a setting says.
type count struct {
	setting     unit.Setting
	least, most int
	processes   bool
}

func (c count) words() string {
	noun := "copies"
	if c.processes {
		noun = "processes"
	}
	switch {
	case c.least == c.most:
		return fmt.Sprintf("%d %s", c.most, noun)
	case c.least > 1:
		return fmt.Sprintf("%d to %d %s", c.least, c.most, noun)
	}
	return fmt.Sprintf("up to %d %s", c.most, noun)
}

// evidence is what the settings of a checkout say.
type evidence struct {
	ties      map[string]tie
	programs  []Program
	copies    []count // of the application's services
	processes []count
	single    []unit.Setting // what holds one of them at one copy
}

// collect keeps what is written about the application where users are served.
func collect(settings []unit.Setting, programs []Program) evidence {
	e := evidence{programs: programs, ties: ties(settings, programs)}
	images := imagesOf(settings)
	for _, s := range settings {
		if !served(s) || !ofApplication(s, images) || len(e.of(s, settings).programs) == 0 {
			continue
		}
		switch s.Kind {
		case unit.SettingReplicas, unit.SettingAutoscaling:
			if c, ok := number(s); ok {
				e.copies = append(e.copies, c)
			}
		case unit.SettingProcesses:
			if c, ok := number(s); ok && c.most > 1 {
				c.processes = true
				e.processes = append(e.processes, c)
			}
		case unit.SettingSingleCopy:
			if !strings.HasSuffix(s.Value, "volume") || mounted(s.Subject, settings, images) {
				e.single = append(e.single, s)
			}
		}
	}
	return e
}

// served tells whether a setting is written out and holds where users are served.
func served(s unit.Setting) bool {
	return (s.Env == "" || s.Env == unit.EnvProduction) && s.Origin != unit.Unresolved
}

// of is what ties a setting to programs. A program's own configuration needs no
// tie, and a claim has that of the workload which mounts it.
func (e evidence) of(s unit.Setting, settings []unit.Setting) tie {
	if strings.HasSuffix(s.Location.File, ".rb") {
		return e.configured()
	}
	if s.Kind == unit.SettingSingleCopy && strings.HasSuffix(s.Value, "volume") {
		for _, m := range settings {
			if m.Kind == unit.SettingVolume && m.Text == "claim "+s.Subject {
				return e.ties[m.Subject]
			}
		}
	}
	return e.ties[s.Subject]
}

// configured ties to the programs in Ruby, which read their servers' settings.
func (e evidence) configured() tie {
	t := tie{why: "the server's own configuration"}
	for i, p := range e.programs {
		if p.Language == unit.Ruby {
			t.programs = append(t.programs, i)
		}
	}
	return t
}

// about keeps the counts of what runs the code at a finding.
func (e evidence) about(all []count, f *result.Finding) []count {
	var out []count
	for _, c := range within(all, f.Location.File) {
		if e.lives(c.setting, f) {
			out = append(out, c)
		}
	}
	return out
}

// lives tells whether one of the programs of a workload has what a finding is
// about. Of a finding that is in no program as far as seen, any may.
func (e evidence) lives(s unit.Setting, f *result.Finding) bool {
	t := e.ties[s.Subject]
	if strings.HasSuffix(s.Location.File, ".rb") {
		t = e.configured()
	}
	if s.Kind == unit.SettingSingleCopy && len(t.programs) == 0 {
		return true // a claim, which collect has tied
	}
	anywhere := true
	for i, p := range e.programs {
		if p.Language == f.Language && p.Lives(f) {
			anywhere = false
			if t.runs(i) {
				return true
			}
		}
	}
	return anywhere && slices.ContainsFunc(t.programs, func(i int) bool { return e.programs[i].Language == f.Language })
}

// imagesOf lists what services run, by the name of the service: an autoscaler
// names its target and no image.
func imagesOf(settings []unit.Setting) map[string][]string {
	images := map[string][]string{}
	for _, s := range settings {
		for _, v := range s.Values {
			if s.Kind != unit.SettingAffinity {
				images[s.Subject] = append(images[s.Subject], v.Text)
			}
		}
	}
	return images
}

// ofApplication tells whether a setting may be about the application: its name
// is no infrastructure's and no worker's, and not all its images are.
func ofApplication(s unit.Setting, images map[string][]string) bool {
	if services.Infrastructure(s.Subject) || services.Worker(s.Subject) {
		return false
	}
	all := images[s.Subject]
	for _, image := range all {
		if !services.Infrastructure(image) {
			return true
		}
	}
	return len(all) == 0
}

// mounted tells whether a volume of this name is mounted by the application.
func mounted(claim string, settings []unit.Setting, images map[string][]string) bool {
	for _, s := range settings {
		if s.Kind == unit.SettingVolume && s.Text == "claim "+claim && ofApplication(s, images) {
			return true
		}
	}
	return false
}

// number reads "3" or "2-8".
func number(s unit.Setting) (count, bool) {
	low, high, ranged := strings.Cut(strings.TrimSpace(s.Value), "-")
	least, err := strconv.Atoi(low)
	if err != nil {
		return count{}, false
	}
	most := least
	if ranged {
		if most, err = strconv.Atoi(high); err != nil {
			return count{}, false
		}
	}
	return count{setting: s, least: least, most: most}, most > 0
}

// running finds the settings by which more than one copy of the code at a
// finding runs. Processes inside a copy count for Ruby, whose servers fork.
func (e evidence) running(f *result.Finding) (count, bool) {
	if c, ok := agreed(e.about(e.copies, f)); ok {
		return c, true
	}
	if f.Language == unit.Ruby {
		return agreed(e.about(e.processes, f))
	}
	return count{}, false
}

// holding finds what holds the code at a finding at one copy: something that
// only works with one, or else that one is what every service is told to run.
func (e evidence) holding(f *result.Finding) (unit.Setting, bool) {
	for _, s := range e.single {
		if covers(s.Location.File, f.Location.File) && e.lives(s, f) {
			return s, true
		}
	}
	all := bySubject(e.about(e.copies, f))
	if len(all) == 0 {
		return unit.Setting{}, false
	}
	for _, c := range all {
		if c.most != 1 {
			return unit.Setting{}, false
		}
	}
	return all[0].setting, true
}

func within(all []count, file string) []count {
	var out []count
	for _, c := range all {
		if covers(c.setting.Location.File, file) {
			out = append(out, c)
		}
	}
	return out
}

// agreed is what the services agree on: each runs more than once, and then the
// smallest number is claimed; or the one that is called the web server does.
func agreed(all []count) (count, bool) {
	all = bySubject(all)
	var several, web []count
	for _, c := range all {
		if c.most > 1 {
			several = append(several, c)
		}
		if services.Web(c.setting.Subject) {
			web = append(web, c)
		}
	}
	switch {
	case len(all) > 0 && len(several) == len(all):
		sort.SliceStable(several, func(i, j int) bool { return several[i].most < several[j].most })
		return several[0], true
	case len(web) == 1 && web[0].most > 1:
		return web[0], true
	}
	return count{}, false
}

// bySubject keeps one count for each service: production's before others, an
// autoscaler's before a number written, and the larger of two equals.
func bySubject(all []count) []count {
	best := map[string]count{}
	var order []string
	for _, c := range all {
		have, seen := best[c.setting.Subject]
		if !seen {
			order = append(order, c.setting.Subject)
		}
		if !seen || stronger(c, have) {
			best[c.setting.Subject] = c
		}
	}
	out := make([]count, len(order))
	for i, subject := range order {
		out[i] = best[subject]
	}
	return out
}

func stronger(a, b count) bool {
	if production := a.setting.Env == unit.EnvProduction; production != (b.setting.Env == unit.EnvProduction) {
		return production
	}
	if scaled := a.setting.Kind == unit.SettingAutoscaling; scaled != (b.setting.Kind == unit.SettingAutoscaling) {
		return scaled
	}
	return a.most > b.most
}

// covers tells whether a deployment file is about the code of a file: it stands
// at the root, in a folder for deployment there, or in a folder of the
// application or such a folder inside it.
func covers(deployment, code string) bool {
	scope := scopeOf(deployment)
	return scope == "" || strings.HasPrefix(code, scope+"/")
}

// scopeOf is the part of the tree that a deployment file is about.
func scopeOf(deployment string) string {
	parts := strings.Split(deployment, "/")
	scope := parts[:len(parts)-1]
	for i, p := range scope {
		if operations(p) {
			scope = scope[:i]
			break
		}
	}
	return strings.Join(scope, "/")
}

// operations tells whether a folder is for running an application rather than
// for a part of it.
func operations(folder string) bool {
	for _, w := range strings.FieldsFunc(strings.ToLower(folder), func(r rune) bool { return r == '-' || r == '_' || r == '.' }) {
		switch w {
		case "deploy", "deployment", "deployments", "deploys", "k8s", "kube", "kubernetes", "helm", "chart", "charts", "manifests", "manifest",
			"kustomize", "overlays", "base", "infra", "infrastructure", "ops", "devops", "terraform", "tf", "iac", "aws", "gcp", "azure",
			"cloud", "cloudformation", "cdk", "pulumi", "ecs", "eks", "gke", "fargate", "docker", "compose", "swarm", "ansible", "roles",
			"playbooks", "config", "conf", "etc", "cluster", "clusters", "environments", "envs", "env", "stacks", "nomad", "ebextensions",
			"platform", "do", "fly", "heroku", "prod", "production", "argocd", "argo", "flux", "gitops",
			"workloads", "workload", "cf", "cloudfoundry", "bosh", "copilot", "beanstalk", "elasticbeanstalk", "render", "railway", "kamal", "appengine", "gae", "cloudrun",
			"apprunner", "helmfile", "skaffold", "tanka", "chef", "puppet", "salt", "provision", "provisioning", "hosting", "release", "releases", "delivery", "systemd", "build", "package", "packaging", "dist", "openshift":
			return true
		}
	}
	return false
}
