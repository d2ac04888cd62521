package odata

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// newOwn returns a model that overlaps with every.csdl.
func newOwn(t testing.TB) *Model {
	t.Helper()
	color := &Type{Name: "color", Members: []string{"red", "purple"}, Values: []int{0, 7}}
	entity := &Type{Name: "entity", Entity: true, Abstract: true, Properties: []Property{ReadOnly(Required(Text("id")))}}
	user := &Type{Name: "user", Base: entity, Entity: true, Properties: []Property{
		ReadOnly(Text("employeeId")), WriteOnly(Text("password")), ReadOnly(Of("deletedDateTime", KindDateTimeOffset)),
		EnumOf("favourite", color), {Name: "reports", Kind: KindEntity, Collection: true, Navigation: true, Unserved: true}}}
	user.Properties[4].Type = user
	school := &Type{Name: "school", Base: entity, Entity: true}
	m := &Model{Types: []*Type{color, entity, user, school},
		Functions: []Operation{{Name: "delta", Binding: user, BindingCollection: true},
			{Name: "delta", Binding: school, BindingCollection: true, Returns: &Property{Kind: KindEntity, Type: school, Collection: true}}},
		EntitySets: []EntitySet{{Name: "Users", Type: user, Bindings: []Binding{{Path: "reports", Target: "users"}}},
			{Name: "schools", Type: school}},
		Singletons: []Singleton{{Name: "me", Type: user, Bindings: []Binding{{Path: "manager", Target: "directoryObjects"}}}},
	}
	require.NoError(t, m.Link())
	return m
}

func TestMerge(t *testing.T) {
	base, own := readEvery(t), newOwn(t)
	before := [][]string{factsOf(base), factsOf(own)}
	m, err := Merge(base, own)
	require.NoError(t, err)
	assert.Equal(t, before, [][]string{factsOf(base), factsOf(own)}, "neither is changed")
	assert.Same(t, own, own.Type("user").model)

	color := m.Type("color")
	assert.Equal(t, []string{"red", "green", "unknownFutureValue", "purple"}, color.Members)
	assert.Equal(t, []int{0, 1, 2, 7}, color.Values)
	user := m.Type("user")
	assert.Equal(t, "directoryObject", user.Base.Name, "the document knows better")
	assert.Same(t, m.Type("entity"), user.Base.Base)
	var names []string
	for _, p := range user.Properties {
		names = append(names, p.Name)
	}
	assert.Equal(t, []string{"employeeId", "password", "favourite", "reports", "mail", "enabled"}, names[:6])
	assert.True(t, user.Property("employeeId").ReadOnly)
	assert.True(t, user.Property("employeeId").Immutable, "of the document")
	assert.True(t, user.Property("password").WriteOnly)
	assert.True(t, user.Property("reports").Unserved)
	assert.True(t, user.Property("id").ReadOnly)
	assert.True(t, m.Type("directoryObject").Property("deletedDateTime").ReadOnly, "the document has it in the base")
	assert.Same(t, color, user.Property("favourite").Type)
	assert.Len(t, user.AlternateKeys, 2)

	assert.Len(t, m.Bound(user, true, "delta"), 2, "not twice")
	assert.True(t, m.Bound(user, true, "delta")[0].Composable)
	assert.Len(t, m.Bound(m.Type("school"), true, "delta"), 1)
	assert.Equal(t, []Binding{{"manager", "directoryObjects"}, {"microsoft.graph.user/reports", "directoryObjects"}, {"reports", "users"}},
		m.Set("users").Bindings)
	assert.Len(t, m.Singleton("me").Bindings, 1)
	assert.Same(t, m.Type("school"), m.Set("schools").Type)
	assert.Len(t, m.Import("found"), 1)
	assert.NotNil(t, m.Type("self.alert"))

	again, err := ReadCSDL(bytes.NewReader(m.CSDL()), "merged.csdl")
	require.NoError(t, err)
	assert.Len(t, again.Types, len(m.Types))
}

func TestMergeRefusesTypesOfTwoSorts(t *testing.T) {
	own := &Model{Types: []*Type{{Name: "user"}, {Name: "address", Entity: true}}}
	require.NoError(t, own.Link())
	_, err := Merge(readEvery(t), own)
	assert.EqualError(t, err, "microsoft.graph.user is an entity type in the document, and a complex type in what is emulated\n"+
		"microsoft.graph.address is a complex type in the document, and an entity type in what is emulated")
}
