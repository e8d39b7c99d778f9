// Package deploy reads the files that say how an application is run: balancers,
// orchestrators, infrastructure code and platforms. Each technology has a folder
// beside this file and a line in readers; here a file is given to every reader
// that may know it, and what they saw becomes one unit of settings.
package deploy

import (
	"slices"

	"github.com/stateaudit/stateaudit/internal/frontend"
	"github.com/stateaudit/stateaudit/internal/unit"
	"github.com/stateaudit/stateaudit/parsers/deploy/apache"
	"github.com/stateaudit/stateaudit/parsers/deploy/application"
	"github.com/stateaudit/stateaudit/parsers/deploy/caddy"
	"github.com/stateaudit/stateaudit/parsers/deploy/cloudformation"
	"github.com/stateaudit/stateaudit/parsers/deploy/code"
	"github.com/stateaudit/stateaudit/parsers/deploy/compose"
	"github.com/stateaudit/stateaudit/parsers/deploy/gateways"
	"github.com/stateaudit/stateaudit/parsers/deploy/given"
	"github.com/stateaudit/stateaudit/parsers/deploy/haproxy"
	"github.com/stateaudit/stateaudit/parsers/deploy/helm"
	"github.com/stateaudit/stateaudit/parsers/deploy/kubernetes"
	"github.com/stateaudit/stateaudit/parsers/deploy/nginx"
	"github.com/stateaudit/stateaudit/parsers/deploy/platforms"
	"github.com/stateaudit/stateaudit/parsers/deploy/record"
	"github.com/stateaudit/stateaudit/parsers/deploy/terraform"
)

func readers() []record.Reader {
	return slices.Concat([]record.Reader{
		nginx.Reader(),
		haproxy.Reader(),
		apache.Reader(),
		caddy.Reader(),
		kubernetes.Reader(),
		compose.Reader(),
		terraform.Reader(),
	}, gateways.Readers(), cloudformation.Readers(), helm.Readers(), platforms.Readers(), code.Readers(), application.Readers())
}

// FrontEnd returns the front end for deployment files.
func FrontEnd() frontend.FrontEnd {
	all := readers()
	return frontend.FrontEnd{
		Language: unit.Deploy,
		Match: func(path string) bool {
			if given.Gives(path) {
				return true
			}
			for _, r := range all {
				if r.Match(path) {
					return true
				}
			}
			return false
		},
		ParseFile: func(path string, content []byte) *unit.Unit { return parse(all, nil, path, content) },
		Survey: func(files []string, read func(string) []byte) func(string, []byte) *unit.Unit {
			known := given.Gather(files, read, record.Environment)
			return func(path string, content []byte) *unit.Unit { return parse(all, known, path, content) }
		},
	}
}

// parse returns nil for a file that no reader recognised: most YAML in a
// checkout has nothing to do with deployment.
func parse(all []record.Reader, known *given.Set, path string, content []byte) *unit.Unit {
	f := record.NewFile(path, content)
	f.Given = known
	for _, r := range all {
		if r.Wants(path, f.Content) {
			r.Read(f)
			if r.Named != nil && r.Named(path) && len(f.Problems()) > 0 {
				f.Recognise() // nothing was seen in it, but it was meant
			}
		}
	}
	if !f.Recognised() {
		return nil
	}
	test := f.Env == unit.EnvTest
	return &unit.Unit{
		Language:   unit.Deploy,
		Path:       path,
		Files:      []unit.File{{Path: path, Lines: f.Lines(), Test: test}},
		Settings:   f.Settings(),
		Problems:   f.Problems(),
		Incomplete: len(f.Problems()) > 0,
	}
}
