package bench

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/graphemu/graphemu/emulator"
)

// An upload among 1,000 worlds, whose containers all have the same name, takes what
// it takes among one: x-one is the ratio, of turns in one run. All take turns, so
// that no client comes back to a world that it has just used.
func BenchmarkUploadAmong1000Worlds(b *testing.B) {
	ask := func(s *emulator.Server, method, target, token, body string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, target, strings.NewReader(body))
		if token != "" {
			r.Header.Set("Authorization", "Bearer "+token)
		}
		r.Header.Set("x-ms-blob-type", "BlockBlob")
		w := httptest.NewRecorder()
		s.Handler().ServeHTTP(w, r)
		return w
	}
	urls := func(s *emulator.Server, worlds int) (list []string) {
		for n := range worlds {
			w, err := s.World(fmt.Sprint("w", n))
			require.NoError(b, err)
			to := ask(s, "GET", "/beta/education/synchronizationProfiles/"+w.Profiles()[0].ID+"/uploadUrl", "world-"+w.Name(), "")
			require.Equal(b, http.StatusOK, to.Code, to.Body)
			container, sas, _ := strings.Cut(gjson.Get(to.Body.String(), "value").String(), "?")
			list = append(list, container+"/School.csv?"+sas)
		}
		return list
	}
	var servers [2]*emulator.Server
	var to [2][]string
	for i, worlds := range []int{1, 1000} {
		s, err := emulator.New(emulator.Options{Fixture: "one", Limits: emulator.Limits{Worlds: 1001}})
		require.NoError(b, err)
		b.Cleanup(func() { s.Close() })
		servers[i], to[i] = s, urls(s, worlds)
	}
	var took [2]time.Duration
	b.ResetTimer()
	for n := range b.N {
		for i, s := range servers {
			began := time.Now()
			w := ask(s, "PUT", to[i][n%len(to[i])], "", "SIS ID,Name\n")
			took[i] += time.Since(began)
			if w.Code != http.StatusCreated {
				b.Fatal(w.Body)
			}
		}
	}
	b.ReportMetric(float64(took[0].Nanoseconds())/float64(b.N), "one-ns/op")
	b.ReportMetric(float64(took[1].Nanoseconds())/float64(b.N), "thousand-ns/op")
	b.ReportMetric(float64(took[1])/float64(took[0]), "x-one")
}
