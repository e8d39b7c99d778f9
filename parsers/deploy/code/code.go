// Package code reads infrastructure that is written as a program, and scripts
// that call the commands of providers: CDK, Pulumi, Bicep, shell. Nothing is
// evaluated. What is plainly written on a line counts, and a value that is not a
// literal leaves it open.
package code

import (
	"regexp"
	"sort"
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
	"github.com/stateaudit/stateaudit/parsers/deploy/fields"
	"github.com/stateaudit/stateaudit/parsers/deploy/record"
)

// Readers returns one reader for each family.
func Readers() []record.Reader {
	return []record.Reader{
		{Name: "cdk", Match: source, Marks: []string{"aws-cdk-lib", "@aws-cdk/", "aws_cdk", "aws-cdk-go"}, Read: read("cdk")},
		{Name: "pulumi", Match: source, Marks: []string{"@pulumi/", "pulumi_", "pulumi/pulumi"}, Read: read("pulumi")},
		{Name: "bicep", Match: func(path string) bool { return record.Ending(path, ".bicep") }, Read: read("azure")},
		{Name: "shell", Match: script, Marks: []string{"session-affinity", "stickiness", "client-affinity"}, Read: shell},
	}
}

func source(path string) bool {
	return record.Ending(path, ".ts", ".js", ".mjs", ".py", ".go") && !record.Ending(path, ".d.ts", ".min.js", "_test.go", ".test.ts", ".spec.ts")
}

func script(path string) bool { return record.Ending(path, ".sh", ".bash", "makefile", ".mk", ".ps1") }

// pattern is a property or call, and what it ties a client by if its value says
// yes. The value is the first group.
type pattern struct {
	expression *regexp.Regexp
	kind       func(value string) string
}

func patterns() []pattern {
	yes := func(value string) string {
		switch strings.ToLower(strings.Trim(value, `"'`)) {
		case "true", "enabled", "sticky":
			return "cookie"
		}
		return ""
	}
	always := func(string) string { return "cookie" }
	given := func(value string) string { // a duration or a name; nothing switches off
		switch strings.ToLower(strings.TrimSpace(value)) {
		case "undefined", "none", "null", "nil", "false":
			return ""
		}
		return "cookie"
	}
	by := func(value string) string { return fields.SessionAffinity(value) }
	compile := regexp.MustCompile
	return []pattern{
		{compile(`\b(?:stickinessCookieDuration|stickiness_cookie_duration|StickinessCookieDuration|stickinessCookieName|stickiness_cookie_name|StickinessCookieName)\b\s*[:=]\s*([\w.]+)`), given},
		{compile(`[{,]\s*(stickinessCookieDuration)\s*[,}]`), always},
		{compile(`\.\s*(enableCookieStickiness|enable_cookie_stickiness|EnableCookieStickiness)\(`), always},
		{compile(`\b(?i:new\s+\S*LbCookieStickinessPolicy|LoadBalancerCookieStickinessPolicy|AppCookieStickinessPolicy)\(()`), always},
		{compile(`(?i:\b["']?client_?affinity_?enabled["']?\s*[:=]\s*([\w."']+))`), yes},
		{compile(`(?i:\b["']?cookie_?based_?affinity["']?\s*[:=]\s*([\w."']+))`), yes},
		{compile(`(?i:\b["']?session_?affinity(?:_?enabled(?:_?state)?|_?state)?["']?\s*[:=]\s*(?:pulumi\.String\()?([\w."']+))`), func(v string) string {
			if kind := by(v); kind != "" {
				return kind
			}
			return yes(v)
		}},
		{compile(`(?i:\b["']?stickiness\.enabled["']?\)?\s*[,:]\s*(?:["']?value["']?\s*[:=]\s*)?(?:\w+\.String\()?["']?(true)\b)`), yes},
		{compile(`(?i:\bstickiness["']?\s*[:=]\s*\{[^}]*\benabled["']?\s*[:=]\s*(true)\b)`), yes},
		{compile(`(?i:\bsticky_?sessions["']?\s*[:=]\s*\{[^}]*\b(?:affinity|type)["']?\s*[:=]\s*["'](sticky|cookies)["'])`), always},
	}
}

// counts are the properties that say how many copies run.
func counts() []*regexp.Regexp {
	return []*regexp.Regexp{
		regexp.MustCompile(`\b(?:desiredCount|desired_count|DesiredCount)["']?\s*[:=]\s*(?:jsii\.Number\(|pulumi\.Int\()?(\d+)`),
		regexp.MustCompile(`\b(?:replicas|Replicas)["']?\s*[:=]\s*(?:jsii\.Number\(|pulumi\.Int\()?(\d+)`),
	}
}

func read(technology string) func(*record.File) {
	return func(f *record.File) {
		f.Recognise()
		content := f.Content
		if technology == "azure" {
			filled := f.Given.Bicep(f.Path, content)
			content = filled.Text
			f.Depends(filled.Because)
		}
		text, starts := program(content)
		if technology == "azure" {
			sites(f, text)
		}
		at := func(offset int) unit.Location {
			return unit.Location{Line: sort.SearchInts(starts, offset+1)}
		}
		told := map[int]bool{}
		for _, p := range patterns() {
			for _, m := range p.expression.FindAllStringSubmatchIndex(text, -1) {
				value := ""
				if len(m) > 3 && m[2] >= 0 {
					value = text[m[2]:m[3]]
				}
				start := m[0] + len(text[m[0]:m[1]]) - len(strings.TrimLeft(text[m[0]:m[1]], " \t\r\n{,."))
				if where := at(start); !told[where.Line] && p.kind(value) != "" {
					told[where.Line] = true
					tie(f, technology, where.Line, p.kind(value))
				}
			}
		}
		for _, e := range counts() {
			for _, m := range e.FindAllStringSubmatchIndex(text, -1) {
				f.Add(unit.Setting{Kind: unit.SettingReplicas, Subject: "program " + f.Path, Value: text[m[2]:m[3]], Location: at(m[0])})
			}
		}
	}
}

var (
	bicepSite = regexp.MustCompile(`(?m)^[ \t]*resource\s+(\w+)\s+'Microsoft\.Web/sites@[^']*'\s*=\s*\{`)
	affinity  = regexp.MustCompile(`\bclientAffinityEnabled\b`)
	functions = regexp.MustCompile(`(?m)^\s*kind:\s*'[^']*functionapp`)
)

// sites notes the affinity that App Service has where nothing is said of it. Apps
// of functions have none.
func sites(f *record.File, text string) {
	for _, m := range bicepSite.FindAllStringSubmatchIndex(text, -1) {
		end, depth := m[1], 1
		for ; end < len(text) && depth > 0; end++ {
			switch text[end] {
			case '{':
				depth++
			case '}':
				depth--
			}
		}
		if body := text[m[1]:end]; !affinity.MatchString(body) && !functions.MatchString(body) {
			line := 1 + strings.Count(text[:m[2]], "\n")
			f.Add(unit.Setting{Kind: unit.SettingAffinity, Subject: "azure site " + text[m[2]:m[3]], Value: "cookie", Origin: unit.Defaulted, Location: unit.Location{Line: line}})
		}
	}
}

// program is the text of a program without its comments, and where its lines
// start. Lines too long for anybody to have written are left out.
func program(content string) (text string, starts []int) {
	var b strings.Builder
	inside := false // a comment of several lines
	for _, raw := range strings.Split(content, "\n") {
		starts = append(starts, b.Len())
		line := ""
		line, inside = uncommented(raw, inside)
		if len(line) <= 2000 {
			b.WriteString(line)
		}
		b.WriteByte('\n')
	}
	return b.String(), starts
}

func tie(f *record.File, technology string, line int, kind string) {
	if kind == "" {
		return
	}
	f.Add(unit.Setting{Kind: unit.SettingAffinity, Subject: technology + " program " + f.Path, Value: kind, Location: unit.Location{Line: line}})
}

// uncommented cuts comments off a line. A mark inside a string is taken for one
// too, if a blank is before it.
func uncommented(line string, inside bool) (string, bool) {
	if inside {
		end := strings.Index(line, "*/")
		if end < 0 {
			return "", true
		}
		line = line[end+2:]
	}
	trimmed := strings.TrimSpace(line)
	if strings.HasPrefix(trimmed, "//") || strings.HasPrefix(trimmed, "#") {
		return "", false
	}
	for _, mark := range []string{" //", "\t//", " # "} {
		if i := strings.Index(line, mark); i >= 0 {
			line = line[:i]
		}
	}
	if i := strings.Index(line, "/*"); i >= 0 {
		rest := line[i:]
		return line[:i], !strings.Contains(rest, "*/")
	}
	return line, false
}

// commands are calls of providers' commands that switch affinity on.
func commands() []*regexp.Regexp {
	return []*regexp.Regexp{
		regexp.MustCompile(`\bheroku\s+(?:features|labs):enable\s+.*\b(http-session-affinity)\b`),
		regexp.MustCompile(`--session-affinity[ =]["']?(CLIENT_IP|GENERATED_COOKIE|HTTP_COOKIE|HEADER_FIELD|CLIENT_IP_PROTO)\b`),
		regexp.MustCompile(`\bgcloud\s+(?:\w+\s+)?run\s+.*(--session-affinity)(?:\s|$)`),
		regexp.MustCompile(`\bstickiness\.enabled,\s*Value=["']?(true)\b`),
		regexp.MustCompile(`\baws\s+elb\s+create-(lb|app)-cookie-stickiness-policy\b`),
		regexp.MustCompile(`--client-affinity-enabled[ =]["']?(true)\b`),
	}
}

// shell reads scripts. A command that ends in a backslash goes on, so that what
// is looked for may stand on any of its lines.
func shell(f *record.File) {
	all := commands()
	whole := ""
	for i, raw := range strings.Split(f.Content, "\n") {
		line := strings.TrimSpace(raw)
		if strings.HasPrefix(line, "#") {
			continue
		}
		seen := matched(all, whole)
		rest, more := strings.CutSuffix(line, `\`)
		whole += rest
		if now := matched(all, whole); now != "" && seen == "" {
			f.Recognise()
			kind := fields.SessionAffinity(now)
			if kind == "" {
				kind = "cookie"
			}
			tie(f, "shell", i+1, kind)
		}
		if !more {
			whole = ""
		}
	}
}

func matched(all []*regexp.Regexp, text string) string {
	for _, e := range all {
		if m := e.FindStringSubmatch(text); m != nil {
			return m[1]
		}
	}
	return ""
}
