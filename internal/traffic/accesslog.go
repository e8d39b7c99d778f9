package traffic

import (
	"errors"
	"strings"
	"unicode"

	"github.com/stateaudit/stateaudit/internal/rank"
)

// logLine reads a line of an access log: the request stands in quotes, as
// "GET /orders/17?full=1 HTTP/1.1". What stands around it differs from server to
// server and is not looked at, so that load balancers' and routers' own logs
// count as well.
func logLine(line string) (rank.Requests, error) {
	if line[0] == '{' {
		return rank.Requests{}, errors.New("no line of an access log")
	}
	dated := strings.Contains(line, "[") && strings.Contains(line, "]")
	for rest := line; ; {
		text, after, ok := quoted(rest)
		if !ok {
			return rank.Requests{}, errors.New("no request in quotes")
		}
		if dated && (text == "-" || text == "") {
			return rank.Requests{}, errNoRequest // closed or timed out before it asked
		}
		r, protocol, err := requestLine(text)
		switch {
		case err == nil && (protocol || dated):
			return r, nil
		case errors.Is(err, errNoRequest):
			return r, err
		case err != nil && dated:
			return r, err // what follows is what the client says of itself
		}
		rest = after
	}
}

// quoted cuts out the first text in quotes; a backslash keeps a quote from
// ending it.
func quoted(line string) (text, after string, ok bool) {
	start := strings.IndexByte(line, '"')
	if start < 0 {
		return "", "", false
	}
	for i := start + 1; i < len(line); i++ {
		switch line[i] {
		case '\\':
			i++
		case '"':
			return line[start+1 : i], line[i+1:], true
		}
	}
	return "", "", false
}

// requestLine reads "GET /orders/17 HTTP/1.1"; protocol tells whether the
// protocol was there, which nobody else writes behind a path.
func requestLine(text string) (r rank.Requests, protocol bool, err error) {
	name, target, ok := strings.Cut(strings.TrimSpace(text), " ")
	m, isMethod := method(name)
	if !ok || !isMethod || m == "" {
		return r, false, errors.New("no request such as GET /orders")
	}
	target = strings.TrimSpace(target)
	if i := strings.LastIndex(target, " HTTP/"); i >= 0 {
		target, protocol = target[:i], true
	}
	if target == "*" { // OPTIONS * asks for the server and not for a path
		return r, protocol, errNoRequest
	}
	p, ok := pathOf(target)
	if !ok {
		return r, protocol, errors.New("the request has no path")
	}
	return rank.Requests{Method: m, Path: p, Count: 1}, protocol, nil
}

// method reads a method in any case; the words for any method give "".
func method(name string) (string, bool) {
	switch strings.ToUpper(name) {
	case "", "-", "*", "ANY", "ALL":
		return "", true
	}
	if len(name) < 3 || len(name) > 16 {
		return "", false
	}
	for i := range len(name) {
		if c := name[i] | 0x20; c < 'a' || c > 'z' {
			return "", false
		}
	}
	return strings.ToUpper(name), true
}

// maxPath is more than servers take, which refuse lines of 8 KiB.
const maxPath = 8 << 10

// pathOf cuts the path out of a URL or of what follows the method: without
// scheme and host, query string and fragment.
func pathOf(target string) (string, bool) {
	for _, scheme := range []string{"http://", "https://"} {
		if rest, ok := strings.CutPrefix(target, scheme); ok {
			if i := strings.IndexAny(rest, "/?#"); i >= 0 && rest[i] == '/' {
				target = rest[i:]
			} else {
				target = "/"
			}
		}
	}
	if i := strings.IndexAny(target, "?#"); i >= 0 {
		target = target[:i]
	}
	if target == "" || target[0] != '/' || len(target) > maxPath || strings.ContainsFunc(target, func(r rune) bool { return r == ' ' || unicode.IsControl(r) }) {
		return "", false
	}
	return target, true
}
