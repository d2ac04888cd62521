// Command graphemu is a local Microsoft Graph, for tests. Run "graphemu serve" and
// point a client at it, or "graphemu exec -- CMD" to run and judge one; "graphemu
// help" tells the rest.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/graphemu/graphemu/emulator/scenario"
)

func main() {
	// The first signal ends the context; the second one is the system's again and
	// ends the process. exec and serve listen for signals by themselves.
	ctx, stop := signal.NotifyContext(context.Background(), stopSignals()...)
	context.AfterFunc(ctx, stop)
	os.Exit(run(ctx, os.Args[1:], environment{lookup: os.LookupEnv, names: setVariables, in: os.Stdin, out: os.Stdout, errOut: os.Stderr}))
}

// stopSignals are the signals that end graphemu.
func stopSignals() []os.Signal {
	signals := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) { // else whoever started graphemu wants it so, as nohup does
		signals = append(signals, syscall.SIGHUP)
	}
	return signals
}

// surviveReaders lets graphemu live on where nobody reads any more what it
// prints, as in "graphemu serve | head -1": there is still something to save or
// to remove at the end. What it starts does not inherit that.
func surviveReaders() {
	// The system's way is to end a program that prints to a closed pipe, unless it
	// asks to be told.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
}

// environment is what a run takes from its surroundings.
type environment struct {
	lookup      func(string) (string, bool) // as os.LookupEnv
	names       func() []string             // of all variables; nil: they are not looked at
	in          io.Reader
	out, errOut io.Writer
}

// Exit codes: a wrong flag, file or address is exitUsage and nothing was
// started; what goes wrong later is exitFailure. The codes of exec are in exec.go.
const (
	exitFailure = 1
	exitUsage   = 2
)

// failure is an error after the start.
type failure struct{ error }

// exit is an exit code of its own. Where it has no error, all was said.
type exit struct {
	code int
	err  error
}

func (e exit) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit code %d", e.code)
	}
	return e.err.Error()
}

// run is the whole program but for the process around it.
func run(ctx context.Context, args []string, env environment) int {
	root := newRoot(env)
	root.SetArgs(args)
	root.SetIn(env.in)
	root.SetOut(env.out)
	root.SetErr(env.errOut)
	c, err := root.ExecuteContextC(ctx)
	if err == nil {
		return 0
	}
	own, hasCode := errors.AsType[exit](err)
	if !hasCode || own.err != nil {
		fmt.Fprintf(env.errOut, "graphemu: %v\n", listed(err))
	}
	_, late := err.(failure)
	switch {
	case hasCode:
		return own.code
	case c.Name() == "exec":
		return exitBroken // never to be taken for a code of the command that it runs
	case late:
		return exitFailure
	}
	return exitUsage
}

// listed puts the problems of a scenario below a line that says so, each on a
// line that begins with its place, as editors and terminals know it.
func listed(err error) error {
	if p, ok := errors.AsType[scenario.Problems](err); ok && (len(p) > 1 || strings.Contains(err.Error(), "\n")) {
		return fmt.Errorf("the scenario cannot be used:\n%w", err)
	}
	return err
}

func newRoot(env environment) *cobra.Command {
	root := &cobra.Command{
		Use:   "graphemu",
		Short: "A local Microsoft Graph for tests",
		Long: `graphemu is a local Microsoft Graph for tests, in memory: the directory and
education in v1.0 and beta, School Data Sync's /education/synchronizationProfiles,
and with --metadata any of Graph.

  graphemu serve                run it until interrupted; everything else is optional
  graphemu exec -- npm test     run it for one command, and judge that as a client
  graphemu scenario list        the futures and failures that it has built in

Every flag of serve, exec, token and ca is also an environment variable,
--log-level is GRAPHEMU_LOG_LEVEL, and a line of graphemu.yaml in the working folder.
A flag goes before the variable, the variable before graphemu.yaml, that before the
scenario file, that before the default.

"graphemu completion bash --help" tells how a shell completes commands, flags and
their values; zsh, fish and powershell can be named too.

` + topicList(),
		SilenceUsage: true, SilenceErrors: true,
		Args:              noSuchCommand,
		CompletionOptions: cobra.CompletionOptions{HiddenDefaultCmd: true}, // a person needs it once
	}
	printVersion := root.Flags().Bool("version", false, "print the version")
	root.RunE = func(c *cobra.Command, _ []string) error {
		if *printVersion {
			return writeVersion(env.out)
		}
		return c.Help()
	}
	root.SetFlagErrorFunc(flagError)
	root.AddCommand(newServe(env), newExec(env), newCheck(env), newScenario(env), newRoster(env), newWorld(env),
		newToken(env), newCA(env), newImport(env), newSchemas(env), newMetadata(env), newOpenAPI(env), newVersion(env))
	root.SetHelpCommand(newHelp(root, env))
	return root
}
