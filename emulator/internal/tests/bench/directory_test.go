package bench

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/internal/tests/rig"
)

// users are seeds of n users.
func users(n int) map[string][]any {
	list := make([]any, n)
	for i := range list {
		list[i] = map[string]any{"displayName": fmt.Sprint("User ", i), "userPrincipalName": fmt.Sprintf("user%d@contoso.edu", i),
			"mailNickname": fmt.Sprint("user", i), "accountEnabled": true, "department": "Department " + strconv.Itoa(i%7)}
	}
	return map[string][]any{"users": list}
}

// withUsers starts a server with n users.
func withUsers(b *testing.B, n int) *emulator.Server {
	s, err := emulator.New(emulator.Options{HTTP: "127.0.0.1:0", Fixture: "one", Entities: users(n),
		Limits: emulator.Limits{Profiles: 100_000_000}})
	require.NoError(b, err)
	b.Cleanup(func() { s.Close() })
	return s
}

// served asks a server in this process, and returns the answer and how long it took.
func served(b *testing.B, s *emulator.Server, status int, method, path, token, body string) (gjson.Result, time.Duration) {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+token)
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	r.Header.Set("ConsistencyLevel", "eventual")
	w := httptest.NewRecorder()
	began := time.Now()
	s.ServeHTTP(w, r)
	took := time.Since(began)
	require.Equal(b, status, w.Code, "%s", w.Body)
	return gjson.ParseBytes(w.Body.Bytes()), took
}

// Goal: 0.91 of the throughput of a profile's GET.
func BenchmarkGetUser(b *testing.B) {
	s := withUsers(b, 10)
	w, err := s.World("")
	require.NoError(b, err)
	profile := request(b, s, "GET", rig.ListPath+"/"+w.Profiles()[0].ID, nil)
	user := request(b, s, "GET", "/v1.0/users/user7@contoso.edu", nil)
	address := strings.TrimPrefix(s.Origin("http"), "http://")
	compare(b, func() *conn { return dial(b, address, user) }, func() *conn { return dial(b, address, profile) })
}

// Goal: 3 times as long as a loop over the same JSON with gjson.
func BenchmarkFilterAmong100000Users(b *testing.B) {
	const n = 100_000
	s := withUsers(b, n)
	w, err := s.World("")
	require.NoError(b, err)
	token, err := w.Token(emulator.TokenOptions{})
	require.NoError(b, err)
	stored, err := w.Snapshot()
	require.NoError(b, err)
	var texts [][]byte
	gjson.GetBytes(stored, "entities.objects").ForEach(func(_, o gjson.Result) bool {
		if o.Get("home").Str == "users" {
			var text bytes.Buffer
			require.NoError(b, json.Compact(&text, []byte(o.Get("object").Raw)))
			texts = append(texts, text.Bytes())
		}
		return true
	})
	require.GreaterOrEqual(b, len(texts), n)
	path := "/v1.0/users?$filter=" + url.QueryEscape("startswith(displayName,'User 9999')")
	var ours, loop time.Duration
	for b.Loop() {
		found, took := served(b, s, http.StatusOK, "GET", path, token, "")
		require.Len(b, found.Get("value").Array(), 11)
		ours += took
		began := time.Now()
		matches := 0
		for _, text := range texts {
			if strings.HasPrefix(gjson.GetBytes(text, "displayName").Str, "User 9999") {
				matches++
			}
		}
		loop += time.Since(began)
		require.Equal(b, 11, matches)
	}
	b.ReportMetric(float64(ours)/float64(loop), "x-gjson")
	b.ReportMetric(0, "ns/op")
}

// Pages of 100 among 100,000 users against pages among 200. Goal: flat.
func BenchmarkPageAmong100000Users(b *testing.B) {
	var took [2]time.Duration
	var servers [2]*emulator.Server
	var tokens [2]string
	for k, n := range []int{200, 100_000} {
		servers[k] = withUsers(b, n)
		w, err := servers[k].World("")
		require.NoError(b, err)
		tokens[k], err = w.Token(emulator.TokenOptions{})
		require.NoError(b, err)
	}
	for b.Loop() {
		for k, s := range servers {
			page, d := served(b, s, http.StatusOK, "GET", "/v1.0/users?$top=100", tokens[k], "")
			require.Len(b, page.Get("value").Array(), 100)
			took[k] += d
		}
	}
	b.ReportMetric(float64(took[1])/float64(took[0]), "x-200")
	b.ReportMetric(0, "ns/op")
}

// 1,000 users created in batches of 20, against a bare handler that reads and answers as
// many bodies one by one, over TCP. Goal: 0.3 of its throughput.
func BenchmarkBatchOfCreates(b *testing.B) {
	s := withUsers(b, 10)
	body := func(n int) string {
		return fmt.Sprintf(`{"accountEnabled":true,"displayName":"New %[1]d","mailNickname":"new%[1]d",`+
			`"userPrincipalName":"new%[1]d@contoso.edu","passwordProfile":{"password":"Secret-4711-x"}}`, n)
	}
	n := 1_000_000
	batch := func() []byte {
		var parts []string
		for i := range 20 {
			n++
			parts = append(parts, fmt.Sprintf(`{"id":"%02d","method":"POST","url":"/users","headers":{"Content-Type":"application/json"},"body":%s}`,
				i, body(n)))
		}
		return request(b, s, "POST", "/v1.0/$batch", []byte(`{"requests":[`+strings.Join(parts, ",")+`]}`))
	}
	answer := answerOf(b, s, request(b, s, "POST", "/v1.0/users", []byte(body(n))))
	theirs := dial(b, bare(b, answer), request(b, s, "POST", "/v1.0/users", []byte(body(n))))
	ours := dial(b, strings.TrimPrefix(s.Origin("http"), "http://"), batch())
	in := bufio.NewReader(ours)
	var a, t time.Duration
	for b.Loop() {
		for range 1000 / 20 {
			text := batch()
			began := time.Now()
			_, err := ours.Write(text)
			require.NoError(b, err)
			r, err := http.ReadResponse(in, nil)
			require.NoError(b, err)
			answers, err := io.ReadAll(r.Body)
			require.NoError(b, err)
			a += time.Since(began)
			require.Equal(b, 20, bytes.Count(answers, []byte(`"status":201`)), "%s", answers)

			began = time.Now()
			for range 20 {
				require.NoError(b, theirs.ask())
			}
			t += time.Since(began)
		}
	}
	b.ReportMetric(float64(t)/float64(a), "x-read-and-answer")
	b.ReportMetric(float64(a.Microseconds())/float64(b.N*1000), "µs/create")
	b.ReportMetric(0, "ns/op")
}

// A world of a fixture of 100,000 users: time and memory of one more. Goals: 1 ms, 10 KB.
func BenchmarkWorldOf100000Users(b *testing.B) {
	s := withUsers(b, 100_000)
	const worlds = 64
	heap := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	var took time.Duration
	var bytes, made int
	for b.Loop() {
		before := heap()
		for range worlds {
			made++
			began := time.Now()
			w, err := s.World(fmt.Sprint("w", made))
			took += time.Since(began)
			require.NoError(b, err)
			require.NotNil(b, w)
		}
		bytes += int(heap()) - int(before)
	}
	b.ReportMetric(float64(took.Microseconds())/float64(made), "µs/world")
	b.ReportMetric(float64(bytes)/float64(made), "B/world")
	b.ReportMetric(0, "ns/op")
}
