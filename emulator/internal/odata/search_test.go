package odata

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestSearch(t *testing.T) {
	s := newSchool(t)
	for search, want := range map[string]bool{
		"north":                               true,
		`"NORTH O'"`:                          true,
		"north äpfel":                         true,
		"north south":                         false,
		"north AND south":                     false,
		"north OR south":                      true,
		"south OR north AND east":             false,
		"(south OR north) AND NOT east":       true,
		"NOT north":                           false,
		"NOT NOT north":                       true,
		"NOT (south OR east)":                 true,
		"north NOT south":                     true,
		"north and":                           false, // a word, in small letters
		"86904b1e":                            false, // ids only by name
		`"id:86904B1E"`:                       true,
		`"displayName:north"`:                 true,
		`"DISPLAYNAME: North"`:                true,
		`"displayName:provisioned"`:           false,
		`"other:north"`:                       false, // no property: the phrase as it stands
		"provisioned":                         false, // an enumeration is no text
		`"a\"b"`:                              false,
		strings.Repeat("north ", 500) + "end": false,
	} {
		got, err := ParseSearch(search, s.profile)
		if assert.NoError(t, err, search) {
			assert.Equal(t, want, got.Match(north()), search)
			assert.Equal(t, strings.TrimSpace(search), got.String())
		}
	}
	assert.True(t, (*Search)(nil).Match(north()))
	assert.Empty(t, (*Search)(nil).String())
	one, err := ParseSearch("None", s.failure)
	require.NoError(t, err)
	assert.True(t, one.Match(Object(`{"id":"2","errorCode":"none"}`)))
	assert.False(t, one.Match(Object(`[]`)))
}

func TestSearchErrors(t *testing.T) {
	s := newSchool(t)
	for search, pos := range map[string]string{
		"": "0", "AND a": "0", "a AND": "5", "a OR OR b": "5", "NOT": "3", "(a": "2", "a)": "1", `"a`: "0", `a ""`: "2", `"displayName:"`: "0",
		"displayName:x": "11", "O'Neil": "1", "()": "1",
	} {
		_, err := ParseSearch(search, s.profile)
		require.Error(t, err, search)
		assert.Equal(t, "Invalid search clause: Syntax error at position "+pos+" in '"+search+"'.", err.Error())
		assert.NotEmpty(t, err.(*Error).Help)
		assert.Equal(t, "$search", err.(*Error).Target)
	}
	for _, search := range []string{strings.Repeat("(", 1000) + "a", strings.Repeat("NOT ", 1000) + "a", strings.Repeat("a", MaxClause+1)} {
		_, err := ParseSearch(search, s.profile)
		assert.Error(t, err)
		assert.NotContains(t, err.Error(), "Syntax")
	}
}
