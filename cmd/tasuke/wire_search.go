package main

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"tasuke/internal/fulltext"
)

// textSources says where the rooms have free text that can be searched.
func (r *rooms) textSources() []fulltext.Source {
	return slices.Concat(r.incidents.Texts(), r.cases.Texts(), r.inquiries.Texts())
}

// fillAgain is how long the taking in of old texts rests after it failed.
const fillAgain = time.Minute

// findOld takes in the texts that were there before the search, beside the work of the people. It
// is over when all are in; what fails is said and tried again.
func (a *app) findOld(ctx context.Context) {
	for {
		n, err := a.texts.Backfill(ctx, a.db, a.textSources())
		if n > 0 {
			slog.InfoContext(ctx, "texts from before the search were taken in", "texts", n)
		}
		if err == nil || ctx.Err() != nil {
			return
		}
		slog.WarnContext(ctx, "old texts could not be taken into the search yet", "cause", err)
		select {
		case <-ctx.Done():
			return
		case <-time.After(fillAgain):
		}
	}
}
