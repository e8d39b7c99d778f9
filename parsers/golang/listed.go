package golang

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/tools/go/packages"

	"github.com/stateaudit/stateaudit/internal/frontend"
)

// listed is what the go command says of the packages of a module and of all that they
// import.
type listed struct {
	Of       []byte // digest of what decides about it
	Asked    []string
	Packages []listedPackage
}

type listedPackage struct {
	ID, Name, PkgPath                                  string
	GoFiles, CompiledGoFiles, OtherFiles, IgnoredFiles []string
	Imports                                            map[string]string
	// GoVersion is that of its module, and Standard says that it has none.
	GoVersion string
	Standard  bool
}

// list asks the go command which packages there are, unless it was asked before and
// nothing has changed since that it looks at: which files there are, what stands in
// them up to their imports, and the modules.
func (l *loader) list(m module, cfg *packages.Config) ([]*packages.Package, error) {
	of := l.listedBy(m, cfg)
	if of == nil {
		return packages.Load(cfg, l.patterns(m)...)
	}
	name := "go list " + m.rel
	if pkgs := l.restore(name, of); pkgs != nil {
		return pkgs, nil
	}
	pkgs, err := packages.Load(cfg, l.patterns(m)...)
	if err != nil {
		return pkgs, err
	}
	complete := true
	out := listed{Of: of}
	packages.Visit(pkgs, nil, func(p *packages.Package) {
		complete = complete && len(p.Errors) == 0 // it may have more to say the next time
		q := listedPackage{ID: p.ID, Name: p.Name, PkgPath: p.PkgPath, GoFiles: p.GoFiles, CompiledGoFiles: p.CompiledGoFiles,
			OtherFiles: p.OtherFiles, IgnoredFiles: p.IgnoredFiles, Imports: map[string]string{}, Standard: p.Module == nil}
		if p.Module != nil {
			q.GoVersion = p.Module.GoVersion
		}
		for path, imported := range p.Imports {
			q.Imports[path] = imported.ID
		}
		out.Packages = append(out.Packages, q)
	})
	for _, p := range pkgs {
		out.Asked = append(out.Asked, p.ID)
	}
	if text, err := json.Marshal(out); err == nil && complete && bytes.Equal(l.look(), l.tree) { // nothing was written meanwhile
		l.input.Kept.Put(name, bytes.ReplaceAll(text, l.here(), []byte(elsewhere+"/")))
	}
	return pkgs, nil
}

// elsewhere stands for the folder of the checkout in what is kept: it may be another one
// the next time. JSON writes no such sign of its own.
const elsewhere = "<root>"

func (l *loader) here() []byte { return []byte(l.root + string(filepath.Separator)) }

// restore reads a list that was kept, nil if there is none for the digest.
func (l *loader) restore(name string, of []byte) []*packages.Package {
	text, ok := l.input.Kept.Get(name)
	var kept listed
	if !ok || json.Unmarshal(bytes.ReplaceAll(text, []byte(elsewhere+"/"), l.here()), &kept) != nil || !bytes.Equal(kept.Of, of) {
		return nil
	}
	byID := map[string]*packages.Package{}
	sizes := types.SizesFor("gc", l.settings["GOARCH"])
	for _, q := range kept.Packages {
		p := &packages.Package{ID: q.ID, Name: q.Name, PkgPath: q.PkgPath, GoFiles: q.GoFiles, CompiledGoFiles: q.CompiledGoFiles,
			OtherFiles: q.OtherFiles, IgnoredFiles: q.IgnoredFiles, Imports: map[string]*packages.Package{}, TypesSizes: sizes}
		if !q.Standard {
			p.Module = &packages.Module{GoVersion: q.GoVersion}
		}
		byID[q.ID] = p
	}
	for _, q := range kept.Packages {
		for path, id := range q.Imports {
			if byID[id] == nil {
				return nil
			}
			byID[q.ID].Imports[path] = byID[id]
		}
	}
	var out []*packages.Package
	for _, id := range kept.Asked {
		out = append(out, byID[id])
	}
	return out
}

// listedBy is a digest of what decides what the go command lists; nil if that cannot
// be told, or changes what it says from one time to the next.
func (l *loader) listedBy(m module, cfg *packages.Config) []byte {
	if l.input.Kept == nil || l.settings == nil || m.invented || len(cfg.Overlay) > 0 || slices.Contains(cfg.BuildFlags, "-mod=vendor") || len(cfg.BuildFlags) > 1 {
		return nil
	}
	tree := l.looked()
	if tree == nil {
		return nil
	}
	h := sha256.New()
	fmt.Fprintf(h, "%q %q %q %x\n", m.rel, cfg.BuildFlags, l.patterns(m), tree)
	return h.Sum(nil)
}

// looked is the digest of look, as it was when it was first asked for.
func (l *loader) looked() []byte {
	l.lookOnce.Do(func() { l.tree = l.look() })
	return l.tree
}

// look makes a digest of what the go command may look at in the checkout and beside it; nil
// if that cannot be told.
func (l *loader) look() []byte {
	outside, ok := outsideBy(l.settings, frontend.Input{Root: l.root, Files: l.files, Offline: l.offline})
	if !ok {
		return nil
	}
	h := sha256.New()
	io.WriteString(h, outside)
	err := filepath.WalkDir(l.root, func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			fmt.Fprintf(h, "%q unreadable\n", name)
			return fs.SkipDir
		case d.IsDir() && strings.HasPrefix(d.Name(), ".") && name != l.root:
			return fs.SkipDir
		}
		if shows := l.visible(name, d); shows != "" {
			fmt.Fprintf(h, "%q %v %s\n", strings.TrimPrefix(name, l.root), d.Type(), shows)
		}
		return nil
	})
	if err != nil {
		return nil
	}
	return h.Sum(nil)
}

// besideGo are the endings of the files that the go command names beside those in Go.
var besideGo = []string{".c", ".cc", ".cpp", ".cxx", ".m", ".h", ".hh", ".hpp", ".hxx", ".f", ".F", ".for", ".f90", ".s", ".S", ".sx", ".swig", ".swigcxx", ".syso"}

// visible is what a file shows the go command; "" for nothing.
func (l *loader) visible(name string, d fs.DirEntry) string {
	switch base := d.Name(); {
	case slices.Contains(besideGo, filepath.Ext(base)):
		return "beside"
	case !d.Type().IsRegular() || l.mustNotOpen(name):
		if strings.HasSuffix(base, ".go") {
			return "not a file"
		}
	case strings.HasSuffix(base, ".go"):
		return headOf(name)
	case base == "go.mod" || base == "go.sum" || base == "go.work" || base == "go.work.sum":
		content, err := os.ReadFile(name)
		return fmt.Sprintf("%x %v", sha256.Sum256(content), err != nil)
	}
	return ""
}

// headOf is a digest of a Go file up to its imports, with the comments before them.
func headOf(name string) string {
	content, err := os.ReadFile(name)
	if err != nil {
		return "unreadable"
	}
	fset := token.NewFileSet()
	end := len(content)
	if f, err := parser.ParseFile(fset, name, content, parser.ImportsOnly|parser.SkipObjectResolution); err == nil {
		end = fset.Position(f.Name.End()).Offset
		for _, spec := range f.Imports {
			end = max(end, fset.Position(spec.End()).Offset)
		}
	}
	return fmt.Sprintf("%x", sha256.Sum256(content[:min(end, len(content))]))
}
