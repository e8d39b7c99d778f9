package python

import (
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// drawnAtBoot says of a key that each process draws its own.
const drawnAtBoot = "drawn_at_boot"

// signingKeys are the keys of Flask's configuration with which it, and libraries around it,
// sign what clients bring back.
var signingKeys = []string{"SECRET_KEY", "JWT_SECRET_KEY", "WTF_CSRF_SECRET_KEY", "SECURITY_PASSWORD_SALT"}

// draws tells the functions that hand out something else each time.
func draws(callee string) bool {
	switch callee = strings.TrimPrefix(callee, opaque); callee {
	case "os.urandom", "secrets.token_hex", "secrets.token_urlsafe", "secrets.token_bytes", "secrets.randbits", "uuid.uuid4", "cryptography.fernet.Fernet.generate_key",
		"django.core.management.utils.get_random_secret_key", "django.utils.crypto.get_random_string":
		return true
	}
	object, _, ok := cutLast(callee)
	return ok && object != "secrets" && object != "" && draws(object) // a form of it: os.urandom(24).hex()
}

// maxDraws bounds through how many functions it is followed what draws.
const maxDraws = 3

// drawsAnew tells a function that hands out something else each time, and that neither looks
// first whether there is one already nor keeps what it has drawn.
func (r *resolver) drawsAnew(fn *function, depth int) bool {
	if len(fn.Returns) == 0 {
		return false
	}
	drawn := false
	for i := range fn.Calls {
		c := &fn.Calls[i]
		switch {
		case remembers(c):
			return false
		case draws(c.Callee), strings.HasPrefix(c.Callee, "secrets.") && c.External, c.Callee == "random.choice", c.Callee == "random.choices", c.Callee == "random.sample":
			drawn = true
		case depth > 0 && r.functions[c.Callee] != nil && r.functions[c.Callee] != fn && r.drawsAnew(r.functions[c.Callee], depth-1):
			drawn = true
		}
	}
	return drawn
}

// remembers tells a call that reads or keeps something beyond the function that makes it.
func remembers(c *unit.Call) bool {
	switch c.Name {
	case "open", "read", "read_text", "read_bytes", "write", "write_text", "write_bytes", "get_or_create", "save", "commit", "execute", "getenv", "set_password", "exists":
		return true
	}
	return strings.HasPrefix(c.Callee, "os.environ")
}

// key lists what a key may be that a process draws for itself; what it is given, or reads
// elsewhere, is left out.
func (d *django) key(v *unit.Value, s statement, depth int) []said {
	if v == nil || depth > 6 {
		return nil
	}
	if draws(v.Callee) {
		return []said{{drawnAtBoot, s.guard, s.at}}
	}
	switch v.Kind {
	case unit.Result:
		if fn := d.r.functions[v.Callee]; fn != nil && d.r.drawsAnew(fn, maxDraws) {
			return []said{{drawnAtBoot, s.guard, s.at}}
		}
		byDefault, variable := lookedUp(v)
		s.guard = joined(s.guard, variable+" is not set")
		return d.key(byDefault, s, depth+1)
	case unit.PlaceValue:
		if v.Place == nil || v.Place.Root != unit.RootHolder || len(v.Place.Path) > 0 {
			return nil
		}
		return d.named(v.Place.Name, s, func(v *unit.Value, s statement) []said { return d.key(v, s, depth+1) })
	case unit.Compound:
		return chosen(v, s, func(v *unit.Value, s statement) []said { return d.key(v, s, depth+1) })
	}
	return nil
}

// keys are those with which Django signs, and those of Flask.
func (d *django) keys() {
	var list []said
	for _, s := range d.of("SECRET_KEY") {
		list = append(list, d.key(s.value, s, 0)...)
		if s.guard == "" {
			break
		}
	}
	d.put(unit.SettingSecret, "SECRET_KEY", "SECRET_KEY", list, asItIs)
}

func asItIs(value string) string { return value }

// applicationKeys reads the keys that applications of Flask are given as an attribute.
func (r *resolver) applicationKeys() {
	for _, fn := range r.order {
		for i := range fn.Accesses {
			if a := &fn.Accesses[i]; a.Kind == unit.Write && a.Value != nil && a.Place.Name == "current_app.secret_key" && !fn.Test {
				r.configure(fn, "SECRET_KEY", a.Value, a.Location)
			}
		}
	}
}

// signing writes the keys that processes of Flask draw.
func (r *resolver) signing() {
	for _, key := range signingKeys {
		list := r.config.said[key]
		for i := len(list) - 1; i >= 0; i-- {
			s := list[i]
			d := &django{r: r, chain: []*module{s.in}}
			d.put(unit.SettingSecret, key, key, d.key(s.value, s, 0), asItIs)
			if i > 0 && list[i-1].in == s.in {
				break // the last of several in one place counts
			}
		}
	}
}
