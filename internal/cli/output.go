package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/stateaudit/stateaudit/docs"
	"github.com/stateaudit/stateaudit/internal/rank"
	"github.com/stateaudit/stateaudit/internal/result"
	format "github.com/stateaudit/stateaudit/report"
)

// outputFlags are the flags of every command that writes a result.
type outputFlags struct {
	formats    []string
	output     string
	notes      bool
	details    bool
	context    bool
	color      string
	suppressed bool
	category   string
	ranking    *rank.Ranking // of the audit that is written, if it was made here
}

func (f *outputFlags) define(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringArrayVar(&f.formats, "format", nil, "output format, `NAME` or NAME=FILE, repeatable: "+strings.Join(format.Names(), ", "))
	flags.StringVarP(&f.output, "output", "o", "", "write to `FILE` instead of the standard output")
	flags.BoolVar(&f.details, "details", false, "list the findings, not only the answer")
	flags.BoolVar(&f.notes, "notes", false, "show findings of level note one by one")
	flags.StringVar(&f.color, "color", "auto", "colour: auto, always, never")
	flags.BoolVar(&f.suppressed, "sarif-suppressed", false, "also write to SARIF what is suppressed or in the baseline")
	flags.StringVar(&f.category, "sarif-category", "", "`NAME` that keeps apart several uploads for one repository")
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(format.Names(), cobra.ShellCompDirectiveNoSpace))
}

// check finds what is wrong with the flags before any work is done.
func (f *outputFlags) check() ([]output, error) {
	if !slices.Contains([]string{"auto", "always", "never"}, f.color) {
		return nil, fmt.Errorf("--color %q: known are auto, always, never", f.color)
	}
	outputs, err := parseOutputs(f.formats, f.output)
	for i := 0; i < len(outputs) && err == nil; i++ {
		err = writable(outputs[i].file)
	}
	return outputs, err
}

// write writes a result of the checkout at root in every format asked for.
func (f *outputFlags) write(cmd *cobra.Command, env Env, root string, r *result.Result, outputs []output) error {
	return f.render(cmd, env, root, outputs, func(w io.Writer, as format.Format, o format.Options) error {
		return as.Write(w, r, o)
	})
}

// render lets each output be written with what formats may know of the checkout
// at root.
func (f *outputFlags) render(cmd *cobra.Command, env Env, root string, outputs []output, write renderer) error {
	shared := format.Options{
		Notes: f.notes, Details: f.details, Context: f.context, Suppressed: f.suppressed, Category: f.category,
		Link: fileLink(root), Name: folderName(root), Ranking: f.ranking, Terms: describedTerms(),
		Rules: describedRules(), Prefix: prefix(root), Repository: repository(env.Getenv),
	}
	if tree, err := os.OpenRoot(root); err == nil {
		defer tree.Close()
		shared.Source = func(file string) ([]byte, error) { return readSource(tree, file) }
	}
	for _, o := range outputs {
		if err := o.write(env.files, cmd.OutOrStdout(), f.options(shared, env, cmd.OutOrStdout(), o), write); err != nil {
			return failure(err)
		}
	}
	return nil
}

// renderer writes something in a format.
type renderer func(w io.Writer, as format.Format, o format.Options) error

// maxSource bounds what is read of a file for its lines.
const maxSource = 5 << 20

// readSource reads a file below the audited root, and nothing that a link leads
// to elsewhere.
func readSource(tree *os.Root, file string) ([]byte, error) {
	f, err := tree.Open(filepath.FromSlash(file))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return nil, errors.Join(err, errors.New("not a regular file"))
	}
	return io.ReadAll(io.LimitReader(f, maxSource))
}

// options completes what all formats share by what depends on where one goes.
func (f *outputFlags) options(opts format.Options, env Env, stdout io.Writer, o output) format.Options {
	opts.Width = 80
	link := opts.Link
	opts.Link = nil
	if o.file != "" {
		return opts
	}
	width := env.Width(stdout)
	opts.Color = colored(f.color, env.Getenv, width > 0)
	if opts.Color && width > 0 {
		opts.Link = link
	}
	if width > 0 {
		opts.Width = min(max(width, 40), 120)
	}
	return opts
}

// prefix is the path of a folder below the root of its repository. Outside of a
// repository it is "".
func prefix(root string) string {
	_, below := repositoryOf(root)
	return below
}

// repository is the revision that a CI service says it has checked out.
func repository(getenv func(string) string) format.Repository {
	if server, name := getenv("GITHUB_SERVER_URL"), getenv("GITHUB_REPOSITORY"); server != "" && name != "" {
		return format.Repository{URI: server + "/" + name, Revision: getenv("GITHUB_SHA"), Branch: getenv("GITHUB_REF_NAME")}
	}
	return format.Repository{URI: getenv("CI_PROJECT_URL"), Revision: getenv("CI_COMMIT_SHA"), Branch: getenv("CI_COMMIT_REF_NAME")}
}

// describedRules is what formats may say of the rules.
func describedRules() []format.Rule {
	var out []format.Rule
	for _, r := range rules() {
		d := format.Rule{Name: r.Name, Level: r.Level, Summary: r.Summary(), Doc: r.Doc}
		for _, l := range r.Languages {
			d.Tags = append(d.Tags, string(l))
		}
		for _, c := range r.Categories {
			d.Tags = append(d.Tags, string(c))
		}
		out = append(out, d)
	}
	return out
}

// fileLink makes the addresses of files below a root, as terminals open them.
func fileLink(root string) func(string) string {
	abs, err := filepath.Abs(root)
	if err != nil {
		return nil
	}
	return func(file string) string {
		u := url.URL{Scheme: "file", Path: filepath.ToSlash(filepath.Join(abs, filepath.FromSlash(file)))}
		return u.String()
	}
}

// folderName is the name of the audited folder itself.
func folderName(root string) string {
	abs, err := filepath.Abs(root)
	if err != nil {
		return ""
	}
	return filepath.Base(abs)
}

// describedTerms says what the inputs of a candidate count, as the schema has it.
func describedTerms() map[string]string {
	raw, err := docs.Schemas.ReadFile("result.schema.json")
	if err != nil {
		return nil
	}
	var schema struct {
		Defs struct {
			Candidate struct {
				Properties struct {
					Inputs struct {
						Properties map[string]struct{ Description string }
					}
				}
			}
		} `json:"$defs"`
	}
	if json.Unmarshal(raw, &schema) != nil {
		return nil
	}
	out := map[string]string{}
	for name, p := range schema.Defs.Candidate.Properties.Inputs.Properties {
		out[name] = p.Description
	}
	return out
}

// output is a format and the file it goes to; empty for the standard output.
type output struct {
	format format.Format
	file   string
}

// parseOutputs reads --format and -o.
func parseOutputs(formats []string, file string) ([]output, error) {
	if len(formats) == 0 {
		formats = []string{format.Names()[0]}
	}
	var outputs []output
	open := 0
	for _, arg := range formats {
		name, to, given := strings.Cut(arg, "=")
		f, ok := format.Named(name)
		switch {
		case !ok:
			return nil, fmt.Errorf("--format %q: no such format; known are %s", name, strings.Join(format.Names(), ", "))
		case given && to == "":
			return nil, fmt.Errorf("--format %q: a file is missing after \"=\"", arg)
		case !given:
			to = file
			open++
		}
		outputs = append(outputs, output{f, to})
	}
	switch {
	case open > 1:
		return nil, errors.New("only one format can go to the same place; write the others to files with --format NAME=FILE")
	case open == 0 && file != "":
		return nil, errors.New("every format has a file of its own, so that nothing is left for --output")
	}
	return outputs, apart(outputs)
}

// apart refuses formats that would overwrite each other, or mix on the standard
// output.
func apart(outputs []output) error {
	seen := map[string]string{}
	for _, o := range outputs {
		to := "the standard output"
		if o.file != "" && o.file != "-" {
			to = filepath.Clean(o.file)
		}
		if other, ok := seen[to]; ok {
			return fmt.Errorf("%s and %s would both go to %s", other, o.format.Name, to)
		}
		seen[to] = o.format.Name
	}
	return nil
}

func (o output) write(to *files, stdout io.Writer, opts format.Options, write renderer) error {
	err := to.output(o.file, stdout, func(w io.Writer) error { return write(w, o.format, opts) })
	if err != nil && o.file != "" && o.file != "-" {
		return fmt.Errorf("writing %s: %w", o.format.Name, err)
	}
	return err
}

// colored decides as no-color.org and bixense.com/clicolors say.
func colored(flag string, getenv func(string) string, terminal bool) bool {
	force := func(name string) bool { v := getenv(name); return v != "" && v != "0" }
	switch {
	case flag != "auto":
		return flag == "always"
	case getenv("NO_COLOR") != "":
		return false
	case force("CLICOLOR_FORCE"), force("FORCE_COLOR"):
		return true
	}
	return terminal && getenv("TERM") != "dumb" && getenv("CLICOLOR") != "0"
}
