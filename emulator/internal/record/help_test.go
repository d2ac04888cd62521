package record

import (
	"time"

	"github.com/graphemu/graphemu/emulator/clock"
	"github.com/graphemu/graphemu/emulator/journal"
)

// Helpers, also for the tests from outside.
var Dawn, Get, Roomy, Add, Must = dawn, get, roomy, add, must

var dawn = time.Date(2026, 1, 5, 6, 0, 0, 0, time.UTC)

const profileID = "86904b1e-c7d0-4ead-b13a-98f11fc400ee"

// get is the entry of a GET of a profile, as the Graph surface adds it.
func get() journal.Entry {
	return journal.Entry{
		World: "default", At: dawn, Operation: "profiles.get", Method: "GET", Path: "/beta/education/synchronizationProfiles/" + profileID,
		Client: "11111111-2222-3333-4444-555555555555", Profile: profileID, RequestID: "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee", Status: 200,
		Duration: clock.Duration(16 * time.Microsecond), ResponseBytes: 1700,
		Before: &journal.Subject{State: "provisioned", Status: "inProgress"},
	}
}

// roomy is a journal that loses nothing.
func roomy() *Journal { return New("default", Limits{Entries: 10_000, Bytes: 64 << 20}) }

// add adds an entry with the next id, and returns the id.
func add(j *Journal, e journal.Entry) uint64 {
	e.ID = j.Open()
	j.Add(&e, nil, dawn)
	return e.ID
}

func must(e journal.Entry, ok bool) journal.Entry {
	if !ok {
		panic("no such entry")
	}
	return e
}
