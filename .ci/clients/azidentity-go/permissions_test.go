package azidentitygo

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The rows of the table of permissions. A profile of the fixture suits each call, and
// deleting comes last.
var operations = []struct {
	name, method, path, body string
	right                    int // what is needed: to read, to write, or to write for a user
}{
	{"list", "GET", "", "", toRead},
	{"count", "GET", "/$count", "", toRead},
	{"get", "GET", "/{01}", "", toRead},
	{"profileStatus", "GET", "/{02}/profileStatus", "", toRead},
	{"errors", "GET", "/{03}/errors", "", toRead},
	{"errors count", "GET", "/{03}/errors/$count", "", toRead},
	{"one error", "GET", "/{03}/errors/{error}", "", toRead},
	{"create", "POST", "", draft, toCreate},
	{"update", "PATCH", "/{01}", `{"displayName":"Far North"}`, toWrite},
	{"update by PUT", "PUT", "/{01}", draft, toWrite},
	{"uploadUrl", "GET", "/{01}/uploadUrl", "", toWrite},
	{"start", "POST", "/{01}/start", "", toWrite},
	{"pause", "POST", "/{02}/pause", "", toWrite},
	{"resume", "POST", "/{04}/resume", "", toWrite},
	{"reset", "POST", "/{05}/reset", "", toWrite},
	{"delete", "DELETE", "/{10}", "", toWrite},
}

const (
	toRead = iota
	toWrite
	toCreate
)

const id = "c0470500-0000-4000-8000-0000000000"

// What Graph says to a token without the permission.
const (
	noScope = "Required scp claim values are not provided."
	noRole  = "Required roles claim values are not provided."
)

// issue makes a token with one permission.
func (s *server) issue(kind, permission string) string {
	s.t.Helper()
	var got struct{ Token string }
	require.NoError(s.t, json.Unmarshal(s.control("token", `{"`+kind+`":["`+permission+`"]}`), &got))
	return got.Token
}

// anError is the id of a sync error of a profile.
func (s *server) anError(profile string) string {
	s.t.Helper()
	_, body := s.fetch(s.issue("scopes", "EduAdministration.Read"), "GET", profiles+"/"+profile+"/errors", "")
	var list struct{ Value []struct{ ID string } }
	require.NoError(s.t, json.Unmarshal(body, &list))
	require.NotEmpty(s.t, list.Value)
	return list.Value[0].ID
}

func TestPermissions(t *testing.T) {
	type grant struct {
		kind, permission string
		may              [3]bool // read, write, create
		said             [3]string
	}
	users := []grant{
		{"scopes", "EduAdministration.Read", [3]bool{true}, [3]string{"", noScope, noScope}},
		{"scopes", "User.Read", [3]bool{}, [3]string{noScope, noScope, noScope}},
		{"scopes", "EduAdministration.ReadWrite", [3]bool{true, true, true}, [3]string{}},
	}
	for reading, applications := range map[string][]grant{
		"2021": {
			{"roles", "EduAdministration.Read.All", [3]bool{true}, [3]string{"", noRole, noScope}},
			{"roles", "User.Read.All", [3]bool{}, [3]string{noRole, noRole, noScope}},
			{"roles", "EduAdministration.ReadWrite.All", [3]bool{true, true}, [3]string{"", "", noScope}},
		},
		// Before applications were supported at all.
		"2018": {
			{"roles", "EduAdministration.Read.All", [3]bool{}, [3]string{noScope, noScope, noScope}},
			{"roles", "EduAdministration.ReadWrite.All", [3]bool{}, [3]string{noScope, noScope, noScope}},
		},
	} {
		for _, g := range append(append([]grant{}, users...), applications...) {
			t.Run(reading+" "+g.permission, func(t *testing.T) {
				s := serve(t, "--variant", "permissions="+reading)
				token := s.issue(g.kind, g.permission)
				fill := regexp.MustCompile(`\{(\d\d)\}`)
				failure := s.anError(id + "03")
				for _, o := range operations {
					path := strings.Replace(fill.ReplaceAllString(o.path, id+"$1"), "{error}", failure, 1)
					status, message := s.ask(token, o.method, profiles+path, o.body)
					if g.may[o.right] {
						assert.NotContains(t, []int{http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound}, status, "%s: %s", o.name, message)
						assert.Less(t, status, 500, "%s: %s", o.name, message)
						continue
					}
					assert.Equal(t, http.StatusForbidden, status, o.name)
					assert.Equal(t, g.said[o.right], message, o.name)
				}
			})
		}
	}
}
