package stickysession

import "fmt"

// fix says what to change in the technology at hand, after the state has moved.
func fix(technology, text string) string {
	first := "Move what the copies keep for a user (see the session and registry findings) to a shared store; then "
	return first + cure(technology, short(text))
}

func cure(technology, text string) string {
	switch technology {
	case "nginx":
		return fmt.Sprintf("delete `%s` (round robin) or write `least_conn;`.", text)
	case "haproxy":
		return fmt.Sprintf("delete `%s` and use `balance leastconn` or `roundrobin`.", text)
	case "kubernetes":
		return "set `sessionAffinity: None`."
	case "nginx-ingress":
		return fmt.Sprintf("delete the annotation `%s` and the `session-cookie-*` ones beside it.", text)
	}
	return fmt.Sprintf("delete `%s`.", text)
}
