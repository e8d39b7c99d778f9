package python

import (
	"slices"
	"strings"
)

// answer is what is known of a condition in production.
type answer int

const (
	unsure answer = iota
	holds
	fails
)

func (a answer) negated() answer {
	switch a {
	case holds:
		return fails
	case fails:
		return holds
	}
	return unsure
}

// inProduction tells whether a condition that asks for the debug mode of Django or Flask
// holds in production: that mode is off there, since it shows its insides to everybody.
// Names of a checkout's own that sound alike are not asked.
func (f *file) inProduction(s *scope, n *node) answer {
	if n == nil {
		return unsure
	}
	switch n.Kind {
	case "parenthesized_expression":
		return f.inProduction(s, last(n.Kids))
	case "not_operator":
		return f.inProduction(s, n.Child("argument")).negated()
	case "boolean_operator":
		return f.bothInProduction(s, n)
	}
	if f.debugMode(s, n) {
		return fails
	}
	return unsure
}

func (f *file) bothInProduction(s *scope, n *node) answer {
	left, right := f.inProduction(s, n.Child("left")), f.inProduction(s, n.Child("right"))
	decides := fails // of an and; an or is decided by what holds
	if f.between(n.Child("left"), n.Child("right")) == "or" {
		decides = holds
	}
	switch {
	case left == decides || right == decides:
		return decides
	case left == unsure || right == unsure:
		return unsure
	}
	return decides.negated()
}

// debugMode tells an expression that is the debug mode of the framework: settings.DEBUG,
// app.debug, app.config["DEBUG"], and what asks for these with a default.
func (f *file) debugMode(s *scope, n *node) bool {
	switch n.Kind {
	case "identifier":
		return !s.names[f.text(n)] && strings.HasSuffix(f.imported[f.text(n)], "settings.DEBUG")
	case "attribute":
		of, name := f.text(n.Child("object")), f.text(n.Child("attribute"))
		return name == "DEBUG" && f.settingsObject(of) || name == "debug" && slices.Contains([]string{"app", "current_app"}, of)
	case "subscript":
		return appConfig(f.text(n.Child("value"))) && f.literalText(n.Child("subscript")) == "DEBUG"
	case "call":
		return f.debugAsked(n)
	}
	return false
}

// debugAsked reads getattr(settings, "DEBUG", False) and app.config.get("DEBUG").
func (f *file) debugAsked(n *node) bool {
	args := n.Child("arguments")
	if args == nil || len(args.Kids) == 0 {
		return false
	}
	switch of, name, _ := cutLast(f.text(n.Child("function"))); {
	case of == "" && name == "getattr" && len(args.Kids) > 1:
		return f.settingsObject(f.text(args.Kids[0])) && f.literalText(args.Kids[1]) == "DEBUG"
	case name == "get":
		return appConfig(of) && f.literalText(args.Kids[0]) == "DEBUG"
	}
	return false
}

// settingsObject tells the name of Django's settings, or of a module of them.
func (f *file) settingsObject(name string) bool {
	from := f.imported[name]
	return from == "django.conf.settings" || name == "settings" || strings.HasSuffix(from, ".settings") && from != ""
}

func appConfig(text string) bool { return text == "app.config" || text == "current_app.config" }
