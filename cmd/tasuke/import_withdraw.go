package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"tasuke/cases/sweep/rollup"
	"tasuke/internal/actor"
	"tasuke/internal/audit"
	"tasuke/internal/db"
)

// withdrawEventsCommand is "tasuke import withdraw".
func withdrawEventsCommand(open func(cmd *cobra.Command) (*eventDesk, error)) *cobra.Command {
	var reason string
	cmd := &cobra.Command{
		Use:   "withdraw SOURCE",
		Short: "取り込んだ記録元を取り下げる / take back a log that should not have been imported",
		Long: "Takes a source of events back: its rows are asked by no sweep any more, and the sightings are counted again from what\n" +
			"is left. The segments are moved to DIR/sweep/segments/withdrawn and the manifest keeps their lines with the reason.\n" +
			"Sweeps that were run before keep the rows they showed. The same file may be imported again.",
		Example:      "  tasuke import withdraw web-login --reason \"taken over with the wrong time zone\"",
		Args:         cobra.ExactArgs(1),
		SilenceUsage: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			desk, err := open(cmd)
			if err != nil {
				return err
			}
			return errors.Join(importFault(withdrawEvents(cmd, desk, args[0], reason)), desk.close())
		},
	}
	cmd.Flags().StringVar(&reason, "reason", "", "why (kept with the manifest; name no customer)")
	return cmd
}

// eventsWithdrawn is the detail of the audit entry.
type eventsWithdrawn struct {
	Segments int    `json:"segments"`
	Rows     int    `json:"rows"`
}

func withdrawEvents(cmd *cobra.Command, desk *eventDesk, source, reason string) error {
	by := actor.System("import withdraw")
	gone, err := desk.store.Withdraw(cmd.Context(), by, source, reason)
	if len(gone) == 0 {
		return err
	}
	d := eventsWithdrawn{Segments: len(gone), Rows: rowsOf(gone)}
	note := desk.db.Update(context.WithoutCancel(cmd.Context()), func(ctx context.Context, tx *db.Tx) error {
		return audit.Append(ctx, tx, audit.Entry{
			Tree: audit.Main, Actor: by, Action: "sweep.events_withdrawn", Object: audit.Ref{Kind: "event_source", ID: source}, Detail: d,
		})
	})
	_, _ = fmt.Fprintf(cmd.OutOrStdout(), "記録元 %s を取り下げました（%d ファイル、%d 行）。\nSource %s was withdrawn: %d segments, %d rows.\n",
		source, d.Segments, d.Rows, source, d.Segments, d.Rows)
	return errors.Join(err, note)
}

func rowsOf(list []rollup.Segment) (n int) {
	for _, g := range list {
		n += g.Rows
	}
	return n
}
