package given

import (
	"path"
	"sort"
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
	"github.com/stateaudit/stateaudit/parsers/deploy/tree"
)

// Set is what a checkout gives to parameters.
type Set struct {
	modules   map[string]*module
	instances map[string][]*instance
	charts    map[string][]layer // by the folder of the chart, weakest first
	roles     map[string][]layer // by the folder of the role
	groups    []layer            // of inventories and playbooks
	bicep     map[string]*bicepFile
}

// layer is a document of values; a later one overrides an earlier.
type layer struct {
	file  string
	root  *tree.Node
	order int // among layers of the same set
}

// Gather reads the files that give values to parameters. Environment tells from
// a path what a file is for: values for tests and for a developer's machine are
// passed over.
func Gather(files []string, read func(string) []byte, environment func(string) string) *Set {
	s := &Set{modules: map[string]*module{}, instances: map[string][]*instance{}, charts: map[string][]layer{}, roles: map[string][]layer{}, bicep: map[string]*bicepFile{}}
	for _, f := range files {
		if env := environment(f); env != "" && env != unit.EnvProduction && !strings.HasSuffix(f, ".tf") && !strings.HasSuffix(f, ".tofu") {
			continue
		}
		s.gather(f, read, environment(f) == unit.EnvProduction)
	}
	for _, layers := range s.charts {
		settle(layers)
	}
	for _, layers := range s.roles {
		settle(layers)
	}
	settle(s.groups)
	s.instantiate()
	s.hand()
	return s
}

// Gives tells whether a file may give values to parameters of others, by its path.
func Gives(f string) bool {
	base, dir := path.Base(f), path.Dir(f)
	return strings.HasSuffix(f, ".tfvars") || strings.HasSuffix(f, ".bicepparam") || inFolder(dir, "group_vars") || inFolder(dir, "host_vars") ||
		yamlFile(base) && (path.Base(dir) == "defaults" || path.Base(dir) == "vars" || path.Base(dir) == "playbooks")
}

func settle(layers []layer) {
	sort.SliceStable(layers, func(i, j int) bool { return layers[i].order < layers[j].order })
}

func (s *Set) gather(f string, read func(string) []byte, production bool) {
	base, dir := path.Base(f), path.Dir(f)
	switch {
	case strings.HasSuffix(f, ".tf") || strings.HasSuffix(f, ".tofu") || strings.HasSuffix(f, ".tfvars") && (production || base == "terraform.tfvars" || strings.HasSuffix(base, ".auto.tfvars")):
		if s.modules[dir] == nil {
			s.modules[dir] = newModule()
		}
		s.modules[dir].add(f, read(f))
	case strings.HasSuffix(f, ".bicep") || strings.HasSuffix(f, ".bicepparam"):
		s.bicep[f] = readBicep(f, string(read(f)))
	case !yamlFile(base) && path.Base(dir) != "group_vars" && path.Base(dir) != "host_vars":
	case base == "values.yaml" || base == "values.yml":
		s.charts[dir] = append(s.charts[dir], layers(f, read(f), 0)...)
	case strings.HasPrefix(base, "values") && production:
		s.charts[dir] = append(s.charts[dir], layers(f, read(f), 1)...)
	case path.Base(path.Dir(dir)) != "" && (path.Base(dir) == "defaults" || path.Base(dir) == "vars") && strings.HasPrefix(base, "main."):
		order := 0
		if path.Base(dir) == "vars" {
			order = 9
		}
		s.roles[path.Dir(dir)] = append(s.roles[path.Dir(dir)], layers(f, read(f), order)...)
	case inFolder(dir, "group_vars"):
		order := 2
		if strings.HasPrefix(base, "all") || path.Base(dir) == "all" {
			order = 1
		} else if production {
			order = 3
		}
		s.groups = append(s.groups, layers(f, read(f), order)...)
	case inFolder(dir, "host_vars"):
		s.groups = append(s.groups, layers(f, read(f), 4)...)
	case strings.HasPrefix(base, "site.") || strings.HasPrefix(base, "playbook") || inFolder(dir, "playbooks"):
		s.plays(f, read(f))
	}
}

func yamlFile(base string) bool {
	return strings.HasSuffix(base, ".yaml") || strings.HasSuffix(base, ".yml")
}

func inFolder(dir, name string) bool {
	return path.Base(dir) == name || path.Base(path.Dir(dir)) == name
}

func layers(f string, content []byte, order int) []layer {
	docs, _ := tree.YAML(string(content))
	var out []layer
	for _, d := range docs {
		if d.IsMap() {
			out = append(out, layer{f, d, order})
		}
	}
	return out
}

// plays reads the variables that plays set, for themselves and for roles.
func (s *Set) plays(f string, content []byte) {
	docs, _ := tree.YAML(string(content))
	for _, d := range docs {
		for _, play := range d.Elements() {
			if vars := play.Get("vars"); vars.IsMap() {
				s.groups = append(s.groups, layer{f, vars, 5})
			}
			for _, role := range play.Get("roles").Elements() {
				for _, vars := range []*tree.Node{role.Get("vars"), role} {
					if vars.IsMap() {
						s.groups = append(s.groups, layer{f, vars, 6})
					}
				}
			}
		}
	}
}

// find looks a path up in layers, the strongest first. A whole map of a weaker
// layer is not seen through one that a stronger has: that is found key by key.
func find(all []layer, keys []string) value {
	for i := len(all) - 1; i >= 0; i-- {
		if v := at(all[i].root, all[i].file, keys, strings.Join(keys, ".")); v.node != nil || !v.known {
			return v
		}
	}
	return value{known: true}
}

// Template fills a template with what is known: of a chart of Helm, or of
// Ansible.
func (s *Set) Template(file, content string) (Filled, bool) {
	if s == nil || !strings.Contains(content, "{{") && !strings.Contains(content, "{%") {
		return Filled{}, false
	}
	if chart, ok := s.chartOf(file); ok {
		return fill(content, pipeline, func(dot *tree.Node) scope { return helmScope(s.charts[chart], dot) }), true
	}
	all, ok := s.variablesOf(file)
	if !ok {
		return Filled{}, false
	}
	names := func(path []string) value {
		v := find(all, path)
		if v.node == nil {
			return value{} // it may be set where nobody sees: a fact, the command line
		}
		return v
	}
	return fill(content, evaluate, func(*tree.Node) scope { return names }), true
}

// chartOf is the chart that a template belongs to.
func (s *Set) chartOf(file string) (string, bool) {
	for dir := path.Dir(file); dir != "."; dir = path.Dir(dir) {
		if path.Base(dir) == "templates" {
			chart := path.Dir(dir)
			_, ok := s.charts[chart]
			return chart, ok
		}
	}
	return "", false
}

// helmScope finds .Values, from the top or below a `with`.
func helmScope(layers []layer, dot *tree.Node) scope {
	return func(path []string) value {
		root := path[0] == "$"
		if len(path) > 1 && path[1] == "Values" && (root || dot == nil) {
			return find(layers, path[2:])
		}
		if dot != nil && !root && len(path) > 1 {
			return at(dot, layers[0].file, path[1:], strings.Join(path[1:], "."))
		}
		return value{}
	}
}

// variablesOf lists the variables that a template of Ansible sees, the weakest
// first.
func (s *Set) variablesOf(file string) ([]layer, bool) {
	var out []layer
	if i := strings.LastIndex("/"+file, "/templates/"); i >= 0 {
		out = append(out, s.roles[path.Clean(strings.TrimPrefix(("/" + file)[:i]+"/.", "/"))]...)
	}
	ansible := len(out) > 0 || len(s.groups) > 0
	if !ansible || !strings.HasSuffix(file, ".j2") && !strings.HasSuffix(file, ".jinja2") && !strings.Contains("/"+file, "/templates/") {
		return nil, false
	}
	out = append(out, s.groups...)
	settle(out)
	return out, true
}
