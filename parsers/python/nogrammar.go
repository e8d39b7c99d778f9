//go:build !cgo

package python

// unavailable says why no Python can be read: the grammar is written in C.
const unavailable = "this program was built without a C compiler, which the Python grammar needs; install gcc or clang and build it again with CGO_ENABLED=1, or take a released one"

// parse has no grammar to read with.
func parse([]byte) *tree { return nil }
