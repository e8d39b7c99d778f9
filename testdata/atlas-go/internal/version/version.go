// Package version knows which build this is.
package version

import (
	"runtime/debug"
	"sync"
)

// Commit is set by the linker.
var Commit = "unknown"

var read = sync.OnceValue(func() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		return info.Main.Version
	}
	return Commit
})

// String returns the version.
func String() string { return read() }
