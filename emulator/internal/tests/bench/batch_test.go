package bench

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/internal/tests/rig"
)

// A batch of 20 GETs against 20 GETs, in process. Goal: 1.2 times as long, where
// reading the batch and writing its answer are the batch's own.
func BenchmarkBatchOf20Gets(b *testing.B) {
	s, err := emulator.New(emulator.Options{Fixture: "one"})
	require.NoError(b, err)
	defer s.Close()
	w, err := s.World("")
	require.NoError(b, err)
	token, err := w.Token(emulator.TokenOptions{})
	require.NoError(b, err)
	path := rig.ProfilesAt + "/" + w.Profiles()[0].ID
	type part struct {
		ID     string `json:"id"`
		Method string `json:"method"`
		URL    string `json:"url"`
	}
	var parts []part
	for i := range 20 {
		parts = append(parts, part{fmt.Sprint(i + 1), "GET", path})
	}
	text, err := json.Marshal(map[string]any{"requests": parts})
	require.NoError(b, err)
	ask := func(method, path, body string) time.Duration {
		r := httptest.NewRequest(method, "/beta"+path, strings.NewReader(body))
		r.Header.Set("Authorization", "Bearer "+token)
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		began := time.Now()
		s.ServeHTTP(w, r)
		took := time.Since(began)
		if w.Code != http.StatusOK {
			b.Fatal(w.Body)
		}
		return took
	}
	// The median of turns, since a busy machine interrupts some of them.
	var ratios []float64
	for b.Loop() {
		batch, single := ask("POST", "/$batch", string(text)), time.Duration(0)
		for range parts {
			single += ask("GET", path, "")
		}
		ratios = append(ratios, float64(batch)/float64(single))
	}
	slices.Sort(ratios)
	b.ReportMetric(ratios[len(ratios)/2], "x-20-gets")
	b.ReportMetric(0, "ns/op")
}
