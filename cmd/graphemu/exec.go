package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/journal"
)

// Exit codes of exec, beside those of the command that it runs and 1, which is
// for a series of which some failed. From 124 on they are those of timeout(1).
const (
	exitUnverified    = 123 // the command passed, the verification failed
	exitTimeout       = 124
	exitBroken        = 125 // graphemu itself failed: a wrong flag, a wrong file, no port
	exitNotExecutable = 126
	exitNotFound      = 127
)

func newExec(env environment) *cobra.Command {
	x := &execution{env: env}
	c := &cobra.Command{
		Use:   "exec [flags] -- CMD [ARG…]",
		Short: "Run a command under an emulator of its own, and judge it as a client",
		Long: `exec starts an emulator on free ports, tells the command where it is by
environment variables, runs the command, prints on standard error how it did as
a client, and stops. Standard input and output are the command's own. What was called
before a reset of a world is judged as well ("graphemu world reset --help").

The command finds the API at GRAPHEMU_URL (HTTPS) and GRAPHEMU_HTTP_URL, both of
which end in /beta, and at GRAPHEMU_V1_URL and GRAPHEMU_V1_HTTP_URL, which end in
/v1.0. A token is in GRAPHEMU_TOKEN, and more in GRAPHEMU_ORIGIN,
GRAPHEMU_CONTROL_URL, GRAPHEMU_TENANT, GRAPHEMU_CA and GRAPHEMU_DATA_DIR. It
trusts the certificate by NODE_EXTRA_CA_CERTS, SSL_CERT_FILE, REQUESTS_CA_BUNDLE
and CURL_CA_BUNDLE, beside all that it trusted before. AZURE_AUTHORITY_HOST,
AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET are set where they
are not. Azure's libraries ask login.microsoftonline.com first whether it knows that
host: turn instance discovery off in the client's code, or see --proxy.

With --proxy localhost:0 a command works whose hosts are fixed in its code:
HTTPS_PROXY leads it to a proxy that answers https://graph.microsoft.com,
https://login.microsoftonline.com and the storage account itself, and connects to
nothing else but what --proxy-allow names. NO_PROXY excepts this machine, and the
files of certificates cover the proxy. NODE_USE_ENV_PROXY makes Node obey, from
versions on that know it (20 does not). HTTP_PROXY is left as it is, and
AZURE_AUTHORITY_HOST is not set: the client signs in where it always does.

With --auth strict the sign-in has to fit the operation. AZURE_CLIENT_ID and
AZURE_CLIENT_SECRET sign in the app itself, which may do all with profiles but
create one. GRAPHEMU_TOKEN has a user's permissions and may do that too, as has the
token of a user who signs in; --fixture contoso has users.

Some clients look at none of these, but at the system's store of certificates: on
macOS and Windows Go (up to 1.26), .NET and PowerShell, on Windows its own
curl.exe; Java and browsers everywhere. Make them trust the CA once with the
commands of "graphemu ca --trust", and let exec use that CA: --data-dir FOLDER, the
folder that they name. Over GRAPHEMU_HTTP_URL nothing has to be trusted.

A signal goes on to the command and all that it started; a second one, or 5
seconds, end them by force. What the command leaves running is ended too: its
process group, and on Linux whatever else comes of it, daemons that have left the
group and the session among them. Start what is to stay before exec.

The exit code is the command's own, 128+N where signal N ended it, and
  123  it passed, but the verification failed: an expectation was not met, or no
       rule of the scenario struck a call
  124  it took longer than --timeout
  125  graphemu itself failed, as over a wrong flag or scenario
  126  it was found, but cannot be run
  127  it was not found

With --each-variant or --each-scenario the command runs several times, each under
an emulator of its own. At the end a table on standard error shows which of them
passed, and why the others did not; the exit code is then 0 where all did, else 1.
Of a scenario that had nothing to do with what the command called, the table says
"not exercised". That fails where the scenario was named. Of those that "all" means
it fails only where none was exercised: --each-scenario all is good for a client
that never touches a synchronization profile, too.
Each run has a verdict of its own: --junit verdict.xml writes verdict.RUN.xml.

The verdict names requests by the number of their entries. --journal FILE has them
all, with what was answered, a line of JSON each, also when the emulator is gone;
the runs of a series share the file, and each line names its run. --har FILE writes
them as an HTTP archive, which the developer tools of browsers open; in a series
each run has its own, as FILE.RUN.har.

--report FILE writes all that there is to see as one file of HTML, with the views of
the page at /_graphemu/: verdict, requests, timeline, objects, and how to run it
again. It needs no server and no network: keep it as an artifact. All runs of a
series are in it, below a card of how they went. Where a run fails, its first cause
and its last failed calls are printed. In GitHub Actions the card, or the verdict,
comes into the job's summary (GITHUB_STEP_SUMMARY).`,
		Example: `  graphemu exec -- npm test
  graphemu exec --scenario throttled --clock x60 --timeout 2m -- go test ./...
  graphemu exec --scenario nightly.yaml --verify strict --junit verdict.xml -- pytest
  graphemu exec --each-variant -- npm test
  graphemu exec --proxy localhost:0 -- npm test
  graphemu exec --each-scenario throttled,flaky-gateway,outage -- npm test
  graphemu exec --each-scenario all --report report.html -- npm test
  graphemu exec -- sh -c 'curl -H "Authorization: Bearer $GRAPHEMU_TOKEN" \
      $GRAPHEMU_HTTP_URL/education/synchronizationProfiles'`,
		Args: func(c *cobra.Command, args []string) error {
			switch dash := c.ArgsLenAtDash(); {
			case len(args) == 0:
				return errors.New("exec takes a command after --, as in: graphemu exec -- npm test")
			case dash != 0:
				return fmt.Errorf("%q: the command comes after --, as in: graphemu exec -- npm test", args[0])
			}
			return nil
		},
	}
	c.Flags().SetInterspersed(false)
	x.register(c)
	groupFlags(c)
	c.RunE = func(c *cobra.Command, args []string) error {
		var err error
		fl := c.Flags()
		if x.flags.config, err = settle(fl, env); err != nil {
			return err
		}
		x.flags.hush(fl)
		o, err := x.options()
		if err != nil {
			return placed(err, x.flags.config)
		}
		x.told.given, x.told.command, x.told.runs = given(fl), args, 1
		if x.flags.config != "" {
			o.Log.Info("flags are set by a file", "file", x.flags.config)
		}
		x.command, x.ownData = args, !fl.Changed("data-dir")
		end := x.voice()
		return end(placed(x.run(c.Context(), o), x.flags.config))
	}
	return c
}

// register adds the flags of exec.
func (x *execution) register(c *cobra.Command) {
	fl := c.Flags()
	x.flags.register(c, x.env, "localhost:0", "localhost:0")
	fl.StringVar(&x.flags.options.DataDir, "data-dir", "", "`folder` that keeps the CA, the token keys and the secret of upload URLs; "+
		"empty: memory only (default a folder that is removed at the end)")
	fl.DurationVar(&x.timeout, "timeout", 0, "end the command after this `time`, as 90s, and exit with 124 (default no limit)")
	fl.StringVar(&x.told.file, "report", "", "`file` that gets all that there is to see of the run, as HTML that needs nothing else")
	fl.StringVar(&x.har, "har", "", "`file` that gets all requests as an HTTP archive (HAR 1.2), which the tools of browsers open")
	fl.BoolVar(&x.eachVariant, "each-variant", false,
		"run the command with the default readings, then once for each other reading of each variant")
	fl.StringSliceVar(&x.eachScenario, "each-scenario", nil, "run the command once for each of these `scenarios`, separated by commas; "+
		"each comes after those of --scenario. A folder means the scenarios in it, and all means those that are built in")
	if err := c.RegisterFlagCompletionFunc("each-scenario", afterCommas(everyScenario)); err != nil {
		panic(err) // the name is a constant
	}
	x.flags.quietFlag(fl, "say nothing where all goes well: the command's own output alone; "+
		"where it fails, why, and where it is not verified, the verdict")
	configFlag(c)
}

// options completes the options from what the flags say. It errs with what is wrong with
// them, as far as no file has to be read for that.
func (x *execution) options() (emulator.Options, error) {
	o, err := x.flags.resolve(x.env)
	if err != nil {
		return o, err
	}
	if x.har != "" {
		if err := outputHAR.check(x.har); err != nil {
			return o, fmt.Errorf("--har %s: %w", x.har, err)
		}
	}
	if x.told.file != "" {
		if err := outputReport.check(x.told.file); err != nil {
			return o, fmt.Errorf("--report %s: %w", x.told.file, err)
		}
	}
	named := x.flags.written()
	named["har"], named["report"] = x.har, x.told.file
	if err := distinct(named); err != nil {
		return o, err
	}
	switch {
	case x.timeout < 0:
		return o, fmt.Errorf("--timeout %v: want a duration above 0, as 90s", x.timeout)
	case x.eachVariant && len(x.eachScenario) > 0:
		return o, errors.New("--each-variant and --each-scenario: one series at a time")
	case x.inSeries() && o.State != "":
		return o, errors.New("--state: each run of a series begins anew, so there is no state to keep")
	}
	return o, nil
}

// inSeries tells whether the command is to run several times.
func (x *execution) inSeries() bool { return x.eachVariant || len(x.eachScenario) > 0 }

// execution is one call of exec.
type execution struct {
	env          environment
	flags        serverFlags
	ownData      bool // the data folder is a temporary one
	timeout      time.Duration
	har          string
	told         told
	eachVariant  bool
	eachScenario []string
	command      []string
	commandErr   io.Writer // standard error, as the command gets it

	program string         // where the command was found
	signals chan os.Signal // what the system tells graphemu
}

// run runs the command once or several times. It errs with exit unless the
// command passed. ctx is done where a signal came before run listens for them.
func (x *execution) run(ctx context.Context, o emulator.Options) error {
	var err error
	if x.program, err = find(x.command[0]); err != nil {
		return err
	}
	x.signals = make(chan os.Signal, 8)
	defer notify(x.signals)()
	if ctx.Err() != nil && len(x.signals) == 0 {
		x.signals <- os.Interrupt // which one it was nobody knows any more
	}
	surviveReaders()
	adoptOrphans()
	closeJournal, err := x.flags.useJournal(&o)
	if err != nil {
		return err
	}
	defer closeJournal()
	if x.inSeries() {
		return x.series(ctx, o)
	}
	r, err := x.once(ctx, o, false, x.flags.junit, x.har)
	if err != nil {
		return err
	}
	summarize(x.env, r.markdown)
	if err := x.told.write(); err != nil {
		return err
	}
	x.explain(&r)
	if code := r.code(); code != 0 {
		return exit{code: code}
	}
	return nil
}

// outcome is how one run of the command ended.
type outcome struct {
	ended
	verified bool
	why      string // it is not verified
	verdict  journal.Verdict
	done     journal.Tally
}

// code is the exit code that the outcome means.
func (r outcome) code() int {
	switch {
	case r.timedOut:
		return exitTimeout
	case r.status == 0 && !r.verified:
		return exitUnverified
	}
	return r.status
}

// once runs the command under an emulator of its own and judges it. It errs
// where graphemu fails, or the command cannot be started. offered: nobody named the
// scenario, see journal.Verdict.Offered.
func (x *execution) once(ctx context.Context, o emulator.Options, offered bool, junit, archive string) (r outcome, err error) {
	dir, remove, err := makeFolder()
	if err != nil {
		return r, fmt.Errorf("cannot make a temporary folder: %w", err)
	}
	defer func() {
		if err := remove(); err != nil {
			o.Log.Warn("a temporary folder could not be removed", "folder", dir, "error", err)
		}
	}()
	if x.ownData {
		o.DataDir = filepath.Join(dir, "data")
	}
	var count counter
	also(&count, &o)
	var kept *traffic
	if archive != "" || x.told.file != "" {
		if kept, err = record(dir, &o); err != nil {
			return r, err
		}
		defer kept.lines.Close()
	}
	begun := x.begin("starting the emulator")
	s, ready, err := start(o, x.flags.readyFile)
	begun()
	if err != nil {
		return r, err
	}
	defer s.Close()
	defer ready.files.remove()
	// At the first signal, whatever comes of the command: Close saves again, and
	// tells what goes wrong.
	defer context.AfterFunc(ctx, func() { _ = s.SaveState() })()
	if x.flags.watch {
		end, err := watch(context.Background(), o.Scenarios, s.ReloadScenario, o.Log)
		if err != nil {
			return r, err
		}
		defer end()
	}
	cmd := &exec.Cmd{Path: x.program, Args: x.command, Stdin: x.env.in, Stdout: x.env.out, Stderr: x.commandErr}
	if cmd.Env, err = x.variables(s, ready, o, dir); err != nil {
		return r, err
	}
	if r.ended, err = supervise(cmd, x.signals, x.timeout, grace); err != nil {
		return r, exit{exitNotExecutable, fmt.Errorf("cannot run %s: %w", x.command[0], plain(err))}
	}
	if r.timedOut {
		fmt.Fprintf(x.env.errOut, "graphemu: %s took longer than --timeout %v and was ended\n", x.command[0], x.timeout)
	}
	if r.verdict, err = judge(s, o.Verify, offered, r.timedOut || r.status > 128, junit, x.verdictTo()); err != nil {
		return r, err
	}
	if x.flags.quiet && !r.verdict.OK {
		if err := r.verdict.WriteText(x.env.errOut); err != nil {
			return r, err
		}
	}
	r.verified, r.why = r.verdict.OK, r.verdict.Why()
	var shown *emulator.RunReport
	if x.told.file != "" {
		shown = s.Report(x.told.runs)
	}
	origin := cmp.Or(s.Origin("https"), s.Origin("http"))
	if err := s.Close(); err != nil {
		return r, trim(err)
	}
	r.done = count.tally
	if archive != "" {
		err = kept.write(archive, origin)
	}
	if shown != nil && err == nil {
		err = x.told.add(shown, &r, &o, kept)
	}
	return r, err
}

// find returns where a command is. It errs with exit 127 or 126.
func find(name string) (string, error) {
	path, err := exec.LookPath(name)
	switch {
	case err == nil:
		return path, nil
	case errors.Is(err, exec.ErrDot):
		return path, nil // the search path names this folder on purpose
	case strings.ContainsRune(name, filepath.Separator) || strings.ContainsRune(name, '/'):
		if _, missing := os.Stat(name); missing != nil {
			return "", exit{exitNotFound, fmt.Errorf("there is no command %s: %w", name, plain(missing))}
		}
		return "", exit{exitNotExecutable, fmt.Errorf("%s cannot be run: %w", name, plain(err))}
	}
	// A file on the search path that may not be run is told as a shell does.
	for _, dir := range filepath.SplitList(os.Getenv("PATH")) {
		file := filepath.Join(dir, name)
		if info, err := os.Stat(file); err == nil && info.Mode().IsRegular() {
			return "", exit{exitNotExecutable, fmt.Errorf("%s cannot be run: permission denied", file)}
		}
	}
	return "", exit{exitNotFound, fmt.Errorf("there is no command %s on the search path (PATH)", name)}
}

// plain drops what package os puts before a system's words: the sentence around
// it has named the file.
func plain(err error) error {
	for {
		var inner error
		if e, ok := errors.AsType[*os.PathError](err); ok {
			inner = e.Err
		} else if e, ok := errors.AsType[*exec.Error](err); ok {
			inner = e.Err
		}
		if inner == nil {
			return err
		}
		err = inner
	}
}
