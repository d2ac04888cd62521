package urlpath

import (
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestClean(t *testing.T) {
	for given, want := range map[string]string{
		"":                            "/",
		"/":                           "/",
		"///":                         "/",
		"x":                           "/x",
		"*":                           "/*",
		"/x":                          "/x",
		"/x/":                         "/x",
		"//x":                         "/x",
		"//common/oauth2/v2.0/token":  "/common/oauth2/v2.0/token",
		"/common//oauth2///token////": "/common/oauth2/token",
		"/a%2F%2Fb//c":                "/a%2F%2Fb/c",
		"/a/../b/./c":                 "/a/../b/./c",
		"/a b//é/":                    "/a b/é",
	} {
		assert.Equal(t, want, Clean(given), given)
		assert.Equal(t, strings.Split(want, "/")[1], First(given), given)
	}
	assert.Zero(t, testing.AllocsPerRun(100, func() { Clean("/beta/education/synchronizationProfiles") }), "nearly every path is clean")
}

// The name of a blob keeps every slash.
func TestCleanFirst(t *testing.T) {
	for given, want := range map[string]string{
		"/account/container/a.csv":      "/account/container/a.csv",
		"//account//container/a.csv":    "/account/container/a.csv",
		"/account/container//a.csv":     "/account/container//a.csv",
		"//account//container//a//b///": "/account/container//a//b///",
		"/account/container/":           "/account/container/",
		"/account/container":            "/account/container",
		"//account//":                   "/account",
		"/":                             "/",
		"":                              "/",
		"///":                           "/",
		"/a%2Fb//c%2F/d//e":             "/a%2Fb/c%2F/d//e",
	} {
		assert.Equal(t, want, CleanFirst(given, 2), given)
	}
	assert.Equal(t, "//x", CleanFirst("//x", 0))
}

func TestRequest(t *testing.T) {
	clean := httptest.NewRequest("GET", "/a/b%2Fc?x=//", nil)
	assert.Same(t, clean, Request(clean))
	unclean := httptest.NewRequest("GET", "/a//b%2F%2Fc/?x=//", nil)
	got := Request(unclean)
	assert.Equal(t, "/a/b//c", got.URL.Path)
	assert.Equal(t, "/a/b%2F%2Fc", got.URL.EscapedPath())
	assert.Equal(t, "x=//", got.URL.RawQuery)
	assert.Equal(t, "/a//b%2F%2Fc/", unclean.URL.EscapedPath(), "the client's own stays as it was sent")
}

func FuzzClean(f *testing.F) {
	f.Add("//a//b%2Fc/")
	f.Fuzz(func(t *testing.T, path string) {
		clean := Clean(path)
		assert.Equal(t, clean, Clean(clean))
		assert.True(t, isClean(clean), clean)
		assert.Equal(t, strings.FieldsFunc(path, func(r rune) bool { return r == '/' }),
			strings.FieldsFunc(clean, func(r rune) bool { return r == '/' }))
		if u, err := url.ParseRequestURI(path); err == nil {
			_, err = url.ParseRequestURI(Clean(u.EscapedPath()))
			assert.NoError(t, err)
		}
	})
}
