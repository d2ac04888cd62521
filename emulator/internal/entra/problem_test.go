package entra

import (
	"errors"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/graphemu/graphemu/emulator/internal/identity"
)

func TestCatalogue(t *testing.T) {
	known := ErrorNames()
	for code, e := range catalogue {
		args := make([]string, strings.Count(e.words, "%s"))
		for i := range args {
			args[i] = strings.Repeat("x", 200)
		}
		p := refuse(code, args...)
		assert.NotContains(t, p.message, "%", code)
		assert.GreaterOrEqual(t, e.status, 400)
		assert.Contains(t, known, e.name)
		assert.Less(t, len(p.message), 1000)
	}
}

// broken is a signer whose keys cannot be used.
type broken struct{ signer }

func (broken) AccessToken(identity.Claims) (string, error) { return "", errors.New("no key") }

func (broken) KeySet() ([]byte, error) { return nil, errors.New("no key") }

func (broken) Secret(...string) ([]byte, error) { return nil, errors.New("no key") }

func TestBrokenKeys(t *testing.T) {
	g := newRig(true)
	page := g.get(t, "/"+tenantID+"/oauth2/v2.0/authorize", request("prompt", "login")...).ok()
	g.Signer = broken{}
	g.token(t, "grant_type", "client_credentials", "client_id", secretApp, "client_secret", theSecret, "scope", graphDefault).refused(500,
		"server_error", 90033, "")
	g.get(t, "/common/discovery/keys").refused(500, "server_error", 90033, "")
	g.post(t, "/common/oauth2/v2.0/devicecode", "client_id", publicApp, "scope", "openid").refused(500, "server_error", 90033, "")
	v, a := g.authorize(t)
	a.refused(302, "server_error", 90033, "")
	assert.Equal(t, "server_error", v.Get("error"))
	g.get(t, "/common/oauth2/deviceauth").refused(500, "server_error", 90033, "")
	g.get(t, "/"+tenantID+"/oauth2/v2.0/authorize", request("prompt", "login")...).refused(500, "server_error", 90033, "")
	g.post(t, "/"+tenantID+"/oauth2/v2.0/authorize", "signin", page.hidden(), "user", "ann@contoso.edu").refused(400, "invalid_request",
		165000, "")
}

// A table of redeemed codes that is full takes no more.
func TestFullSessions(t *testing.T) {
	g := newRig(true)
	code := g.code(t)
	for i := range maxRedeemed {
		g.Sessions.redeem(g.Now, strings.Repeat("x", i%7)+itoa(int64(i)), "s", g.Now.Add(codeLifetime))
	}
	g.redeem(t, code).refused(503, "temporarily_unavailable", 90033, "A transient error")
}

func TestHugeHeaders(t *testing.T) {
	g := newRig(false)
	path := "/common/oauth2/v2.0/token"
	huge := strings.Repeat("a", 1<<20)
	r := posting(path, "grant_type=client_credentials&scope="+graphDefault)
	r.SetBasicAuth(huge, huge)
	a := g.do(t, r).refused(400, "invalid_request", 90100, "")
	assert.Less(t, len(a.Body), 2000)
	r = posting(path, "")
	for _, name := range []string{"Client-Request-Id", "Return-Client-Request-Id", "Content-Type", "Cookie", "Origin"} {
		r.Header.Set(name, huge)
	}
	a = g.do(t, r)
	assert.Less(t, len(a.Body), 2000)
	r = httptest.NewRequest("OPTIONS", path, nil)
	r.Header.Set("Access-Control-Request-Headers", huge)
	assert.Equal(t, "*", g.do(t, r).Header.Get("Access-Control-Allow-Headers"))
	r = httptest.NewRequest(strings.Repeat("M", 1000), path, nil)
	a = g.do(t, r).refused(405, "invalid_request", 900561, "")
	assert.Less(t, len(a.Body), 2000)
	_, ok := Parse(graphRequest("/" + huge + "/oauth2/v2.0/token"))
	assert.False(t, ok)
}
