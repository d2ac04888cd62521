package graph

import (
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// id is a profile's address in the tables below.
const id = "86904b1e-c7d0-4ead-b13a-98f11fc400ee"

// spellings are paths and the one that they mean.
var spellings = map[string]string{
	"/beta/education/synchronizationProfiles":                        "/education/synchronizationProfiles",
	"/BETA/Education/SYNCHRONIZATIONPROFILES":                        "/education/synchronizationProfiles",
	"/beta/education/synchronizationProfiles/":                       "/education/synchronizationProfiles",
	"//beta///education//synchronizationProfiles//":                  "/education/synchronizationProfiles",
	"/beta/education/synchronizationProfiles()":                      "/education/synchronizationProfiles",
	"/beta/education()/synchronizationProfiles":                      "/education/synchronizationProfiles",
	"/beta/education/synchronizationProfiles/$count":                 "/education/synchronizationProfiles/$count",
	"/beta/education/synchronizationProfiles/%24COUNT":               "/education/synchronizationProfiles/$count",
	"/beta/education/synchronizationProfiles/" + id:                  "/education/synchronizationProfiles/" + id,
	"/beta/education/synchronizationProfiles/" + strings.ToUpper(id): "/education/synchronizationProfiles/" + strings.ToUpper(id),
	// ids are case-sensitive
	"/beta/education/synchronizationProfiles('" + id + "')":      "/education/synchronizationProfiles/" + id,
	"/beta/education/synchronizationProfiles(%27" + id + "%27)/": "/education/synchronizationProfiles/" + id,
	"/beta/education/synchronizationprofiles(" + id + ")/START":  "/education/synchronizationProfiles/" + id + "/start",
	"/beta/education/synchronizationProfiles('it''s')":           "/education/synchronizationProfiles/it%27s",
	"/beta/education/synchronizationProfiles('''')":              "/education/synchronizationProfiles/%27",
	"/beta/education/synchronizationProfiles('a(b)')":            "/education/synchronizationProfiles/a%28b%29",
	"/beta/education/synchronizationProfiles/a(b)":               "/education/synchronizationProfiles/a%28b%29",
	"/beta/education/synchronizationProfiles('a%2Fb')/start":     "/education/synchronizationProfiles/a%2Fb/start",
	"/beta/education/synchronizationProfiles/" + id + "%2Fstart": "/education/synchronizationProfiles/" + id + "%2Fstart",
	"/beta/education/synchronizationProfiles('')":                "/education/synchronizationProfiles%28%27%27%29",
	// no key, and no list either
	"/beta/education/synchronizationProfiles('$count')":                           "/education/synchronizationProfiles/$count",
	"/beta/education/synchronizationProfiles/x/uploadUrl":                         "/education/synchronizationProfiles/x/uploadUrl",
	"/beta/education/synchronizationProfiles/x/uploadUrl()":                       "/education/synchronizationProfiles/x/uploadUrl",
	"/beta/education/synchronizationProfiles/x/microsoft.graph.uploadUrl()":       "/education/synchronizationProfiles/x/uploadUrl",
	"/beta/education/synchronizationProfiles/x/Microsoft.Graph.Start":             "/education/synchronizationProfiles/x/start",
	"/beta/education/synchronizationProfiles/x/microsoft.graph.start()":           "/education/synchronizationProfiles/x/start",
	"/beta/education/synchronizationProfiles/x/microsoft.graph.nope":              "/education/synchronizationProfiles/x/microsoft.graph.nope",
	"/beta/education/synchronizationProfiles/x/microsoft.graph.microsoft.graph.x": "/education/synchronizationProfiles/x/microsoft.graph.microsoft.graph.x",
	"/beta/education/microsoft.graph.synchronizationProfiles":                     "/education/microsoft.graph.synchronizationProfiles",
	"/beta/education/synchronizationProfiles/x/profileStatus":                     "/education/synchronizationProfiles/x/profileStatus",
	"/beta/education/synchronizationProfiles/x/Status":                            "/education/synchronizationProfiles/x/profileStatus",
	"/beta/education/synchronizationProfiles/x/error":                             "/education/synchronizationProfiles/x/errors",
	"/beta/education/synchronizationProfiles/x/Errors/$Count":                     "/education/synchronizationProfiles/x/errors/$count",
	"/beta/education/synchronizationProfiles('x')/errors('y')":                    "/education/synchronizationProfiles/x/errors/y",
	"/beta/education/synchronizationProfiles/x/errors('y(z)')":                    "/education/synchronizationProfiles/x/errors/y%28z%29",
	"/beta/education/synchronizationProfiles/start/start":                         "/education/synchronizationProfiles/start/start",
	// an id may look like a name
	"/beta/education/synchronizationProfiles/..":              "/education/synchronizationProfiles/..",
	"/beta/education/synchronizationProfiles/../../$metadata": "/education/synchronizationProfiles/../../$metadata",
	"/beta/./education":       "/./education",
	"/beta/education('x(y)')": "/education%28%27x%28y%29%27%29",
	"/beta/$batch":            "/$batch",
	"/beta/%24BATCH/":         "/$batch",
	"/beta/$Metadata":         "/$metadata",
	"/beta":                   "/",
	"/beta/":                  "/",
	"/beta/%zz":               "/%25zz",
	"/beta/%00%ff%0a":         "/%00%FF%0A",
	"/beta/a b":               "/a%20b",
	"/beta/é/\u2028":          "/%C3%A9/%E2%80%A8",
	"/beta/(x)":               "/%28x%29",
	"/beta/x(":                "/x%28",
}

func TestCanonical(t *testing.T) {
	canonical := newDesk().canonical
	for given, want := range spellings {
		for _, version := range []string{"beta", "v1.0"} {
			spelled := strings.Replace(strings.Replace(given, "/beta", "/"+version, 1), "/BETA", "/"+strings.ToUpper(version), 1)
			l := canonical(spelled)
			assert.Equal(t, version, l.version.String(), spelled)
			assert.Equal(t, want, l.path, spelled)
			again := canonical("/" + l.version.String() + l.path)
			assert.Equal(t, l.path, again.path, "canonical is idempotent: %s", spelled)
		}
	}
	for _, other := range []string{"", "/", "//", "*", "x", "/v2.0/education", "/education/synchronizationProfiles", "/betaa",
		"/beta()/education", "/%2Fbeta", "/..//beta", "/beta%2Feducation/synchronizationProfiles"} {
		assert.Zero(t, canonical(other).version, other)
	}
}

// What net/http parsed comes to the same as what was on the wire.
func TestLocateIsCanonical(t *testing.T) {
	canonical, locate := newDesk().canonical, newDesk().locate
	for given := range spellings {
		u, err := url.ParseRequestURI(given)
		if err != nil || u.Host != "" {
			continue // net/http refuses it before us
		}
		want, got := canonical(given), locate(u)
		assert.Equal(t, want.path, got.path, given)
		assert.Equal(t, want.version, got.version, given)
		assert.Equal(t, want.keys, got.keys, given)
	}
	u, err := url.ParseRequestURI("/beta/education/synchronizationProfiles/x%2FprofileStatus")
	require.NoError(t, err)
	assert.Equal(t, "/education/synchronizationProfiles/x%2FprofileStatus", locate(u).path, "an escaped slash is no slash")
}

// A path in its canonical form takes a short cut, which leads to the same operation.
func TestShortCutsLeadToTheSameOperation(t *testing.T) {
	s := newDesk().Handler
	for _, version := range []string{"beta", "v1.0"} {
		for _, path := range []string{profilesPath, profilesPath + "/" + id, profilesPath + "/START", profilesPath + "/-",
			profilesPath + "/delta",
			profilesPath + "/" + id + "/profileStatus", profilesPath + "/" + id + "/errors/" + id, "/$batch"} {
			short, taken := s.usual("/" + version + path)
			require.True(t, taken, path)
			_, taken = s.usual("/" + strings.ToUpper(version) + path)
			require.False(t, taken, path)
			long := s.canonical("/" + strings.ToUpper(version) + path)
			assert.Equal(t, long.path, short.path)
			assert.Equal(t, long.keys, short.keys)
			assert.Equal(t, long.absent, short.absent)
			assert.Same(t, long.at, short.at)
		}
	}
	for _, path := range []string{profilesPath + "/DELTA", profilesPath + "/", profilesPath + "/x/Start", profilesPath + "/a.b", "/education",
		"//users", ""} {
		_, taken := s.usual("/beta" + path)
		assert.False(t, taken, path)
	}
}

func TestKeysAreUnescaped(t *testing.T) {
	s := newDesk().Handler
	for given, want := range map[string][2]string{
		"/beta/education/synchronizationProfiles('it''s')":       {"it's", ""},
		"/beta/education/synchronizationProfiles/a%2Fb%20c":      {"a/b c", ""},
		"/beta/education/synchronizationProfiles/%25":            {"%", ""},
		"/beta/education/synchronizationProfiles/é/errors/%2525": {"é", "%25"},
	} {
		l := s.canonical(given)
		_, err := s.find("GET", &l)
		require.NoError(t, err, given)
		assert.Equal(t, want, [2]string{l.keys.Get("profile"), l.keys.Get("error")}, given)
	}
}

func FuzzCanonical(f *testing.F) {
	for given := range spellings {
		f.Add(given)
	}
	s := newDesk().Handler
	canonical, locate := s.canonical, s.locate
	f.Fuzz(func(t *testing.T, path string) {
		l := canonical(path)
		if l.version == 0 {
			return
		}
		again := canonical("/" + l.version.String() + l.path)
		if l.version != again.version || l.path != again.path {
			t.Fatalf("%q becomes %q, and that %q", path, l.path, again.path)
		}
		op, err := s.find("GET", &l)
		op2, err2 := s.find("GET", &again)
		k, k2 := l.keys, again.keys
		if op != op2 || k != k2 || (err == nil) != (err2 == nil) {
			t.Fatalf("%q leads to %s %v, and its canonical form to %s %v", path, name(op), k, name(op2), k2)
		}
		if u, err := url.ParseRequestURI(path); err == nil && u.Host == "" && u.EscapedPath() == path {
			if got := locate(u); got.path != l.path || got.version != l.version {
				t.Fatalf("%q becomes %q, and parsed %q", path, l.path, got.path)
			}
		}
	})
}

func name(op *operation) string {
	if op == nil {
		return "no operation"
	}
	return op.Name
}
