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

// BuildAnalyzers returns the analyzers of the rules asked for.
func (p plugin) BuildAnalyzers() ([]*analysis.Analyzer, error) {
	return analyzers.Choose(p.settings.Rules, p.settings.Notes)
}

// GetLoadMode says that types are needed.
func (plugin) GetLoadMode() string { return register.LoadModeTypesInfo }
