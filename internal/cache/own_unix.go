//go:build unix

package cache

import (
	"io/fs"
	"os"
	"syscall"
)

// own tells whether a file belongs to the user and nobody else may write to it.
func own(info fs.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(stat.Uid) == os.Geteuid() && info.Mode().Perm()&0o022 == 0
}
