package contract

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/internal/tests/rig"
)

const formEncoded = "Content-Type: application/x-www-form-urlencoded"

// Every surface takes the same unclean paths.
func TestUncleanPaths(t *testing.T) {
	g := rig.New(t, emulator.Options{Fixture: "contoso"})
	form := strings.TrimPrefix(rig.Query("grant_type", "client_credentials", "client_id", rig.SampleApp, "client_secret", rig.SampleSecret,
		"scope", rig.GraphScope), "?")
	for _, call := range [][3]string{{"GET", rig.ListPath}, {"POST", "/common/oauth2/v2.0/token", form}, {"GET", "/_graphemu"},
		{"GET", "/_graphemu/schemas"}, {"GET", "/devicelogin"}} {
		for _, path := range rig.Unclean(call[1]) {
			a := g.Send(t, call[0], g.Root()+path, call[2], formEncoded)
			assert.Equal(t, 200, a.Status, "%s: %s", path, a.Body)
		}
	}
	a := g.Post(t, g.Root()+"//beta//$batch/", rig.BatchText(map[string]any{"id": "1", "method": "GET",
		"url": "//education//synchronizationProfiles//$count/"}))
	assert.EqualValues(t, 200, a.JSON("responses.0.status").Num, a.Body)
	for _, path := range rig.Unclean("/sdsstorage") {
		a := g.Get(t, g.Root()+path+"?comp=list", "Authorization:")
		assert.Contains(t, a.Body, "<Error>", "%s: the account answers, and not Graph", path)
	}
}
