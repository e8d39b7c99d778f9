package ruby

import (
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// decisionAssigned records what is set once by the environment and asked for
// elsewhere: CONFIG.remote = Rails.env.production?, REMOTE = …, config.x.remote = ….
func (f *file) decisionAssigned(s *scope, n, left, right *node) {
	if !f.configures(s) || !left.Is("constant", "scope_resolution", "call") || !mentionsEnvironment(f.text(right)) {
		return
	}
	name := f.reference(left, 1)
	if name == "" && left.Is("call") && strings.HasPrefix(f.text(left), "config.") {
		name = f.text(left)
	}
	if left.Is("constant") {
		name = join(s.owner, name)
	}
	f.decision(s, name, f.condition(right, maxFollow), n)
}

// decisionDefined records a method of a class or module whose one result is such a
// test.
func (f *file) decisionDefined(s *scope, n *node, fn *unit.Function) {
	if fn.Owner == "" || !strings.HasSuffix(fn.Name, "?") || fn.ID != methodID(fn.Owner, fn.Name, true) && !slices.Contains(fn.Attrs, attrModuleFunction) {
		return
	}
	if made := f.handedOut(n); len(made) == 1 && made[0].node != nil {
		f.decision(s, fn.Owner+"."+fn.Name, f.condition(made[0].node, maxFollow), n)
	}
}

// mentionsEnvironment tells a text that may ask for the environment, so that others
// are not looked into.
func mentionsEnvironment(text string) bool {
	return strings.Contains(text, "env") || strings.Contains(text, "_ENV")
}

// decision records a name for a condition, if the environment has a part in it.
func (f *file) decision(s *scope, name string, c unit.Condition, n *node) {
	if name == "" || !ofEnvironment(c) {
		return
	}
	set := unit.Setting{Kind: unit.SettingDecision, Subject: decisionName(name), Choices: []unit.Choice{{When: c, Value: "true"}, {Value: "false"}}}
	f.keepSetting(s, set, n)
}

// ofEnvironment tells a condition that asks in which environment it is.
func ofEnvironment(c unit.Condition) bool {
	return c.Op == unit.InEnv || slices.ContainsFunc(c.Parts, ofEnvironment)
}

// decisionName writes the name of a decision alike where it is made and asked for.
func decisionName(name string) string {
	name = strings.TrimSuffix(strings.TrimPrefix(name, "::"), "?")
	for _, head := range []string{"Rails.application.config.", "Rails.configuration.", "Rails.application.configuration."} {
		if rest, ok := strings.CutPrefix(name, head); ok {
			return "config." + rest
		}
	}
	return name
}
