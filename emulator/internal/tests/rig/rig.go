// Package rig has what the tests in the folders beside it share: a server with a client of it, request bodies, and checks of answers.
package rig

import (
	"bufio"
	_ "embed"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/emulatortest"
)

// Dawn is where the clocks of these tests stand at first.
const Dawn = "2026-01-05T06:00:00Z"

// CreateRequest and CreateResponse are the example of the documentation's create page.
var (
	//go:embed testdata/create-request.json
	CreateRequest string
	//go:embed testdata/create-response.json
	CreateResponse string
)

// Rig is an emulator on a frozen clock, and a client that sends exactly what a
// test says and shows exactly what came.
type Rig struct {
	*emulatortest.Emulator
	HTTP   *http.Client
	Bearer string

	// Seen is told of each answer that Send had; nil: nobody looks.
	Seen func(t *testing.T, method, url, body string, a Answer)
}

// New starts an emulator that the end of the test closes.
func New(t *testing.T, options ...emulator.Options) *Rig {
	t.Helper()
	var o emulator.Options
	if len(options) > 0 {
		o = options[0]
	}
	if o.Clock == "" {
		o.Clock = "frozen@" + Dawn
	}
	g := &Rig{Emulator: emulatortest.Start(t, o)}
	g.HTTP, g.Bearer = g.Client(), g.Token()
	// No header but ours, and no answer is unpacked behind our back.
	g.HTTP.Transport.(*http.Transport).DisableCompression = true
	return g
}

// Answer is what came back.
type Answer struct {
	Status int
	Header http.Header
	Body   string
	Proto  string
}

// Send makes a request; path is relative to the service's root or absolute.
// Headers are "Name: value"; "Name:" sends none. A body is JSON unless they say
// otherwise, and the rig's token goes along.
func (g *Rig) Send(t *testing.T, method, path, body string, headers ...string) Answer {
	t.Helper()
	if !strings.HasPrefix(path, "http") {
		path = g.URL + path
	}
	var content io.Reader
	if body != "" {
		content = strings.NewReader(body)
	}
	r, err := http.NewRequestWithContext(t.Context(), method, path, content)
	require.NoError(t, err)
	r.Header.Set("Authorization", "Bearer "+g.Bearer)
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ":")
		r.Header.Del(name)
		if value = strings.TrimSpace(value); value != "" {
			r.Header.Add(name, value)
		}
	}
	a, err := Receive(g.HTTP, r)
	require.NoError(t, err)
	if g.Seen != nil {
		g.Seen(t, method, path, body, a)
	}
	return a
}

// Receive sends a request and reads the answer to its end.
func Receive(c *http.Client, r *http.Request) (Answer, error) {
	w, err := c.Do(r)
	if err != nil {
		return Answer{}, err
	}
	defer w.Body.Close()
	b, err := io.ReadAll(w.Body)
	return Answer{w.StatusCode, w.Header, string(b), w.Proto}, err
}

// Get sends a GET.
func (g *Rig) Get(t *testing.T, path string, headers ...string) Answer {
	t.Helper()
	return g.Send(t, "GET", path, "", headers...)
}

// Post sends a POST.
func (g *Rig) Post(t *testing.T, path, body string, headers ...string) Answer {
	t.Helper()
	return g.Send(t, "POST", path, body, headers...)
}

// Found is Get where nothing but 200 will do.
func (g *Rig) Found(t *testing.T, path string, headers ...string) Answer {
	t.Helper()
	a := g.Get(t, path, headers...)
	require.Equal(t, 200, a.Status, a.Body)
	return a
}

// Create makes a profile and returns its id.
func (g *Rig) Create(t *testing.T, body string) string {
	t.Helper()
	a := g.Post(t, ProfilesAt, body)
	require.Equal(t, 202, a.Status, a.Body)
	return a.Text("id")
}

// Provisioned makes a profile and waits until it is provisioned.
func (g *Rig) Provisioned(t *testing.T, body string) string {
	t.Helper()
	id := g.Create(t, body)
	g.Advance(t, 2*time.Second)
	require.Equal(t, "provisioned", g.Found(t, At(id)).Text("state"))
	return id
}

// Named makes CSV profiles with these names and returns their ids.
func (g *Rig) Named(t *testing.T, names ...string) []string {
	t.Helper()
	var ids []string
	for _, n := range names {
		ids = append(ids, g.Create(t, CSVBody(n)))
	}
	return ids
}

func (g *Rig) Advance(t *testing.T, d time.Duration) {
	t.Helper()
	require.NoError(t, g.World().Clock().Advance(d))
}

// Status is a profile's status as a client sees it that knows all members.
func (g *Rig) Status(t *testing.T, id string) string {
	t.Helper()
	return g.Found(t, At(id)+"/profileStatus", "Prefer: include-unknown-enum-members").Text("status")
}

// origin is the service's root without the version.
func (g *Rig) Root() string { return strings.TrimSuffix(g.URL, "/beta") }

// At is the address of a profile.
func At(id string) string { return ProfilesAt + "/" + id }

// Query encodes query options: name, value, name, value.
func Query(pairs ...string) string {
	var parts []string
	for i := 0; i < len(pairs); i += 2 {
		parts = append(parts, pairs[i]+"="+url.QueryEscape(pairs[i+1]))
	}
	return "?" + strings.Join(parts, "&")
}

// JSON returns the value at a gjson path. "@odata." needs no escapes.
func (a Answer) JSON(path string) gjson.Result {
	return gjson.Get(a.Body, strings.ReplaceAll(path, "@odata.", `\@odata\.`))
}

// Text is JSON as a string.
func (a Answer) Text(path string) string { return a.JSON(path).String() }

// Texts are the strings in the array at path.
func (a Answer) Texts(path string) []string {
	list := []string{}
	for _, v := range a.JSON(path).Array() {
		list = append(list, v.String())
	}
	return list
}

// Names are the names of a list's profiles.
func (a Answer) Names() []string { return a.Texts("value.#.displayName") }

// Keys are the member names of the object at path in their order; "" is the whole.
func (a Answer) Keys(path string) []string {
	v := gjson.Parse(a.Body)
	if path != "" {
		v = a.JSON(path)
	}
	return KeysOf(v)
}

// KeysOf are the member names of an object in their order.
func KeysOf(v gjson.Result) []string {
	var keys []string
	v.ForEach(func(k, _ gjson.Result) bool { keys = append(keys, k.String()); return true })
	return keys
}

// WantError checks status, code and message, and the envelope around them.
func WantError(t *testing.T, a Answer, status int, code, message string) {
	t.Helper()
	assert.Equal(t, status, a.Status, a.Body)
	assert.Equal(t, code, a.Text("error.code"))
	assert.Equal(t, message, a.Text("error.message"))
	assert.Equal(t, []string{"error"}, a.Keys(""))
	want := []string{"code", "message", "innerError"}
	if a.JSON("error.details").Exists() {
		want = []string{"code", "message", "details", "innerError"}
	}
	assert.Equal(t, want, a.Keys("error"))
	assert.Equal(t, []string{"date", "request-id", "client-request-id"}, a.Keys("error.innerError"))
	assert.Equal(t, "application/json", a.Header.Get("Content-Type"))
}

// WantEmpty checks an answer without a body.
func WantEmpty(t *testing.T, a Answer, status int) {
	t.Helper()
	assert.Equal(t, status, a.Status, a.Body)
	assert.Empty(t, a.Body)
	assert.NotContains(t, a.Header, "Content-Type")
}

// Raw sends a request as it is written, and returns what came.
func (g *Rig) Raw(t *testing.T, request string) Answer {
	t.Helper()
	w, err := http.ReadResponse(bufio.NewReader(strings.NewReader(g.Exchange(t, request))), nil)
	require.NoError(t, err)
	defer w.Body.Close()
	b, err := io.ReadAll(w.Body)
	require.NoError(t, err)
	return Answer{w.StatusCode, w.Header, string(b), w.Proto}
}

// Exchange sends bytes over TCP and returns all that comes. The rig must listen.
func (g *Rig) Exchange(t *testing.T, request string) string {
	t.Helper()
	c, err := new(net.Dialer).DialContext(t.Context(), "tcp", strings.TrimPrefix(g.Origin("http"), "http://"))
	require.NoError(t, err)
	defer c.Close()
	_, err = io.WriteString(c, request)
	require.NoError(t, err)
	b, err := io.ReadAll(c)
	require.NoError(t, err)
	return string(b)
}

// As sends the requests of this rig with another token.
func (g *Rig) As(token string) *Rig {
	return &Rig{Emulator: g.Emulator, HTTP: g.HTTP, Bearer: token, Seen: g.Seen}
}

// Control asks the control API.
func (g *Rig) Control(t *testing.T, method, path, body string, headers ...string) Answer {
	t.Helper()
	return g.Send(t, method, g.Root()+"/_graphemu/"+path, body, append([]string{"Authorization:"}, headers...)...)
}
