package audit

import (
	"context"
	"log/slog"
	"time"
)

// lastWords bounds the checkpoint that Run makes when it stops.
const lastWords = 5 * time.Second

// gather is how long Run waits for more entries before it gives out leaves: a commit for each entry
// would take the database away from those who write them. A checkpoint waits for nothing.
const gather = 50 * time.Millisecond

// Run sequences soon after every commit that announces itself and signs a checkpoint at start, every
// Every, and at the end. It comes back when ctx ends; what fails is logged and tried again, for
// entries stay queued until they have a leaf. On PostgreSQL the announcements of other nodes
// come through db.Listen.
func (l *Log) Run(ctx context.Context) {
	topics, cancel := l.db.Subscribe()
	defer cancel()
	tick := time.NewTicker(l.Every)
	defer tick.Stop()
	gathered := time.NewTimer(gather)
	defer gathered.Stop()
	l.report(ctx, l.requeue(ctx))
	l.checkpoint(ctx)
	for waits := false; ; {
		select {
		case <-ctx.Done():
			end, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastWords)
			defer cancel()
			l.checkpoint(end)
			return
		case <-topics: // any of them: a listener that was slow may have missed ours
			drain(topics)
			if !waits {
				waits = true
				gathered.Reset(gather)
			}
		case <-gathered.C:
			waits = false
			_, err := l.Sequence(ctx)
			l.report(ctx, err)
		case <-tick.C:
			l.checkpoint(ctx)
		}
	}
}

func (l *Log) checkpoint(ctx context.Context) {
	_, err := l.Checkpoint(ctx)
	l.report(ctx, err)
}

func (l *Log) report(ctx context.Context, err error) {
	if err != nil && ctx.Err() == nil {
		slog.ErrorContext(ctx, "audit", "cause", err)
	}
}

func drain(topics <-chan string) {
	for {
		select {
		case <-topics:
		default:
			return
		}
	}
}
