package azurego

import (
	"encoding/base64"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/appendblob"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/blob"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/bloberror"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/blockblob"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/container"
	"github.com/graphemu/graphemu/emulator"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// refused checks that the SDK has an error of that status and code, and returns
// its text.
func refused(t *testing.T, err error, status int, code bloberror.Code) string {
	t.Helper()
	require.Error(t, err)
	var e *azcore.ResponseError
	require.Truef(t, errors.As(err, &e), "a ResponseError, not %T: %v", err, err)
	assert.Equal(t, status, e.StatusCode)
	assert.Equal(t, string(code), e.ErrorCode)
	assert.True(t, bloberror.HasCode(err, code))
	return e.Error()
}

const school1 = "SIS ID,Name\n201,Harbour High School\n"

func upload(t *testing.T, c *container.Client, o *blockblob.UploadBufferOptions) error {
	t.Helper()
	_, err := c.NewBlockBlobClient("school.csv").UploadBuffer(t.Context(), []byte(school1), o)
	return err
}

// A URL is good for an hour of the world's clock.
func TestExpired(t *testing.T) {
	_, w := open(t, frozen())
	id, c := w.container()
	w.advance(59 * time.Minute)
	require.NoError(t, upload(t, c, nil))
	w.advance(time.Minute)
	text := refused(t, upload(t, c, nil), http.StatusForbidden, bloberror.AuthenticationFailed)
	assert.Contains(t, text, "must be after signed start time", "it says why")
	require.NoError(t, upload(t, w.storage(w.uploadURL(id)), nil), "another URL is good again")
}

// It is good for its own container alone, as it was signed.
func TestForeign(t *testing.T) {
	_, w := open(t, frozen())
	id, _ := w.container()
	given := w.uploadURL(id)
	other := w.provisioned()
	for name, changed := range map[string]string{
		"another container":   strings.Replace(given, id, other, 1),
		"no such container":   strings.Replace(given, id, "00000000-0000-4000-8000-000000000000", 1),
		"more permissions":    strings.Replace(given, "sp=w", "sp=rwl", 1),
		"a later end":         strings.Replace(given, "se=2", "se=3", 1),
		"another signature":   strings.Replace(given, "sig=", "sig=A", 1),
		"without a signature": given[:strings.Index(given, "&sig=")] + "&se=2099-01-01T00%3A00%3A00Z&sp=w",
	} {
		t.Run(name, func(t *testing.T) {
			require.NotEqual(t, given, changed)
			refused(t, upload(t, w.storage(changed), nil), http.StatusForbidden, bloberror.AuthenticationFailed)
		})
	}
	err := upload(t, w.storage(given[:strings.Index(given, "?")]), nil)
	refused(t, err, http.StatusUnauthorized, bloberror.NoAuthenticationInformation)
}

// The container of a profile that is gone.
func TestContainerGone(t *testing.T) {
	_, w := open(t, frozen())
	id, c := w.container()
	require.NoError(t, upload(t, c, nil))
	require.Equal(t, http.StatusAccepted, w.ask("DELETE", profiles+"/"+id, "").status)
	w.advance(time.Minute)
	require.Equal(t, http.StatusNotFound, w.ask("GET", profiles+"/"+id, "").status)
	refused(t, upload(t, c, nil), http.StatusNotFound, bloberror.ContainerNotFound)
}

// The URL only writes. Each call is one that people try with it.
func TestWriteOnly(t *testing.T) {
	_, w := open(t, frozen())
	_, c := w.container()
	require.NoError(t, upload(t, c, nil))
	b := c.NewBlockBlobClient("school.csv")
	for name, call := range map[string]func() error{
		"download": func() error { _, err := b.DownloadStream(t.Context(), nil); return err },
		"list blobs": func() error {
			_, err := c.NewListBlobsFlatPager(nil).NextPage(t.Context())
			return err
		},
		"delete":         func() error { _, err := b.Delete(t.Context(), nil); return err },
		"get block list": func() error { _, err := b.GetBlockList(t.Context(), blockblob.BlockListTypeAll, nil); return err },
		"tags":           func() error { _, err := b.SetTags(t.Context(), map[string]string{"a": "b"}, nil); return err },
	} {
		t.Run(name, func(t *testing.T) {
			refused(t, call(), http.StatusForbidden, bloberror.AuthorizationPermissionMismatch)
		})
	}
	// About a container a service SAS says nothing.
	for name, call := range map[string]func() error{
		"create container":     func() error { _, err := c.Create(t.Context(), nil); return err },
		"container properties": func() error { _, err := c.GetProperties(t.Context(), nil); return err },
		"delete container":     func() error { _, err := c.Delete(t.Context(), nil); return err },
	} {
		t.Run(name, func(t *testing.T) { refused(t, call(), http.StatusForbidden, bloberror.AuthorizationFailure) })
	}
	// A HEAD has no body; the SDK reads the code from a header.
	_, err := b.GetProperties(t.Context(), nil)
	refused(t, err, http.StatusForbidden, bloberror.AuthorizationPermissionMismatch)
}

// Other kinds of blob are refused by name.
func TestBlockBlobsOnly(t *testing.T) {
	_, w := open(t, frozen())
	id, c := w.container()
	_, err := c.NewAppendBlobClient("school.csv").Create(t.Context(), nil)
	assert.Contains(t, refused(t, err, http.StatusConflict, bloberror.InvalidBlobType), "BlockBlob")
	_, err = c.NewAppendBlobClient("school.csv").AppendBlock(t.Context(), body([]byte(school1)), &appendblob.AppendBlockOptions{})
	refused(t, err, http.StatusConflict, bloberror.InvalidBlobType)
	_, err = c.NewPageBlobClient("school.csv").Create(t.Context(), 512, nil)
	refused(t, err, http.StatusConflict, bloberror.InvalidBlobType)
	_, messages := w.start(id)
	assert.Contains(t, texts(messages, func(m message) string { return m.FileName }), "school.csv", "nothing was stored: it is missing")
}

// The sums of a body that changed on its way.
func TestWrongSums(t *testing.T) {
	_, w := open(t, frozen())
	id, c := w.container()
	b := c.NewBlockBlobClient("school.csv")
	one := base64.StdEncoding.EncodeToString([]byte("one"))
	wrong := blob.TransferValidationTypeMD5(make([]byte, 16))
	_, err := b.Upload(t.Context(), body([]byte(school1)), &blockblob.UploadOptions{TransactionalValidation: wrong})
	refused(t, err, http.StatusBadRequest, bloberror.MD5Mismatch)
	_, err = b.StageBlock(t.Context(), one, body([]byte(school1)), &blockblob.StageBlockOptions{TransactionalValidation: wrong})
	refused(t, err, http.StatusBadRequest, bloberror.MD5Mismatch)
	crc := blob.TransferValidationTypeCRC64(1)
	_, err = b.Upload(t.Context(), body([]byte(school1)), &blockblob.UploadOptions{TransactionalValidation: crc})
	refused(t, err, http.StatusBadRequest, bloberror.CRC64Mismatch)
	_, err = b.StageBlock(t.Context(), one, body([]byte(school1)), &blockblob.StageBlockOptions{TransactionalValidation: crc})
	refused(t, err, http.StatusBadRequest, bloberror.CRC64Mismatch)
	_, err = b.UploadBuffer(t.Context(), []byte(school1),
		&blockblob.UploadBufferOptions{HTTPHeaders: &blob.HTTPHeaders{BlobContentMD5: make([]byte, 16)}})
	refused(t, err, http.StatusBadRequest, bloberror.MD5Mismatch)
	_, err = b.CommitBlockList(t.Context(), []string{one}, nil)
	refused(t, err, http.StatusBadRequest, bloberror.InvalidBlockList)
	_, messages := w.start(id)
	assert.Contains(t, texts(messages, func(m message) string { return m.FileName }), "school.csv", "nothing was stored: it is missing")
}

// Blocks that do not fit together.
func TestBlockLists(t *testing.T) {
	_, w := open(t, frozen())
	_, c := w.container()
	b := c.NewBlockBlobClient("school.csv")
	id := func(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }
	stage := func(text string) error {
		_, err := b.StageBlock(t.Context(), id(text), body([]byte(school1)), nil)
		return err
	}
	commit := func(texts ...string) error {
		var ids []string
		for _, text := range texts {
			ids = append(ids, id(text))
		}
		_, err := b.CommitBlockList(t.Context(), ids, nil)
		return err
	}
	require.NoError(t, stage("a1"))
	text := refused(t, commit("a1", "a2"), http.StatusBadRequest, bloberror.InvalidBlockList)
	assert.Contains(t, text, id("a2"), "it says which")
	refused(t, stage("longer"), http.StatusBadRequest, bloberror.InvalidBlobOrBlock)
	_, err := b.StageBlock(t.Context(), "not Base64!", body([]byte("x")), nil)
	require.Error(t, err)
	require.NoError(t, stage("a2"))
	require.NoError(t, commit("a1", "a2"))
	require.NoError(t, commit("a2"), "a committed block may be named again")
	refused(t, commit("a1"), http.StatusBadRequest, bloberror.InvalidBlockList)

	// A whole blob takes the blocks that wait away: the other client is told.
	require.NoError(t, stage("b1"))
	require.NoError(t, upload(t, c, nil))
	refused(t, commit("b1"), http.StatusBadRequest, bloberror.InvalidBlockList)
}

// Conditions: only where nothing is, only over what was read.
func TestConditions(t *testing.T) {
	_, w := open(t, frozen())
	_, c := w.container()
	conditions := func(m blob.ModifiedAccessConditions) *blob.AccessConditions {
		return &blob.AccessConditions{ModifiedAccessConditions: &m}
	}
	anew := &blockblob.UploadBufferOptions{AccessConditions: conditions(blob.ModifiedAccessConditions{IfNoneMatch: to.Ptr(azcore.ETagAny)})}
	b := c.NewBlockBlobClient("school.csv")
	first, err := b.UploadBuffer(t.Context(), []byte(school1), anew)
	require.NoError(t, err)
	refused(t, upload(t, c, anew), http.StatusConflict, bloberror.BlobAlreadyExists)
	_, err = inBlocks(t.Context(), b, []byte(school1), 10, &blockblob.CommitBlockListOptions{AccessConditions: anew.AccessConditions})
	refused(t, err, http.StatusConflict, bloberror.BlobAlreadyExists)

	over := &blockblob.UploadBufferOptions{AccessConditions: conditions(blob.ModifiedAccessConditions{IfMatch: first.ETag})}
	require.NoError(t, upload(t, c, over))
	refused(t, upload(t, c, over), http.StatusPreconditionFailed, bloberror.ConditionNotMet)
}

// Names that are no blob's, and files that are too large.
func TestNamesAndLimits(t *testing.T) {
	_, w := open(t, emulator.Options{Clock: "frozen", Limits: emulator.Limits{Upload: 1000}})
	_, c := w.container()
	_, err := c.NewBlockBlobClient(strings.Repeat("x", 1025)).UploadBuffer(t.Context(), []byte("x"), nil)
	refused(t, err, http.StatusBadRequest, bloberror.OutOfRangeInput)
	for _, name := range []string{"folder/school.csv", "a school & more?.csv", "学校.csv", strings.Repeat("x", 1024)} {
		_, err := c.NewBlockBlobClient(name).UploadBuffer(t.Context(), []byte("x"), nil)
		assert.NoError(t, err, name)
	}
	_, err = c.NewBlockBlobClient("school.csv").UploadBuffer(t.Context(), make([]byte, 1001), nil)
	refused(t, err, http.StatusRequestEntityTooLarge, bloberror.RequestBodyTooLarge)
	_, err = inBlocks(t.Context(), c.NewBlockBlobClient("school.csv"), make([]byte, 1001), 500, nil)
	refused(t, err, http.StatusRequestEntityTooLarge, bloberror.RequestBodyTooLarge)
}

// A file far over the limit: the client learns so, however much it has yet to send.
func TestFarTooLarge(t *testing.T) {
	for way, o := range map[string]emulator.Options{"memory": {}, "http": {HTTP: "127.0.0.1:0"}, "https": {HTTPS: "127.0.0.1:0"}} {
		t.Run(way, func(t *testing.T) {
			o.Clock, o.Limits.Upload = "frozen", 1<<20
			_, w := open(t, o)
			_, c := w.container()
			for range 5 {
				_, err := c.NewBlockBlobClient("student.csv").UploadBuffer(t.Context(), make([]byte, 48<<20), nil)
				assert.Contains(t, refused(t, err, http.StatusRequestEntityTooLarge, bloberror.RequestBodyTooLarge), "1048576")
			}
		})
	}
}
