package emulatortest_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/emulatortest"
	"github.com/graphemu/graphemu/emulator/fault"
)

// createProfile is the code under test. It ends where the service is busy.
func createProfile(client *http.Client, url, name string) (id string, err error) {
	body := `{"displayName": "` + name + `",
		"dataProvider": {"@odata.type": "#microsoft.graph.educationCsvDataProvider"},
		"identitySynchronizationConfiguration": {
			"@odata.type": "#microsoft.graph.educationIdentityCreationConfiguration",
			"userDomains": [{"appliesTo": "student", "name": "contoso.edu"}, {"appliesTo": "teacher", "name": "contoso.edu"}]}}`
	response, err := client.Post(url+"/education/synchronizationProfiles", "application/json", strings.NewReader(body))
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusAccepted {
		return "", fmt.Errorf("create: %s", response.Status)
	}
	var created struct{ ID string }
	return created.ID, json.NewDecoder(response.Body).Decode(&created)
}

// An emulator without a port, reached in memory by an ordinary client. The test
// decides how late it is.
func ExampleStart() {
	t := newT("TestCreate") // in a test, the t that it is given
	defer t.end()

	g := emulatortest.Start(t, emulator.Options{Clock: "frozen@2026-01-05T06:00:00Z"})
	_, err := createProfile(g.AuthorizedClient(), g.URL, "North")
	fmt.Println(err, g.World().Profiles()[0].State)

	err = g.World().Clock().Advance(2 * time.Second)
	fmt.Println(err, g.World().Profiles()[0].State)
	// Output:
	// <nil> provisioning
	// <nil> provisioned
}

// The scenario's expectations are a part of the test. A client that does not wait
// as it was told fails it, and its log says why.
func ExampleStart_verdict() {
	t := newT("TestListIsPatient")
	defer t.end()

	g := emulatortest.Start(t, emulator.Options{Clock: "frozen@2026-01-05T06:00:00Z", ScenarioText: `
version: 1
faults:
  - {name: busy, operation: profiles.list, calls: first 1, respond: {status: 429, retryAfter: 20s}}
expect:
  - {operation: profiles.list, noEarlyRetry: true}
`})
	client := g.AuthorizedClient()
	for range 2 {
		response, err := client.Get(g.URL + "/education/synchronizationProfiles")
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
	}
	// Output:
	// emulator: world default (tenant de7a0117-0000-4000-8000-000000000001): 2 entries
	//   FAILED  profiles.list is not called again before a Retry-After is over  [scenario text:6:5]
	//           but 1 call was early: entry 2 came 20s before the answer of entry 1 allowed it (entry 2)
	// NOT verified: 1 of 1 expectation not met in 1 world, no warnings
	//
	// emulator: the journal of world default, the last 2 requests:
	// 1  2026-01-05T06:00:00Z  profiles.list  429  GET /beta/education/synchronizationProfiles  TooManyRequests; fault busy: respond 429, retryAfter 20s; told to wait 20s
	// 2  2026-01-05T06:00:00Z  profiles.list  200  GET /beta/education/synchronizationProfiles  EARLY by 20s (see entry 1)
}

// Subtests share an emulator, and each has a world of its own.
func ExampleEmulator_For() {
	t := newT("TestProfiles")
	defer t.end()
	g := emulatortest.Start(t, emulator.Options{})

	for _, name := range []string{"North", "South"} {
		// In a test: t.Run(name, func(t *testing.T) { t.Parallel(); … })
		func(t *recorder) {
			defer t.end()
			g := g.For(t)
			if _, err := createProfile(g.AuthorizedClient(), g.URL, name); err != nil {
				t.Fatal(err)
			}
			fmt.Println(g.World().Name(), len(g.World().Profiles()))
		}(newT("TestProfiles/" + name))
	}
	// Output:
	// TestProfiles-North-1f6c2a5c3624514b1fa8 1
	// TestProfiles-South-0c09768c3691d12cd903 1
}

// What goes wrong may be said in the test, and the journal tells what came.
func ExampleJournal_Requests() {
	t := newT("TestCreateWhenBusy")
	defer t.end()
	g := emulatortest.Start(t, emulator.Options{Clock: "frozen@2026-01-05T06:00:00Z"})
	err := g.World().Faults().Add(fault.Throttled("profiles.create", 20*time.Second))
	if err != nil {
		t.Fatal(err)
	}
	client := g.AuthorizedClient()
	_, err = createProfile(client, g.URL, "North")
	fmt.Println(err)
	if err := g.World().Clock().Advance(20 * time.Second); err != nil {
		t.Fatal(err)
	}
	_, err = createProfile(client, g.URL, "North")
	fmt.Println(err)
	for _, entry := range g.World().Journal().Requests("profiles.create") {
		fmt.Println(entry.Operation, entry.Status)
	}
	// Output:
	// create: 429 Too Many Requests
	// <nil>
	// profiles.create 429
	// profiles.create 202
}

// The world of any test, for a client that is told of it by name.
func ExampleWorldName() {
	fmt.Println(emulatortest.WorldName("TestSync"))
	fmt.Println(emulatortest.WorldName("TestSync/pause_and resume"))
	// Output:
	// TestSync
	// TestSync-pause_and-resume-665f4de9e5764c571951
}
