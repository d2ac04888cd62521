package emulator

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/graphemu/graphemu/emulator/internal/entra"
	"github.com/graphemu/graphemu/emulator/internal/identity"
	"github.com/graphemu/graphemu/emulator/internal/ids"
	"github.com/graphemu/graphemu/emulator/internal/words"
	"github.com/graphemu/graphemu/emulator/internal/workloads/directory"
)

// TokenOptions says what a token carries.
type TokenOptions struct {
	Scopes []string // delegated permissions; default, where Roles is empty too: EduAdministration.ReadWrite
	Roles  []string // application permissions; a token has scopes or roles
	App    string   // client id; default: the fixture's first app
	User   string   // sign-in name of a delegated token's user; default: none is named
	// Audience is what the token is for; default: https://graph.microsoft.com. Graph
	// goes by 00000003-0000-0000-c000-000000000000 too.
	Audience string
	// Expires is how long it is good for, on the world's clock; below zero, it has
	// expired. Default: for ever, on whatever clock.
	Expires time.Duration
	// After is when it begins to be good, counted from now. Default: now.
	After time.Duration
	// Flaw is what is wrong with it, one of TokenFlaws, to see how a client takes the
	// refusal of a strict server. Default: nothing.
	Flaw string
}

// TokenFlaws returns what may be wrong with a token on purpose.
func TokenFlaws() []string {
	var names []string
	for _, f := range identity.Flaws() {
		names = append(names, string(f))
	}
	return names
}

// never is an expiry that no clock reaches.
var never = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

// Token returns a token for this world that this server has signed: with its own
// key (ES256), or where it is to have a flaw with that of the token endpoints
// (RS256); both are published. It errs where both scopes and roles are asked for,
// a user with roles, a flaw that there is not, or times that no token can have.
func (w *World) Token(o TokenOptions) (string, error) {
	claims, err := w.claims(o)
	if err != nil {
		return "", err
	}
	return w.sign(claims, o.Flaw)
}

func (w *World) sign(claims identity.Claims, flaw string) (string, error) {
	return signWith(w.server, func(k *identity.Keys) (string, error) {
		if flaw == "" {
			return k.Issue(claims)
		}
		return k.Flawed(claims, identity.Flaw(flaw))
	})
}

func (w *World) claims(o TokenOptions) (identity.Claims, error) {
	if len(o.Scopes) == 0 && len(o.Roles) == 0 {
		o.Scopes = []string{"EduAdministration.ReadWrite"}
	}
	if flaws := TokenFlaws(); o.Flaw != "" && !slices.Contains(flaws, o.Flaw) {
		return identity.Claims{}, fmt.Errorf("a token has no flaw %q%s; there are %s",
			o.Flaw, words.Hint(o.Flaw, flaws), words.Join(flaws, "and"))
	}
	if o.After > 0 && o.Expires < 0 {
		return identity.Claims{}, errors.New("a token that has expired cannot begin to be good later")
	}
	if o.After < 0 {
		return identity.Claims{}, fmt.Errorf("a token begins to be good now or later, not %v ago", -o.After)
	}
	// Without a time the token is good on any clock, wherever it is set to.
	from, to := time.Unix(0, 0).UTC(), never
	state := w.current.Load()
	if o.Expires != 0 || o.After > 0 {
		from = state.Clock.Now().Add(o.After)
		if o.Expires != 0 {
			to = from.Add(o.Expires)
		}
		if o.Expires < 0 {
			from = to.Add(-time.Hour)
		}
		if from.Before(time.Unix(0, 0)) || to.After(never) {
			return identity.Claims{}, fmt.Errorf("a token cannot be good from %s to %s", from.Format(time.RFC3339), to.Format(time.RFC3339))
		}
	}
	app := cmp.Or(o.App, w.server.app().ID)
	c := identity.Claims{Tenant: w.tenant, App: app, Object: state.signsIn().principal(w.tenant, app), User: o.User,
		Scopes: o.Scopes, Roles: o.Roles, Audience: o.Audience,
		IssuedAt: from, NotBefore: from, Expires: to, Revision: state.Revision.Load(),
		ID: ids.Derived("uti", w.tenant, app, o.User, to.String())}
	if o.User != "" {
		c.Object, c.UserName = state.signsIn().object(w.tenant, o.User)
	}
	return c, c.Validate()
}

// principal returns the id of an app's service principal; of one that there is not a
// made-up id, as the token endpoints have it.
func (w whoSignsIn) principal(tenant, app string) string {
	return cmp.Or(directory.PrincipalOf(w.view, app), entra.ObjectID(tenant, app))
}

// object returns the id and name of an account; of one that there is not a made-up
// id, as the token endpoints have it.
func (w whoSignsIn) object(tenant, user string) (id, name string) {
	if u, ok := w.User(user); ok {
		return u.ID, u.DisplayName
	}
	return entra.ObjectID(tenant, strings.ToLower(user)), ""
}

// ApproveSignIn lets user sign in with the code that a device shows, as a person
// would on the page. It errs where no device waits with that code, and where the
// user may not sign in.
func (w *World) ApproveSignIn(userCode, user string) error {
	state := w.current.Load()
	if w.server.set.Auth == AuthStrict {
		if u, ok := state.signsIn().User(user); !ok || u.Disabled {
			return fmt.Errorf("the directory has no user %q who may sign in", user)
		}
	}
	if name, domain, ok := strings.Cut(user, "@"); !ok || name == "" || domain == "" {
		return fmt.Errorf("%.80q is no sign-in name: want one like ora.klein@contoso.edu", user)
	}
	return state.Sessions.ApproveDevice(state.Clock.Now(), userCode, user)
}

// DeclineSignIn refuses the sign-in of the device that shows userCode. It errs where
// none waits with that code.
func (w *World) DeclineSignIn(userCode string) error {
	state := w.current.Load()
	return state.Sessions.DeclineDevice(state.Clock.Now(), userCode)
}

// RotateKeys makes the token endpoints sign with a new key. The one before stays
// published, and its tokens good, until the next rotation; with forget they are
// good no more.
func (s *Server) RotateKeys(forget bool) error {
	_, err := signWith(s, func(k *identity.Keys) (struct{}, error) { return struct{}{}, k.Rotate(forget) })
	return err
}

// signer signs for the token endpoints. The keys are made or read when the first
// token needs them.
type signer struct{ s *Server }

func (g signer) AccessToken(c identity.Claims) (string, error) {
	return signWith(g.s, func(k *identity.Keys) (string, error) { return k.AccessToken(c) })
}

func (g signer) IDToken(c identity.IDClaims) (string, error) {
	return signWith(g.s, func(k *identity.Keys) (string, error) { return k.IDToken(c) })
}

func (g signer) KeySet() ([]byte, error) { return signWith(g.s, (*identity.Keys).KeySet) }

func (g signer) Secret(names ...string) ([]byte, error) {
	return signWith(g.s, func(k *identity.Keys) ([]byte, error) { return k.Secret(names...) })
}

func signWith[T any](s *Server, do func(*identity.Keys) (T, error)) (out T, err error) {
	keys, err := s.keys()
	if err != nil {
		return out, err
	}
	out, err = do(keys)
	s.tell(keys)
	return out, err
}

// tell logs what was found amiss with keys that were needed later than at start.
func (s *Server) tell(keys *identity.Keys) {
	for _, note := range keys.NewNotes() {
		s.set.Log.Warn(note)
	}
}
