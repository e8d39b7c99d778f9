package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
)

// files writes files so that each is either as it was or as it should be: what is
// new is written beside the file and then takes its name.
//
// It remembers what is half written, for the case that the process has to end in
// the middle of it. The nil value remembers nothing.
type files struct {
	mu      sync.Mutex
	pending map[string]bool
	// page shows what does not fit a terminal, and returns false if it has not; nil if
	// nothing is to be paged.
	page func(stream io.Writer, text []byte) bool
}

// write replaces the content of a file. What is no regular file, such as a pipe or
// a device, cannot be replaced and is written to.
func (f *files) write(name string, content []byte) error {
	target, mode, plain := destination(name)
	if !plain {
		return direct(name, content)
	}
	temp, err := beside(target, mode)
	if err != nil {
		if mode != 0 { // the folder takes no new file, but there is one to write to
			return direct(target, content)
		}
		return err
	}
	f.begin(temp.Name())
	defer f.end(temp.Name())
	_, err = temp.Write(content)
	if err == nil {
		err = temp.Sync() // a disk that is full may only say so here
	}
	err = errors.Join(err, temp.Close())
	if err == nil {
		err = os.Rename(temp.Name(), target)
	}
	if err != nil {
		return errors.Join(err, removed(temp.Name()))
	}
	return nil
}

// destination follows links. The mode is 0 if there is no file yet; plain tells
// that what is there can be replaced.
func destination(name string) (target string, mode fs.FileMode, plain bool) {
	target = name
	if followed, err := filepath.EvalSymlinks(name); err == nil {
		target = followed
	}
	info, err := os.Stat(target)
	if err != nil {
		return target, 0, true
	}
	return target, info.Mode().Perm(), info.Mode().IsRegular()
}

// beside makes an empty file in the folder of another, with its mode if that is
// known.
func beside(name string, mode fs.FileMode) (*os.File, error) {
	dir, base := filepath.Split(name)
	for i := range 100 {
		temp := filepath.Join(dir, fmt.Sprintf(".%s.%d-%d.tmp", base, os.Getpid(), i))
		file, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err == nil && mode != 0 {
			err = file.Chmod(mode)
		}
		if err != nil && file != nil {
			return nil, errors.Join(err, file.Close(), removed(temp))
		}
		return file, err
	}
	return nil, fmt.Errorf("%s: too many temporary files beside it", name)
}

func direct(name string, content []byte) error {
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o666)
	if err != nil {
		return err
	}
	_, err = file.Write(content)
	return errors.Join(err, file.Close())
}

// removed removes a file that may be gone already.
func removed(name string) error {
	if err := os.Remove(name); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// writable fails if write would, as far as that can be known before there is
// anything to write: an audit that takes minutes should not end in a misspelt
// folder.
func writable(name string) error {
	if name == "" || name == "-" {
		return nil
	}
	target, mode, plain := destination(name)
	if info, err := os.Stat(target); err == nil && info.IsDir() {
		return fmt.Errorf("%s is a folder, not a file to write to", name)
	}
	if !plain {
		return nil
	}
	temp, err := beside(target, mode)
	if err == nil {
		return errors.Join(temp.Close(), removed(temp.Name()))
	}
	if mode != 0 {
		file, openErr := os.OpenFile(target, os.O_WRONLY, 0)
		if openErr == nil {
			return file.Close()
		}
	}
	var pathErr *fs.PathError
	if errors.As(err, &pathErr) {
		err = pathErr.Err
	}
	return fmt.Errorf("%s cannot be written: %w", name, err)
}

func (f *files) begin(name string) {
	if f == nil {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.pending == nil {
		f.pending = map[string]bool{}
	}
	f.pending[name] = true
}

func (f *files) end(name string) {
	if f == nil {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.pending, name)
}

// abandon removes what is half written.
func (f *files) abandon() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for name := range f.pending {
		_ = removed(name) // the process ends; there is nobody to tell
	}
}

// output writes what a renderer makes to a file, or to a stream if the name is ""
// or "-": whole or not at all.
func (f *files) output(name string, stream io.Writer, write func(io.Writer) error) error {
	var b bytes.Buffer
	if err := write(&b); err != nil {
		return err
	}
	if name == "" || name == "-" {
		if f != nil && f.page != nil && f.page(stream, b.Bytes()) {
			return nil
		}
		_, err := b.WriteTo(stream)
		return err
	}
	return f.write(name, b.Bytes())
}
