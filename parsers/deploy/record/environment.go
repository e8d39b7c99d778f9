package record

import (
	"path"
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// Environment tells from the path of a file what it is for: a test, an example,
// a developer's machine, production, or "" if the path does not say.
func Environment(file string) string {
	lower := strings.ToLower(file)
	dir, base := path.Split(lower)
	found := ""
	for _, part := range strings.Split(strings.Trim(dir, "/"), "/") {
		found = stronger(found, ofFolder(part))
	}
	return stronger(found, ofName(base))
}

// stronger keeps the environment that speaks louder against production.
func stronger(a, b string) string {
	for _, e := range []string{unit.EnvTest, unit.EnvExample, unit.EnvDevelopment, unit.EnvProduction} {
		if a == e || b == e {
			return e
		}
	}
	return ""
}

func ofFolder(name string) string {
	switch name {
	case "testdata", "fixtures", "fixture", "__tests__", "__fixtures__", "spec", "specs", "e2e", "conformance", "molecule", ".github", ".gitlab", ".circleci", "bench", "benchmark", "benchmarks":
		return unit.EnvTest
	case "vendor", "third_party", "thirdparty", "node_modules", "website":
		return unit.EnvExample
	case ".devcontainer":
		return unit.EnvDevelopment
	}
	return ofWords(name)
}

func ofName(base string) string {
	if base == "docker-compose.override.yml" || base == "docker-compose.override.yaml" || base == "compose.override.yml" || base == "compose.override.yaml" {
		return unit.EnvDevelopment
	}
	for _, part := range strings.Split(base, ".")[1:] {
		switch part {
		case "review", "reviewapp", "review-app", "review-apps", "preview":
			return unit.EnvDevelopment // deploy.review.yml: a branch that is looked at, not a folder of reviews
		}
	}
	return ofWords(base)
}

// ofWords looks at the words of a folder's or file's name.
func ofWords(name string) string {
	found := ""
	words := strings.FieldsFunc(name, func(r rune) bool { return r == '-' || r == '_' || r == '.' || r == ' ' })
	for _, w := range words {
		found = stronger(found, ofWord(w))
	}
	return found
}

func ofWord(w string) string {
	switch w {
	case "test", "tests", "testing", "integration", "ci", "perf", "loadtest":
		return unit.EnvTest
	case "example", "examples", "sample", "samples", "demo", "demos", "doc", "docs", "documentation", "tutorial", "tutorials",
		"quickstart", "quickstarts", "playground", "skel", "skeleton", "dist":
		return unit.EnvExample
	case "dev", "devel", "development", "local", "localhost", "kind", "minikube", "k3d", "devcontainer", "sandbox", "tilt":
		return unit.EnvDevelopment
	case "prod", "production", "live":
		return unit.EnvProduction
	}
	return ""
}
