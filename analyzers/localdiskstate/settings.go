package localdiskstate

import (
	"fmt"
	"strings"

	"github.com/stateaudit/stateaudit/internal/bindings"
	"github.com/stateaudit/stateaudit/internal/remedy"
	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/rule"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// reportSettings reports what configuration puts on the host's disk in production.
func reportSettings(p *rule.Pass) {
	for _, k := range p.Local(bindings.Database) {
		database(p, k)
	}
	for _, k := range p.Local(bindings.Storage, bindings.Upload, bindings.PageCache) {
		kept(p, k)
	}
	for _, s := range p.Effective(unit.SettingINI) {
		key := s.Subject[strings.LastIndexByte(s.Subject, '.')+1:]
		if (key == "storage" || key == "storage_type") && (s.Value == "local" || s.Value == "disk" || s.Value == "file") {
			setting(p, s, result.Other, "files are kept on the disk of this host", "Choose object storage, if the application knows one, or mount a volume that all copies share.")
		}
	}
}

// kept reports uploads and pages that configuration or code puts on this host's disk.
func kept(p *rule.Pass, k rule.Kept) {
	f := result.Finding{Category: result.Other}
	breaks := "a file that one keeps is missing on the other"
	says := "uploads are kept in " + k.Place()
	switch k.Binding.Resource {
	case bindings.Storage:
		says = "Active Storage keeps uploads in the service `" + k.Backend.Name + "`, which is a folder of this host"
		f.Fix = "Choose a service on S3, GCS or Azure for production in config/storage.yml."
	case bindings.PageCache:
		f.Category = result.Cache
		breaks = "each serves the pages that it has cached itself"
		says = "whole pages are cached as files of this host, and expired only where the request was handled"
		f.Fix = "Cache pages in the proxy or CDN in front, or fragments in a Redis cache store."
	default:
		f.Fix = remedy.Store("upload", k.Language())
	}
	f.Message = fmt.Sprintf("In production %s, %s. With two copies on two hosts %s.", says, k.Chosen(), breaks)
	p.ReportKept(k, f)
}

// database reports a database of production that is a file.
func database(p *rule.Pass, k rule.Kept) {
	if strings.Contains(k.Backend.Setting.Text, ":memory:") {
		return
	}
	_, role, _ := strings.Cut(k.Binding.Subject, ".")
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
	p.ReportKept(k, result.Finding{
		Category: category, Fix: "Use a database server (PostgreSQL, MySQL) in production, for this database too.",
		Message: fmt.Sprintf("In production %s is an SQLite file of this host, written while serving, %s. With two copies on two hosts each has a database of its own.", holds, k.Chosen()),
	})
}

func setting(p *rule.Pass, s unit.Setting, c result.Category, says, cure string, more ...result.Evidence) {
	p.ReportSetting(s, result.Finding{
		Category: c, Fix: cure, Evidence: more,
		Message: fmt.Sprintf("In production %s (`%s`). With two copies on two hosts each has files of its own.", says, s.Text),
	})
}
