package judge

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator/journal"
)

// chapterOf is a record with one call, which expects that profiles.start is called so
// often.
func chapterOf(world string, number int, name string, want uint64, operations ...string) *Record {
	return &Record{World: world, Tenant: world, Chapter: &journal.Chapter{Number: number, Name: name}, Entries: calls(operations...),
		Expect: []journal.Expectation{{Operation: "profiles.start", Count: journal.Exactly(int64(want)), Place: "a.yaml:1:1"}},
		Rules:  []RuleUse{{Name: "late", Kind: "fault"}}}
}

func asText(t *testing.T, v journal.Verdict) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, v.WriteText(&b))
	return b.String()
}

func TestClosedChaptersAreJudgedWithTheOpenOne(t *testing.T) {
	h := NewHistory(10)
	assert.False(t, h.Close(&Record{World: "w"}, journal.CloseReset), "nothing was called")
	assert.False(t, h.Close(&Record{World: "w", Entries: calls("")}, journal.CloseReset), "no operation was called")
	assert.True(t, h.Close(chapterOf("w", 1, "", 2, "profiles.start"), journal.CloseReset))
	assert.True(t, h.Close(chapterOf("w", 2, `says "hi"`, 1, "profiles.start"), journal.CloseScenario))
	open := chapterOf("w", 3, "last", 1, "profiles.start")
	open.Rules[0].Fired = 1
	v := Verdict([]Record{*open}, h)
	assert.False(t, v.OK)
	assert.True(t,
		strings.HasPrefix(asText(t, v),
			"world w (tenant w), chapter 1: 1 entry\n  FAILED  profiles.start is called exactly 2 times  [a.yaml:1:1]\n"), asText(t, v))
	assert.Contains(t, asText(t, v), "chapter 2 \"says \\\"hi\\\"\": 1 entry\n  ok ")
	assert.Equal(t, "NOT verified: 1 of 2 expectations not met in 3 chapters of 1 world, no warnings", v.Summary)
	assert.Empty(t, v.Warnings, "a rule that fired in one chapter has fired")

	var xml bytes.Buffer
	require.NoError(t, v.WriteJUnit(&xml))
	for _, class := range []string{"graphemu.w.chapter 1", "graphemu.w.says &#34;hi&#34;", "graphemu.w.last"} {
		assert.Contains(t, xml.String(), `classname="`+class+`"`)
	}
}

func TestTheOldVerdictWhereNoChapterHasAnOperation(t *testing.T) {
	open := chapterOf("w", 1, "", 1)
	open.Chapter = nil
	v := Verdict([]Record{*open}, NewHistory(10), NewHistory(1))
	assert.False(t, v.OK)
	assert.Equal(t, []string{journal.WarnUnused, journal.WarnUnfired}, []string{v.Warnings[0].Kind, v.Warnings[1].Kind})
	assert.Contains(t, asText(t, v), "world w (tenant w): 0 entries\n")

	h := NewHistory(10)
	before := chapterOf("w", 1, "", 1, "profiles.start")
	before.Rules[0].Fired = 1
	h.Close(before, journal.CloseReset)
	v = Verdict([]Record{*chapterOf("w", 2, "after", 1)}, h)
	assert.True(t, v.OK, "an empty chapter after the others fails nothing")
	assert.Len(t, v.Worlds, 1)
}

// Beyond its limit a history keeps failures, and numbers.
func TestAHistoryIsBounded(t *testing.T) {
	h := NewHistory(3)
	for i := range 10 {
		h.Close(chapterOf("w", i+1, fmt.Sprint("passed ", i), 1, "profiles.start"), journal.CloseReset)
	}
	h.Close(chapterOf("w", 11, "failed 1", 5, "profiles.start"), journal.CloseReset)
	noisy := chapterOf("w", 12, "warned", 1, "profiles.start", "profiles.get")
	noisy.Entries[1].Status = 501
	h.Close(noisy, journal.CloseReset)
	var names []string
	for _, c := range h.chapters {
		names = append(names, c.verdict.Chapter.Name)
	}
	assert.Equal(t, []string{"passed 9", "failed 1", "warned"}, names)
	for i := range 4 {
		h.Close(chapterOf("w", 13+i, fmt.Sprint("failed ", i+2), 5, "profiles.start"), journal.CloseReset)
	}
	v := Verdict(nil, h)
	assert.Equal(t, journal.Omitted{Passed: 11, Failed: 2}, v.Omitted)
	assert.Len(t, v.Worlds, 3)
	assert.Equal(t, "failed 1", v.Worlds[0].Chapter.Name, "the first failures are kept")
	assert.Contains(t, asText(t, v), "further chapters, of which only the number is kept: 11 passed, 2 FAILED\n")
	assert.Contains(t, v.Summary, "not met in 16 chapters of 1 world, 2 warnings")
	assert.Equal(t, []string{journal.WarnUnfired, journal.WarnNotImplemented}, []string{v.Warnings[0].Kind, v.Warnings[1].Kind},
		"a warning is not lost with its chapter")
	assert.Equal(t, 16, h.Len())
	number, entry := h.Last("w")
	assert.Equal(t, []any{14, uint64(1)}, []any{number, entry})
	var xml bytes.Buffer
	require.NoError(t, v.WriteJUnit(&xml))
	assert.Contains(t, xml.String(), `<failure message="further chapters,`)
}

func TestHistoriesAreJoinedAndTakenApart(t *testing.T) {
	a, b := NewHistory(10), NewHistory(10)
	a.Close(chapterOf("a", 1, "", 1, "profiles.start"), journal.CloseDrop)
	b.Close(chapterOf("b", 1, "", 2, "profiles.start"), journal.CloseDrop)
	a.Absorb(b)
	assert.Equal(t, 2, a.Len())
	assert.Equal(t, 1, a.Of("b").Len())
	assert.Empty(t, Verdict(nil, a.Of("b")).Warnings, "nor are rules of others missed")
	number, entry := a.Last("c")
	assert.Zero(t, uint64(number)+entry)
	fired := chapterOf("b", 2, "", 2, "profiles.start")
	fired.Rules[0].Fired = 1
	a.Close(fired, journal.CloseDrop)
	assert.Empty(t, Verdict(nil, a.Of("a")).Warnings, "a rule that fired for any has fired")
	c := a.Clone()
	a.Forget("b")
	assert.Equal(t, []int{1, 3}, []int{a.Len(), c.Len()})
	assert.True(t, Verdict(nil, a).OK)
	assert.False(t, Verdict(nil, c).OK)
}
