package record_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator/internal/record"
	"github.com/graphemu/graphemu/emulator/journal"
)

// kept returns what a journal tells of a request with that answer.
func kept(t *testing.T, e journal.Entry, body string) journal.Entry {
	j := record.New("default", record.Limits{Entries: 10, Bytes: 1 << 20})
	e.ID = j.Open()
	sent := []byte(body)
	j.Add(&e, sent, time.Time{})
	for i := range sent {
		sent[i] = 'x' // the buffer is the server's, for the next answer
	}
	got, ok := j.Get(e.ID)
	require.True(t, ok)
	assert.Equal(t, got, j.Entries(journal.Filter{})[0])
	return got
}

func TestAnswersAreKeptLessSecrets(t *testing.T) {
	form := journal.Entry{Method: "POST", RequestBody: "grant_type=password&password=hunter22"}
	for name, c := range map[string]struct {
		request    journal.Entry
		sent, want string
	}{
		"none":     {journal.Entry{}, "", ""},
		"harmless": {journal.Entry{}, `{"value":[]}`, `{"value":[]}`},
		"token":    {journal.Entry{}, `{"access_token":"abc","expires_in":3599}`, `{"access_token":"(redacted)","expires_in":3599}`},
		"device": {journal.Entry{}, `{"device_code":"abcd","user_code":"EFGH","message":"enter the code EFGH"}`,
			`{"device_code":"(redacted)","user_code":"(redacted)","message":"enter the code (redacted)"}`},
		"signed address": {journal.Entry{}, `{"value":"http://127.0.0.1/c?sig=abc%3D&se=1"}`, `{"value":"(redacted)"}`},
		"page": {journal.Entry{Query: "$skiptoken=abc"}, `{"@odata.nextLink":"http://h/beta/x?$skiptoken=def"}`,
			`{"@odata.nextLink":"http://h/beta/x?$skiptoken=def"}`},
		"of the request": {form, `{"error":"the user hunter22 is unknown"}`, `{"error":"the user (redacted) is unknown"}`},
		"XML": {journal.Entry{Query: "sig=abcdefgh"},
			`<?xml version="1.0"?><Error><Code>AuthenticationFailed</Code><Detail>Authorization: abcdefgh</Detail></Error>`,
			`<?xml version="1.0"?><Error><Code>AuthenticationFailed</Code><Detail>Authorization: (redacted)`},
		"text of secrets": {journal.Entry{}, "password hunter22", "(17 bytes, not kept: neither JSON nor XML, and they may hold a secret)"},
		"no text":         {journal.Entry{}, "\xff\xfe\x00", "(3 bytes, not kept: they are no text)"},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, c.want, kept(t, c.request, c.sent).ResponseBody)
		})
	}
}

func TestLongAnswersAreCut(t *testing.T) {
	row := `{"id":"1","name":"Zoë","clientSecret":"hush"},`
	body := `{"value":[` + strings.Repeat(row, 1000) + `{}]}`
	got := kept(t, journal.Entry{}, body).ResponseBody
	assert.LessOrEqual(t, len(got), journal.MaxAnswer+100)
	assert.True(t, strings.HasSuffix(got, "… (cut: 47014 bytes in all)"), got[len(got)-80:])
	assert.NotContains(t, got, "hush")
	assert.Contains(t, got, `"name":"Zoë","clientSecret":"(redacted)"},`)

	plain := kept(t, journal.Entry{}, strings.Repeat("ë", journal.MaxAnswer)).ResponseBody
	assert.True(t, strings.HasPrefix(plain, "ëë"))
	assert.True(t, strings.HasSuffix(plain, "ë… (cut: 32768 bytes in all)"), "not within a character")
}

// Wherever JSON is cut, what was whole by then is told, and no part of a secret.
func TestSecretsInWhatWasCut(t *testing.T) {
	pad := strings.Repeat("a", journal.MaxAnswer-60)
	for n := range 80 {
		body := `{"pad":"` + pad[:len(pad)-n] + `","a":[{"x":"]}\"","password":"hunter22hunter22","y":{"token":{"z":"zzzz"}}}],"end":1}`
		body += strings.Repeat(" ", 200)
		got := kept(t, journal.Entry{}, body).ResponseBody
		assert.True(t, strings.HasPrefix(got, `{"pad":"aaaa`) || strings.HasPrefix(got, "{…"), "%d: %.40s", n, got)
		assert.NotContains(t, got, "hunter")
		assert.NotContains(t, got, "zz")
	}
}

func FuzzAnswers(f *testing.F) {
	f.Add(`{"access_token":"abc","a":[1,2]}`, uint16(20))
	f.Add("<a b=\"sig=abc", uint16(3))
	f.Add(`]],{"token":`, uint16(9))
	f.Fuzz(func(t *testing.T, body string, fill uint16) {
		j := record.New("default", record.Limits{Entries: 10, Bytes: 1 << 20})
		e := journal.Entry{ID: j.Open()}
		j.Add(&e, []byte(strings.Repeat(" ", int(fill))+body), time.Time{})
		_, err := json.Marshal(j.Entries(journal.Filter{}))
		assert.NoError(t, err)
	})
}

// Where there is no more room, the oldest answers go, and then entries.
func TestAnswersMakeRoomBeforeEntries(t *testing.T) {
	j := record.New("default", record.Limits{Entries: 1000, Bytes: 100 << 10})
	add := func() {
		e := journal.Entry{ID: j.Open(), Method: "GET", Path: "/", Status: 200}
		j.Add(&e, []byte(`"`+strings.Repeat("a", 10<<10)+`"`), time.Time{})
	}
	for range 50 {
		add()
	}
	assert.Zero(t, j.Lost())
	entries := j.Entries(journal.Filter{})
	require.Len(t, entries, 50)
	assert.Contains(t, entries[0].ResponseBody, "(not kept any longer: the journal had no room")
	assert.Len(t, entries[49].ResponseBody, 10<<10+2)
	whole := 0
	for _, e := range entries {
		if len(e.ResponseBody) > 10<<10 {
			whole++
		}
	}
	assert.Greater(t, whole, 4)
	assert.Less(t, whole, 11)

	for range 500 {
		add()
	}
	assert.NotZero(t, j.Lost(), "without any body they are still too many")
	assert.Greater(t, j.Len(), 100)

	j.Clear()
	add()
	assert.Len(t, j.Entries(journal.Filter{})[0].ResponseBody, 10<<10+2)
}

func TestExplainQuotesTheAnswer(t *testing.T) {
	refused := journal.Entry{Method: "POST", Path: "/", Status: 400, Outcome: "the start was refused for its files: school.csv"}
	e := kept(t, refused, "{\n\"a\":1}")
	text := e.Explain()
	assert.Contains(t, text, "What came of it: the start was refused for its files: school.csv.\n")
	assert.Contains(t, text, "The body of the answer:\n  {\n  \"a\":1}\n")
}
