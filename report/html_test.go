package report

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	pages "github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/stateaudit/stateaudit/internal/result"
)

// attacks are names that would run, break out or ask the network if any part of
// the page took them for markup.
func attacks() []string {
	return []string{
		`<script>window.pwned=1</script>`, `"><img src=x onerror="window.pwned=1">`, `</script><script>window.pwned=1</script>`,
		`javascript:window.pwned=1`, `{{.Policy}}`, "'-window.pwned-'", "<!--<script>", "\u2028window.pwned=1",
	}
}

// hostilePage is the page of a result whose every text is an attack.
func hostilePage(t *testing.T) (string, *result.Result) {
	t.Helper()
	out := hostileShop(t)
	r := *out.Result
	r.Findings = append(append([]result.Finding{}, r.Findings...), awkward().Findings...)
	for i, a := range attacks() {
		f := findings()[0]
		f.ID = fmt.Sprintf("%032d", i)
		f.Symbol, f.Message, f.Domain, f.Fix, f.Location.File, f.Suppressed = a, a+". `"+a+"`", a, a, a, nil
		f.Owners = []string{"@" + strings.ReplaceAll(a, " ", "")}
		f.Evidence = []result.Evidence{{Kind: result.WriteAt, Phase: result.Serving, Function: a, Note: a, Location: f.Location}}
		r.Findings = append(r.Findings, f)
	}
	for i := range r.Candidates {
		r.Candidates[i].Domain = attacks()[i%len(attacks())] + r.Candidates[i].Domain
	}
	o := machine()
	o.Name, o.Ranking, o.History = attacks()[0], out.Ranking, past()
	for i, a := range attacks()[:3] {
		o.History.Points[i].Name, o.History.Points[i].Failure, o.History.Domains[i].Name = a, a, a
		o.History.Findings[i].Finding.Symbol = a
	}
	o.Source = func(string) ([]byte, error) { return []byte(strings.Repeat(attacks()[2]+"\n", 20)), nil }
	var b bytes.Buffer
	if err := writeHTML(&b, &r, o); err != nil {
		t.Fatal(err)
	}
	return b.String(), &r
}

// TestPageIsOneFile holds that nothing is loaded, and that the policy allows just
// the style and the scripts that are there.
func TestPageIsOneFile(t *testing.T) {
	text, _ := hostilePage(t)
	policy := regexp.MustCompile(`Content-Security-Policy" content="([^"]*)"`).FindStringSubmatch(text)
	if policy == nil || !strings.Contains(policy[1], "default-src &#39;none&#39;") || strings.Contains(policy[1], "unsafe") {
		t.Fatalf("policy %q", policy)
	}
	allowed := strings.ReplaceAll(strings.ReplaceAll(policy[1], "&#39;", "'"), "&#43;", "+")
	parts := regexp.MustCompile(`(?s)<(?:script|style)>(.*?)</(?:script|style)>`).FindAllStringSubmatch(text, -1)
	if len(parts) != 3 {
		t.Fatalf("%d scripts and styles", len(parts))
	}
	for _, p := range parts {
		if !strings.Contains(allowed, digest(p[1])) {
			t.Errorf("the policy does not allow %.80q", p[1])
		}
	}
	rest := regexp.MustCompile(`(?s)<script>.*?</script>`).ReplaceAllString(text, "")
	if found := regexp.MustCompile(`(?i)<(link[^>]+href="http|img|iframe|object|embed|script[^>]+src)`).FindString(rest); found != "" {
		t.Errorf("the page loads something: %q", found)
	}
}

// TestPageIsSmall holds a page of many findings to what people can mail.
func TestPageIsSmall(t *testing.T) {
	r := *hostileShop(t).Result
	f := findings()[0]
	for i := range 1500 {
		f.ID = fmt.Sprintf("%032d", i)
		r.Findings = append(r.Findings, f)
	}
	o := machine()
	line := strings.Repeat("x", 300) + "\n"
	o.Source = func(string) ([]byte, error) { return []byte(strings.Repeat(line, 300)), nil }
	var b bytes.Buffer
	if err := writeHTML(&b, &r, o); err != nil {
		t.Fatal(err)
	}
	if b.Len() > 5<<20 || !strings.Contains(b.String(), "without excerpts") {
		t.Errorf("%d bytes", b.Len())
	}
}

func TestPageWithoutCandidatesHasNoCharts(t *testing.T) {
	var b bytes.Buffer
	if err := writeHTML(&b, empty(), Options{}); err != nil {
		t.Fatal(err)
	}
	if b.Len() > 60_000 || !strings.Contains(b.String(), "Nothing was found that breaks") {
		t.Errorf("%d bytes", b.Len())
	}
}

func TestPageOfChanges(t *testing.T) {
	f, _ := Named("html")
	var b bytes.Buffer
	if err := f.WriteDiff(&b, changed(), awkward(), machine()); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`id="changed"`, "<h3>Added: ", "<h3>Fixed: ", "<h3>Moved: "} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q", want)
		}
	}
}

// browser opens a page in headless Chromium, and collects what its console and
// its log say. It skips where there is none; .ci/run installs one.
func browser(t *testing.T, text string) (context.Context, func() []string) {
	t.Helper()
	var path string
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		t.Skip("no Chromium on this machine")
	}
	file := filepath.Join(t.TempDir(), "report.html")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewExecAllocator(ctx, append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox)...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	must(t, ctx, chromedp.Navigate("about:blank"))
	said := make(chan string, 1000)
	if err := chromedp.Listen(ctx, func(ev any) {
		switch ev := ev.(type) {
		case *runtime.EventConsoleAPICalled:
			said <- fmt.Sprint(ev.Type)
		case *runtime.EventExceptionThrown:
			said <- fmt.Sprint(*ev.ExceptionDetails)
		case *log.EventEntryAdded:
			said <- ev.Entry.Text
		case *pages.EventJavascriptDialogOpening:
			said <- ev.Message
		}
	}); err != nil {
		t.Fatal(err)
	}
	must(t, ctx, chromedp.Navigate("file://"+file), chromedp.WaitReady("html[data-charts]"))
	return ctx, func() (all []string) {
		for len(said) > 0 {
			all = append(all, <-said)
		}
		return all
	}
}

func must(t *testing.T, ctx context.Context, actions ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := chromedp.Do(ctx, actions...); err != nil {
		t.Fatal(err)
	}
}

// ask evaluates an expression in the page.
func ask[T any](t *testing.T, ctx context.Context, expression string) T {
	t.Helper()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

const countShown = `[...document.querySelectorAll("#findings > details")].filter(d => !d.hidden).length`

func TestPageInABrowser(t *testing.T) {
	text, r := hostilePage(t)
	ctx, said := browser(t, text)

	// A filter ends up in the address, an address makes the filter.
	must(t, ctx, chromedp.SetValue(`[name=level]`, "error"), chromedp.Evaluate[chromedp.Void](`document.querySelector("[name=level]").dispatchEvent(new Event("input"))`))
	active := 0
	for _, f := range r.Findings {
		if f.Level == result.Error {
			active++
		}
	}
	if got := ask[int](t, ctx, countShown); got != active || got == 0 {
		t.Errorf("%d findings shown, there are %d errors", got, active)
	}
	if got := ask[string](t, ctx, `location.hash`); got != "#filter:level=error" {
		t.Errorf("address %q", got)
	}
	must(t, ctx, chromedp.Evaluate[chromedp.Void](`location.hash = "#filter:owner=%40shop%2Fpayments"`), chromedp.Sleep(100*time.Millisecond))
	if got := ask[int](t, ctx, countShown); got != 1 {
		t.Errorf("%d findings shown for an owner of one", got)
	}
	must(t, ctx, chromedp.Evaluate[chromedp.Void](`location.hash = "#filter:q=nothing+has+this"`), chromedp.Sleep(100*time.Millisecond))
	if got := ask[int](t, ctx, countShown); got != 0 {
		t.Errorf("%d findings shown for a search that nothing matches", got)
	}
	if got := ask[string](t, ctx, `document.getElementById("shown").textContent`); !strings.HasPrefix(got, "0 of ") {
		t.Errorf("the status says %q", got)
	}

	// A link to a finding opens it, also if the filter hides it.
	id := "f-" + r.Findings[0].ID
	must(t, ctx, chromedp.Evaluate[chromedp.Void](`location.hash = "#`+id+`"`), chromedp.Sleep(100*time.Millisecond))
	if !ask[bool](t, ctx, `(d => d.open && !d.hidden)(document.getElementById("`+id+`"))`) {
		t.Error("the link does not open its finding")
	}
	if bad := ask[[]string](t, ctx, `[...document.querySelectorAll('a[href^="#"]')].map(a => decodeURIComponent(a.getAttribute("href").slice(1))).filter(h => !h.startsWith("filter:") && !document.getElementById(h))`); len(bad) > 0 {
		t.Errorf("links lead nowhere: %q", bad)
	}

	// Focus leaves a domain and its neighbours.
	if charts := ask[string](t, ctx, `document.documentElement.getAttribute("data-charts")`); charts != "2" {
		t.Errorf("%s charts", charts)
	}
	nodes := `echarts.getInstanceByDom(document.getElementById("graph")).getOption().series[0].data.length`
	all := ask[int](t, ctx, nodes)
	must(t, ctx, chromedp.Evaluate[chromedp.Void](`(s => { s.selectedIndex = 1; s.dispatchEvent(new Event("change")); })(document.getElementById("focus")); document.querySelectorAll("#graph-kinds input").forEach(i => { i.checked = false; i.dispatchEvent(new Event("change", {bubbles: true})); })`))
	if got := ask[int](t, ctx, nodes); got != 1 || all < 2 {
		t.Errorf("%d of %d domains without any edge", got, all)
	}
	if ask[bool](t, ctx, `"pwned" in window`) {
		t.Error("a name of the audited tree ran")
	}
	if all := said(); len(all) > 0 {
		t.Errorf("the console says %q", all)
	}
}

// TestPageByEntry chooses the findings of one entry, and draws one line between two
// domains where there are several.
func TestPageByEntry(t *testing.T) {
	text, r := hostilePage(t)
	ctx, said := browser(t, text)
	e, ok := entryOf(r.Findings[0])
	for i := 1; !ok; i++ {
		e, ok = entryOf(r.Findings[i])
	}
	want := 0
	for _, f := range r.Findings {
		if other, ok := entryOf(f); ok && other.Function == e.Function {
			want++
		}
	}
	must(t, ctx, chromedp.Evaluate[chromedp.Void](`[...document.querySelectorAll('a[href^="#filter:entry="]')].find(a => a.textContent === `+fmt.Sprintf("%q", e.Function)+`).click()`), chromedp.Sleep(100*time.Millisecond))
	if got := ask[int](t, ctx, countShown); got != want || want == len(r.Findings) {
		t.Errorf("%d findings shown of the %d that %s leads to", got, want, e.Function)
	}
	links := `echarts.getInstanceByDom(document.getElementById("graph")).getOption().series[0].links.map(l => JSON.stringify([l.source, l.target].sort()))`
	all := ask[[]string](t, ctx, links)
	must(t, ctx, chromedp.Evaluate[chromedp.Void](`document.getElementById("collapse").click()`))
	one := ask[[]string](t, ctx, links)
	slices.Sort(all)
	slices.Sort(one)
	if pairs := slices.Compact(slices.Clone(all)); !slices.Equal(one, pairs) || len(pairs) == len(all) {
		t.Errorf("%d lines for %d pairs of %d edges", len(one), len(pairs), len(all))
	}
	if all := said(); len(all) > 0 {
		t.Errorf("the console says %q", all)
	}
}

// TestPageOverTime looks at the history as a reader does: each revision, what came and
// went with it and the links to what is still there.
func TestPageOverTime(t *testing.T) {
	r := awkward()
	r.Findings = r.Findings[1:] // as the first is gone by now
	var b bytes.Buffer
	if err := writeHTML(&b, r, Options{History: past()}); err != nil {
		t.Fatal(err)
	}
	ctx, said := browser(t, b.String())
	must(t, ctx, chromedp.Click(`nav a[href="#history"]`), chromedp.Sleep(100*time.Millisecond))
	if at := ask[float64](t, ctx, `document.getElementById("history").getBoundingClientRect().top`); at < 0 || at > 200 {
		t.Errorf("the section is at %v", at)
	}
	tables := ask[[][]string](t, ctx, `[...document.querySelectorAll("#history table")].map(t => [...t.querySelectorAll("tbody tr")].map(r => [...r.cells].map(c => c.textContent).join("|")))`)
	if len(tables) != 2 || len(tables[0]) != 4 || tables[0][1] != "v1.0|2024-02-01|1|0|1|0|0|2" || tables[0][3] != "HEAD|2024-04-01|1|1|1|1|1|0" {
		t.Errorf("tables %q", tables)
	}
	if !strings.HasPrefix(tables[0][0], "v0.9 could not be audited: ") {
		t.Errorf("what failed: %q", tables[0][0])
	}
	if len(tables[1]) != 3 || !strings.HasPrefix(tables[1][0], "new|") {
		t.Errorf("growth %q", tables[1])
	}
	// What is there now leads to its finding, what is gone to nothing.
	turns := ask[[]string](t, ctx, `[...document.querySelectorAll("#history li")].map(l => l.querySelector("a") ? l.querySelector("a").getAttribute("href") : "")`)
	if slices.Index(turns, "#f-"+r.Findings[0].ID) < 0 || slices.Index(turns, "") < 0 {
		t.Errorf("turns %q", turns)
	}
	must(t, ctx, chromedp.Click(`#history li a[href="#f-`+r.Findings[0].ID+`"]`), chromedp.Sleep(100*time.Millisecond))
	if !ask[bool](t, ctx, `document.getElementById("f-`+r.Findings[0].ID+`").open`) {
		t.Error("the link does not open its finding")
	}
	if all := said(); len(all) > 0 {
		t.Errorf("the console says %q", all)
	}
}

// TestPageByKeyboard goes through the page without a pointer.
func TestPageByKeyboard(t *testing.T) {
	text, _ := hostilePage(t)
	ctx, said := browser(t, text)
	focused := `(e => e.id || e.name || e.className || e.tagName)(document.activeElement)`
	press := func(keys string) {
		t.Helper()
		must(t, ctx, chromedp.KeyEvent(keys), chromedp.Sleep(50*time.Millisecond))
	}
	press(kb.Tab)
	if got := ask[string](t, ctx, focused); got != "skip" {
		t.Errorf("the first stop is %q", got)
	}
	if !ask[bool](t, ctx, `document.activeElement.getBoundingClientRect().left >= 0`) {
		t.Error("the skip link stays hidden")
	}
	press(kb.Enter)
	if got := ask[string](t, ctx, focused); got != "main" {
		t.Errorf("the skip link leads to %q", got)
	}
	// A finding opens and closes, and its source can be scrolled to.
	must(t, ctx, chromedp.Evaluate[chromedp.Void](`document.querySelector("#findings summary").focus()`))
	outline := ask[string](t, ctx, `getComputedStyle(document.activeElement).outlineStyle`)
	press(kb.Enter)
	if !ask[bool](t, ctx, `document.querySelector("#findings details").open`) || outline == "none" {
		t.Errorf("the finding stays closed, or its focus (%s) cannot be seen", outline)
	}
	// A search is typed, and a domain chosen, by keys alone.
	must(t, ctx, chromedp.Evaluate[chromedp.Void](`document.querySelector("[name=q]").focus()`))
	press("nothing has this")
	if got := ask[int](t, ctx, countShown); got != 0 {
		t.Errorf("%d findings shown", got)
	}
	must(t, ctx, chromedp.Evaluate[chromedp.Void](`document.getElementById("clear").focus()`))
	press(" ")
	if got := ask[int](t, ctx, countShown); got == 0 {
		t.Error("the button does not show all")
	}
	must(t, ctx, chromedp.Evaluate[chromedp.Void](`document.getElementById("focus").focus()`))
	press(kb.ArrowDown)
	if got := ask[string](t, ctx, `document.getElementById("focus").value`); got == "" {
		t.Error("no domain is chosen")
	}
	// Every stop can be seen, and none keeps the reader.
	stops := ask[int](t, ctx, `[...document.querySelectorAll("a[href], button, input, select, summary, [tabindex='0']")].filter(e => e.offsetParent).length`)
	must(t, ctx, chromedp.Evaluate[chromedp.Void](`document.querySelector(".skip").focus()`))
	seen := map[string]bool{}
	for range min(stops, 60) {
		press(kb.Tab)
		seen[ask[string](t, ctx, `[...document.querySelectorAll("*")].indexOf(document.activeElement).toString()`)] = true
	}
	if len(seen) < min(stops, 60)-2 {
		t.Errorf("%d stops of %d", len(seen), min(stops, 60))
	}
	if all := said(); len(all) > 0 {
		t.Errorf("the console says %q", all)
	}
}

// TestPageSaysWhatItLeavesOut puts the limits of an answer beside it.
func TestPageSaysWhatItLeavesOut(t *testing.T) {
	r := *awkward()
	r.Reach = []result.Reach{{Entry: "shop", Functions: 100, Reached: 20, Unreached: 80, Low: true}}
	limited := r
	for name, want := range map[string]bool{"low": true, "whole": false} {
		if r = limited; !want {
			r.Reach, r.Errors = nil, nil
		}
		var b bytes.Buffer
		if err := writeHTML(&b, &r, Options{}); err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(b.String(), "Little is reached: 80 of 100 functions of shop") && strings.Contains(b.String(), "Not analysed: "); got != want {
			t.Errorf("%s: %v", name, got)
		}
		if got := strings.Contains(b.String(), `class="limits"`); got != want {
			t.Errorf("%s: a line of limits: %v", name, got)
		}
	}
}

// TestPageFitsItsScreens compares the structure of the page at two widths, light
// and dark, and on paper.
func TestPageFitsItsScreens(t *testing.T) {
	text, _ := hostilePage(t)
	ctx, said := browser(t, text)
	background := `getComputedStyle(document.body).backgroundColor`
	seen := map[string]bool{}
	for _, width := range []int64{360, 1600} {
		for _, scheme := range []string{"light", "dark"} {
			must(t, ctx, chromedp.EmulateViewport(width, 900),
				prefer(scheme), chromedp.Sleep(100*time.Millisecond))
			seen[ask[string](t, ctx, background)] = true
			if got := ask[int64](t, ctx, `document.documentElement.scrollWidth`); got > width {
				t.Errorf("the page is %d pixels wide on a screen of %d", got, width)
			}
			if got := ask[int](t, ctx, `document.querySelectorAll("h2, canvas, table, .finding").length`); got < 20 {
				t.Errorf("%d parts at %d", got, width)
			}
		}
	}
	if len(seen) != 2 {
		t.Errorf("backgrounds %v", seen)
	}
	paper, err := chromedp.Run(ctx, chromedp.PrintToPDF())
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.HasPrefix(paper, []byte("%PDF")) {
		t.Error("no PDF")
	}
	if all := said(); len(all) > 0 {
		t.Errorf("the console says %q", all)
	}
}

// prefer makes the browser ask for a light or a dark page.
func prefer(scheme string) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		_, err := cdp.Call(ctx, tab, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
		})
		return err
	})
}

// TestPageHasNamesForScreenReaders asks for what a screen reader would read out.
func TestPageHasNamesForScreenReaders(t *testing.T) {
	text, _ := hostilePage(t)
	ctx, _ := browser(t, text)
	for what, expression := range map[string]string{
		"controls without a label":       `[...document.querySelectorAll("input, select")].filter(e => !e.labels.length).map(e => e.name || e.id)`,
		"charts without a text":          `[...document.querySelectorAll(".chart")].filter(e => !e.getAttribute("aria-label")).map(e => e.id)`,
		"scrolled regions without focus": `[...document.querySelectorAll(".scroll")].filter(e => e.tabIndex < 0 || !e.getAttribute("aria-label")).map(e => e.textContent.slice(0, 40))`,
		"headings that skip a level":     `[...document.querySelectorAll("h1,h2,h3,h4")].filter((h, i, all) => i && +h.tagName[1] > +all[i-1].tagName[1] + 1).map(h => h.textContent)`,
		"ids used twice":                 `[...document.querySelectorAll("[id]")].map(e => e.id).filter((id, i, all) => all.indexOf(id) !== i)`,
	} {
		if bad := ask[[]string](t, ctx, expression); len(bad) > 0 {
			t.Errorf("%s: %q", what, bad)
		}
	}
}
