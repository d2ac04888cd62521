package operation

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestAddressesMeanCalls(t *testing.T) {
	for _, c := range []struct {
		pattern, method, path string
		want                  bool
	}{
		{"GET /users", "GET", "/users", true},
		{"get /users", "GET", "/Users", true},
		{"GET /users", "HEAD", "/users", true},
		{"GET /users", "POST", "/users", false},
		{"GET /users", "GET", "/users/1", false},
		{"GET /users", "GET", "", false},
		{"* /users", "DELETE", "/users", true},
		{"PATCH /users/{id}", "PATCH", "/users/ann@contoso.edu", true},
		{"PATCH /users/{id}", "PATCH", "/users('ann')", true},
		{"PATCH /users('{id}')", "PATCH", "/users/ann", true},
		{"PATCH /users/{id}", "PATCH", "/users", false},
		{"PATCH /users/{id}", "PATCH", "/me", false},
		{"PATCH /me", "PATCH", "/me", true},
		{"GET /users/{id}", "GET", "/users/$count", false},
		{"GET /users/{id}", "GET", "/users/delta", false},
		{"GET /users/{id}", "GET", "/users/microsoft.graph.delta()", false},
		{"GET /users/delta", "GET", "/users/microsoft.graph.delta(token='x')", true},
		{"GET /users/ann", "GET", "/users/ann", true},
		{"GET /users/ann", "GET", "/users/bob", false},
		{"GET /users/a b", "GET", "/users/a%20b", true},
		{"POST /education/synchronizationProfiles/{id}/start", "POST", "/education/synchronizationProfiles/7/microsoft.graph.start", true},
		{"GET /me/messages/{id}", "GET", "/me/messages/AAk%2F=", true},
		{"GET /*", "GET", "/me/messages", true},
		{"GET /*", "GET", "/", false},
		{"GET /me/*", "GET", "/me", false},
		{"GET /me/*", "GET", "/me/messages/1/attachments", true},
		{"GET /me/*", "GET", "/users/1", false},
	} {
		p := Compile(c.pattern)
		assert.Equal(t, c.want, p.Means(Call{Method: c.method, Path: c.path}), "%s: %s %s", c.pattern, c.method, c.path)
	}
}

func TestAsked(t *testing.T) {
	assert.Equal(t, "/users/1", Asked("users.get", "GET", "/v1.0/users/1").Path)
	assert.Equal(t, "/me/messages", Asked("", "GET", "//Beta/me/messages").Path)
	assert.Empty(t, Asked("", "GET", "/users/1").Path, "it has no version")
	assert.Empty(t, Asked("upload.putBlob", "PUT", "/beta/x").Path, "a container may be called so")
	assert.Empty(t, Asked("token.keys", "GET", "/beta/discovery").Path)
}

func TestWrongAddresses(t *testing.T) {
	known := []string{"users.list", "GET /users", "GET /users/{id}", "POST /education/synchronizationProfiles/{id}/start",
		"GET /education/synchronizationProfiles/{id}/errors", "* /me/messages"}
	for pattern, want := range map[string]string{
		"GET /users": "", "patch /users/{id}": "", "* /users": "", "GET /*": "", "GET /users/{id}/messages": "", "GET /sites/{id}": "",
		"PUT /me/messages/{id}/$value": "", "GET /users('{id}')": "", "GET /users({id})": "", "GET  /users": "",
		"GTE /users":              `there is no method "GTE"; did you mean GET?`,
		"FETCH /users":            `there is no method "FETCH"; want GET, POST, PUT, PATCH, DELETE or *`,
		"HEAD /users":             `a HEAD counts as a GET: write GET /users`,
		"GET users":               `the path "users" begins with no slash; want a method and a path below the version, as in PATCH /users/{id}`,
		"/users":                  `"/users" has no method: write GET /users, or * /users for any`,
		"GET":                     `"GET" has no path; want a method and a path below the version, as in PATCH /users/{id}`,
		"GET /users/{id":          `the braces in "{id" are not balanced, or not around a whole key: want one like {id}`,
		"GET /users/id}":          `the braces in "id}" are not balanced, or not around a whole key: want one like {id}`,
		"GET /users/{}":           `the braces in "{}" are not balanced, or not around a whole key: want one like {id}`,
		"GET /users/a{id}":        `the braces in "a{id}" are not balanced, or not around a whole key: want one like {id}`,
		"GET /users//x":           `the path "/users//x" has an empty segment`,
		"GET /":                   `the path "/" has an empty segment`,
		"GET /*/x":                `the path "/*/x" has a star that is not all of its last segment`,
		"GET /users?$top=1":       `the path "/users?$top=1" holds a query: what a query has to be is said under where`,
		"GET /v1.0/users":         `the path "/v1.0/users" begins with a version: leave it out, both are meant`,
		"GET /users x":            `"GET /users x" has more than one blank; want a method and a path below the version, as in PATCH /users/{id}`,
		"GET /usres":              `there is no "usres" in /usres; did you mean GET /users?`,
		"GET /usres/{id}/x":       `there is no "usres" in /usres/{id}/x; did you mean GET /users/{id}/x?`,
		"DELETE /me/mesages/{id}": `there is no "mesages" in /me/mesages/{id}; did you mean DELETE /me/messages/{id}?`,
		"POST /education/synchronizationProfiles/{id}/strat": `there is no "strat" in /education/synchronizationProfiles/{id}/strat; ` +
			`did you mean POST /education/synchronizationProfiles/{id}/start?`,
	} {
		assert.Equal(t, want, Wrong(pattern, known), pattern)
	}
	assert.Empty(t, Wrong("GET /usres", nil), "no path is known")
	assert.NotEmpty(t, Wrong("GTE /users", nil))
}

func TestMeet(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"GET /users", "users.list", true}, {"GET /users", "token.*", false}, {"upload.putBlob", "* /*", false},
		{"GET /users", "* /users", true}, {"GET /users", "POST /users", false}, {"GET /users/{id}", "GET /users/1", true},
		{"GET /users/{id}", "GET /groups/{id}", false}, {"GET /*", "GET /users/1", true}, {"GET /users", "GET /users/{id}", false},
		{"profiles.*", "graph.*", true}, {"profiles.*", "users.*", false},
	} {
		assert.Equal(t, c.want, Meet(c.a, c.b), "%s, %s", c.a, c.b)
		assert.Equal(t, c.want, Meet(c.b, c.a), "%s, %s", c.b, c.a)
	}
}

// Whatever a pattern is, an example of it is one of the calls that it means.
func TestExamples(t *testing.T) {
	for _, pattern := range []string{"*", "graph.*", "profiles.*", "users.list", "GET /users/{id}", "* /*", "PATCH /me", "GET /users/{id}/*"} {
		p := Compile(pattern)
		assert.True(t, p.Means(Example(pattern)), pattern)
	}
}

func FuzzAddress(f *testing.F) {
	for _, seed := range []string{"GET /users/{id}", "* /*", "GET /users('{id}')", "GET /a(b=1)", "/%zz", "GET /((()))"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if Wrong(text, []string{"a.b", "GET /users/{id}"}) != "" || !IsAddress(text) {
			return
		}
		p := Compile(text)
		p.Means(Call{Method: "GET", Path: text})
		Meet(text, "GET /users/{id}")
		Example(text)
	})
}
