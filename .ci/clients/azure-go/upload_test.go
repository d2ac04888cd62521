package azurego

import (
	"bytes"
	"context"
	"crypto/md5"
	"encoding/base64"
	"fmt"
	"hash/crc64"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/streaming"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/blob"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/blockblob"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/container"
	"github.com/graphemu/graphemu/emulator"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// putFolder uploads the files of a folder as UploadFile does.
func putFolder(t *testing.T, c *container.Client, dir string) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*.csv"))
	require.NoError(t, err)
	require.NotEmpty(t, names)
	for _, name := range names {
		f, err := os.Open(name)
		require.NoError(t, err)
		_, err = c.NewBlockBlobClient(filepath.Base(name)).UploadFile(t.Context(), f, nil)
		require.NoError(t, f.Close())
		require.NoError(t, err, name)
	}
}

// inBlocks puts content in blocks of that size, which cut through rows and letters.
func inBlocks(ctx context.Context, b *blockblob.Client, content []byte, size int, o *blockblob.CommitBlockListOptions) (ids []string,
	err error) {
	for len(content) > 0 {
		n := min(size, len(content))
		id := base64.StdEncoding.EncodeToString(fmt.Appendf(nil, "block-%06d", len(ids)))
		if _, err := b.StageBlock(ctx, id, body(content[:n]), nil); err != nil {
			return ids, err
		}
		ids, content = append(ids, id), content[n:]
	}
	_, err = b.CommitBlockList(ctx, ids, o)
	return ids, err
}

func body(content []byte) io.ReadSeekCloser { return streaming.NopCloser(bytes.NewReader(content)) }

// Each way that the SDK has to write a blob, and the calls that it makes for it.
func TestUploads(t *testing.T) {
	students := []byte("SIS ID,School SIS ID,Username,First Name,Last Name,Password,Student Number,Middle Name,Grade,Birthdate,Graduation Year\n")
	for n := range 40_000 {
		students = fmt.Appendf(students, "%d,201,user%d,Åse,Ødegård,plaintext,%d,x,9,2011-04-02,2029\n", n+1, n, n)
	}
	require.Greater(t, len(students), 2<<20)
	for name, u := range map[string]struct {
		upload func(context.Context, *blockblob.Client) error
		calls  map[string]int // how often each was made
	}{
		"UploadBuffer": {func(ctx context.Context, b *blockblob.Client) error {
			_, err := b.UploadBuffer(ctx, students, nil)
			return err
		}, map[string]int{"upload.putBlob": 1}},
		"UploadFile": {func(ctx context.Context, b *blockblob.Client) error {
			name := filepath.Join(t.TempDir(), "student.csv")
			if err := os.WriteFile(name, students, 0o600); err != nil {
				return err
			}
			f, err := os.Open(name)
			if err != nil {
				return err
			}
			defer f.Close()
			_, err = b.UploadFile(ctx, f, &blockblob.UploadFileOptions{BlockSize: 1 << 20, Concurrency: 4})
			return err
		}, map[string]int{"upload.putBlob": 1}}, // below 256 MiB the SDK never cuts
		"UploadStream in blocks": {func(ctx context.Context, b *blockblob.Client) error {
			_, err := b.UploadStream(ctx, bytes.NewReader(students), &blockblob.UploadStreamOptions{BlockSize: 1 << 20, Concurrency: 3})
			return err
		}, map[string]int{"upload.putBlock": (len(students)-1)>>20 + 1, "upload.putBlockList": 1}},
		"UploadStream in one": {func(ctx context.Context, b *blockblob.Client) error {
			_, err := b.UploadStream(ctx, bytes.NewReader(students), &blockblob.UploadStreamOptions{BlockSize: 8 << 20})
			return err
		}, map[string]int{"upload.putBlob": 1}},
		"StageBlock and CommitBlockList": {func(ctx context.Context, b *blockblob.Client) error {
			_, err := inBlocks(ctx, b, students, 1_000_003, nil)
			return err
		}, map[string]int{"upload.putBlock": (len(students)-1)/1_000_003 + 1, "upload.putBlockList": 1}},
		"with metadata, headers and tier": {func(ctx context.Context, b *blockblob.Client) error {
			_, err := b.UploadBuffer(ctx, students, &blockblob.UploadBufferOptions{
				Metadata: map[string]*string{"district": to.Ptr("north")}, HTTPHeaders: &blob.HTTPHeaders{BlobContentType: to.Ptr("text/csv")},
				AccessTier: to.Ptr(blob.AccessTierHot)})
			return err
		}, map[string]int{"upload.putBlob": 1}},
	} {
		t.Run(name, func(t *testing.T) {
			g, w := open(t, emulator.Options{Clock: "frozen", HTTP: "127.0.0.1:0"})
			id, c := w.container()
			require.NoError(t, u.upload(t.Context(), c.NewBlockBlobClient("student.csv")))
			calls := map[string]int{}
			for _, e := range g.World().Journal().Requests("upload.*") {
				calls[e.Operation]++
				assert.Equal(t, 201, e.Status)
			}
			assert.Equal(t, u.calls, calls)

			six := files(t)
			delete(six, "Student.csv")
			six["StudentEnrollment.csv"] = []byte("Section SIS ID,SIS ID\n301,1\n302,20000\n303,40000\n")
			put(t, c, six)
			require.Equal(t, "success", w.synced(id))
			assert.Equal(t, "40000", string(w.ask("GET", "/beta/education/users/$count?$filter=primaryRole+eq+%27student%27", "").body))
			last := list[user](w, "users", "$filter", "userPrincipalName eq 'user39999@contoso.edu'")
			require.Len(t, last, 1)
			assert.Equal(t, "Åse Ødegård", last[0].DisplayName)
		})
	}
}

// Blocks of any size, through rows and through letters, are one file in the end.
func TestSmallBlocks(t *testing.T) {
	for _, size := range []int{1, 7, 64} {
		t.Run(fmt.Sprint(size, " bytes"), func(t *testing.T) {
			_, w := open(t, frozen())
			id, c := w.container()
			all := files(t)
			for _, name := range sorted(all) {
				_, err := inBlocks(t.Context(), c.NewBlockBlobClient(name), all[name], size, nil)
				require.NoError(t, err, name)
			}
			assert.Equal(t, "success", w.synced(id))
			assert.Len(t, list[user](w, "users"), 7)
		})
	}
}

// The sums that the SDK sends are checked, and those of the service are right.
func TestSums(t *testing.T) {
	_, w := open(t, frozen())
	_, c := w.container()
	b := c.NewBlockBlobClient("student.csv")
	content := files(t)["Student.csv"]
	sum := md5.Sum(content)
	// The reversed polynomial of Azure, as the SDK has it.
	crc := crc64.Checksum(content, crc64.MakeTable(0x9A6C9329AC4BC9B5))
	littleEndian := make([]byte, 8)
	for i := range littleEndian {
		littleEndian[i] = byte(crc >> (8 * i))
	}
	for name, v := range map[string]blob.TransferValidationType{
		"no sum": nil, "MD5": blob.TransferValidationTypeMD5(sum[:]), "CRC64": blob.TransferValidationTypeCRC64(crc),
		"CRC64 of the SDK": blob.TransferValidationTypeComputeCRC64(),
	} {
		t.Run(name, func(t *testing.T) {
			got, err := b.Upload(t.Context(), body(content), &blockblob.UploadOptions{TransactionalValidation: v})
			require.NoError(t, err)
			assert.Equal(t, sum[:], got.ContentMD5, "Put Blob always tells it")
			id := base64.StdEncoding.EncodeToString([]byte("one"))
			staged, err := b.StageBlock(t.Context(), id, body(content), &blockblob.StageBlockOptions{TransactionalValidation: v})
			require.NoError(t, err)
			if name == "MD5" {
				assert.Equal(t, sum[:], staged.ContentMD5)
			} else {
				assert.Equal(t, littleEndian, staged.ContentCRC64)
			}
			_, err = b.CommitBlockList(t.Context(), []string{id}, nil)
			require.NoError(t, err)
		})
	}
}

// What the SDK reads of an answer is there.
func TestAnswers(t *testing.T) {
	_, w := open(t, frozen())
	_, c := w.container()
	b := c.NewBlockBlobClient("school.csv")
	first, err := b.UploadBuffer(t.Context(), []byte("SIS ID,Name\n"), nil)
	require.NoError(t, err)
	require.NotNil(t, first.ETag)
	assert.Regexp(t, `^"0x[0-9A-F]+"$`, string(*first.ETag))
	require.NotNil(t, first.LastModified)
	require.NotNil(t, first.Date)
	assert.Equal(t, *first.Date, *first.LastModified, "the world's clock")
	assert.NotEmpty(t, *first.RequestID)
	assert.NotEmpty(t, *first.Version)
	assert.True(t, *first.IsServerEncrypted)
	second, err := b.UploadBuffer(t.Context(), []byte("SIS ID,Name\n"), nil)
	require.NoError(t, err)
	assert.NotEqual(t, *first.ETag, *second.ETag)
	assert.NotEqual(t, *first.RequestID, *second.RequestID)
}

// The last commit wins whole, also where two clients write in blocks at a time.
func TestOverwrite(t *testing.T) {
	_, w := open(t, frozen())
	id, c := w.container()
	put(t, c, files(t))
	b := c.NewBlockBlobClient("School.csv")
	old := files(t)["School.csv"]
	_, err := inBlocks(t.Context(), b, bytes.ReplaceAll(old, []byte("Harbour"), []byte("Former")), 50, nil)
	require.NoError(t, err)
	_, err = b.UploadBuffer(t.Context(), bytes.ReplaceAll(old, []byte("Harbour"), []byte("Latter")), nil)
	require.NoError(t, err)
	require.Equal(t, "success", w.synced(id))
	assert.Equal(t, "Latter High School", list[school](w, "schools", "$filter", "externalId eq '201'")[0].DisplayName)
}
