package names

import "testing"

func TestLogLevel(t *testing.T) {
	for name, want := range map[string]string{
		"Info": "info", "Errorf": "error", "Warning": "warn", "warnln": "warn", "InfoContext": "info", "LogError": "error", "debug_log": "debug",
	} {
		if level, ok := LogLevel(name); !ok || level != want {
			t.Errorf("%s: %q, %v; want %q", name, level, ok, want)
		}
	}
	if level, ok := LogLevel("SysLog"); !ok || level != "" {
		t.Errorf("SysLog: %q, %v; it logs without a level", level, ok)
	}
	for _, name := range []string{"", "ErrorHandler", "Information", "PrintInvoice", "Login"} {
		if _, ok := LogLevel(name); ok {
			t.Errorf("%s is said to log", name)
		}
	}
}
