package cli

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/stateaudit/stateaudit/internal/result"
	"github.com/stateaudit/stateaudit/internal/vet"
)

// newConvert is the command that turns the output of go vet into every format.
func newConvert(env Env) *cobra.Command {
	var out outputFlags
	var from, root string
	cmd := &cobra.Command{
		Use:   "convert [FILE]",
		Short: "Turn what go vet -json printed into any output format",
		Long: `Turn what go vet -json printed into any output format.

go vet keeps its output with the build cache and prints it again when nothing
has changed, so no file can be written from inside it. Its stream is read from
FILE, or from the standard input.`,
		Example: `  go vet -json -vettool=$(which stateaudit) ./... > vet.json
  stateaudit convert --format sarif -o stateaudit.sarif vet.json`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if from != "vet-json" {
				return &exit{exitUsage, fmt.Errorf("--from %q: known is vet-json", from)}
			}
			outputs, err := out.check()
			if err != nil {
				return &exit{exitUsage, err}
			}
			in := cmd.InOrStdin()
			if len(args) == 1 && args[0] != "-" {
				file, err := os.Open(args[0])
				if err != nil {
					return &exit{exitUsage, err}
				}
				defer file.Close()
				in = file
			}
			return convert(cmd, env, in, root, &out, outputs)
		},
	}
	cmd.Flags().StringVar(&from, "from", "vet-json", "what is read: vet-json")
	cmd.Flags().StringVar(&root, "root", ".", "folder that paths are made relative to")
	out.define(cmd)
	return cmd
}

func convert(cmd *cobra.Command, env Env, in io.Reader, root string, out *outputFlags, outputs []output) error {
	absolute, err := filepath.Abs(root)
	if err != nil {
		return &exit{exitUsage, err}
	}
	found, problems, err := vet.Findings(in, absolute)
	if err != nil {
		return &exit{exitUsage, err}
	}
	r := &result.Result{
		SchemaVersion: result.SchemaVersion, Root: ".", StartedAt: env.Now().UTC().Format(time.RFC3339),
		Tool:      result.Tool{Name: "stateaudit", Version: version()},
		Languages: map[string]result.LanguageStat{"go": {}}, Summary: result.Summarise(found), Findings: found, Errors: result.SortProblems(problems),
	}
	r.Complete()
	return out.write(cmd, env, root, r, outputs)
}
