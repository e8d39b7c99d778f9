package python

import (
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/unit"
)

// keptTemporaries tells files of the module tempfile that are no temporary ones: those
// made under a new name in a folder that the caller chooses, which nothing takes away
// when they are closed. A function that removes, renames or moves something has a use
// for the file that is seen elsewhere.
func (r *resolver) keptTemporaries() {
	for _, fn := range r.order {
		if slices.ContainsFunc(fn.Calls, func(c unit.Call) bool { return takesAway(c.Callee) || takesAway("pathlib.Path."+c.Name) }) {
			continue
		}
		for i := range fn.Calls {
			c := &fn.Calls[i]
			folder := keyword(c, "dir")
			kept := keyword(c, "delete")
			if folder == nil || folder.Kind == unit.Nil || c.Callee != "tempfile.mkstemp" && (c.Callee != "tempfile.NamedTemporaryFile" || kept == nil || kept.Text != "False") {
				continue
			}
			c.Callee += ".dir"
			c.Args = append([]unit.Value{*folder}, c.Args...)
		}
	}
}

// takesAway tells functions after which a file no longer has the name that it had.
func takesAway(callee string) bool {
	switch callee {
	case "os.remove", "os.unlink", "os.rename", "os.replace", "os.link", "shutil.move", "shutil.rmtree", "pathlib.Path.unlink":
		return true
	}
	return strings.HasPrefix(callee, "aiofiles.os.re")
}
