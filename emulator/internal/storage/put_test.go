package storage

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"hash/crc64"
	"io"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func crcOf(text string) string {
	return base64.StdEncoding.EncodeToString(binary.LittleEndian.AppendUint64(nil, crc64.Checksum([]byte(text), crcTable())))
}

func md5Of(text string) string { return base64.StdEncoding.EncodeToString(sum([]byte(text))) }

// The published check value of this polynomial (CRC-64/NVME).
func TestPolynomial(t *testing.T) {
	assert.Equal(t, uint64(0xAE8B14860A799888), crc64.Checksum([]byte("123456789"), crcTable()))
}

func TestPutBlob(t *testing.T) {
	g := newRig(t, Limits{})
	a := g.put(t, "school.csv", "SIS ID,Name\n", "x-ms-version", "2021-12-02", "x-ms-client-request-id", "mine",
		"x-ms-blob-content-type", "text/csv", "x-ms-meta-Origin", "SIS", "Content-MD5", md5Of("SIS ID,Name\n"))
	wantCode(t, a, 201, "")
	assert.Equal(t, `"0x8D4C2B04C14034F"`, a.Header.Get("Etag"))
	assert.Equal(t, "Tue, 04 Jul 2017 07:43:01 GMT", a.Header.Get("Last-Modified"))
	assert.Equal(t, md5Of("SIS ID,Name\n"), a.Header.Get("Content-Md5"))
	assert.Equal(t, crcOf("SIS ID,Name\n"), a.Header.Get("X-Ms-Content-Crc64"))
	assert.Equal(t, "true", a.Header.Get("X-Ms-Request-Server-Encrypted"))
	assert.Equal(t, "2021-12-02", a.Header.Get("X-Ms-Version"))
	assert.Equal(t, "mine", a.Header.Get("X-Ms-Client-Request-Id"))
	assert.Equal(t, "0", a.Header.Get("Content-Length"))

	p := g.do(t, "HEAD", box+"/school.csv?"+g.may("r"), "")
	wantCode(t, p, 200, "")
	for name, value := range map[string]string{
		"Content-Length": "12", "Content-Type": "text/csv", "Etag": a.Header.Get("Etag"), "Last-Modified": a.Header.Get("Last-Modified"),
		"Content-Md5": md5Of("SIS ID,Name\n"), "X-Ms-Blob-Type": "BlockBlob", "X-Ms-Meta-Origin": "SIS",
	} {
		assert.Equal(t, value, p.Header.Get(name), name)
	}

	// curl, which names no version, goes by the SAS's.
	b := g.put(t, "school.csv", "")
	wantCode(t, b, 201, "")
	assert.Equal(t, "2015-07-08", b.Header.Get("X-Ms-Version"))
	assert.Empty(t, b.Header.Get("X-Ms-Content-Crc64"))
	assert.NotEqual(t, a.Header.Get("Etag"), b.Header.Get("Etag"), "though the clock stands")
	assert.Equal(t, map[string]string{"school.csv": ""}, g.files(t), "overwritten by an empty one")
}

func TestVersionDecidesSizes(t *testing.T) {
	g := newRig(t, Limits{Blob: 300 << 20, World: 300 << 20})
	for _, c := range []struct {
		version     string
		blob, block int64
	}{{"", 64 << 20, 4 << 20}, {"2016-05-31", 256 << 20, 100 << 20}, {"2019-12-12", 300 << 20, 300 << 20},
		{"2026-02-06", 300 << 20, 300 << 20}} {
		for path, most := range map[string]int64{"?": c.blob, "?comp=block&blockid=AAAA&": c.block} {
			r := httptest.NewRequest("PUT", Prefix+box+"/a.csv"+path+g.sas, nil)
			r.Header.Set("X-Ms-Blob-Type", "BlockBlob")
			r.Header.Set("X-Ms-Version", c.version)
			r.ContentLength = most + 1
			reply := g.store.Answer(Parse(r), r, nil, dawn)
			assert.Equal(t, 413, reply.Status, "%s %s", c.version, path)
			assert.Contains(t, string(reply.Body), "<MaxLimit>"+strconv.FormatInt(most, 10)+"</MaxLimit>", c.version)
			r.ContentLength = most
			assert.Equal(t, "InvalidInput", g.store.Answer(Parse(r), r, nil, dawn).Code, "nothing came")
		}
	}
	assert.Zero(t, g.store.Used())
}

func TestConditions(t *testing.T) {
	g := newRig(t, Limits{})
	before, after := dawn.Add(-time.Hour).Format(time.RFC1123), dawn.Add(time.Hour).Format(time.RFC1123)
	before, after = strings.Replace(before, "UTC", "GMT", 1), strings.Replace(after, "UTC", "GMT", 1)
	wantCode(t, g.put(t, "new.csv", "x", "If-Match", "*"), 412, "ConditionNotMet")
	wantCode(t, g.put(t, "new.csv", "x", "If-None-Match", "*"), 201, "")
	etag := func() string { return g.do(t, "HEAD", box+"/new.csv?"+g.may("r"), "").Header.Get("Etag") }
	for _, c := range []struct {
		name, value string
		status      int
		code        string
	}{
		{"If-None-Match", "*", 409, "BlobAlreadyExists"},
		{"If-None-Match", "ETAG", 412, "ConditionNotMet"},
		{"If-None-Match", `"0x1"`, 201, ""},
		{"If-Match", "ETAG", 201, ""},
		{"If-Match", "*", 201, ""},
		{"If-Match", `"0x1"`, 412, "ConditionNotMet"},
		{"If-Modified-Since", after, 412, "ConditionNotMet"},
		{"If-Modified-Since", before, 201, ""},
		{"If-Unmodified-Since", before, 412, "ConditionNotMet"},
		{"If-Unmodified-Since", after, 201, ""},
		{"If-Unmodified-Since", "yesterday", 400, "InvalidHeaderValue"},
	} {
		value := strings.ReplaceAll(c.value, "ETAG", etag())
		wantCode(t, g.put(t, "new.csv", "y", c.name, value), c.status, c.code)
		wantCode(t, g.do(t, "PUT", box+"/new.csv?comp=blocklist&"+g.sas, listXML(), c.name, strings.ReplaceAll(c.value, "ETAG", etag())),
			c.status, c.code)
	}
	assert.Equal(t, g.store.Files(box)[0].Size+blobCost+int64(len("new.csv"))+int64(len(defaultContentType)), g.store.Used(),
		"what was refused counts no more")
}

// Whatever name a client sends: one that is stored is stored as it is.
func TestNames(t *testing.T) {
	g := newRig(t, Limits{})
	long := strings.Repeat("é", maxName)
	for path, name := range map[string]string{
		"a.csv": "a.csv", "dir%2Fa.csv": "dir/a.csv", "dir/b.csv": "dir/b.csv", "%C3%A9%F0%9F%8E%93.csv": "é🎓.csv", "a%2Bb%20c.csv": "a+b c.csv",
		"...": "...", "a%3Fb": "a?b", "x//y": "x//y", strings.Repeat("%C3%A9", maxName): long, "a%2525": "a%25",
	} {
		wantCode(t, g.put(t, path, path), 201, "")
		assert.Equal(t, path, g.files(t)[name], "%.80q", name)
	}
	stored := len(g.files(t))
	for path, code := range map[string]string{
		"":                                  "InvalidUri",
		"%2E%2E/other/a.csv":                "InvalidUri",
		"a%2F..%2Fb":                        "InvalidUri",
		"a%5C..%5Cb":                        "InvalidUri",
		"a/%2e":                             "InvalidUri",
		"%00":                               "InvalidUri",
		"a%0Ab":                             "InvalidUri",
		"%FF%FE":                            "InvalidUri",
		strings.Repeat("a", 2000):           "OutOfRangeInput",
		strings.Repeat("%F0%9F%8E%93", 600): "OutOfRangeInput",
		strings.Repeat("a/", 300):           "InvalidUri",
	} {
		wantCode(t, g.put(t, path, "x"), 400, code)
	}
	assert.Len(t, g.files(t), stored)
	for name, code := range map[string]string{"ab": "OutOfRangeInput", strings.Repeat("a", 64): "OutOfRangeInput",
		"Upper": "InvalidResourceName", "a--b": "InvalidResourceName", "-ab": "InvalidResourceName", "$root": "InvalidResourceName"} {
		wantCode(t, g.do(t, "PUT", name+"/a.csv?"+g.sas, "x"), 400, code)
	}
}

// Many at once: what is there in the end is one of them, whole.
func TestPutsAtOnce(t *testing.T) {
	g := newRig(t, Limits{})
	texts := map[string]bool{}
	for i := range 16 {
		texts[strings.Repeat(strconv.Itoa(i)+",", 300_000)] = true
	}
	var all sync.WaitGroup
	for text := range texts {
		all.Go(func() { wantCode(t, g.put(t, "a.csv", text), 201, "") })
		all.Go(func() {
			for _, f := range g.store.Files(box) {
				whole, err := io.ReadAll(f.Open())
				assert.NoError(t, err)
				assert.True(t, texts[string(whole)])
			}
		})
	}
	all.Wait()
	assert.True(t, texts[g.files(t)["a.csv"]])
	assert.Equal(t, g.store.Files(box)[0].Size+blobCost+int64(len("a.csv"))+int64(len(defaultContentType))+16, g.store.Used())
}

// A snapshot is of one moment, whatever comes after.
func TestFilesStay(t *testing.T) {
	g := newRig(t, Limits{})
	g.put(t, "b.csv", strings.Repeat("old", 200_000))
	g.put(t, "a.csv", "old")
	files := g.store.Files(box)
	g.put(t, "a.csv", "new")
	g.put(t, "c.csv", "new")
	g.store.Drop(box)
	require.Equal(t, []string{"a.csv", "b.csv"}, namesOf(files))
	for range 2 {
		text, err := io.ReadAll(files[0].Open())
		require.NoError(t, err)
		assert.Equal(t, "old", string(text))
	}
	var out bytes.Buffer
	n, err := io.Copy(&out, files[1].Open())
	require.NoError(t, err)
	assert.Equal(t, int64(600_000), n)
	assert.Equal(t, strings.Repeat("old", 200_000), out.String())
	assert.Zero(t, g.store.Used())
	wantCode(t, g.put(t, "a.csv", "x"), 404, "ContainerNotFound")
}

func TestDropWhileReading(t *testing.T) {
	g := newRig(t, Limits{})
	for path, header := range map[string]string{"?": "BlockBlob", "?comp=block&blockid=AAAA&": "", "?comp=blocklist&": ""} {
		body := readerFunc(func(p []byte) (int, error) {
			g.store.Drop(box) // and made anew: the upload was for the one before
			g.store.Create(box)
			return copy(p, "<BlockList/>"), nil
		})
		r := httptest.NewRequest("PUT", Prefix+box+"/a.csv"+path+g.sas, nil)
		r.Header.Set("X-Ms-Blob-Type", header)
		r.ContentLength = 12
		assert.Equal(t, "ContainerNotFound", g.store.Answer(Parse(r), r, io.LimitReader(body, 12), dawn).Code, path)
	}
	assert.Zero(t, g.store.Used())
	assert.Empty(t, g.files(t))
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

func TestFixtureFiles(t *testing.T) {
	s := NewStore(nil, Limits{Blob: 10, World: 3000})
	require.NoError(t, s.Put(box, "a.csv", []byte("SIS ID"), dawn))
	require.NoError(t, s.Put(box, "a.csv", []byte("SIS"), dawn))
	assert.Equal(t, []File{{"a.csv", 3, dawn.Truncate(time.Second), whole([]byte("SIS"))}}, s.Files(box))
	assert.EqualError(t, s.Put(box, "..", nil, dawn), `file "..": the name of a blob has no segment . or ..`)
	assert.EqualError(t, s.Put(box, "b.csv", make([]byte, 11), dawn), `file "b.csv": its 11 bytes are more than the 10 that a file may have`)
	require.NoError(t, s.Put(box, "b.csv", nil, dawn))
	assert.ErrorContains(t, s.Put("new", "c.csv", nil, dawn), "do not fit into the")
	assert.Nil(t, s.Files("new"), "nothing was made")
}

func TestRequestIDs(t *testing.T) {
	ask := func(s *Store, id string) string {
		r := httptest.NewRequest("PUT", "/sdsstorage/x", nil)
		c := Parse(r)
		c.RequestID = id
		return s.Answer(c, r, nil, dawn).Header.Get("X-Ms-Request-Id")
	}
	s, twin := NewStore([]byte("k"), Limits{}), NewStore([]byte("k"), Limits{})
	first := ask(s, "")
	assert.Equal(t, first, ask(twin, ""))
	assert.NotEqual(t, first, ask(s, ""))
	assert.Equal(t, "the journal's", ask(s, "the journal's"))
	assert.NotEqual(t, first, ask(NewStore([]byte("other"), Limits{}), ""))
}
