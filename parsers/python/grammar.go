//go:build cgo

package python

import (
	language "github.com/smacker/go-tree-sitter/python"

	"github.com/stateaudit/stateaudit/parsers/internal/syntax"
)

// unavailable says why no Python can be read; "" if it can.
const unavailable = ""

var grammar = syntax.New(language.GetLanguage(), []string{
	"alias", "alternative", "argument", "arguments", "attribute", "body", "condition", "consequence", "definition", "function", "key", "left",
	"module_name", "name", "object", "operator", "parameters", "return_type", "right", "subject", "subscript", "superclasses", "type", "value",
}, []string{
	"module", "block", "argument_list", "list", "tuple", "set", "dictionary", "string", "concatenated_string", "string_content", "parameters",
	"lambda_parameters", "expression_statement", "parenthesized_expression", "comparison_operator", "conditional_expression", "dotted_name",
	"identifier", "integer", "float", "true", "false", "none", "comment", "expression_list", "pattern_list", "tuple_pattern", "list_pattern",
	"return_statement", "decorator", "with_clause", "delete_statement", "global_statement", "nonlocal_statement", "list_splat", "await",
})

// parse reads Python source. It returns nil if the grammar gives no tree at all.
func parse(content []byte) *tree { return grammar.Parse(content) }
