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
	})
}
