package localdiskstate_test

import (
	"strings"
	"testing"

	"github.com/stateaudit/stateaudit/internal/audit"
	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/testtree"
)

// TestChoiceOfADatabase writes the same choice in many ways, and holds that each gives
// the same verdict and names what it hangs on; that what nothing guards names nothing,
// and that tests of what is no configuration are no guard.
func TestChoiceOfADatabase(t *testing.T) {
	const env = "unless DATABASE_URL is set"
	for name, c := range map[string]struct{ body, want string }{
		"if and else":       {"if url := os.Getenv(\"DATABASE_URL\"); url != \"\" {\n\t\treturn server(url)\n\t} else {\n\t\treturn file()\n\t}", env},
		"the other way":     {"if os.Getenv(\"DATABASE_URL\") == \"\" {\n\t\treturn file()\n\t}\n\treturn server(os.Getenv(\"DATABASE_URL\"))", env},
		"early return":      {"url := os.Getenv(\"DATABASE_URL\")\n\tif url != \"\" {\n\t\treturn server(url)\n\t}\n\treturn file()", env},
		"looked up":         {"url, ok := os.LookupEnv(\"DATABASE_URL\")\n\tif ok {\n\t\treturn server(url)\n\t}\n\treturn file()", env},
		"not looked up":     {"url, ok := os.LookupEnv(\"DATABASE_URL\")\n\tif !ok {\n\t\treturn file()\n\t}\n\treturn server(url)", env},
		"assigned":          {"db := file()\n\treturn db", ""},
		"switch of nothing": {"switch url := os.Getenv(\"DATABASE_URL\"); {\n\tcase url != \"\":\n\t\treturn server(url)\n\tdefault:\n\t\treturn file()\n\t}", env},
		"nested":            {"if url := os.Getenv(\"DATABASE_URL\"); !(url == \"\") {\n\t\treturn server(url)\n\t}\n\tfor range 1 {\n\t\treturn file()\n\t}\n\treturn nil", env},
		"field":             {"if cfg.URL != \"\" {\n\t\treturn server(cfg.URL)\n\t}\n\treturn file()", "unless `cfg.URL` is set"},
		"switch of a field": {"switch cfg.Driver {\n\tcase \"postgres\":\n\t\treturn server(cfg.URL)\n\tcase \"sqlite\":\n\t\treturn file()\n\t}\n\treturn nil", "if `cfg.Driver` is \"sqlite\""},
		"default":           {"switch cfg.Driver {\n\tcase \"postgres\":\n\t\treturn server(cfg.URL)\n\tdefault:\n\t\treturn file()\n\t}", "unless `cfg.Driver` is \"postgres\""},
		"before it":         {"if cfg.Driver != \"\" {\n\t\tif len(os.Args) > 1 {\n\t\t\treturn nil\n\t\t}\n\t}\n\treturn file()", ""},
		"refused":           {"open := func() (*sql.DB, error) {\n\t\tif cfg.URL == \"\" {\n\t\t\treturn nil, os.ErrInvalid\n\t\t}\n\t\treturn sql.Open(\"sqlite3\", \"/var/lib/shop/shop.db\")\n\t}\n\treturn must(open())", ""},
		"handed back":       {"open := func() (*sql.DB, error) {\n\t\tif cfg.URL != \"\" {\n\t\t\treturn server(cfg.URL), nil\n\t\t}\n\t\treturn sql.Open(\"sqlite3\", \"/var/lib/shop/shop.db\")\n\t}\n\treturn must(open())", "unless `cfg.URL` is set"},
		"no configuration":  {"if n := len(os.Args); n > 1 {\n\t\treturn server(os.Args[1])\n\t}\n\treturn file()", ""},
	} {
		body := strings.ReplaceAll(c.body, "file()", "must(sql.Open(\"sqlite3\", \"/var/lib/shop/shop.db\"))")
		root := t.TempDir()
		testtree.Write(t, root, map[string]string{
			"go.mod":  "module example.com/shop\n\ngo 1.22\n",
			"main.go": "package main\n\nimport (\n\t\"database/sql\"\n\t\"net/http\"\n\t\"os\"\n)\n\ntype config struct{ URL, Driver string }\n\nvar _ = os.Args\n\nfunc must(db *sql.DB, err error) *sql.DB { return db }\n\nfunc server(url string) *sql.DB { return must(sql.Open(url, url)) }\n\nfunc open(cfg *config) *sql.DB {\n\t" + body + "\n}\n\nfunc main() {\n\tdb := open(&config{})\n\thttp.HandleFunc(\"/\", func(w http.ResponseWriter, r *http.Request) { db.Exec(\"UPDATE orders SET seen = 1\") })\n\thttp.ListenAndServe(\":80\", nil)\n}\n",
		})
		r, err := audit.Run(t.Context(), audit.Options{Root: root, Offline: true})
		if err != nil {
			t.Fatal(err)
		}
		var told []result.Finding
		for _, f := range r.Findings {
			if f.Rule == "local-disk-state" {
				told = append(told, f)
			}
		}
		if len(told) != 1 || told[0].Level != result.Warning {
			t.Errorf("%s: %+v; errors %v", name, told, r.Errors)
			continue
		}
		said, sure := strings.Contains(told[0].Message, "on this host, "+c.want+"."), told[0].Confidence == result.Proven
		if c.want == "" {
			said = strings.Contains(told[0].Message, "on this host.")
		}
		if !said || sure != (c.want == "") {
			t.Errorf("%s: %s (%s), want %q", name, told[0].Message, told[0].Confidence, c.want)
		}
	}
}
