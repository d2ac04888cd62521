package storage

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Every slash in the name of a blob counts, and what is before it is cleaned; the
// signature is over the account and the container, and stays good.
func TestUncleanPaths(t *testing.T) {
	g := newRig(t, Limits{})
	put := func(path string) int {
		r, err := http.NewRequest("PUT", g.server.URL+path+"?"+g.sas, strings.NewReader("x"))
		require.NoError(t, err)
		r.Header.Set("x-ms-blob-type", "BlockBlob")
		w, err := g.server.Client().Do(r)
		require.NoError(t, err)
		defer w.Body.Close()
		_, _ = io.Copy(io.Discard, w.Body)
		return w.StatusCode
	}
	for path, name := range map[string]string{
		"//sdsstorage//" + box + "/School.csv":      "School.csv",
		"/sdsstorage///" + box + "/a%2F%2Fb/c.csv":  "a//b/c.csv",
		"///sdsstorage/" + box + "//Student.csv":    "/Student.csv",
		"/sdsstorage/" + box + "/sub//Teacher.csv/": "sub//Teacher.csv/",
		"/sdsstorage/" + box + "//":                 "/",
	} {
		assert.Equal(t, 201, put(path), path)
		assert.Contains(t, g.files(t), name)
	}
	assert.Len(t, g.files(t), 5)
	for _, path := range []string{"/sdsstorage/" + box, "/sdsstorage/" + box + "/", "/sdsstorage//", "//sdsstorage"} {
		assert.Equal(t, 400, put(path), path)
	}
	assert.Len(t, g.files(t), 5)
}
