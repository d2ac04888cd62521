// Command graphemu is a local Microsoft Graph for School Data Sync. Run
// "graphemu serve" and point a client at it; "graphemu help" tells the rest.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
)

func main() {
	// The first signal lets requests in flight end; the second one is the
	// system's again and ends the process.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	os.Exit(run(ctx, os.Args[1:], environment{os.LookupEnv, os.Stdout, os.Stderr}))
}

// environment is what a run takes from its surroundings.
type environment struct {
	lookup      func(string) (string, bool) // as os.LookupEnv
	out, errOut io.Writer
}

// Exit codes: a wrong flag, file or address is exitUsage and nothing was
// started; what goes wrong later is exitFailure.
const (
	exitFailure = 1
	exitUsage   = 2
)

// failure is an error after the start.
type failure struct{ error }

// run is the whole program but for the process around it.
func run(ctx context.Context, args []string, env environment) int {
	root := newRoot(env)
	root.SetArgs(args)
	root.SetOut(env.out)
	root.SetErr(env.errOut)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return 0
	}
	fmt.Fprintf(env.errOut, "graphemu: %v\n", err)
	if _, late := err.(failure); late {
		return exitFailure
	}
	return exitUsage
}

func newRoot(env environment) *cobra.Command {
	root := &cobra.Command{
		Use:   "graphemu",
		Short: "A local Microsoft Graph for School Data Sync",
		Long: `graphemu emulates Microsoft Graph's beta API /education/synchronizationProfiles
in memory, for clients that can no longer reach the service itself.

  graphemu serve        run it; everything else is optional

Every flag is also an environment variable: --log-level is GRAPHEMU_LOG_LEVEL.
A flag goes before the variable, the variable before the default.`,
		SilenceUsage: true, SilenceErrors: true,
		Args:              cobra.NoArgs,
		CompletionOptions: cobra.CompletionOptions{HiddenDefaultCmd: true},
		RunE:              func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	root.AddCommand(newServe(env), newToken(env), newCA(env), newSchemas(env), newVersion(env))
	return root
}
