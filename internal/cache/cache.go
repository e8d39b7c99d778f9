// Package cache keeps what is costly to work out and easy to name: texts by a key
// that stands for everything they depend on. Whoever makes the key answers for that;
// an entry is never looked into to see whether it is still right.
//
// It is safe under any number of processes at once and after a crash at any moment:
// an entry is written beside the others and then renamed, and its name, length and
// checksum are held against it when it is read. What does not fit is taken away and
// counts as absent. Nothing here fails an audit: a cache that cannot be read or
// written is an empty one.
//
// Entries that another user owns, or that others may write to, are not read: in a
// shared folder they could say anything.
package cache

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"sync/atomic"
	"time"
)

// DefaultMaxBytes is how much a cache may hold.
const DefaultMaxBytes = 512 << 20

// Cache is a folder of entries.
type Cache struct {
	dir string
	max int64
	now func() time.Time
	// written counts bytes since there was last a look at the room.
	written atomic.Int64
}

// Key names an entry.
type Key [sha256.Size]byte

// KeyOf makes a key of parts. Parts that are cut otherwise make another key.
func KeyOf(parts ...string) Key {
	h := sha256.New()
	for _, p := range parts {
		var n [8]byte
		binary.LittleEndian.PutUint64(n[:], uint64(len(p)))
		h.Write(n[:])
		io.WriteString(h, p)
	}
	return Key(h.Sum(nil))
}

// Open returns the cache in a folder, which is made on the first write. A size
// of 0 stands for DefaultMaxBytes. The clock only tells what was used lately.
func Open(dir string, maxBytes int64, now func() time.Time) *Cache {
	if maxBytes <= 0 {
		maxBytes = DefaultMaxBytes
	}
	c := &Cache{dir: dir, max: maxBytes, now: now}
	c.written.Store(maxBytes) // the first write looks
	return c
}

// Dir is the folder of the cache.
func (c *Cache) Dir() string { return c.dir }

// magic begins every entry; it changes with the layout.
const magic = "stateaudit cache 1\n"

const (
	suffix    = ".entry"
	temporary = "new-"
)

var named = regexp.MustCompile(`^([0-9a-f]{64}\.entry|new-[0-9]+)$`)

func (c *Cache) file(k Key) string {
	name := hex.EncodeToString(k[:])
	return filepath.Join(c.dir, name[:2], name+suffix)
}

// Get returns the content of an entry. A nil cache has none.
func (c *Cache) Get(k Key) ([]byte, bool) {
	if c == nil {
		return nil, false
	}
	name := c.file(k)
	f, err := openOwn(name)
	if err != nil {
		return nil, false
	}
	content, err := io.ReadAll(f)
	f.Close()
	if err != nil {
		return nil, false
	}
	payload, ok := unpack(k, content)
	if !ok {
		os.Remove(name) // if that fails, it is written anew
		return nil, false
	}
	now := c.now()
	_ = os.Chtimes(name, now, now) // used lately; if that fails it goes earlier
	return payload, true
}

// openOwn opens a regular file that belongs to the user and that no other may write.
func openOwn(name string) (*os.File, error) {
	if info, err := os.Lstat(name); err != nil || !info.Mode().IsRegular() {
		return nil, errors.Join(err, os.ErrNotExist)
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() || !own(info) {
		f.Close()
		return nil, os.ErrPermission
	}
	return f, nil
}

// pack puts name and checksum before a content.
func pack(k Key, payload []byte) []byte {
	sum := sha256.Sum256(payload)
	return slices.Concat([]byte(magic), k[:], sum[:], payload)
}

// unpack returns the content of an entry if it is whole and the one that is meant.
func unpack(k Key, content []byte) ([]byte, bool) {
	const head = len(magic) + 2*sha256.Size
	if len(content) < head || string(content[:len(magic)]) != magic || !bytes.Equal(content[len(magic):len(magic)+sha256.Size], k[:]) {
		return nil, false
	}
	payload := content[head:]
	sum := sha256.Sum256(payload)
	return payload, bytes.Equal(sum[:], content[len(magic)+sha256.Size:head])
}

// Put stores a content. It is not kept if it alone would take most of the room.
func (c *Cache) Put(k Key, payload []byte) error {
	if c == nil || int64(len(payload)) > c.max/2 {
		return nil
	}
	name := c.file(k)
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		return err
	}
	c.tag()
	f, err := os.CreateTemp(filepath.Dir(name), temporary)
	if err != nil {
		return err
	}
	_, err = f.Write(pack(k, payload))
	err = errors.Join(err, f.Close())
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		os.Remove(f.Name())
		return err
	}
	if c.written.Add(int64(len(payload))) < c.max/32 {
		return nil
	}
	c.written.Store(0)
	return c.trim()
}

// tag tells programs that make backups to leave the folder out. It is of no
// consequence if it cannot be written.
func (c *Cache) tag() {
	name := filepath.Join(c.dir, "CACHEDIR.TAG")
	if _, err := os.Lstat(name); err != nil {
		_ = os.WriteFile(name, []byte("Signature: 8a477f597d28d172789f06886806bc55\n# Made by stateaudit; `stateaudit cache clean` empties it.\n"), 0o600)
	}
}

// abandoned is the age from which a half written entry belongs to nobody.
const abandoned = time.Hour

type stored struct {
	name string
	size int64
	used time.Time
}

// entries lists what the cache holds. Files of others in its folder are none.
func (c *Cache) entries() ([]stored, error) {
	files, err := filepath.Glob(filepath.Join(globEscaped(c.dir), "[0-9a-f][0-9a-f]", "*"))
	var out []stored
	for _, name := range files {
		info, err := os.Lstat(name)
		if err == nil && info.Mode().IsRegular() && named.MatchString(filepath.Base(name)) {
			out = append(out, stored{name, info.Size(), info.ModTime()})
		}
	}
	return out, err
}

// globEscaped is a path as a pattern that matches it alone.
func globEscaped(path string) string {
	if filepath.Separator == '\\' {
		return path // there is no way to escape on Windows, and no need for [ alone
	}
	return regexp.MustCompile(`[\\*?\[]`).ReplaceAllString(path, `\$0`)
}

// trim takes away what was not used for longest until there is room again.
func (c *Cache) trim() error {
	all, err := c.entries()
	if err != nil {
		return err
	}
	slices.SortFunc(all, func(a, b stored) int { return b.used.Compare(a.used) })
	var total int64
	full := false
	for _, e := range all {
		unfinished := filepath.Base(e.name)[:len(temporary)] == temporary
		switch {
		case unfinished && c.now().Sub(e.used) > abandoned:
			os.Remove(e.name) // another process may have been faster
		case unfinished:
		case full || total+e.size > c.max:
			full = true
			os.Remove(e.name)
		default:
			total += e.size
		}
	}
	return nil
}

// Size tells how many entries there are and how many bytes they take.
func (c *Cache) Size() (entries int, bytes int64) {
	all, _ := c.entries() // fails for a bad pattern alone
	for _, e := range all {
		bytes += e.size
	}
	return len(all), bytes
}

// Clean empties the cache and tells how many bytes that freed. Files of others that
// lie in the folder stay.
func (c *Cache) Clean() (freed int64, err error) {
	all, err := c.entries()
	folders := map[string]bool{}
	for _, e := range all {
		if removed := os.Remove(e.name); removed == nil {
			freed += e.size
		} else if !errors.Is(removed, os.ErrNotExist) {
			err = errors.Join(err, removed)
		}
		folders[filepath.Dir(e.name)] = true
	}
	for dir := range folders {
		os.Remove(dir) // not if something else lies there
	}
	return freed, err
}
