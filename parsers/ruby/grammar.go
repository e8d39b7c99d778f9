//go:build cgo

package ruby

import (
	language "github.com/smacker/go-tree-sitter/ruby"

	"github.com/stateaudit/stateaudit/parsers/internal/syntax"
)

// unavailable says why no Ruby can be read; "" if it can.
const unavailable = ""

var grammar = syntax.New(language.GetLanguage(), []string{
	"alias", "alternative", "arguments", "block", "body", "condition", "consequence", "exceptions", "handler", "key", "left", "locals", "method",
	"name", "object", "operand", "parameters", "pattern", "receiver", "right", "scope", "superclass", "value", "variable",
}, []string{
	"program", "body_statement", "block_body", "argument_list", "array", "hash", "string", "interpolation", "method_parameters",
	"block_parameters", "then", "parenthesized_statements", "string_array", "symbol_array", "heredoc_body", "regex", "subshell",
	"simple_symbol", "string_content", "identifier", "constant", "integer", "comment", "instance_variable", "self", "true", "false", "nil",
})

// parse reads Ruby source. It returns nil if the grammar gives no tree at all.
func parse(content []byte) *tree { return grammar.Parse(content) }
