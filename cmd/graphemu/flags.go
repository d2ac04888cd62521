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
// since an empty address switches a listener off.
func fromEnvironment(flags *pflag.FlagSet, env environment) error {
	var errs []error
	flags.VisitAll(func(f *pflag.Flag) {
		name := "GRAPHEMU_" + strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))
		value, ok := env.lookup(name)
		if !ok || f.Changed || f.Name == "help" {
			return
		}
		if err := f.Value.Set(value); err != nil {
			errs = append(errs, fmt.Errorf("%s=%s: want what --%s takes: %s", name, value, f.Name, strings.ReplaceAll(f.Usage, "`", "")))
		}
	})
	return errors.Join(errs...)
}

// dataDir adds --data-dir with its default, the user's configuration folder.
func dataDir(c *cobra.Command, dir *string, env environment) {
	c.Flags().StringVar(dir, "data-dir", defaultDataDir(env), "`folder` that keeps the CA and the token key, so that trust survives a restart; empty: memory only")
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
	options  emulator.Options
	variants []string
	log      string
	level    string
	maxBody  size
}

func (f *serverFlags) register(c *cobra.Command, env environment, http, https string) {
	o, fl := &f.options, c.Flags()
	fl.SortFlags = false
	fl.StringVar(&o.HTTP, "http", http, "listen for HTTP on `address`; port 0: any free one; empty: off")
	fl.StringVar(&o.HTTPS, "https", https, "listen for HTTPS on `address`; port 0: any free one; empty: off")
	fl.StringArrayVar(&o.Hosts, "host", nil, "further `name` or IP address of this server, for the certificate and the control API; a name covers its subdomains (repeatable)")
	fl.StringVar(&o.PublicURL, "public-url", "", "`URL` that links in answers are built on (default the request's own Host)")
	fl.StringVar(&o.Fixture, "fixture", "empty", "what a world starts from: empty, one, contoso, or the `path` of a file or of a folder with a fixture.json")
	fl.StringVar(&o.Auth, "auth", emulator.AuthLenient, "`how` tokens are looked at: lenient, any will do and none is 401; off, no header needed; strict, not yet")
	fl.StringVar(&o.Clock, "clock", "real", "`how` time passes: real, frozen, frozen@2026-01-05T06:00:00Z, or x60 for an hour in a minute")
	fl.StringArrayVar(&f.variants, "variant", nil, "`NAME=READING` where the documentation contradicts itself, as createStatus=201 (repeatable)")
	fl.Uint64Var(&o.Seed, "seed", 1, "`number` that all ids are drawn from")
	fl.StringVar(&o.Control, "control", emulator.ControlLoopback, "`who` may use /_graphemu/: loopback, any or off")
	dataDir(c, &o.DataDir, env)
	fl.StringVar(&f.log, "log", "text", "`form` of the log on standard error: text or json")
	fl.StringVar(&f.level, "log-level", "info", "lowest `level` that is logged: debug (each request), info, warn or error")
	fl.IntVar(&o.Limits.Worlds, "max-worlds", emulator.DefaultMaxWorlds, "`number` of worlds (tenants) that are kept; one idle for an hour makes room")
	fl.IntVar(&o.Limits.Profiles, "max-profiles", emulator.DefaultMaxProfiles, "`number` of profiles that a world keeps")
	f.maxBody = emulator.DefaultMaxBody
	fl.Var(&f.maxBody, "max-body", "largest `size` of a request body, decompressed too")
}

// resolve completes the options from what the flags say.
func (f *serverFlags) resolve(env environment) (emulator.Options, error) {
	o := f.options
	o.Variants = map[string]string{}
	for _, v := range f.variants {
		// A variable holds several, separated by commas.
		for pair := range strings.SplitSeq(v, ",") {
			key, value, ok := strings.Cut(pair, "=")
			if !ok {
				return o, fmt.Errorf("variant %q: want NAME=READING, like createStatus=201", pair)
			}
			o.Variants[strings.TrimSpace(key)] = strings.TrimSpace(value)
		}
	}
	var hosts []string
	for _, h := range o.Hosts {
		hosts = append(hosts, strings.FieldsFunc(h, func(r rune) bool { return r == ',' || r == ' ' })...)
	}
	o.Hosts = hosts
	for name, n := range map[string]int64{"max-worlds": int64(o.Limits.Worlds), "max-profiles": int64(o.Limits.Profiles), "max-body": int64(f.maxBody)} {
		if n <= 0 {
			return o, fmt.Errorf("--%s %d: want a number above 0", name, n)
		}
	}
	o.Limits.Body = int64(f.maxBody)
	var level slog.Level
	if err := level.UnmarshalText([]byte(f.level)); err != nil {
		return o, fmt.Errorf("--log-level %q: want debug, info, warn or error", f.level)
	}
	h := &slog.HandlerOptions{Level: level}
	switch f.log {
	case "text":
		o.Log = slog.New(slog.NewTextHandler(env.errOut, h))
	case "json":
		o.Log = slog.New(slog.NewJSONHandler(env.errOut, h))
	default:
		return o, fmt.Errorf("--log %q: want text or json", f.log)
	}
	return o, nil
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
