package hostile

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/emulatortest"
	"github.com/graphemu/graphemu/emulator/internal/tests/rig"
)

// wire sends text as it is and returns the answer; nil where the server hung up
// without one.
func wire(t *testing.T, g *rig.Target, text string) (*http.Response, []byte) {
	t.Helper()
	c := g.Connect(t)
	defer c.Close()
	go io.WriteString(c, text) // a server that has heard enough may stop reading
	return rig.ReadAnswer(t, c, text)
}

// lines is a request with a token, written by hand.
func lines(g *rig.Target, first string, headers ...string) string {
	return strings.Join(append([]string{first, "Host: " + g.Host, "Authorization: Bearer x"}, headers...), "\r\n") + "\r\n\r\n"
}

func TestHostileHeaders(t *testing.T) {
	onBoth(t, func(t *testing.T, g *rig.Target) {
		var many strings.Builder
		for i := range 20_000 {
			fmt.Fprintf(&many, "X-%d: y\r\n", i)
		}
		for name, c := range map[string]struct {
			text   string
			status []int // any of them; 0: the server hangs up
		}{
			"20,000 headers":          {lines(g, "GET "+rig.ListPath+" HTTP/1.1", strings.TrimSuffix(many.String(), "\r\n")), []int{431}},
			"a header of a megabyte":  {lines(g, "GET "+rig.ListPath+" HTTP/1.1", "X: "+strings.Repeat("y", 1<<20)), []int{431}},
			"a target of a megabyte":  {lines(g, "GET "+rig.ListPath+"?$filter="+strings.Repeat("y", 1<<20)+" HTTP/1.1"), []int{431, 414}},
			"a header without end":    {"GET " + rig.ListPath + " HTTP/1.1\r\nX: " + strings.Repeat("y", 1<<20), []int{431}},
			"no HTTP":                 {"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03hello\r\n\r\n", []int{400, 0}},
			"HTTP/9.9":                {lines(g, "GET "+rig.ListPath+" HTTP/9.9"), []int{505}},
			"no version":              {"GET " + rig.ListPath + "\r\n\r\n", []int{400}},
			"no Host":                 {"GET " + rig.ListPath + " HTTP/1.1\r\n\r\n", []int{400}},
			"two Hosts":               {lines(g, "GET "+rig.ListPath+" HTTP/1.1", "Host: other"), []int{400}},
			"a Host with a quote":     {"GET " + rig.ListPath + " HTTP/1.1\r\nHost: a\"b\r\nAuthorization: Bearer x\r\n\r\n", []int{400}},
			"a Host with a backslash": {"GET " + rig.ListPath + " HTTP/1.1\r\nHost: a\\b\r\nAuthorization: Bearer x\r\n\r\n", []int{400}},
			"a bad header name":       {lines(g, "GET "+rig.ListPath+" HTTP/1.1", "X y: z"), []int{400}},
			"a control character":     {lines(g, "GET "+rig.ListPath+" HTTP/1.1", "client-request-id: a\x01b"), []int{400}},
			"a bad escape":            {lines(g, "GET /beta/%zz HTTP/1.1"), []int{400}},
			"a bad Content-Length":    {lines(g, "POST "+rig.ListPath+" HTTP/1.1", "Content-Length: -5"), []int{400}},
			"two Content-Lengths":     {lines(g, "POST "+rig.ListPath+" HTTP/1.1", "Content-Length: 5", "Content-Length: 6"), []int{400}},
			"a bad Transfer-Encoding": {lines(g, "POST "+rig.ListPath+" HTTP/1.1", "Transfer-Encoding: gzip"), []int{501, 400}},
			"an expectation":          {lines(g, "POST "+rig.ListPath+" HTTP/1.1", "Content-Length: 5", "Expect: the-unexpected"), []int{417}},
		} {
			w, _ := wire(t, g, c.text)
			status := 0
			if w != nil {
				status = w.StatusCode
			}
			assert.Contains(t, c.status, status, name)
		}
		g.Unharmed(t, 0)
	})
}

// An absolute request target brings a host that net/http does not look at.
func TestHostsOfAbsoluteTargets(t *testing.T) {
	onBoth(t, func(t *testing.T, g *rig.Target) {
		own := "localhost" // where links lead that can't lead back to where the client said it came from
		if o := g.Origin("http"); o != "" {
			own = strings.TrimPrefix(o, "http://")
		}
		for host, want := range map[string]string{
			`a"b`: own, "a<b>": own, "evil.example:99": "evil.example:99", "[::1]:5": "[::1]:5", "%C3%A9": own, `a"},{"b`: own,
		} {
			w, body := wire(t, g, lines(g, "GET http://"+host+rig.ListPath+" HTTP/1.1"))
			if w == nil || w.StatusCode == 400 && !json.Valid(body) {
				continue // net/http did look
			}
			var list struct {
				Context string `json:"@odata.context"`
			}
			require.NoError(t, json.Unmarshal(body, &list), "%s: %s", host, body)
			assert.Contains(t, list.Context, "://"+want+"/beta/$metadata#", host)
		}
		// HTTP/1.0 needs no Host.
		w, body := wire(t, g, "GET "+rig.ListPath+" HTTP/1.0\r\nAuthorization: Bearer x\r\n\r\n")
		require.Equal(t, 200, w.StatusCode)
		assert.Contains(t, string(body), "://"+own+"/beta/$metadata#")
	})
}

func TestHostileMethods(t *testing.T) {
	onBoth(t, func(t *testing.T, g *rig.Target) {
		for _, method := range []string{"FOO", "TRACE", "get", "PROPFIND", strings.Repeat("M", 5000)} {
			for path, allow := range map[string]string{
				rig.ListPath:              "GET, HEAD, POST, PUT",
				rig.ListPath + "/x":       "GET, HEAD, PUT, PATCH, DELETE",
				rig.ListPath + "/x/start": "POST",
				"/beta/$batch":            "POST",
				"/beta/$metadata":         "GET, HEAD",
			} {
				w, body := wire(t, g, lines(g, method+" "+path+" HTTP/1.1", "Connection: close"))
				require.NotNil(t, w, method)
				rig.Refused(t, w, body, 405)
				assert.Equal(t, allow, w.Header.Get("Allow"), path)
			}
			w, body := wire(t, g, lines(g, method+" /beta/nope HTTP/1.1", "Connection: close"))
			assert.Equal(t, "Resource not found for the segment 'nope'.", *rig.Refused(t, w, body, 400).Message)
		}
		for _, to := range []string{"graph.microsoft.com:443", g.Host, "/beta/education"} {
			w, _ := wire(t, g, lines(g, "CONNECT "+to+" HTTP/1.1", "Connection: close"))
			require.NotNil(t, w)
			assert.Equal(t, 405, w.StatusCode, to)
		}
		for _, text := range []string{" / HTTP/1.1\r\n\r\n", "G\x00T / HTTP/1.1\r\n\r\n",
			"G(T " + rig.ListPath + " HTTP/1.1\r\nHost: x\r\n\r\n"} {
			if w, _ := wire(t, g, text); w != nil {
				assert.Equal(t, 400, w.StatusCode)
			}
		}
		w, body := wire(t, g, lines(g, "OPTIONS * HTTP/1.1", "Connection: close"))
		require.NotNil(t, w)
		assert.Equal(t, 200, w.StatusCode)
		assert.Empty(t, body)
		g.Unharmed(t, 0)
	})
}

func TestHostilePaths(t *testing.T) {
	long := strings.Repeat("x", 30_000)
	onBoth(t, func(t *testing.T, g *rig.Target) {
		for path, want := range map[string]string{ // to the message
			"/":                            "Invalid version.",
			"/v3.0/education":              "Invalid version.",
			"/betaa/education":             "Invalid version.",
			"/../../etc/passwd":            "Invalid version.",
			"/beta/../../etc/passwd":       "Resource not found for the segment '..'.",
			"/beta/..%2f..%2fetc%2fpasswd": "Resource not found for the segment '../../etc/passwd'.",
			"/beta/%2e%2e/%2e%2e":          "Resource not found for the segment '..'.",
			"/beta%2Feducation":            "Invalid version.",
			"/beta/education%2FsynchronizationProfiles": "Resource not found for the segment 'education/synchronizationProfiles'.",
			rig.ListPath + "/..":                        "Failed to find profile '..'",
			rig.ListPath + "/../education":              "Resource not found for the segment 'education'.",
			rig.ListPath + "('')":                       "Resource not found for the segment 'synchronizationProfiles('')'.",
			rig.ListPath + "/%00":                       "Failed to find profile '\x00'",
			rig.ListPath + "/%0d%0aX:%20y":              "Failed to find profile '\r\nX: y'",
			rig.ListPath + "/a%2Fb":                     "Failed to find profile 'a/b'",
			rig.ListPath + "/a%2Fstart":                 "Failed to find profile 'a/start'",
			rig.ListPath + "/a%5Cb%22":                  `Failed to find profile 'a\b"'`,
			rig.ListPath + "/%ff%fe":                    "Failed to find profile '\ufffd\ufffd'",
			rig.ListPath + "('it''s')":                  "Failed to find profile 'it's'",
			rig.ListPath + "('''')":                     "Failed to find profile '''",
			rig.ListPath + "/%25%32%35":                 "Failed to find profile '%25'",
			rig.ListPath + "/%E2%80%A8%F0%9F%99%82":     "Failed to find profile '\u2028🙂'",
			rig.ListPath + "/<script>":                  "Failed to find profile '<script>'",
			rig.ListPath + "/" + long:                   "Failed to find profile '" + long + "'",
			rig.ListPath + "('" + long + "')/errors":    "Failed to find profile '" + long + "'",
			rig.ListPath + "/x/errors/y":                "Failed to find profile 'x'",
			rig.ListPath + "/x/nope":                    "Resource not found for the segment 'nope'.",
			rig.ListPath + "/x/" + long:                 "Resource not found for the segment '" + long + "'.",
			rig.ListPath + "/x/errors/y/z":              "Resource not found for the segment 'z'.",
			"/beta/" + strings.Repeat("a/", 10000):      "Resource not found for the segment 'a'.",
		} {
			w, body := wire(t, g, lines(g, "GET "+path+" HTTP/1.1", "Connection: close"))
			require.NotNil(t, w, "%.100s", path)
			status := 400
			if strings.HasPrefix(want, "Failed") {
				status = 404
			}
			assert.Equal(t, want, *rig.Refused(t, w, body, status).Message, "%.100s", path)
		}
		// The control API keeps to its folder too.
		for _, path := range []string{"schemas/..%2f..%2fgo.mod", "schemas/../../go.mod", "schemas/%2e%2e%2fschemas.go",
			"schemas/schemas.go%00.json", "worlds/..%2f..%2fx/clock", "worlds/%22/clock"} {
			w, body := wire(t, g, lines(g, "GET /_graphemu/"+path+" HTTP/1.1", "Connection: close"))
			require.NotNil(t, w, path)
			assert.Contains(t, []int{301, 400, 404}, w.StatusCode, path)
			assert.NotContains(t, string(body), "module", path)
			if w.StatusCode != 301 {
				assert.Equal(t, "application/problem+json", w.Header.Get("Content-Type"), path)
			}
		}
		g.Unharmed(t, 0)
	})
}

func TestStrangeClientRequestIDs(t *testing.T) {
	onBoth(t, func(t *testing.T, g *rig.Target) {
		for _, id := range []string{`"`, `\u0000`, `<script>`, "tab\there", "\xff\xfe", "é", strings.Repeat("x", 5000), "x, y", ""} {
			w, body := wire(t, g, lines(g, "GET /beta/nope HTTP/1.1", "client-request-id: "+id, "Connection: close"))
			require.NotNil(t, w, id)
			rig.Refused(t, w, body, 400)
		}
	})
}

// Clients that hang up at every possible moment leave nothing behind.
func TestClientsThatHangUp(t *testing.T) {
	onBoth(t, func(t *testing.T, g *rig.Target) {
		whole := lines(g, "POST "+rig.ListPath+" HTTP/1.1", "Content-Type: application/json",
			fmt.Sprintf("Content-Length: %d", len(rig.CreateRequest))) + rig.CreateRequest
		for n := 0; n < len(whole); n += 37 {
			c := g.Connect(t)
			_, err := io.WriteString(c, whole[:n])
			require.NoError(t, err)
			require.NoError(t, c.Close())
		}
		chunked := lines(g, "POST "+rig.ListPath+" HTTP/1.1", "Content-Type: application/json", "Transfer-Encoding: chunked") +
			"a\r\n{\"displayN\r\n"
		for _, rest := range []string{"", "5", "5\r\nab", "zz\r\n", "ffffffffffffffffff\r\n"} {
			c := g.Connect(t)
			_, err := io.WriteString(c, chunked+rest)
			require.NoError(t, err)
			require.NoError(t, c.Close())
		}
		g.Unharmed(t, 0)
	})
}

// A client may close its half of the connection after a request: it gets its
// answer. A body that ends early is no request.
func TestHalfClosedConnections(t *testing.T) {
	g := rig.NewTarget(t, emulator.Options{HTTP: "127.0.0.1:0"})
	c := g.Connect(t)
	text := lines(g, "GET "+rig.ListPath+" HTTP/1.1", "Connection: close")
	_, err := io.WriteString(c, text)
	require.NoError(t, err)
	require.NoError(t, c.(*net.TCPConn).CloseWrite())
	w, _ := rig.ReadAnswer(t, c, text)
	require.NotNil(t, w)
	assert.Equal(t, 200, w.StatusCode)

	c = g.Connect(t)
	text = lines(g, "POST "+rig.ListPath+" HTTP/1.1", "Content-Type: application/json", "Content-Length: 5000") + rig.CreateRequest
	_, err = io.WriteString(c, text)
	require.NoError(t, err)
	require.NoError(t, c.(*net.TCPConn).CloseWrite())
	w, body := rig.ReadAnswer(t, c, text)
	require.NotNil(t, w)
	e := rig.Refused(t, w, body, 400)
	assert.Contains(t, fmt.Sprint(e.Details), "EOF")
	g.Unharmed(t, 0)
}

func TestPipelinedRequests(t *testing.T) {
	onBoth(t, func(t *testing.T, g *rig.Target) {
		c := g.Connect(t)
		const n = 20
		go io.WriteString(c, strings.Repeat(lines(g, "GET "+rig.ListPath+"/x HTTP/1.1"), n))
		r := bufio.NewReader(c)
		for range n {
			w, err := http.ReadResponse(r, nil)
			require.NoError(t, err)
			body, err := io.ReadAll(w.Body)
			require.NoError(t, err)
			rig.Refused(t, w, body, 404)
		}
	})
}

// readTimeout and writeTimeout are what the server gives a client, as its
// source says.
const (
	readTimeout  = time.Minute
	writeTimeout = 5 * time.Minute
)

// Close ends connections in every state, at once, and waits for the handlers.
func TestCloseWithConnectionsInEveryState(t *testing.T) {
	rig.Warm(t)
	for name, o := range map[string]emulator.Options{"in memory": {}, "tcp": {HTTP: "127.0.0.1:0"}} {
		t.Run(name, func(t *testing.T) {
			before := runtime.NumGoroutine()
			g := rig.NewTarget(t, o)
			for _, text := range []string{"", "GET ", "GET / HTTP/1.1\r\nX", lines(g, "GET "+rig.ListPath+" HTTP/1.1"),
				lines(g, "POST "+rig.ListPath+" HTTP/1.1", "Content-Type: application/json", "Content-Length: 100") + "{"} {
				c := g.Connect(t)
				if text != "" {
					_, err := io.WriteString(c, text)
					require.NoError(t, err)
				}
			}
			require.NoError(t, g.Close())
			require.NoError(t, g.Close(), "a second time")
			assert.Eventually(t, func() bool { return runtime.NumGoroutine() <= before+1 }, 10*time.Second, time.Millisecond)
			_, err := g.HTTP.Get(g.URL + rig.ProfilesAt)
			assert.Error(t, err)
		})
	}
}

// Requests keep coming while the server closes, from many sides.
func TestCloseUnderLoad(t *testing.T) {
	for range 20 {
		g := emulatortest.Start(t, emulator.Options{})
		done := make(chan struct{})
		for range 8 {
			go func() {
				client := g.Client()
				for {
					r, err := client.Post(g.URL+rig.ProfilesAt, "application/json", bytes.NewReader([]byte(rig.CreateRequest)))
					if err != nil {
						done <- struct{}{}
						return
					}
					io.Copy(io.Discard, r.Body)
					r.Body.Close()
				}
			}()
		}
		for range 3 {
			go g.Close()
		}
		require.NoError(t, g.Close())
		for range 8 {
			<-done
		}
	}
}
