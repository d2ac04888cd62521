package control

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestToken(t *testing.T) {
	path := Prefix + "worlds/default/token"
	for body, want := range map[string]string{
		``:                          "[] []  0s",
		`{}`:                        "[] []  0s",
		`{"scopes":["A","B"]}`:      "[A B] []  0s",
		`{"roles":["R"],"app":"a"}`: "[] [R] a 0s",
		`{"expires":"1h","scopes":[],"roles":[]}`:                 "[] []  1h0m0s",
		`{"expires":"-1h"}`:                                       "[] []  -1h0m0s",
		`{"user":"u@x","audience":"a","after":"1m","flaw":"key"}`: "[] []  0s u@x a 1m0s key",
	} {
		b := newBench(t)
		require.Equal(t, 200, b.send("POST", path, body).Code, body)
		assert.Equal(t, want, b.world.asked, body)
	}
	for body, want := range map[string]string{
		`{"scopes":["A"],"roles":["B"]}`: "not both",
		`{"scopes":"A"}`:                 "/scopes: want an array of strings",
		`{"scopes":null}`:                "/scopes: want an array of strings",
		`{"roles":[1]}`:                  "/roles: want an array of strings",
		`{"roles":[""]}`:                 "/roles: want an array of strings",
		`{"app":1}`:                      "/app: want a client id",
		`{"app":""}`:                     "/app: want a client id",
		`{"expires":5}`:                  "/expires: want a duration",
		`{"expires":"0s"}`:               "/expires: want a duration",
		`{"expires":null}`:               "/expires: want a duration",
		`{"after":"-1h"}`:                "/after: want a positive duration",
		`{"after":"soon"}`:               "/after: want a positive duration",
		`{"user":""}`:                    "/user: want a sign-in name",
		`{"audience":[]}`:                "/audience: want what the token is for",
		`{"flaw":1}`:                     "/flaw: want one of key, signature",
		`{"scope":["A"]}`:                "/scope: unknown",
	} {
		b := newBench(t)
		assert.Contains(t, problemOf(t, b.send("POST", path, body), 400), want, body)
		assert.Empty(t, b.world.asked, body)
	}
	b := newBench(t)
	b.world.fails = errors.New("no key")
	assert.Equal(t, "no key", problemOf(t, b.send("POST", path, ""), 500))
	assert.Contains(t, b.log.String(), "no key")
}

func TestRevoke(t *testing.T) {
	b := newBench(t)
	w := b.send("POST", Prefix+"worlds/default/revoke", "")
	require.Equal(t, 200, w.Code)
	assert.JSONEq(t, `{"world":"default","revocations":1}`, w.Body.String())
	assert.Equal(t, "revoke", b.world.asked)
	b = newBench(t)
	assert.Equal(t, "/user: unknown; this call takes none", problemOf(t, b.send("POST", Prefix+"worlds/default/revoke", `{"user":"x"}`), 400))
	assert.Empty(t, b.world.asked)
	assert.Equal(t, "/x: unknown; there is forget", problemOf(t, b.send("POST", Prefix+"keys/rotate", `{"x":1}`), 400))
}

func TestApproveSignIn(t *testing.T) {
	path := Prefix + "worlds/default/device"
	for body, want := range map[string]string{
		`{"userCode":"BCD","user":"u@x"}`:                 "BCD approved for u@x",
		`{"userCode":"BCD","user":"u@x","decline":false}`: "BCD approved for u@x",
		`{"userCode":"BCD","decline":true}`:               "BCD declined",
	} {
		b := newBench(t)
		assert.Equal(t, 204, b.send("POST", path, body).Code, body)
		assert.Equal(t, want, b.world.asked)
	}
	for body, want := range map[string]string{
		``:                                 `Want {"userCode"`,
		`{"user":"u@x"}`:                   `Want {"userCode"`,
		`{"userCode":"B"}`:                 `Want {"userCode"`,
		`{"userCode":1,"user":"u"}`:        "/userCode: want the code",
		`{"userCode":"B","user":1}`:        "/user: want a sign-in name",
		`{"userCode":"B","decline":"yes"}`: "/decline: want true or false",
		`{"userCode":"B","decline":true,"user":"u"}`: `Want {"userCode"`,
		`{"code":"B"}`: "/code: unknown",
	} {
		b := newBench(t)
		assert.Contains(t, problemOf(t, b.send("POST", path, body), 400), want, body)
		assert.Empty(t, b.world.asked, body)
	}
	b := newBench(t)
	b.world.fails = errors.New("no device waits with that code")
	assert.Equal(t, "no device waits with that code", problemOf(t, b.send("POST", path, `{"userCode":"B","user":"u"}`), 409))
}

func TestRotate(t *testing.T) {
	for body, want := range map[string]string{``: "forget false", `{}`: "forget false", `{"forget":true}`: "forget true"} {
		b := newBench(t)
		require.Equal(t, 200, b.send("POST", Prefix+"keys/rotate", body).Code, body)
		assert.Equal(t, want, b.server.rotated)
	}
	b := newBench(t)
	assert.Contains(t, problemOf(t, b.send("POST", Prefix+"keys/rotate", `{"forget":1}`), 400), "/forget: want true or false")
	b.server.unsaid = errors.New("disk full")
	assert.Equal(t, "disk full", problemOf(t, b.send("POST", Prefix+"keys/rotate", ""), 500))
}
