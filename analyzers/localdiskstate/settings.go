package localdiskstate

import (
	"fmt"
	"path"
	"strings"

	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/rule"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// reportSettings reports what configuration puts on the host's disk in production.
func reportSettings(p *rule.Pass) {
	for _, s := range databases(p) {
		database(p, s)
	}
	services := map[string]unit.Setting{}
	for _, s := range p.Program.Settings() {
		if s.Kind == unit.SettingStorageService {
			services[s.Subject] = s
		}
	}
	for _, s := range p.Effective(unit.SettingStorageChoice) {
		if service, ok := services[s.Value]; ok && strings.EqualFold(service.Value, "disk") {
			setting(p, s, result.Other, "Active Storage keeps uploads in the service `"+s.Value+"`, which is a folder of this host",
				"Choose a service on S3, GCS or Azure for production in config/storage.yml.",
				result.Evidence{Kind: result.ConfigAt, Phase: result.Boot, Location: service.Location, Note: service.Text})
		}
	}
	for _, s := range p.Effective(unit.SettingUploadStorage) {
		if s.Value == "file" || s.Value == "file_system" || s.Value == "filesystem" {
			setting(p, s, result.Other, "uploads are kept in a folder of this host", "Use `storage :fog` or `:aws` in production.")
		}
	}
	for _, s := range p.Effective(unit.SettingPageCache) {
		s.Origin = unit.Written // whatever folder it is
		setting(p, s, result.Cache, "whole pages are cached as files of this host, and expired only where the request was handled",
			"Cache pages in the proxy or CDN in front, or fragments in a Redis cache store.")
	}
	for _, s := range p.Effective(unit.SettingINI) {
		key := s.Subject[strings.LastIndexByte(s.Subject, '.')+1:]
		if (key == "storage" || key == "storage_type") && (s.Value == "local" || s.Value == "disk" || s.Value == "file") {
			setting(p, s, result.Other, "files are kept on the disk of this host", "Choose object storage, if the application knows one, or mount a volume that all copies share.")
		}
	}
}

// databases lists the databases of production. A sample to be copied counts only
// where there is no file that it would be copied to.
func databases(p *rule.Pass) []unit.Setting {
	real := map[string]bool{}
	var all, out []unit.Setting
	for _, s := range p.Program.Settings() {
		if s.Kind != unit.SettingDatabase || s.Env != unit.EnvProduction {
			continue
		}
		all = append(all, s)
		if strings.HasSuffix(s.Location.File, "database.yml") {
			real[path.Dir(s.Location.File)] = true
		}
	}
	for _, s := range all {
		if strings.HasSuffix(s.Location.File, "database.yml") || !real[path.Dir(s.Location.File)] {
			out = append(out, s)
		}
	}
	return out
}

// database reports a database of production that is a file.
func database(p *rule.Pass, s unit.Setting) {
	if !strings.HasPrefix(s.Value, "sqlite") || strings.Contains(s.Text, ":memory:") {
		return
	}
	_, role, _ := strings.Cut(s.Subject, ".")
	category, holds := result.Other, "the main database"
	switch {
	case strings.Contains(role, "cache"):
		category, holds = result.Cache, "the cache"
	case strings.Contains(role, "queue"):
		category, holds = result.Worker, "the job queue"
	case strings.Contains(role, "cable"):
		category, holds = result.Registry, "what Action Cable passes on"
	case strings.Contains(role, "attack"), strings.Contains(role, "limit"), strings.Contains(role, "throttl"):
		category, holds = result.Counter, "the counters of the throttle"
	case role != "" && role != "primary":
		holds = "the database `" + role + "`"
	}
	setting(p, s, category, holds+" is an SQLite file of this host, written while serving", "Use a database server (PostgreSQL, MySQL) in production, for this database too.")
}

func setting(p *rule.Pass, s unit.Setting, c result.Category, says, cure string, more ...result.Evidence) {
	p.ReportSetting(s, result.Finding{
		Category: c, Fix: cure, Evidence: more,
		Message: fmt.Sprintf("In production %s (`%s`). With two copies on two hosts each has its own.", says, s.Text),
	})
}
