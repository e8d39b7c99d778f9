package cli

import (
	"io"

	"github.com/spf13/cobra"

	"github.com/stateaudit/stateaudit/internal/config"
	format "github.com/stateaudit/stateaudit/report"
)

// doctorFlags are the flags of doctor as given.
type doctorFlags struct {
	scopeFlags
	pageFlags
}

func newDoctor(env Env) *cobra.Command {
	var f doctorFlags
	cmd := &cobra.Command{
		Use:   "doctor [PATH]",
		Short: "Tell how much of each program is reached, and draft what names the rest",
		Long: `Tell how much of each program is reached, and draft what names the rest.

An audit judges what runs: what main functions, commands, handlers and jobs lead to. A
framework that is not known may start a part of the program in a way that nothing in
the checkout shows, and silence about that part proves nothing. For each entry this
lists what it reaches; where that is little, also the calls that hand objects to code
outside which probably runs the rest, and lines for ` + config.FileName + ` that name it.`,
		Example: `  stateaudit doctor
  stateaudit doctor ~/src/shop`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runDoctor(cmd, env, f, rootOf(args))
		},
	}
	f.scopeFlags.define(cmd)
	f.pageFlags.define(cmd)
	return cmd
}

func runDoctor(cmd *cobra.Command, env Env, f doctorFlags, root string) error {
	if err := f.pageFlags.check(); err != nil {
		return err
	}
	t, err := targetOf([]string{root}, cmd.InOrStdin())
	if err != nil {
		return &exit{exitUsage, err}
	}
	c, err := f.configuration(t)
	if err != nil {
		return &exit{exitUsage, err}
	}
	out, err := f.study(cmd.Context(), env, cmd.ErrOrStderr(), t, c)
	if err != nil {
		return err
	}
	return f.pageFlags.write(cmd, env, func(w io.Writer, o format.Options) error {
		return format.WriteReach(w, out.Result, o)
	})
}
