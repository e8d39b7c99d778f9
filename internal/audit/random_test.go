package audit_test

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/stateaudit/stateaudit/internal/audit"
	"github.com/stateaudit/stateaudit/internal/plan"
	"github.com/stateaudit/stateaudit/internal/rank"
	"github.com/stateaudit/stateaudit/internal/unit"
	"github.com/stateaudit/stateaudit/report"
)

var trees = flag.Int("trees", 40, "how many random trees of each sort are audited")

// TestRandomTreesBreakNoStage audits random small programs of three sorts: what
// comes together in a real checkout, in combinations that nobody wrote down. No
// stage may panic, and the same tree gives the same bytes twice.
func TestRandomTreesBreakNoStage(t *testing.T) {
	fixtures := archives(t)
	for _, sort := range []struct {
		name  string
		share int // of -trees; a tree with Go in it takes the go command's time
		make  func(r *rand.Rand) map[string]string
	}{
		{"ruby", 2, randomRuby},
		{"spliced", 2, func(r *rand.Rand) map[string]string { return spliced(r, fixtures, false) }},
		{"go", 8, randomGo},
		{"spliced with go", 8, func(r *rand.Rand) map[string]string { return spliced(r, fixtures, true) }},
	} {
		t.Run(sort.name, func(t *testing.T) {
			t.Parallel()
			n := *trees / sort.share
			if testing.Short() {
				n /= 4
			}
			for seed := range uint64(max(1, n)) {
				auditTree(t, fmt.Sprintf("%s %d", sort.name, seed), sort.make(rand.New(rand.NewPCG(seed, 11))))
			}
		})
	}
}

// auditTree audits files as a checkout, twice.
func auditTree(t *testing.T, name string, files map[string]string) {
	t.Helper()
	root := t.TempDir()
	for file, content := range files {
		full := filepath.Join(root, filepath.FromSlash(file))
		if os.MkdirAll(filepath.Dir(full), 0o755) != nil || os.WriteFile(full, []byte(content), 0o644) != nil {
			continue // a file where another one wants a folder
		}
	}
	var before []byte
	for range 2 {
		out, err := audit.Study(context.Background(), audit.Options{Root: root, Offline: true})
		if err != nil {
			return // nothing to audit
		}
		for _, e := range out.Result.Errors {
			if e.Kind == unit.Bug {
				t.Errorf("%s: %s", name, e.Message)
			}
		}
		now, err := json.Marshal(out.Result)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		now = append(now, pages(t, out)...)
		if before != nil && !bytes.Equal(before, now) {
			at := 0
			for at < len(now) && at < len(before) && now[at] == before[at] {
				at++
			}
			t.Errorf("%s: two audits differ:\n%.200s\n%.200s", name, before[max(0, at-80):], now[max(0, at-80):])
		}
		before = now
	}
}

// pages writes what is made of a ranking, in every form: the rankings, and the plans of
// all candidates with the contracts of their events.
func pages(t *testing.T, out *audit.Outcome) []byte {
	t.Helper()
	if out.Ranking == nil {
		return nil
	}
	var b bytes.Buffer
	for _, order := range rank.Orders() {
		for _, f := range report.RankingFormats() {
			if err := f.Write(&b, report.Ranked{Result: out.Result, Ranking: out.Ranking, Order: order}, report.Options{}); err != nil {
				t.Error(err)
			}
		}
	}
	for i := range out.Ranking.Candidates {
		p := plan.Make(out.Ranking, &out.Ranking.Candidates[i], out.Result.Findings, nil)
		for _, f := range report.PlanFormats() {
			if err := f.Write(&b, p, report.Options{}); err != nil {
				t.Error(err)
			}
		}
	}
	return b.Bytes()
}

// archives are the fixtures of all rules and readers.
func archives(t testing.TB) []*txtar.Archive {
	t.Helper()
	var out []*txtar.Archive
	for _, pattern := range []string{"../../analyzers/*/testdata/*.txtar", "../../parsers/*/testdata/*.txtar", "../*/testdata/*.txtar"} {
		names, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			a, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, a)
		}
	}
	if len(out) < 20 {
		t.Fatalf("only %d fixtures found", len(out))
	}
	return out
}

// spliced puts files of several fixtures into one tree, some of them damaged or
// moved.
func spliced(r *rand.Rand, from []*txtar.Archive, withGo bool) map[string]string {
	out := map[string]string{}
	for range 2 + r.IntN(4) {
		for _, f := range from[r.IntN(len(from))].Files {
			golang := strings.HasSuffix(f.Name, ".go") || path.Base(f.Name) == "go.mod"
			if f.Name == "want" || golang && !withGo || r.IntN(5) == 0 {
				continue
			}
			name, content := f.Name, string(f.Data)
			if r.IntN(4) == 0 {
				content = damaged(r, content)
			}
			if r.IntN(8) == 0 {
				name = path.Join("engines/other", name)
			}
			out[name] = content
		}
	}
	return out
}

// damaged takes lines away, doubles some, or cuts the text anywhere.
func damaged(r *rand.Rand, content string) string {
	lines := strings.SplitAfter(content, "\n")
	at := r.IntN(len(lines))
	end := min(len(lines), at+1+r.IntN(4))
	switch r.IntN(4) {
	case 0:
		return strings.Join(slices.Delete(lines, at, end), "")
	case 1:
		return strings.Join(slices.Insert(lines, at, lines[at:end]...), "")
	case 2:
		return content[:r.IntN(len(content)+1)]
	}
	return strings.ReplaceAll(content, "order", "user")
}

func one(r *rand.Rand, of ...string) string { return of[r.IntN(len(of))] }

// randomRuby makes a Rails application of few names, so that everything collides:
// classes that many files open, blocks in their bodies, calls over all borders.
func randomRuby(r *rand.Rand) map[string]string {
	files := map[string]string{"Gemfile": "gem 'rails'\n", "config/routes.rb": "Rails.application.routes.draw do\n  resources :orders, :users\n  namespace(:billing) { resources :invoices }\nend\n"}
	if r.IntN(2) == 0 {
		files["db/schema.rb"] = "ActiveRecord::Schema.define do\n  create_table 'orders' do |t|\n    t.string 'name'\n    t.references :user, foreign_key: true\n  end\n  create_table 'users' do |t|\n    t.string 'email'\n  end\nend\n"
	}
	folders := []string{"app/models", "app/controllers", "app/services", "app/services/billing", "app/jobs", "app/mailers/billing", "lib", "lib/billing", "packs/billing/app/models", "packs/orders/app/services", "config/initializers", "app/models/concerns", "spec/models", "engines/shop/app/models"}
	for range 3 + r.IntN(10) {
		name := path.Join(one(r, folders...), one(r, "order", "user", "invoice", "orders_controller", "billing", "charge_job", "order_mailer")+".rb")
		var b strings.Builder
		for range 1 + r.IntN(2) {
			rubyClass(r, &b, 0)
		}
		files[name] = b.String()
	}
	return files
}

func rubyClass(r *rand.Rand, b *strings.Builder, depth int) {
	name := one(r, "Order", "User", "Invoice", "Billing", "OrdersController", "Billing::Invoice", "ChargeJob", "OrderMailer", "::Order", "Shop")
	switch r.IntN(4) {
	case 0:
		fmt.Fprintf(b, "module %s\n", name)
	case 1:
		fmt.Fprintf(b, "class %s\n", name)
	default:
		fmt.Fprintf(b, "class %s < %s\n", name, one(r, "ApplicationRecord", "ApplicationController", "ApplicationJob", "ApplicationMailer", "Order", "Billing::Invoice", "Struct.new(:a)"))
	}
	for range r.IntN(6) {
		switch r.IntN(9) {
		case 0:
			if depth < 2 {
				rubyClass(r, b, depth+1)
			}
		case 1, 2, 3:
			fmt.Fprintf(b, "def %s%s(a, b = nil, *c, k: 1, &d)\n", one(r, "", "self."), rubyName(r))
			rubyBody(r, b, 0)
			b.WriteString("end\n")
		case 4:
			fmt.Fprintf(b, "%s :%s%s\n", one(r, "belongs_to", "has_many", "before_action", "after_commit", "include", "delegate", "attr_accessor", "encrypts", "helper_method", "alias_method"), rubyName(r), one(r, "", ", :user", ", to: :order", ", class_name: 'Billing::Invoice'"))
		case 5:
			fmt.Fprintf(b, "%s do |x|\n", one(r, "included", "class_methods", "after_save", "scope :x, ->", "concerning :Y", "configure", "class << self; end; 1.times", "define_method(:z)"))
			rubyBody(r, b, 0)
			b.WriteString("end\n")
		case 6:
			fmt.Fprintf(b, "%s = %s\n", one(r, "CACHE", "@@all", "@seen", "$last", "LIMIT"), rubyValue(r, 0))
		case 7:
			fmt.Fprintf(b, "%s\n", one(r, "include Order", "extend Billing", "include ::Shop", "private", "class << self\n attr_reader :seen\nend", "prepend Billing", "self.table_name = 'users'", "end end", "def"))
		case 8:
			rubyBody(r, b, 1)
		}
	}
	b.WriteString("end\n")
}

func rubyName(r *rand.Rand) string {
	return one(r, "call", "create", "order", "user", "perform", "charge", "initialize", "invoice", "name", "update!", "billing", "deliver")
}

func rubyBody(r *rand.Rand, b *strings.Builder, depth int) {
	for range 1 + r.IntN(3) {
		switch r.IntN(8) {
		case 0:
			fmt.Fprintf(b, "%s %s %s\n", one(r, "@seen", "@@all", "CACHE[a]", "$last", "x", "self.name", "Order.seen"), one(r, "=", "||=", "<<", "+="), rubyValue(r, 0))
		case 1:
			if depth < 3 {
				fmt.Fprintf(b, "%s do |x|\n", one(r, "Order.transaction", "Thread.new", "a.each", "Rails.cache.fetch(a)", "loop", "Mutex.new.synchronize", "proc"))
				rubyBody(r, b, depth+1)
				b.WriteString("end\n")
			}
		case 2:
			if depth < 3 {
				fmt.Fprintf(b, "%s %s\n", one(r, "if", "unless", "while", "case"), rubyValue(r, 0))
				rubyBody(r, b, depth+1)
				b.WriteString("end\n")
			}
		case 3:
			fmt.Fprintf(b, "return %s\n", rubyValue(r, 0))
		default:
			fmt.Fprintf(b, "%s\n", rubyValue(r, 0))
		}
	}
}

func rubyValue(r *rand.Rand, depth int) string {
	if depth > 3 {
		return one(r, "a", "nil", "self", "1")
	}
	switch r.IntN(7) {
	case 0:
		return one(r, "{}", "[]", "a", "@seen", "@@all", "CACHE", "nil", "'text'", ":sym", "session[:user]", "params[:id]", "flash[:x]", "order", "self")
	case 1, 2, 3:
		return fmt.Sprintf("%s%s%s(%s)", one(r, "Order", "User", "Billing::Invoice", "order", "user", "self", "ChargeJob", "OrderMailer.with(a: 1)", rubyValue(r, depth+1)), one(r, ".", "&.", "::"), one(r, rubyName(r), "new", "find", "where", "perform_later", "deliver_now", "save!", "send", "tap", "new.call"), rubyValue(r, depth+1))
	case 4:
		return fmt.Sprintf("%s { |y| %s }", one(r, "a.map", "Order.find_each", "lambda", "tap"), rubyValue(r, depth+1))
	case 5:
		return fmt.Sprintf("(%s ? %s : %s)", rubyValue(r, depth+1), rubyValue(r, depth+1), rubyValue(r, depth+1))
	}
	return fmt.Sprintf("\"#{%s} text\"", one(r, "a", "order.name", "@seen"))
}

// randomGo makes packages that declare and use the same few names; many do not
// compile, which is no reason to fail.
func randomGo(r *rand.Rand) map[string]string {
	files := map[string]string{"go.mod": "module example.com/shop\n\ngo 1.22\n", "main.go": "package main\n\nimport (\n\t\"net/http\"\n\t\"example.com/shop/internal/orders\"\n)\n\nfunc main() {\n\thttp.HandleFunc(\"/\", orders.Create)\n\tgo orders.Update(nil, nil)\n\thttp.ListenAndServe(\":80\", nil)\n}\n"}
	packages := []string{"internal/orders", "internal/users", "internal/billing", "internal/util", "pkg/mail", "internal/orders/store"}
	for i := range 3 + r.IntN(6) {
		p := packages[min(i, r.IntN(len(packages)))]
		var b strings.Builder
		fmt.Fprintf(&b, "package %s\n\nimport (\n\t\"net/http\"\n\t\"sync\"\n\t\"database/sql\"\n\tother \"example.com/shop/%s\"\n)\n\nvar mu sync.Mutex\nvar db *sql.DB\nvar seen = map[string]int{}\n\ntype Store struct{ mu sync.Mutex; all map[string]*Store; next *Store; Store2 }\ntype Store2 interface{ Get(string) *Store }\n\n", path.Base(p), one(r, packages...))
		for _, name := range []string{"Create", "Update", "Charge"} {
			fmt.Fprintf(&b, "func %s%s(w http.ResponseWriter, r *http.Request) {\n", one(r, "", "", "(s *Store) "), name)
			for range r.IntN(5) {
				b.WriteString("\t" + one(r, "seen[r.URL.Path]++", "mu.Lock()", "defer mu.Unlock()", "other.Create(w, r)", "go other.Update(w, r)", "go func() { for { other.Charge(w, r) } }()", "db.Exec(\"UPDATE orders SET x=1\")",
					"tx, _ := db.Begin(); tx.Exec(\"INSERT INTO users VALUES (1)\"); other.Charge(w, r); tx.Commit()", "s := &Store{}; s.all[\"x\"] = s.next; _ = s", "f := func(k string) { seen[k] = 1 }; f(\"x\")", "var x Store2 = other.Get(\"x\"); x.Get(\"y\")", "return }; func init() {") + "\n")
			}
			b.WriteString("}\n\n")
		}
		files[path.Join(p, fmt.Sprintf("f%d.go", i%3))] = b.String()
	}
	return files
}

// FuzzTree audits an archive of files as a checkout: any names, any bytes.
func FuzzTree(f *testing.F) {
	// Some will do: each takes a second, with the race detector or counting more, all are
	// read before the first is changed, and the rules' tests read them too.
	every := 12
	if testing.Short() {
		every = 24
	}
	for i, a := range archives(f) {
		golang := slices.ContainsFunc(a.Files, func(file txtar.File) bool { return path.Base(file.Name) == "go.mod" })
		if i%every != 0 || golang {
			continue // an input may take ten seconds, and the go command counts too; random trees have it
		}
		if data := txtar.Format(a); len(data) < 6000 {
			f.Add(data)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 1<<15 {
			return
		}
		files := map[string]string{}
		for _, file := range txtar.Parse(data).Files {
			if filepath.IsLocal(file.Name) && !strings.ContainsRune(file.Name, 0) && len(file.Name) < 200 {
				files[file.Name] = string(file.Data)
			}
		}
		auditTree(t, "archive", files)
	})
}
