package facts

import (
	"path"
	"strings"

	"github.com/stateaudit/stateaudit/internal/program"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// files notes the files on the local disk that a function reads and writes, where
// their path is written out or begins with a constant of the checkout.
func (f *Facts) files(fn *program.Function) {
	for i := range fn.Calls {
		c := &fn.Calls[i]
		read, write := opensFile(c)
		if !read && !write || len(c.Args) == 0 {
			continue
		}
		if name := f.pathOf(&c.Args[0]); name != "" {
			f.add(Use{Function: fn, Kind: FileUse, Name: name, Write: write, Location: c.Location})
		}
	}
}

// opensFile tells the calls that read or write a file by its path.
func opensFile(c *unit.Call) (read, write bool) {
	switch c.Callee {
	case "os.ReadFile", "os.Open", "os.ReadDir", "File.read", "IO.read", "File.readlines", "File.foreach", "File.binread", "Dir.glob", "Dir.children", "CSV.read", "CSV.foreach":
		return true, false
	case "os.WriteFile", "os.Create", "os.Remove", "os.RemoveAll", "os.Rename", "os.MkdirAll", "File.write", "File.binwrite", "IO.write", "IO.binwrite", "File.delete", "FileUtils.rm", "FileUtils.rm_f", "FileUtils.rm_rf", "FileUtils.mkdir_p", "FileUtils.touch":
		return false, true
	case "os.OpenFile":
		return false, len(c.Args) > 1 && strings.ContainsAny(c.Args[1].Text, "WC") && !strings.HasSuffix(c.Args[1].Text, "O_RDONLY")
	case "File.open", "CSV.open":
		mode := ""
		if len(c.Args) > 1 {
			mode, _ = literal(&c.Args[1])
		}
		write = strings.ContainsAny(mode, "wa+")
		return !write, write
	}
	return false, false
}

// pathOf is what is known of a path: constants by name and texts, "" if that is
// nothing that could be told apart, or a place for temporary files.
func (f *Facts) pathOf(v *unit.Value) string {
	if !fixedStart(v) {
		return ""
	}
	var parts []string
	walk(v, func(part *unit.Value) {
		if text, ok := literal(part); ok && len(parts) < 4 {
			parts = append(parts, strings.Trim(text, "/"))
		}
		if name := namedBy(part); name != "" && len(parts) < 4 {
			if h := f.Program.Holder(name); h != nil && !h.Test {
				parts = append(parts, name)
			}
		}
	})
	name := path.Join(parts...)
	if len(name) < 4 || name == "tmp" || strings.HasPrefix(name, "tmp/") || strings.HasPrefix(name, "dev/") || strings.HasPrefix(name, "proc/") {
		return ""
	}
	return name
}

// fixedStart tells a path that begins with a text or a constant: one that only ends
// in a text may lie anywhere.
func fixedStart(v *unit.Value) bool {
	for depth := 0; len(v.Parts) > 0 && v.Kind != unit.PlaceValue && depth < 8; depth++ {
		v = &v.Parts[0]
	}
	if _, ok := literal(v); ok {
		return true
	}
	return v.Place != nil && v.Place.Root == unit.RootHolder
}
