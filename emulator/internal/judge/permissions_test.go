package judge

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator/internal/record"
	"github.com/graphemu/graphemu/emulator/journal"
)

func needed(by string, delegated, application []string) *journal.Needed {
	n := &journal.Needed{By: by}
	for _, name := range delegated {
		n.Delegated = append(n.Delegated, journal.Alternative{Name: name})
	}
	for _, name := range application {
		n.Application = append(n.Application, journal.Alternative{Name: name})
	}
	return n
}

func asks(operation string, n *journal.Needed, h journal.Held) record.Entry {
	return record.Entry{Entry: journal.Entry{Operation: operation, Method: "GET", Path: "/v1.0/" + operation, Needed: n, Held: h}}
}

// The smallest set has the least of each operation, less what another one's makes needless.
func TestPermissions(t *testing.T) {
	get := needed("/users/{id}", []string{"User.ReadBasic.All", "User.Read.All", "User.ReadWrite.All"},
		[]string{"User.Read.All", "User.ReadWrite.All"})
	update := needed("", []string{"User.ReadWrite.All"}, []string{"User.ReadWrite.All"})
	me := needed("", []string{"User.Read"}, nil)
	with := &journal.Needed{Delegated: []journal.Alternative{{Name: "Policy.Read", With: []string{"App.Read", "App.Write"}}}}
	user := journal.Held{Delegated: true, Names: []string{"user.readwrite.all", "Mail.Send"}}
	app := journal.Held{Application: true, Names: []string{"User.Read.All"}}
	p := Permissions([]record.Entry{asks("users.get", get, user), asks("users.update", update, user), asks("users.get", get, user),
		asks("users.me", me, journal.Held{}), asks("policies.get", with, user), asks("token", nil, user),
		asks("users.get", get, app), asks("users.update", update, app), asks("users.me", me, app)}, 4)
	require.NotNil(t, p.Delegated)
	assert.Equal(t, []string{"App.Read", "Policy.Read", "User.Read", "User.ReadWrite.All"}, p.Delegated.Smallest)
	assert.Equal(t, []string{"Mail.Send", "user.readwrite.all"}, p.Delegated.Had)
	assert.Equal(t, []string{"Mail.Send"}, p.Delegated.Surplus)
	assert.Equal(t, 1, p.Delegated.Refused)
	require.Len(t, p.Delegated.Calls, 4)
	assert.Equal(t, journal.PermissionCall{Operation: "users.get", Method: "GET", Path: "/v1.0/users.get", Calls: 2,
		PublishedAt: "/users/{id}",
		Needed:      []string{"User.ReadBasic.All", "User.Read.All", "User.ReadWrite.All"}, Had: p.Delegated.Had}, p.Delegated.Calls[0])
	assert.Equal(t, []string{"Policy.Read with App.Read or App.Write"}, p.Delegated.Calls[3].Needed)
	assert.Equal(t, []string{"User.ReadWrite.All"}, p.Application.Smallest)
	assert.Equal(t, []string{"User.Read.All"}, p.Application.Surplus)
	assert.Equal(t, 2, p.Application.Refused)
	assert.Empty(t, p.Application.Calls[2].Needed, "such a token is not supported")
	assert.EqualValues(t, 4, p.Lost)
	assert.Nil(t, p.Sets().Delegated.Calls)
	assert.Equal(t, 4, p.Sets().Delegated.More)
	assert.Equal(t, &journal.Permissions{}, Permissions(nil, 0))
}

// Whatever a client calls, the report has bounds.
func TestPermissionsAreBounded(t *testing.T) {
	var entries []record.Entry
	for i := range 2 * maxUses {
		name := fmt.Sprintf("Thing%d.Read", i)
		entries = append(entries, asks(name, needed("", []string{name}, nil), journal.Held{Delegated: true, Names: []string{name}}))
	}
	p := Permissions(entries, 0).Delegated
	assert.Len(t, p.Calls, journal.MaxPermissionCalls)
	assert.Equal(t, 2*maxUses-journal.MaxPermissionCalls, p.More)
	assert.Len(t, p.Smallest, maxUses)
	assert.Len(t, p.Had, maxHeld)
}
