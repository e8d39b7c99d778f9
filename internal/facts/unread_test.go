package facts

import (
	"testing"

	"github.com/stateaudit/stateaudit/internal/catalog"
	"github.com/stateaudit/stateaudit/internal/program"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// TestUnread holds what counts as a question to a database that was not understood, and
// what does not.
func TestUnread(t *testing.T) {
	call := func(callee, name string, args ...unit.Value) unit.Call {
		return unit.Call{Callee: callee, Name: name, External: true, Args: args}
	}
	computed := unit.Value{Kind: unit.Result, Callee: "example.com/shop.statement"}
	given := unit.Value{Type: "string", Place: &unit.Place{Root: unit.RootParam, Name: "1"}}
	ctx := unit.Value{Type: "context.Context", Place: &unit.Place{Root: unit.RootParam, Name: "0"}}
	p := program.Link([]*unit.Unit{{Language: unit.Go, Foreign: []unit.Foreign{
		{ID: "example.org/bright.Store.FindAll", Effects: []unit.ForeignEffect{{Kind: unit.ReadsDatabase}}},
		{ID: "example.org/platform.Find", Effects: []unit.ForeignEffect{{Kind: unit.Network}}},
	}}}, catalog.New(nil))
	for name, c := range map[string]struct {
		fn   unit.Function
		used bool
		want bool
	}{
		"statement that is computed": {unit.Function{Calls: []unit.Call{call("database/sql.DB.QueryContext", "QueryContext", ctx, computed)}}, false, true},
		"mapper that nobody knows":   {unit.Function{Calls: []unit.Call{call("example.org/storage/quickorm.Session.FindBy", "FindBy", unit.Value{Kind: unit.Literal, Text: "3"})}}, false, true},
		"driver":                     {unit.Function{Calls: []unit.Call{call("github.com/jackc/pgx/v5/pgxpool.Pool.Exec", "Exec", ctx, computed)}}, false, true},
		"library with a plain name":  {unit.Function{Calls: []unit.Call{call("example.org/bright.Store.FindAll", "FindAll", computed)}}, false, true},
		"class of Ruby":              {unit.Function{Calls: []unit.Call{call("Sequel::Dataset#first", "first")}}, false, true},
		"statement that was given":   {unit.Function{Calls: []unit.Call{call("database/sql.DB.QueryContext", "QueryContext", ctx, given)}}, false, false},
		"statement that is known":    {unit.Function{Statements: []unit.Statement{{Text: "SELECT 1"}}, Calls: []unit.Call{call("database/sql.DB.Query", "Query", computed)}}, false, false},
		"table that is known":        {unit.Function{Calls: []unit.Call{call("gorm.io/gorm.DB.Find", "Find", computed)}}, true, false},
		"opening":                    {unit.Function{Calls: []unit.Call{call("sqlalchemy.create_engine", "create_engine", computed)}}, false, false},
		"end of a transaction":       {unit.Function{Calls: []unit.Call{call("database/sql.Tx.Commit", "Commit")}}, false, false},
		"code of the checkout":       {unit.Function{Calls: []unit.Call{{Callee: "example.com/shop/db.Find", Name: "Find"}}}, false, false},
		"other libraries":            {unit.Function{Calls: []unit.Call{call("example.org/platform.Find", "Find"), call("github.com/graph/graphql.Query", "Query"), call("example.org/form.Save", "Save")}}, false, false},
	} {
		f := &Facts{Program: p, uses: map[string][]Use{}}
		if c.used {
			f.uses[""] = []Use{{Kind: TableUse, Name: "orders"}}
		}
		f.noteUnread(&program.Function{Function: &c.fn})
		if got := len(f.Unread()) == 1; got != c.want {
			t.Errorf("%s: %v", name, f.Unread())
		}
	}
}
