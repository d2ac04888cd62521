package emulator

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"

	"github.com/graphemu/graphemu/emulator/files"
	"github.com/graphemu/graphemu/emulator/internal/certs"
	"github.com/graphemu/graphemu/emulator/internal/control"
	"github.com/graphemu/graphemu/emulator/internal/engine"
	"github.com/graphemu/graphemu/emulator/internal/entra"
	"github.com/graphemu/graphemu/emulator/internal/graph"
	"github.com/graphemu/graphemu/emulator/internal/identity"
	"github.com/graphemu/graphemu/emulator/internal/judge"
	"github.com/graphemu/graphemu/emulator/internal/metrics"
	"github.com/graphemu/graphemu/emulator/internal/operation"
	"github.com/graphemu/graphemu/emulator/internal/quota"
	"github.com/graphemu/graphemu/emulator/internal/record"
	"github.com/graphemu/graphemu/emulator/internal/server"
	"github.com/graphemu/graphemu/emulator/internal/version"
	"github.com/graphemu/graphemu/emulator/internal/workload"
	"github.com/graphemu/graphemu/emulator/internal/world/fixture"
	"github.com/graphemu/graphemu/scenarios"
	"github.com/graphemu/graphemu/schemas"
)

// Server is a running emulator. It is safe for concurrent use.
type Server struct {
	// URL is the root of the Graph API, ending in /beta. It is https where the
	// server listens for it or listens on no port at all, else http.
	URL string

	// V1URL is the same of the other version: it ends in /v1.0.
	V1URL string

	set        settings
	scenario   atomic.Pointer[prepared] // what the options name
	engine     *engine.Engine
	graph      *graph.Handler
	models     workload.Models        // in force
	operations func() operation.Known // of models and rows
	metrics    *metrics.Metrics
	control    http.Handler // nil: off
	worlds     worlds
	memory     *quota.Quota // what all worlds keep
	tokens     *tokenCache
	signatures signatures
	hosts      control.Hosts
	origins    server.Origins

	fixtures struct {
		mu    sync.Mutex // guards byRef
		byRef map[string]*fixture.Fixture
	}

	bases bases

	described descriptions

	copies *record.Writer // of all journals' entries; nil: nobody wants them

	saving      sync.Mutex                   // held while the state file is written; guards the two below
	permissions func() []identity.Permission // of Microsoft Graph, which apps may be granted

	loaded    string      // the checksum of the state file that was read; "": none was
	stateLock *files.Lock // nil: there is no state file, or no lock where it is
	left      bool        // this server has given the state file back, and saves no more

	keys   func() (*identity.Keys, error)   // made or read on first use
	ca     func() (*certs.Authority, error) // made or read on first use
	secret func() string                    // of upload URLs; made or read on first use

	listening *server.Server
	requests  *server.Requests // those that are being answered
	closing   context.Context  // done when Close or Shutdown begins
	close     context.CancelFunc
	stopping  context.Context // done when Shutdown or Close begins: it ends answers that follow a journal
	stop      context.CancelFunc
	once      sync.Once
	closed    error
}

// New starts a server: it listens, and answers when New returns. It errs, with
// nothing left running, where an option is wrong, a file cannot be read or an
// address cannot be listened on.
func New(o Options) (*Server, error) {
	s, err := build(o)
	if err != nil {
		return nil, fmt.Errorf("emulator: %w", err)
	}
	if err := s.begin(); err != nil {
		s.close()
		s.leaveState()
		return nil, fmt.Errorf("emulator: %w", err)
	}
	return s, nil
}

// CheckOptions errs where New would, as far as that can be known without starting: it
// listens nowhere, takes no lock, writes nothing and makes no key.
func CheckOptions(o Options) error {
	o.Journal, o.DataDir = nil, ""
	s, err := build(o)
	if err == nil {
		defer s.close()
		err = s.tryState()
	}
	for _, address := range []string{o.HTTP, o.HTTPS, o.Proxy} {
		if err == nil {
			err = server.CheckAddress(address)
		}
	}
	if err != nil {
		return fmt.Errorf("emulator: %w", err)
	}
	return nil
}

// build reads all that the options name but for the state. What it returns is closed by
// its close.
func build(o Options) (*Server, error) {
	set, err := o.check()
	if err != nil {
		return nil, err
	}
	described, err := readService(set.Metadata, set.Permissions)
	if err != nil {
		return nil, err
	}
	s := &Server{set: set, models: described.models, operations: known(described.models), memory: quota.New(set.Limits.Memory),
		tokens: newTokenCache(), requests: server.NewRequests()}
	s.worlds.byTenant, s.worlds.past = map[string]*World{}, judge.NewHistory(maxDroppedChapters)
	if s.hosts, err = control.NewHosts(set.Hosts, set.PublicURL); err != nil {
		return nil, err
	}
	s.fixtures.byRef = map[string]*fixture.Fixture{}
	s.closing, s.close = context.WithCancel(context.Background())
	s.stopping, s.stop = context.WithCancel(s.closing)
	s.copies = s.newCopies()
	s.keys = sync.OnceValues(func() (*identity.Keys, error) {
		return kept(s, "token key", func(dir string) (*identity.Keys, error) { return identity.OpenKeys(dir) })
	})
	s.ca = sync.OnceValues(func() (*certs.Authority, error) {
		return kept(s, "local CA", func(dir string) (*certs.Authority, error) { return certs.Open(dir, set.Hosts, set.now) })
	})
	s.secret = sync.OnceValue(s.openSecret)
	s.metrics = metrics.New()
	s.engine = engine.New(engine.Config{PublicURL: set.PublicURL, Log: set.Log, Now: set.now, Closing: s.closing}, s.metrics)
	s.graph = newGraph(graph.Config{Auth: auths[set.Auth], MaxBody: set.Limits.Body, MaxBatch: set.Limits.Batch,
		Permissions: described.permissions}, s.engine, described.models)
	s.permissions = sync.OnceValue(func() []identity.Permission { return permissionsOf(described.permissions) })
	sc, err := s.loadScenario()
	if err != nil {
		s.close()
		return nil, err
	}
	s.scenario.Store(sc)
	return s, nil
}

// begin reads the state and listens.
func (s *Server) begin() error {
	if err := s.openState(); err != nil {
		return err
	}
	if set := &s.set; set.Control != ControlOff {
		s.control = control.New(control.Config{Server: controlled{s}, Schemas: schemas.FS, Scenarios: scenarios.FS,
			Hosts: s.hosts, Origins: set.origins,
			LoopbackOnly: set.Control == ControlLoopback, MaxBody: set.Limits.Body, Log: set.Log,
			Version: version.String(), Stopping: s.stopping.Done()})
	}
	return s.listen()
}

// listen opens the addresses of the options, and begins to answer when the server
// knows its own URLs.
func (s *Server) listen() (err error) {
	set := &s.set
	s.listening, err = server.Listen(server.Config{HTTP: set.HTTP, HTTPS: set.HTTPS, Handler: s, CA: s.ca, Now: set.now, Log: set.Log,
		Proxy: server.ProxyConfig{Address: set.Proxy, Hosts: proxyHosts, Known: graphHost + ", " + entra.Hosts[0] + " and *" + accountHosts,
			Handler: http.HandlerFunc(s.serveByName), Allow: set.allow, Dial: set.dial}})
	if err != nil {
		return err
	}
	s.URL, s.V1URL = s.listening.URL()+"/beta", s.listening.URL()+"/v1.0"
	s.origins.PublicURL, s.origins.SignInHosts = set.PublicURL, entra.Hosts
	s.origins.Ours, s.origins.Listening = s.hosts.Ours, s.listening
	s.listening.Serve()
	return nil
}

// newCopies makes what writes every entry to Options.Journal; nil where there is none.
func (s *Server) newCopies() *record.Writer {
	if s.set.Journal == nil {
		return nil
	}
	return record.NewWriter(s.set.Journal, s.set.Run, func(err error) {
		s.set.Log.Error("the journal's file cannot be written any more; what comes from now on is missing there", "error", err)
	})
}

var auths = map[string]graph.Auth{AuthLenient: graph.AuthLenient, AuthStrict: graph.AuthStrict, AuthOff: graph.AuthOff}

// Origin returns where the server listens for a scheme, "http" or "https", as
// "http://localhost:9400", or where its proxy is, "proxy"; "" where it does not.
func (s *Server) Origin(scheme string) string { return s.listening.Origin(scheme) }

// Handler returns the server as an http.Handler, to mount it elsewhere.
func (s *Server) Handler() http.Handler { return s }

// Client returns a client that reaches the server by URL: over the network,
// trusting the local CA, where it listens; else in memory, whatever the host.
// Where there is a proxy, it reaches https://graph.microsoft.com and the other
// hosts that this answers by these names as well. It is not held to
// Options.ProxyAllow: whoever wants to see what the proxy refuses gives a transport
// of their own Origin("proxy") and CA.
func (s *Server) Client() *http.Client { return s.listening.Client() }

// App returns the client id and secret of the fixture's first app, for clients
// that want to be configured with one; "" where the fixture has none.
func (s *Server) App() (clientID, secret string) { return s.app().ID, s.app().Secret }

// Operations returns the names of operations, as "profiles.start". Those on objects that
// the metadata alone describes are not among them: there is no end of them, and
// WrongOperation knows them.
func (s *Server) Operations() []string { return operations() }

// WrongOperation says what is wrong with an operation as rules, expectations and filters
// name it, with what was probably meant: a name, a group, or a call as "GET /users/{id}".
// "": nothing is wrong.
func (s *Server) WrongOperation(name string) string { return s.operations().Wrong(name) }

// Shutdown saves the state, if there is a file for it, before anything else, so
// that a kill from then on loses nothing of it. Then it stops listening, ends at
// once what waits or hangs for a scenario, lets other requests in flight end, saves
// what they did, and returns. At the end of ctx it drops what is left and errs.
func (s *Server) Shutdown(ctx context.Context) error {
	_ = s.SaveState() // Close saves again, and tells what goes wrong
	s.stop()
	s.close()
	return errors.Join(s.listening.Shutdown(ctx), s.Close())
}

// Close drops all connections and waits until nothing of the server runs. It
// may be called more than once. A Handler that is mounted elsewhere still
// answers, but nothing of that is saved, and no fault makes it wait.
func (s *Server) Close() error {
	s.once.Do(func() {
		s.requests.Stop()
		s.close() // what waits or hangs for a scenario goes on
		s.closed = s.listening.Close()
		s.requests.Wait()
		if err := s.SaveState(); err != ErrNoStateFile {
			s.closed = errors.Join(s.closed, err)
		}
		if s.copies != nil {
			s.copies.Close()
		}
		s.leaveState()
	})
	return s.closed
}
