package state

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/png"
	"strings"
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
	assert.Equal(t, "nosniff", second.Found(t, "/me/photo/$value").Header.Get("X-Content-Type-Options"), "a browser runs nothing of it")
}

// A picture of a snapshot may declare any size: it is looked at before it takes memory.
func TestSnapshotsWithHugePictures(t *testing.T) {
	g := rig.New(t, emulator.Options{Fixture: "contoso"})
	var small bytes.Buffer
	require.NoError(t, png.Encode(&small, image.NewGray(image.Rect(0, 0, 100, 100))))
	require.Equal(t, 200, g.Send(t, "PUT", "/me/photo/$value", small.String(), "Content-Type: image/png").Status)
	saved, err := g.World().Snapshot()
	require.NoError(t, err)
	header := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32([]byte("IHDR"), 30_000), 30_000)
	header = append(header, 8, 2, 0, 0, 0) // 8 bits, red, green and blue
	huge := append(append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0d"), header...),
		binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE(header))...)
	text := strings.ReplaceAll(string(saved), base64.StdEncoding.EncodeToString(small.Bytes()), base64.StdEncoding.EncodeToString(huge))
	require.NotEqual(t, string(saved), text)
	require.NoError(t, g.World().Restore([]byte(text)))
	rig.WantError(t, g.Get(t, "/me/photos/48x48/$value"), 400, "Request_BadRequest", "The image is too large.")
}
