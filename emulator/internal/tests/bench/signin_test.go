package bench

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/internal/record"
	"github.com/graphemu/graphemu/emulator/internal/tests/rig"
)

// tokenRequest asks for a client-credentials token.
func tokenRequest() *http.Request {
	form := strings.TrimPrefix(
		rig.Query("grant_type", "client_credentials", "client_id", rig.SampleApp, "client_secret", rig.SampleSecret, "scope",
			rig.GraphScope), "?")
	r := httptest.NewRequest("POST", "http://127.0.0.1/organizations/oauth2/v2.0/token", strings.NewReader(form))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r
}

// Goal: 0.95 of a server that does not look at tokens, with a token of the token
// endpoints that was seen before.
func BenchmarkGetStrict(b *testing.B) {
	server := func(auth string) (*emulator.Server, string) {
		s, err := emulator.New(emulator.Options{HTTP: "127.0.0.1:0", Auth: auth, Fixture: "one"})
		require.NoError(b, err)
		b.Cleanup(func() { s.Close() })
		w, err := s.World("")
		require.NoError(b, err)
		w.Journal().(*record.Journal).SetPosition(1_000_000_000)
		return s, w.Profiles()[0].ID
	}
	strict, id := server(emulator.AuthStrict)
	off, _ := server(emulator.AuthOff)
	given := httptest.NewRecorder()
	strict.Handler().ServeHTTP(given, tokenRequest())
	token := gjson.GetBytes(given.Body.Bytes(), "access_token").String()
	raw := []byte("GET " + rig.ListPath + "/" + id + " HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer " + token + "\r\n\r\n")
	asking := func(s *emulator.Server) func() *conn {
		return func() *conn { return dial(b, strings.TrimPrefix(s.Origin("http"), "http://"), raw) }
	}
	compare(b, asking(strict), asking(off))
}

// Goal: 1.3 times an RS256 signature.
func BenchmarkClientCredentials(b *testing.B) {
	s, err := emulator.New(emulator.Options{Auth: emulator.AuthStrict})
	require.NoError(b, err)
	defer s.Close()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(b, err)
	digest := sha256.Sum256([]byte("x"))
	const turn = 20
	given := func() (took time.Duration) {
		for range turn {
			r, w := tokenRequest(), httptest.NewRecorder()
			began := time.Now()
			s.Handler().ServeHTTP(w, r)
			took += time.Since(began)
			require.Equal(b, 200, w.Code)
		}
		return took
	}
	given() // the key is made
	var ours, signing time.Duration
	for b.Loop() {
		ours += given()
		began := time.Now()
		for range turn {
			if _, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, digest[:]); err != nil {
				b.Fatal(err)
			}
		}
		signing += time.Since(began)
	}
	b.ReportMetric(float64(ours)/float64(signing), "x-signature")
	b.ReportMetric(0, "ns/op")
}
