package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

// newManual is for those who package the program, and hidden from its users.
func newManual(env Env) *cobra.Command {
	return &cobra.Command{
		Use:     "manual FOLDER",
		Short:   "Write the manual pages and shell completions that packages install",
		Example: "  stateaudit manual bin/share",
		Args:    cobra.ExactArgs(1),
		Hidden:  true,
		RunE: func(cmd *cobra.Command, args []string) error {
			root := cmd.Root()
			if err := manPages(root, env, filepath.Join(args[0], "man1")); err != nil {
				return failure(err)
			}
			return failure(completions(root, filepath.Join(args[0], "completions")))
		},
	}
}

func manPages(root *cobra.Command, env Env, folder string) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	date, err := built(env)
	if err != nil {
		return err
	}
	root.DisableAutoGenTag = true // names the day of the build
	return doc.GenManTree(root, &doc.GenManHeader{Section: "1", Source: "stateaudit " + version(), Manual: "stateaudit", Date: &date}, folder)
}

// built is the date of the pages: that of the sources if the builder names it,
// as reproducible-builds.org describes.
func built(env Env) (time.Time, error) {
	text := env.Getenv("SOURCE_DATE_EPOCH")
	if text == "" {
		return env.Now().UTC(), nil
	}
	seconds, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return time.Time{}, fmt.Errorf("SOURCE_DATE_EPOCH %q is no number of seconds", text)
	}
	return time.Unix(seconds, 0).UTC(), nil
}

func completions(root *cobra.Command, folder string) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	for name, write := range map[string]func(string) error{
		"stateaudit.bash": func(f string) error { return root.GenBashCompletionFileV2(f, true) },
		"stateaudit.fish": func(f string) error { return root.GenFishCompletionFile(f, true) },
		"_stateaudit":     root.GenZshCompletionFile,
		"stateaudit.ps1":  root.GenPowerShellCompletionFileWithDesc,
	} {
		if err := write(filepath.Join(folder, name)); err != nil {
			return err
		}
	}
	return nil
}
