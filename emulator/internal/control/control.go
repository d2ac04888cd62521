// Package control is the control API under /_graphemu/: what a test or a person
// asks of the emulator itself. Its errors are problem documents (RFC 9457).
package control

import (
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"runtime/debug"
	"sync"
	"time"

	"github.com/gorilla/mux"

	"github.com/graphemu/graphemu/emulator/clock"
)

// Prefix is where the control API is mounted.
const Prefix = "/_graphemu/"

// Server is what the control API needs of the emulator.
type Server interface {
	// CA returns the certificate of the local CA as PEM.
	CA() ([]byte, error)
	// Worlds returns the worlds there are, the default one first, then by name.
	Worlds() []World
	// World returns the world that ref means, made on first use. It errs with a
	// *Problem, or with what is wrong with ref.
	World(ref string) (World, error)
}

// World is what the control API needs of a world.
type World interface {
	Name() string
	Tenant() string
	Clock() *clock.Clock
	Reset()
	// ProfileCount returns how many profiles there are.
	ProfileCount() int
	// NextStep returns when the next step of a profile's life is due, less
	// expirations; false where nothing is under way.
	NextStep() (time.Time, bool)
	// Token returns a signed token; expires 0 means never.
	Token(scopes, roles []string, app string, expires time.Duration) (string, error)
}

// Config is what New needs.
type Config struct {
	Server       Server
	Schemas      fs.FS
	Hosts        Hosts
	LoopbackOnly bool
	MaxBody      int64 // bytes
	Log          *slog.Logger
}

// Control is the control API.
type Control struct {
	Config
	router func() *mux.Router
}

// New returns the control API, to be mounted at Prefix.
func New(cfg Config) *Control {
	c := &Control{Config: cfg}
	c.router = sync.OnceValue(c.routes) // most servers are never asked
	return c
}

func (c *Control) routes() *mux.Router {
	router := mux.NewRouter().SkipClean(true) // an odd path is not found, not redirected
	handle := func(method, path string, run func(http.ResponseWriter, *http.Request) (any, error)) {
		methods := []string{method}
		if method == http.MethodGet {
			methods = append(methods, http.MethodHead)
		}
		router.HandleFunc(Prefix+path, func(w http.ResponseWriter, r *http.Request) { c.answer(w, r, run) }).Methods(methods...)
	}
	handle("GET", "", c.index)
	handle("GET", "health", c.health)
	handle("GET", "ca.pem", c.ca)
	handle("GET", "schemas/", c.schemas)
	handle("GET", "schemas/{file}", c.schema)
	handle("GET", "worlds", c.worlds)
	handle("POST", "worlds/{world}/reset", c.reset)
	handle("GET", "worlds/{world}/clock", c.clock)
	handle("POST", "worlds/{world}/clock", c.setClock)
	handle("POST", "worlds/{world}/token", c.token)
	router.NotFoundHandler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c.fail(w, problem(http.StatusNotFound, "Not found", "There is no %s. GET %s lists what there is.", r.URL.Path, Prefix))
	})
	router.MethodNotAllowedHandler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPost} {
			other := r.Clone(r.Context())
			other.Method = method
			if m := (mux.RouteMatch{}); router.Match(other, &m) && m.MatchErr == nil {
				w.Header().Add("Allow", method)
			}
		}
		c.fail(w, problem(http.StatusMethodNotAllowed, "Method not allowed", "%s does not take %s.", r.URL.Path, r.Method))
	})
	return router
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
	c.router().ServeHTTP(w, r)
}

// raw is an answer that is no JSON.
type raw struct {
	media string
	body  []byte
}

func (c *Control) answer(w http.ResponseWriter, r *http.Request, run func(http.ResponseWriter, *http.Request) (any, error)) {
	v, err := run(w, r)
	switch v := v.(type) {
	case raw:
		if err == nil {
			w.Header().Set("Content-Type", v.media)
			w.Header().Set("X-Content-Type-Options", "nosniff")
			w.Write(v.body)
			return
		}
	default:
		if err == nil {
			write(w, http.StatusOK, "application/json", v)
			return
		}
	}
	c.fail(w, err)
}

func (c *Control) index(http.ResponseWriter, *http.Request) (any, error) {
	return map[string]any{
		"name": "graphemu",
		"api":  "/beta/education/synchronizationProfiles",
		"control": []string{"GET health", "GET ca.pem", "GET schemas/", "GET worlds", "POST worlds/{world}/reset",
			"GET worlds/{world}/clock", "POST worlds/{world}/clock", "POST worlds/{world}/token"},
	}, nil
}

func (c *Control) health(http.ResponseWriter, *http.Request) (any, error) {
	return map[string]string{"status": "ok"}, nil
}

func (c *Control) ca(http.ResponseWriter, *http.Request) (any, error) {
	pem, err := c.Server.CA()
	return raw{"application/x-pem-file", pem}, err
}

func (c *Control) schemas(http.ResponseWriter, *http.Request) (any, error) {
	names, err := fs.Glob(c.Schemas, "*.json")
	return map[string]any{"schemas": names}, err
}

func (c *Control) schema(_ http.ResponseWriter, r *http.Request) (any, error) {
	name := mux.Vars(r)["file"]
	body, err := fs.ReadFile(c.Schemas, name)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrInvalid) {
		return nil, problem(http.StatusNotFound, "No such schema", "There is no schema %q. GET %sschemas/ lists them.", name, Prefix)
	}
	return raw{"application/schema+json", body}, err
}

// readBody returns the body, bounded.
func (c *Control) readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	b, err := io.ReadAll(http.MaxBytesReader(w, r.Body, c.MaxBody))
	var over *http.MaxBytesError
	if errors.As(err, &over) {
		return nil, problem(http.StatusRequestEntityTooLarge, "Too large", "The body may have %d bytes (--max-body).", c.MaxBody)
	}
	if err != nil {
		return nil, problem(http.StatusBadRequest, "Unreadable body", "%v", err)
	}
	return b, nil
}

// world returns the world that the path names.
func (c *Control) world(r *http.Request) (World, error) {
	w, err := c.Server.World(mux.Vars(r)["world"])
	var p *Problem
	if err != nil && !errors.As(err, &p) {
		err = problem(http.StatusBadRequest, "No such world", "%v", err)
	}
	return w, err
}
