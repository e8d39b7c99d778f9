package cli

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/stateaudit/stateaudit/internal/events"
	format "github.com/stateaudit/stateaudit/report"
)

// eventsFlags are the flags of events as given.
type eventsFlags struct {
	scopeFlags
	pageFlags
	all, json bool
}

func newEvents(env Env) *cobra.Command {
	var f eventsFlags
	cmd := &cobra.Command{
		Use:   "events [PATH]",
		Short: "List the messages that are sent already, and what is wrong with them",
		Long: `List what a program hands to brokers and queues of jobs already, who takes it, and
what would not hold once that carries more: messages that are sent while a transaction
is open, that tell too little for their consumer, or that have no version; consumers
that do their work twice when they are told twice; queues without a dead-letter queue.`,
		Example: `  stateaudit events
  stateaudit events --json ~/src/shop`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runEvents(cmd, env, f, rootOf(args))
		},
	}
	f.scopeFlags.define(cmd)
	f.pageFlags.define(cmd)
	cmd.Flags().BoolVar(&f.all, "all", false, "leave nothing out for length")
	cmd.Flags().BoolVar(&f.json, "json", false, "write them for programs")
	return cmd
}

func runEvents(cmd *cobra.Command, env Env, f eventsFlags, root string) error {
	if err := f.pageFlags.check(); err != nil {
		return err
	}
	return f.paged(cmd, env, f.pageFlags, root, []string{"events", fmt.Sprint(f.json, f.all)}, func() (func(io.Writer, format.Options) error, error) {
		out, err := f.studied(cmd, env, root)
		if err != nil {
			return nil, err
		}
		r := events.Look(out.Ranking)
		return func(w io.Writer, o format.Options) error {
			if f.json {
				return format.WriteEventsJSON(w, r)
			}
			return format.WriteEvents(w, r, f.all, o)
		}, nil
	})
}
