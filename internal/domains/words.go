package domains

import (
	"strings"
	"sync"

	"github.com/stateaudit/stateaudit/internal/names"
)

// technical tells the name of a folder that says how code is made and not what
// it is about: a layer, a container of other folders, a version.
func technical(name string) bool {
	name = strings.ToLower(name)
	if layers()[name] || layers()[names.Singular(name)] || version(name) {
		return true
	}
	for _, suffix := range []string{"x", "lib", "util", "utils", "test", "tests", "helper", "doc"} { // netx, httplib, dbtest
		if stem, ok := strings.CutSuffix(name, suffix); ok && len(stem) > 1 && layers()[stem] {
			return true
		}
	}
	words := names.Tokens(name)
	for _, w := range words {
		if !layers()[w] && !layers()[names.Singular(w)] {
			return false
		}
	}
	return len(words) > 0
}

// plumbing tells a folder in which a part of the path says that everyone uses it.
func plumbing(dir string) bool {
	for _, part := range strings.Split(strings.ToLower(dir), "/") {
		for _, suffix := range []string{"", "x", "lib", "util", "utils"} {
			stem := strings.TrimSuffix(part, suffix)
			if shared()[stem] || shared()[names.Singular(stem)] {
				return true
			}
		}
	}
	return false
}

// technicalNamespace is technical for the modules of Rails: layers there are folders
// of their own, so that words which are also things of trade count as such.
func technicalNamespace(name string) bool {
	switch names.Singular(strings.ToLower(name)) {
	case "support", "event", "store", "task", "project", "client", "provider", "registry", "resource", "file", "health", "network", "monitoring", "schema", "feature", "platform", "business", "publisher", "consumer", "benchmark", "queue":
		return false
	}
	return technical(name)
}

// version tells v1, v2beta1, api2.
func version(name string) bool {
	return len(name) >= 2 && name[0] == 'v' && name[1] >= '0' && name[1] <= '9'
}

// layers and shared are the words of the two lists below, to look up.
var (
	layers = sync.OnceValue(func() map[string]bool { return set(layerWords()) })
	shared = sync.OnceValue(func() map[string]bool { return set(sharedWords()) })
)

func set(words []string) map[string]bool {
	out := map[string]bool{}
	for _, w := range words {
		out[w] = true
	}
	return out
}

// layerWords are the words of technical folders, in the singular where they have
// one.
func layerWords() []string {
	return append(sharedWords(), []string{
		// containers
		"internal", "pkg", "src", "source", "service", "services", "module", "app", "application", "apps", "domain", "component", "feature", "context",
		"core", "backend", "server", "lib", "library", "project", "package", "go", "golang", "impl", "business", "bounded", "monolith", "platform",
		// programs and tools
		"cmd", "command", "cli", "main", "script", "hack", "build", "dev", "bin", "example", "demo", "contrib", "benchmark", "e2e", "test",
		"tests", "testing", "testutil", "testdata", "mock", "mocks", "fake", "fixture", "integration", "migration", "migrate", "migrations", "deploy", "docker", "doc", "docs",
		// layers of a web application
		"api", "apis", "rest", "http", "httpd", "web", "www", "grpc", "rpc", "graphql", "graph", "gateway", "router", "routers", "route", "routes", "routing", "handler", "handlers",
		"controller", "controllers", "endpoint", "transport", "middleware", "middlewares", "view", "views", "template", "templates", "presenter", "serializer", "request", "response",
		"model", "models", "entity", "entities", "schema", "type", "types", "dto", "dao", "repo", "repository", "repositories", "store", "stores", "storage", "db", "database", "sql",
		"postgres", "postgresql", "pg", "mysql", "sqlite", "sqlstore", "mongo", "redis", "persistence", "data", "usecase", "usecases", "interactor", "adapter", "port", "driver", "infra", "infrastructure",
		"job", "jobs", "worker", "workers", "task", "tasks", "queue", "queues", "cron", "consumer", "producer", "subscriber", "publisher", "event", "events", "eventbus", "bus", "pubsub",
		"client", "clients", "provider", "manager", "proto", "protos", "pb", "gen", "generated", "swagger", "openapi", "static", "public", "asset", "assets", "frontend", "ui", "embed",
		// Rails
		"concern", "concerns", "mailer", "mailers", "channel", "channels", "policy", "policies", "form", "forms", "decorator", "query", "queries", "operation", "operations", "interaction", "uploader", "uploaders", "validators", "serializers", "javascript", "webpacker",
		"admin", "internal_api", "application_cable", "initializer", "mutation", "mutations", "resolver", "resolvers", "input", "inputs", "loader", "loaders", "sidekiq", "resource", "resources", "action", "actions", "command_objects", "value", "values", "service_objects",
	}...)
}

// sharedWords are those of code that everyone uses: utilities and plumbing.
func sharedWords() []string {
	return []string{
		"util", "utils", "utility", "tool", "tools", "helper", "helpers", "common", "shared", "base", "basic", "support", "misc", "kit", "x", "std", "third_party", "vendor", "ext", "extension",
		"config", "conf", "configuration", "cfg", "setting", "env", "flag", "option", "constant", "const", "constants", "global", "globals", "version", "buildinfo",
		"log", "logger", "logging", "logs", "trace", "tracing", "metric", "metrics", "monitoring", "telemetry", "observability", "health", "healthz", "pprof", "profiling", "debug",
		"error", "errors", "errs", "apperror", "ctx", "contexts", "ctxutil", "cache", "caching", "crypto", "hash", "hashing", "encoding", "json", "yaml", "xml", "csv", "format", "convert", "converter",
		"io", "fs", "file", "files", "net", "network", "httputil", "httpx", "dbutil", "sync", "time", "clock", "timeutil", "strings", "stringutil", "slice", "slices", "maps", "math", "rand", "random", "id", "uuid", "ulid",
		"validate", "validation", "validator", "i18n", "locale", "translation", "lock", "retry", "limiter", "ratelimit", "pool", "registry", "di", "wire", "container", "bootstrap", "startup", "init", "setup", "lifecycle", "runtime", "process", "system", "sys", "os",
	}
}

// isRailsLayer tells the folders below app/ that Rails, and habit, make layers.
func isRailsLayer(name string) bool {
	switch name {
	case "models", "controllers", "helpers", "views", "mailers", "jobs", "channels", "services", "policies", "workers", "serializers", "presenters",
		"decorators", "forms", "queries", "validators", "uploaders", "components", "graphql", "interactors", "operations", "commands", "lib", "concerns",
		"resources", "reducers", "mailboxes", "notifications", "notifiers", "events", "subscribers", "listeners", "observers", "builders", "finders", "values", "types", "inputs", "view_models",
		"facades", "cells", "admin", "api", "assets", "javascript", "dashboards", "representers", "contracts", "use_cases", "sidekiq", "representations", "exporters", "importers", "transformers", "renderers", "documents", "pdfs", "view_components", "view_objects", "sweepers", "filters", "repositories", "domain", "domains":
		return true
	}
	return false
}
