package words

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestNearest(t *testing.T) {
	names := []string{"clientId", "clientSecret", "connectionUrl", "state"}
	for word, want := range map[string]string{
		"clientid": "clientId", "ClientID": "clientId", "cilentId": "clientId", "clientSecrett": "clientSecret", "conectionUri": "connectionUrl",
		"stat": "state", "STATE": "state",
		"": "", "x": "", "colour": "", strings.Repeat("clientId", 100): "",
	} {
		assert.Equal(t, want, Nearest(word, names), word)
	}
	assert.Equal(t, "ab", Nearest("a", []string{"ac", "ab"}), "of equals the first in the alphabet")
	assert.Empty(t, Nearest("state", nil))
}

func TestNearestBy(t *testing.T) {
	last := func(s string) string { return s[strings.LastIndexByte(s, '.')+1:] }
	assert.Equal(t, "microsoft.graph.csv", NearestBy("csw", []string{"microsoft.graph.csv", "microsoft.graph.api"}, last))
}

func TestDistance(t *testing.T) {
	assert.Equal(t, 1, distance("ab", "ba", 3))
	assert.Equal(t, 3, distance("kitten", "sitting", 3))
	assert.Equal(t, 3, distance("kitten", "sitting-", 2))
}

func TestEndsOfMessages(t *testing.T) {
	assert.Equal(t, `; did you mean "state"?`, Hint("stat", []string{"state"}))
	assert.Equal(t, "; did you mean state?", Suggestion("stat", []string{"state"}))
	assert.Empty(t, Hint("x", []string{"state"})+Suggestion("x", []string{"state"}))
}
