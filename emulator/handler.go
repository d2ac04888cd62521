package emulator

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/graphemu/graphemu/emulator/internal/apierror"
	"github.com/graphemu/graphemu/emulator/internal/control"
	"github.com/graphemu/graphemu/emulator/internal/engine"
	"github.com/graphemu/graphemu/emulator/internal/entra"
	"github.com/graphemu/graphemu/emulator/internal/graph"
	"github.com/graphemu/graphemu/emulator/internal/identity"
	"github.com/graphemu/graphemu/emulator/internal/metadata"
	"github.com/graphemu/graphemu/emulator/internal/odata"
	"github.com/graphemu/graphemu/emulator/internal/operation"
	"github.com/graphemu/graphemu/emulator/internal/permission"
	"github.com/graphemu/graphemu/emulator/internal/server"
	"github.com/graphemu/graphemu/emulator/internal/storage"
	"github.com/graphemu/graphemu/emulator/internal/urlpath"
	"github.com/graphemu/graphemu/emulator/internal/workload"
	"github.com/graphemu/graphemu/emulator/internal/workloads"
)

// operations are the names of all operations: Graph's, the storage account's and the
// sign-in endpoints'.
func operations() []string {
	return slices.Concat(graph.Operations(workloads.All, builtIn), storage.Operations(), entra.Operations())
}

// known are the operations of models and rows, and the calls by which they are asked
// for: what a rule's operation is held against. It is made when a rule needs it.
func known(models workload.Models) func() operation.Known {
	return sync.OnceValue(func() operation.Known {
		k := graph.Known(workloads.All, models)
		k.List = append(k.List, operations()...)
		return k
	})
}

// newGraph returns Graph's handler with all workloads.
func newGraph(cfg graph.Config, e *engine.Engine, models workload.Models) *graph.Handler {
	return graph.New(cfg, e, workloads.All, models)
}

// builtIn are the models of the workloads alone.
var builtIn = workloads.Models

// service is what Graph is described by.
type service struct {
	models      workload.Models
	permissions *permission.Table // nil: none
}

// readService reads what the service is described by: the workloads' own models, with
// the documents of Options.Metadata and Options.Permissions where there are some.
func readService(sources []string, table string) (service, error) {
	d := service{models: maps.Clone(builtIn)}
	if len(sources) > 0 {
		documents, err := metadata.Load(sources)
		if err != nil {
			return d, err
		}
		for v, m := range documents.Models {
			merged, err := odata.Merge(m, d.models.Of(v))
			if err != nil {
				return d, fmt.Errorf("metadata of %s: %w", v, err)
			}
			d.models[v] = workload.Made(merged)
		}
		table = cmp.Or(table, documents.Permissions)
	}
	if table == "" {
		return d, nil
	}
	var err error
	d.permissions, err = permission.Open(table)
	return d, err
}

// permissionsOf are the permissions that Microsoft Graph has in a tenant: those that
// operations here ask for, and those of the published table, nil where there is none.
func permissionsOf(table *permission.Table) []identity.Permission {
	list := slices.Clone(workloads.Permissions())
	for _, p := range table.Permissions() {
		need := new(identity.Need)
		choice := identity.Choices{identity.NewChoice(p.Name, false, nil)}
		if p.Delegated {
			need.Delegated = choice
		}
		if p.Application {
			need.Application = choice
		}
		list = identity.Collect(list, need)
	}
	return list
}

// ServeHTTP takes a request its first steps: the control API is answered at
// once, so that whatever a world is made to do can always be undone; everything
// else finds its world by the token, the path of a sign-in or the signature of an
// upload.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if s.requests.Begin() {
		defer s.requests.End()
	} // else the server is closed, and who has mounted it elsewhere waits for nobody
	if r.Method == "CONNECT" {
		http.Error(w,
			"graphemu is no proxy at this port: start it with --proxy ADDR, and it is one at that address.", http.StatusMethodNotAllowed)
		return
	}
	if urlpath.First(r.URL.Path) == control.Mount {
		if s.control != nil {
			s.control.ServeHTTP(w, r)
		} else {
			control.Off(w)
		}
		return
	}
	if storage.Addressed(r) {
		s.serveUpload(w, r, false)
		return
	}
	if call, ok := entra.Parse(r); ok {
		s.serveSignIn(w, r, call, false)
		return
	}
	s.serveGraph(w, r, false)
}

// The hosts that the proxy answers.
const (
	graphHost    = "graph.microsoft.com"
	accountHosts = ".blob.core.windows.net" // behind the name of a storage account
)

var proxyHosts = append(append([]string{graphHost}, entra.Hosts...), "*"+accountHosts)

// serveByName answers a request that came through the proxy, to one of its hosts.
// Each has one surface, and the control API has none of them.
func (s *Server) serveByName(w http.ResponseWriter, r *http.Request) {
	if s.requests.Begin() {
		defer s.requests.End()
	}
	account, storage := strings.CutSuffix(r.Host, accountHosts)
	switch {
	case storage:
		// The account is a part of the host there, and here of the path.
		r.URL.Path = "/" + account + r.URL.Path
		if r.URL.RawPath != "" {
			r.URL.RawPath = "/" + account + r.URL.RawPath
		}
		s.serveUpload(w, r, true)
	case slices.Contains(entra.Hosts, r.Host):
		s.serveSignInHost(w, r)
	default:
		s.serveGraph(w, r, true)
	}
}

// serveUpload answers a request of the storage account, in path style. byName:
// the client asked for the account by the service's own host.
func (s *Server) serveUpload(w http.ResponseWriter, r *http.Request, byName bool) {
	call := storage.Parse(r)
	state := s.signedFor(&call).current.Load()
	storage.Serve(s.engine, w, r, &state.World.World, state.Files, caller(r, byName), call)
}

// serveGraph answers a request of the Graph API. byName: the client asked for it
// by the service's own host.
func (s *Server) serveGraph(w http.ResponseWriter, r *http.Request, byName bool) {
	k, err := s.lookUp(graph.Token(r.Header))
	from := graph.Caller{Caller: caller(r, byName), Token: k.found}
	from.Client = k.client
	if err != nil {
		s.refuse(w, r, err, from)
		return
	}
	s.graph.Serve(w, r, &k.world.current.Load().World, from)
}

// caller is who sent a request, as far as the connection tells.
func caller(r *http.Request, byName bool) engine.Caller {
	return engine.Caller{Secure: server.Secure(r), ByName: byName, Conn: server.Conn(r)}
}

// originOf is where a client reached the server.
func (s *Server) originOf(r *http.Request, byName bool) string {
	switch {
	case s.set.PublicURL != "" && !byName:
		return s.set.PublicURL
	case server.Secure(r):
		return "https://" + engine.Host(r)
	}
	return "http://" + engine.Host(r)
}

// refuse answers a token that leads to no world. The default world lends its
// clock and ids.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, err error, from graph.Caller) {
	var full *FullError
	e := apierror.InvalidToken().Help("unknownWorld", "Authorization", "%v", err)
	if errors.As(err, &full) {
		e = apierror.StorageFull("The maximum number of tenants is reached.").
			Help("limit", "", "%v: graphemu serve %s raises the limit", err, full.flag())
	}
	s.graph.Refuse(w, r, &s.defaultWorld().current.Load().World, from, e)
}
