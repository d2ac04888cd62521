package documents

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/internal/operation"
	"github.com/graphemu/graphemu/emulator/internal/tests/rig"
	"github.com/graphemu/graphemu/schemas"
)

// signingIn says what the operations of Entra ID are.
var signingIn = map[string]string{
	"token.authorizationCode": "Redeem a code: POST /{tenant}/oauth2/v2.0/token",
	"token.authorize":         "The sign-in page: GET /{tenant}/oauth2/v2.0/authorize",
	"token.clientCredentials": "A token for an app: POST /{tenant}/oauth2/v2.0/token",
	"token.configuration":     "GET /{tenant}/v2.0/.well-known/openid-configuration",
	"token.device":            "Redeem a device code: POST /{tenant}/oauth2/v2.0/token",
	"token.deviceCode":        "Begin with a device code: POST /{tenant}/oauth2/v2.0/devicecode",
	"token.devicePage":        "The page where a person enters a device's code",
	"token.instance":          "Instance discovery: GET /common/discovery/instance",
	"token.keys":              "The keys that tokens are signed with: GET /{tenant}/discovery/v2.0/keys",
	"token.logout":            "Sign out: GET /{tenant}/oauth2/v2.0/logout",
	"token.other":             "A grant that is not emulated: POST /{tenant}/oauth2/v2.0/token",
	"token.password":          "A token for name and password: POST /{tenant}/oauth2/v2.0/token",
	"token.refreshToken":      "Redeem a refresh token: POST /{tenant}/oauth2/v2.0/token",
	"token.userRealm":         "Where a user signs in: GET /common/userrealm/{user}",
}

// calls are the operations that the descriptions of Graph have, each with the plainest
// call that it is.
func calls(t *testing.T) map[string]string {
	all := map[string]string{}
	key := regexp.MustCompile(`\{[^{}]+\}`)
	length := map[string]int{}
	for _, version := range []string{"v1.0", "beta"} {
		text, err := emulator.OpenAPI(emulator.OpenAPIOptions{Version: version, Origin: "http://localhost:9400"})
		require.NoError(t, err)
		gjson.GetBytes(text, "paths").ForEach(func(path, methods gjson.Result) bool {
			methods.ForEach(func(method, call gjson.Result) bool {
				name := call.Get("x-graphemu-operation").String()
				if name == "" {
					return true
				}
				as := strings.ToUpper(method.String()) + " " + key.ReplaceAllString(path.String(), "{id}")
				weight := len(as)
				if strings.Contains(as, " /me") { // what it is called by stands in the path
					weight += 1000
				}
				if now, seen := length[name]; !seen || weight < now {
					length[name], all[name] = weight, call.Get("summary").String()+": "+as
				}
				return true
			})
			return true
		})
	}
	return all
}

var capital = regexp.MustCompile(`[A-Z]+[a-z]*`)

// describe says what an operation is.
func describe(name string, calls map[string]string) string {
	if text := signingIn[name]; text != "" {
		return text
	}
	if blob, ok := strings.CutPrefix(name, "upload."); ok {
		return "Of the storage account behind uploadUrl: " + strings.ToLower(strings.TrimSpace(capital.ReplaceAllString(blob, " $0")))
	}
	return calls[name]
}

// An editor completes the names of operations from the schema: a const and what it is
// for each that is emulated, and for each group. Any other that may be is held by the
// pattern alone; whether it is one, graphemu check tells.
func TestOperationList(t *testing.T) {
	s, err := emulator.New(emulator.Options{})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, s.Close()) })
	names := s.Operations()
	slices.Sort(names)
	var entries []string
	add := func(name, text string) {
		require.NotEmpty(t, text, "%s: say what it is", name)
		var b strings.Builder
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(false)
		require.NoError(t, e.Encode(text))
		entries = append(entries, `{"const": "`+name+`", "description": `+strings.TrimSpace(b.String())+`}`)
	}
	known := calls(t)
	for _, name := range names {
		add(name, describe(name, known))
	}
	for _, group := range operation.Groups(names) {
		if strings.Count(group, ".") == 1 { // those below are known by the pattern
			add(group, "Every operation whose name begins with "+strings.TrimSuffix(group, "*"))
		}
	}
	add("graph.*", "Every operation of Graph: not uploads, not signing in, not a batch as a whole")
	add("*", "Every operation of Graph and of the storage account; signing in is token.*")
	add("GET /users/{id}", "A call as the client sees it: {id} is any key. Any method and path can stand so")
	add("* /me/*", "Calls as the client sees them: any method, and any path that begins so")
	// Last, since editors explain a value by the first that fits. Its form is what the pattern says.
	entries = append(entries,
		`{"description": "An operation by its name, which the metadata may describe, or a call as the client sees it: GET /users/{id}, * /me/*."}`)
	const indent = "\n        "
	rig.FileSays(t, "../../../../schemas/scenario.schema.json",
		`"pattern": "^(\\*|[A-Za-z][A-Za-z0-9_]*(\\.[A-Za-z][A-Za-z0-9_]*)*(\\.\\*)?|(\\*|[A-Za-z]+) +(/[^\\s/?#*]+)*/([^\\s/?#*]+|\\*))$",`+
			"\n      "+`"anyOf": [`, "\n      ],\n      \"examples\"",
		indent+strings.Join(entries, ","+indent))
	text, err := schemas.FS.ReadFile("scenario.schema.json")
	require.NoError(t, err)
	assert.True(t, gjson.ValidBytes(text))
}
