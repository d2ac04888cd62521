package journal_test

import (
	"bytes"
	"flag"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator/clock"
	"github.com/graphemu/graphemu/emulator/journal"
)

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

var update = flag.Bool("update", false, "write the golden files")

// golden compares what write writes with a file of testdata.
func golden(t *testing.T, name string, write func(io.Writer) error) {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, write(&b))
	file := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(file, b.Bytes(), 0o644))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, string(want), b.String(), name)
}

// story is the entries of a client that has met all there is.
func story() []journal.Entry {
	wait, later := clock.Duration(20*time.Second), clock.Duration(40*time.Second)
	standing := &journal.Subject{State: "provisioned", Status: "paused"}
	create := get()
	create.Operation, create.Method, create.Path, create.Profile, create.Before = "profiles.create", "POST", "/beta/education/synchronizationProfiles", "", nil
	create.Status, create.RequestBytes = 400, 52
	create.RequestBody = "{\n  \"displayNam\": \"North\",\n  \"clientSecret\": \"(redacted)\"\n}"
	create.Error = &journal.Problem{Code: "BadRequest", Message: "Invalid profile.", Refused: true, Details: []journal.ProblemDetail{
		{"unknownProperty", "/displayNam", `unknown property "displayNam"; did you mean "displayName"?`},
		{"missingProperty", "", "identitySynchronizationConfiguration is missing"}}}

	throttled := get()
	throttled.Operation, throttled.Method, throttled.Path, throttled.Before, throttled.After = "profiles.start", "POST", throttled.Path+
		"/start", standing, standing
	throttled.Status, throttled.Error = 429, &journal.Problem{Code: "TooManyRequests", Message: "Too many requests."}
	throttled.Detail = &journal.Detail{Fault: &journal.Strike{Rule: "throttle-start", Call: 1, Effects: []string{"respond 429"}},
		RetryAfter: &wait, RetryFormat: "seconds"}

	tooEarly := throttled
	tooEarly.Detail = &journal.Detail{Throttled: "education", Burst: "education", RetryAfter: &later, RetryFormat: "date",
		Early: &journal.Early{Entry: 2, By: clock.Duration(18 * time.Second)},
		Misses: []journal.Miss{{"throttle-start", "struck calls 1 to 2; this was call 3"},
			{"cut", "the profile's status is paused, the rule wants inProgress"}}}

	started := throttled
	started.Status, started.Error, started.After = 200, nil, &journal.Subject{State: "provisioned", Status: "extracting"}
	started.Detail = &journal.Detail{Lifecycle: "slow-then-quarantined"}

	read := get()
	read.Query = "$expand=profileStatus"
	read.Detail = &journal.Detail{Fault: &journal.Strike{Rule: "slow", Call: 7, Effects: []string{"delay 350ms", "cutAt 50%", "reset"}}}
	read.Waited, read.Duration = clock.Duration(350*time.Millisecond), clock.Duration(351*time.Millisecond)

	batch := get()
	batch.Operation, batch.Method, batch.Path, batch.Profile, batch.Before, batch.Client = "batch", "POST", "/beta/$batch", "", nil, "opaque"
	part := get()
	part.Batch, part.Operation, part.Method, part.Status, part.After = 6, "profiles.delete", "DELETE", 202, &journal.Subject{State: "deleting",
		Status: "paused"}

	gone := get()
	gone.Status, gone.Before, gone.After, gone.Error = 404, nil, &journal.Subject{Gone: true}, &journal.Problem{Code: "itemNotFound",
		Message: "There is none.", Details: []journal.ProblemDetail{{"help", "", "list them first"}}}

	dropped := get()
	dropped.Status, dropped.Operation, dropped.Client, dropped.Before = 0, "", "", &journal.Subject{}
	dropped.Path, dropped.World = "/beta/\x1b[31mred\u202e\n", "odd\x00"
	dropped.Error = &journal.Problem{Code: "timeout", Message: "no answer"}
	list := []journal.Entry{create, throttled, tooEarly, started, read, batch, part, gone, dropped}
	for i := range list {
		list[i].ID, list[i].At = uint64(i+1), dawn.Add(time.Duration(i)*1500*time.Millisecond)
	}
	return list
}

func TestEntriesExplainThemselves(t *testing.T) {
	golden(t, "explain.txt", func(w io.Writer) error {
		all := story()
		for _, e := range all {
			parts := slices.DeleteFunc(slices.Clone(all), func(p journal.Entry) bool { return p.Batch != e.ID })
			if _, err := io.WriteString(w, e.Explain(parts...)+"\n----\n\n"); err != nil {
				return err
			}
		}
		return nil
	})
}

func TestEntriesAsLines(t *testing.T) {
	golden(t, "lines.txt", func(w io.Writer) error { return journal.WriteText(w, story()) })
}

func TestNoControlCharacterComesThrough(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, journal.WriteText(&b, story()))
	for _, e := range story() {
		b.WriteString(e.Explain())
	}
	assert.NotContains(t, b.String(), "\x1b")
	assert.NotContains(t, b.String(), "\u202e")
	assert.NotContains(t, b.String(), "\x00")
}

// What is carried out may change more than the journal looks at: an upload stores
// a file, an update writes properties.
func TestExplainDoesNotDenyChanges(t *testing.T) {
	e := get()
	e.Operation, e.Method = "upload.putBlob", "PUT"
	e.Before, e.After = &journal.Subject{State: "provisioned", Status: "paused"}, &journal.Subject{State: "provisioned", Status: "paused"}
	for status, want := range map[int]string{
		201: "The profile's state stayed provisioned and the sync's status paused.\n",
		403: "It changed nothing: the profile's state was provisioned and the sync's status paused, before and after.\n",
	} {
		e.Status = status
		assert.Contains(t, e.Explain(), want)
	}
}
