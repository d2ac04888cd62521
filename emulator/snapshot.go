package emulator

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"

	"github.com/graphemu/graphemu/emulator/clock"
	"github.com/graphemu/graphemu/emulator/internal/engine"
	"github.com/graphemu/graphemu/emulator/internal/entity"
	"github.com/graphemu/graphemu/emulator/internal/entra"
	"github.com/graphemu/graphemu/emulator/internal/faults"
	"github.com/graphemu/graphemu/emulator/internal/ids"
	"github.com/graphemu/graphemu/emulator/internal/jsontree"
	"github.com/graphemu/graphemu/emulator/internal/objects"
	"github.com/graphemu/graphemu/emulator/internal/throttling"
	"github.com/graphemu/graphemu/emulator/internal/variant"
	"github.com/graphemu/graphemu/emulator/internal/workloads/directory"
	"github.com/graphemu/graphemu/emulator/internal/workloads/sds"
	"github.com/graphemu/graphemu/emulator/journal"
)

// What a snapshot calls itself, so that a foreign file is told from ours.
const (
	worldKind       = "graphemu world"
	snapshotVersion = 2 // 1: the fixture's apps are no objects
)

// snapshot is a whole world but for its journal's entries, and for the chapters
// that were judged by them. A world restored from it goes on exactly as the one that
// was saved would have.
type snapshot struct {
	Kind    string      `json:"kind"`
	Version int         `json:"version"`
	World   string      `json:"world"`
	Tenant  string      `json:"tenant"`
	idSeed              // what ids and chance are drawn from: not the server's own after a restore
	Clock   clock.Saved `json:"clock"`

	Scenario []Source            `json:"scenario"`         // in force, whole
	Fixture  json.RawMessage     `json:"fixture,omitzero"` // that a reset gave in place of the scenario's: its name, or the whole of it
	Variants map[string]string   `json:"variants"`         // in force
	Stored   map[string]string   `json:"stored,omitzero"`  // those that count from the next reset on: their readings until then
	Ids      positions           `json:"ids"`
	Faults   faults.SavedSet     `json:"faults"`
	Throttle *throttling.Saved   `json:"throttle,omitzero"`
	Retries  engine.SavedRetries `json:"retries"`
	sds.Saved
	Entities  *entity.Saved        `json:"entities,omitzero"`  // all objects of the tenant
	Futures   objects.SavedFutures `json:"futures,omitzero"`   // what lifecycles make of them
	Rosters   directory.Saved      `json:"rosters,omitzero"`   // which of them syncs made
	Directory *directory.OldSaved  `json:"directory,omitzero"` // in their place in what was saved before there were objects
	Revoked   uint64               `json:"revoked,omitzero"`   // the revision of the last revocation of its tokens

	Sessions entra.SavedSessions `json:"sessions,omitzero"` // sign-ins that were revoked
}

// maxRevoked leaves room for further revocations: a token says exactly what is
// below 2^53 (RFC 8259, section 6).
const maxRevoked = 1 << 52

// idSeed is what a world's ids, keys and chance are drawn from.
type idSeed struct {
	Seed uint64 `json:"seed"`
	From string `json:"from"` // the tenant for which they were first drawn
}

// positions is how far each stream of ids has come.
type positions struct {
	Profiles uint64 `json:"profiles"`
	Requests uint64 `json:"requests"`
	Entries  uint64 `json:"entries"` // of the journal
	Objects  uint64 `json:"objects,omitzero"`
}

// maxAttempts is how often a save looks for objects and futures of one moment while
// clients go on to write. After that they are of two: a step may be missing then.
const maxAttempts = 10

// save returns the world whole.
func (w *World) save() snapshot {
	state, sc, rules := w.inForce()
	now := state.Clock.Now()
	state.Futures.Settle(now, 0)
	profiles, rosters, entities := state.State.Save(now) // first: it lets the directory have what is due
	futures, revision := state.Futures.Save()
	for range maxAttempts {
		if revision == entities.Revision {
			break
		}
		profiles, rosters, entities = state.State.Save(now)
		futures, revision = state.Futures.Save()
	}
	s := snapshot{Kind: worldKind, Version: snapshotVersion, World: w.Name(), Tenant: w.tenant, idSeed: state.idSeed,
		Clock:    state.Clock.Save(),
		Scenario: sc.sources, Fixture: state.start.given, Variants: rules.Variants.Readings(),
		Ids: positions{state.ids.Position(), state.RequestIDs.Position(), state.Journal.Position(),
			state.minted.Position()},
		Faults: rules.Faults.Save(), Retries: state.SaveRetries(), Saved: profiles, Rosters: rosters, Entities: &entities, Futures: futures,
		Revoked: state.Revision.Load(), Sessions: state.Sessions.Save()}
	for _, name := range storedVariants {
		if reading := state.stored.Get(name); reading != s.Variants[name] {
			if s.Stored == nil {
				s.Stored = map[string]string{}
			}
			s.Stored[name] = reading
		}
	}
	if rules.Throttle != nil {
		t := rules.Throttle.Save()
		s.Throttle = &t
	}
	return s
}

// Snapshot returns the world whole as JSON, but for its journal's entries:
// profiles and what is due for them, clock, scenario and its position, and how
// far ids and chance have been drawn.
func (w *World) Snapshot() ([]byte, error) {
	var b bytes.Buffer
	err := w.writeSnapshot(&b)
	return b.Bytes(), err
}

func (w *World) writeSnapshot(out io.Writer) error {
	if err := jsontree.Write(out, w.save(), "", true); err != nil {
		return err
	}
	_, err := io.WriteString(out, "\n")
	return err
}

// Restore puts the world where a snapshot was taken, be it of this world or of
// another. It goes on exactly as that one would have. Its tenant stays its own, and
// so do its chapters, of which this closes one. Ids of the journal's entries go on
// from the higher of both worlds. It errs, and changes nothing, where b is no
// snapshot. Requests under way end in the world as it was.
func (w *World) Restore(b []byte) error { return w.readSnapshot(bytes.NewBuffer(b)) }

func (w *World) readSnapshot(in io.Reader) error {
	var s snapshot
	if err := jsontree.Read(in, &s); err != nil {
		return fmt.Errorf("no snapshot of a world: %w", err)
	}
	return w.restore(s)
}

// restoreObjects puts the objects of a snapshot in place of those that a world begins with.
func (st *state) restoreObjects(s *snapshot) error {
	if s.Directory != nil {
		if err := st.Directory.RestoreOld(*s.Directory, st.Clock.Now()); err != nil {
			return fmt.Errorf("/directory%w", err)
		}
		return nil
	}
	if s.Entities == nil {
		return errors.New("/entities: it must be there")
	}
	if err := st.Entities.Restore(*s.Entities); err != nil {
		return fmt.Errorf("/entities%w", err)
	}
	if s.Version == 1 {
		if err := st.addApps(); err != nil {
			return err
		}
	}
	if err := st.Directory.Restore(s.Rosters); err != nil {
		return fmt.Errorf("/rosters%w", err)
	}
	return nil
}

func (w *World) restore(s snapshot) error {
	switch {
	case s.Kind != worldKind:
		return fmt.Errorf("no snapshot of a world: kind is %q, want %q", s.Kind, worldKind)
	case s.Version < 1 || s.Version > snapshotVersion:
		return fmt.Errorf("a snapshot of version %d; this graphemu reads versions 1 to %d", s.Version, snapshotVersion)
	case !ids.IsGUID(s.From):
		return fmt.Errorf("/from: %q is no tenant id", s.From)
	case s.Revoked > maxRevoked:
		return fmt.Errorf("/revoked: %d is more than the %d that a token can say", s.Revoked, maxRevoked)
	}
	sc, err := w.server.prepareTexts(s.Scenario, s.Variants)
	if err != nil {
		return fmt.Errorf("the scenario of the snapshot: %w", err)
	}
	readings := sc.variants.Readings()
	maps.Copy(readings, s.Stored)
	stored, err := variant.NewSet(readings)
	if err != nil {
		return fmt.Errorf("/stored: %w", err)
	}
	from, err := w.server.startOf(sc, s.Fixture)
	if err != nil {
		return fmt.Errorf("/fixture: %w", err)
	}
	state := w.server.newState(w, s.idSeed, sc, from, stored)
	kept := false
	defer func() {
		if !kept {
			state.memory.Close()
		}
	}()
	if err := state.Clock.Restore(s.Clock); err != nil {
		return fmt.Errorf("/clock: %w", err)
	}
	before := state.Directory.Bytes()
	if err := state.restoreObjects(&s); err != nil {
		return err
	}
	state.memory.Add(state.Directory.Bytes() - before)
	if err := state.Futures.Restore(s.Futures); err != nil {
		return fmt.Errorf("/futures%w", err)
	}
	if err := state.State.Restore(s.Saved); err != nil {
		return err
	}
	rules := state.World.Scenario()
	if err := rules.Faults.Restore(s.Faults); err != nil {
		return fmt.Errorf("/faults: %w", err)
	}
	if rules.Throttle != nil && s.Throttle != nil {
		if err := rules.Throttle.Restore(*s.Throttle); err != nil {
			return fmt.Errorf("/throttle: %w", err)
		}
	}
	state.minted.SetPosition(s.Ids.Objects)
	state.ids.SetPosition(s.Ids.Profiles)
	state.RequestIDs.SetPosition(s.Ids.Requests)
	state.Journal.SetPosition(s.Ids.Entries)
	if err := state.RestoreRetries(s.Retries); err != nil {
		return fmt.Errorf("/retries%w", err)
	}
	if err := state.Sessions.Restore(s.Sessions); err != nil {
		return fmt.Errorf("/sessions: %w", err)
	}
	state.Revision.Store(s.Revoked)
	w.changing.Lock()
	defer w.changing.Unlock()
	if err := state.memory.InPlaceOf(w.current.Load().memory); err != nil {
		return err
	}
	kept = true
	raise(&w.revoked, s.Revoked)
	w.own.Store(sc)
	w.swap(state, journal.CloseRestore)
	return nil
}
