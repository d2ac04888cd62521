// Package graph is Microsoft Graph over HTTP: it finds the operation of a path, checks
// the token, reads query options and bodies, calls the workload and encodes what it
// returns. Operations return values; one place (call.go, fail) turns errors into
// Graph's envelope.
package graph

import (
	"sync/atomic"

	"github.com/graphemu/graphemu/emulator/internal/engine"
	"github.com/graphemu/graphemu/emulator/internal/identity"
	"github.com/graphemu/graphemu/emulator/internal/schema"
	"github.com/graphemu/graphemu/emulator/internal/storage"
	"github.com/graphemu/graphemu/emulator/internal/workloads/directory"
	"github.com/graphemu/graphemu/emulator/internal/workloads/sds/profile"
	"github.com/graphemu/graphemu/emulator/internal/workloads/sds/rostersync"
)

// Config is what the handler needs to know.
type Config struct {
	Auth     Auth
	MaxBody  int64                       // bytes of a request body, after decompression
	MaxBatch int64                       // bytes of a batch's answer, after which no further part is carried out
	Schemas  func() (*schema.Set, error) // the compiled JSON Schemas; may wait for them
}

// Handler answers Graph requests. It holds no state of its own but what is under way.
type Handler struct {
	cfg        Config
	engine     *engine.Engine
	paths      *paths // of all operations
	operations []string
	unsent     atomic.Int64 // bytes of answers to batches that are being made or sent
}

// New returns a handler with all operations. e may be nil where nothing is served.
func New(cfg Config, e *engine.Engine) *Handler {
	s := &Handler{cfg: cfg, engine: e}
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
	Profiles  *profile.Store
	Tenant    string             // GUID
	PageKey   []byte             // signs skip tokens, so that another world's are refused
	Blobs     *storage.Store     // the files that clients put there
	Directory *directory.Store   // what its syncs made
	Intake    *rostersync.Intake // from files to syncs

	Revision   atomic.Uint64             // that of its last revocation: tokens of an earlier one are good no more
	Revoke     func() uint64             // takes all its tokens back, and returns the new Revision
	Revoked    func(session string) bool // tells whether a sign-in was taken back
	Registered func(app string) bool     // tells whether the tenant has an app
}
