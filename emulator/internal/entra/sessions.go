package entra

import (
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/graphemu/graphemu/emulator/internal/ids"
)

// Sessions are what a tenant's endpoints have given out and may take back:
// which authorization codes were redeemed, which device codes wait, and which
// sign-ins were revoked. All of it has bounds. It is safe for concurrent use, and
// must not be copied.
type Sessions struct {
	mu       sync.Mutex           // guards everything below
	name     string               // see instance; "" until it is needed
	redeemed map[string]time.Time // code or device code to when it expires
	sweepAt  int                  // how many redeemed ones there must be to look for expired ones
	revoked  map[string]struct{}  // by session
	order    []string             // the keys of revoked, the oldest first
	devices  []*pendingDevice     // the oldest first
}

// pendingDevice is a sign-in that a device waits for.
type pendingDevice struct {
	id, userCode, client, scope string
	expires                     time.Time
	state                       deviceState
	user                        string // principal name, where approved
}

type deviceState int

const (
	waiting deviceState = iota
	approved
	refused
)

// Chosen.
const (
	maxRedeemed = 100_000 // when full, no more codes are redeemed until some expire
	maxRevoked  = 20_000  // when full, the oldest goes
	maxDevices  = 1000    // when full, the oldest goes
)

// NewSessions returns an empty one.
func NewSessions() *Sessions { return new(Sessions) }

// instance is part of the key of each code: one that is from before a restart or a
// reset cannot be read, since nobody knows whether it was redeemed.
func (s *Sessions) instance() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.name == "" {
		s.name = rand.Text()
	}
	return s.name
}

// Revoked tells whether a sign-in was taken back, and with it all that it gave.
func (s *Sessions) Revoked(session string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, ok := s.revoked[session]
	return ok
}

// Revoke takes a sign-in back.
func (s *Sessions) Revoke(session string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.revoke(session)
}

// Must hold mu.
func (s *Sessions) revoke(session string) {
	if _, ok := s.revoked[session]; ok || session == "" {
		return
	}
	if s.revoked == nil {
		s.revoked = map[string]struct{}{}
	}
	if len(s.order) >= maxRevoked {
		delete(s.revoked, s.order[0])
		s.order = s.order[1:] // append moves what is left, now and then
	}
	s.revoked[session] = struct{}{}
	s.order = append(s.order, session)
}

// SavedSessions are the sign-ins that were taken back, the oldest first. Codes are
// not among what is saved: see instance.
type SavedSessions []string

// Save returns what is to be known of s after Restore.
func (s *Sessions) Save() SavedSessions {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.order)
}

// Restore takes back what Save has returned. It errs where that can't be.
func (s *Sessions) Restore(saved SavedSessions) error {
	if len(saved) > maxRevoked {
		return fmt.Errorf("%d sign-ins were revoked; at most %d are kept", len(saved), maxRevoked)
	}
	for i, session := range saved {
		if !ids.IsGUID(session) {
			return fmt.Errorf("%.80q, number %d, is no sign-in", session, i)
		}
	}
	for _, session := range saved {
		s.Revoke(session)
	}
	return nil
}

type redemption int

const (
	first redemption = iota
	spentBefore
	noRoom
)

// redeem spends a code. Where it was spent before, its session is revoked.
func (s *Sessions) redeem(now time.Time, code, session string, expires time.Time) redemption {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.redeemed[code]; ok {
		s.revoke(session)
		return spentBefore
	}
	if len(s.redeemed) >= s.sweepAt {
		for c, until := range s.redeemed {
			if !now.Before(until) {
				delete(s.redeemed, c)
			}
		}
		s.sweepAt = min(max(1024, 2*len(s.redeemed)), maxRedeemed)
	}
	if len(s.redeemed) >= maxRedeemed {
		return noRoom // fail closed: a code that is forgotten could be redeemed twice
	}
	if s.redeemed == nil {
		s.redeemed = map[string]time.Time{}
	}
	s.redeemed[code] = expires
	return first
}

// spent tells whether a code was redeemed before, and revokes its session if so.
func (s *Sessions) spent(code, session string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, ok := s.redeemed[code]
	if ok {
		s.revoke(session)
	}
	return ok
}

// What keeps a user code from being approved or declined.
var (
	ErrUnknownUserCode = errors.New("there is no such user code, or it has expired")
	ErrDecided         = errors.New("the user code was approved or declined before")
)

// ApproveDevice signs user, a principal name, in on the device that shows userCode.
// It errs with ErrUnknownUserCode or ErrDecided.
func (s *Sessions) ApproveDevice(now time.Time, userCode, user string) error {
	return s.decide(now, userCode, approved, user)
}

// DeclineDevice refuses the sign-in of the device that shows userCode. It errs as
// ApproveDevice does.
func (s *Sessions) DeclineDevice(now time.Time, userCode string) error {
	return s.decide(now, userCode, refused, "")
}

func (s *Sessions) decide(now time.Time, userCode string, state deviceState, user string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	userCode = plainCode(userCode)
	d := s.find(func(d *pendingDevice) bool { return d.userCode == userCode && now.Before(d.expires) })
	switch {
	case d == nil:
		return ErrUnknownUserCode
	case d.state != waiting:
		return ErrDecided
	}
	d.state, d.user = state, user
	return nil
}

// plainCode is a user code as it was given out, however it was typed.
func plainCode(typed string) string {
	return strings.ToUpper(strings.NewReplacer(" ", "", "-", "").Replace(typed))
}

// Must hold mu.
func (s *Sessions) find(is func(*pendingDevice) bool) *pendingDevice {
	if i := slices.IndexFunc(s.devices, is); i >= 0 {
		return s.devices[i]
	}
	return nil
}

// addDevice keeps d. Those that have expired go, and the oldest where there is no
// room. False: its user code is taken.
func (s *Sessions) addDevice(now time.Time, d pendingDevice) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.devices = slices.DeleteFunc(s.devices, func(d *pendingDevice) bool { return !now.Before(d.expires) })
	if s.find(func(o *pendingDevice) bool { return o.userCode == d.userCode }) != nil {
		return false
	}
	if len(s.devices) >= maxDevices {
		s.devices = slices.Delete(s.devices, 0, 1)
	}
	s.devices = append(s.devices, &d)
	return true
}

// device returns what is known of a device code, by its id.
func (s *Sessions) device(id string) (pendingDevice, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if d := s.find(func(d *pendingDevice) bool { return d.id == id }); d != nil {
		return *d, true
	}
	return pendingDevice{}, false
}

// waitingFor returns the device that shows a user code and waits.
func (s *Sessions) waitingFor(now time.Time, userCode string) (pendingDevice, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	userCode = plainCode(userCode)
	d := s.find(func(d *pendingDevice) bool {
		return d.userCode == userCode && d.state == waiting && now.Before(d.expires)
	})
	if d == nil {
		return pendingDevice{}, false
	}
	return *d, true
}
