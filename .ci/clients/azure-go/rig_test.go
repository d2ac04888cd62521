// Package azurego tests graphemu with the Azure Blob SDK for Go: the files of a
// district go to where uploadUrl says, and come out as schools, classes and users.
package azurego

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/container"
	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/emulatortest"
	"github.com/stretchr/testify/require"
)

// profile asks for accounts by creation.
const profile = `{"displayName": "North", "dataProvider": {"@odata.type": "#microsoft.graph.educationCsvDataProvider"},
	"identitySynchronizationConfiguration": {"@odata.type": "#microsoft.graph.educationIdentityCreationConfiguration",
		"userDomains": [{"appliesTo": "student", "name": "contoso.edu"}, {"appliesTo": "teacher", "name": "contoso.edu"}]}}`

// world is one world of a server, and who speaks with it: plainly to Graph, which
// other suites have clients for, and through the SDK to the storage account.
type world struct {
	t      *testing.T
	origin string
	name   string
	client *http.Client // trusts the server
	retry  policy.RetryOptions
}

// open starts an emulator in this process.
func open(t *testing.T, o emulator.Options) (*emulatortest.Emulator, world) {
	t.Helper()
	g := emulatortest.Start(t, o)
	return g, world{t: t, origin: strings.TrimSuffix(g.URL, "/beta"), name: emulator.DefaultWorld, client: g.Client(),
		retry: policy.RetryOptions{MaxRetries: -1}}
}

// frozen are the options of most tests: nobody waits, and the SDK does not retry.
func frozen() emulator.Options { return emulator.Options{Clock: "frozen"} }

// answer is an answer of Graph or of the control API, read whole.
type answer struct {
	t      *testing.T
	status int
	header http.Header
	body   []byte
}

func (w world) ask(method, path, body string) answer {
	w.t.Helper()
	r, err := http.NewRequestWithContext(w.t.Context(), method, w.origin+path, strings.NewReader(body))
	require.NoError(w.t, err)
	r.Header.Set("Authorization", "Bearer world-"+w.name)
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	got, err := w.client.Do(r)
	require.NoError(w.t, err)
	defer got.Body.Close()
	text, err := io.ReadAll(got.Body)
	require.NoError(w.t, err)
	return answer{w.t, got.StatusCode, got.Header, text}
}

// into decodes an answer that must have that status.
func (a answer) into(status int, v any) {
	a.t.Helper()
	require.Equalf(a.t, status, a.status, "%s", a.body)
	require.NoErrorf(a.t, json.NewDecoder(bytes.NewReader(a.body)).Decode(v), "%s", a.body)
}

const profiles = "/beta/education/synchronizationProfiles"

// provisioned creates a profile and lets the time pass that it takes.
func (w world) provisioned() (id string) {
	w.t.Helper()
	var made struct{ ID string }
	w.ask("POST", profiles, profile).into(http.StatusAccepted, &made)
	w.advance(2 * time.Second)
	return made.ID
}

// advance moves the world's clock.
func (w world) advance(d time.Duration) {
	w.t.Helper()
	a := w.ask("POST", "/_graphemu/worlds/"+w.name+"/clock", `{"advance":"`+d.String()+`"}`)
	require.Equalf(w.t, http.StatusOK, a.status, "%s", a.body)
}

func (w world) uploadURL(id string) string {
	w.t.Helper()
	var got struct{ Value string }
	w.ask("GET", profiles+"/"+id+"/uploadUrl", "").into(http.StatusOK, &got)
	return got.Value
}

// storage is the SDK's client of a container, with no credential but the URL.
func (w world) storage(uploadURL string) *container.Client {
	w.t.Helper()
	c, err := container.NewClientWithNoCredential(uploadURL,
		&container.ClientOptions{ClientOptions: policy.ClientOptions{Transport: w.client, Retry: w.retry}})
	require.NoError(w.t, err)
	return c
}

// container makes a profile and returns its id and a client of its container.
func (w world) container() (id string, c *container.Client) {
	w.t.Helper()
	id = w.provisioned()
	return id, w.storage(w.uploadURL(id))
}

// message is one of verification's.
type message struct{ Type, FileName, Description string }

// start starts a profile, and returns the status and the messages.
func (w world) start(id string) (status int, messages []message) {
	w.t.Helper()
	a := w.ask("POST", profiles+"/"+id+"/start", "")
	var got struct{ Value []message }
	a.into(a.status, &got)
	return a.status, got.Value
}

// errorsOf are the messages that keep a sync from starting.
func errorsOf(messages []message) []message {
	return slices.DeleteFunc(slices.Clone(messages), func(m message) bool { return m.Type != "Error" })
}

// synced starts a profile that must start, lets its sync run, and returns how that
// ended.
func (w world) synced(id string) (status string) {
	w.t.Helper()
	code, messages := w.start(id)
	require.Equalf(w.t, http.StatusOK, code, "%v", messages)
	w.advance(time.Minute)
	return w.status(id)
}

// status is where the sync of a profile is.
func (w world) status(id string) string {
	w.t.Helper()
	var got struct{ Status string }
	w.ask("GET", profiles+"/"+id+"/profileStatus", "").into(http.StatusOK, &got)
	return got.Status
}

// list reads a collection under /education to its end.
func list[T any](w world, path string, query ...string) (all []T) {
	w.t.Helper()
	values := url.Values{}
	for i := 0; i+1 < len(query); i += 2 {
		values.Set(query[i], query[i+1])
	}
	next := "/beta/education/" + path + "?" + values.Encode()
	for next != "" {
		var page struct {
			Value []T
			Next  string `json:"@odata.nextLink"`
		}
		w.ask("GET", next, "").into(http.StatusOK, &page)
		all, next = append(all, page.Value...), strings.TrimPrefix(page.Next, w.origin)
	}
	return all
}

// user, class and school are what the tests look at.
type (
	user struct {
		ID, DisplayName, UserPrincipalName, PrimaryRole string
	}
	class  struct{ ID, DisplayName, ExternalID string }
	school struct{ ID, DisplayName, ExternalID string }
)

// files reads the roster of testdata.
func files(t *testing.T) map[string][]byte {
	t.Helper()
	names, err := filepath.Glob("testdata/roster/*.csv")
	require.NoError(t, err)
	require.Len(t, names, 6)
	all := map[string][]byte{}
	for _, name := range names {
		all[filepath.Base(name)], err = os.ReadFile(name)
		require.NoError(t, err)
	}
	return all
}

// sorted is the names of files, in order.
func sorted(files map[string][]byte) []string { return slices.Sorted(maps.Keys(files)) }

// put uploads files whole.
func put(t *testing.T, c *container.Client, files map[string][]byte) {
	t.Helper()
	for _, name := range sorted(files) {
		_, err := c.NewBlockBlobClient(name).UploadBuffer(t.Context(), files[name], nil)
		require.NoError(t, err, name)
	}
}
