package domains_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stateaudit/stateaudit/internal/domains"
	"github.com/stateaudit/stateaudit/internal/names"
)

// flatShop is a Rails shop in flat folders, whose parts only what refers to what
// tells: the models of a part are associated, its controllers and services use them,
// and some reach over to the first model of another part.
func flatShop() (files map[string]string, part map[string]string) {
	files, part = map[string]string{
		"config/routes.rb":                          "Rails.application.routes.draw do\n",
		"app/models/application_record.rb":          "class ApplicationRecord < ActiveRecord::Base\nend\n",
		"app/controllers/application_controller.rb": "class ApplicationController < ActionController::Base\nend\n",
	}, map[string]string{}
	parts := [][]string{
		{"user", "role", "profile", "login"}, {"product", "category", "variant", "brand"}, {"cart", "cart_item", "coupon", "wish"},
		{"order", "order_line", "shipment", "parcel"}, {"payment", "refund", "charge", "payout"}, {"warehouse", "stock_item", "movement", "supplier"},
		{"recommendation", "taste", "affinity", "suggestion"}, {"page_view", "report", "funnel", "metric_day"},
	}
	for p, models := range parts {
		next := parts[(p+1)%len(parts)][0]
		for i, m := range models {
			body := ""
			for _, other := range models[i+1:] {
				body += "  has_many :" + names.TableOf(other) + "\n"
			}
			add := func(file, format string, args ...any) {
				files[file], part[file] = fmt.Sprintf(format, args...), models[0]
			}
			class, sibling := names.Camel(m), names.Camel(models[(i+1)%len(models)])
			add("app/models/"+m+".rb", "class %s < ApplicationRecord\n%send\n", class, body)
			add("app/controllers/"+names.TableOf(m)+"_controller.rb", "class %sController < ApplicationController\n  def index\n    @rows = %s.where(open: true)\n  end\nend\n", names.Camel(names.TableOf(m)), class)
			add("app/services/"+m+"_writer.rb", "class %sWriter\n  def call(id)\n    %s.create!(ref: id)\n    %s.find(id).update!(open: false)\n  end\nend\n", class, class, sibling)
			files["config/routes.rb"] += "  resources :" + names.TableOf(m) + ", only: :index\n"
		}
		add := "app/jobs/" + models[0] + "_sync_job.rb"
		files[add], part[add] = fmt.Sprintf("class %sSyncJob < ApplicationJob\n  def perform(id)\n    %s.find(id)\n    %s.find(id)\n    %s.find(id)\n  end\nend\n", names.Camel(models[0]), names.Camel(models[0]), names.Camel(models[1]), names.Camel(next)), models[0]
	}
	files["config/routes.rb"] += "end\n"
	return files, part
}

// A shop whose folders tell nothing is cut into its eight parts.
func TestFlatShopIsCutIntoItsParts(t *testing.T) {
	files, part := flatShop()
	m := found(t, files)
	domain := map[string]map[string]int{}
	for file, p := range part {
		if domain[p] == nil {
			domain[p] = map[string]int{}
		}
		domain[p][m.Of(file)]++
	}
	seen := map[string]string{}
	for _, p := range slices.Sorted(maps.Keys(domain)) {
		for d := range domain[p] {
			if d == domains.Kernel || len(domain[p]) > 1 || seen[d] != "" {
				t.Errorf("the files about %s are in %v, those about %s as well", p, domain[p], seen[d])
			}
			seen[d] = p
		}
	}
}

// What has nothing to do with the rest, one more file or one less must not move the
// borders of others.
func TestSmallChangesMoveNoBorder(t *testing.T) {
	files, part := flatShop()
	before := found(t, files)
	for name, change := range map[string]func(map[string]string){
		"island": func(f map[string]string) {
			for _, n := range []string{"aardvark", "zebra", "heron"} {
				f["app/services/"+n+".rb"] = "class " + names.Camel(n) + "\n  def call\n    1\n  end\nend\n"
			}
		},
		"removed": func(f map[string]string) { delete(f, "app/services/refund_writer.rb") },
		"doubled": func(f map[string]string) {
			for file, text := range maps.Clone(f) {
				if strings.HasPrefix(file, "app/jobs/") {
					f[strings.Replace(file, "app/jobs/", "examples/jobs/", 1)] = text
				}
			}
		},
	} {
		changed := maps.Clone(files)
		change(changed)
		after := found(t, changed)
		for file := range part {
			if _, kept := changed[file]; kept && after.Of(file) != before.Of(file) {
				t.Errorf("%s: %s is in %s, was in %s", name, file, after.Of(file), before.Of(file))
			}
		}
	}
}

// What is called after a model of several words belongs with it whatever else it names;
// what one part alone uses is its own, and so is a folder of files of one part; what
// several parts use and what names none of them is shared.
func TestFlatShopSettlesWhatModelsLeaveOver(t *testing.T) {
	files, part := flatShop()
	before := found(t, files)
	for file, text := range map[string]string{
		"app/services/order_line_price_list.rb": "class OrderLinePriceList\n  def call(id)\n    [Product.find(id), Variant.find(id), Brand.find(id), Category.find(id)]\n  end\nend\n",
		"app/services/rounding.rb":              "class Rounding\n  def call(sum)\n    sum.round(2)\n  end\nend\n",
		"app/services/table_drawing.rb":         "class TableDrawing\n  def draw(rows)\n    rows.join\n  end\nend\n",
		"lib/clearing/run.rb":                   "module Clearing\n  class Run\n    def call(id)\n      Payment.find(id).update!(open: false)\n      Refund.find(id).update!(open: false)\n    end\n  end\nend\n",
		"lib/clearing/match.rb":                 "module Clearing\n  class Match\n    def call(id)\n      Charge.find(id)\n      Payment.find(id)\n    end\n  end\nend\n",
		"lib/clearing/format.rb":                "module Clearing\n  class Format\n    def call(text)\n      text.strip\n    end\n  end\nend\n",
	} {
		files[file] = text
	}
	uses := func(file, class string) {
		files[file] = strings.Replace(files[file], "  def ", "  def helped\n    "+class+".new\n  end\n\n  def ", 1)
	}
	uses("app/services/payment_writer.rb", "Rounding")
	for _, by := range []string{"page_view", "report", "funnel", "metric_day", "payment", "order"} {
		uses("app/services/"+by+"_writer.rb", "TableDrawing")
	}
	after := found(t, files)
	for file := range part {
		if after.Of(file) != before.Of(file) {
			t.Errorf("%s is in %s, was in %s", file, after.Of(file), before.Of(file))
		}
	}
	for file, like := range map[string]string{
		"app/services/order_line_price_list.rb": "app/models/order_line.rb",
		"app/services/rounding.rb":              "app/models/payment.rb",
		"app/services/table_drawing.rb":         "app/models/application_record.rb",
		"lib/clearing/run.rb":                   "app/models/payment.rb",
		"lib/clearing/format.rb":                "app/models/payment.rb",
	} {
		if got, want := after.Of(file), after.Of(like); got != want {
			t.Errorf("%s is in %s, want %s as %s", file, got, want, like)
		}
	}
}
