package checkout

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
)

// Digest stands for all that can be read below a root: each name, and what is in
// each file. Left out are .git, and a folder apart (see Options).
// Nothing else is, neither what an audit excludes nor what it takes for fixtures: the
// tools of a language may read them all the same. Of files that are larger than is read
// of any, and of those below node_modules that no tool of a language here reads, only
// the name and size count. A folder that holds the one apart is not told.
func Digest(root, apart string) (Seen, error) {
	abs, err := openRoot(root)
	if err != nil {
		return Seen{}, err
	}
	var all []digested
	err = filepath.WalkDir(abs, func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			all = append(all, digested{name: name, note: "unreadable: " + reason(err).Error()})
			return fs.SkipDir
		case d.IsDir() && (d.Name() == ".git" && name != abs || name == apart && name != abs):
			return fs.SkipDir
		}
		around := name == abs || d.IsDir() && strings.HasPrefix(apart, name+string(filepath.Separator))
		all = append(all, digested{name: name, entry: d, untold: around})
		return nil
	})
	if err != nil {
		return Seen{}, err
	}
	digestAll(all)
	content, stamp := sha256.New(), sha256.New()
	for i := range all {
		rel, err := filepath.Rel(abs, all[i].name)
		if err != nil {
			return Seen{}, err
		}
		text(stamp, all[i].stamp)
		if !all[i].untold {
			text(content, filepath.ToSlash(rel))
			text(content, all[i].note)
			content.Write(all[i].content[:])
		}
	}
	return Seen{Content: [sha256.Size]byte(content.Sum(nil)), Stamp: [sha256.Size]byte(stamp.Sum(nil))}, nil
}

// Seen is what a look at a tree has found. Trees of one Content are read alike. A
// Stamp that is the same later says that nothing was written in between, not even
// what was taken back again.
type Seen struct{ Content, Stamp [sha256.Size]byte }

// digested is an entry of the tree: what it is, and what is in it.
type digested struct {
	name    string
	entry   fs.DirEntry
	note    string
	stamp   string
	untold  bool // that it is there counts for nothing
	content [sha256.Size]byte
}

// text adds a text so that where it ends is told as well.
func text(to hash.Hash, s string) {
	var n [8]byte
	binary.LittleEndian.PutUint64(n[:], uint64(len(s)))
	to.Write(n[:])
	io.WriteString(to, s)
}

func digestAll(all []digested) {
	var next atomic.Int64
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			buffer := make([]byte, 64<<10)
			for i := next.Add(1) - 1; i < int64(len(all)); i = next.Add(1) - 1 {
				if all[i].entry != nil {
					all[i].look(buffer)
				}
			}
		})
	}
	workers.Wait()
}

// look fills in what an entry is.
func (d *digested) look(buffer []byte) {
	if info, err := d.entry.Info(); err == nil {
		d.stamp = fmt.Sprintf("%d %d %d", info.Size(), info.ModTime().UnixNano(), number(info))
	}
	switch t := d.entry.Type(); {
	case t.IsDir():
		d.note = "folder"
	case t.IsRegular():
		d.file(buffer)
	case t&fs.ModeSymlink != 0:
		d.link(buffer)
	default:
		d.note = t.String()
	}
}

// link is where one leads, and what a file there holds: it may lie outside the tree.
func (d *digested) link(buffer []byte) {
	to, err := os.Readlink(d.name)
	if err != nil {
		d.note = "link: " + reason(err).Error()
		return
	}
	info, err := os.Stat(d.name)
	if err == nil && info.Mode().IsRegular() {
		d.file(buffer)
	} else if err == nil {
		d.note = info.Mode().String()
	}
	d.note = "link " + to + " " + d.note
}

func (d *digested) file(buffer []byte) {
	f, err := os.OpenFile(d.name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		d.note = "file: " + reason(err).Error()
		return
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		d.note = "no file"
		return
	}
	if !wholly(d.name, info.Size()) {
		d.note = fmt.Sprintf("file of %d", info.Size())
		return
	}
	sum := sha256.New()
	if _, err := io.CopyBuffer(onlyWriter{sum}, f, buffer); err != nil {
		d.note = "file: " + reason(err).Error()
		return
	}
	d.note = "file"
	d.content = [sha256.Size]byte(sum.Sum(nil))
}

// onlyWriter hides other methods, so that the buffer is used.
type onlyWriter struct{ io.Writer }

// wholly tells files of which the content counts.
func wholly(name string, size int64) bool {
	switch filepath.Ext(name) {
	case ".go", ".mod", ".sum", ".work":
		return true
	}
	if filepath.Base(name) == "modules.txt" {
		return true
	}
	return size <= DefaultMaxSize && !below(name, "node_modules")
}

// below tells whether a path leads through a folder of a name.
func below(name, folder string) bool {
	for dir := filepath.Dir(name); filepath.Dir(dir) != dir; dir = filepath.Dir(dir) {
		if filepath.Base(dir) == folder {
			return true
		}
	}
	return false
}
