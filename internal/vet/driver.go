package vet

import (
	"encoding/json"
	"os"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/unitchecker"
)

// Asked tells whether the program was started by go vet: to say which build it
// is, which flags it has, or to look at one package.
func Asked(args []string) bool {
	if len(args) == 0 {
		return false
	}
	if args[0] == "-V=full" || args[0] == "-flags" {
		return true
	}
	return strings.HasSuffix(args[len(args)-1], ".cfg")
}

// Main answers go vet, given the arguments of the program. It returns only if
// there was nothing to do.
func Main(args []string, all []*analysis.Analyzer) {
	if path := args[len(args)-1]; strings.HasSuffix(path, ".cfg") && skip(path) {
		return
	}
	unitchecker.Main(all...)
}

// config is what is read of the description of a package.
type config struct {
	VetxOnly      bool
	VetxOutput    string
	ModulePath    string
	ModuleVersion string
}

// skip writes an empty fact file for a package outside the main modules, of which
// go vet wants facts only: it has none for us. The standard library and all
// dependencies are such packages, and to parse and type-check them would be most
// of the work.
func skip(path string) bool {
	data, err := os.ReadFile(path)
	if err != nil {
		return false // the driver says so better
	}
	var c config
	if json.Unmarshal(data, &c) != nil || !c.VetxOnly || c.VetxOutput == "" || c.ModulePath != "" && c.ModuleVersion == "" {
		return false
	}
	return os.WriteFile(c.VetxOutput, nil, 0o666) == nil
}
