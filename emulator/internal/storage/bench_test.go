package storage

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"
)

// Put Blob of 8 MiB over real HTTP, beside a handler that only reads the bytes.
func BenchmarkPutBlob(b *testing.B) {
	data := bytes.Repeat([]byte("1001,North High,12,2026-01-05\n"), 8<<20/30)
	g := newRig(b, Limits{})
	bare := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.WriteHeader(http.StatusCreated)
	}))
	b.Cleanup(bare.Close)
	for _, c := range []struct{ name, url string }{
		{"bare", bare.URL},
		{"blob", g.server.URL + Prefix + box + "/a.csv?" + g.sas},
		{"block", g.server.URL + Prefix + box + "/a.csv?comp=block&blockid=AAAA&" + g.sas},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			for b.Loop() {
				r, err := http.NewRequest("PUT", c.url, bytes.NewReader(data))
				require.NoError(b, err)
				r.Header.Set("X-Ms-Blob-Type", "BlockBlob")
				r.Header.Set("X-Ms-Version", "2021-12-02")
				w, err := http.DefaultClient.Do(r)
				require.NoError(b, err)
				w.Body.Close()
				require.Equal(b, 201, w.StatusCode)
			}
		})
	}
}
