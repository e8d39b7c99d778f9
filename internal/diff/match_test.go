package diff

import (
	"reflect"
	"strings"
	"testing"
)

// ids reads "rule symbol path" lines.
func ids(lines ...string) []Identity {
	var out []Identity
	for _, l := range lines {
		w := strings.Fields(l)
		out = append(out, Identity{w[0], w[1], w[2]})
	}
	return out
}

func TestMatch(t *testing.T) {
	for _, c := range []struct {
		name          string
		before, after []Identity
		want          Matched
	}{
		{"nothing", nil, nil, Matched{}},
		{"same in another order", ids("r a f", "r b f"), ids("r b f", "r a f"), Matched{Same: []Pair{{1, 0}, {0, 1}}}},
		{"added and gone", ids("r a f"), ids("r b f"), Matched{Gone: []int{0}, Added: []int{0}}},
		{"another rule", ids("r a f"), ids("s a f"), Matched{Gone: []int{0}, Added: []int{0}}},
		{"one more of the same", ids("r a f"), ids("r a f", "r a f"), Matched{Same: []Pair{{0, 0}}, Added: []int{1}}},
		{"one less of the same", ids("r a f", "r a f"), ids("r a f"), Matched{Same: []Pair{{0, 0}}, Gone: []int{1}}},
		{"moved within the folder", ids("r a d/f.go"), ids("r a d/g.go"), Matched{Moved: []Pair{{0, 0}}}},
		{"moved with its file", ids("r a d/f.go"), ids("r a e/f.go"), Matched{Moved: []Pair{{0, 0}}}},
		{"a common name elsewhere", ids("r a d/f.go"), ids("r a e/g.go"), Matched{Gone: []int{0}, Added: []int{0}}},
		{"package renamed", ids("r db.x i/db/f.go", "r db.y i/db/f.go"), ids("r database.x i/database/f.go", "r database.y i/database/f.go"), Matched{Moved: []Pair{{0, 0}, {1, 1}}}},
		{"module renamed", ids("r A::B.x f.rb"), ids("r C::B.x g/f.rb"), Matched{Moved: []Pair{{0, 0}}}},
		{"two of one name", ids("r a.x i/db/f.go", "r b.x i/db/f.go"), ids("r c.x i/database/f.go"), Matched{Gone: []int{0, 1}, Added: []int{0}}},
		{"another name in the same file", ids("r a.x f.go"), ids("r a.y f.go"), Matched{Gone: []int{0}, Added: []int{0}}},
		{"two that it could have become", ids("r a d/f.go"), ids("r a d/g.go", "r a d/h.go"), Matched{Gone: []int{0}, Added: []int{0, 1}}},
		{"still there, and once more", ids("r a d/f.go"), ids("r a d/f.go", "r a d/g.go"), Matched{Same: []Pair{{0, 0}}, Added: []int{1}}},
	} {
		got := Match(c.before, c.after)
		for _, list := range []*[]int{&got.Gone, &got.Added} {
			if len(*list) == 0 {
				*list = nil
			}
		}
		if !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}
