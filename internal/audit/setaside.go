package audit

import (
	"path"
	"slices"
	"strings"

	"github.com/stateaudit/stateaudit/internal/checkout"
	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/unit"
)

// setAside lists what is no part of the audited program, and why: folders that were
// not read, and folders in which all source is for tests or is the code of others. What
// is neither and lies beside code of the program is counted together, under the root.
func setAside(tree *checkout.Tree, units []*unit.Unit) []result.LeftOut {
	var out []result.LeftOut
	for _, l := range tree.LeftOut {
		out = append(out, result.LeftOut{Folder: l.Folder, Files: l.Files, Reason: result.Fixtures})
	}
	why := reasons(units)
	of := whole(why)
	counts := map[result.LeftOut]int{}
	for file, reason := range why {
		if reason == "" {
			continue
		}
		at := "."
		for folder := path.Dir(file); folder != "." && of[folder] == reason; folder = path.Dir(folder) {
			at = folder
		}
		counts[result.LeftOut{Folder: at, Reason: reason}]++
	}
	for l, n := range counts {
		l.Files = n
		out = append(out, l)
	}
	slices.SortFunc(out, func(a, b result.LeftOut) int {
		return strings.Compare(a.Folder+"\x00"+string(a.Reason), b.Folder+"\x00"+string(b.Reason))
	})
	return out
}

// reasons says of each file of source why it is no part of the program, "" if it is. A
// file that belongs to a package and to the tests of it counts as the former.
func reasons(units []*unit.Unit) map[string]result.Reason {
	out := map[string]result.Reason{}
	for _, u := range units {
		if u.Language == unit.Deploy {
			continue // whom such a file is for is said of what it sets
		}
		for _, f := range u.Files {
			reason := result.Reason("")
			switch {
			case f.Vendored:
				reason = result.Vendored
			case f.Shown:
				reason = result.Fixtures
			case f.Test && f.Generated:
				reason = result.Doubles
			case f.Test:
				reason = result.Tests
			}
			if had, known := out[f.Path]; !known || had != "" {
				out[f.Path] = reason
			}
		}
	}
	return out
}

// whole gives each folder the one reason of all source below it, "" if there are several.
func whole(why map[string]result.Reason) map[string]result.Reason {
	out := map[string]result.Reason{}
	for file, reason := range why {
		for folder := path.Dir(file); folder != "."; folder = path.Dir(folder) {
			if had, known := out[folder]; known && had != reason {
				reason = ""
			}
			out[folder] = reason
		}
	}
	return out
}
