// Command stateaudit finds the state that a Go or Rails process keeps, which
// breaks when a second copy of it runs.
package main

import (
	"os"

	"github.com/stateaudit/stateaudit/internal/cli"
)

func main() {
	os.Exit(cli.Main())
}
