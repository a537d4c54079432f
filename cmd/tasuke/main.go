// Command tasuke is the whole product: the server, the imports and the checks.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
)

func main() {
	os.Exit(start())
}

// start runs the command line. The first signal stops in good order; a second one ends at once,
// because signal handling is given back after the first.
func start() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	go func() { <-ctx.Done(); stop() }()
	err := root().ExecuteContext(ctx)
	if err == nil || errors.Is(err, errSaid) {
		if err != nil {
			return 1
		}
		return 0
	}
	fmt.Fprintln(os.Stderr, "tasuke:", inWords(err))
	return 1
}

// errSaid ends a command with status 1 that has already printed why.
var errSaid = errors.New("")

func root() *cobra.Command {
	c := &cobra.Command{
		Use:           "tasuke",
		Short:         "Case tracker that runs playbooks for unauthorized-access incidents (不正アクセス対応)",
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	c.AddCommand(serveCommand(), demoCommand(), importCommand(), configCommand(),
		deadlineCommand(), playbookCommand(), verifyCommand(), backupCommand(), restoreCommand(), moveCommand(), sweepCommand(), demoDataCommand())
	return c
}
