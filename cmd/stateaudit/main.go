// Command stateaudit finds the state that a Go or Rails process keeps, which
// breaks when a second copy of it runs.
package main

import (
	"os"

	"github.com/stateaudit/stateaudit/analyzers"
	"github.com/stateaudit/stateaudit/internal/cli"
	"github.com/stateaudit/stateaudit/internal/vet"
)

func main() {
	if vet.Asked(os.Args[1:]) {
		vet.Main(os.Args[1:], analyzers.All())
		return
	}
	os.Exit(cli.Main())
}
