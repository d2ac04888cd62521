package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/graphemu/graphemu/emulator"
)

// grace is how long requests in flight, or a command, may take after a signal:
// Docker kills 10 seconds after its own.
const grace = 5 * time.Second

func newServe(env environment) *cobra.Command {
	var f serverFlags
	c := &cobra.Command{
		Use:   "serve",
		Short: "Serve the API until interrupted",
		Long: `serve answers as Microsoft Graph does, v1.0 and beta, on HTTP and HTTPS, and
prints a curl command that works when pasted. It needs no flag and no file. When
it is stopped it prints how its clients did; its exit code does not depend on
that.

A client whose hosts are fixed in its code reaches it through --proxy: set the
address as its HTTPS proxy, and let it trust what /_graphemu/ca.pem returns, or the
file that the ready file names as "ca". https://graph.microsoft.com is then this
server, and nothing leaves the machine but what --proxy-allow names.`,
		Example: `  graphemu serve
  graphemu serve --scenario throttled --clock x60
  graphemu serve --scenario nightly.yaml --watch
  graphemu serve --proxy localhost:9480 --proxy-allow example.com
  graphemu serve --http 127.0.0.1:0 --https '' --ready-file ready.json`,
		Args: cobra.NoArgs,
	}
	f.register(c, env, "localhost:9400", "localhost:9443")
	dataDir(c, &f.options.DataDir, env)
	f.quietFlag(c.Flags(), "print one line once it serves, and nothing else")
	untilStdinCloses := c.Flags().Bool("until-stdin-closes", false,
		"stop when standard input ends, as it does where a program that started this one by a pipe is gone")
	configFlag(c)
	groupFlags(c)
	c.RunE = func(c *cobra.Command, _ []string) error {
		var err error
		if f.config, err = settle(c.Flags(), env); err != nil {
			return err
		}
		f.hush(c.Flags())
		o, err := f.resolve(env)
		if err != nil {
			return placed(err, f.config)
		}
		ctx := c.Context()
		if *untilStdinCloses {
			var cancel context.CancelFunc
			ctx, cancel = context.WithCancel(ctx)
			defer cancel()
			go func() {
				defer cancel()
				_, _ = io.Copy(io.Discard, env.in) // what stands there is for nobody
			}()
		}
		return placed(serve(ctx, o, f, env), f.config)
	}
	return c
}

// headroom is memory that is never touched, so it costs none; but the garbage
// collector, which runs when the heap has doubled, counts it. Without it a heap
// as small as ours is collected hundreds of times a second under load: a GET is
// a tenth slower then.
const headroom = 16 << 20

func serve(ctx context.Context, o emulator.Options, f serverFlags, env environment) error {
	surviveReaders()
	// The first signal ends the context. The system's own answer to a second one, to
	// end the process, waits until the state is saved.
	defer signal.Stop(listen())
	closeJournal, err := f.useJournal(&o)
	if err != nil {
		return err
	}
	defer closeJournal()
	begun := func() {}
	if !f.quiet {
		begun = env.begin("starting")
	}
	s, r, err := start(o, f.readyFile)
	begun()
	if err != nil {
		return err
	}
	defer s.Close()
	defer r.files.remove()
	if f.watch {
		end, err := watch(ctx, o.Scenarios, s.ReloadScenario, o.Log)
		if err != nil {
			return err
		}
		defer end()
	}
	r.config = f.config
	if f.quiet {
		r.short(env.out)
		env.out = io.Discard
	} else {
		r.banner(env.out, o.Scenarios, o.Seed)
	}
	// Not before: so much memory at once lets the collector run, and all that there is
	// to collect by then is what the start left.
	untouched := make([]byte, headroom)
	defer runtime.KeepAlive(untouched)

	<-ctx.Done()
	late := stop(ctx, s, env)
	_, err = judge(s, o.Verify, false, false, f.junit, env.paint(env.out))
	if err = errors.Join(late, err); err != nil {
		return failure{err}
	}
	return nil
}

// listen returns a channel that has the next signal that is to end graphemu.
func listen() chan os.Signal {
	c := make(chan os.Signal, 1)
	signal.Notify(c, stopSignals()...)
	return c
}

// stop lets requests in flight end, but not for longer than grace, and not after
// another signal. A third one is the system's again.
func stop(ctx context.Context, s *emulator.Server, env environment) error {
	fmt.Fprintln(env.out, "stopping: requests in flight may end")
	again := listen() // hears only signals from now on: the first is past
	limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	go func() {
		select {
		case <-again:
			signal.Reset(stopSignals()...)
			cancel()
		case <-limited.Done():
		}
	}()
	err := s.Shutdown(limited)
	if err != nil {
		err = fmt.Errorf("stopped before all requests had ended: %w", trim(err))
	}
	return err
}

// start starts a server and writes the ready file, if one is asked for.
func start(o emulator.Options, readyFile string) (*emulator.Server, ready, error) {
	if readyFile != "" {
		if err := makeWay(readyFile); err != nil {
			return nil, ready{}, err
		}
	}
	s, err := emulator.New(o)
	if err != nil {
		return nil, ready{}, trim(err)
	}
	if file, ok := o.Journal.(emptied); ok {
		if err := file.empty(); err != nil {
			s.Close()
			return nil, ready{}, fmt.Errorf("--journal: cannot empty the file of a run before: %w", plain(err))
		}
	}
	r, err := newReady(s, o.Control != emulator.ControlOff)
	if err != nil {
		s.Close()
		return nil, ready{}, failure{trim(err)}
	}
	if readyFile != "" {
		if err := r.write(readyFile, s); err != nil {
			s.Close()
			r.files.remove()
			return nil, ready{}, fmt.Errorf("cannot write the ready file: %w", err)
		}
	}
	return s, r, nil
}

// trim drops the package's name from an error that a person reads.
func trim(err error) error {
	words := strings.TrimPrefix(err.Error(), "emulator: ")
	if inner := errors.Unwrap(err); inner != nil && inner.Error() == words {
		return inner
	}
	return errors.New(words)
}
