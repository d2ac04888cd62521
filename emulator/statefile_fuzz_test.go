package emulator

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// summed puts the right checksum into a state file.
func summed(b []byte) []byte {
	head, err := readHead(bytes.NewReader(b))
	if err != nil || head.SHA256 == "" {
		return b
	}
	b = bytes.Replace(b, []byte(head.SHA256), []byte(noDigits), 1)
	sum := sha256.Sum256(b)
	return bytes.Replace(b, []byte(noDigits), []byte(hex.EncodeToString(sum[:])), 1)
}

// A state file of which the checksum is right, whatever else is in it, is refused in
// words, or makes a server that answers and can be saved and started again.
func FuzzState(f *testing.F) {
	file := filepath.Join(f.TempDir(), "state.json")
	s, err := New(Options{State: file, Clock: "frozen@2026-01-05T06:00:00Z"})
	require.NoError(f, err)
	for _, name := range []string{"", "north", "00000000-0000-4000-8000-0000000000aa", "gone"} {
		w, err := s.World(name)
		require.NoError(f, err)
		require.NoError(f, w.ResetWith(ResetOptions{Fixture: "one"}))
		w.current.Load().Revoke()
		w.current.Load().Revoke()
	}
	s.drop(s.find(mustTenant(f, "gone")))
	require.NoError(f, s.Close())
	whole, err := os.ReadFile(file)
	require.NoError(f, err)
	f.Add(whole)
	for _, edit := range [][2]string{
		{`"worlds": [`, `"worlds": null, "x": [`}, {`"revocations": [`, `"revocations": null, "Worlds": [`}, {`"north"`, `"default"`},
		{`"north"`, `"NORTH"`},
		{`"north"`, `"../x"`}, {`"tenant": "00000000-0000-4000-8000-0000000000aa"`, `"tenant": "` + DefaultTenant + `"`},
		{`"seed": 1`, `"seed": 18446744073709551615`},
		{`"revoked": `, `"revoked": 99`}, {`"highest": `, `"highest": 99999999999`}, {`"fixture": "one"`, `"fixture": {"version":1}`},
		{`"fixture": "one"`, `"fixture": null`},
		{`"fixture": "one"`, `"fixture": "../../etc/passwd"`}, {`"version": 2`, `"version": 1`}, {`"worlds"`, `"worlds": [], "worlds"`},
		{`"profiles": {`, `"profiles": {"seq": 9,`},
	} {
		f.Add(summed(bytes.Replace(whole, []byte(edit[0]), []byte(edit[1]), 1)))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		state, err := parseState(summed(b))
		if err != nil {
			return
		}
		start := func() *Server {
			s, err := New(Options{Clock: "frozen@2026-01-05T06:00:00Z", Limits: Limits{Worlds: 20, Memory: 64 << 20}})
			require.NoError(t, err)
			t.Cleanup(func() { s.Close() })
			return s
		}
		s := start()
		if err := s.loadState(state); err != nil {
			require.NotContains(t, err.Error(), "runtime error")
			return
		}
		for _, w := range s.Worlds() {
			r := httptest.NewRequest("GET", "https://localhost/beta/education/synchronizationProfiles", nil)
			r.Header.Set("Authorization", "Bearer world-"+w.Name())
			answer := httptest.NewRecorder()
			s.ServeHTTP(answer, r)
			require.NotEqual(t, http.StatusInternalServerError, answer.Code, answer.Body)
		}
		saved, err := os.Create(filepath.Join(t.TempDir(), "again.json"))
		require.NoError(t, err)
		defer saved.Close()
		require.NoError(t, s.writeState(saved))
		text, err := os.ReadFile(saved.Name())
		require.NoError(t, err)
		again, err := parseState(text)
		require.NoError(t, err)
		require.NoError(t, start().loadState(again), "%s", firstLines(text))
	})
}

func mustTenant(tb testing.TB, ref string) string {
	_, tenant, err := worldRef(ref)
	require.NoError(tb, err)
	return tenant
}

func firstLines(b []byte) string {
	return fmt.Sprintln(strings.Join(strings.SplitN(string(b), "\n", 40)[:min(39, strings.Count(string(b), "\n"))], "\n"))
}
