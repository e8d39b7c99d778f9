//go:build !cgo

package syntax

// Unavailable says of a language why it cannot be read: its grammar is written in C.
func Unavailable(language string) string {
	return "this program was built without a C compiler, which the " + language + " grammar needs; install gcc or clang and build it again with CGO_ENABLED=1, or take a released one"
}
