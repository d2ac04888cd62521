package judge

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator/clock"
	"github.com/graphemu/graphemu/emulator/journal"
)

// busy is a record as a long run leaves it: n entries of 50 clients that poll,
// are throttled and come back.
func busy(n int) Record {
	r := Record{World: "default", Expect: []journal.Expectation{
		{Operation: "profiles.start", Count: journal.AtLeast(1), NoEarlyRetry: true},
		{Operation: "profiles.get", MinInterval: clock.Duration(time.Millisecond)},
		{Operation: "profiles.status.get", Count: journal.AtLeast(1), Status: "200"},
		{Order: []string{"profiles.start", "profiles.get"}},
		{Only: []string{"profiles.*"}},
	}}
	operations := []string{"profiles.start", "profiles.get", "profiles.status.get"}
	wait := clock.Duration(time.Second)
	for i := range n {
		e := get()
		e.ID, e.Operation, e.Client = uint64(i+1), operations[i%3], fmt.Sprintf("app-%d", i%50)
		e.At = dawn.Add(time.Duration(i) * 20 * time.Millisecond)
		e.Real = e.At
		if i%10 == 0 {
			e.Status = 429
			e.Error = &journal.Problem{Code: "TooManyRequests", Message: "Too many requests."}
			e.Detail = &journal.Detail{Fault: &journal.Strike{Rule: "throttle", Call: uint64(i), Effects: []string{"respond 429"}},
				RetryAfter: &wait, RetryFormat: "seconds"}
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
		var back []journal.Entry
		require.NoError(b, json.Unmarshal(text, &back))
		decoded := clock.Real()
		v := Verdict([]Record{r})
		decoding, judging = decoding+decoded.Sub(start), judging+clock.Real().Sub(decoded)
		require.Len(b, v.Worlds, 1)
	}
	b.ReportMetric(float64(judging)/float64(decoding), "judge/decode")
}
