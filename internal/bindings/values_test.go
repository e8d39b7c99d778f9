package bindings_test

import (
	"strings"
	"testing"

	"github.com/stateaudit/stateaudit/internal/bindings"
	"github.com/stateaudit/stateaudit/internal/catalog"
	"github.com/stateaudit/stateaudit/internal/program"
	"github.com/stateaudit/stateaudit/internal/unit"
	"github.com/stateaudit/stateaudit/parsers/deploy"
	"github.com/stateaudit/stateaudit/parsers/ruby"
)

// whole reads files of Ruby and of configuration, given as name and content.
func whole(files ...string) []bindings.Binding {
	code, conf := ruby.FrontEnd(), deploy.FrontEnd()
	var units, rubies []*unit.Unit
	for i := 0; i+1 < len(files); i += 2 {
		if code.Match(files[i]) {
			rubies = append(rubies, code.ParseFile(files[i], []byte(files[i+1])))
		} else if u := conf.ParseFile(files[i], []byte(files[i+1])); u != nil {
			units = append(units, u)
		}
	}
	code.Resolve(rubies)
	return bindings.Of(program.Link(append(units, rubies...), catalog.New(nil)))
}

// TestFilesOfSettings reads one choice through a file, as the settings libraries
// of Ruby spell it. The file is written with ADAPTER for the choice.
func TestFilesOfSettings(t *testing.T) {
	for name, c := range map[string]struct{ file, content, value, more string }{
		"config_for":        {"config/shop.yml", "production:\n  cache:\n    store: ADAPTER\n", "Rails.application.config_for(:shop)[:cache][:store].to_sym", ""},
		"config_for method": {"config/shop.yml", "shared:\n  store: ADAPTER\n", "Rails.application.config_for(:shop).store", ""},
		"config":            {"config/settings.yml", "cache:\n  store: ADAPTER\n", "Settings.cache.store.to_sym", ""},
		"config by name":    {"config/settings/production.yml", "cache:\n  store: ADAPTER\n", "AppSettings.cache.store", ""},
		"settingslogic":     {"config/application.yml", "defaults: &d\n  cache_store: ADAPTER\nproduction:\n  <<: *d\n", "Settings.cache_store", "class Settings < Settingslogic\n  source \"config/application.yml\"\n  namespace Rails.env\nend\n"},
		"load_file":         {"config/shop.yml", "production:\n  store: ADAPTER\n", "YAML.load_file(Rails.root.join(\"config/shop.yml\"))[Rails.env][\"store\"]", ""},
		"constant":          {"config/shop.yml", "production:\n  store: ADAPTER\n", "APP_CONFIG[:store]", "APP_CONFIG = Rails.application.config_for(:shop)\n"},
		"figaro":            {"config/application.yml", "CACHE_STORE: ADAPTER\n", "ENV[\"CACHE_STORE\"].to_sym", ""},
		"dotenv":            {".env.production", "CACHE_STORE=ADAPTER\n", "ENV.fetch(\"CACHE_STORE\")", ""},
		"anyway_config":     {"config/cache.yml", "production:\n  backend: ADAPTER\n", "CacheConfig.new.backend", ""},
		"sample":            {"config/shop.yml.example", "production:\n  store: ADAPTER\n", "Rails.application.config_for(:shop).store", ""},
	} {
		code := c.more + "Rails.application.config.cache_store = " + c.value
		for adapter, want := range map[string]string{"memory_store": "memory_store", "redis_cache_store": ""} {
			content := strings.ReplaceAll(c.content, "ADAPTER", adapter)
			got := local(whole(c.file, content, "config/initializers/cache.rb", code), bindings.Cache)
			if got, _, _ = strings.Cut(got, " if "); got != want {
				t.Errorf("%s, %s: %q, want %q", name, adapter, got, want)
			}
		}
		guarded := strings.ReplaceAll(c.content, "ADAPTER", `<%= ENV.fetch("KIND", "memory_store") %>`)
		if !strings.HasSuffix(c.file, ".production") {
			if got := local(whole(c.file, guarded, "config/initializers/cache.rb", code), bindings.Cache); !strings.Contains(got, "memory_store unless KIND is set") {
				t.Errorf("%s, guarded: %q", name, got)
			}
		}
	}
}

// TestConstantsNameTheirFile reads a key that two files have through a constant that
// says which of them it is.
func TestConstantsNameTheirFile(t *testing.T) {
	for _, loads := range []string{
		"Rails.application.config_for(:shop)", "YAML.load_file(Rails.root.join(\"config\", \"shop.yml\"))[Rails.env]", "YAML.safe_load(File.read(\"config/shop.yml\")).with_indifferent_access[Rails.env]",
	} {
		constant, code := "LIMITS = "+loads, "Rails.application.config.cache_store = LIMITS[\"store\"].to_sym"
		got := local(whole("config/mail.yml", "production:\n  store: redis_cache_store\n", "config/shop.yml", "production:\n  store: memory_store\n", "config/initializers/a.rb", constant, "config/initializers/cache.rb", code), bindings.Cache)
		if got, _, _ = strings.Cut(got, " if "); got != "memory_store" {
			t.Errorf("%s: %q", loads, got)
		}
	}
}

// TestKeysDecide says that a key which a file answers is no question: what it
// excludes is not reached.
func TestKeysDecide(t *testing.T) {
	code := "if Settings.redis.enabled\n  Rails.application.config.cache_store = :redis_cache_store\nelse\n  Rails.application.config.cache_store = :memory_store\nend"
	for enabled, want := range map[string]string{
		"true": "", "false": "memory_store", `<%= ENV["REDIS"] %>`: "memory_store unless `Settings.redis.enabled`",
	} {
		got := local(whole("config/settings.yml", "redis:\n  enabled: "+enabled+"\n", "config/initializers/cache.rb", code), bindings.Cache)
		if got != want {
			t.Errorf("%s: %q, want %q", enabled, got, want)
		}
	}
	compared := strings.Replace(code, "Settings.redis.enabled", `Settings.cache.kind == "redis"`, 1)
	for kind, want := range map[string]string{"redis": "", "memory": "memory_store"} {
		if got := local(whole("config/settings.yml", "cache:\n  kind: "+kind+"\n", "config/initializers/cache.rb", compared), bindings.Cache); got != want {
			t.Errorf("compared with %s: %q, want %q", kind, got, want)
		}
	}
}

// tagged are ways to write in a YAML file: REMOTE if REDIS_URL is set, else LOCAL.
func tagged() map[string]string {
	return map[string]string{
		"ternary":     "production:\n  KEY: <%= ENV[\"REDIS_URL\"] ? \"REMOTE\" : \"LOCAL\" %>\n",
		"quoted":      "production:\n  KEY: \"<%= ENV['REDIS_URL'].present? ? 'REMOTE' : 'LOCAL' %>\"\n",
		"if":          "production:\n  KEY: <%= if ENV[\"REDIS_URL\"] then \"REMOTE\" else \"LOCAL\" end %>\n",
		"and or":      "production:\n  KEY: <%= (ENV[\"REDIS_URL\"] && \"REMOTE\") || \"LOCAL\" %>\n",
		"lines":       "production:\n<% if ENV[\"REDIS_URL\"] %>\n  KEY: REMOTE\n<% else %>\n  KEY: LOCAL\n<% end %>\n",
		"unless":      "production:\n  <%- unless ENV.key?(\"REDIS_URL\") -%>\n  KEY: LOCAL\n  <%- else -%>\n  KEY: REMOTE\n  <%- end -%>\n",
		"local":       "<% kind = ENV[\"REDIS_URL\"] ? \"REMOTE\" : \"LOCAL\" %>\nproduction:\n  KEY: <%= kind %>\n",
		"fetch":       "production:\n  KEY: <%= ENV.fetch(\"REDIS_URL\", \"LOCAL\") %>\n",
		"fetch block": "production:\n  KEY: <%= ENV.fetch(\"REDIS_URL\") { \"LOCAL\" } %>\n",
		"or":          "production:\n  KEY: <%= ENV[\"REDIS_URL\"] || \"LOCAL\" %>\n",
		"merged":      "default: &default\n  KEY: <%= ENV[\"REDIS_URL\"] || \"LOCAL\" %>\nproduction:\n  <<: *default\n",
		"alias":       "of_production: &of_production\n  KEY: <%= ENV[\"REDIS_URL\"] || \"LOCAL\" %>\nproduction:\n  <<: *of_<%= Rails.env %>\n",
		"case":        "<% case when ENV[\"REDIS_URL\"] %>\n<% else %>\nproduction:\n  KEY: LOCAL\n<% end %>\n",
	}
}

func TestTags(t *testing.T) {
	for _, r := range []struct {
		of                       bindings.Resource
		file, key, local, remote string
	}{
		{bindings.Cable, "config/cable.yml", "adapter", "async", "redis"},
		{bindings.Database, "config/database.yml", "adapter", "sqlite3", "postgresql"},
	} {
		for name, text := range tagged() {
			if name == "case" {
				continue
			}
			text = strings.NewReplacer("KEY", r.key, "LOCAL", r.local, "REMOTE", r.remote).Replace(text)
			if got, want := local(whole(r.file, text), r.of), r.local+" unless REDIS_URL is set"; got != want {
				t.Errorf("%s, %s: %q of\n%s", r.of, name, got, text)
			}
		}
	}
	for name, text := range tagged() {
		if name == "case" || name == "merged" || name == "alias" {
			continue
		}
		text = strings.NewReplacer("production:", "uploads:", "KEY", "service", "LOCAL", "Disk", "REMOTE", "S3").Replace(text)
		if got, want := local(whole("config/storage.yml", text, "config/environments/production.rb", "config.active_storage.service = :uploads"), bindings.Storage), "uploads unless REDIS_URL is set"; got != want {
			t.Errorf("storage, %s: %q of\n%s", name, got, text)
		}
	}
}

// TestYAMLOmission says what files hold that are not there, or only as a sample.
func TestYAMLOmission(t *testing.T) {
	sqlite := "production:\n  adapter: sqlite3\n"
	for _, c := range []struct {
		name  string
		of    bindings.Resource
		files []string
		want  string
	}{
		{"no file", bindings.Cable, []string{"config/application.rb", "module Shop\n  class Application < Rails::Application\n  end\nend"}, ""},
		{"no production", bindings.Cable, []string{"config/cable.yml", "development:\n  adapter: async\n"}, ""},
		{"sample alone", bindings.Database, []string{"config/database.yml.sample", sqlite}, "sqlite3"},
		{"variants", bindings.Database, []string{"config/database.yml.cloud9", sqlite, "config/database.yml.mysql.example", "production:\n  adapter: mysql2\n"}, ""},
		{"variants of the sample", bindings.Database, []string{"config/database.sqlite.example.yml", sqlite, "config/database.yml.gitpod", sqlite, "config/database.yml.example", "production:\n  adapter: mysql2\n"}, ""},
		{"the plain sample", bindings.Database, []string{"config/database.yml.example", sqlite, "config/database.yml.mysql", "production:\n  adapter: mysql2\n"}, "sqlite3"},
		{"one variant", bindings.Database, []string{"config/database.yml.sqlite", sqlite}, "sqlite3"},
		{"sample beside", bindings.Database, []string{"config/database.yml.sample", sqlite, "config/database.yml", "production:\n  adapter: mysql2\n"}, ""},
		{"by address", bindings.Database, []string{"config/database.yml", "production:\n  url: sqlite3:storage/x.db\n"}, "sqlite3"},
		{"address unless unset", bindings.Database, []string{"config/database.yml", "production:\n  url: <%= ENV[\"DATABASE_URL\"] %>\n  adapter: sqlite3\n"}, "sqlite3 unless DATABASE_URL is set"},
		{"of a role", bindings.Database, []string{"config/database.yml", "production:\n  primary:\n    adapter: postgresql\n  queue:\n    adapter: sqlite3\n"}, "sqlite3"},
		{"in a part", bindings.Storage, []string{"config/storage.yml", "<%= ERB.new(File.read(\"config/storage.own.yml\")).result %>\n", "config/storage.own.yml", "local:\n  service: Disk\n", "config/environments/production.rb", "config.active_storage.service = ENV.fetch(\"STORAGE\", \"local\").to_sym"}, "local unless STORAGE is set"},
		{"an engine's environment", bindings.Storage, []string{
			"config/application.rb", "module Shop\n  class Application < Rails::Application\n  end\nend", "config/storage.yml", "local:\n  service: Disk\nbucket:\n  service: S3\n",
			"config/environments/production.rb", "config.active_storage.service = :local", "hosted/config/environments/production.rb", "config.active_storage.service = :bucket",
		}, "local unless hosted/config/environments/production.rb is loaded"},
		{"mirror", bindings.Storage, []string{"config/storage.yml", "both:\n  service: Mirror\n  primary: disk\n  mirrors: [s3]\ndisk:\n  service: Disk\ns3:\n  service: S3\n", "config/environments/production.rb", "config.active_storage.service = :both"}, "both"},
	} {
		if got := local(whole(c.files...), c.of); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// TestSecrets draws a key at boot, in several spellings, and does not.
func TestSecrets(t *testing.T) {
	for text, want := range map[string]string{
		`Rails.application.config.secret_key_base = ENV["SECRET"] || SecureRandom.hex(64)`:                             "drawn_at_boot unless SECRET is set",
		`Rails.application.config.secret_key_base = ENV.fetch("SECRET") { SecureRandom.hex(64) }`:                      "drawn_at_boot unless SECRET is set",
		`Rails.application.config.secret_key_base = ENV["SECRET"].presence || SecureRandom.hex`:                        "drawn_at_boot unless SECRET is set",
		"if ENV[\"SECRET\"]\n  Devise.secret_key = ENV[\"SECRET\"]\nelse\n  Devise.secret_key = SecureRandom.hex\nend": "drawn_at_boot unless SECRET is set",
		`JWT_SECRET = ENV["SECRET"] || SecureRandom.base64(32)`:                                                        "drawn_at_boot unless SECRET is set",
		`Rails.application.config.secret_key_base = Rails.env.local? ? SecureRandom.hex : ENV["SECRET"]`:               "",
		`Rails.application.config.secret_key_base = ENV.fetch("SECRET")`:                                               "",
	} {
		if got := local(whole("config/initializers/secret.rb", text), bindings.Secret); got != want {
			t.Errorf("%q, want %q of %s", got, want, text)
		}
	}
	sinatra := "require \"sinatra/base\"\nclass Shop < Sinatra::Base\n  enable :sessions\n"
	for more, want := range map[string]string{
		"": "drawn_at_boot", "  set :session_secret, ENV.fetch(\"SECRET\")\n": "", "  set :session_secret, ENV.fetch(\"SECRET\") { SecureRandom.hex(64) }\n": "drawn_at_boot unless SECRET is set",
	} {
		if got := local(whole("app.rb", sinatra+more+"end\n"), bindings.Secret); got != want {
			t.Errorf("Sinatra: %q, want %q of %s", got, want, more)
		}
	}
	yaml := "production:\n  secret_key_base: <%= ENV[\"SECRET\"] || SecureRandom.hex(64) %>\n"
	if got := local(whole("config/secrets.yml", yaml), bindings.Secret); got != "drawn_at_boot unless SECRET is set" {
		t.Errorf("secrets.yml: %q", got)
	}
}

// TestJobs tells the libraries of jobs that run them at once from those that share
// a queue.
func TestJobs(t *testing.T) {
	for text, want := range map[string]string{
		`Delayed::Worker.delay_jobs = false`:                               "inline",
		`Delayed::Worker.delay_jobs = !Rails.env.test?`:                    "",
		`Delayed::Worker.delay_jobs = ENV["JOBS"].present?`:                "inline unless JOBS is set",
		`Sidekiq::Testing.inline! if ENV["INLINE"]`:                        "inline if INLINE is set",
		`Sidekiq::Testing.inline! if Rails.env.development?`:               "",
		`Rails.application.config.good_job.execution_mode = :inline`:       "good_job_inline",
		`Rails.application.config.good_job.execution_mode = :async`:        "",
		`GoodJob.configuration.x = 1`:                                      "",
		`Rails.application.config.active_job.queue_adapter = :litejob`:     "litejob",
		`Rails.application.config.active_job.queue_adapter = :solid_queue`: "",
	} {
		if got := local(whole("config/initializers/jobs.rb", text), bindings.Jobs); got != want {
			t.Errorf("%q, want %q of %s", got, want, text)
		}
	}
}

// TestGuards reads how a condition of two tests is written for a reader.
func TestGuards(t *testing.T) {
	for condition, want := range map[string]string{
		`ENV["A"] && ENV["B"]`: "memory_store unless A is set and B is set",
		`ENV["A"] || ENV["B"]`: "memory_store unless A is set or B is set",
		`!ENV["A"]`:            "memory_store if A is set",
	} {
		text := "kind = ENV[\"A\"]\nif " + condition + "\n  stores = [:redis_cache_store]\n  Rails.application.config.cache_store = stores\nelse\n  Rails.application.config.cache_store = :memory_store\nend"
		if got := local(whole("config/initializers/cache.rb", text), bindings.Cache); got != want {
			t.Errorf("%q, want %q for %s", got, want, condition)
		}
	}
	// a local is the same question wherever it is asked
	text := "urls = ENV[\"A\"]\nif urls && urls.any?\n  stores = [:redis_cache_store]\n  Rails.application.config.cache_store = stores\nelse\n  Rails.application.config.cache_store = :redis_cache_store\nend"
	if got := local(whole("config/initializers/cache.rb", text), bindings.Cache); got != "" {
		t.Errorf("%q", got)
	}
}

// TestNames says the same of names that are put together, rescued or built, and of
// the cache of a throttle by whichever name its configuration calls it.
func TestNames(t *testing.T) {
	memory := "ActiveSupport::Cache::MemoryStore.new"
	for _, c := range []struct {
		of         bindings.Resource
		text, want string
	}{
		{bindings.Cache, `Rails.application.config.cache_store = :"#{ENV.fetch("KIND", "memory")}_store"`, "memory_store unless KIND is set"},
		{bindings.Cache, "Rails.application.config.cache_store = begin\n  require \"redis\"\n  :redis_cache_store\nrescue LoadError\n  :memory_store\nend", "memory_store if an error is rescued (LoadError)"},
		{bindings.Limiter, "Rack::Attack.cache.store = Rack::Attack::StoreProxy.build(Hash.new)", "hash"},
		{bindings.Limiter, "class Rack::Attack\n  self.cache.store = " + memory + "\nend", "memory_store"},
		{bindings.Limiter, "module Rack\n  class Attack\n    cache.store = " + memory + "\n  end\nend", "memory_store"},
		{bindings.Limiter, "Rack::Attack.tap do |attack|\n  attack.cache.store = " + memory + "\nend", "memory_store"},
		{bindings.Cable, `Rails.application.config.action_cable.cable = { "adapter" => ENV["REDIS_URL"] ? "redis" : "async" }`, "async unless REDIS_URL is set"},
	} {
		if got := local(whole("config/initializers/stores.rb", c.text), c.of); got != c.want {
			t.Errorf("%q, want %q of\n%s", got, c.want, c.text)
		}
	}
	flipper := []string{"Gemfile", "gem \"flipper\"\n", "app/models/user.rb", "class User\n  def beta?\n    Flipper.enabled?(:beta, self)\n  end\nend"}
	if got := local(whole(flipper...), bindings.Flags); got != "memory" {
		t.Errorf("Flipper without adapter: %q", got)
	}
	flipper[1] += "gem \"flipper-active_record\"\n"
	if got := local(whole(flipper...), bindings.Flags); got != "" {
		t.Errorf("Flipper with an adapter: %q", got)
	}
}
