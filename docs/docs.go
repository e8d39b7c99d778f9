// Package docs carries the JSON Schemas of the project, so that the program and
// its tests use the very files that the documentation links to.
package docs

import "embed"

// Schemas holds stateaudit.schema.json, result.schema.json and diff.schema.json.
//
//go:embed *.schema.json
var Schemas embed.FS
