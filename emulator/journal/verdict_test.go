package journal_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator/clock"
	"github.com/graphemu/graphemu/emulator/internal/judge"
	"github.com/graphemu/graphemu/emulator/internal/record"
	"github.com/graphemu/graphemu/emulator/journal"
)

// calls makes entries, one a second, with ids from 1.
func calls(operations ...string) []record.Entry {
	var list []record.Entry
	for i, o := range operations {
		e := record.Entry{Entry: get(), Real: dawn.Add(time.Duration(i) * time.Second)}
		e.ID, e.Operation, e.At = uint64(i+1), o, e.Real
		list = append(list, e)
	}
	return list
}

// sample is a verdict with something of everything, odd characters among it.
func sample() journal.Verdict {
	wait := clock.Duration(20 * time.Second)
	entries := calls("profiles.create", "profiles.start", "profiles.start", "profiles.status.get")
	entries[1].Status, entries[1].Detail = 429, &journal.Detail{RetryAfter: &wait}
	entries[2].Detail = &journal.Detail{Early: &journal.Early{Entry: 1, By: clock.Duration(18 * time.Second)}}
	entries[0].Error = &journal.Problem{Code: "BadRequest", Message: "no", Refused: true,
		Details: []journal.ProblemDetail{{Code: "unknownProperty", Target: "/a<b>&\"\x00\x1b[31m", Message: "unknown\nproperty"}}}
	expect := []journal.Expectation{
		{Operation: "profiles.start", Count: journal.Exactly(3), NoEarlyRetry: true, Place: "nightly.yaml:42:5"},
		{Operation: "profiles.status.get", MinInterval: clock.Duration(5 * time.Second), Place: "nightly.yaml:43:5"},
		{Profile: map[string]any{"displayName": "<North> & \"Süd\"\x01"}, Status: "success", Place: "nightly.yaml:44:5"},
	}
	return judge.Verdict([]judge.Record{
		{World: "default", Tenant: "11111111-1111-1111-1111-111111111111", Entries: entries, Expect: expect,
			Profiles: []judge.ProfileView{{JSON: []byte(`{"displayName":"North","id":"id-North"}`), State: "provisioned", Status: "success"}},
			Scenario: "nightly", Rules: []judge.RuleUse{{Name: "cut-upload", Kind: "fault"}}},
		{World: "ci-2", Tenant: "22222222-2222-2222-2222-222222222222", Entries: calls("profiles.start", "profiles.start", "profiles.start"),
			Lost: 3, Expect: expect[1:2]},
	})
}

func TestVerdictsAsTextJSONAndJUnit(t *testing.T) {
	for name, v := range map[string]journal.Verdict{"sample": sample(), "strict": sample().Strict(),
		"good": judge.Verdict(
			[]judge.Record{{World: "default", Entries: calls("profiles.start"),
				Expect: []journal.Expectation{{Operation: "profiles.start", Place: "a.yaml:1:1"}}}})} {
		golden(t, name+".txt", func(w io.Writer) error { return v.WriteText(w) })
		golden(t, name+".junit.xml", func(w io.Writer) error { return v.WriteJUnit(w) })
		golden(t, name+".json", func(w io.Writer) error {
			e := json.NewEncoder(w)
			e.SetIndent("", "  ")
			return e.Encode(v)
		})
	}
}

func TestAVerdictReadsBackFromJSON(t *testing.T) {
	text, err := json.Marshal(sample().Strict())
	require.NoError(t, err)
	var back journal.Verdict
	require.NoError(t, json.Unmarshal(text, &back))
	var a, b bytes.Buffer
	require.NoError(t, sample().Strict().WriteText(&a))
	require.NoError(t, back.WriteText(&b))
	assert.Equal(t, a.String(), b.String())
}

func TestJUnitIsXML(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, sample().WriteJUnit(&b))
	d := xml.NewDecoder(&b)
	tests := 0
	for {
		token, err := d.Token()
		if err == io.EOF {
			break
		}
		require.NoError(t, err)
		if s, ok := token.(xml.StartElement); ok && s.Name.Local == "testcase" {
			tests++
		}
	}
	assert.Equal(t, 3+1+1+len(journal.WarningKinds()), tests)
}

// broken is a writer that fails.
type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestWritersReportErrors(t *testing.T) {
	assert.ErrorIs(t, sample().WriteText(broken{}), io.ErrClosedPipe)
	assert.ErrorIs(t, sample().WriteJUnit(broken{}), io.ErrClosedPipe)
	assert.ErrorIs(t, journal.WriteText(broken{}, []journal.Entry{get()}), io.ErrClosedPipe)
}
