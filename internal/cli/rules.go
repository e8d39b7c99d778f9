package cli

import "github.com/stateaudit/stateaudit/internal/result"

// ruleInfo is what the commands show of a rule.
type ruleInfo struct {
	Name    string
	Level   result.Level
	Summary string
	Doc     string
}

// rules lists the rules in the order in which they are shown.
func rules() []ruleInfo {
	return []ruleInfo{
		{"mutable-singleton", result.Warning, "The only copy of something changes in process memory while serving.", ""},
		{"in-process-cache", result.Warning, "Derived data is kept in process memory with no shared invalidation.", ""},
		{"connection-pool", result.Note, "A client or pool per process: fine alone, multiplied by copies.", ""},
	}
}

func ruleNames() []string {
	var names []string
	for _, r := range rules() {
		names = append(names, r.Name)
	}
	return names
}
