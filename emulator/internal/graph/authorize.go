package graph

import (
	"fmt"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/apierror"
	"github.com/graphemu/graphemu/emulator/internal/identity"
	"github.com/graphemu/graphemu/emulator/internal/words"
	"github.com/graphemu/graphemu/emulator/journal"
)

// Auth is how tokens are looked at.
type Auth int

// Lenient takes any bearer token, and tells the journal what Strict would have
// refused; Off asks for none.
const (
	AuthLenient Auth = iota
	AuthStrict
	AuthOff
)

// objection is what strict authentication has against a call. It is made once for
// all calls: in lenient nearly every call meets one.
type objection struct {
	answer func() *apierror.Error
	code   string // of the answer's detail
	why    string
	advice string // both in one sentence, for the journal
	remedy string // what a test can do about it; "": why says it, or nothing can be done
}

func newObjection(answer func() *apierror.Error, code, why string) *objection {
	e := answer()
	message, _, _ := strings.Cut(e.Message, "\n")
	return &objection{answer: answer, code: code, why: why,
		advice: fmt.Sprintf("strict authentication would answer %d %s, %q: %s", e.Status, e.Code, message, why)}
}

// newFlaw is what is against a token that is none of this server's.
func newFlaw(flaw identity.Flaw, answer func() *apierror.Error) *objection {
	return newObjection(answer, journal.CodeToken, flaw.Why())
}

var (
	flaws = map[identity.Flaw]*objection{
		identity.FlawForm:      newFlaw(identity.FlawForm, apierror.MalformedToken),
		identity.FlawClaims:    newFlaw(identity.FlawClaims, apierror.InvalidToken),
		identity.FlawAlgorithm: newFlaw(identity.FlawAlgorithm, apierror.InvalidToken),
		identity.FlawKey:       newFlaw(identity.FlawKey, apierror.UnknownTokenKey),
		identity.FlawSignature: newFlaw(identity.FlawSignature, apierror.InvalidToken),
		identity.FlawIssuer:    newFlaw(identity.FlawIssuer, apierror.InvalidToken),
		identity.FlawAudience:  newFlaw(identity.FlawAudience, apierror.InvalidAudience),
	}
	expired     = newObjection(apierror.TokenExpired, "lifetime", "the token has expired on this world's clock")
	notYetValid = newObjection(apierror.TokenNotYetValid, "lifetime", "the token is not yet valid on this world's clock")
	unknownApp  = newObjection(apierror.UnknownApp, journal.CodeToken, "the directory has no app with the token's appid that may sign in")
)

// authenticate is the bearer check. No token is 401 unless nobody looks; a token
// that was revoked is, too, in lenient: somebody has asked for that.
func (s *Handler) authenticate(c *call) error {
	if s.cfg.Auth == AuthOff {
		return nil
	}
	t := c.token
	if t == nil {
		return apierror.EmptyToken()
	}
	if t.Flaw == "" && (t.Revision < c.world.Revision.Load() || t.Session != "" && c.world.Revoked(t.Session)) {
		return apierror.ClaimsChallenge(c.Now).Help("revoked", "Authorization",
			"the token was issued before the world's tokens were revoked; get another one")
	}
	return s.raise(c, c.objectsToToken())
}

// raise refuses where authentication is strict, and else leaves the advice.
func (s *Handler) raise(c *call, o *objection) error {
	if o == nil {
		return nil
	}
	if s.cfg.Auth != AuthStrict {
		c.Advice = o.advice
		return nil
	}
	e := o.answer().Help(o.code, "Authorization", "%s", c.inWorld(o.why))
	remedy := c.inWorld(o.remedy)
	if o == flaws[identity.FlawForm] {
		remedy = remedyOfForm(c.Header.Get("Authorization"))
	}
	if remedy != "" {
		e = e.Help(o.code, "Authorization", "%s", remedy)
	}
	return e
}

// tokenCommand is the command that prints a token, in what is told of objections.
const tokenCommand = "graphemu token"

// inWorld is a text in which that command makes a token of the call's world.
func (c *call) inWorld(text string) string {
	if c.World == nil {
		return text
	}
	return strings.Replace(text, tokenCommand, apierror.InWorld(tokenCommand, "--tenant", c.World.Name()), 1)
}

// worldToken is a token that names a world and is no JWT: good where authentication is not
// strict.
var worldToken = words.Pattern(`^(?i:Bearer) +world-([A-Za-z0-9][A-Za-z0-9._-]{0,63})$`)

// remedyOfForm tells what to send instead of a token that is no JWT. Of the token it
// repeats what can be the name of a world, and nothing else.
func remedyOfForm(authorization string) string {
	if m := worldToken().FindStringSubmatch(authorization); m != nil {
		return apierror.InWorld(tokenCommand, "--tenant", m[1]) +
			" makes a token of this world; world-NAME is one where authentication is not strict"
	}
	return tokenCommand + " makes a token that will do"
}

// objectsToToken looks at what does not depend on the operation. The order is
// chosen: whose token it is comes before when it is good. Chosen too: no leeway,
// where Entra's libraries give five minutes, so that a test can tell.
func (c *call) objectsToToken() *objection {
	t, now := c.token, c.Now.Unix()
	switch {
	case t.Flaw != "":
		return flaws[t.Flaw]
	case t.Tenant != c.Tenant.ID:
		return flaws[identity.FlawIssuer]
	case now >= t.Expires:
		return expired
	case now < t.NotBefore:
		return notYetValid
	case !c.world.Registered(t.App):
		return unknownApp
	}
	return nil
}
