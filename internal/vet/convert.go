package vet

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"sort"
	"strconv"
	"strings"

	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// diagnostic is one entry of what go vet -json prints.
type diagnostic struct {
	Category string    `json:"category"`
	Posn     string    `json:"posn"`
	End      string    `json:"end"`
	Message  string    `json:"message"`
	Related  []related `json:"related"`
	Error    string    `json:"error"`
}

type related struct {
	Posn    string `json:"posn"`
	End     string `json:"end"`
	Message string `json:"message"`
}

// errEmpty says that a stream holds nothing: go vet writes at least {} for what it
// has looked at.
var errEmpty = errors.New("go vet -json has printed nothing, as it does when it fails: its exit code and standard error say why")

// Findings reads what `go vet -json -vettool=stateaudit` prints. Paths are made
// relative to root. Diagnostics of other analyzers are left out. A stream that
// is no such output is an error.
func Findings(stream io.Reader, root string) ([]result.Finding, []unit.Problem, error) {
	content, err := io.ReadAll(stream)
	if err != nil {
		return nil, nil, err
	}
	decoder := json.NewDecoder(bytes.NewReader(uncommented(content)))
	var found []result.Finding
	var problems []unit.Problem
	seen := map[string]bool{}
	for read := 0; ; read++ {
		var packages map[string]map[string]json.RawMessage
		err := decoder.Decode(&packages)
		if errors.Is(err, io.EOF) && read > 0 {
			break
		}
		if errors.Is(err, io.EOF) {
			return nil, nil, errEmpty
		}
		if err != nil {
			return nil, nil, fmt.Errorf("not the output of go vet -json, or of one that failed: %w", err)
		}
		for _, pkg := range keys(packages) {
			for _, analyzer := range keys(packages[pkg]) {
				var list []diagnostic
				if json.Unmarshal(packages[pkg][analyzer], &list) != nil {
					var failed diagnostic
					_ = json.Unmarshal(packages[pkg][analyzer], &failed)
					problems = append(problems, unit.Problem{File: pkg, Message: analyzer + ": " + failed.Error})
					continue
				}
				for _, d := range list {
					if f, ok := finding(d, root); ok && !seen[d.Posn+d.Message] {
						seen[d.Posn+d.Message] = true
						found = append(found, f)
					}
				}
			}
		}
	}
	result.Sort(found)
	return found, problems, nil
}

func keys[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	sort.Strings(out)
	return out
}

// uncommented takes out the lines by which the go command names packages.
func uncommented(content []byte) []byte {
	var out []byte
	for line := range bytes.Lines(content) {
		if !bytes.HasPrefix(line, []byte("#")) {
			out = append(out, line...)
		}
	}
	return out
}

// finding makes a finding of a diagnostic, if it is one of ours.
func finding(d diagnostic, root string) (result.Finding, bool) {
	words := strings.SplitN(d.Category, "/", 5)
	if len(words) != 5 {
		return result.Finding{}, false
	}
	f := result.Finding{
		Rule: words[0], Level: result.Level(words[1]), Category: result.Category(words[2]), Symbol: words[4], Language: unit.Go,
		Message: strings.TrimPrefix(d.Message, words[1]+": "+words[0]+": "), Location: location(d.Posn, d.End, root),
	}
	if words[3] != "" {
		group := result.Group(words[3])
		f.Group = &group
	}
	f.Confidence, f.Doubt = result.Likely, "go vet looks at a package with what it imports, and not at what calls it"
	f.Related, f.Evidence = []string{}, []result.Evidence{}
	for _, r := range d.Related {
		f.Evidence = append(f.Evidence, result.Evidence{Kind: result.CallAt, Phase: result.UnknownPhase, Location: location(r.Posn, r.End, root), Note: r.Message})
	}
	f.ID = result.Fingerprint(f.Rule, f.Symbol, f.Location.File)
	return f, true
}

// location reads file:line:column.
func location(posn, end, root string) unit.Location {
	file, line, column := split(posn)
	if rel, err := filepath.Rel(root, file); err == nil && filepath.IsAbs(file) {
		file = rel
	}
	l := unit.Location{File: filepath.ToSlash(file), Line: line, Column: column, EndLine: line, EndColumn: column}
	if _, endLine, endColumn := split(end); endLine >= line && endLine > 0 {
		l.EndLine, l.EndColumn = endLine, endColumn
	}
	return l
}

func split(posn string) (file string, line, column int) {
	if i := strings.LastIndexByte(posn, ':'); i > 0 {
		column, _ = strconv.Atoi(posn[i+1:])
		posn = posn[:i]
	}
	if i := strings.LastIndexByte(posn, ':'); i > 0 {
		line, _ = strconv.Atoi(posn[i+1:])
		posn = posn[:i]
	}
	return posn, line, column
}
