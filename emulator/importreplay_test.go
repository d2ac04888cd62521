package emulator_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/emulatortest"
	"github.com/graphemu/graphemu/emulator/internal/ids"
)

// replay starts a server from what was made of an archive.
func replay(t *testing.T, dir string) *emulator.Server {
	t.Helper()
	return emulatortest.Start(t, emulator.Options{Scenarios: []string{filepath.Join(dir, "scenario.yaml")}, HTTP: "127.0.0.1:0",
		Clock: "frozen@2026-01-05T06:00:00Z", Verify: emulator.VerifyOff}).Server
}

// An object without an id gets none that another of the fixture has, whichever of them
// comes first.
func TestDrawnIDsAreNotThoseOfAFixture(t *testing.T) {
	stream := ids.NewStream(1, "fixture", "objects")
	first, second := stream.GUID(), stream.GUID()
	user := func(name, id string) map[string]any {
		u := map[string]any{"displayName": name, "userPrincipalName": name + "@contoso.edu", "mailNickname": name, "accountEnabled": true}
		if id != "" {
			u["id"] = id
		}
		return u
	}
	for name, users := range map[string][]any{
		"before": {user("drawn", ""), user("a", first), user("b", second)},
		"after":  {user("a", first), user("b", second), user("drawn", "")},
	} {
		t.Run(name, func(t *testing.T) {
			s := emulatortest.Start(t, emulator.Options{Entities: map[string][]any{"users": users}, Verify: emulator.VerifyOff})
			w, err := s.Server.World("a")
			require.NoError(t, err)
			list, err := w.Entities("users")
			require.NoError(t, err)
			assert.Len(t, list, 1+3, "the tenant has an administrator")
		})
	}
}

// What was answered 404 is in no fixture, and is answered so by a server that starts with
// it, in whatever order clients ask.
func TestImportMakesNothingOfWhatIsNotThere(t *testing.T) {
	const noID = "11111111-1111-4111-8111-111111111111"
	const gone, unknown = "/v1.0/users/gone@contoso.edu", "/v1.0/users/" + noID
	var reads []string
	archive := recorded(t, emulator.Options{Fixture: "contoso"}, func(call func(method, path, body string) string) {
		ann := gjson.Get(call("GET", "/v1.0/users", ""), "value.3.id").Str
		require.NotEmpty(t, ann)
		group := gjson.Get(call("GET", "/v1.0/groups?$expand=members", ""), "value.0")
		require.NotEmpty(t, group.Get("id").Str)
		reads = []string{gone, gone + "/manager", unknown + "/manager", unknown + "/memberOf", "/v1.0/domains/gone.example",
			"/v1.0/groups/" + noID + "/members", "/v1.0/groups/" + group.Get("id").Str + "/members/" + noID}
		for _, path := range reads {
			assert.Contains(t, call("GET", path, ""), `"error"`, path)
		}
		call("DELETE", "/v1.0/users/"+ann, "")
		call("GET", "/v1.0/users/"+ann, "")
	})
	for _, keep := range []bool{true, false} {
		t.Run(fmt.Sprint("keep names ", keep), func(t *testing.T) {
			made, dir := imported(t, archive, emulator.ImportOptions{KeepNames: keep})
			assert.Zero(t, made.Faults, string(made.Scenario))
			assert.NotContains(t, string(made.Fixture), "gone")
			s := replay(t, dir)
			for i := range reads {
				path := reads[len(reads)-1-i]
				status, body := ask(t, s, "GET", path, "")
				assert.Equal(t, http.StatusNotFound, status, "%s\n%s", path, body)
			}
			_, users := ask(t, s, "GET", "/v1.0/users?$top=999", "")
			for _, u := range gjson.Get(users, "value").Array() {
				status, body := ask(t, s, "GET", "/v1.0/users/"+u.Get("id").Str, "")
				assert.Equal(t, http.StatusOK, status, body)
			}
		})
	}
}

// A 404 of what is there is a fault of its address alone: other objects are not struck,
// whichever is asked first, and other faults strike the calls that they struck.
func TestImportBindsFaultsToAddresses(t *testing.T) {
	var user [3]string
	archive := recorded(t, emulator.Options{Fixture: "contoso"}, func(call func(method, path, body string) string) {
		list := gjson.Get(call("GET", "/v1.0/users", ""), "value.#.id").Array()
		for i := range user {
			user[i] = "/v1.0/users/" + list[i].Str
		}
		for _, i := range []int{0, 1, 0, 2, 1} {
			call("GET", user[i], "")
		}
	})
	text, err := os.ReadFile(archive)
	require.NoError(t, err)
	asked := func(i int) []byte { return []byte(user[i] + `"`) }
	fail(t, &text, asked(1), 1, 404) // the second call of all
	fail(t, &text, asked(2), 1, 429) // the fourth
	fail(t, &text, asked(1), 2, 404)
	require.NoError(t, os.WriteFile(archive, text, 0o600))
	made, dir := imported(t, archive, emulator.ImportOptions{KeepNames: true})
	assert.Equal(t, 2, made.Faults, string(made.Scenario))

	s := replay(t, dir)
	for n, want := range []struct{ user, status int }{{0, 200}, {1, 404}, {0, 200}, {2, 429}, {1, 404}, {1, 200}} {
		status, _ := ask(t, s, "GET", user[want.user], "")
		assert.Equal(t, want.status, status, n)
	}
	s = replay(t, dir)
	status, _ := ask(t, s, "GET", user[0], "")
	assert.Equal(t, 200, status)
	status, _ = ask(t, s, "GET", user[2], "")
	assert.Equal(t, 200, status)
}

// fail lets the nth call of an archive that has that in it be answered with a status.
func fail(t *testing.T, text *[]byte, call []byte, n, status int) {
	t.Helper()
	lines := bytes.Split(*text, []byte("\n"))
	for i, line := range lines {
		if !bytes.Contains(line, call) {
			continue
		}
		if n--; n == 0 {
			require.Contains(t, string(line), `"status":200`)
			lines[i] = bytes.Replace(line, []byte(`"status":200`), fmt.Appendf(nil, `"status":%d`, status), 1)
			*text = bytes.Join(lines, []byte("\n"))
			return
		}
	}
	t.Fatalf("there is no such call %s", call)
}

// An answer that was cut is cut again.
func TestImportOfACutAnswer(t *testing.T) {
	scenario := filepath.Join(t.TempDir(), "cut.yaml")
	require.NoError(t, os.WriteFile(scenario, []byte(`{version: 1, faults: [
		{operation: GET /users, calls: 2, body: {cutAt: 50%}, then: close},
		{operation: GET /groups, calls: 1, body: {cutAt: 50%}}]}`), 0o600))
	var before []string
	ended := func(t *testing.T, s *emulator.Server, path string) (string, error) {
		r, err := http.NewRequest("GET", s.Origin("http")+path, http.NoBody)
		require.NoError(t, err)
		r.Header.Set("Authorization", "Bearer token")
		answer, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(r)
		require.NoError(t, err)
		defer answer.Body.Close()
		text, err := io.ReadAll(answer.Body)
		return string(text), err
	}
	var lines bytes.Buffer
	s, err := emulator.New(emulator.Options{Fixture: "contoso", Scenarios: []string{scenario}, Journal: &lines, HTTP: "127.0.0.1:0",
		Clock: "frozen@2026-01-05T06:00:00Z"})
	require.NoError(t, err)
	for _, path := range []string{"/v1.0/users", "/v1.0/users", "/v1.0/users", "/v1.0/groups"} {
		text, err := ended(t, s, path)
		before = append(before, text)
		assert.Equal(t, len(before) == 2, err != nil, path)
	}
	origin := s.Origin("http")
	require.NoError(t, s.Close())
	var text bytes.Buffer
	require.NoError(t, emulator.WriteHAR(&text, bytes.NewReader(took.ReplaceAll(lines.Bytes(), []byte(`"duration":"1ms"`))), origin))
	assert.Equal(t, int64(len(before[1])), gjson.Get(text.String(), "log.entries.1.response.bodySize").Int())
	file := filepath.Join(t.TempDir(), "cut.har")
	require.NoError(t, os.WriteFile(file, text.Bytes(), 0o600))

	made, dir := imported(t, file, emulator.ImportOptions{KeepNames: true})
	assert.Equal(t, 1, made.Faults, string(made.Scenario))
	require.NotEmpty(t, made.Unused, "what looked whole is told")
	assert.Contains(t, made.Unused[len(made.Unused)-1].Why, "cut off")
	s = replay(t, dir)
	for i := range 3 {
		_, err := ended(t, s, "/v1.0/users")
		assert.Equal(t, i == 1, err != nil, i)
	}
}
