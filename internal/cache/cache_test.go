package cache

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

func open(t *testing.T, max int64) *Cache {
	t.Helper()
	return Open(filepath.Join(t.TempDir(), "a [b]*"), max, time.Now)
}

func TestWhatIsPutIsThere(t *testing.T) {
	c := open(t, 0)
	if _, ok := c.Get(KeyOf("a")); ok {
		t.Error("an empty cache has something")
	}
	if err := c.Put(KeyOf("a"), []byte("one")); err != nil {
		t.Fatal(err)
	}
	if err := c.Put(KeyOf("a"), []byte("two")); err != nil {
		t.Fatal(err)
	}
	if got, ok := c.Get(KeyOf("a")); !ok || string(got) != "two" {
		t.Errorf("got %q, %v", got, ok)
	}
	if n, size := c.Size(); n != 1 || size == 0 {
		t.Errorf("%d entries of %d bytes", n, size)
	}
	var none *Cache
	if _, ok := none.Get(KeyOf("a")); ok || none.Put(KeyOf("a"), nil) != nil {
		t.Error("no cache is no empty cache")
	}
}

func TestPartsMakeTheKey(t *testing.T) {
	seen := map[Key]bool{}
	for _, parts := range [][]string{{"ab"}, {"a", "b"}, {"", "ab"}, {"ab", ""}, {}, {""}} {
		k := KeyOf(parts...)
		if seen[k] {
			t.Errorf("%q has the key of another", parts)
		}
		seen[k] = true
	}
}

// TestDamageIsAbsence cuts and changes an entry at every byte.
func TestDamageIsAbsence(t *testing.T) {
	c, key := open(t, 0), KeyOf("a")
	if err := c.Put(key, []byte("content")); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(c.file(key))
	if err != nil {
		t.Fatal(err)
	}
	damaged := func(what string, content []byte) {
		t.Helper()
		if err := os.WriteFile(c.file(key), content, 0o600); err != nil {
			t.Fatal(err)
		}
		if got, ok := c.Get(key); ok {
			t.Errorf("%s: got %q", what, got)
		}
		if _, err := os.Lstat(c.file(key)); err == nil {
			t.Errorf("%s: it stays", what)
		}
	}
	for i := range whole {
		damaged(fmt.Sprintf("cut at %d", i), whole[:i])
		flipped := bytes.Clone(whole)
		flipped[i] ^= 1
		damaged(fmt.Sprintf("changed at %d", i), flipped)
	}
	damaged("longer", append(bytes.Clone(whole), 'x'))
	damaged("the entry of another", pack(KeyOf("b"), []byte("content")))
	if err := c.Put(key, []byte("again")); err != nil {
		t.Fatal(err)
	}
	if got, ok := c.Get(key); !ok || string(got) != "again" {
		t.Errorf("it is not written anew: %q", got)
	}
}

func TestOthersAreNotTrusted(t *testing.T) {
	c, key := open(t, 0), KeyOf("a")
	if err := c.Put(key, []byte("content")); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(c.file(key), 0o666); err != nil {
		t.Fatal(err)
	}
	if got, ok := c.Get(key); ok {
		t.Errorf("anybody could have written %q", got)
	}
	elsewhere := filepath.Join(t.TempDir(), "elsewhere")
	if err := os.WriteFile(elsewhere, pack(key, []byte("planted")), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(c.file(key)); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(elsewhere, c.file(key)); err != nil {
		t.Skip(err)
	}
	if got, ok := c.Get(key); ok {
		t.Errorf("a link leads to %q", got)
	}
	if os.Geteuid() == 0 {
		os.Remove(c.file(key))
		if err := c.Put(key, []byte("content")); err != nil {
			t.Fatal(err)
		}
		if err := os.Chown(c.file(key), 12345, 12345); err != nil {
			t.Fatal(err)
		}
		if got, ok := c.Get(key); ok {
			t.Errorf("another user owns %q", got)
		}
	}
}

// TestRoom holds the bound, and that what was used last stays.
func TestRoom(t *testing.T) {
	c := open(t, 4000)
	for i := range 10 {
		key := KeyOf(fmt.Sprint(i))
		if err := c.Put(key, make([]byte, 500)); err != nil {
			t.Fatal(err)
		}
		at := time.Now().Add(time.Duration(i-20) * time.Minute)
		if err := os.Chtimes(c.file(key), at, at); err != nil {
			t.Fatal(err)
		}
		if _, ok := c.Get(KeyOf("0")); !ok {
			t.Fatal("what is in use went first")
		}
	}
	if _, size := c.Size(); size > 4000 {
		t.Errorf("%d bytes", size)
	}
	if _, ok := c.Get(KeyOf("1")); ok {
		t.Error("what was not used for longest stays")
	}
	if err := c.Put(KeyOf("large"), make([]byte, 3000)); err != nil {
		t.Fatal(err)
	}
	if _, ok := c.Get(KeyOf("large")); ok {
		t.Error("one entry has taken the room of all")
	}
}

// TestCrash: what a killed process has left does no harm, and goes.
func TestCrash(t *testing.T) {
	c, key := open(t, 0), KeyOf("a")
	if err := c.Put(key, []byte("content")); err != nil {
		t.Fatal(err)
	}
	half := filepath.Join(filepath.Dir(c.file(key)), temporary+"123")
	if err := os.WriteFile(half, []byte(magic), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Open(c.Dir(), 0, time.Now).Put(KeyOf("b"), nil); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Lstat(half); err != nil {
		t.Error("another process may be at work on it")
	}
	long := time.Now().Add(-2 * abandoned)
	if err := os.Chtimes(half, long, long); err != nil {
		t.Fatal(err)
	}
	if err := Open(c.Dir(), 0, time.Now).Put(KeyOf("b"), nil); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Lstat(half); err == nil {
		t.Error("nobody is at work on it")
	}
}

func TestCleanTakesItsOwn(t *testing.T) {
	c := open(t, 0)
	if freed, err := c.Clean(); freed != 0 || err != nil {
		t.Errorf("there was none: %d, %v", freed, err)
	}
	if err := c.Put(KeyOf("a"), []byte("content")); err != nil {
		t.Fatal(err)
	}
	mine := []string{filepath.Join(c.Dir(), "thesis.txt"), filepath.Join(filepath.Dir(c.file(KeyOf("a"))), "notes.entry")}
	for _, name := range mine {
		if err := os.WriteFile(name, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if freed, err := c.Clean(); freed == 0 || err != nil {
		t.Errorf("%d, %v", freed, err)
	}
	if n, _ := c.Size(); n != 0 {
		t.Errorf("%d entries", n)
	}
	for _, name := range mine {
		if _, err := os.Lstat(name); err != nil {
			t.Error(err)
		}
	}
}

// TestManyAtOnce lets writers of one key and of others, readers and cleaners run into
// each other: whoever gets something gets it whole.
func TestManyAtOnce(t *testing.T) {
	c := open(t, 20000)
	var all sync.WaitGroup
	for worker := range 8 {
		all.Go(func() {
			mine := Open(c.Dir(), 20000, time.Now)
			for i := range 60 {
				name := fmt.Sprint(i % 7)
				if err := mine.Put(KeyOf(name), []byte(strings.Repeat(name, 1000))); err != nil && !os.IsNotExist(err) {
					t.Error(err)
				}
				if got, ok := mine.Get(KeyOf(name)); ok && string(got) != strings.Repeat(name, 1000) {
					t.Errorf("%s: %q", name, got)
				}
				if worker == 0 && i%20 == 19 {
					if _, err := mine.Clean(); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	all.Wait()
}
