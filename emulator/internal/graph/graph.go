// Package graph is Microsoft Graph over HTTP: it finds the operation of a path, checks
// the token, reads query options and bodies, calls the workload and encodes what it
// returns. Operations return values; one place (call.go, fail) turns errors into
// Graph's envelope.
package graph

import (
	"sync"
	"sync/atomic"

	"github.com/graphemu/graphemu/emulator/internal/engine"
	"github.com/graphemu/graphemu/emulator/internal/identity"
	"github.com/graphemu/graphemu/emulator/internal/objects"
	"github.com/graphemu/graphemu/emulator/internal/permission"
	"github.com/graphemu/graphemu/emulator/internal/workload"
)

// Config is what the handler needs to know.
type Config struct {
	Auth     Auth
	MaxBody  int64 // bytes of a request body, after decompression
	MaxBatch int64 // bytes of a batch's answer, after which no further part is carried out

	Permissions *permission.Table // what calls ask for that are not emulated; nil: only a token
}

// Handler answers Graph requests. It holds no state of its own but what is under way.
type Handler struct {
	cfg       Config
	engine    *engine.Engine
	workloads []*workload.Workload
	models    workload.Models
	objects   *objects.Engine
	csdl      map[workload.Version]func() []byte
	paths     *paths       // of all operations
	demands   demands      // of operations that were called
	unsent    atomic.Int64 // bytes of answers to batches that are being made or sent
}

// New returns a handler of workloads.
func New(cfg Config, e *engine.Engine, list []*workload.Workload, models workload.Models) *Handler {
	s := &Handler{cfg: cfg, engine: e, workloads: list, models: models, objects: objects.New(models, list),
		csdl: map[workload.Version]func() []byte{}}
	for v := range models {
		s.csdl[v] = sync.OnceValue(func() []byte { return models.Of(v).CSDL() }) // printed when it is first asked for
	}
	s.index()
	return s
}

// Caller is who sent a request, and how.
type Caller struct {
	engine.Caller
	Token *identity.Token // what was found in it; nil: there is none
}

// World is what the handler needs of a world. A reset makes a new one.
type World struct {
	engine.World
	Tenant workload.Tenant

	Revision   atomic.Uint64             // that of its last revocation: tokens of an earlier one are good no more
	Revoke     func() uint64             // takes all its tokens back, and returns the new Revision
	Revoked    func(session string) bool // tells whether a sign-in was taken back
	Registered func(app string) bool     // tells whether the tenant has an app
}
