package names

import (
	"slices"
	"strings"
)

// LogLevels are the levels of logs, as functions are called after them.
var LogLevels = []string{"Trace", "Debug", "Info", "Warn", "Warning", "Error", "Fatal", "Panic", "Print"}

// besideLevels are what names of functions that log are made of beside a level.
var besideLevels = []string{"log", "logf", "sys", "f", "w", "ln", "ctx", "context"}

// LogLevel tells a name that is made only of the words of loggers (Errorf, LogInfo,
// SysLog), and the level in it in lower case, "" if it has none.
func LogLevel(name string) (level string, ok bool) {
	ws := Tokens(name)
	for _, w := range ws {
		is := slices.IndexFunc(LogLevels, func(l string) bool {
			rest, ok := strings.CutPrefix(w, strings.ToLower(l))
			return ok && (rest == "" || rest == "f" || rest == "w" || rest == "ln")
		})
		switch {
		case is >= 0:
			level = strings.TrimSuffix(strings.ToLower(LogLevels[is]), "ing")
		case !slices.Contains(besideLevels, w):
			return "", false
		}
	}
	return level, len(ws) > 0
}
