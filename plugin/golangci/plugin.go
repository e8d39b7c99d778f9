// Package golangci offers the rules to golangci-lint's module plugin system.
package golangci

import (
	"github.com/golangci/plugin-module-register/register"
	"golang.org/x/tools/go/analysis"

	"github.com/stateaudit/stateaudit/analyzers"
)

// The plugin system finds plugins by their registration when the binary starts.
func init() {
	register.Plugin("stateaudit", New)
}

// settings are what stands under linters.settings.custom.stateaudit.settings.
type settings struct {
	// Rules are the rules to ask; all if empty.
	Rules []string `json:"rules"`
	// Notes reports notes as well.
	Notes bool `json:"notes"`
}

// New makes the plugin from its settings.
func New(raw any) (register.LinterPlugin, error) {
	s, err := register.DecodeSettings[settings](raw)
	if err != nil {
		return nil, err
	}
	return plugin{s}, nil
}

type plugin struct{ settings settings }

// BuildAnalyzers returns one analyzer for the rules asked for. golangci-lint makes
// an issue of every related place, which a nolint comment at the declaration does
// not reach, and by default shows one issue a line: so it gets verdicts alone.
func (p plugin) BuildAnalyzers() ([]*analysis.Analyzer, error) {
	a, err := analyzers.Verdicts(p.settings.Rules, p.settings.Notes)
	if err != nil {
		return nil, err
	}
	return []*analysis.Analyzer{a}, nil
}

// GetLoadMode says that types are needed.
func (plugin) GetLoadMode() string { return register.LoadModeTypesInfo }
