package engine

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestHeadersOfEveryProtocol(t *testing.T) {
	h := http.Header{}
	SetDate(h, time.Date(2026, 2, 20, 12, 46, 51, 0, time.FixedZone("", 3600)))
	SetCrossOrigin(h)
	assert.Equal(t, "Fri, 20 Feb 2026 11:46:51 GMT", h.Get("Date"), "in the form of HTTP, which is UTC")
	assert.Equal(t, "*", h.Get("Access-Control-Allow-Origin"))
	assert.Contains(t, h.Get("Access-Control-Expose-Headers"), "x-graphemu-explain")
}

func TestAcceptsGzip(t *testing.T) {
	for encoding, want := range map[string]bool{
		"gzip": true, "GZIP": true, " gzip ": true, "deflate, gzip;q=1.0, *;q=0.5": true, "gzip;q=0.001": true, "gzip; q=0.5": true,
		"": false, "br": false, "identity": false, "gzip;q=0": false, "gzip; q = 0": false, "gzip;q=0.000": false, "gzipped": false,
		"x-gzip": false,
	} {
		assert.Equal(t, want, acceptsGzip(http.Header{"Accept-Encoding": {encoding}}), encoding)
	}
	assert.False(t, acceptsGzip(http.Header{}))
}

// The date is written anew for another second, whatever others do with theirs.
func TestDatesOfSeconds(t *testing.T) {
	at := time.Date(2026, 2, 20, 11, 46, 51, 0, time.UTC)
	for _, want := range []string{"Fri, 20 Feb 2026 11:46:51 GMT", "Fri, 20 Feb 2026 11:46:52 GMT"} {
		for range 2 {
			h := http.Header{}
			SetDate(h, at)
			assert.Equal(t, []string{want}, h["Date"])
			h.Add("Date", "more")
		}
		at = at.Add(time.Second)
	}
}
