package facts

import (
	"fmt"
	"strings"
	"testing"
)

func TestTables(t *testing.T) {
	for _, c := range []struct{ sql, want string }{
		{"SELECT a FROM orders WHERE id = $1", "orders"},
		{"select * from public.orders o left join line_items li on li.order_id = o.id", "orders line_items"},
		{`INSERT INTO "line_items" (sku, quantity) VALUES ($1, $2) ON CONFLICT (sku) DO UPDATE SET quantity = 2`, "line_items!"},
		{"UPDATE orders SET status = 'from users' WHERE id = $1", "orders!"},
		{"UPDATE `orders` AS o SET o.x = 1", "orders!"},
		{"DELETE FROM sessions WHERE expires < now()", "sessions!"},
		{"SELECT a.x, b.y FROM accounts a, books b WHERE a.id = b.id", "accounts books"},
		{"SELECT EXTRACT(EPOCH FROM created_at) FROM events", "events"},
		{"SELECT 1 FROM (SELECT 2 FROM inner_table) x", "inner_table"},
		{"WITH recent AS (SELECT * FROM orders) SELECT * FROM recent JOIN users ON true", "orders users"},
		{"SELECT * FROM jobs FOR UPDATE SKIP LOCKED", "jobs"},
		{"SELECT * FROM %s WHERE id = ?", ""},
		{"SELECT x IS DISTINCT FROM y FROM t", "t"},
		{"select count(*) from generate_series(1, 10)", ""},
		{"MERGE INTO stock USING x ON true", "stock!"},
		{"REPLACE INTO kv (k, v) VALUES (1, 2)", "kv!"},
		{"-- from users\nSELECT 1 FROM [dbo].[Orders]", "orders"},
		{"INSERT INTO archive SELECT * FROM orders", "archive! orders"},
		{"could not read from the file", ""},
		{"TRUNCATE TABLE logs", "logs!"},
	} {
		var got []string
		for _, touch := range Tables(c.sql) {
			mark := ""
			if touch.Write {
				mark = "!"
			}
			got = append(got, touch.Table+mark)
		}
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("%s: %q, want %q", c.sql, s, c.want)
		}
	}
}

func FuzzTables(f *testing.F) {
	for _, s := range []string{"SELECT a FROM b, c JOIN d", "INSERT INTO \"x\".\"y\" (z)", "'", "[", "/*", "WITH a AS (", "UPDATE", "EXTRACT(x FROM"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, sql string) {
		for _, touch := range Tables(sql) {
			if touch.Table == "" || strings.ContainsAny(touch.Table, " \n'\"") {
				t.Errorf("%q: %s", sql, fmt.Sprint(touch))
			}
		}
	})
}

// FuzzSchema reads anything as a schema: tables, columns and keys have names, and
// lie in lines that there are.
func FuzzSchema(f *testing.F) {
	for _, s := range []string{
		"CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint REFERENCES users (id), CHECK (id > 0));\nALTER TABLE ONLY public.orders ADD CONSTRAINT x FOREIGN KEY (a) REFERENCES b(c);",
		"create table if not exists `a`.`b` (`c` varchar(20) default 'x;y');", "CREATE TABLE (", "ALTER TABLE x REFERENCES", "CREATE TABLE a (b", "CREATE UNLOGGED TABLE [a].[b] ([c] int,,)",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, sql string) {
		s := &Schema{Tables: map[string]*Table{}}
		s.readSQL(SQLFile{Path: "db/structure.sql", Content: sql})
		s.sortKeys()
		lines := strings.Count(sql, "\n") + 1
		named := func(name string, line int) {
			if name == "" || strings.ContainsAny(name, " \n\t.()[],;'\"`") || line < 1 || line > lines {
				t.Errorf("%q: name %q in line %d of %d", sql, name, line, lines)
			}
		}
		for name, table := range s.Tables {
			named(name, table.Location.Line)
			for column := range table.Columns {
				named(column, table.Location.Line)
			}
		}
		for _, k := range s.Keys {
			named(k.From, k.Location.Line)
			named(k.To, k.Location.Line)
		}
	})
}
