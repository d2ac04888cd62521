package emulator_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator"
)

// unclean are spellings of a path that mean the same: a base that ends in a slash
// was joined with a path that begins with one, or a slash was added at the end.
func unclean(path string) []string {
	return []string{path, "/" + path, path + "/", "//" + strings.Replace(path[1:], "/", "//", 1) + "//", strings.ReplaceAll(path, "/", "///")}
}

const formEncoded = "Content-Type: application/x-www-form-urlencoded"

// Every surface takes the same unclean paths.
func TestUncleanPaths(t *testing.T) {
	g := newRig(t, emulator.Options{Fixture: "contoso"})
	form := strings.TrimPrefix(query("grant_type", "client_credentials", "client_id", sampleApp, "client_secret", sampleSecret,
		"scope", graphScope), "?")
	for _, call := range [][3]string{{"GET", listPath}, {"POST", "/common/oauth2/v2.0/token", form}, {"GET", "/_graphemu"},
		{"GET", "/_graphemu/schemas"}, {"GET", "/devicelogin"}} {
		for _, path := range unclean(call[1]) {
			a := g.send(t, call[0], g.origin()+path, call[2], formEncoded)
			assert.Equal(t, 200, a.status, "%s: %s", path, a.body)
		}
	}
	a := g.post(t, g.origin()+"//beta//$batch/", batchText(map[string]any{"id": "1", "method": "GET",
		"url": "//education//synchronizationProfiles//$count/"}))
	assert.EqualValues(t, 200, a.json("responses.0.status").Num, a.body)
	for _, path := range unclean("/sdsstorage") {
		a := g.get(t, g.origin()+path+"?comp=list", "Authorization:")
		assert.Contains(t, a.body, "<Error>", "%s: the account answers, and not Graph", path)
	}
}

// And so does each host behind the proxy.
func TestUncleanPathsThroughTheProxy(t *testing.T) {
	d := newDoored(t, emulator.Options{Clock: "frozen", Fixture: "contoso"})
	for _, path := range unclean(listPath) {
		w, body := d.ask(t, "GET", graphURL+path, "", anyBearer)
		assert.Equal(t, 200, w.StatusCode, "%s: %s", path, body)
	}
	for _, path := range unclean("/common/.well-known/openid-configuration") {
		w, body := d.ask(t, "GET", "https://login.microsoftonline.com"+path, "")
		assert.Equal(t, 200, w.StatusCode, "%s: %s", path, body)
	}
	id := d.World().Profiles()[0].ID
	_, body := d.ask(t, "GET", graphURL+listPath+"/"+id+"/uploadUrl", "", anyBearer)
	to := answer{body: string(body)}.text("value")
	require.Contains(t, to, "blob.core.windows.net/", string(body))
	base, sas, _ := strings.Cut(to, "?")
	w, body := d.ask(t, "PUT", strings.Replace(base, ".net/", ".net//", 1)+"/School.csv?"+sas, "x", "x-ms-blob-type: BlockBlob")
	assert.Equal(t, 201, w.StatusCode, string(body))
}
