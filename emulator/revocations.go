package emulator

import (
	"fmt"
	"slices"
	"sync/atomic"

	"github.com/graphemu/graphemu/emulator/internal/entra"
	"github.com/graphemu/graphemu/emulator/internal/ids"
)

// revocations are what was taken back of a tenant's tokens and sign-ins. They outlive
// its world: when that is dropped, even if only to make room, and made anew, a token
// that was revoked must not be good again.
type revocations struct {
	Tenant   string              `json:"tenant"`
	Revoked  uint64              `json:"revoked,omitzero"` // as in a snapshot
	Highest  uint64              `json:"highest,omitzero"` // before a reset as well
	Sessions entra.SavedSessions `json:"sessions,omitzero"`
}

func (r revocations) size() int { return 1 + len(r.Sessions) }

// maxRevocations bounds what is kept of dropped worlds, in tenants and sign-ins
// together; the oldest go. Chosen: some 2 MiB.
const maxRevocations = 20_000

// revocations is what the world has revoked so far.
func (w *World) revocations() revocations {
	state := w.current.Load()
	return revocations{Tenant: w.tenant, Revoked: state.Revision.Load(), Highest: w.revoked.Load(), Sessions: state.Sessions.Save()}
}

// keepRevoked adds what a dropped world has revoked, if that is anything. Must
// hold mu.
func (ws *worlds) keepRevoked(r revocations) {
	if r.Highest == 0 && len(r.Sessions) == 0 {
		return
	}
	ws.dropped = append(ws.dropped, r)
	ws.size += r.size()
	for ws.size > maxRevocations && len(ws.dropped) > 1 {
		ws.size -= ws.dropped[0].size()
		ws.dropped = ws.dropped[1:] // append moves what is left, now and then
	}
}

// remember gives a new world what one of the same tenant had revoked. Must hold mu.
func (ws *worlds) remember(w *World) {
	i := slices.IndexFunc(ws.dropped, func(r revocations) bool { return r.Tenant == w.tenant })
	if i < 0 {
		return
	}
	r := ws.dropped[i]
	ws.dropped = slices.Delete(ws.dropped, i, i+1)
	ws.size -= r.size()
	state := w.current.Load()
	state.Revision.Store(r.Revoked)
	raise(&w.revoked, r.Highest)
	for _, session := range r.Sessions {
		state.Sessions.Revoke(session)
	}
}

// recall takes revocations out of a state file. It errs where they are none.
func (ws *worlds) recall(r revocations) error {
	switch {
	case !ids.IsGUID(r.Tenant):
		return fmt.Errorf("/tenant: %q is no tenant id", r.Tenant)
	case r.Highest > maxRevoked || r.Revoked > r.Highest:
		return fmt.Errorf("/revoked: %d and at most %d cannot be: want numbers up to %d", r.Revoked, r.Highest, uint64(maxRevoked))
	}
	if err := entra.NewSessions().Restore(r.Sessions); err != nil {
		return fmt.Errorf("/sessions: %w", err)
	}
	ws.mu.Lock()
	defer ws.mu.Unlock()
	ws.keepRevoked(r)
	return nil
}

// Revoke takes back every token that this world has issued so far: Graph answers
// them with a claims challenge, whatever Options.Auth but off, and takes those that
// are issued from now on. Refresh tokens stay good, so that a client may get
// another by itself. A token that is none of this server's can't be revoked. It
// returns how often the world's tokens were revoked, before a reset as well.
func (w *World) Revoke() uint64 { return w.current.Load().Revoke() }

// raise makes n at least as high as to.
func raise(n *atomic.Uint64, to uint64) {
	for {
		is := n.Load()
		if is >= to || n.CompareAndSwap(is, to) {
			return
		}
	}
}
