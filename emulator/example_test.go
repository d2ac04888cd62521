package emulator_test

import (
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/fault"
)

const north = `{
	"displayName": "North Elementary",
	"dataProvider": {"@odata.type": "#microsoft.graph.educationCsvDataProvider"},
	"identitySynchronizationConfiguration": {
		"@odata.type": "#microsoft.graph.educationIdentityCreationConfiguration",
		"userDomains": [{"appliesTo": "student", "name": "contoso.edu"}, {"appliesTo": "teacher", "name": "contoso.edu"}]
	}
}`

// A server without a port, reached in memory by an ordinary client. Time is the
// test's to decide.
func Example() {
	server, err := emulator.New(emulator.Options{Clock: "frozen@2026-01-05T06:00:00Z"})
	if err != nil {
		log.Fatal(err)
	}
	defer server.Close()
	world, err := server.World(emulator.DefaultWorld)
	if err != nil {
		log.Fatal(err)
	}
	token, err := world.Token(emulator.TokenOptions{})
	if err != nil {
		log.Fatal(err)
	}

	request, err := http.NewRequest(http.MethodPost, server.URL+"/education/synchronizationProfiles", strings.NewReader(north))
	if err != nil {
		log.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("Content-Type", "application/json")
	response, err := server.Client().Do(request)
	if err != nil {
		log.Fatal(err)
	}
	defer response.Body.Close()
	var created struct{ ID, State string }
	if err := json.NewDecoder(response.Body).Decode(&created); err != nil {
		log.Fatal(err)
	}
	fmt.Println(response.Status, created.ID, created.State)

	if err := world.Clock().Advance(2 * time.Second); err != nil {
		log.Fatal(err)
	}
	for _, p := range world.Profiles() {
		fmt.Println(p.DisplayName, p.State)
	}
	// Output:
	// 202 Accepted 39c46295-9641-4891-86f7-48133169356a provisioning
	// North Elementary provisioned
}

// A scenario makes the service busy, and judges how the client takes it. This
// client does not wait as it is told.
func ExampleServer_Verify() {
	server, err := emulator.New(emulator.Options{Clock: "frozen@2026-01-05T06:00:00Z", ScenarioText: `
version: 1
name: busy
faults:
  - {name: throttle-list, operation: profiles.list, calls: first 1, respond: {status: 429, retryAfter: 20s}}
expect:
  - {operation: profiles.list, count: 2, noEarlyRetry: true}
`})
	if err != nil {
		log.Fatal(err)
	}
	defer server.Close()
	world, err := server.World(emulator.DefaultWorld)
	if err != nil {
		log.Fatal(err)
	}
	for range 2 {
		request, err := http.NewRequest(http.MethodGet, server.URL+"/education/synchronizationProfiles", nil)
		if err != nil {
			log.Fatal(err)
		}
		request.Header.Set("Authorization", "Bearer anything")
		response, err := server.Client().Do(request)
		if err != nil {
			log.Fatal(err)
		}
		response.Body.Close()
		fmt.Printf("%d, Retry-After %q\n", response.StatusCode, response.Header.Get("Retry-After"))
	}
	early := world.Journal().Requests("profiles.list")[1].Detail.Early
	fmt.Println(server.Verify().OK, "early by", early.By)
	// Output:
	// 429, Retry-After "20"
	// 200, Retry-After ""
	// false early by 20s
}

// Each tenant is a world of its own: parallel tests take one each.
func ExampleServer_World() {
	server, err := emulator.New(emulator.Options{Fixture: "one"})
	if err != nil {
		log.Fatal(err)
	}
	defer server.Close()
	for _, name := range []string{"default", "test-7", "3fa85f64-5717-4562-b3fc-2c963f66afa6"} {
		world, err := server.World(name)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(world.Name(), world.Tenant(), len(world.Profiles()))
	}
	// Output:
	// default de7a0117-0000-4000-8000-000000000001 1
	// test-7 e796a607-b752-4efc-a055-d710457ba3eb 1
	// 3fa85f64-5717-4562-b3fc-2c963f66afa6 3fa85f64-5717-4562-b3fc-2c963f66afa6 1
}

// A fault that the program puts into a world while it runs.
func ExampleWorld_Faults() {
	server, err := emulator.New(emulator.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer server.Close()
	world, err := server.World(emulator.DefaultWorld)
	if err != nil {
		log.Fatal(err)
	}
	err = world.Faults().Add(fault.Once("profiles.*", http.StatusBadGateway))
	if err != nil {
		log.Fatal(err)
	}
	for range 2 {
		request, err := http.NewRequest(http.MethodGet, server.URL+"/education/synchronizationProfiles", nil)
		if err != nil {
			log.Fatal(err)
		}
		request.Header.Set("Authorization", "Bearer anything")
		response, err := server.Client().Do(request)
		if err != nil {
			log.Fatal(err)
		}
		response.Body.Close()
		fmt.Println(response.StatusCode)
	}
	for _, use := range world.Faults().List() {
		fmt.Println(use.Rule.Name, use.Matched, use.Fired)
	}
	// Output:
	// 502
	// 200
	// once-profiles.all-502 2 1
}

// A strict server takes its own tokens, for what they permit, as long as they are
// good.
func ExampleWorld_Token() {
	server, err := emulator.New(emulator.Options{Auth: emulator.AuthStrict})
	if err != nil {
		log.Fatal(err)
	}
	defer server.Close()
	world, err := server.World(emulator.DefaultWorld)
	if err != nil {
		log.Fatal(err)
	}
	for _, o := range []emulator.TokenOptions{
		{},
		{Scopes: []string{"User.Read"}},
		{Expires: -time.Minute},
	} {
		token, err := world.Token(o)
		if err != nil {
			log.Fatal(err)
		}
		request, err := http.NewRequest(http.MethodGet, server.URL+"/education/synchronizationProfiles", nil)
		if err != nil {
			log.Fatal(err)
		}
		request.Header.Set("Authorization", "Bearer "+token)
		response, err := server.Client().Do(request)
		if err != nil {
			log.Fatal(err)
		}
		response.Body.Close()
		fmt.Println(response.Status)
	}
	// Output:
	// 200 OK
	// 403 Forbidden
	// 401 Unauthorized
}

// A made-up district with faults, and what a start would say of its files.
func ExampleCheck() {
	parent, err := os.MkdirTemp("", "")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(parent)
	dir := filepath.Join(parent, "roster")
	if err := emulator.WriteRoster(dir, emulator.RosterOptions{Students: 20, Flaws: map[string]int{"orphans": 2}}); err != nil {
		log.Fatal(err)
	}
	report, err := emulator.Check(dir)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(report.OK(), report.Files[0].Roster.Rows["student"])
	for _, m := range report.Files[0].Roster.Messages {
		fmt.Println(m.Type, m.FileName, m.Description)
	}
	// Output:
	// false 20
	// Error studentenrollment.csv 2 row(s) have referenced data not found in source. Field - SIS ID
}

// The documentation contradicts itself; a client should live with each reading.
func ExampleVariants() {
	for _, v := range emulator.Variants()[:3] {
		fmt.Println(v.Name, strings.Join(v.Readings, " or "))
	}
	// Output:
	// createStatus 202 or 201
	// startErrorStatus 400 or 200
	// deleteStatus 202 or 204
}
