package stickysession

import (
	"fmt"
	"strings"

	"github.com/stateaudit/stateaudit/internal/program"
	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/rule"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// cookies are the names by which balancers know the copy of a client, with whose
// cookie it is.
var cookies = map[string]string{
	"AWSALB": "AWS Application Load Balancer", "AWSALBCORS": "AWS Application Load Balancer", "AWSALBAPP-0": "AWS Application Load Balancer",
	"AWSELB": "AWS Classic Load Balancer", "AWSELBCORS": "AWS Classic Load Balancer", "SERVERID": "HAProxy", "SRV": "HAProxy",
	"INGRESSCOOKIE": "nginx ingress", "ARRAffinity": "Azure App Service", "ARRAffinitySameSite": "Azure App Service", "ApplicationGatewayAffinity": "Azure Application Gateway",
	"GCLB": "Google Cloud Load Balancing", "GAESA": "Google App Engine", "ROUTEID": "Apache mod_proxy_balancer", "BALANCEID": "Apache mod_proxy_balancer",
	"__VCAP_ID__": "Cloud Foundry", "heroku-session-affinity": "Heroku", "JSESSIONID": "a servlet container behind a balancer", "fly-machine-id": "Fly",
}

// reportCookies reports code that reads or sets the cookie by which a balancer
// ties a client to a copy: it relies on being the one.
func reportCookies(p *rule.Pass) {
	for _, f := range p.Program.Functions() {
		if f.Test || !f.Serving && !f.Boot {
			continue
		}
		told := map[string]bool{}
		reportReplays(p, f)
		for i := range f.Calls {
			c := &f.Calls[i]
			if !aboutCookies(c) {
				continue
			}
			for j := range c.Args {
				if name := cookieIn(&c.Args[j], 3); name != "" && !told[name] {
					told[name] = true
					cookie(p, f, name, c.Location)
				}
			}
		}
		for i := range f.Sessions {
			w := &f.Sessions[i]
			if name := strings.Trim(w.Key, `"':`); !w.Read && w.Store == "cookies" && cookies[name] != "" && !told[name] {
				told[name] = true
				cookie(p, f, name, w.Location)
			}
		}
	}
}

// reportReplays reports code that hands a request on to one copy by name: with the
// header fly-replay, Fly's proxy sends it to the machine that is named there. A
// region is no copy.
func reportReplays(p *rule.Pass, f *program.Function) {
	for i := range f.Calls {
		c := &f.Calls[i]
		if c.Reference {
			continue
		}
		header, instance := false, false
		for j := range c.Args {
			walk(&c.Args[j], 4, func(text string) {
				text = strings.ToLower(strings.Trim(text, "\"'`"))
				header = header || text == "fly-replay" || text == "fly-force-instance-id" || text == "fly-prefer-instance-id"
				instance = instance || strings.HasPrefix(text, "instance=") || strings.Contains(text, ";instance=") || strings.HasPrefix(text, "fly-force") || strings.HasPrefix(text, "fly-prefer")
			})
		}
		if header && instance {
			p.Report(result.Finding{
				Category: result.Session, Symbol: f.Symbol, Language: f.Language, Location: c.Location,
				Message:  fmt.Sprintf("`%s` hands requests on to one machine of Fly, by the header `fly-replay` or its kin: the code relies on a certain copy. A copy that a deployment or a scale-in takes away takes with it what its users had there.", f.Symbol),
				Fix:      "Move what the copies keep for a user (see the session and registry findings) to a shared store; then answer on any machine.",
				Evidence: []result.Evidence{{Kind: result.CallAt, Phase: f.Phase(), Function: f.Symbol, Location: c.Location, Note: "names a machine"}},
			}, f)
			return
		}
	}
}

// walk visits the literals of a value and the keys in it, those with parts that are
// computed included.
func walk(v *unit.Value, deep int, visit func(string)) {
	if v.Kind == unit.Literal || v.Kind == unit.Compound && strings.HasPrefix(v.Text, `"`) {
		visit(v.Text)
	}
	if v.Type == "pair" {
		visit(v.Callee)
	}
	for i := range v.Parts {
		if deep > 0 {
			walk(&v.Parts[i], deep-1, visit)
		}
	}
}

// aboutCookies tells the calls that read, set or delete a cookie.
func aboutCookies(c *unit.Call) bool {
	if c.Reference {
		return false
	}
	switch c.Callee {
	case "net/http.SetCookie", "net/http.Request.Cookie", "net/http.Request.AddCookie", "net/http.Request.CookiesNamed":
		return true
	}
	if c.Receiver != nil && strings.Contains(strings.ToLower(c.Receiver.Text), "cookie") {
		return true
	}
	return strings.Contains(c.Name, "Cookie") || strings.Contains(c.Name, "cookie")
}

// cookieIn finds the name of a balancer's cookie among the literals of a value.
func cookieIn(v *unit.Value, deep int) string {
	if v.Kind == unit.Literal {
		if name := strings.Trim(v.Text, "\"'`:"); cookies[name] != "" {
			return name
		}
	}
	if deep == 0 {
		return ""
	}
	for i := range v.Parts {
		if name := cookieIn(&v.Parts[i], deep-1); name != "" {
			return name
		}
	}
	return ""
}

func cookie(p *rule.Pass, f *program.Function, name string, at unit.Location) {
	p.Report(result.Finding{
		Category: result.Session, Symbol: f.Symbol, Language: f.Language, Location: at,
		Message:  fmt.Sprintf("`%s` handles the cookie `%s`, by which a balancer (%s) sends a client back to one copy: the code relies on meeting the same copy again. A copy that a deployment or a scale-in takes away takes with it what its users had there.", f.Symbol, name, cookies[name]),
		Fix:      "Move what the copies keep for a user (see the session and registry findings) to a shared store; then drop the cookie and the affinity of the balancer.",
		Evidence: []result.Evidence{{Kind: result.CallAt, Phase: f.Phase(), Function: f.Symbol, Location: at, Note: "names the cookie " + name}},
	}, f)
}
