package emulator

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/graphemu/graphemu/emulator/clock"
	"github.com/graphemu/graphemu/emulator/internal/certs"
	"github.com/graphemu/graphemu/emulator/internal/control"
	"github.com/graphemu/graphemu/emulator/internal/server/proxy"
	"github.com/graphemu/graphemu/emulator/internal/variant"
	"github.com/graphemu/graphemu/emulator/internal/version"
	"github.com/graphemu/graphemu/emulator/internal/world/fixture"
	"github.com/graphemu/graphemu/fixtures"
)

// Options configures New. The zero value is a usable, deterministic server that
// listens on no port: Server.Client reaches it in memory.
type Options struct {
	// HTTP and HTTPS are addresses to listen on, as "127.0.0.1:9400"; port 0 is
	// any free one, and the host "localhost" means 127.0.0.1 and, where there
	// is one, ::1. Default: not listening.
	HTTP, HTTPS string
	// Hosts are further names and IP addresses that the certificate covers and
	// the control API answers to, beside localhost and the like.
	Hosts []string
	// Proxy is the address of an HTTP proxy for clients whose hosts are fixed in
	// their code, as "127.0.0.1:9480": it answers https://graph.microsoft.com,
	// https://login.microsoftonline.com with its aliases, and the storage account
	// behind an upload URL itself, with certificates of a CA of its own (Server.CA),
	// and refuses every other host. Default: there is none.
	Proxy string
	// ProxyAllow are hosts that the proxy passes through unread, as "example.com",
	// which is ports 443 and 80, or "example.com:8443". It connects to no other.
	ProxyAllow []string
	// PublicURL is what nextLink, context and other absolute URLs are built on,
	// as "https://graph.example.test". Default: scheme and Host of each request.
	// What comes through the proxy is answered by its Host in any case.
	PublicURL string

	// Auth is AuthLenient (default), AuthStrict or AuthOff.
	Auth string
	// Scenario is how the life of profiles goes and what goes wrong: the name of
	// a built-in scenario or a file. Default: "default". Its settings count
	// where Clock, Fixture and Variants say nothing.
	Scenario string
	// Scenarios are several, in place of Scenario: lifecycles, faults, throttles
	// and expectations add up, the first that matches wins; of settings the last.
	Scenarios []string
	// ScenarioText is the text of a scenario, YAML or JSON. It comes after
	// Scenarios, or after Scenario where one is named.
	ScenarioText string
	// Verify is what makes a verdict fail: VerifyWarn (default) or VerifyStrict;
	// or VerifyOff, with which emulatortest asks for none.
	Verify string
	// State is a file that holds all worlds whole: read when the server starts,
	// where it is there, and written by Server.SaveState, Shutdown and Close. It is
	// this server's alone until Close, by a lock beside it, State + ".lock": a second
	// New on it errs. So does New on one that is damaged. Default: none.
	State string

	// Journal takes every entry of every world's journal as soon as its request is
	// answered: JSON as the control API has it, a line each. It has all of them, while
	// a world's journal in memory is bounded. The first error of it is logged, and
	// nothing is written after; where it takes nothing for 5 s and requests wait for it, that
	// is an error as well. Close returns when all is written. Default: none.
	Journal io.Writer
	// Run is what this run is called where several are compared: each line of Journal
	// has it as "run", and the verdict names it. Default: no name.
	Run string

	// Clock is how each world's clock starts: "real", "frozen", "frozen@INSTANT"
	// (RFC 3339) or "xN". Default: what the scenario says, else "real".
	Clock string
	// Variants chooses readings where the documentation contradicts itself,
	// by name, as {"createStatus": "201"}. Default: see Variants.
	Variants map[string]string
	// Seed decides every id that is minted, and all chance. Default, and 0: 1. A seed
	// that is given decides upload URLs whole, so that they are the same in each run;
	// but anyone who knows it can sign some. Without one they draw on a secret as well,
	// where there is a DataDir or Auth is AuthStrict.
	Seed uint64
	// Fixture is what each world starts from: the name of a built-in one, a
	// file, or a folder with a fixture.json. Default: what the scenario says,
	// else "empty".
	Fixture string

	// Control is who may use /_graphemu/: ControlLoopback (default), ControlAny
	// or ControlOff.
	Control string
	// ControlOrigins are the origins of pages whose scripts may use /_graphemu/, as
	// "http://localhost:5173". Default: none but the server's own.
	ControlOrigins []string
	// DataDir is the folder for the CA, the token keys and the secret of upload
	// URLs, so that what they signed survives a restart. Default: they are kept in
	// memory. A folder that cannot be written to is reported in the log, and they
	// are kept in memory too.
	DataDir string

	// Metadata are documents of Graph's metadata (CSDL) whose entity sets are served
	// beside the emulated ones: a file, for v1.0, "beta=FILE" or "v1.0=FILE", or a folder
	// with v1.0.csdl, beta.csdl and permissions.json, as "graphemu metadata get" writes it.
	// A version without a document has the other's. Default: none.
	Metadata []string
	// Permissions is a file with the service's table of permissions, as "graphemu metadata
	// get" writes it: it decides in AuthStrict what calls ask for that are not emulated.
	// Default: permissions.json of a folder of Metadata; where there is none, such a call
	// needs a token and no permission.
	Permissions string

	// Entities are objects that every world begins with, by the path of their collection in
	// v1.0, beside those of the fixture: {"groups": {map[string]any{"displayName": "Staff"}}}.
	// What is encoded as a JSON object will do. Default: none.
	Entities map[string][]any

	// Limits bounds what clients can make the server keep.
	Limits Limits
	// Log takes what happens. Default: nothing is logged.
	Log *slog.Logger
	// Now is the wall clock. Default: clock.Real.
	Now func() time.Time

	dial dialer // what the proxy reaches allowed hosts by, in a test; nil: the network
}

// dialer is net.Dialer.DialContext, or in its place.
type dialer func(ctx context.Context, network, address string) (net.Conn, error)

// Limits bounds memory. A zero field means its default.
type Limits struct {
	Worlds   int   // worlds; default 1,000. An idle one makes room for another.
	Profiles int   // profiles of one world; default 100,000
	Objects  int   // objects of one world; default 1,000,000. Then creates are answered 507.
	Body     int64 // bytes of a request body, decompressed; default 4 MiB, as Graph has it

	Upload  int64 // bytes of an uploaded file; default 64 MiB
	Uploads int64 // bytes of all files of a world; default 256 MiB

	Memory int64 // bytes that all worlds keep together; default 2 GiB. Then writes are refused with 507, and journals lose their oldest.
	Batch  int64 // bytes of a batch's answer; default 64 MiB. Further parts are answered 507, and not carried out.

	JournalEntries int   // requests that a world's journal keeps; default 10,000. The oldest make room.
	JournalBytes   int64 // bytes that a world's journal takes; default 16 MiB. The oldest make room.
}

// Values of Options.Auth.
const (
	AuthLenient = "lenient" // any bearer token is good, none is 401; the journal tells what AuthStrict would have refused
	AuthStrict  = "strict"  // tokens are checked from signature to permission, and the token endpoints know only what the fixture has
	AuthOff     = "off"     // no Authorization header is needed
)

// Values of Options.Verify.
const (
	VerifyWarn   = "warn"   // an expectation that is not met fails, and a scenario with rules of which none struck; the rest is a warning
	VerifyStrict = "strict" // warnings fail too
	VerifyOff    = "off"    // emulatortest and exec do not judge by themselves
)

// Values of Options.Control.
const (
	ControlLoopback = "loopback" // only from this machine
	ControlAny      = "any"      // from wherever the server can be reached
	ControlOff      = "off"      // nobody: the control API is not there
)

// Defaults of Limits.
const (
	DefaultMaxWorlds   = 1000
	DefaultMaxProfiles = 100_000
	DefaultMaxObjects  = 1_000_000
	DefaultMaxBody     = 4 << 20

	DefaultMaxUpload  = 64 << 20
	DefaultMaxUploads = 256 << 20

	DefaultMaxMemory = 2 << 30
	DefaultMaxBatch  = 64 << 20

	DefaultJournalEntries = 10_000
	DefaultJournalBytes   = 16 << 20
)

// settings is Options after all of it was checked.
type settings struct {
	Options
	now   func() time.Time // Options.Now, or the wall clock
	clock *clock.Setting   // nil: as the scenario says
	allow proxy.Allow      // of Options.ProxyAllow

	secretive bool            // upload URLs are signed with a secret, not with what the seed alone decides
	origins   control.Origins // of Options.ControlOrigins
}

// check fills in defaults. It errs with everything that is wrong at once.
func (o Options) check() (settings, error) {
	s := settings{Options: o}
	var errs []error
	fail := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }

	s.Auth = cmp.Or(o.Auth, AuthLenient)
	switch s.Auth {
	case AuthLenient, AuthStrict, AuthOff:
	default:
		fail("auth %q: want %s, %s or %s", o.Auth, AuthLenient, AuthStrict, AuthOff)
	}
	s.Control = cmp.Or(o.Control, ControlLoopback)
	if !slices.Contains([]string{ControlLoopback, ControlAny, ControlOff}, s.Control) {
		fail("control %q: want %s, %s or %s", o.Control, ControlLoopback, ControlAny, ControlOff)
	}
	var err error
	if s.origins, err = control.NewOrigins(o.ControlOrigins); err != nil {
		errs = append(errs, err)
	}
	if len(o.ControlOrigins) > 0 && s.Control == ControlOff {
		fail("control origins let pages into the control API, but it is off")
	}
	s.Verify = cmp.Or(o.Verify, VerifyWarn)
	if !slices.Contains([]string{VerifyWarn, VerifyStrict, VerifyOff}, s.Verify) {
		fail("verify %q: want %s, %s or %s", o.Verify, VerifyOff, VerifyWarn, VerifyStrict)
	}
	if o.Clock != "" {
		setting, err := clock.Parse(o.Clock)
		if err != nil {
			errs = append(errs, err)
		}
		s.clock = &setting
	}
	if _, err := variant.NewSet(o.Variants); err != nil {
		errs = append(errs, err)
	}
	if o.PublicURL != "" {
		u, err := url.Parse(o.PublicURL)
		switch {
		case err == nil && u.User != nil:
			fail("public URL: it has a user or a password, which every answer would show; want one like https://graph.example.test")
		case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.RawQuery != "" || u.Fragment != "" ||
			strings.ContainsAny(o.PublicURL, "\"\\<> "):
			fail("public URL %q: want one like https://graph.example.test", o.PublicURL)
		}
		s.PublicURL = strings.TrimRight(o.PublicURL, "/")
	}
	if err := certs.CheckHosts(o.Hosts); err != nil {
		errs = append(errs, err)
	}
	if s.allow, err = o.allowed(); err != nil {
		errs = append(errs, err)
	}
	for _, l := range []struct {
		name  string
		value int64
	}{{"worlds", int64(o.Limits.Worlds)}, {"profiles", int64(o.Limits.Profiles)}, {"objects", int64(o.Limits.Objects)},
		{"body", o.Limits.Body},
		{"upload", o.Limits.Upload}, {"uploads", o.Limits.Uploads}, {"memory", o.Limits.Memory}, {"batch", o.Limits.Batch},
		{"journal entries", int64(o.Limits.JournalEntries)}, {"journal bytes", o.Limits.JournalBytes}} {
		if l.value < 0 {
			fail("the limit of %s is %d: want a positive number", l.name, l.value)
		}
	}
	s.Limits = Limits{Worlds: cmp.Or(o.Limits.Worlds, DefaultMaxWorlds),
		Profiles: cmp.Or(o.Limits.Profiles, DefaultMaxProfiles), Objects: cmp.Or(o.Limits.Objects, DefaultMaxObjects),
		Body:   cmp.Or(o.Limits.Body, DefaultMaxBody),
		Upload: cmp.Or(o.Limits.Upload, DefaultMaxUpload), Uploads: cmp.Or(o.Limits.Uploads, DefaultMaxUploads),
		Memory: cmp.Or(o.Limits.Memory, DefaultMaxMemory), Batch: cmp.Or(o.Limits.Batch, DefaultMaxBatch),
		JournalEntries: cmp.Or(o.Limits.JournalEntries, DefaultJournalEntries), JournalBytes: cmp.Or(o.Limits.JournalBytes, DefaultJournalBytes)}
	s.secretive = o.Seed == 0 && (o.DataDir != "" || s.Auth == AuthStrict)
	s.Seed = cmp.Or(o.Seed, 1)
	s.Log = cmp.Or(o.Log, slog.New(slog.DiscardHandler))
	if s.now = o.Now; s.now == nil {
		s.now = clock.Real
	}
	s.Hosts, s.Variants = slices.Clone(o.Hosts), maps.Clone(o.Variants)
	return s, errors.Join(errs...)
}

// allowed reads the hosts that the proxy passes through.
func (o Options) allowed() (proxy.Allow, error) {
	allow, err := proxy.ParseAllow(o.ProxyAllow, proxyHosts)
	if err == nil && o.Proxy == "" && len(o.ProxyAllow) > 0 {
		err = fmt.Errorf("proxy allow %q: there is no proxy that could pass it through", o.ProxyAllow[0])
	}
	return allow, err
}

// Version returns graphemu's version, "devel" where the build does not know it.
func Version() string { return version.String() }

// Fixtures returns the names of the fixtures that are built in.
func Fixtures() []string { return fixture.Names(fixtures.FS) }

// Variant is a point where the documentation of the API contradicts itself.
type Variant struct {
	Name     string   // as in Options.Variants
	Readings []string // the documented ones; the first is the default
	Source   string   // where each reading stands
}

// Variants lists the variants that Options.Variants can choose.
func Variants() []Variant {
	var list []Variant
	for _, v := range variant.Table {
		list = append(list, Variant{Name: v.Name, Readings: slices.Clone(v.Readings), Source: v.Source})
	}
	return list
}
