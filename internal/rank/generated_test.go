package rank_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/stateaudit/stateaudit/internal/checkout"
	"github.com/stateaudit/stateaudit/internal/domains"
	"github.com/stateaudit/stateaudit/internal/facts"
	"github.com/stateaudit/stateaudit/internal/rank"
	"github.com/stateaudit/stateaudit/internal/testtree"
)

// shop is a small program of several domains, from which sources of Go and of
// Rails are made. Everything in it is a number; a vocabulary gives the names.
type shop struct {
	domains [][]routine // by domain
	tables  []int       // the domain that declares each
}

// routine is a function. The first of a domain is an endpoint, the last one a
// job in Ruby (a mailer in every other domain), those between are services.
type routine struct {
	inTx  bool
	steps []step
}

// step is a line of a routine.
type step struct {
	kind       kind
	domain, to int // a routine that is called, or the domain of a holder
	table      int
	how        how
}

type kind int

const (
	calls kind = iota
	readsTable
	readsRow
	writesTable
	readsHolder
	writesHolder
)

type how int

const (
	dropped how = iota
	checked
	used
	async
)

const (
	endpoint = 0 // index of the endpoint among the routines of a domain
	job      = 3 // and of the job
	routines = 4
)

// randomShop makes a program of four domains that lean on each other. Calls lead
// from a domain to one with a larger number, since packages of Go must not
// import each other in a circle.
func randomShop(seed uint64) shop {
	r := rand.New(rand.NewPCG(seed, 7))
	s := shop{tables: []int{0, 0, 1, 1, 2, 2, 3, 3}}
	for d := range 4 {
		var all []routine
		for range routines {
			rt := routine{inTx: r.IntN(3) == 0}
			for range 2 + r.IntN(3) {
				rt.steps = append(rt.steps, randomStep(r, d, len(s.tables)))
			}
			all = append(all, rt)
		}
		s.domains = append(s.domains, all)
	}
	return s
}

func randomStep(r *rand.Rand, d, tables int) step {
	st := step{kind: kind(r.IntN(6)), domain: d, table: r.IntN(tables), how: how(r.IntN(3))}
	if r.IntN(2) == 0 {
		st.kind = calls
	}
	switch {
	case st.kind == calls && d < 3:
		st.domain = d + 1 + r.IntN(3-d)
		st.to = 1 + r.IntN(routines-1)
	case st.kind == calls: // nobody is left to be called
		st.kind = writesTable
	}
	if st.kind == writesHolder || st.kind == readsHolder {
		st.domain = d + r.IntN(4-d)
	}
	return st
}

// alone adds a domain that has nothing to do with the others.
func (s shop) alone() shop {
	own := len(s.tables)
	s = s.copied()
	d := len(s.domains)
	s.tables = append(s.tables, d)
	all := make([]routine, routines)
	all[endpoint].steps = []step{{kind: writesTable, table: own}, {kind: calls, domain: d, to: 1, how: used}}
	all[1].steps = []step{{kind: readsTable, table: own}, {kind: readsHolder, domain: d}}
	all[2].steps = []step{{kind: writesHolder, domain: d}}
	all[job].steps = []step{{kind: readsRow, table: own}}
	s.domains = append(s.domains, all)
	return s
}

func (s shop) copied() shop {
	out := shop{tables: slices.Clone(s.tables)}
	for _, all := range s.domains {
		cloned := slices.Clone(all)
		for i := range cloned {
			cloned[i].steps = slices.Clone(cloned[i].steps)
		}
		out.domains = append(out.domains, cloned)
	}
	return out
}

// vocabulary names what a shop consists of.
type vocabulary struct {
	domains, tables, verbs []string
}

// plain and other are two vocabularies that sort differently and mean nothing to
// any rule.
func plain() vocabulary {
	return vocabulary{
		domains: []string{"orders", "billing", "catalog", "tracking", "loyalty"},
		tables:  []string{"parcels", "baskets", "invoices", "ledgers", "products", "brands", "scans", "stops", "vouchers", "pledges"},
		verbs: []string{
			"place", "amend", "cancel", "repeat", "charge", "settle", "waive", "remind", "price", "rename",
			"retire", "sort", "locate", "follow", "close", "warn", "earn", "spend", "expire", "grant",
		},
	}
}

func other() vocabulary {
	return vocabulary{
		domains: []string{"gardens", "weaving", "apiary", "harbour", "quarry"},
		tables:  []string{"willows", "hedges", "threads", "spindles", "hives", "frames", "anchors", "berths", "stones", "carts"},
		verbs: []string{
			"weed", "plough", "trim", "dig", "spin", "knot", "braid", "dye", "smoke", "feed",
			"swarm", "breed", "moor", "tow", "dredge", "berth", "blast", "haul", "crush", "sieve",
		},
	}
}

func (v vocabulary) verb(d, i int) string { return v.verbs[d*routines+i] }

// camel writes a name as Go and Ruby export it.
func camel(name string) string {
	r := []rune(name)
	r[0] = unicode.ToUpper(r[0])
	return string(r)
}

// golang writes a shop as a Go module.
func golang(s shop, v vocabulary) map[string]string {
	files := map[string]string{
		"go.mod":                                 "module example.com/shop\n\ngo 1.24\n",
		"internal/platform/database/database.go": "// Package database holds the connection.\npackage database\n\nimport \"database/sql\"\n\n// DB is opened at boot.\nvar DB *sql.DB\n",
	}
	var imports, routes strings.Builder
	for d := range s.domains {
		name := v.domains[d]
		fmt.Fprintf(&imports, "\t\"example.com/shop/internal/%s\"\n", name)
		fmt.Fprintf(&routes, "\thttp.HandleFunc(\"/%s\", %s.%s)\n", name, name, camel(v.verb(d, endpoint)))
		files["internal/"+name+"/"+name+".go"] = goDomain(s, v, d)
	}
	files["cmd/shop/main.go"] = "package main\n\nimport (\n\t\"net/http\"\n\n" + imports.String() + ")\n\nfunc main() {\n" + routes.String() + "\thttp.ListenAndServe(\":80\", nil)\n}\n"
	return files
}

// goLines is the length of every file, so that no domain is most of a program.
const goLines = 220

func goDomain(s shop, v vocabulary, d int) string {
	var b strings.Builder
	needs := map[string]bool{}
	for i, rt := range s.domains[d] {
		name := camel(v.verb(d, i))
		head, tail := fmt.Sprintf("func %s(id int) (int, error) {\n\ttotal := 0\n", name), "\treturn total, nil\n}\n\n"
		if i == endpoint {
			head, tail = fmt.Sprintf("func %s(w http.ResponseWriter, r *http.Request) {\n\ttotal, id := 0, 7\n", name), "\tfmt.Fprintln(w, total)\n}\n\n"
		}
		b.WriteString(head)
		on := "database.DB"
		if rt.inTx {
			b.WriteString("\ttx, _ := database.DB.Begin()\n\tdefer tx.Rollback()\n")
			on = "tx"
		}
		for _, st := range rt.steps {
			b.WriteString(goStep(v, d, st, on))
			if (st.kind == calls || st.kind >= readsHolder) && st.domain != d {
				needs[v.domains[st.domain]] = true
			}
		}
		if rt.inTx {
			b.WriteString("\ttx.Commit()\n")
		}
		b.WriteString(tail)
	}
	var head strings.Builder
	fmt.Fprintf(&head, "package %s\n\nimport (\n\t\"fmt\"\n\t\"log\"\n\t\"net/http\"\n\n\t\"example.com/shop/internal/platform/database\"\n", v.domains[d])
	for _, dom := range v.domains {
		if needs[dom] {
			fmt.Fprintf(&head, "\t\"example.com/shop/internal/%s\"\n", dom)
		}
	}
	head.WriteString(")\n\nvar _ = log.Print\nvar _ = database.DB\n\nvar Seen = map[int]int{}\n\n")
	text := head.String() + b.String()
	return text + strings.Repeat("//\n", max(0, goLines-strings.Count(text, "\n")))
}

func goStep(v vocabulary, d int, st step, on string) string {
	prefix := ""
	if st.domain != d {
		prefix = v.domains[st.domain] + "."
	}
	switch st.kind {
	case readsTable, readsRow:
		return fmt.Sprintf("\t%s.QueryRow(\"SELECT number FROM %s WHERE id = $1\", id).Scan(&total)\n", on, v.tables[st.table])
	case writesTable:
		return fmt.Sprintf("\t%s.Exec(\"INSERT INTO %s (number) VALUES ($1)\", id)\n", on, v.tables[st.table])
	case readsHolder:
		return fmt.Sprintf("\ttotal += %sSeen[id]\n", prefix)
	case writesHolder:
		return fmt.Sprintf("\t%sSeen[id]++\n", prefix)
	}
	call := fmt.Sprintf("%s%s(id)", prefix, camel(v.verb(st.domain, st.to)))
	switch st.how {
	case checked:
		return "\tif _, err := " + call + "; err != nil {\n\t\tlog.Print(err)\n\t}\n"
	case used:
		return "\tif n, err := " + call + "; err == nil {\n\t\ttotal += n\n\t}\n"
	case async:
		return "\tgo " + call + "\n"
	}
	return "\t" + call + "\n"
}

// rails writes a shop as a Rails application of packs.
func rails(s shop, v vocabulary) map[string]string {
	files := map[string]string{
		"Gemfile":                                   "gem \"rails\", \"~> 7.1\"\n",
		"app/models/application_record.rb":          "class ApplicationRecord < ActiveRecord::Base\n  primary_abstract_class\nend\n",
		"app/jobs/application_job.rb":               "class ApplicationJob < ActiveJob::Base\nend\n",
		"app/mailers/application_mailer.rb":         "class ApplicationMailer < ActionMailer::Base\nend\n",
		"app/controllers/application_controller.rb": "class ApplicationController < ActionController::Base\nend\n",
	}
	schema, routes := "ActiveRecord::Schema[7.1].define(version: 1) do\n", "Rails.application.routes.draw do\n"
	for t, d := range s.tables {
		schema += fmt.Sprintf("  create_table %q do |t|\n    t.integer \"number\"\n  end\n", v.tables[t])
		name, model := v.domains[d], v.model(t)
		files[fmt.Sprintf("packs/%s/app/models/%s/%s.rb", name, name, strings.ToLower(model))] =
			fmt.Sprintf("module %s\n  class %s < ApplicationRecord\n  end\nend\n", camel(name), model)
	}
	for d := range s.domains {
		name := v.domains[d]
		routes += fmt.Sprintf("  post %q, to: %q\n", name, name+"/"+v.verb(d, endpoint)+"#create")
		for i, rt := range s.domains[d] {
			path, text := railsRoutine(s, v, d, i, rt)
			files[fmt.Sprintf("packs/%s/app/%s", name, path)] = text
		}
	}
	files["db/schema.rb"], files["config/routes.rb"] = schema+"end\n", routes+"end\n"
	return files
}

func (v vocabulary) model(table int) string { return camel(strings.TrimSuffix(v.tables[table], "s")) }

// railsRoutine writes the class of a routine and its path below the pack's app.
func railsRoutine(s shop, v vocabulary, d, i int, rt routine) (path, text string) {
	name, verb := v.domains[d], v.verb(d, i)
	folder, class, super, method := "services", camel(verb), "", "self.call(id)"
	switch {
	case i == endpoint:
		folder, class, super, method = "controllers", camel(verb)+"Controller", " < ApplicationController", "create"
		verb += "_controller"
	case i == job && d%2 == 0:
		folder, class, super, method = "jobs", camel(verb)+"Job", " < ApplicationJob", "perform(id)"
		verb += "_job"
	case i == job:
		folder, class, super, method = "mailers", camel(verb)+"Mailer", " < ApplicationMailer", "notice(id)"
		verb += "_mailer"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "module %s\n  class %s%s\n    def %s\n      total = 0\n", camel(name), class, super, method)
	if i == endpoint {
		b.WriteString("      id = params[:id]\n")
	}
	if rt.inTx {
		b.WriteString("      ApplicationRecord.transaction do\n")
	}
	for _, st := range rt.steps {
		b.WriteString(railsStep(s, v, st))
	}
	if rt.inTx {
		b.WriteString("      end\n")
	}
	last := "total"
	switch {
	case i == endpoint:
		last = "render json: total"
	case strings.HasPrefix(method, "notice"):
		last = "mail(to: \"desk@example.com\", subject: total)"
	}
	fmt.Fprintf(&b, "      %s\n    end\n  end\nend\n", last)
	return fmt.Sprintf("%s/%s/%s.rb", folder, name, verb), b.String()
}

func railsStep(s shop, v vocabulary, st step) string {
	model := fmt.Sprintf("%s::%s", camel(v.domains[s.tables[st.table]]), v.model(st.table))
	switch st.kind {
	case readsTable:
		return fmt.Sprintf("      total += %s.where(number: id).count\n", model)
	case readsRow:
		return fmt.Sprintf("      total += %s.find(id).number\n", model)
	case writesTable:
		return fmt.Sprintf("      %s.create!(number: id)\n", model)
	case readsHolder, writesHolder:
		return "      total += 1\n" // only Go has them
	}
	module, class := camel(v.domains[st.domain]), camel(v.verb(st.domain, st.to))
	call := fmt.Sprintf("%s::%s.call(id)", module, class)
	if st.to == job {
		when := "now"
		if st.how == async {
			when = "later"
		}
		if st.domain%2 == 0 {
			return fmt.Sprintf("      %s::%sJob.perform_%s(id)\n", module, class, when)
		}
		return fmt.Sprintf("      %s::%sMailer.notice(id).deliver_%s\n", module, class, when)
	}
	switch st.how {
	case checked:
		return "      return 0 unless " + call + "\n"
	case used:
		return "      total += " + call + "\n"
	}
	return "      " + call + "\n"
}

// dialect is a language to write shops in.
type dialect struct {
	name  string
	write func(shop, vocabulary) map[string]string
	seeds uint64
	// variants bounds how many changes of a kind are tried on a shop: a Go module
	// takes long to load.
	variants int
}

func dialects() []dialect { return []dialect{{"go", golang, 1, 1}, {"rails", rails, 12, 3}} }

// sample is a shop in one language, ranked as it is.
type sample struct {
	shop
	dialect
	studied
	before *rank.Ranking
	rand   *rand.Rand
}

// samples writes and ranks some shops in both languages.
func samples(t *testing.T) []sample {
	t.Helper()
	var out []sample
	for _, in := range dialects() {
		for seed := range in.seeds {
			s := sample{shop: randomShop(seed + 1), dialect: in, rand: rand.New(rand.NewPCG(seed, 11))}
			s.studied = study(t, in.write(s.shop, plain()), nil)
			s.before = s.rank()
			out = append(out, s)
		}
	}
	return out
}

// studied is a shop that was written, parsed and collected.
type studied struct {
	facts *facts.Facts
	m     *domains.Map
}

// study writes and parses a shop; shuffle changes the order in which the files
// are read.
func study(t *testing.T, files map[string]string, shuffle *rand.Rand) studied {
	t.Helper()
	root := t.TempDir()
	testtree.Write(t, root, files)
	tree, err := checkout.Walk(root, checkout.Options{})
	if err != nil {
		t.Fatal(err)
	}
	sorted := slices.Clone(tree.Files)
	if shuffle != nil {
		shuffle.Shuffle(len(tree.Files), func(i, j int) { tree.Files[i], tree.Files[j] = tree.Files[j], tree.Files[i] })
	}
	f := facts.Collect(collected(t, tree))
	m, err := domains.Find(domains.Input{Files: sorted, Facts: f})
	if err != nil {
		t.Fatal(err)
	}
	return studied{f, m}
}

// rank ranks a shop, some resources taken as repaired.
func (s studied) rank(without ...string) *rank.Ranking {
	return rank.Rank(rank.Input{Facts: s.facts, Map: s.m, Without: without})
}

// rankShop ranks a shop and insists that each of its domains is a candidate.
func rankShop(t *testing.T, s shop, in dialect, v vocabulary) *rank.Ranking {
	t.Helper()
	r := study(t, in.write(s, v), nil).rank()
	for d := range s.domains {
		if r.Candidate(v.domains[d]) == nil {
			t.Fatalf("%s is no candidate", v.domains[d])
		}
	}
	return r
}
