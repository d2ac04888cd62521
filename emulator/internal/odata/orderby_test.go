package odata

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestOrderBy(t *testing.T) {
	s := newSchool(t)
	entities := []string{
		`{"id":"b","displayName":"beta","state":"provisioned","expirationDate":"2026-01-02","handleSpecialCharacterConstraint":true,"licensesToAssign":[{}]}`,
		`{"id":"B","displayName":"Alpha","state":"deleting","expirationDate":"2025-12-31","dataProvider":{"connectionUrl":"x"}}`,
		`{"id":"a","displayName":"BETA","state":"provisioning","handleSpecialCharacterConstraint":false,"licensesToAssign":[{},{}]}`,
	}
	for orderby, want := range map[string]string{
		"id":                                 "Bab", // ids compare with regard to case
		"displayName":                        "Bba",
		"displayName desc, id desc":          "baB",
		"displayName asc,state asc":          "Bab",
		"state":                              "abB", // by the order of members, not by name
		"state desc":                         "Bba",
		"expirationDate":                     "aBb", // null first
		"expirationDate desc":                "bBa", // and last
		"handleSpecialCharacterConstraint":   "Bab",
		"dataProvider/connectionUrl desc,id": "Bab",
		"licensesToAssign/$count":            "Bba",
		"length(displayName) desc,tolower(id) desc": "Bba",
		"profileStatus/status,id desc":              "baB",
	} {
		items, err := ParseOrderBy(orderby, s.profile)
		require.NoError(t, err, orderby)
		keys := make(map[string][]Key)
		order := slices.Clone(entities)
		for _, e := range entities {
			keys[e] = Keys(items, Object(e))
		}
		slices.SortStableFunc(order, func(a, b string) int { return CompareKeys(items, keys[a], keys[b]) })
		assert.Equal(t, want, order[0][7:8]+order[1][7:8]+order[2][7:8], orderby)
	}
}

func TestOrderByNavigation(t *testing.T) {
	s := newSchool(t)
	items, err := ParseOrderBy("profileStatus/lastActivityDateTime desc,profileStatus/status", s.profile)
	require.NoError(t, err)
	early, late := north(), north()
	early.navs["profileStatus"] = `{"lastActivityDateTime":"2026-01-02T03:04:05.1234566Z"}`
	assert.Positive(t, CompareKeys(items, Keys(items, early), Keys(items, late)))
	b, err := json.Marshal(Keys(items, late))
	require.NoError(t, err)
	assert.JSONEq(t, `[[1767323045,123456700],2]`, string(b))
}

func TestKeysSurviveJSON(t *testing.T) {
	s := newSchool(t)
	items, err := ParseOrderBy("displayName,id desc,state,expirationDate desc,handleSpecialCharacterConstraint,profileStatus/errorCount",
		s.profile)
	require.NoError(t, err)
	draw := rapid.Custom(func(t *rapid.T) []Key {
		e := map[string]any{
			"displayName":                      rapid.String().Draw(t, "name"),
			"id":                               rapid.SampledFrom([]string{"a", "A", "b"}).Draw(t, "id"),
			"state":                            rapid.SampledFrom([]any{"provisioned", "deleting", "unheard of", nil}).Draw(t, "state"),
			"expirationDate":                   rapid.SampledFrom([]any{"2026-07-31", "0001-01-01", nil}).Draw(t, "date"),
			"handleSpecialCharacterConstraint": rapid.SampledFrom([]any{true, false, nil}).Draw(t, "flag"),
		}
		b, err := json.Marshal(e)
		require.NoError(t, err)
		nav, err := json.Marshal(map[string]any{"errorCount": rapid.Int64().Draw(t, "count")})
		require.NoError(t, err)
		return Keys(items, &entity{json: string(b), navs: map[string]string{"profileStatus": string(nav)}})
	})
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := draw.Draw(t, "a"), draw.Draw(t, "b"), draw.Draw(t, "c")
		text, err := json.Marshal(a)
		require.NoError(t, err)
		var back []Key
		require.NoError(t, json.Unmarshal(text, &back))
		assert.Equal(t, a, back)
		assert.Zero(t, CompareKeys(items, a, back))
		sign := func(n int) int { return min(1, max(-1, n)) }
		assert.Equal(t, sign(CompareKeys(items, a, b)), -sign(CompareKeys(items, b, a)))
		if CompareKeys(items, a, b) <= 0 && CompareKeys(items, b, c) <= 0 {
			assert.LessOrEqual(t, CompareKeys(items, a, c), 0)
		}
	})
}

func TestForgedKeys(t *testing.T) {
	s := newSchool(t)
	items, err := ParseOrderBy("displayName,state", s.profile)
	require.NoError(t, err)
	for _, text := range []string{`[{}]`, `[[1]]`, `[[1,-1]]`, `[[1,1000000000]]`, `[["a"]]`, `[["5"]]`, `[["INF",1]]`, `[1e400]`,
		`[["a",1]]`} {
		var keys []Key
		assert.Error(t, json.Unmarshal([]byte(text), &keys), text)
	}
	for _, text := range []string{`[]`, `[5,"x",null]`, `[1.5,["INF"]]`, `[true,[1,2]]`, `null`} {
		var keys []Key
		require.NoError(t, json.Unmarshal([]byte(text), &keys), text)
		assert.NotZero(t, CompareKeys(items, keys, Keys(items, north())), text)
	}
}
