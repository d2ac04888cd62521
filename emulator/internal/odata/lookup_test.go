package odata

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// newSpaces returns a model of several namespaces, two of which have an alert.
func newSpaces(t *testing.T) *Model {
	t.Helper()
	entity := &Type{Name: "entity", Entity: true, Abstract: true, Properties: []Property{{Name: "id", Kind: KindString}}}
	object := &Type{Name: "directoryObject", Base: entity, Entity: true,
		Properties: []Property{{Name: "deletedDateTime", Kind: KindDateTimeOffset}}}
	user := &Type{Name: "user", Base: object, Entity: true, Properties: []Property{{Name: "mail", Kind: KindString}}}
	alert := &Type{Name: "alert", Base: entity, Entity: true}
	other := &Type{Namespace: "microsoft.graph.security", Name: "alert", Base: entity, Entity: true}
	single := &Type{Namespace: "microsoft.graph.security", Name: "incident", Base: entity, Entity: true}
	call := &Type{Namespace: "microsoft.graph.callRecords", Name: "session", Base: entity, Entity: true}
	twice := &Type{Namespace: "microsoft.graph.security", Name: "session", Base: entity, Entity: true}
	partner := &Type{Name: "partner", Entity: true, Key: []string{"tenantId"}, Properties: []Property{{Name: "tenantId", Kind: KindString}}}
	child := &Type{Name: "child", Base: partner, Entity: true}
	m := &Model{Alias: "graph", Namespaces: []Namespace{{Name: "microsoft.graph.security", Alias: "self"}},
		Types: []*Type{entity, object, user, alert, other, single, call, twice, partner, child},
		Actions: []Operation{{Name: "restore", Binding: object, Returns: &Property{Kind: KindEntity, Type: object}},
			{Namespace: "microsoft.graph.security", Name: "ping"}},
		Functions: []Operation{{Name: "delta", Binding: user, BindingCollection: true},
			{Name: "delta", Binding: object, BindingCollection: true, Parameters: []Property{{Name: "token", Kind: KindString}}},
			{Namespace: "microsoft.graph.security", Name: "delta", Binding: user, BindingCollection: true}},
		EntitySets:    []EntitySet{{Name: "users", Type: user}},
		Singletons:    []Singleton{{Name: "me", Type: user}},
		ActionImports: []Import{{Name: "ping", Operation: "self.ping"}},
	}
	require.NoError(t, m.Link())
	return m
}

func TestTypesAreFoundInNamespaces(t *testing.T) {
	m := newSpaces(t)
	for name, want := range map[string]string{
		"alert": "microsoft.graph.alert", "ALERT": "microsoft.graph.alert", "microsoft.graph.security.Alert": "microsoft.graph.security.alert",
		"self.alert": "microsoft.graph.security.alert", "graph.alert": "microsoft.graph.alert", "#Graph.User": "microsoft.graph.user",
		"incident": "microsoft.graph.security.incident", "microsoft.graph.callrecords.session": "microsoft.graph.callRecords.session",
	} {
		if found := m.Type(name); assert.NotNil(t, found, name) {
			assert.Equal(t, want, found.Qualified())
		}
	}
	for _, name := range []string{"session", "graph.incident", "security.alert", "other.alert", "", ".", "self.", "graph.session"} {
		assert.Nil(t, m.Type(name), name)
	}
	for _, name := range []string{"microsoft.graph", "Graph", "self", "microsoft.graph.callrecords", "MICROSOFT.GRAPH.SECURITY"} {
		assert.True(t, m.IsNamespace(name), name)
	}
	for _, name := range []string{"", "microsoft", "security", "user", "microsoft.graph.user"} {
		assert.False(t, m.IsNamespace(name), name)
	}
	assert.Equal(t, "users", m.Set("Users").Name)
	assert.Equal(t, "me", m.Singleton("ME").Name)
	assert.Nil(t, m.Set("me"))
	assert.Nil(t, m.Singleton("users"))
	assert.Equal(t, []string{"id"}, m.Type("user").KeyNames())
	assert.Equal(t, []string{"tenantId"}, m.Type("child").KeyNames())
}

func TestOperationsAreFoundByWhatTheyAreCalledOn(t *testing.T) {
	m := newSpaces(t)
	user := m.Type("user")
	assert.Len(t, m.Bound(user, true, "delta"), 3)
	assert.Len(t, m.Bound(user, true, "Graph.Delta"), 2)
	assert.Equal(t, m.Bound(user, true, "self.delta"), m.Bound(user, true, "microsoft.graph.security.delta"))
	assert.Len(t, m.Bound(m.Type("directoryObject"), true, "delta"), 1)
	assert.True(t, m.Bound(user, true, "delta")[0].Function())
	assert.False(t, m.Bound(user, false, "restore")[0].Function())
	assert.Empty(t, m.Bound(user, false, "delta"))
	assert.Empty(t, m.Bound(user, true, "no.delta"))
	assert.Empty(t, m.Bound(nil, true, "delta"))
	if imported := m.Import("Ping"); assert.Len(t, imported, 1) {
		assert.Equal(t, "microsoft.graph.security", imported[0].Namespace)
	}
	assert.Empty(t, m.Import("pong"))
}

// Of a derived type's properties all are found but below entity; many may ask at a time.
func TestPropertiesAreNotLookedForBelowEntity(t *testing.T) {
	m := newSpaces(t)
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			assert.Equal(t, "mail", m.Type("directoryObject").Property("MAIL").Name)
			assert.Nil(t, m.Type("entity").Property("mail"))
			assert.Equal(t, "id", m.Type("entity").Property("id").Name)
		})
	}
	wait.Wait()
	assert.Equal(t, []string{"id"}, m.Type("entity").names())
}

func TestLinkChecksKeysAndTheContainer(t *testing.T) {
	entity := &Type{Name: "entity", Entity: true, Key: []string{"nothing"}, Properties: []Property{{Name: "id", Kind: KindString}}}
	m := &Model{Types: []*Type{entity}, EntitySets: []EntitySet{{Name: "things", Type: entity}},
		Singletons: []Singleton{{Name: "Things", Type: entity}}}
	err := m.Link()
	assert.ErrorContains(t, err, `key "nothing" of entity is none of its properties`)
	assert.ErrorContains(t, err, "the entity container has Things twice")
	assert.ErrorContains(t, (&Model{Types: []*Type{{Name: "a", Namespace: "b..c"}}}).Link(), `namespace "b..c" of type a`)
}

func TestLookupsDoNotAllocate(t *testing.T) {
	m := newSpaces(t)
	user := m.Type("user")
	assert.Zero(t, testing.AllocsPerRun(10, func() {
		if m.Type("#Microsoft.Graph.User") != user || user.Property("MAIL") == nil || m.Set("Users") == nil || !m.IsNamespace("Self") {
			panic("not found")
		}
	}))
}
