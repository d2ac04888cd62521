package judge

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/operation"
	"github.com/graphemu/graphemu/emulator/internal/record"
	"github.com/graphemu/graphemu/emulator/internal/words"
	"github.com/graphemu/graphemu/emulator/journal"
)

// The operations of signing in, the refresh, and what signs a user in anew.
const (
	signingIn    = "token.*"
	refreshToken = "token.refreshToken"
)

var newSignIns = []string{"token.authorizationCode", "token.deviceCode", "token.password"}

// inProgress are errors of a sign-in that goes on as it should: a device that polls, and
// a browser that asks whether somebody is signed in.
var inProgress = []string{"authorization_pending", "slow_down", "login_required"}

// signIn is what a sign-in is told from others by. Another app, or the same one by
// another grant, may work while this one does not.
type signIn struct{ client, operation string }

func signInOf(e *record.Entry) signIn { return signIn{strings.ToLower(e.Client), e.Operation} }

// failed tells whether a request was refused, by a scenario too, or not answered.
func failed(e *record.Entry) bool {
	return e.Status == 0 || e.Status >= 400 || e.Error != nil // an authorization endpoint tells an error by a redirect
}

func waits(e *record.Entry) bool { return e.Error != nil && slices.Contains(inProgress, e.Error.Code) }

// asks tells whether an expectation names an operation and its answers.
func (r *Record) asks(name string) bool {
	return slices.ContainsFunc(r.Expect, func(x journal.Expectation) bool { return x.Status != "" && operation.Covers(x.Operation, name) })
}

// failedSignIns warns of token calls that failed and were never followed by one that
// worked, of the same app by the same grant. A failed refresh is also made good by a
// new sign-in: that is what an app does when a refresh token has ended. What a fault
// has refused counts, too: a good client tries again. Where an expectation names the
// operation and its answers, it has judged them.
func (r *Record) failedSignIns() []journal.Warning {
	worked := map[signIn]uint64{} // the latest entry that did
	for i := range r.Entries {
		e := &r.Entries[i]
		if !operation.Covers(signingIn, e.Operation) || failed(e) {
			continue
		}
		worked[signInOf(e)] = e.ID
		if slices.Contains(newSignIns, e.Operation) {
			worked[signIn{strings.ToLower(e.Client), refreshToken}] = e.ID
		}
	}
	var g grouped
	said := map[string]string{} // by key of g, by the latest
	for i := range r.Entries {
		e := &r.Entries[i]
		if !operation.Covers(signingIn, e.Operation) || !failed(e) || waits(e) || e.ID < worked[signInOf(e)] || r.asks(e.Operation) {
			continue
		}
		key := e.Operation + "\x00" + strings.ToLower(e.Client)
		g.add(key, e.ID)
		said[key] = refusal(e)
	}
	return g.warnings(journal.WarnSignIn, r.World, func(key string, n int) string {
		name, app, ok := strings.Cut(key, "\x00")
		if !ok {
			return fmt.Sprintf("further token calls failed %s and none like them worked after that", words.Times(n))
		}
		if app != "" {
			name += " of the app " + words.Cut(words.Clean(app), maxShown, "…")
		}
		return fmt.Sprintf("%s failed %s and did not work after that: %s", name, words.Times(n), said[key])
	})
}

// refusal is what the client was told.
func refusal(e *record.Entry) string {
	switch {
	case e.Error != nil:
		return words.Cut(words.Clean(e.Error.Code+", "+e.Error.Message), 300, "…")
	case e.Status == 0:
		return "no answer was sent"
	}
	return "status " + strconv.Itoa(e.Status)
}
