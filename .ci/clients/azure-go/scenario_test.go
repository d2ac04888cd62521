package azurego

import (
	"bytes"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/streaming"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/bloberror"
	"github.com/graphemu/graphemu/emulator"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The built-in scenario upload-expires: a client that asks for another URL when the
// one that it has is refused gets through, and is judged well.
func TestUploadExpires(t *testing.T) {
	g, w := open(t, emulator.Options{Clock: "frozen", Scenario: "upload-expires"})
	id, c := w.container()
	refusals := 0
	for name, text := range files(t) {
		for {
			_, err := c.NewBlockBlobClient(name).Upload(t.Context(), streaming.NopCloser(bytes.NewReader(text)), nil)
			if err == nil {
				break
			}
			require.True(t, bloberror.HasCode(err, bloberror.AuthenticationFailed), "%v", err)
			refusals++
			require.Less(t, refusals, 3)
			c = w.storage(w.uploadURL(id))
		}
	}
	assert.Equal(t, 1, refusals)
	assert.Equal(t, "success", w.synced(id))
	verdict := g.Verify()
	assert.True(t, verdict.OK, verdict.Summary)
}

// One that tries the old URL again gets through as well, and is found out.
func TestUploadExpiresAndNobodyAsks(t *testing.T) {
	g, w := open(t, emulator.Options{Clock: "frozen", Scenario: "upload-expires", Verify: emulator.VerifyOff})
	_, c := w.container()
	for name, text := range files(t) {
		for range 2 {
			if _, err := c.NewBlockBlobClient(name).Upload(t.Context(), streaming.NopCloser(bytes.NewReader(text)), nil); err == nil {
				break
			}
		}
	}
	assert.False(t, g.Verify().OK)
}
