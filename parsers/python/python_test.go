package python

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// FuzzParse holds that no source makes the front end panic or hang, that the same bytes
// give the same unit, and that locations lie inside the file.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"", "x = {}\n\ndef f(a, b=[], *c, **d):\n    global x\n    x[a] = b\n    return x.get(a) or {}\n",
		"class A(B, metaclass=M):\n    n: int = 1\n    def __init__(self):\n        self.x = []\n    @property\n    def y(self):\n        return self.x\n",
		"from . import a\nfrom ..b import *\nimport c.d as e\n@a.route('/')\nasync def f():\n    async with e.lock:\n        await e.g(lambda q: q)\n",
		"try:\n    x[1]\nexcept KeyError:\n    x[1] = [i for i, j in z if i]\nwhile True:\n    if (n := f()): break\n",
		"def", "class :\n  (", "match x:\n    case [1, *y]: pass\n", "\xff\xfe", "del a.b, c[0]\nx: Dict[str, 'A.B'] = {**a}\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		once, again := parseFile("app/views.py", content), parseFile("app/views.py", content)
		a, b := encoded(t, once), encoded(t, again)
		if a != b {
			t.Fatal("the same bytes give two units")
		}
		for _, fn := range once.Functions {
			if fn.Location.Line < 1 || fn.Location.Line > once.Files[0].Lines+1 {
				t.Fatalf("%s stands at line %d of %d", fn.ID, fn.Location.Line, once.Files[0].Lines)
			}
		}
		resolve([]*unit.Unit{once})
	})
}

func encoded(t *testing.T, u *unit.Unit) string {
	t.Helper()
	out, err := json.Marshal(u)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// TestResolveCircles holds that packages which take over from each other with stars, and
// names that nobody declares, are looked up in the time of one look at each.
func TestResolveCircles(t *testing.T) {
	var units []*unit.Unit
	for _, from := range []string{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n"} {
		source := "import os\n"
		for _, to := range []string{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n"} {
			source += "from pkg." + to + " import *\n"
		}
		units = append(units, parseFile("pkg/"+from+".py", []byte(source+"\ndef f():\n    return missing(other)\n")))
	}
	resolve(units)
}

// TestManyBranchesStayInProportion holds that what is said of a file grows with it and
// not with its square, however many branches follow each other.
func TestManyBranchesStayInProportion(t *testing.T) {
	size := func(n int) int {
		source := "if stage == 'production':\n    CACHE = {}\n" + strings.Repeat("elif stage == 'staging':\n    CACHE = {}\n", n)
		return len(encoded(t, parseFile("shop/settings.py", []byte(source))))
	}
	if small, large := size(400), size(1600); large > 6*small {
		t.Errorf("%d bytes of unit for 400 branches, %d for 1600", small, large)
	}
}
