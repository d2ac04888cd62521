// Package control is the control API under /_graphemu/: what a test or a person
// asks of the emulator itself. Its errors are problem documents (RFC 9457), and
// openapi.json describes all of it. Source of everything here: chosen.
package control

import (
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"runtime/debug"
	"sync"
	"time"

	"github.com/gorilla/mux"

	"github.com/graphemu/graphemu/emulator/clock"
	"github.com/graphemu/graphemu/emulator/fault"
	"github.com/graphemu/graphemu/emulator/internal/ui"
	"github.com/graphemu/graphemu/emulator/internal/urlpath"
)

// Mount is the first segment of the control API's paths, and Prefix what they begin
// with.
const (
	Mount  = "_graphemu"
	Prefix = "/" + Mount + "/"
)

// DefaultMaxState is how many bytes a snapshot may have where Config does not say.
const DefaultMaxState = 1 << 30

// Server is what the control API needs of the emulator.
type Server interface {
	// CA returns the certificate of the local CA as PEM.
	CA() ([]byte, error)
	// Worlds returns the worlds there are, the default one first, then by name.
	Worlds() []World
	// World returns the world that ref means, made on first use. It errs with a
	// *Problem, or with what is wrong with ref.
	World(ref string) (World, error)
	// Find returns the world that ref means, nil where it was not used yet;
	// the default one always is there. It errs with what is wrong with ref.
	Find(ref string) (World, error)
	// WasDropped tells whether chapters of a world are kept that is no more, VerifyDropped
	// judges its clients by them, and ForgetDropped drops them.
	WasDropped(ref string) bool
	VerifyDropped(ref string, strict bool) Verdict
	ForgetDropped(ref string)
	// Verify judges the clients of all worlds; strict turns warnings into failures.
	Verify(strict bool) Verdict
	// Forget drops all by which they would be judged.
	Forget()
	// WriteReport writes a report on all worlds, as HTML.
	WriteReport(io.Writer) error
	// RotateKeys makes the token endpoints sign with a new key; with forget, the
	// tokens of the keys before are good no more.
	RotateKeys(forget bool) error
	// SaveState writes all worlds to the server's state file. It errs with
	// ErrNoStateFile where it has none.
	SaveState() error
	// OpenAPI returns the description of a version of Graph, at an origin of the server:
	// of the emulated operations, or of those of the metadata in force, too. It errs where
	// there is no such version.
	OpenAPI(version string, generic bool, origin string) ([]byte, error)
	// WriteMetrics writes the counters in Prometheus' text format.
	WriteMetrics(io.Writer) error
}

// World is what the control API needs of a world.
type World interface {
	Name() string
	Tenant() string
	Clock() *clock.Clock
	// ProfileCount returns how many profiles there are.
	ProfileCount() int
	// Token returns a signed token. It errs where there can be none such.
	Token(TokenRequest) (string, error)
	// TokenFlaws returns what may be wrong with a token on purpose.
	TokenFlaws() []string
	// Revoke takes back every token that was issued so far, and returns how often
	// that was done.
	Revoke() uint64
	// ApproveSignIn lets a user sign in with the code that a device shows. It errs
	// where no device waits with it, and where the user may not.
	ApproveSignIn(userCode, user string) error
	// DeclineSignIn refuses that. It errs where no device waits with the code.
	DeclineSignIn(userCode string) error

	// Reset puts the world back to its start. It errs, and changes nothing, with a
	// line for each thing that is wrong, which begins with a JSON pointer.
	Reset(ResetRequest) error
	// Drop ends the world; on next use it is made anew. The default one stays,
	// which is an error.
	Drop() error

	// Settle applies what is due by now, and tells it.
	Settle() Happened
	// Advance moves the clock forward and settles. It errs where d is negative or
	// leads past the year 9999, and then changes nothing.
	Advance(d time.Duration) (Happened, error)
	// AdvanceIdle advances until nothing is due any more.
	AdvanceIdle() (Happened, error)
	// Due tells what is still to come by itself, the next step of each profile and object.
	Due() Due
	// Force puts a profile into a state or a status, whatever is legal; an empty
	// text leaves that part to the world. It errs with ErrNoProfile, with a
	// *Problem, or with what is wrong with the values.
	Force(profile, state, status string) (ForcedProfile, error)

	// Verification returns what was found in a profile's files at its last start. It
	// errs with ErrNoProfile or ErrNotVerified.
	Verification(profile string) (Verification, error)

	// Scenario returns the scenario in force.
	Scenario() Scenario
	// PutScenario puts a scenario into this world in place of the one in force.
	// Its error, and each of its notes, has a line for each thing to tell.
	PutScenario(name string, text []byte) (notes []string, err error)
	// DropScenario goes back to the server's scenario.
	DropScenario()

	// Faults returns the rules in the order in which they are tried.
	Faults() []FaultUse
	// AddFault adds a rule before those of the scenario. It errs with everything
	// that is wrong with it, each joined error beginning with a JSON pointer.
	AddFault(fault.Rule) error
	// RemoveFault takes a rule away, and tells whether there was one.
	RemoveFault(name string) bool
	// ClearFaults takes all rules away.
	ClearFaults()

	// Journal returns the record of the world's requests.
	Journal() Journal
	// Permissions tells what the world's clients needed of permissions, and had.
	Permissions() Permissions
	// Verify judges this world's clients; strict turns warnings into failures.
	Verify(strict bool) Verdict
	// VerifySinceReset judges what they called since the last reset.
	VerifySinceReset(strict bool) Verdict
	// Forget drops all by which they would be judged.
	Forget()
	// WriteReport writes a report on the world, as HTML.
	WriteReport(io.Writer) error

	// Graph answers a call of Graph that the test itself makes; path begins with the
	// version, and base is where the links of its answer lead to.
	Graph(w http.ResponseWriter, r *http.Request, path, base string)

	// WriteSnapshot writes the whole world as JSON.
	WriteSnapshot(io.Writer) error
	// ReadSnapshot puts a snapshot in place of the world. It errs where it is none,
	// and then changes nothing.
	ReadSnapshot(io.Reader) error
}

// TokenRequest is what a token is to carry. What is empty is up to the world.
type TokenRequest struct {
	Scopes, Roles       []string
	App, User, Audience string
	Expires, After      time.Duration // from now; Expires 0: never
	Flaw                string        // one of TokenFlaws
}

// Config is what New needs.
type Config struct {
	Server       Server
	Schemas      fs.FS
	Scenarios    fs.FS // the built-in ones, NAME.yaml
	Hosts        Hosts
	Origins      Origins // of pages whose scripts may use it
	LoopbackOnly bool
	MaxBody      int64 // bytes of a body that is no snapshot
	MaxState     int64 // bytes of a snapshot; default DefaultMaxState
	Log          *slog.Logger
	Version      string          // graphemu's
	Stopping     <-chan struct{} // closed when the server is about to stop: nobody waits for entries any more
}

// Control is the control API.
type Control struct {
	Config
	router func() *mux.Router
	page   *ui.UI
}

// New returns the control API, to be mounted at Prefix.
func New(cfg Config) *Control {
	if cfg.MaxState == 0 {
		cfg.MaxState = DefaultMaxState
	}
	c := &Control{Config: cfg, page: ui.New(Prefix, cfg.Version)}
	c.router = sync.OnceValue(c.routes) // most servers are never asked
	return c
}

// ServeHTTP answers a request under Prefix. A panic becomes a problem.
func (c *Control) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	defer func() {
		if p := recover(); p != nil {
			if p == http.ErrAbortHandler {
				panic(p)
			}
			c.Log.Error("a control call panicked", "path", r.URL.Path, "panic", p, "stack", string(debug.Stack()))
			c.fail(w, problem(http.StatusInternalServerError, "Internal error", "A fault of graphemu itself; its log has the stack."))
		}
	}()
	if err := c.guard(r); err != nil {
		c.fail(w, err)
		return
	}
	if c.crossOrigin(w, r) {
		return
	}
	c.router().ServeHTTP(w, urlpath.Request(r))
}
