package bindings_test

import (
	"testing"

	"github.com/stateaudit/stateaudit/internal/bindings"
)

// TestDecisions has what another file works out once answer the conditions of
// settings, by whatever name it is asked for.
func TestDecisions(t *testing.T) {
	for name, c := range map[string]struct{ made, asked, want string }{
		"attribute":        {"CONFIG.remote = Rails.env.production? || Rails.env.staging?", "CONFIG.remote", ""},
		"constant":         {"REMOTE_FILES = Rails.env.production?", "REMOTE_FILES", ""},
		"of a module":      {"module Files\n  REMOTE = %w[production staging].include?(Rails.env)\nend", "Files::REMOTE", ""},
		"configuration":    {"Shop::Application.configure do\n  config.x.remote = !Rails.env.local?\nend", "Rails.configuration.x.remote", ""},
		"method":           {"module Files\n  def self.remote?\n    Rails.env.production?\n  end\nend", "Files.remote?", ""},
		"method of self":   {"module Files\n  class << self\n    def remote? = !Rails.env.development?\n  end\nend", "Files.remote?", ""},
		"through another":  {"LIVE = Rails.env.production?\nCONFIG.remote = LIVE && !Rails.env.test?", "CONFIG.remote", ""},
		"the other way":    {"CONFIG.remote = Rails.env.staging?", "CONFIG.remote", "file"},
		"not known":        {"CONFIG.remote = ENV[\"REMOTE\"].present?", "CONFIG.remote", "file unless `CONFIG.remote`"},
		"partly known":     {"CONFIG.remote = Rails.env.production? && ENV[\"BUCKET\"].present?", "CONFIG.remote", "file unless BUCKET is set"},
		"made twice":       {"CONFIG.remote = Rails.env.production?\nCONFIG.remote = Rails.env.test?", "CONFIG.remote", "file unless `CONFIG.remote`"},
		"asks itself":      {"CONFIG.remote = Rails.env.production? && CONFIG.remote", "CONFIG.remote", "file unless `CONFIG.remote`"},
		"another constant": {"OTHER = Rails.env.production?", "REMOTE_FILES", "file unless `REMOTE_FILES`"},
	} {
		t.Run(name, func(t *testing.T) {
			list := study(t,
				"config/initializers/files.rb", c.made,
				"app/models/picture.rb", "class Picture < ApplicationRecord\n  if "+c.asked+"\n    has_attached_file :image, storage: :s3\n  else\n    has_attached_file :image\n  end\nend",
			)
			if got := local(list, bindings.Upload); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// TestOptions has the place of uploads found in options that are put together.
func TestOptions(t *testing.T) {
	for name, c := range map[string]struct{ defaults, want string }{
		"one hash":       {"config.paperclip_defaults = { path: \"public/:id\", storage: :s3 }", ""},
		"without":        {"config.paperclip_defaults = { path: \"public/:id\" }", "filesystem"},
		"merged":         {"options = { path: \"x\" }\noptions.merge!(storage: :s3)\nconfig.paperclip_defaults = options", ""},
		"merged if":      {"options = { path: \"x\" }\nif ENV[\"BUCKET\"]\n  options.merge!({ storage: :s3 })\nend\nconfig.paperclip_defaults = options", "filesystem unless BUCKET is set"},
		"set by key":     {"options = { path: \"x\" }\noptions[:storage] = :s3 if ENV[\"BUCKET\"]\nconfig.paperclip_defaults = options", "filesystem unless BUCKET is set"},
		"merge":          {"base = { path: \"x\" }\nconfig.paperclip_defaults = base.merge(storage: :s3)", ""},
		"merge the base": {"base = { storage: :s3 }\nconfig.paperclip_defaults = base.merge(path: \"x\")", ""},
		"by a method":    {"def self.options\n  { storage: :s3 }\nend\nconfig.paperclip_defaults = options", ""},
	} {
		t.Run(name, func(t *testing.T) {
			list := study(t,
				"config/application.rb", "module Shop\n  class Application < Rails::Application\n"+c.defaults+"\n  end\nend",
				"app/models/picture.rb", "class Picture < ApplicationRecord\n  has_attached_file :image\nend",
			)
			if got := local(list, bindings.Upload); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
	for name, c := range map[string]struct{ macro, want string }{
		"named":       {"has_attached_file :image, storage: :s3", ""},
		"constant":    {"OPTIONS = { storage: :s3 }\n  has_attached_file :image, OPTIONS", ""},
		"merged":      {"options = { path: \"x\" }\n  has_attached_file :image, options.merge(storage: :s3)", ""},
		"merged less": {"options = { path: \"x\" }\n  has_attached_file :image, options.merge(url: \"y\")", "file"},
	} {
		t.Run(name, func(t *testing.T) {
			list := study(t, "app/models/picture.rb", "class Picture < ApplicationRecord\n  "+c.macro+"\nend")
			if got := local(list, bindings.Upload); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// TestMacroUsers has a macro told from a method of the same name.
func TestMacroUsers(t *testing.T) {
	for body, want := range map[string]int{
		"rate_limit to: 10, within: 1.minute":            1,
		"def index\n    rate_limit.remaining\n  end":     0,
		"def index\n    client.rate_limit(to: 1)\n  end": 0,
	} {
		list := study(t,
			"config/application.rb", "module Shop\n  class Application < Rails::Application\n  end\nend",
			"app/controllers/orders_controller.rb", "class OrdersController < ApplicationController\n  "+body+"\nend",
		)
		for _, b := range list {
			if b.Resource == bindings.Cache && len(b.Users) != want {
				t.Errorf("%s: %d users, want %d", body, len(b.Users), want)
			}
		}
	}
}
