package journal_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator/internal/record"
	"github.com/graphemu/graphemu/emulator/journal"
)

// mixed is a journal with entries of all sorts, a minute apart.
func mixed() *record.Journal {
	j := record.New("default", record.Limits{Entries: 100, Bytes: 1 << 20})
	for i, change := range []func(*journal.Entry){
		func(e *journal.Entry) { e.Operation = "profiles.create"; e.Status = 202 },
		func(e *journal.Entry) { e.Operation = "profiles.get" },
		func(e *journal.Entry) {
			e.Operation, e.Status = "profiles.create", 400
			e.Error = &journal.Problem{Code: "BadRequest", Details: []journal.ProblemDetail{{Code: "unknownProperty", Target: "/x=y"}}}
		},
		func(e *journal.Entry) { e.Operation, e.Status = "", 404 },
		func(e *journal.Entry) {
			e.Operation, e.Status = "profiles.start", 429
			e.Detail = &journal.Detail{Fault: &journal.Strike{Rule: "throttle-start", Call: 1, Effects: []string{"respond 429"}}}
		},
		func(e *journal.Entry) { e.Operation, e.Status = "profiles.start", 0 },
		func(e *journal.Entry) { e.Operation, e.Status = "batch", 200 },
	} {
		e := get()
		e.At = dawn.Add(time.Duration(i) * time.Minute)
		change(&e)
		e.ID = j.Open()
		j.Add(&e, nil, dawn)
	}
	return j
}

func TestFilter(t *testing.T) {
	for query, want := range map[string][]uint64{
		"":                           {1, 2, 3, 4, 5, 6, 7},
		"operation=profiles.start":   {5, 6},
		"operation=profiles.*":       {1, 2, 3, 5, 6},
		"operation=*":                {1, 2, 3, 5, 6, 7},
		"operation=profiles":         {},
		"status=4xx":                 {3, 4, 5},
		"status=4XX":                 {3, 4, 5},
		"status=404":                 {4},
		"status=0":                   {6},
		"since=4":                    {5, 6, 7},
		"since=2026-01-05T06:05:00Z": {6, 7},
		"since=2026-01-05T07:05:00+01:00&status=2xx": {7},
		"limit=2":                    {6, 7},
		"limit=100":                  {1, 2, 3, 4, 5, 6, 7},
		"contains=detail.fault.rule": {5},
		"contains=detail.fault.rule%3Dthrottle-start":                             {5},
		"contains=detail.fault.rule%3Dother":                                      {},
		"contains=detail.fault.effects.0%3Drespond 429":                           {5},
		`contains=error.details.%23(code%3D%3D"unknownProperty")`:                 {3},
		`contains=error.details.%23(code%3D%3D"unknownProperty")%23`:              {3},
		`contains=error.details.%23(code%3D%3D"missingProperty")%23`:              {},
		`contains=error.details.%23(code%3D%3D"unknownProperty").target%3D/x%3Dy`: {3},
		"contains=error.d*":                  {3},
		"contains=status%3D202&limit=1":      {1},
		"operation=profiles.start&limit=1":   {6},
		"contains=detail.fault.rule&since=5": {},
	} {
		q, err := url.ParseQuery(query)
		require.NoError(t, err)
		f, err := journal.ParseFilter(q)
		require.NoError(t, err, query)
		assert.Equal(t, want, ids(mixed().Entries(f)), query)
	}
}

func TestFilterRefuses(t *testing.T) {
	for query, want := range map[string]string{
		"operaton=x":                            `"operaton" is no filter; did you mean "operation"?`,
		"colour=x":                              `"colour" is no filter; there are contains, limit, operation, since, status`,
		"Status=409":                            `"Status" is no filter; did you mean "status"?`,
		"status=409&status=400":                 `the filter status is given 2 times; give it once`,
		"status=":                               `the filter status is empty; leave it out to see everything`,
		"status=600":                            `status "600": want a status like "409", a class like "4xx", or "0" for a request that got no answer`,
		"status=4x":                             `status "4x": want`,
		"operation=pro*":                        `operation: "pro*" is no group: the star stands alone or after a dot, as in profiles.*`,
		"since=yesterday":                       `since "yesterday": want an entry's id, like 17, or an instant, like 2026-01-05T06:00:00Z`,
		"limit=0":                               `limit "0": want how many of the newest entries, 1 or more`,
		"limit=99999999999999999999":            `limit "99999999999999999999": want`,
		"contains=%5B@this%5D":                  `contains: the path holds "[": gjson's modifiers, multipaths and literals are not taken here; for such a character in a value write path=value`,
		"contains=%3Dx":                         `contains: the path is empty`,
		"contains=" + strings.Repeat("a.", 300): `contains: the path has 600 bytes; the most is 512`,
	} {
		q, err := url.ParseQuery(query)
		require.NoError(t, err)
		_, err = journal.ParseFilter(q)
		assert.ErrorContains(t, err, want, query)
	}
	assert.Empty(t, mixed().Entries(journal.Filter{Contains: "[@this,@this]"}), "a filter in Go form is not trusted either")
	assert.Empty(t, mixed().Entries(journal.Filter{Status: "9xx"}))
}

func TestRequestsIsTheShortForm(t *testing.T) {
	assert.Equal(t, []uint64{5, 6}, ids(mixed().Requests("profiles.start")))
	assert.Len(t, mixed().Requests(""), 7)
	assert.NotNil(t, mixed().Requests("nothing"))
}

// No query makes a filter panic, hang or answer with what is not there.
func FuzzFilter(f *testing.F) {
	for _, s := range []string{"operation=profiles.*&limit=3", "contains=a.#(b=c)#|@this", "contains=#.#.#",
		`contains=error.details.#(code%="un*")#.code`,
		"contains=*?*?*?*?", "status=4xx&since=3", "contains=\\", "contains=..#", "contains=a|b|c", "contains=!\"x\"", "contains=#(#(#(",
		"since=2026-01-05T06:00:00+00:00"} {
		f.Add(s)
	}
	j := mixed()
	f.Fuzz(func(t *testing.T, query string) {
		q, err := url.ParseQuery(query)
		if err != nil {
			return
		}
		filter, err := journal.ParseFilter(q)
		if err != nil {
			assert.NotEmpty(t, err.Error())
			return
		}
		list := j.Entries(filter)
		assert.LessOrEqual(t, len(list), 7)
		for i := 1; i < len(list); i++ {
			assert.Less(t, list[i-1].ID, list[i].ID)
		}
	})
}

func ids(entries []journal.Entry) []uint64 {
	list := []uint64{}
	for _, e := range entries {
		list = append(list, e.ID)
	}
	return list
}
