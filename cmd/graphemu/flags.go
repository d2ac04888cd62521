package main

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/graphemu/graphemu/emulator"
)

// fromEnvironment sets the flags that were not given from their variables:
// --log-level from GRAPHEMU_LOG_LEVEL. A variable that is set but empty counts,
// since an empty address switches a listener off. The variable of a flag that
// may be repeated holds several values, separated by commas.
func fromEnvironment(flags *pflag.FlagSet, env environment) error {
	var errs []error
	flags.VisitAll(func(f *pflag.Flag) {
		name := variableOf(f.Name)
		value, ok := env.lookup(name)
		if !ok || f.Changed || f.Name == "help" || f.Name == "url" { // GRAPHEMU_URL is where clients find the API
			return
		}
		values := []string{value}
		if f.Value.Type() == "stringArray" {
			values = strings.FieldsFunc(value, func(r rune) bool { return r == ',' })
		}
		for _, v := range values {
			if err := flags.Set(f.Name, strings.TrimSpace(v)); err != nil {
				errs = append(errs, fmt.Errorf("%s=%s: want what --%s takes: %s", name, value, f.Name, strings.ReplaceAll(f.Usage, "`", "")))
			}
		}
	})
	return errors.Join(errs...)
}

// dataDir adds --data-dir with its default, the user's configuration folder.
func dataDir(c *cobra.Command, dir *string, env environment) {
	c.Flags().StringVar(dir, "data-dir", defaultDataDir(env), "`folder` that keeps the CA, the token keys and the secret of upload URLs, "+
		"so that trust survives a restart; empty: memory only")
}

func defaultDataDir(env environment) string {
	// os.UserConfigDir reads the process's environment; a test has its own.
	if dir, ok := env.lookup("XDG_CONFIG_HOME"); ok && filepath.IsAbs(dir) {
		return filepath.Join(dir, "graphemu")
	}
	dir, err := os.UserConfigDir()
	if err != nil {
		return "" // nowhere to keep anything: memory only
	}
	return filepath.Join(dir, "graphemu")
}

// serverFlags are the flags of every command that starts a server.
type serverFlags struct {
	options         emulator.Options
	variants        []string
	log             string
	level           string
	maxBody         size
	maxUpload       size
	maxUploads      size
	maxMemory       size
	maxBatch        size
	maxJournalBytes size

	// What the command itself does.
	watch     bool
	junit     string
	journal   string
	readyFile string
	quiet     bool
	config    string // the file that has set flags
}

// register adds the flags but for --data-dir, whose default differs.
func (f *serverFlags) register(c *cobra.Command, env environment, http, https string) {
	o, fl := &f.options, c.Flags()
	fl.SortFlags = false
	fl.StringVar(&o.HTTP, "http", http, "listen for HTTP on `address`; port 0: any free one; empty: off")
	fl.StringVar(&o.HTTPS, "https", https, "listen for HTTPS on `address`; port 0: any free one; empty: off")
	fl.StringArrayVar(&o.Hosts, "host", nil,
		"further `name` or IP address of this server, for the certificate and the control API; "+
			"a name covers its subdomains (repeatable)")
	fl.StringVar(&o.PublicURL, "public-url", "", "`URL` that links in answers are built on (default the request's own Host)")
	fl.StringVar(&o.Proxy, "proxy", "", "be an HTTP proxy on `address`, for clients whose hosts are fixed in their code: "+
		"it answers graph.microsoft.com, login.microsoftonline.com and the storage account itself "+
		"and refuses every other host; port 0: any free one (default off)")
	fl.StringArrayVar(&o.ProxyAllow, "proxy-allow", nil,
		"`host` that the proxy passes through unread, with a port or at 443 and 80; it connects to no other (repeatable)")
	fl.StringArrayVar(&o.Scenarios, "scenario", nil, "what happens and what goes wrong: "+
		"a built-in `name` (graphemu scenario list) or a file; "+
		"several add up, the first match wins, settings are those of the last (repeatable; default the scenario \"default\")")
	fl.BoolVar(&f.watch, "watch", false,
		"read the scenario files again when they change; where one is wrong, the log tells and the scenario before stays")
	fl.StringVar(&o.Fixture, "fixture", "", "what a world starts from: empty, one, contoso, district, district-flawed, "+
		"or the `path` of a file or of a folder with a fixture.json (default what the scenario says, else empty)")
	fl.StringArrayVar(&o.Metadata, "metadata", nil, "Graph's metadata, to serve all of its entity sets: a `folder` of graphemu metadata get, "+
		"or a CSDL file, VERSION=FILE for another version than v1.0 (repeatable; default the emulated ones alone)")
	fl.StringVar(&o.Permissions, "permissions", "", "`file` with the service's table of permissions, which decides "+
		"with --auth strict what calls ask for that are not emulated (default permissions.json of the folder of --metadata)")
	fl.StringVar(&o.Auth, "auth", emulator.AuthLenient, "`how` tokens are looked at: "+
		"lenient, any will do and none is 401, and the journal tells what strict would refuse; "+
		"strict, checked from signature to permission; off, no header needed")
	fl.StringVar(&o.Clock, "clock", "",
		"`how` time passes: real, frozen, frozen@2026-01-05T06:00:00Z, or x60 for an hour in a minute "+
			"(default what the scenario says, else real)")
	fl.StringArrayVar(&f.variants, "variant", nil,
		"`NAME=READING` where the documentation contradicts itself, as createStatus=201 (repeatable)")
	fl.Uint64Var(&o.Seed, "seed", 0, "`number` that all ids and all chance are drawn from; "+
		"where it is given, the signatures of upload URLs too, which else draw on a secret of the data folder (default 1)")
	fl.StringVar(&o.Control, "control", emulator.ControlLoopback, "`who` may use /_graphemu/: loopback, any or off")
	fl.StringArrayVar(&o.ControlOrigins, "control-origin", nil,
		"`origin` of a page whose scripts may use /_graphemu/ too, as http://localhost:5173 (repeatable)")
	fl.StringVar(&o.State, "state", "", "`file` that keeps all worlds: loaded at start where it is there, "+
		"saved at the first signal, at stop and by POST /_graphemu/state; for one server at a time")
	fl.StringVar(&o.Verify, "verify", emulator.VerifyWarn, "`how` strictly clients are judged: off, not at all; "+
		"warn, an expectation that is not met is a failure, and a scenario none of whose rules struck a call; strict, a warning is one too")
	fl.StringVar(&f.junit, "junit", "", "`file` that the verdict is written to, as JUnit XML")
	fl.StringVar(&f.journal, "journal", "", "`file` that gets every request as soon as it is answered, as JSON, a line each: "+
		"the entries that the verdict names by number, less secrets; it begins anew with each start, and is for one server at a time")
	fl.StringVar(&f.log, "log", "text", "`form` of the log on standard error: text or json")
	fl.StringVar(&f.level, "log-level", "info", "lowest `level` that is logged: debug (each request), info, warn or error")
	fl.IntVar(&o.Limits.Worlds, "max-worlds", emulator.DefaultMaxWorlds,
		"`number` of worlds (tenants) that are kept; one idle for an hour makes room")
	fl.IntVar(&o.Limits.Profiles, "max-profiles", emulator.DefaultMaxProfiles, "`number` of profiles that a world keeps")
	fl.IntVar(&o.Limits.Objects, "max-objects", emulator.DefaultMaxObjects,
		"`number` of objects that a world keeps, as users and groups; then creates are answered 507")
	f.maxUpload, f.maxUploads = emulator.DefaultMaxUpload, emulator.DefaultMaxUploads
	fl.Var(&f.maxUpload, "max-upload", "largest `size` of an uploaded file")
	fl.Var(&f.maxUploads, "max-uploads", "largest `size` of all files of a world")
	f.maxMemory, f.maxBatch = emulator.DefaultMaxMemory, emulator.DefaultMaxBatch
	fl.Var(&f.maxMemory, "max-memory", "largest `size` of what all worlds keep together; "+
		"then writes are answered 507, and journals lose their oldest")
	fl.Var(&f.maxBatch, "max-batch", "largest `size` of the answer to a batch; its further parts are answered 507")
	f.maxBody = emulator.DefaultMaxBody
	fl.Var(&f.maxBody, "max-body", "largest `size` of a request body, decompressed too")
	fl.IntVar(&o.Limits.JournalEntries, "max-journal", emulator.DefaultJournalEntries,
		"`number` of requests that a world's journal keeps; the oldest go first, and the loss is counted")
	f.maxJournalBytes = emulator.DefaultJournalBytes
	fl.Var(&f.maxJournalBytes, "max-journal-bytes", "`size` that a world's journal may have in memory")
	fl.StringVar(&f.readyFile, "ready-file", "", "`file` that is written once the server answers: "+
		"JSON with its addresses, token and process id; what is no ready file is never replaced")
	completeServer(c)
}

// resolve completes the options from what the flags say.
func (f *serverFlags) resolve(env environment) (emulator.Options, error) {
	o := f.options
	var err error
	if o.Variants, err = parseVariants(f.variants); err != nil {
		return o, err
	}
	o.Hosts, o.ProxyAllow, o.ControlOrigins = separated(o.Hosts), separated(o.ProxyAllow), separated(o.ControlOrigins)
	if o.HTTP == "" && o.HTTPS == "" {
		return o, errors.New("nothing to listen on: --http and --https are both empty")
	}
	if f.watch && len(scenarioFiles(o.Scenarios)) == 0 {
		return o, errors.New("--watch: there is no file to watch; name one with --scenario FILE")
	}
	if f.junit != "" {
		if err := outputJUnit.check(f.junit); err != nil {
			return o, fmt.Errorf("--junit %s: %w", f.junit, err)
		}
	}
	if f.junit != "" && o.Verify == emulator.VerifyOff {
		return o, errors.New("--junit writes the verdict, but with --verify off there is none")
	}
	if err := distinct(f.written()); err != nil {
		return o, err
	}
	for _, l := range []struct {
		name string
		n    int64
	}{{"max-worlds", int64(o.Limits.Worlds)}, {"max-profiles", int64(o.Limits.Profiles)},
		{"max-objects", int64(o.Limits.Objects)}, {"max-body", int64(f.maxBody)},
		{"max-upload", int64(f.maxUpload)}, {"max-uploads", int64(f.maxUploads)},
		{"max-memory", int64(f.maxMemory)}, {"max-batch", int64(f.maxBatch)},
		{"max-journal", int64(o.Limits.JournalEntries)}, {"max-journal-bytes", int64(f.maxJournalBytes)}} {
		if l.n <= 0 {
			return o, fmt.Errorf("--%s %d: want a number above 0", l.name, l.n)
		}
	}
	o.Limits.Body, o.Limits.JournalBytes = int64(f.maxBody), int64(f.maxJournalBytes)
	o.Limits.Upload, o.Limits.Uploads = int64(f.maxUpload), int64(f.maxUploads)
	o.Limits.Memory, o.Limits.Batch = int64(f.maxMemory), int64(f.maxBatch)
	o.Log, err = newLog(f.log, f.level, env)
	return o, err
}

// written are the files that flags name to be written, by flag.
func (f *serverFlags) written() map[string]string {
	return map[string]string{"journal": f.journal, "junit": f.junit, "ready-file": f.readyFile, "state": f.options.State}
}

// checkFiles errs where a file that the server writes itself could not be.
func (f *serverFlags) checkFiles() error {
	if f.readyFile != "" {
		if _, err := checkReadyFile(f.readyFile); err != nil {
			return err
		}
	}
	if f.journal != "" {
		if err := outputJournal.check(f.journal); err != nil {
			return fmt.Errorf("--journal %s: %w", f.journal, err)
		}
	}
	return nil
}

// separated returns the names of a repeatable flag, each of whose values may have
// several: an environment variable has them all in one.
func separated(values []string) []string {
	var names []string
	for _, v := range values {
		names = append(names, strings.FieldsFunc(v, func(r rune) bool { return r == ',' || r == ' ' })...)
	}
	return names
}

// parseVariants reads NAME=READING, several of them separated by commas too.
func parseVariants(list []string) (map[string]string, error) {
	variants := map[string]string{}
	for _, v := range list {
		for pair := range strings.SplitSeq(v, ",") {
			key, value, ok := strings.Cut(pair, "=")
			if !ok {
				return nil, fmt.Errorf("variant %q: want NAME=READING, like createStatus=201", pair)
			}
			variants[strings.TrimSpace(key)] = strings.TrimSpace(value)
		}
	}
	return variants, nil
}

func newLog(form, lowest string, env environment) (*slog.Logger, error) {
	var level slog.Level
	if err := level.UnmarshalText([]byte(lowest)); err != nil {
		return nil, fmt.Errorf("--log-level %q: want debug, info, warn or error", lowest)
	}
	h := &slog.HandlerOptions{Level: level}
	switch form {
	case "text":
		return slog.New(slog.NewTextHandler(env.errOut, h)), nil
	case "json":
		return slog.New(slog.NewJSONHandler(env.errOut, h)), nil
	}
	return nil, fmt.Errorf("--log %q: want text or json", form)
}

// size is a number of bytes, with or without a binary unit.
type size int64

var units = []struct {
	suffix string
	factor int64
}{{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"", 1}}

func (s *size) Set(text string) error {
	for _, u := range units {
		if digits, ok := strings.CutSuffix(text, u.suffix); ok {
			n, err := strconv.ParseInt(strings.TrimSpace(digits), 10, 64)
			if err != nil || n > (1<<62)/u.factor {
				return errors.New("want a number of bytes, like 4194304 or 4MiB")
			}
			*s = size(n * u.factor)
			return nil
		}
	}
	return nil
}

func (s *size) String() string {
	for _, u := range units {
		if n := int64(*s); n != 0 && n%u.factor == 0 {
			return strconv.FormatInt(n/u.factor, 10) + u.suffix
		}
	}
	return "0"
}

func (s *size) Type() string { return "bytes" }
