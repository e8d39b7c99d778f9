package golang

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// watchers are the libraries that tell what happens to files.
var watchers = []string{"github.com/fsnotify/fsnotify", "gopkg.in/fsnotify.v1", "github.com/rjeczalik/notify", "github.com/radovskyb/watcher", "github.com/howeyc/fsnotify", "github.com/illarion/gonotify"}

// takesFileEvents notes that a function takes from a channel what has happened to files.
func (b *body) takesFileEvents(e *ast.UnaryExpr) {
	if t := b.typeOf(e.X); e.Op == token.ARROW && t != nil && aboutFiles(t) {
		b.attr(unit.FollowsFiles)
	}
}

// aboutFiles tells a channel of what has happened to files.
func aboutFiles(t types.Type) bool {
	ch, ok := types.Unalias(t).Underlying().(*types.Chan)
	return ok && isFileEvent(ch.Elem())
}

func isFileEvent(t types.Type) bool {
	named := namedOf(t)
	if named == nil || named.Obj().Pkg() == nil {
		return false
	}
	for _, w := range watchers {
		if p := named.Obj().Pkg().Path(); p == w || strings.HasPrefix(p, w+"/") {
			return strings.HasPrefix(named.Obj().Name(), "Event") || strings.HasSuffix(named.Obj().Name(), "Event")
		}
	}
	return false
}

// toldOfFiles says of a function by its parameters that it is told of what has happened to files.
func toldOfFiles(sig *types.Signature) []string {
	if sig == nil {
		return nil
	}
	for v := range sig.Params().Variables() {
		if isFileEvent(v.Type()) {
			return []string{unit.FollowsFiles}
		}
	}
	return nil
}
