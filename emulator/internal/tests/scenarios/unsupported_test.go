package scenarios

import (
	"encoding/json"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/internal/tests/rig"
)

// shown is the command that a 501 shows, and the fault in it, as a shell reads them.
func shown(t *testing.T, a rig.Answer) (command []string, fault string) {
	t.Helper()
	for i := range 3 {
		_, line, found := strings.Cut(a.Text("error.details."+strconv.Itoa(i)+".message"), "a scenario too: ")
		if !found {
			continue
		}
		out, err := exec.Command("sh", "-c", "set -- "+line+"; "+`printf '%s\000' "$@"`).Output()
		require.NoError(t, err, line)
		command = strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00")
		require.Equal(t, []string{"graphemu", "world", "faults", "add"}, command[:4], line)
		return command[4 : len(command)-1], command[len(command)-1]
	}
	require.Fail(t, "no command is shown", "%s", a.Body)
	return nil, ""
}

// A 501 shows a command that adds a fault which answers in its place, with the status that
// the documentation names for the action. Where nothing tells it, the hint says so. A
// scenario takes the same fault.
func TestFaultThatA501Shows(t *testing.T) {
	for call, c := range map[string]struct {
		status int
		body   string
		more   bool
	}{
		"POST /me/sendMail":                                    {202, "", false},
		"POST /me/exportPersonalData":                          {202, "", false},
		"POST /me/wipeManagedAppRegistrationsByDeviceTag":      {204, "", true},
		"POST /me/messages/1/reply":                            {202, "", false},
		"POST /me/messages/1/createReply":                      {201, "{}", false},
		"POST /teams/1/archive":                                {202, "", false},
		"GET /me/messages":                                     {200, `{"value":[]}`, false},
		"POST /me/messages":                                    {201, "{}", false},
		"GET /me/messages/1":                                   {200, "{}", false},
		"DELETE /me/messages/1":                                {204, "", false},
		"GET /me/messages/1/attachments":                       {200, `{"value":[]}`, false},
		"GET /users/ann@contoso.edu/mailFolders":               {200, `{"value":[]}`, false},
		"GET /me/calendar":                                     {200, "{}", false},
		"GET /planner":                                         {200, "{}", false},
		"GET /teams":                                           {200, `{"value":[]}`, false},
		"GET /teams/1/channels":                                {200, `{"value":[]}`, false},
		"GET /teams('1')/channels":                             {200, `{"value":[]}`, false},
		"GET /teams/1":                                         {200, "{}", false},
		"PATCH /teams/1":                                       {200, "{}", false},
		"GET /directory/federationConfigurations":              {200, `{"value":[]}`, false},
		"POST /directory/federationConfigurations":             {201, "{}", false},
		"GET /directory/federationConfigurations/1":            {200, "{}", false},
		"GET /directory/recovery":                              {200, "{}", false},
		"GET /chats/it's%20%24(touch%20x)%20%60id%60%27%3B%22": {200, "{}", false},
		"GET /chats/a%3Fb%23c%2A%7Bd":                          {200, "{}", false},
	} {
		g := rig.New(t, emulator.Options{Fixture: "contoso"})
		method, path, _ := strings.Cut(call, " ")
		body := ""
		if method == "POST" || method == "PATCH" {
			body = "{}"
		}
		a := g.Send(t, method, path, body)
		require.Equal(t, 501, a.Status, call)
		flags, fault := shown(t, a)
		assert.Empty(t, flags, call)
		assert.Equal(t, c.more, strings.Contains(a.Body, "what most actions answer"), call)
		holds := func(a rig.Answer, how string) {
			assert.Equal(t, c.status, a.Status, "%s, %s: %s", call, how, fault)
			if c.body == "" {
				assert.Empty(t, a.Body, call)
				return
			}
			assert.JSONEq(t, c.body, a.Body, call)
		}
		added := g.Control(t, "POST", "worlds/default/faults", fault)
		require.Equal(t, 201, added.Status, "%s: %s\n%s", call, fault, added.Body)
		holds(g.Send(t, method, path, body), "added")
		holds(rig.WithScenario(t, "faults: ["+fault+"]\n").Send(t, method, path, body), "in a scenario")
	}
}

// The command names the world of the call, where that is not the one without a name.
func TestFaultThatA501ShowsIsOfItsWorld(t *testing.T) {
	g := rig.New(t, emulator.Options{}).As("world-north")
	flags, _ := shown(t, g.Get(t, "/me/messages"))
	assert.Equal(t, []string{"--world", "north"}, flags)
}

// A fault may be added as YAML, in either style, and is read as strictly as JSON.
func TestFaultsAreAddedAsYAML(t *testing.T) {
	g := rig.New(t, emulator.Options{})
	for text, status := range map[string]int{
		`{operation: GET /me/messages, name: flow, respond: {status: 200, body: {value: []}}}`: 201,
		"name: block\noperation: users.list\nrespond:\n  status: 503\n":                        201,
		"name: twice\nname: twice\noperation: users.list\ndelay: 1s\n":                         400,
		"name: odd\noperation: users.list\ndeley: 1s\n":                                        400,
		"- name: list\n": 400,
		"":               400, "text": 400, "&a [*a]": 400, "a: *b": 400, "{": 400, "\x00": 400, "a:\n\t- b": 400, "null": 400,
	} {
		a := g.Control(t, "POST", "worlds/default/faults", text)
		assert.Equal(t, status, a.Status, "%s: %s", text, a.Body)
	}
	var view struct{ Faults []json.RawMessage }
	require.NoError(t, json.Unmarshal([]byte(g.Control(t, "GET", "worlds/default/faults", "").Body), &view))
	assert.Len(t, view.Faults, 2)
	assert.JSONEq(t, `{"value":[]}`, g.Get(t, "/me/messages").Body)
}
