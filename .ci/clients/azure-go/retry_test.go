package azurego

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/blob"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/bloberror"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/blockblob"
	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/emulatortest"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The SDK's own retries meet a scenario. Time is that of synctest: nobody waits,
// and what takes an hour takes an hour.
func bubble(t *testing.T, scenario string, test func(*testing.T, *emulatortest.Emulator, world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		g, w := open(t, emulator.Options{ScenarioText: "version: 1\nclock: {mode: real}\n" + scenario, Verify: emulator.VerifyStrict})
		w.retry = policy.RetryOptions{MaxRetries: 3}
		test(t, g, w)
	})
}

// inTime makes a profile, waits until it is provisioned, and returns its id.
func (w world) inTime() (id string) {
	w.t.Helper()
	var made struct{ ID string }
	w.ask("POST", profiles, profile).into(http.StatusAccepted, &made)
	time.Sleep(2 * time.Second)
	return made.ID
}

// statuses are those of the answers to an operation.
func statuses(g *emulatortest.Emulator, operation string) (all []int) {
	for _, e := range g.World().Journal().Requests(operation) {
		all = append(all, e.Status)
	}
	return all
}

func TestBusyIsWaitedFor(t *testing.T) {
	bubble(t, `
faults:
  - {name: busy, operation: upload.putBlock, calls: 2-3, respond: {status: 503, retryAfter: 7s}}
expect:
  - {operation: upload.putBlock, noEarlyRetry: true}
`, func(t *testing.T, g *emulatortest.Emulator, w world) {
		id := w.inTime()
		c := w.storage(w.uploadURL(id))
		all := files(t)
		put(t, c, all)
		began := time.Now()
		_, err := inBlocks(t.Context(), c.NewBlockBlobClient("Student.csv"), all["Student.csv"], 200, nil)
		require.NoError(t, err)
		assert.GreaterOrEqual(t, time.Since(began), 14*time.Second, "as it was told")
		assert.Less(t, time.Since(began), 15*time.Second)
		assert.Equal(t, []int{201, 503, 503, 201, 201}, statuses(g, "upload.putBlock"))
		code, messages := w.start(id)
		require.Equal(t, http.StatusOK, code, messages)
		time.Sleep(time.Minute)
		assert.Len(t, list[user](w, "users"), 7)
	})
}

// Many blocks at a time are each told to wait; another block is no early retry.
func TestBusyWithBlocksAtATime(t *testing.T) {
	bubble(t, `
faults:
  - {name: busy, operation: upload.putBlock, calls: first 3, respond: {status: 503, retryAfter: 7s}}
`, func(t *testing.T, g *emulatortest.Emulator, w world) {
		c := w.storage(w.uploadURL(w.inTime()))
		_, err := c.NewBlockBlobClient("student.csv").UploadStream(t.Context(), bytes.NewReader(make([]byte, 6<<20)),
			&blockblob.UploadStreamOptions{BlockSize: 1 << 20, Concurrency: 3})
		require.NoError(t, err)
		counts := map[int]int{}
		for _, s := range statuses(g, "upload.putBlock") {
			counts[s]++
		}
		assert.Equal(t, map[int]int{503: 3, 201: 6}, counts)
		assert.Equal(t, []int{201}, statuses(g, "upload.putBlockList"))
	})
}

// Out of retries, the SDK hands on what the service said.
func TestBusyForTooLong(t *testing.T) {
	bubble(t, `
faults:
  - {name: busy, operation: upload.putBlob, respond: {status: 503, retryAfter: 1s}}
`, func(t *testing.T, g *emulatortest.Emulator, w world) {
		refused(t, upload(t, w.storage(w.uploadURL(w.inTime())), nil), http.StatusServiceUnavailable, bloberror.ServerBusy)
		assert.Equal(t, []int{503, 503, 503, 503}, statuses(g, "upload.putBlob"))
	})
}

// Errors that the SDK repeats without being told how long to wait, and those that
// it does not repeat.
func TestWhatIsRepeated(t *testing.T) {
	for status, again := range map[int]bool{408: true, 429: true, 500: true, 502: true, 504: true, 403: false, 404: false, 409: false,
		501: false} {
		t.Run(http.StatusText(status), func(t *testing.T) {
			bubble(t, "faults:\n  - {name: once, operation: upload.putBlob, calls: first 1, respond: {status: "+strconv.Itoa(status)+"}}\n",
				func(t *testing.T, g *emulatortest.Emulator, w world) {
					err := upload(t, w.storage(w.uploadURL(w.inTime())), nil)
					if again {
						require.NoError(t, err)
						assert.Equal(t, []int{status, 201}, statuses(g, "upload.putBlob"))
						return
					}
					var e *azcore.ResponseError
					require.ErrorAs(t, err, &e)
					assert.Equal(t, status, e.StatusCode)
					assert.NotEmpty(t, e.ErrorCode, "the storage account's own code for it")
					assert.Equal(t, []int{status}, statuses(g, "upload.putBlob"))
				})
		})
	}
}

// An answer that is cut or never comes: the SDK repeats, and the file is whole. The
// first try was carried out all the same, which is why a condition then refuses.
func TestLostAnswers(t *testing.T) {
	for name, fault := range map[string]string{
		"reset":               "then: reset",
		"closed":              "then: close",
		"lost before it came": "then: reset, handled: false",
		"half an error":       "respond: {status: 503}, body: {cutAt: 50%}, then: close",
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, "faults:\n  - {name: lost, operation: upload.putBlob, calls: first 1, "+fault+"}\n",
				func(t *testing.T, g *emulatortest.Emulator, w world) {
					id := w.inTime()
					put(t, w.storage(w.uploadURL(id)), files(t))
					assert.Len(t, statuses(g, "upload.putBlob"), 7, "one of the six was sent again")
					code, messages := w.start(id)
					assert.Equal(t, http.StatusOK, code, messages)
				})
		})
	}
	t.Run("with a condition", func(t *testing.T) {
		bubble(t, "faults:\n  - {name: lost, operation: upload.putBlob, calls: first 1, then: reset}\n",
			func(t *testing.T, _ *emulatortest.Emulator, w world) {
				anew := &blockblob.UploadBufferOptions{AccessConditions: &blob.AccessConditions{ModifiedAccessConditions: &blob.ModifiedAccessConditions{IfNoneMatch: to.Ptr(azcore.ETagAny)}}}
				refused(t, upload(t, w.storage(w.uploadURL(w.inTime())), anew), http.StatusConflict, bloberror.BlobAlreadyExists)
			})
	})
}

// Without retries the client sees what happened to the connection.
func TestResetIsSeen(t *testing.T) {
	g, w := open(t, emulator.Options{Clock: "frozen", HTTP: "127.0.0.1:0",
		ScenarioText: "version: 1\nfaults:\n  - {name: reset, operation: upload.putBlockList, then: reset}\n"})
	_, c := w.container()
	_, err := inBlocks(t.Context(), c.NewBlockBlobClient("school.csv"), []byte(school1), 10, nil)
	require.Error(t, err)
	assert.True(t, errors.Is(err, syscall.ECONNRESET) || errors.Is(err, io.EOF), "%v", err)
	assert.Len(t, statuses(g, "upload.putBlockList"), 1)
}

// A URL that expires between two retries.
func TestExpiresWhileRetrying(t *testing.T) {
	bubble(t, "faults:\n  - {name: busy, operation: upload.putBlob, calls: first 1, respond: {status: 503, retryAfter: 30s}}\n",
		func(t *testing.T, _ *emulatortest.Emulator, w world) {
			c := w.storage(w.uploadURL(w.inTime()))
			time.Sleep(time.Hour - 10*time.Second)
			text := refused(t, upload(t, c, nil), http.StatusForbidden, bloberror.AuthenticationFailed)
			assert.True(t, strings.Contains(text, "Signed expiry time"), text)
		})
}

// A fault strikes before the file is read. The client still learns what it was told,
// however much it has yet to send.
func TestBusyAmidALargeFile(t *testing.T) {
	for way, o := range map[string]emulator.Options{"memory": {}, "http": {HTTP: "127.0.0.1:0"}, "https": {HTTPS: "127.0.0.1:0"}} {
		t.Run(way, func(t *testing.T) {
			o.Clock, o.ScenarioText = "frozen",
				"version: 1\nfaults:\n  - {name: busy, operation: upload.putBlob, respond: {status: 503, retryAfter: 1s}}\n"
			g, w := open(t, o)
			_, c := w.container()
			// As the SDK's own transport has it: after a 503 it asks first.
			w.client.Transport.(*http.Transport).ExpectContinueTimeout = time.Second
			const times = 5
			for range times {
				_, err := c.NewBlockBlobClient("student.csv").UploadBuffer(t.Context(), make([]byte, 48<<20), nil)
				refused(t, err, http.StatusServiceUnavailable, bloberror.ServerBusy)
			}
			assert.Len(t, statuses(g, "upload.putBlob"), times)
		})
	}
}

// A rule that asks for something in a JSON body looks at no file, and leaves it whole.
func TestRuleOnABody(t *testing.T) {
	_, w := open(t, emulator.Options{Clock: "frozen", Verify: emulator.VerifyOff, // the rule strikes nothing, as it should
		ScenarioText: "version: 1\nfaults:\n  - {name: south, operation: '*', where: {body: {displayName: South}}, respond: {status: 500}, optional: true}\n"})
	id, c := w.container()
	put(t, c, files(t))
	assert.Equal(t, "success", w.synced(id))
}
