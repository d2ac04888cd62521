package storage

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const box = "86904b1e-c7d0-4ead-b13a-98f11fc400ee"

var dawn = time.Date(2017, 7, 4, 7, 43, 1, 249518300, time.UTC)

// rig is a store behind real HTTP, with a clock that the test moves.
type rig struct {
	store  *Store
	server *httptest.Server
	sas    string // of box: the query of its URL

	mu  sync.Mutex
	now time.Time
}

func newRig(t testing.TB, l Limits) *rig {
	g := &rig{store: NewStore([]byte("the key of a world"), l), now: dawn}
	g.server = httptest.NewServer(g)
	t.Cleanup(g.server.Close)
	_, g.sas, _ = strings.Cut(g.store.UploadURL(g.server.URL, box, dawn), "?")
	return g
}

// ServeHTTP is what a surface does with a Store.
func (g *rig) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	now := g.now
	g.mu.Unlock()
	reply := g.store.Answer(Parse(r), r, r.Body, now)
	for name, values := range reply.Header {
		w.Header()[name] = values
	}
	w.WriteHeader(reply.Status)
	_, _ = w.Write(reply.Body)
}

func (g *rig) advance(d time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.now = g.now.Add(d)
}

// may is the query of a SAS of other permissions than those of an upload URL.
func (g *rig) may(permissions string) string {
	_, q, _ := strings.Cut(g.store.sign("", box, permissions, dawn), "?")
	return q
}

type answer struct {
	*http.Response
	body string
}

// do sends a request to the path below the account, and checks what every
// answer has.
func (g *rig) do(t testing.TB, method, path, body string, headers ...string) answer {
	t.Helper()
	var from io.Reader = strings.NewReader(body)
	r, err := http.NewRequest(method, g.server.URL+Prefix+path, from)
	require.NoError(t, err)
	for i := 0; i < len(headers); i += 2 {
		if headers[i] == "Transfer-Encoding" {
			r.Body, r.ContentLength = io.NopCloser(struct{ io.Reader }{from}), -1
			continue
		}
		r.Header.Set(headers[i], headers[i+1])
	}
	w, err := g.server.Client().Do(r)
	require.NoError(t, err)
	defer w.Body.Close()
	text, err := io.ReadAll(w.Body)
	require.NoError(t, err)
	assert.Regexp(t, `^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`, w.Header.Get("X-Ms-Request-Id"))
	assert.NotEmpty(t, w.Header.Get("X-Ms-Version"))
	date, err := http.ParseTime(w.Header.Get("Date"))
	require.NoError(t, err)
	assert.Equal(t, g.now.Truncate(time.Second), date)
	return answer{w, string(text)}
}

// put is Put Blob with the upload URL's own SAS.
func (g *rig) put(t testing.TB, name, text string, headers ...string) answer {
	t.Helper()
	return g.do(t, "PUT", box+"/"+name+"?"+g.sas, text, append([]string{"x-ms-blob-type", "BlockBlob"}, headers...)...)
}

func (g *rig) block(t testing.TB, name, id, text string, headers ...string) answer {
	t.Helper()
	return g.do(t, "PUT", box+"/"+name+"?comp=block&blockid="+url.QueryEscape(encodeID(id))+"&"+g.sas, text, headers...)
}

// list is Put Block List; entries as "Latest a".
func (g *rig) list(t testing.TB, name string, entries ...string) answer {
	t.Helper()
	return g.do(t, "PUT", box+"/"+name+"?comp=blocklist&"+g.sas, listXML(entries...))
}

func listXML(entries ...string) string {
	var b strings.Builder
	b.WriteString(`<?xml version="1.0" encoding="utf-8"?><BlockList>`)
	for _, e := range entries {
		where, id, _ := strings.Cut(e, " ")
		b.WriteString("<" + where + ">" + encodeID(id) + "</" + where + ">")
	}
	return b.String() + "</BlockList>"
}

// files is what was committed: name to text.
func (g *rig) files(t testing.TB) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, f := range g.store.Files(box) {
		text, err := io.ReadAll(f.Open())
		require.NoError(t, err)
		assert.Len(t, text, int(f.Size))
		all[f.Name] = string(text)
	}
	return all
}

func wantCode(t testing.TB, a answer, status int, code string) {
	t.Helper()
	assert.Equal(t, status, a.StatusCode, a.body)
	assert.Equal(t, code, a.Header.Get("X-Ms-Error-Code"), a.body)
	if a.Request.Method != "HEAD" && code != "" {
		assert.Contains(t, a.body, "<Code>"+code+"</Code>")
	}
}
