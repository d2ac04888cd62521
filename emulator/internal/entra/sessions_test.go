package entra

import (
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRedeemFailsClosed(t *testing.T) {
	var s Sessions
	until := dawn.Add(codeLifetime)
	for i := range maxRedeemed {
		require.Equal(t, first, s.redeem(dawn, strconv.Itoa(i), "s", until))
	}
	assert.Equal(t, noRoom, s.redeem(dawn, "one more", "s", until))
	assert.Equal(t, spentBefore, s.redeem(dawn, "0", "s", until))
	assert.Equal(t, first, s.redeem(until, "one more", "s", until.Add(codeLifetime)))
	assert.Len(t, s.redeemed, 1)
}

func TestRevokedHasBounds(t *testing.T) {
	var s Sessions
	for i := range maxRevoked + 10 {
		s.Revoke(strconv.Itoa(i))
		s.Revoke(strconv.Itoa(i))
	}
	assert.Len(t, s.revoked, maxRevoked)
	assert.Len(t, s.order, maxRevoked)
	assert.False(t, s.Revoked("9"))
	assert.True(t, s.Revoked("10"))
	s.Revoke("")
	assert.False(t, s.Revoked(""))
}

// Of many who redeem one code at once, one gets tokens.
func TestConcurrentRedemption(t *testing.T) {
	g := newRig(true)
	code := g.code(t)
	var given atomic.Int32
	var all sync.WaitGroup
	for range 32 {
		all.Go(func() {
			r := posting("/"+tenantID+"/oauth2/v2.0/token", form(redemptionForm(code)...).Encode())
			c, _ := Parse(r)
			if a := Answer(c, r, &g.Tenant); a.Status == 200 {
				given.Add(1)
			}
		})
	}
	all.Wait()
	assert.EqualValues(t, 1, given.Load())
}

func TestConcurrentDevices(t *testing.T) {
	g := newRig(false)
	var all sync.WaitGroup
	for i := range 16 {
		all.Go(func() {
			for j := range 20 {
				d := pendingDevice{id: fmt.Sprint(i, j), userCode: fmt.Sprint("C", i, "X", j), expires: dawn.Add(time.Minute)}
				assert.True(t, g.Sessions.addDevice(dawn, d))
				assert.False(t, g.Sessions.addDevice(dawn, d))
				assert.NoError(t, g.Sessions.ApproveDevice(dawn, d.userCode, "a@b"))
				_, ok := g.Sessions.device(d.id)
				assert.True(t, ok)
				_, waits := g.Sessions.waitingFor(dawn, d.userCode)
				assert.False(t, waits)
			}
		})
	}
	all.Wait()
}

// What was taken back stays so in a saved state; what is no saved one changes nothing.
func TestSessionsAreSaved(t *testing.T) {
	const a, b = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"
	var s, again Sessions
	assert.Empty(t, s.Save())
	s.Revoke(b)
	s.Revoke(a)
	assert.Equal(t, SavedSessions{b, a}, s.Save())
	assert.NoError(t, again.Restore(s.Save()))
	assert.True(t, again.Revoked(a) && again.Revoked(b))
	var none Sessions
	assert.ErrorContains(t, none.Restore(SavedSessions{a, "x"}), `"x", number 1, is no sign-in`)
	assert.ErrorContains(t, none.Restore(make(SavedSessions, maxRevoked+1)), "20001 sign-ins were revoked")
	assert.Empty(t, none.Save())
}
