package contract

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/internal/tests/rig"
	"github.com/graphemu/graphemu/emulator/journal"
)

// What a refusal proposes makes a token of the world that the call came to.
func TestRemedyNamesTheWorld(t *testing.T) {
	g := rig.Strict(t)
	for name, wants := range map[string]string{
		emulator.DefaultWorld: "graphemu token --scopes ",
		"north":               "graphemu token --tenant north --scopes ",
	} {
		w, err := g.Server.World(name)
		require.NoError(t, err)
		token, err := w.Token(emulator.TokenOptions{Scopes: []string{"Mail.Read"}})
		require.NoError(t, err)
		a := g.With(t, token, "GET", "/users", "")
		require.Equal(t, 403, a.Status, a.Body)
		assert.Contains(t, a.Text("error.details.1.message"), wants)
	}
}

// A token that is no JWT is told how to get one, of the world that it names.
func TestRemedyOfATokenThatIsNoJWT(t *testing.T) {
	g := rig.Strict(t)
	for token, wants := range map[string]string{
		"world-north":          "graphemu token --tenant north makes a token of this world",
		"world-default":        "graphemu token makes a token of this world",
		"world-":               "graphemu token makes a token that will do",
		"world--flaw":          "graphemu token makes a token that will do",
		"world-$(touch x)":     "graphemu token makes a token that will do",
		"a-secret-of-somebody": "graphemu token makes a token that will do",
	} {
		a := g.With(t, token, "GET", "/users", "")
		require.Equal(t, 401, a.Status, a.Body)
		assert.Contains(t, a.Text("error.details.1.message"), wants, token)
		assert.NotContains(t, a.Body, token)
	}
}

// An unknown client id is told those that there are, in what graphemu adds: the service's
// own words stay.
func TestUnknownClientIsToldTheKnownOnes(t *testing.T) {
	ask := func(g *rig.Rig) rig.Answer {
		return g.AskToken(t, emulator.DefaultTenant, "grant_type", "client_credentials", "client_id", rig.UnknownID,
			"client_secret", "x", "scope", rig.GraphScope)
	}
	last := func(g *rig.Rig) journal.Entry { return g.World().Journal().Entries(journal.Filter{})[0] }
	g := rig.Strict(t)
	a := ask(g)
	require.Equal(t, 400, a.Status, a.Body)
	assert.NotContains(t, a.Text("error_description"), rig.SampleApp)
	entry := last(g)
	require.NotNil(t, entry.Error)
	require.Len(t, entry.Error.Details, 1)
	assert.Contains(t, entry.Error.Details[0].Message, "the client ids of this world are ")
	assert.Contains(t, entry.Error.Details[0].Message, rig.SampleApp)

	g = rig.New(t, emulator.Options{Fixture: "contoso"})
	require.Equal(t, 200, ask(g).Status)
	assert.Contains(t, last(g).Advice, rig.SampleApp)
}
