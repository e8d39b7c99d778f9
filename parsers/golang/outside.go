package golang

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"
	xmodule "golang.org/x/mod/module"

	"github.com/stateaudit/stateaudit/internal/frontend"
)

// Outside tells what beside the files below the root decides what Load returns: the
// go command and its settings, and which of the modules that are asked for are in the
// module cache. What such a module holds is settled by its version. It is not ok
// if something else decides: files beside the root, or what the network answers.
func Outside(ctx context.Context, in frontend.Input) (string, bool) {
	if len(in.Files) == 0 {
		return "", true
	}
	settings, err := goSettings(ctx, in)
	if err != nil {
		return "", false
	}
	return outsideBy(settings, in)
}

// outsideBy is the same by settings that are known.
func outsideBy(settings map[string]string, in frontend.Input) (string, bool) {
	mods := modulesOf(in)
	if w := settings["GOWORK"]; w != "" && w != "off" && !inside(in.Root, w) {
		return "", false
	}
	var out strings.Builder
	for _, name := range decisive() {
		fmt.Fprintf(&out, "%s=%s\n", name, settings[name])
	}
	cache := settings["GOMODCACHE"]
	for _, m := range mods {
		if m.invented && !in.Offline || !m.invented && !inside(in.Root, m.gomod) {
			return "", false
		}
		needed, ok := neededBy(in.Root, m)
		if !ok {
			return "", false
		}
		for _, v := range needed {
			out.WriteString(presence(cache, v))
		}
	}
	return out.String(), true
}

// decisive are the settings of the go command that decide what is read, or where it
// comes from.
func decisive() []string {
	return []string{"GOVERSION", "GOROOT", "GOOS", "GOARCH", "GO386", "GOAMD64", "GOARM", "GOARM64", "GOMIPS", "GOMIPS64", "GOPPC64", "GORISCV64", "GOWASM",
		"GOEXPERIMENT", "GOFIPS140", "GOMODCACHE", "GOPROXY", "GONOPROXY", "GOPRIVATE", "GONOSUMDB", "GOSUMDB", "GOINSECURE", "GOWORK", "GOVCS", "GOAUTH"}
}

// goSettings asks the go command for them, in the environment that Load gives it.
func goSettings(ctx context.Context, in frontend.Input) (map[string]string, error) {
	cmd := exec.CommandContext(ctx, "go", append([]string{"env", "-json"}, decisive()...)...)
	cmd.Dir = in.Root
	cmd.Env = environment(in.Offline, false)
	raw, err := cmd.Output()
	if err != nil {
		return nil, err
	}
	settings := map[string]string{}
	return settings, json.Unmarshal(raw, &settings)
}

// neededBy lists the versions of modules that a module asks for, itself or through
// others, by its go.mod, go.sum and the workspaces around it. It is not ok if code
// from a folder outside the root is among it.
func neededBy(root string, m module) ([]xmodule.Version, bool) {
	if m.invented {
		return nil, true
	}
	content, err := os.ReadFile(m.gomod)
	if err != nil {
		return nil, false
	}
	file, err := modfile.Parse(m.gomod, content, nil)
	if err != nil {
		return nil, false
	}
	var out []xmodule.Version
	for _, r := range file.Require {
		out = append(out, r.Mod)
	}
	if !replaced(root, m.dir, file.Replace, &out) || !sumsOf(filepath.Join(m.dir, "go.sum"), &out) {
		return nil, false
	}
	for dir := m.rel; ; dir = path.Dir(dir) {
		if !workspace(root, filepath.Join(root, filepath.FromSlash(dir)), &out) {
			return nil, false
		}
		if dir == "." {
			break
		}
	}
	slices.SortFunc(out, func(a, b xmodule.Version) int { return strings.Compare(a.String(), b.String()) })
	return slices.Compact(out), true
}

// replaced adds what modules are replaced with, and fails for a folder outside.
func replaced(root, dir string, all []*modfile.Replace, out *[]xmodule.Version) bool {
	for _, r := range all {
		if r.New.Version != "" {
			*out = append(*out, r.New)
			continue
		}
		to := filepath.FromSlash(r.New.Path)
		if !filepath.IsAbs(to) {
			to = filepath.Join(dir, to)
		}
		if !leadsInside(root, to) {
			return false
		}
	}
	return true
}

// leadsInside tells whether a folder lies below the root, also where links lead. One
// that is not there is no folder elsewhere.
func leadsInside(root, name string) bool {
	if real, err := filepath.EvalSymlinks(name); err == nil {
		name = real
	}
	return inside(root, name)
}

// sumsOf adds the modules of a go.sum, if there is one.
func sumsOf(name string, out *[]xmodule.Version) bool {
	content, err := os.ReadFile(name)
	if err != nil {
		return os.IsNotExist(err)
	}
	for line := range bytes.Lines(content) {
		if words := strings.Fields(string(line)); len(words) == 3 {
			*out = append(*out, xmodule.Version{Path: words[0], Version: words[1]})
		}
	}
	return true
}

// workspace adds what a go.work in a folder asks for, if there is one.
func workspace(root, dir string, out *[]xmodule.Version) bool {
	name := filepath.Join(dir, "go.work")
	content, err := os.ReadFile(name)
	if err != nil {
		return os.IsNotExist(err)
	}
	file, err := modfile.ParseWork(name, content, nil)
	if err != nil {
		return false
	}
	for _, u := range file.Use {
		to := filepath.FromSlash(u.Path)
		if !filepath.IsAbs(to) {
			to = filepath.Join(dir, to)
		}
		if !leadsInside(root, to) {
			return false
		}
	}
	return replaced(root, dir, file.Replace, out) && sumsOf(filepath.Join(dir, "go.work.sum"), out)
}

// presence says whether the module cache has a version of a module. What it then
// holds was checked when it came. A version that ends in /go.mod stands for that file alone.
func presence(cache string, v xmodule.Version) string {
	version, only := strings.CutSuffix(v.Version, "/go.mod")
	escaped, err := xmodule.EscapePath(v.Path)
	if err != nil {
		return fmt.Sprintf("%s malformed\n", v)
	}
	version, err = xmodule.EscapeVersion(version)
	if err != nil {
		return fmt.Sprintf("%s malformed\n", v)
	}
	name := filepath.Join(cache, filepath.FromSlash(escaped)+"@"+version)
	if only {
		name = filepath.Join(cache, "cache", "download", filepath.FromSlash(escaped), "@v", version+".mod")
	}
	return fmt.Sprintf("%s %v\n", v, fileExists(name))
}
