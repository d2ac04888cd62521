package surface

import (
	"sync/atomic"
	"time"

	"github.com/graphemu/graphemu/emulator/clock"
	"github.com/graphemu/graphemu/emulator/internal/entra"
	"github.com/graphemu/graphemu/emulator/internal/faults"
	"github.com/graphemu/graphemu/emulator/internal/ids"
	"github.com/graphemu/graphemu/emulator/internal/storage"
	"github.com/graphemu/graphemu/emulator/internal/variant"
	"github.com/graphemu/graphemu/emulator/internal/workloads/directory"
	"github.com/graphemu/graphemu/emulator/internal/workloads/sds/profile"
	"github.com/graphemu/graphemu/emulator/internal/workloads/sds/rostersync"
	"github.com/graphemu/graphemu/emulator/journal"
	"github.com/graphemu/graphemu/emulator/throttle"
)

// World is what the Graph surface needs of a world. A reset makes a new one.
type World struct {
	Name       func() string // for the journal: a world may learn its name later
	Profiles   *profile.Store
	Clock      *clock.Clock
	RequestIDs *ids.Stream
	Tenant     string // GUID
	PageKey    []byte // signs skip tokens, so that another world's are refused
	Journal    *journal.Journal
	Blobs      *storage.Store   // the files that clients put there
	Directory  *directory.Store // what its syncs made
	Intake     *rostersync.Intake

	Sessions   *entra.Sessions       // what its token endpoints gave, and may take back
	Revision   atomic.Uint64         // that of its last revocation: tokens of an earlier one are good no more
	Revoke     func() uint64         // takes all its tokens back, and returns the new Revision
	Registered func(app string) bool // tells whether the tenant has an app

	play    atomic.Pointer[Play]
	answers answers
}

// Play is what the scenario in force does to a world's requests. A request
// looks it up once: one that is under way when another scenario is put ends
// under the one that it began with.
type Play struct {
	Variants   variant.Set
	Faults     *faults.Set       // never nil
	Throttle   *throttle.Counter // nil: no throttling
	PerRequest time.Duration     // how far each request moves a clock that stands still
}

// Play returns the scenario in force.
func (w *World) Play() *Play { return w.play.Load() }

// SetPlay puts another scenario in force.
func (w *World) SetPlay(p *Play) { w.play.Store(p) }
