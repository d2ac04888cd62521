package graph

import (
	"bytes"
	"compress/gzip"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator/internal/engine"
	"github.com/graphemu/graphemu/emulator/internal/identity"
	"github.com/graphemu/graphemu/emulator/internal/workload"
	"github.com/graphemu/graphemu/emulator/internal/workloads/sds/profile"
)

// An answer is the same, compressed or not; what has no body is not compressed.
func TestGzipNegotiation(t *testing.T) {
	d := newDesk()
	for _, c := range [][2]string{{"GET", "/beta/education/synchronizationProfiles"}, {"GET", "/beta/$metadata"}, {"GET", "/beta/nope"},
		{"GET", "/beta/education/synchronizationProfiles/$count"}} {
		plain, zipped := d.send(c[0], c[1], "", "client-request-id: x"),
			d.send(c[0], c[1], "", "client-request-id: x", "Accept-Encoding: br, gzip")
		assert.Empty(t, plain.Header().Get("Content-Encoding"))
		require.Equal(t, "gzip", zipped.Header().Get("Content-Encoding"), c[1])
		assert.Equal(t, plain.Code, zipped.Code)
		assert.Equal(t, "Accept-Encoding", zipped.Header().Get("Vary"))
		z, err := gzip.NewReader(zipped.Body)
		require.NoError(t, err)
		b, err := io.ReadAll(z)
		require.NoError(t, err)
		assert.Equal(t, mask(plain), strings.ReplaceAll(string(b), raw(zipped.Header(), "request-id")[0], "ID"))
	}
	head := d.send("HEAD", "/beta/education/synchronizationProfiles", "", "Accept-Encoding: gzip")
	assert.Equal(t, 200, head.Code)
	if head.Header().Get("Content-Encoding") == "gzip" {
		assert.Empty(t, head.Body.Bytes(), "a HEAD of what would be compressed")
	}
	options := d.send("OPTIONS", "/beta/education/synchronizationProfiles", "", "Accept-Encoding: gzip")
	assert.Empty(t, options.Header().Get("Content-Encoding"))
	assert.Empty(t, options.Header().Get("Content-Type"))
	assert.Zero(t, options.Body.Len())
}

// mask replaces the one thing that no two answers share.
func mask(w *httptest.ResponseRecorder) string {
	return strings.ReplaceAll(w.Body.String(), raw(w.Header(), "request-id")[0], "ID")
}

func TestHostsNeverBreakJSON(t *testing.T) {
	for host, want := range map[string]string{
		"localhost:9400": "http://localhost:9400", "[::1]:9400": "http://[::1]:9400", "a_b.example": "http://a_b.example",
		`a"b`: "http://localhost", `a\b`: "http://localhost", "a<b>": "http://localhost", "a b": "http://localhost", "a\nb": "http://localhost",
		"\xff": "http://localhost", "é": "http://localhost", "": "http://localhost",
	} {
		r := httptest.NewRequest("GET", "/beta/education/synchronizationProfiles", nil)
		r.Host = host
		r.Header.Set("Authorization", "Bearer x")
		w := httptest.NewRecorder()
		d := newDesk()
		d.Serve(w, r, &d.world.World, Caller{Token: &identity.Token{Flaw: identity.FlawForm}})
		var list struct {
			Context string `json:"@odata.context"`
		}
		require.NoError(t, json.Unmarshal(w.Body.Bytes(), &list), "%q: %s", host, w.Body)
		assert.Equal(t, want+"/beta/$metadata#education/synchronizationProfiles", list.Context, "%q", host)
	}
}

func TestClientRequestIDs(t *testing.T) {
	long := strings.Repeat("x", maxClientID)
	for given, echoed := range map[string]bool{"86904b1e-c7d0-4ead-b13a-98f11fc400ee": true, "not a GUID": true, `"\<>`: true,
		"\xff\xfe": true, long: true, long + "x": false, "": false} {
		w := newDesk().send("GET", "/beta/nope", "", "client-request-id: "+given)
		e := envelope(t, w)
		if !echoed {
			assert.Equal(t, raw(w.Header(), "request-id"), raw(w.Header(), "client-request-id"))
			assert.Equal(t, e.Error.InnerError["request-id"], e.Error.InnerError["client-request-id"])
			continue
		}
		assert.Equal(t, []string{given}, raw(w.Header(), "client-request-id"))
		assert.Equal(t, strings.ToValidUTF8(given, "\ufffd"),
			strings.ReplaceAll(e.Error.InnerError["client-request-id"], "\ufffd\ufffd", "\ufffd"))
	}
}

func TestTokens(t *testing.T) {
	for header, want := range map[string]string{
		"Bearer x": "x", "bearer x": "x", "BEARER  x ": "x", "Bearer": "", "Bearer ": "", "Bearer  ": "", "": "", "x": "", "Basic x": "",
		"Bearerx": "", "Bearer\tx": "",
	} {
		assert.Equal(t, want, Token(http.Header{"Authorization": {header}}), "%q", header)
	}
	assert.Empty(t, Token(nil))
	d := newDesk()
	for _, target := range []string{"/beta/education/synchronizationProfiles", "/beta/nope", "/beta/$batch"} {
		w := d.send("GET", target, "", "Authorization: Basic x")
		assert.Equal(t, 401, w.Code, target)
		assert.Equal(t, "Access token is empty.", *envelope(t, w).Error.Message)
		assert.Contains(t, w.Header().Get("WWW-Authenticate"), "Bearer ")
	}
	off := newDesk(func(c *Config) { c.Auth = AuthOff })
	assert.Equal(t, 200, off.send("GET", "/beta/education/synchronizationProfiles", "", "Authorization: Basic x").Code)
}

// tag is the size of a skip token's signature.
const tag = 12

// forged is a skip token that a key signs for a scope.
func forged(key []byte, scope string) string {
	const payload = `{"s":2}`
	m := hmac.New(sha256.New, key)
	m.Write([]byte(scope + "\x00" + payload))
	return base64.RawURLEncoding.EncodeToString(append(m.Sum(nil)[:tag], payload...))
}

func TestSkipTokens(t *testing.T) {
	d := newDesk()
	for range 5 {
		require.Equal(t, 202, d.send("POST", "/beta"+profilesPath, create).Code)
	}
	next := func(target string) string {
		t.Helper()
		w := d.send("GET", "/beta"+profilesPath+"?"+target, "")
		require.Equal(t, 200, w.Code, w.Body)
		var list struct {
			Next string `json:"@odata.nextLink"`
		}
		require.NoError(t, json.Unmarshal(w.Body.Bytes(), &list))
		require.NotEmpty(t, list.Next)
		_, query, _ := strings.Cut(list.Next, "?")
		return query
	}
	own := next("$top=2")
	_, token, _ := strings.Cut(own, "$skiptoken=")
	require.Equal(t, 200, d.send("GET", "/beta"+profilesPath+"?"+own, "").Code)
	good := "$top=2&$skiptoken=" + forged(d.world.World.Tenant.PageKey, "education/synchronizationProfiles?$top=2")
	require.Equal(t, 200, d.send("GET", "/beta"+profilesPath+"?"+good, "").Code, "the forger knows how, but for the key and scope")
	require.Equal(t, 200, d.send("GET", "/beta"+profilesPath+"?%24top=2&%24skiptoken="+token, "").Code,
		"escapes that a client adds do not count")

	raw, err := base64.RawURLEncoding.DecodeString(token)
	require.NoError(t, err)
	flipped := bytes.Clone(raw)
	flipped[len(flipped)-2] ^= 1
	unsigned := append(make([]byte, tag), raw[tag:]...)
	encode := base64.RawURLEncoding.EncodeToString
	_, ordered, _ := strings.Cut(next("$top=2&$orderby=displayName"), "$skiptoken=")
	world := d.world
	for name, query := range map[string]string{
		"no base64":       "$top=2&$skiptoken=***",
		"too short":       "$top=2&$skiptoken=AAAA",
		"a bit flipped":   "$top=2&$skiptoken=" + encode(flipped),
		"no signature":    "$top=2&$skiptoken=" + encode(unsigned),
		"only a tag":      "$top=2&$skiptoken=" + encode(raw[:tag]),
		"cut":             "$top=2&$skiptoken=" + token[:len(token)-3],
		"padded":          "$top=2&$skiptoken=" + token + "==",
		"another size":    "$top=3&$skiptoken=" + token,
		"another query":   "$top=2&$filter=displayName%20eq%20'x'&$skiptoken=" + token,
		"another order":   "$top=2&$skiptoken=" + ordered,
		"no query at all": "$skiptoken=" + token,
		"huge":            "$top=2&$skiptoken=" + strings.Repeat("A", 10000),
		"a JSON cursor":   `$top=2&$skiptoken={"s":2}`,
		"another world":   own,
		"another key":     "$top=2&$skiptoken=" + forged([]byte("guessed"), "education/synchronizationProfiles?$top=2"),
		"another address": "$top=2&$skiptoken=" + forged(world.World.Tenant.PageKey, "education/synchronizationProfiles/x/errors?$top=2"),
	} {
		t.Run(name, func(t *testing.T) {
			d := *d
			if name == "another world" {
				d.world = newWorld("other")
			}
			w := d.send("GET", "/beta"+profilesPath+"?"+query, "")
			require.Equal(t, 400, w.Code, w.Body)
			e := envelope(t, w)
			if *e.Error.Message != "The specified skip token is not valid." {
				assert.Equal(t, "$skiptoken", e.Error.Details[0].Target, "%s", w.Body)
			}
			assert.Equal(t, "$skiptoken", e.Error.Details[0].Target)
		})
	}
	// An empty one is none.
	assert.Equal(t, 200, d.send("GET", "/beta"+profilesPath+"?$top=2&$skiptoken=", "").Code)
}

func TestPanicsBecomeInternalErrors(t *testing.T) {
	d := newDesk()
	d.paths.add("GET", "/boom",
		&operation{Operation: workload.Operation{Name: "boom", Versions: workload.Beta | workload.V1},
			own: func(*call) (engine.Reply, error) { panic("kaboom") }})
	d.paths.add("GET", "/nil",
		&operation{Operation: workload.Operation{Name: "nil", Versions: workload.Beta | workload.V1},
			own: func(c *call) (engine.Reply, error) { return engine.Reply{}, *(*error)(nil) }})
	d.paths.add("GET", "/abort",
		&operation{Operation: workload.Operation{Name: "abort", Versions: workload.Beta | workload.V1},
			own: func(*call) (engine.Reply, error) { panic(http.ErrAbortHandler) }})
	d.paths.add("GET", "/odd",
		&operation{Operation: workload.Operation{Name: "odd", Versions: workload.Beta | workload.V1},
			own: func(*call) (engine.Reply, error) { return engine.Reply{}, io.ErrClosedPipe }})

	for _, path := range []string{"/boom", "/nil", "/odd"} {
		d.log.Reset()
		w := d.send("GET", "/beta"+path, "")
		assert.Equal(t, 500, w.Code)
		e := envelope(t, w)
		assert.Equal(t, "InternalError", *e.Error.Code)
		assert.NotContains(t, w.Body.String(), "kaboom", "our own troubles are for our log")
		assert.Contains(t, d.log.String(), "level=ERROR")
	}
	d.log.Reset()
	d.send("GET", "/beta/boom", "")
	for _, want := range []string{"kaboom", "operation=boom", "format_test.go", "goroutine"} {
		assert.Contains(t, d.log.String(), want)
	}
	assert.PanicsWithValue(t, http.ErrAbortHandler, func() { d.send("GET", "/beta/abort", "") })

	// In a batch only the part fails.
	d.log.Reset()
	w := d.send("POST", "/beta/$batch",
		`{"requests":[{"id":"1","method":"GET","url":"/boom"},{"id":"2","method":"GET","url":"/education/synchronizationProfiles/$count"},
		{"id":"3","method":"GET","url":"/education/synchronizationProfiles","dependsOn":["1"]}]}`)
	require.Equal(t, 200, w.Code)
	var batch struct {
		Responses []struct {
			ID     string
			Status int
		}
	}
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &batch))
	require.Len(t, batch.Responses, 3)
	for i, want := range []int{500, 200, 424} {
		assert.Equal(t, want, batch.Responses[i].Status)
	}
	assert.Contains(t, d.log.String(), "kaboom")
	// And everything goes on.
	assert.Equal(t, 200, d.send("GET", "/beta/education/synchronizationProfiles", "").Code)
}

// An expansion that is longer than its page leads on at the errors' own
// address, with the same options.
func TestExpansionsLeadOn(t *testing.T) {
	d := newDesk()
	var reported []profile.SyncError
	for _, code := range []string{"a", "it's; $x=1 & (more)", "b", "it's; $x=1 & (more)", "it's; $x=1 & (more)"} {
		reported = append(reported, profile.SyncError{ErrorCode: code, Recorded: dawn})
	}
	seeded := map[string]any{}
	require.NoError(t, json.Unmarshal([]byte(create), &seeded))
	_, err := d.world.Profiles.Seed(dawn,
		profile.Seed{ID: id, Change: profile.NewChange(seeded), Sync: profile.SyncStatus{Status: profile.Failed}, Errors: reported})
	require.NoError(t, err)

	for options, want := range map[string]int{
		"$top=2": 5, "$top=1; $orderby=errorCode desc": 5, "$skip=1;$top=1": 4,
		"$filter=errorCode eq 'it''s; $x=1 & (more)';$top=1;$count=true": 3,
	} {
		var list struct {
			Value []struct {
				Errors []struct{ ID string }
				Next   string `json:"errors@odata.nextLink"`
			}
		}
		w := d.send("GET", "/beta"+profilesPath+"?$expand="+url.QueryEscape("errors("+options+")"), "")
		require.Equal(t, 200, w.Code, "%s: %s", options, w.Body)
		require.NoError(t, json.Unmarshal(w.Body.Bytes(), &list))
		answer := list.Value[0]
		seen := map[string]bool{}
		for _, e := range answer.Errors {
			seen[e.ID] = true
		}
		for next := answer.Next; next != ""; {
			target := strings.TrimPrefix(next, "http://example.com")
			_, err := url.ParseRequestURI(target)
			require.NoError(t, err)
			require.NotContains(t, target, " ")
			w := d.send("GET", target, "")
			require.Equal(t, 200, w.Code, "%s: %s", target, w.Body)
			var page struct {
				Value []struct{ ID string }
				Next  string `json:"@odata.nextLink"`
			}
			require.NoError(t, json.Unmarshal(w.Body.Bytes(), &page))
			for _, e := range page.Value {
				require.False(t, seen[e.ID], "twice")
				seen[e.ID] = true
			}
			next = page.Next
		}
		assert.Len(t, seen, want, options)
	}
}
