package main

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/goccy/go-yaml"
)

// fleet is the nodes of one installation, which are started again whenever they were killed, until
// their story is told.
type fleet struct {
	*mortals
	in   *inbox
	told int     // stories that were begun
	last telling // the last of them
	acts int     // that were acknowledged
}

// tell has a whole story told: until it waits for the banks, and, weeks later, to its end.
func (f *fleet) tell() {
	f.Helper()
	t := telling{Config: f.cfg, Number: f.told, Customer: f.customers[f.told%len(f.customers)], Inbox: f.in.file}
	f.told, f.last = f.told+1, t
	f.said, f.deaths = map[string]int{}, 0
	for _, t.Ahead = range []time.Duration{0, weeks} {
		var nodes sync.WaitGroup
		ctx, stop := context.WithTimeout(f.Context(), longestStory)
		f.stop = stop
		for n := range f.nodes {
			nodes.Go(func() { f.keepTelling(ctx, t, n) })
		}
		nodes.Wait()
		err := ctx.Err()
		stop()
		if f.failed != nil {
			f.Fatalf("the story %d: %v", t.Number, f.failed)
		}
		if err != nil {
			f.Fatalf("the story %d does not go on: %v\n%s", t.Number, err, strings.Join(f.standing(t), "\n"))
		}
	}
}

// longestStory ends a story that has come to a stop; it takes a few seconds and some for each death.
const longestStory = 5 * time.Minute

// keepTelling has a node tell until it ends by itself.
func (f *fleet) keepTelling(ctx context.Context, t telling, node int) {
	t.Node = node
	t.Config.SMTP.HELO = fmt.Sprintf("node%d.firm.example.jp", node)
	told, err := yaml.Marshal(t)
	if err != nil {
		f.fail(err)
		return
	}
	f.keep(ctx, node, runEnv+"="+string(told), func() { f.in.left(t.Config.SMTP.HELO) })
}
