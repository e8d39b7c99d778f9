// Package reports writes exports from the replica.
package reports

import (
	"database/sql"
	"encoding/csv"
	"encoding/json"
	"io"
	"net/http"
	"sync/atomic"
	"text/template"
	"time"
)

type exporter func(io.Writer, [][]string) error

// exporters are filled by init alone.
var exporters = map[string]exporter{}

func register(format string, e exporter) {
	exporters[format] = e
}

func init() {
	register("csv", func(w io.Writer, rows [][]string) error { return csv.NewWriter(w).WriteAll(rows) })
	register("json", func(w io.Writer, rows [][]string) error { return json.NewEncoder(w).Encode(rows) })
	register("text", func(w io.Writer, rows [][]string) error { return page.Execute(w, rows) })
}

var page = template.Must(template.New("page").Parse("{{range .}}{{index . 0}}: {{index . 1}}\n{{end}}"))

const maxExports = 3

// running counts the exports under way: more than three at a time are refused.
var running atomic.Int64 // want: mutable-singleton group=rate-limiter

// Reader reads from the replica.
type Reader struct {
	replica *sql.DB // want: connection-pool group=client-pool
}

// Open connects to the replica.
func Open(url string) (*Reader, error) {
	db, err := sql.Open("postgres", url)
	if err != nil {
		return nil, err
	}
	db.SetConnMaxIdleTime(time.Minute)
	return &Reader{replica: db}, nil
}

// Export writes a report in the format that was asked for.
func (rd *Reader) Export(w http.ResponseWriter, r *http.Request) {
	if running.Add(1) > maxExports {
		running.Add(-1)
		http.Error(w, "too many exports", http.StatusTooManyRequests)
		return
	}
	defer running.Add(-1)

	export, ok := exporters[r.FormValue("format")]
	if !ok {
		http.Error(w, "unknown format", http.StatusBadRequest)
		return
	}
	result, err := rd.rows(r.PathValue("id"))
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	_ = export(w, result)
}

func (rd *Reader) rows(tenant string) ([][]string, error) {
	rows, err := rd.replica.Query("SELECT currency, sum(total) FROM orders WHERE tenant_id = $1 GROUP BY currency", tenant)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out [][]string
	for rows.Next() {
		line := make([]string, 2)
		if err := rows.Scan(&line[0], &line[1]); err != nil {
			return nil, err
		}
		out = append(out, line)
	}
	return out, rows.Err()
}
