package python

import (
	"cmp"
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// brokers are where Celery and Huey queue what is to be done: some keep it in a file of
// this host.
func (r *resolver) brokers(made map[string][]making) {
	for _, m := range made["celery.Celery"] {
		if given := keyword(m.call, "broker"); given != nil {
			d := &django{r: r, chain: []*module{m.in}}
			name := cmp.Or(m.as, "celery.Celery") + ".broker"
			d.put(unit.SettingQueueAdapter, name, name, d.say(given, statement{at: m.call.Location, in: m.in, fn: m.fn}, 0), queuedIn)
		}
	}
	for _, name := range []string{"huey.SqliteHuey", "huey.FileHuey", "huey.contrib.sqlitedb.SqliteHuey"} {
		for _, m := range made[name] {
			d := &django{r: r, chain: []*module{m.in}}
			d.defaulted(unit.SettingQueueAdapter, "huey", "file_queue", name+" keeps its queue in a file", m.call.Location)
		}
	}
	if made["celery.Celery"] != nil {
		r.told(unit.SettingQueueAdapter, queuedIn, "CELERY_BROKER_URL", "BROKER_URL")
	}
}

// brokers are those that the settings of a project name.
func (d *django) brokers() {
	for _, name := range []string{"CELERY_BROKER_URL", "BROKER_URL"} {
		d.put(unit.SettingQueueAdapter, name, name, d.entry(name), queuedIn)
	}
	d.put(unit.SettingQueueAdapter, "HUEY", "HUEY", d.entry("HUEY", "huey_class"), func(class string) string {
		if strings.HasSuffix(class, ".SqliteHuey") || strings.HasSuffix(class, ".FileHuey") {
			return "file_queue"
		}
		return "shared"
	})
}

// queuedIn is what keeps the queue that the URL of a broker names.
func queuedIn(url string) string {
	switch scheme, rest, _ := strings.Cut(strings.ToLower(url), ":"); {
	case scheme == "" || strings.Contains(rest, ":memory:"):
		return ""
	case (strings.HasPrefix(scheme, "sqla+") || strings.HasPrefix(scheme, "sqlalchemy+")) && strings.Contains(scheme, "sqlite"):
		return "file_queue"
	case scheme == "filesystem":
		return "file_queue"
	}
	return "shared"
}
