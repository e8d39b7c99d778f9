package facts

import (
	"strings"
)

// Touch is a table that an SQL text reads or writes.
type Touch struct {
	Table string
	Write bool
}

// Tables lists the tables that an SQL text names, each once for reading and once
// for writing, in the order in which they are met. Texts may be fragments; what
// is no table name (a subquery, a placeholder) is passed over, and so are the
// names that the statement itself makes with WITH.
func Tables(sql string) []Touch {
	words := sqlWords(sql)
	made := withNames(words)
	var out []Touch
	add := func(i int, write bool) {
		name := tableName(words, i)
		if name == "" || made[name] {
			return
		}
		for _, t := range out {
			if t.Table == name && t.Write == write {
				return
			}
		}
		out = append(out, Touch{name, write})
	}
	for i := range words {
		switch upper(words, i) {
		case "INTO":
			if before(words, i, "INSERT", "REPLACE", "IGNORE", "MERGE", "UPSERT") {
				add(i+1, true)
			}
		case "UPDATE":
			if i == 0 || !before(words, i, "FOR", "DO", "ON", "KEY") {
				updated(words, i, add)
			}
		case "FROM":
			fromClause(words, i, add)
		case "JOIN":
			add(i+1, false)
		case "TRUNCATE":
			if upper(words, i+1) == "TABLE" {
				add(i+2, true)
			}
		}
	}
	return out
}

// updated reads `UPDATE [ONLY] t [AS] [x] SET`.
func updated(words []string, i int, add func(int, bool)) {
	at := i + 1
	if u := upper(words, at); u == "ONLY" || u == "IGNORE" {
		at++
	}
	for n := at + 1; n <= at+5; n++ {
		if upper(words, n) == "SET" {
			add(at, true)
			return
		}
	}
}

// fromClause reads the list of tables after FROM. EXTRACT(x FROM y) and its like
// are told by the bracket that is open before them.
func fromClause(words []string, i int, add func(int, bool)) {
	write := upper(words, i-1) == "DELETE"
	if u := upper(words, i-2); u == "EXTRACT" || u == "SUBSTRING" || u == "TRIM" || u == "OVERLAY" {
		return
	}
	if i >= 3 && words[i-2] == "(" {
		switch upper(words, i-3) {
		case "EXTRACT", "SUBSTRING", "TRIM", "OVERLAY":
			return
		}
	}
	if upper(words, i-1) == "DISTINCT" { // IS DISTINCT FROM
		return
	}
	at := i + 1
	if upper(words, at) == "ONLY" {
		at++
	}
	add(at, write)
	for n := at + 1; n <= at+3 && n < len(words); n++ {
		if words[n] == "," {
			fromClause(words[:], n, func(j int, _ bool) { add(j, false) })
			return
		}
		if u := upper(words, n); words[n] == "(" || words[n] == ")" || u == "WHERE" || u == "JOIN" || u == "ORDER" || u == "GROUP" {
			return
		}
	}
}

// withNames are the names of common table expressions.
func withNames(words []string) map[string]bool {
	made := map[string]bool{}
	for i := range words {
		if upper(words, i) == "AS" && i > 0 && i+1 < len(words) && words[i+1] == "(" {
			if u := upper(words, i-2); u == "WITH" || u == "RECURSIVE" || i >= 2 && words[i-2] == "," {
				made[strings.ToLower(words[i-1])] = true
			}
		}
	}
	return made
}

// tableName is the word at an index if it names a table: without schema, in
// lower case.
func tableName(words []string, i int) string {
	if i < 0 || i >= len(words) {
		return ""
	}
	w := words[i]
	if j := strings.LastIndexByte(w, '.'); j >= 0 {
		w = w[j+1:]
	}
	if w == "" || len(w) > 63 || !isNameStart(w[0]) || i+1 < len(words) && words[i+1] == "(" && !columnList(words, i) {
		return ""
	}
	lower := strings.ToLower(w)
	switch lower {
	case "select", "set", "values", "where", "lateral", "unnest", "generate_series", "the", "a", "an", "this", "dual", "only", "table",
		"left", "right", "inner", "outer", "full", "cross", "natural", "on", "using", "and", "or", "not", "null", "is", "in", "by", "for", "as", "from", "into", "join", "union",
		"information_schema", "pg_class", "sqlite_master", "pg_tables", "pg_stat_activity", "pg_locks", "pg_indexes", "of", "your", "my", "our", "all", "any", "another", "each", "its", "it", "here", "there":
		return ""
	}
	return lower
}

// columnList tells `INSERT INTO t (a, b)` from a call of a function.
func columnList(words []string, i int) bool {
	return upper(words, i-1) == "INTO"
}

func before(words []string, i int, any ...string) bool {
	u := upper(words, i-1)
	for _, a := range any {
		if u == a {
			return true
		}
	}
	return false
}

func upper(words []string, i int) string {
	if i < 0 || i >= len(words) {
		return ""
	}
	return strings.ToUpper(words[i])
}

// sqlWords splits SQL into names, numbers and single signs. Quotes around names
// are dropped, text in single quotes and comments are left out.
func sqlWords(sql string) []string {
	var words []string
	for i := 0; i < len(sql); {
		c := sql[i]
		switch {
		case c == '\'':
			i = skipText(sql, i)
			words = append(words, "''")
		case strings.HasPrefix(sql[i:], "--"):
			i = skipTo(sql, i, "\n")
		case strings.HasPrefix(sql[i:], "/*"):
			i = skipTo(sql, i, "*/")
		case isNameStart(c) || c == '"' || c == '`' || c == '[':
			var w string
			w, i = sqlName(sql, i)
			if w != "" {
				words = append(words, w)
			}
		case c == ' ' || c == '\n' || c == '\t' || c == '\r':
			i++
		default:
			words = append(words, sql[i:i+1])
			i++
		}
	}
	return words
}

// sqlName reads a name with its quotes and qualifiers: "public"."orders".
func sqlName(sql string, i int) (string, int) {
	var b strings.Builder
	start := i
	for i < len(sql) {
		c := sql[i]
		switch {
		case isNameStart(c) || c >= '0' && c <= '9' || c == '.' || c == '$':
			b.WriteByte(c)
			i++
		case (c == '"' || c == '`') && i+1 < len(sql):
			i++
		case c == '[' && (i == start || sql[i-1] == '.') || c == ']' && sql[start] == '[':
			i++
		default:
			return b.String(), max(i, start+1)
		}
	}
	return b.String(), i
}

func skipText(sql string, i int) int {
	for i++; i < len(sql); i++ {
		if sql[i] == '\'' {
			return i + 1
		}
	}
	return i
}

func skipTo(sql string, i int, end string) int {
	if j := strings.Index(sql[i:], end); j >= 0 {
		return i + j + len(end)
	}
	return len(sql)
}

func isNameStart(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c >= 0x80
}
