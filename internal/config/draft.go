package config

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Drafted is a domain to be put into a configuration file.
type Drafted struct {
	Name  string   `yaml:"name"`
	Paths []string `yaml:"paths"`
}

// AddDomains puts domains behind those that a configuration file names, or a list of
// its own at its end, and leaves every byte of the rest as it is. The file must have
// been parsed before.
func AddDomains(content []byte, drafted []Drafted) ([]byte, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal(content, &doc); err != nil {
		return nil, err
	}
	if list := domainsOf(&doc); list != nil && len(list.Content) > 0 {
		if list.Style&yaml.FlowStyle != 0 {
			return nil, errors.New("domains are written in one line, behind which nothing can be put")
		}
		text, err := indented(drafted, list.Column-1)
		if err != nil {
			return nil, err
		}
		lines := bytes.SplitAfter(content, []byte("\n"))
		at := min(lastLine(list), len(lines))
		head := bytes.Join(lines[:at], nil)
		return bytes.Join([][]byte{ended(head), text, bytes.Join(lines[at:], nil)}, nil), nil
	}
	text, err := indented(drafted, 2)
	if err != nil {
		return nil, err
	}
	return bytes.Join([][]byte{ended(content), []byte("\n# Drafted from the checkout; correct what is wrong.\ndomains:\n"), text}, nil), nil
}

// domainsOf is the list of domains of a document, nil if there is none.
func domainsOf(doc *yaml.Node) *yaml.Node {
	if len(doc.Content) == 0 || doc.Content[0].Kind != yaml.MappingNode {
		return nil
	}
	top := doc.Content[0].Content
	for i := 0; i+1 < len(top); i += 2 {
		if top[i].Value == "domains" && top[i+1].Kind == yaml.SequenceNode {
			return top[i+1]
		}
	}
	return nil
}

// lastLine is the last line that a node takes up, texts over several lines included.
func lastLine(n *yaml.Node) int {
	last := n.Line
	if n.Kind == yaml.ScalarNode {
		last += strings.Count(strings.TrimSuffix(n.Value, "\n"), "\n")
		if n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
			last++
		}
	}
	for _, part := range n.Content {
		last = max(last, lastLine(part))
	}
	return last
}

// indented writes a list of domains some columns in.
func indented(drafted []Drafted, columns int) ([]byte, error) {
	var b bytes.Buffer
	e := yaml.NewEncoder(&b)
	e.SetIndent(2)
	if err := e.Encode(drafted); err != nil {
		return nil, fmt.Errorf("domains: %w", err)
	}
	if err := e.Close(); err != nil {
		return nil, fmt.Errorf("domains: %w", err)
	}
	var out bytes.Buffer
	for line := range bytes.Lines(b.Bytes()) {
		out.WriteString(strings.Repeat(" ", columns))
		out.Write(line)
	}
	return out.Bytes(), nil
}

// ended is a text whose last line has an end.
func ended(text []byte) []byte {
	if len(text) > 0 && !bytes.HasSuffix(text, []byte("\n")) {
		return append(bytes.Clone(text), '\n')
	}
	return text
}
