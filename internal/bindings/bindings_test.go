package bindings_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stateaudit/stateaudit/internal/bindings"
	"github.com/stateaudit/stateaudit/internal/catalog"
	"github.com/stateaudit/stateaudit/internal/program"
	"github.com/stateaudit/stateaudit/internal/unit"
	"github.com/stateaudit/stateaudit/parsers/ruby"
)

// study reads files given as name and content.
func study(t *testing.T, files ...string) []bindings.Binding {
	t.Helper()
	fe := ruby.FrontEnd()
	var units []*unit.Unit
	for i := 0; i+1 < len(files); i += 2 {
		units = append(units, fe.ParseFile(files[i], []byte(files[i+1])))
	}
	fe.Resolve(units)
	return bindings.Of(program.Link(units, catalog.New(nil)))
}

// local writes the backends of a resource that copies do not share.
func local(list []bindings.Binding, r bindings.Resource) string {
	var out []string
	for _, b := range list {
		if b.Resource != r {
			continue
		}
		for _, backend := range b.Local() {
			text := backend.Name
			if backend.Guard != "" {
				text += " " + backend.Guard
			}
			out = append(out, text)
		}
	}
	return strings.Join(out, "; ")
}

// resource is one that is set by an assignment or a call: how, with which names.
type resource struct {
	of            bindings.Resource
	set           string // with %s for the value
	local, remote string
	beside        []string // files that it needs, by name and content
}

func assigned() []resource {
	return []resource{
		{bindings.Cache, "config.cache_store = %s", ":memory_store", ":redis_cache_store", nil},
		{bindings.Jobs, "config.active_job.queue_adapter = %s", ":async", ":sidekiq", nil},
		{bindings.Session, "config.session_store(%s)", ":file_store", ":redis_store", nil},
		{bindings.Limiter, "Rack::Attack.cache.store = %s", "ActiveSupport::Cache::MemoryStore.new", "ActiveSupport::Cache::RedisCacheStore.new", nil},
		{bindings.Upload, "CarrierWave.configure { |config| config.storage = %s }", ":file", ":fog", nil},
		{bindings.Upload, "Refile.store = %s", "Refile::Backend::FileSystem.new", "Refile::S3.new", nil},
		{bindings.Upload, "Paperclip::Attachment.default_options[:storage] = %s", ":filesystem", ":s3", nil},
		{bindings.Upload, "Shrine.storages = { store: %s }", "Shrine::Storage::FileSystem.new(\"public\")", "Shrine::Storage::S3.new", nil},
		{bindings.Cable, "Rails.application.config.action_cable.cable = { adapter: %s }", "\"async\"", "\"redis\"", nil},
		{bindings.Cache, "Rails.cache = %s", "ActiveSupport::Cache::MemoryStore.new", "ActiveSupport::Cache::RedisCacheStore.new", nil},
		{bindings.Limiter, "class OrdersController < ApplicationController\n  rate_limit to: 10, within: 1.minute, store: %s\nend", "ActiveSupport::Cache::MemoryStore.new", "ActiveSupport::Cache::RedisCacheStore.new", nil},
		{bindings.Upload, "SitemapGenerator::Sitemap.adapter = %s", "SitemapGenerator::FileAdapter.new", "SitemapGenerator::S3Adapter.new", nil},
		{bindings.Storage, "config.active_storage.service = %s", ":disk", ":bucket", []string{"config/storage.yml", "disk:\n  service: Disk\nbucket:\n  service: S3\n"}},
		{bindings.Bus, "MessageBus.configure(backend: %s)", ":memory", ":redis", nil},
		{bindings.Flags, "Flipper.new(%s)", "Flipper::Adapters::Memory.new", "Flipper::Adapters::ActiveRecord.new", nil},
	}
}

// spellings are ways to say: remote if REDIS_URL is set, local otherwise. SET is
// the setting, LOCAL and REMOTE the values; >X< is a value put into the setting.
func spellings() map[string]string {
	return map[string]string{
		"statement":   "if ENV[\"REDIS_URL\"]\n>REMOTE<\nelse\n>LOCAL<\nend",
		"unless":      "unless ENV[\"REDIS_URL\"].present?\n>LOCAL<\nelse\n>REMOTE<\nend",
		"modifiers":   ">LOCAL<\n>REMOTE< if ENV.key?(\"REDIS_URL\")",
		"two":         ">REMOTE< if ENV[\"REDIS_URL\"]\n>LOCAL< unless ENV[\"REDIS_URL\"]",
		"ternary":     ">(ENV[\"REDIS_URL\"] ? REMOTE : LOCAL)<",
		"case":        ">(case\nwhen ENV[\"REDIS_URL\"] then REMOTE\nelse LOCAL\nend)<",
		"value":       ">(if ENV[\"REDIS_URL\"].blank?\nLOCAL\nelse\nREMOTE\nend)<",
		"and or":      ">((ENV[\"REDIS_URL\"] && REMOTE) || LOCAL)<",
		"local":       "chosen = ENV[\"REDIS_URL\"] ? REMOTE : LOCAL\n>chosen<",
		"condition":   "remote = ENV[\"REDIS_URL\"].present?\n>(remote ? REMOTE : LOCAL)<",
		"constant":    "CHOSEN = ENV[\"REDIS_URL\"] ? REMOTE : LOCAL\n>CHOSEN<",
		"method":      "def chosen\nreturn REMOTE if ENV[\"REDIS_URL\"]\nLOCAL\nend\n>chosen<",
		"fetch":       ">ENV.fetch(\"REDIS_URL\", LOCAL)<",
		"fetch block": ">ENV.fetch(\"REDIS_URL\") { LOCAL }<",
		"or":          ">(ENV[\"REDIS_URL\"] || LOCAL)<",
	}
}

func TestSpellings(t *testing.T) {
	for _, r := range assigned() {
		for name, text := range spellings() {
			if (r.of == bindings.Flags || strings.Contains(r.set, "rate_limit")) && name == "modifiers" {
				continue // two objects, not one that is replaced
			}
			set := strings.SplitN(r.set, "%s", 2)
			text = strings.NewReplacer(">", set[0], "<", set[1], "REMOTE", r.remote, "LOCAL", r.local).Replace(text)
			for _, file := range []string{"config/application.rb", "config/environments/production.rb", "config/initializers/stores.rb"} {
				list := whole(append([]string{file, text}, r.beside...)...)
				if got := local(list, r.of); !strings.HasSuffix(got, " unless REDIS_URL is set") || strings.Contains(got, ";") {
					t.Errorf("%s, %s, in %s: %q of\n%s", r.of, name, file, got, text)
				}
			}
		}
	}
}

// TestHash says the same by a table.
func TestHash(t *testing.T) {
	for _, index := range []string{`ENV["STORE"]`, `ENV.fetch("STORE", "memory")`} {
		text := fmt.Sprintf("STORES = { \"redis\" => :redis_cache_store, \"memory\" => :memory_store }.freeze\nRails.application.config.cache_store = STORES[%s]", index)
		if got := local(study(t, "config/initializers/cache.rb", text), bindings.Cache); !strings.Contains(got, "memory_store ") {
			t.Errorf("%s: %q", index, got)
		}
	}
	text := "config.cache_store = { \"production\" => :redis_cache_store, \"test\" => :memory_store }.fetch(Rails.env)"
	if got := local(study(t, "config/application.rb", text), bindings.Cache); got != "" {
		t.Errorf("by environment: %q", got)
	}
}

// TestOmission says what holds where nothing, or too little, is set.
func TestOmission(t *testing.T) {
	app := func(body string) []string {
		return []string{"config/application.rb", "module Shop\n  class Application < Rails::Application\n" + body + "\n  end\nend"}
	}
	for _, c := range []struct {
		name  string
		of    bindings.Resource
		files []string
		want  string
	}{
		{"cache", bindings.Cache, app(""), "file_store"},
		{"jobs", bindings.Jobs, app(""), "async"},
		{"cache, guarded", bindings.Cache, app("    config.cache_store = :mem_cache_store if ENV[\"SERVERS\"]"), "file_store unless SERVERS is set"},
		{"cache, elsewhere", bindings.Cache, append(app("    config.cache_store = :memory_store"), "config/environments/production.rb", "config.cache_store = :redis_cache_store"), ""},
		{"cache, of tests", bindings.Cache, append(app("    config.cache_store = :redis_cache_store"), "config/environments/test.rb", "config.cache_store = :memory_store"), ""},
		{"cache, not in production", bindings.Cache, app("    config.cache_store = Rails.env.production? ? :redis_cache_store : :memory_store"), ""},
		{"uploader", bindings.Upload, []string{"app/uploaders/photo_uploader.rb", "class PhotoUploader < CarrierWave::Uploader::Base\nend", "app/models/user.rb", "class User < ApplicationRecord\n  mount_uploader :photo, PhotoUploader\nend"}, "file"},
		{"uploader of a service", bindings.Upload, []string{"app/uploaders/photo_uploader.rb", "class PhotoUploader < CarrierWave::Uploader::Base\n  include Cloudinary::CarrierWave\nend", "app/models/user.rb", "class User < ApplicationRecord\n  mount_uploader :photo, PhotoUploader\nend"}, ""},
		{"uploader with tools", bindings.Upload, []string{"app/uploaders/photo_uploader.rb", "class PhotoUploader < CarrierWave::Uploader::Base\n  include CarrierWave::MiniMagick\nend", "app/models/user.rb", "class User < ApplicationRecord\n  mount_uploader :photo, PhotoUploader\nend"}, "file"},
		{"uploader nobody uses", bindings.Upload, []string{"app/uploaders/photo_uploader.rb", "class PhotoUploader < CarrierWave::Uploader::Base\nend"}, ""},
		{"uploader told elsewhere", bindings.Upload, []string{"config/initializers/carrierwave.rb", "CarrierWave.configure do |config|\n  config.storage = :fog\nend", "app/uploaders/photo_uploader.rb", "class PhotoUploader < CarrierWave::Uploader::Base\nend", "app/models/user.rb", "class User < ApplicationRecord\n  mount_uploader :photo, PhotoUploader\nend"}, ""},
		{"paperclip", bindings.Upload, []string{"app/models/user.rb", "class User < ApplicationRecord\n  has_attached_file :photo\nend"}, "file"},
		{"session in the cache", bindings.Session, append(app("    config.cache_store = ENV[\"X\"] ? :redis_cache_store : :memory_store\n    config.session_store :cache_store"), "app/x.rb", ""), "cache_store unless X is set"},
	} {
		if got := local(study(t, c.files...), c.of); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}
