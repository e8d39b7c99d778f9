package golang

import (
	"go/ast"
	"go/token"
	"path/filepath"
	"sync"
)

// counter tells how many packages were loaded and read. How many there will be is
// known only when all are loaded.
type counter struct {
	mu     sync.Mutex
	tell   func(stage string, done, total int)
	loaded map[string]bool // folders of packages
	read   int
}

func newCounter(tell func(stage string, done, total int)) *counter {
	if tell == nil {
		tell = func(string, int, int) {}
	}
	tell("listing go packages", 0, 0)
	return &counter{tell: tell, loaded: map[string]bool{}}
}

type parseFunc = func(fset *token.FileSet, name string, src []byte) (*ast.File, error)

// loading counts the packages of which files are parsed, dependencies too.
func (c *counter) loading(parse parseFunc) parseFunc {
	return func(fset *token.FileSet, name string, src []byte) (*ast.File, error) {
		c.mu.Lock()
		if dir := filepath.Dir(name); !c.loaded[dir] {
			c.loaded[dir] = true
			c.tell("loading go packages", len(c.loaded), 0)
		}
		c.mu.Unlock()
		return parse(fset, name, src)
	}
}

// one counts a package that was read, of all that are to be.
func (c *counter) one(total int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.read++
	c.tell("reading go packages", c.read, max(total, c.read))
}
