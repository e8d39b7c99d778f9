// Package services tells by their names what the services of a deployment are:
// infrastructure that an application uses, workers beside it, or the
// application itself. Names are all that deployment files give; where they leave
// doubt, the answer is the one that claims less.
package services

import (
	_ "embed"
	"path"
	"strings"
	"sync"
)

// names lists words, one a line, with a comment after a blank.
//
//go:embed infrastructure.txt
var names string

var infrastructure = sync.OnceValue(func() map[string]bool {
	known := map[string]bool{}
	for _, line := range strings.Split(names, "\n") {
		if f := strings.Fields(line); len(f) > 0 && !strings.HasPrefix(f[0], "#") {
			known[f[0]] = true
		}
	}
	return known
})

// Infrastructure tells whether a service or an image is something that
// applications use and do not contain: a store, a queue, a proxy, monitoring.
func Infrastructure(name string) bool {
	known := infrastructure()
	for _, w := range words(name) {
		if known[w] {
			return true
		}
	}
	return known[repository(name)]
}

// Worker tells whether a service works off jobs and serves no user.
func Worker(name string) bool {
	for _, w := range words(name) {
		switch w {
		case "worker", "workers", "sidekiq", "resque", "job", "jobs", "cron", "cronjob", "scheduler", "consumer", "queue",
			"migrate", "migration", "migrations", "beat", "background", "delayed", "clockwork", "que", "faktory":
			return true
		}
	}
	return false
}

// Web tells whether the name says that a service is the application that users
// meet.
func Web(name string) bool {
	for _, w := range words(name) {
		switch w {
		case "web", "app", "server", "api", "rails", "puma", "unicorn", "backend", "http", "www", "site", "application", "monolith":
			return true
		}
	}
	return false
}

// repository is the last part of an image, without its tag.
func repository(image string) string {
	image, _, _ = strings.Cut(strings.ToLower(image), "@")
	base := path.Base(image)
	base, _, _ = strings.Cut(base, ":")
	return base
}

// words splits the last part of a name.
func words(name string) []string {
	return strings.FieldsFunc(repository(name), func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9')
	})
}
