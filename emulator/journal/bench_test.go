package journal

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator/clock"
	"github.com/graphemu/graphemu/emulator/internal/redact"
)

var dawn = time.Date(2026, 1, 5, 6, 0, 0, 0, time.UTC)

const profileID = "86904b1e-c7d0-4ead-b13a-98f11fc400ee"

// get is the entry of a GET of a profile, as the Graph surface adds it.
func get() Entry {
	return Entry{
		World: "default", At: dawn, Operation: "profiles.get", Method: "GET", Path: "/beta/education/synchronizationProfiles/" + profileID,
		Client: "11111111-2222-3333-4444-555555555555", Profile: profileID, RequestID: "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee", Status: 200,
		Duration: clock.Duration(16 * time.Microsecond), ResponseBytes: 1700, Before: &Subject{State: "provisioned", Status: "inProgress"},
	}
}

// The journal may cost a GET 15 % of its 16 µs, of which the header that names
// the entry takes most: 250 ns for both calls together.
func BenchmarkGet(b *testing.B) {
	j := New("default", Limits{Entries: 10_000, Bytes: 16 << 20})
	one := get()
	b.ReportAllocs()
	for b.Loop() {
		e := one
		e.ID = j.Open()
		j.Add(&e, dawn)
	}
}

// The same with its answer, which is copied.
func BenchmarkGetWithAnswer(b *testing.B) {
	j := New("default", Limits{Entries: 10_000, Bytes: 16 << 20})
	one, body := get(), make([]byte, 1700)
	b.ReportAllocs()
	for b.Loop() {
		e := one
		e.ID = j.Open()
		e.Answered(body)
		j.Add(&e, dawn)
	}
}

func BenchmarkFilteredList(b *testing.B) {
	j := New("default", Limits{Entries: 10_000, Bytes: 16 << 20})
	one := get()
	b.ReportAllocs()
	for b.Loop() {
		e := one
		e.Query = "$filter=displayName%20eq%20'North'&$top=5&$orderby=displayName"
		e.ID = j.Open()
		j.Add(&e, dawn)
	}
}

func BenchmarkParallelGets(b *testing.B) {
	j := New("default", Limits{Entries: 10_000, Bytes: 16 << 20})
	one := get()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			e := one
			e.ID = j.Open()
			j.Add(&e, dawn)
		}
	})
}

// A create of an API provider's profile, with a secret in it.
const createBody = `{"displayName":"Test Profile","dataProvider":{"@odata.type":"#microsoft.graph.educationPowerSchoolDataProvider","connectionUrl":"https://ps.example","clientId":"c","clientSecret":"planted-9f8e7d","schoolsIds":["1","2"],"schoolYear":"2026","customizations":{"student":{"optionalPropertiesToSync":["State ID","Middle Name"],"allowDisplayNameUpdate":false}}},"identitySynchronizationConfiguration":{"@odata.type":"#microsoft.graph.educationIdentityCreationConfiguration","userDomains":[{"appliesTo":"student","name":"testschool.edu"},{"appliesTo":"teacher","name":"testschool.edu"}]},"licensesToAssign":[{"appliesTo":"teacher","skuIds":["6fd2c87f-b296-42f0-b197-1e91e994b900"]}]}`

func BenchmarkRedactBody(b *testing.B) {
	for name, body := range map[string]string{"no-secret": strings.ReplaceAll(createBody, "clientSecret", "clientPublic"), "secret": createBody} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(body)))
			for b.Loop() {
				redact.Body(body)
			}
		})
	}
}

// busy is a record as a long run leaves it: n entries of 50 clients that poll,
// are throttled and come back.
func busy(n int) Record {
	r := Record{World: "default", Expect: []Expectation{
		{Operation: "profiles.start", Count: AtLeast(1), NoEarlyRetry: true},
		{Operation: "profiles.get", MinInterval: clock.Duration(time.Millisecond)},
		{Operation: "profiles.status.get", Count: AtLeast(1), Status: "200"},
		{Order: []string{"profiles.start", "profiles.get"}},
		{Only: []string{"profiles.*"}},
	}}
	operations := []string{"profiles.start", "profiles.get", "profiles.status.get"}
	wait := clock.Duration(time.Second)
	for i := range n {
		e := get()
		e.ID, e.Operation, e.Client = uint64(i+1), operations[i%3], fmt.Sprintf("app-%d", i%50)
		e.At = dawn.Add(time.Duration(i) * 20 * time.Millisecond)
		e.real = e.At
		if i%10 == 0 {
			e.Status = 429
			e.Error = &Problem{Code: "TooManyRequests", Message: "Too many requests."}
			e.Detail = &Detail{Fault: &Strike{Rule: "throttle", Call: uint64(i), Effects: []string{"respond 429"}}, RetryAfter: &wait, RetryFormat: "seconds"}
		}
		r.Entries = append(r.Entries, e)
	}
	return r
}

// Judging 100,000 entries may take at most twice the time of decoding them.
func BenchmarkJudge(b *testing.B) {
	r := busy(100_000)
	text, err := json.Marshal(r.Entries)
	require.NoError(b, err)
	var decoding, judging time.Duration
	for b.Loop() {
		start := clock.Real()
		var back []Entry
		require.NoError(b, json.Unmarshal(text, &back))
		decoded := clock.Real()
		v := Judge([]Record{r})
		decoding, judging = decoding+decoded.Sub(start), judging+clock.Real().Sub(decoded)
		require.Len(b, v.Worlds, 1)
	}
	b.ReportMetric(float64(judging)/float64(decoding), "judge/decode")
}

func TestAddTakesNoAllocationOfItsOwn(t *testing.T) {
	j := New("default", Limits{Entries: 1000, Bytes: 1 << 20})
	e := get()
	for range 2000 { // until it is full
		e.ID = j.Open()
		j.Add(&e, dawn)
	}
	n := testing.AllocsPerRun(1000, func() {
		e.ID = j.Open()
		j.Add(&e, dawn)
	})
	assert.LessOrEqual(t, n, 1.0)
}
