package diff

import (
	"context"
	"strconv"
	"strings"
)

// Changes lists the files that each of the last commits of HEAD has changed, the newest
// first, by their paths below the folder that the repository was opened by. Merges are left
// out, as their commits are listed, and so is what lies elsewhere.
func (r *Repository) Changes(ctx context.Context, commits int) ([][]string, error) {
	args := []string{"log", "--no-show-signature", "--no-ext-diff", "--no-textconv", "--no-merges", "--no-renames", "--name-only", "-z", "--format=tformat:%x01", "-n", strconv.Itoa(commits)}
	if r.Prefix != "" {
		args = append(args, "--relative="+r.Prefix+"/", "HEAD", "--", r.Prefix)
	} else {
		args = append(args, "HEAD")
	}
	text, err := r.git(ctx, nil, args...)
	if err != nil {
		return nil, err
	}
	var out [][]string
	for _, of := range strings.Split(text, "\x01") {
		files := strings.FieldsFunc(of, func(sign rune) bool { return sign == 0 || sign == '\n' })
		if len(files) > 0 {
			out = append(out, files)
		}
	}
	return out, nil
}
