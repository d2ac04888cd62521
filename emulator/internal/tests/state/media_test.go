package state

import (
	"encoding/base64"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/internal/tests/rig"
)

// A snapshot has photos with their bytes, and what open extensions hold.
func TestSnapshotsHavePhotosAndExtensions(t *testing.T) {
	const dot = "R0lGODlhAQABAIAAAP///wAAACH5BAAAAAAALAAAAAABAAEAAAICRAEAOw=="
	first := rig.New(t, emulator.Options{Fixture: "contoso", Clock: "frozen"})
	picture, err := base64.StdEncoding.DecodeString(dot)
	require.NoError(t, err)
	require.Equal(t, 200, first.Send(t, "PUT", "/me/photo/$value", string(picture), "Content-Type: image/gif").Status)
	require.Equal(t, 201, first.Post(t, "/me/extensions", `{"extensionName":"com.x","theme":{"dark":true}}`).Status)
	saved, err := first.World().Snapshot()
	require.NoError(t, err)

	second := rig.New(t, emulator.Options{Fixture: "contoso", Clock: "frozen", Seed: 5})
	require.NoError(t, second.World().Restore(saved))
	for _, path := range []string{"/me/photo", "/me/photo/$value", "/me/photos", "/me/photos/1x1/$value", "/me/extensions/com.x",
		"/users/adele.vance@contoso.edu/photo/$value", "/users/adele.vance@contoso.edu/photos/48x48/$value"} {
		want := first.Found(t, path, "Accept: application/json;odata.metadata=none")
		got := second.Found(t, path, "Accept: application/json;odata.metadata=none")
		assert.True(t, want.Body == got.Body && want.Body != "", path)
		assert.Equal(t, want.Header.Get("Content-Type"), got.Header.Get("Content-Type"), path)
	}
	assert.True(t, second.Found(t, "/me/photo/$value").Body == string(picture))
}
