package emulator_test

import (
	"bufio"
	_ "embed"
	"encoding/json"
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

// dawn is where the clocks of these tests stand at first.
const dawn = "2026-01-05T06:00:00Z"

// The founding document's example, request and response.
var (
	//go:embed testdata/create-request.json
	foundingRequest string
	//go:embed testdata/create-response.json
	foundingResponse string
)

const profilesAt = "/education/synchronizationProfiles"

// rig is an emulator on a frozen clock, and a client that sends exactly what a
// test says and shows exactly what came.
type rig struct {
	*emulatortest.Emulator
	client *http.Client
	token  string
}

func newRig(t *testing.T, options ...emulator.Options) *rig {
	t.Helper()
	var o emulator.Options
	if len(options) > 0 {
		o = options[0]
	}
	if o.Clock == "" {
		o.Clock = "frozen@" + dawn
	}
	g := &rig{Emulator: emulatortest.Start(t, o)}
	g.client, g.token = g.Client(), g.Token()
	// No header but ours, and no answer is unpacked behind our back.
	g.client.Transport.(*http.Transport).DisableCompression = true
	return g
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   string
	proto  string
}

// send makes a request; path is relative to the service's root or absolute.
// Headers are "Name: value"; "Name:" sends none. A body is JSON unless they say
// otherwise, and the rig's token goes along.
func (g *rig) send(t *testing.T, method, path, body string, headers ...string) answer {
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
	r.Header.Set("Authorization", "Bearer "+g.token)
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
	a, err := receive(g.client, r)
	require.NoError(t, err)
	return a
}

func receive(c *http.Client, r *http.Request) (answer, error) {
	w, err := c.Do(r)
	if err != nil {
		return answer{}, err
	}
	defer w.Body.Close()
	b, err := io.ReadAll(w.Body)
	return answer{w.StatusCode, w.Header, string(b), w.Proto}, err
}

func (g *rig) get(t *testing.T, path string, headers ...string) answer {
	t.Helper()
	return g.send(t, "GET", path, "", headers...)
}

func (g *rig) post(t *testing.T, path, body string, headers ...string) answer {
	t.Helper()
	return g.send(t, "POST", path, body, headers...)
}

// found is get where nothing but 200 will do.
func (g *rig) found(t *testing.T, path string, headers ...string) answer {
	t.Helper()
	a := g.get(t, path, headers...)
	require.Equal(t, 200, a.status, a.body)
	return a
}

// create makes a profile and returns its id.
func (g *rig) create(t *testing.T, body string) string {
	t.Helper()
	a := g.post(t, profilesAt, body)
	require.Equal(t, 202, a.status, a.body)
	return a.text("id")
}

// provisioned makes a profile and waits until it is provisioned.
func (g *rig) provisioned(t *testing.T, body string) string {
	t.Helper()
	id := g.create(t, body)
	g.advance(t, 2*time.Second)
	require.Equal(t, "provisioned", g.found(t, at(id)).text("state"))
	return id
}

// named makes CSV profiles with these names and returns their ids.
func (g *rig) named(t *testing.T, names ...string) []string {
	t.Helper()
	var ids []string
	for _, n := range names {
		ids = append(ids, g.create(t, csvBody(n)))
	}
	return ids
}

func (g *rig) advance(t *testing.T, d time.Duration) {
	t.Helper()
	require.NoError(t, g.World().Clock().Advance(d))
}

// status is a profile's status as a client sees it that knows all members.
func (g *rig) status(t *testing.T, id string) string {
	t.Helper()
	return g.found(t, at(id)+"/profileStatus", "Prefer: include-unknown-enum-members").text("status")
}

// origin is the service's root without the version.
func (g *rig) origin() string { return strings.TrimSuffix(g.URL, "/beta") }

// at is the address of a profile.
func at(id string) string { return profilesAt + "/" + id }

// query encodes query options: name, value, name, value.
func query(pairs ...string) string {
	var parts []string
	for i := 0; i < len(pairs); i += 2 {
		parts = append(parts, pairs[i]+"="+url.QueryEscape(pairs[i+1]))
	}
	return "?" + strings.Join(parts, "&")
}

// json returns the value at a gjson path. "@odata." needs no escapes.
func (a answer) json(path string) gjson.Result {
	return gjson.Get(a.body, strings.ReplaceAll(path, "@odata.", `\@odata\.`))
}

func (a answer) text(path string) string { return a.json(path).String() }

// texts are the strings in the array at path.
func (a answer) texts(path string) []string {
	list := []string{}
	for _, v := range a.json(path).Array() {
		list = append(list, v.String())
	}
	return list
}

// names are the names of a list's profiles.
func (a answer) names() []string { return a.texts("value.#.displayName") }

// keys are the member names of the object at path in their order; "" is the whole.
func (a answer) keys(path string) []string {
	v := gjson.Parse(a.body)
	if path != "" {
		v = a.json(path)
	}
	return keysOf(v)
}

func keysOf(v gjson.Result) []string {
	var keys []string
	v.ForEach(func(k, _ gjson.Result) bool { keys = append(keys, k.String()); return true })
	return keys
}

// wantError checks status, code and message, and the envelope around them.
func wantError(t *testing.T, a answer, status int, code, message string) {
	t.Helper()
	assert.Equal(t, status, a.status, a.body)
	assert.Equal(t, code, a.text("error.code"))
	assert.Equal(t, message, a.text("error.message"))
	assert.Equal(t, []string{"error"}, a.keys(""))
	want := []string{"code", "message", "innerError"}
	if a.json("error.details").Exists() {
		want = []string{"code", "message", "details", "innerError"}
	}
	assert.Equal(t, want, a.keys("error"))
	assert.Equal(t, []string{"date", "request-id", "client-request-id"}, a.keys("error.innerError"))
	assert.Equal(t, "application/json", a.header.Get("Content-Type"))
}

// wantEmpty checks an answer without a body.
func wantEmpty(t *testing.T, a answer, status int) {
	t.Helper()
	assert.Equal(t, status, a.status, a.body)
	assert.Empty(t, a.body)
	assert.NotContains(t, a.header, "Content-Type")
}

// Request bodies, one for each provider.

const identityCreation = `{"@odata.type": "#microsoft.graph.educationIdentityCreationConfiguration",
	"userDomains": [{"appliesTo": "student", "name": "contoso.edu"}, {"appliesTo": "teacher", "name": "contoso.edu"}]}`

const identityMatching = `{"@odata.type": "#microsoft.graph.educationIdentityMatchingConfiguration", "matchingOptions": [
	{"appliesTo": "student", "sourcePropertyName": "Username", "targetPropertyName": "userPrincipalName", "targetDomain": "testschool.edu"},
	{"appliesTo": "teacher", "sourcePropertyName": "Username", "targetPropertyName": "userPrincipalName", "targetDomain": null}]}`

const oauth1 = `{"@odata.type": "#microsoft.graph.educationSynchronizationOAuth1ConnectionSettings", "clientId": "abc", "clientSecret": "hush-hush"}`

const oauth2 = `{"@odata.type": "#microsoft.graph.educationSynchronizationOAuth2ClientCredentialsConnectionSettings",
	"clientId": "abc", "clientSecret": "hush-hush", "tokenUrl": "https://sis.example.edu/token", "scope": "roster-core.readonly"}`

const powerSchool = `{"@odata.type": "#microsoft.graph.educationPowerSchoolDataProvider", "connectionUrl": "https://ps.example.edu",
	"clientId": "abc", "clientSecret": "hush-hush", "schoolsIds": ["10", "20"], "schoolYear": "2026", "allowTeachersInMultipleSchools": true}`

func oneRoster(settings string) string {
	return `{"@odata.type": "#microsoft.graph.educationOneRosterApiDataProvider", "connectionUrl": "https://sis.example.edu/v1p1",
		"providerName": "Made-up SIS", "schoolsIds": ["10"], "termIds": ["2026-1"], "connectionSettings": ` + settings + `}`
}

func body(name, provider, identity string) string {
	quoted, _ := json.Marshal(name)
	return `{"displayName": ` + string(quoted) + `, "dataProvider": ` + provider + `, "identitySynchronizationConfiguration": ` + identity + `}`
}

const csv = `{"@odata.type": "#microsoft.graph.educationCsvDataProvider"}`

func csvBody(name string) string { return body(name, csv, identityCreation) }

func powerSchoolBody(name string) string { return body(name, powerSchool, identityCreation) }

func oneRosterBody(name string) string { return body(name, oneRoster(oauth2), identityMatching) }

// absent, as a value for edit, takes a property away.
type absent struct{}

// edit sets properties of a body: path, value, path, value. A path is names
// separated by dots.
func edit(t *testing.T, body string, pairs ...any) string {
	t.Helper()
	var root map[string]any
	require.NoError(t, json.Unmarshal([]byte(body), &root))
	for i := 0; i < len(pairs); i += 2 {
		names := strings.Split(strings.ReplaceAll(pairs[i].(string), "@odata.", "@odata\x00"), ".")
		o := root
		for j, n := range names {
			n = strings.ReplaceAll(n, "\x00", ".")
			if j == len(names)-1 {
				if _, gone := pairs[i+1].(absent); gone {
					delete(o, n)
				} else {
					o[n] = pairs[i+1]
				}
				break
			}
			inner, ok := o[n].(map[string]any)
			if !ok {
				inner = map[string]any{}
				o[n] = inner
			}
			o = inner
		}
	}
	b, err := json.Marshal(root)
	require.NoError(t, err)
	return string(b)
}

// raw sends a request as it is written, and returns what came.
func (g *rig) raw(t *testing.T, request string) answer {
	t.Helper()
	w, err := http.ReadResponse(bufio.NewReader(strings.NewReader(g.exchange(t, request))), nil)
	require.NoError(t, err)
	defer w.Body.Close()
	b, err := io.ReadAll(w.Body)
	require.NoError(t, err)
	return answer{w.StatusCode, w.Header, string(b), w.Proto}
}

// exchange sends bytes over TCP and returns all that comes. The rig must listen.
func (g *rig) exchange(t *testing.T, request string) string {
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
