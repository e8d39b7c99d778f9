package traffic

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stateaudit/stateaudit/internal/rank"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// text is what was read, for comparing.
func text(t *rank.Traffic) string {
	var b strings.Builder
	if t == nil {
		return ""
	}
	for _, r := range t.Requests {
		fmt.Fprintf(&b, "%s %s %d\n", r.Method, r.Path, r.Count)
	}
	return b.String()
}

func lines(problems []unit.Problem) string {
	var out []string
	for _, p := range problems {
		out = append(out, fmt.Sprintf("%d: %s", p.Line, strings.TrimPrefix(p.Message, "not counted as traffic: ")))
	}
	return strings.Join(out, "\n")
}

func TestFormats(t *testing.T) {
	for _, c := range []struct{ file, want, problems string }{
		{"common.log", "GET / 1\nPOST /orders 1\nGET /orders/17 2\n", "5: no request in quotes\n7: no request such as GET /orders"},
		{"combined.log", "GET /assets/app.css 1\nHEAD /healthz 1\nGET /track/PK-1093 4\n", ""},
		{"nginx.jsonl", "POST /orders 1\nGET /orders/17 10\n /ping 1\n", "14: no request, uri or path in this object\n15: no object in JSON"},
		{"plain.csv", " /healthz 86400\nPOST /orders 300\nGET /orders/:id 1234\nPATCH /orders/:id 7\n /orders/{id}/lines 12\n",
			"5: no count of requests\n6: no row of route,count"},
		{"columns.csv", "POST /scans 58100\n /track/:number 5\nGET /track/:number 412300\nGET /track/:number/events 96400\n", "7: no count of requests"},
		{"method.csv", "POST /orders 300\nGET /orders/:id 1205\n", ""},
	} {
		t.Run(c.file, func(t *testing.T) {
			content, err := os.ReadFile(filepath.Join("testdata", c.file))
			if err != nil {
				t.Fatal(err)
			}
			traffic, problems, err := Read(c.file, bytes.NewReader(content))
			if err != nil {
				t.Fatal(err)
			}
			if got := text(traffic); got != c.want {
				t.Errorf("read\n%swant\n%s", got, c.want)
			}
			if got := lines(problems); got != c.problems {
				t.Errorf("problems\n%s\nwant\n%s", got, c.problems)
			}
			for _, p := range problems {
				if p.File != c.file {
					t.Errorf("%+v names another file", p)
				}
			}
		})
	}
}

func TestManyLinesAreGarbage(t *testing.T) {
	garbage := strings.Repeat("Traceback (most recent call last):\n", 9)
	log := garbage + `10.0.0.1 - - [21/Nov/2025:06:25:24 +0000] "GET /a HTTP/1.1" 200 1` + "\n" + garbage
	traffic, problems, err := Read("app.log", strings.NewReader(log))
	if err != nil || text(traffic) != "GET /a 1\n" {
		t.Errorf("read %q, %v", text(traffic), err)
	}
	if len(problems) != maxNamed+1 || problems[0].Line != 1 || problems[maxNamed].Line != 0 ||
		problems[maxNamed].Message != "13 more of 19 lines are not counted as traffic" {
		t.Errorf("problems\n%s", lines(problems))
	}
}

// A format that begins only behind the part that decides is found all the same.
func TestGarbageFirst(t *testing.T) {
	garbage := strings.Repeat("starting up\n", maxHead/8)
	traffic, problems, err := Read("app.log", strings.NewReader(garbage+"/a,3\n{\"uri\":\"/b\"}\n/a,4\n"))
	if err != nil || text(traffic) != " /a 7\n" {
		t.Errorf("read %q, %v", text(traffic), err)
	}
	if len(problems) == 0 || !strings.Contains(problems[0].Message, "neither") {
		t.Errorf("problems\n%s", lines(problems))
	}
}

func TestNothingToRead(t *testing.T) {
	for name, content := range map[string]string{
		"empty": "", "prose": "Dear all,\nplease find attached\n", "header": "route,count\n", "object": "{\n  \"a\": 1\n}\n",
		"zero": "/a,0\n", "binary": "\x1f\x8b\x08\x00\x00\x00\n\x00\x00",
	} {
		_, _, err := Read(name+".txt", strings.NewReader(content))
		if err == nil || !strings.Contains(err.Error(), name+".txt") || !strings.Contains(err.Error(), "known formats") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestFailureToReadIsToldWithTheName(t *testing.T) {
	broken := errors.New("disk gone")
	_, _, err := Read("a.log", iotest.ErrReader(broken))
	if !errors.Is(err, broken) || !strings.Contains(err.Error(), "a.log") {
		t.Errorf("%v", err)
	}
}

func TestLongLines(t *testing.T) {
	fits := "/a,3," + strings.Repeat("x", maxLine-100)
	tooLong := "/a,3," + strings.Repeat("x", maxLine)
	traffic, problems, err := Read("a.csv", strings.NewReader("path,count,note\n"+fits+"\n"+tooLong+"\n/a,2,\n"+tooLong))
	if err != nil || text(traffic) != " /a 5\n" {
		t.Errorf("read %q, %v", text(traffic), err)
	}
	if got := lines(problems); got != "3: a line of more than 1048576 bytes\n5: a line of more than 1048576 bytes" {
		t.Errorf("problems\n%s", got)
	}
}

// A path that differs with every request fills the memory no more than others,
// and its route counts in full.
func TestManyPaths(t *testing.T) {
	var b strings.Builder
	for i := range maxPaths + 1000 {
		fmt.Fprintf(&b, "GET /track/PK-%07d,1\n", i)
	}
	b.WriteString("GET /v1/orders,5\n")
	traffic, problems, err := Read("a.csv", strings.NewReader(b.String()))
	want := fmt.Sprintf("GET /track/:id %d\nGET /v1/orders 5\n", maxPaths+1000)
	if got := text(traffic); err != nil || got != want {
		t.Errorf("read %.200q, %v, want %q", got, err, want)
	}
	if len(problems) != 1 || !strings.Contains(problems[0].Message, "200000") {
		t.Errorf("problems\n%s", lines(problems))
	}
}

func TestMoreWordsThanThereIsRoomFor(t *testing.T) {
	tally := newTally()
	for i := range maxPaths + 10 {
		word := strings.Map(func(r rune) rune { return r - '0' + 'a' }, fmt.Sprint(i))
		tally.add(rank.Requests{Path: "/w/" + word, Count: 2})
	}
	tally.add(rank.Requests{Path: "/w/a", Count: 2})
	if len(tally.counts) != maxPaths || tally.dropped != 20 || tally.counts[key{path: "/w/a"}] != 4 {
		t.Errorf("%d paths, %d dropped, %d of the first", len(tally.counts), tally.dropped, tally.counts[key{path: "/w/a"}])
	}
	f := file{name: "a.csv", tally: tally}
	if got := lines(f.told()); !strings.Contains(got, "20 requests are not counted") {
		t.Errorf("told %q", got)
	}
}

func TestCountsDoNotOverflow(t *testing.T) {
	traffic, problems, err := Read("a.csv", strings.NewReader("/a,1000000000000\n/a,1000000000000\n/b,1e13\n/b,-1\n/b,1.5\n/b,NaN\n"))
	if err != nil || text(traffic) != " /a 1000000000000\n" || len(problems) != 4 {
		t.Errorf("read %q, %v, %s", text(traffic), err, lines(problems))
	}
}

func TestIDs(t *testing.T) {
	for part, want := range map[string]bool{
		"17": true, "PK-1093": true, "550e8400-e29b-41d4-a716-446655440000": true, "2025-11-21": true, "7": true,
		"v1": false, "orders": false, "oauth2": false, "": false, ":id": false, "s3": true,
	} {
		if got := looksLikeID(part); got != want {
			t.Errorf("%q: %v", part, got)
		}
	}
}
