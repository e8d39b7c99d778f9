package ruby

import (
	"slices"
	"strings"
	"testing"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// read parses files given as name and content, and joins them.
func read(t *testing.T, files ...string) []*unit.Unit {
	t.Helper()
	var units []*unit.Unit
	for i := 0; i+1 < len(files); i += 2 {
		u := parseFile(files[i], []byte(files[i+1]))
		for _, p := range u.Problems {
			t.Errorf("%s:%d: %s", p.File, p.Line, p.Message)
		}
		units = append(units, u)
	}
	resolve(units)
	return units
}

// holder finds a holder by ID.
func holder(units []*unit.Unit, id string) *unit.Holder {
	for _, u := range units {
		for i := range u.Holders {
			if u.Holders[i].ID == id {
				return &u.Holders[i]
			}
		}
	}
	return nil
}

// function finds a function by ID.
func function(units []*unit.Unit, id string) *unit.Function {
	for _, u := range units {
		for i := range u.Functions {
			if u.Functions[i].ID == id {
				return &u.Functions[i]
			}
		}
	}
	return nil
}

// TestSpellings declares the same class-level variable in every spelling.
func TestSpellings(t *testing.T) {
	for name, source := range map[string]string{
		"def self":              "class A\n def self.x; @v ||= {}; end\nend",
		"class << self":         "class A\n class << self\n def x; @v ||= {}; end\n end\nend",
		"module_function":       "module A\n module_function\n def x; @v ||= {}; end\nend",
		"extend self":           "module A\n def x; @v ||= {}; end\n extend self\nend",
		"named module_function": "module A\n def x; @v ||= {}; end\n module_function :x\nend",
		"in the body":           "class A\n @v = {}\nend",
		"set by name":           "class A\nend\nclass B\n def x; A.instance_variable_set(:@v, {}); end\nend",
	} {
		units := read(t, "app/models/a.rb", source)
		h := holder(units, "A.@v")
		if h == nil || h.Kind != unit.ClassIvar {
			t.Errorf("%s: A.@v is %+v", name, h)
		}
	}
}

// TestConstantLookup resolves a constant through the namespaces around its use.
func TestConstantLookup(t *testing.T) {
	units := read(t,
		"app/services/a.rb", "module Shop\n  CACHE = {}\n  class Basket\n    def add(k, v); CACHE[k] = v; end\n  end\nend",
		"app/services/b.rb", "CACHE = {}\nmodule Other\n  class Basket\n    def add(k, v); CACHE[k] = v; end\n  end\nend")
	for id, want := range map[string]string{"Shop::Basket#add": "Shop::CACHE", "Other::Basket#add": "CACHE"} {
		f := function(units, id)
		if f == nil || len(f.Accesses) == 0 || f.Accesses[0].Place.Name != want {
			t.Errorf("%s changes %+v, not %s", id, f, want)
		}
	}
}

// TestPassedOn reads blocks that are passed on without a name.
func TestPassedOn(t *testing.T) {
	units := read(t, "app/models/a.rb", "class A\n  def x(a, &)\n    y(a, &)\n  end\n\n  def y(a, &\n  )\n    z(&)\n  end\nend")
	if function(units, "A#y") == nil {
		t.Error("A#y is missing")
	}
}

// TestGetter follows a change through the method that hands the holder out.
func TestGetter(t *testing.T) {
	units := read(t, "app/services/a.rb", `
class Throttle
  class << self
    def hit(k)
      windows[k] = 1
    end

    def windows
      @windows ||= {}
    end
  end
end`)
	f := function(units, "Throttle.hit")
	if f == nil || len(f.Accesses) != 1 || f.Accesses[0].Place.Name != "Throttle.@windows" || f.Accesses[0].Kind != unit.Modify {
		t.Errorf("Throttle.hit does %+v", f)
	}
}

// TestDefaults says what is handed over of a setting that is commented out: where
// it would stand, and no choices.
func TestDefaults(t *testing.T) {
	units := read(t,
		"config/application.rb", "module Shop\n  class Application < Rails::Application\n    config.active_job.queue_adapter = :sidekiq\n  end\nend",
		"config/environments/production.rb", "Rails.application.configure do\n  config.eager_load = true\n  # config.cache_store = :mem_cache_store\nend",
		"config/environments/development.rb", "Rails.application.configure do\n  config.cache_store = :memory_store\nend")
	found := map[string]unit.Setting{}
	for _, u := range units {
		for _, s := range u.Settings {
			if s.Env != unit.EnvDevelopment {
				found[s.Kind] = s
			}
		}
	}
	if s := found[unit.SettingCacheStore]; len(s.Choices) != 0 || s.Origin != unit.Defaulted || s.Location.Line != 3 || s.Location.File != "config/environments/production.rb" {
		t.Errorf("cache store: %+v", s)
	}
	if s := found[unit.SettingFramework]; s.Value != "rails" || s.Location.File != "config/application.rb" || s.Location.Line != 2 {
		t.Errorf("application: %+v", s)
	}
	if s := found[unit.SettingQueueAdapter]; s.Value != "sidekiq" || s.Origin != unit.Written {
		t.Errorf("queue adapter: %+v", s)
	}
}

// FuzzParse reads arbitrary bytes as every kind of file.
func FuzzParse(f *testing.F) {
	f.Add("class A < B\n  include Singleton\n  @x ||= {}\n  def self.y(a, b = 1, *c, d: 2, &e)\n    @x[a] = b unless @x\n  end\nend")
	f.Add("<% if x %><%= render y do |z| %><% end %><% end %>")
	f.Add("%p= link_to x, {a: 1}\n- cache y do\n  = z")
	f.Add("Rails.application.configure do\n  config.cache_store = :memory_store, { size: 1 }\nend")
	f.Add("gem 'rails', '~> 7'")
	f.Add("X = Hash.new { |h, k| h[k] = Model.find(k) }\nX.each_pair { |a, (b, c)| b << c }\ncase x\nin {a: [b, *c]} then d\nend")
	f.Add(routesFile)
	f.Add("Rails.application.routes.draw do\n  resources :a, only: [:b, 1], path: nil do\n    member { get :c => x }\n  end\n  draw(:admin)\n  get \"/:id(.:format)\", to: 7\nend")
	f.Add("ActiveRecord::Schema[7.1].define do\n  create_table \"a\", id: false do |t|\n    t.string\n    t.references :b, foreign_key: { to_table: 1 }\n  end\nend")
	f.Fuzz(func(t *testing.T, source string) {
		var units []*unit.Unit
		for _, name := range []string{"app/models/a.rb", "app/views/a.html.erb", "app/views/a.haml", "app/views/a.slim", "config/application.rb", "config/routes.rb", "config/routes/admin.rb", "db/schema.rb", "Gemfile", "lib/tasks/a.rake"} {
			units = append(units, parseFile(name, []byte(source)))
		}
		resolve(units)
	})
}

// TestAnonymousArguments reads arguments that are passed on without a name.
func TestAnonymousArguments(t *testing.T) {
	for _, source := range []string{
		"def a(*) = b(*)\n",
		"def a(**)\n  b(**)\nend\n",
		"def a(*, **, &)\n  b(1, *, k: 1, **, &)\nend\n",
		"def a(*, **, &)\n  b *, **, &\nend\n",
		"def a(*, &)\n  super(*, &)\nend\n",
		"def a(b, &)\n  c(\n    [b, 1],\n    &\n  )\nend\n",
		"def a(*, **)\n  c(\n    1,\n    *,\n    **\n  )\nend\n",
		"def a(&)\n  b 1, &\n  c.each(&)\nend\n",
		"def a(*)\n  [*, 1]\nend\n",
	} {
		u := parseFile("lib/a.rb", []byte(source))
		if len(u.Problems) > 0 {
			t.Errorf("%q: %v", source, u.Problems)
		}
		if len(u.Functions) == 0 || len(u.Functions[0].Calls) == 0 && !strings.Contains(source, "[") {
			t.Errorf("%q: no call was seen", source)
		}
	}
	if u := parseFile("lib/a.rb", []byte("def a(*)\n  b(*, ,)\n  c = = *\nend\n")); len(u.Problems) == 0 {
		t.Error("broken code was taken for arguments without a name")
	}
}

// TestConditionOnItself reads a local that is chosen by a case on itself.
func TestConditionOnItself(t *testing.T) {
	u := parseFile("config/application.rb", []byte("mode = case\nwhen mode && x\n  mode\nelse\n  y = case\n      when y then y\n      end\nend\nif mode\n  config.cache_store = :memory_store\nend\n"))
	if len(u.Settings) != 1 {
		t.Errorf("settings %v", u.Settings)
	}
}

// TestNestedTexts reads what stands behind a text whose code has a text of its own.
func TestNestedTexts(t *testing.T) {
	for _, source := range []string{
		"class A\n  about <<~MD\n    one\n    #{\n      shown('x', <<~MD)\n        two\n      MD\n    }\n    three\n  MD\n  def b\n    c\n  end\nend\n",
		"class A\n  about <<~MD\n    #{\n      shown(<<~TEXT)\n        \"two\"\n      TEXT\n    }\n  MD\n  def b\n    c\n  end\nend\n",
		"class A\n  about <<~MD\n    #{one} and\n    #{\n      two(<<-T)\n        2\n      T\n    }\n    #{three}\n  MD\n  def b\n    c\n  end\nend\n",
	} {
		u := parseFile("app/models/a.rb", []byte(source))
		found := slices.ContainsFunc(u.Functions, func(f unit.Function) bool { return f.ID == "A#b" })
		if len(u.Problems) > 0 || !found {
			t.Errorf("%q: %v, method found: %v", source, u.Problems, found)
		}
	}
}

// TestUnspelled defines methods that something names, and some that nothing does.
func TestUnspelled(t *testing.T) {
	units := read(t,
		"app/models/member.rb", `class Member < ApplicationRecord
  # Member.new.keep_copy
  def keep_copy; below; end
  def below; below_that; end
  def self.keep_in(path); self.keep_path = path; end
  def self.keep_path=(path); @keep_path = path; end
  def self.keep_path; @keep_path; end
  def below_that; 1; end
  def keep_letter; 1; end
  def keep_card; 1; end
  def self.keep_photo; 1; end
  def keep_name=(name); @name = name; end
  def keep_age=(age); @age = age; end
end`,
		"app/services/keeping.rb", "class Keeping\n  def run(m)\n    m.send(:keep_letter)\n    %w[keep_card keep_photo].each { |x| m.send(x) }\n    m.keep_name = 1 if m.keep_name!=2\n  end\nend",
		"app/uploaders/photo_uploader.rb", "class PhotoUploader < CarrierWave::Uploader::Base\n  def keep_there; 1; end\nend",
		"lib/tasks/keep.rake", "task(:keep) { Member.first.keep_age = 3 }",
		"test/models/member_test.rb", "class MemberTest\n  def x; Member.new.keep_copy; end\nend")
	for id, want := range map[string]bool{
		"Member#keep_copy": true, "Member#below": true, "Member.keep_in": false, "Member#below_that": true, "Member#keep_age=": true, "Keeping#run": true,
		"Member#keep_letter": false, "Member#keep_card": false, "Member.keep_photo": false, "Member#keep_name=": false, "PhotoUploader#keep_there": false,
	} {
		f := function(units, id)
		if f == nil {
			t.Errorf("%s: not found", id)
			continue
		}
		if got := slices.Contains(f.Attrs, unit.Unspelled); got != want {
			t.Errorf("%s (%v): unspelled %v, want %v", id, f.Roles, got, want)
		}
	}
}
