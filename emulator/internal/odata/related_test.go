package odata

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// newClass returns a type that leads to pupils, who lead back to it.
func newClass(t *testing.T) *Type {
	entity := &Type{Name: "entity", Abstract: true, Entity: true, Properties: []Property{{Name: "id", Kind: KindString, Nullable: true}}}
	class := &Type{Name: "class", Base: entity, Entity: true}
	pupil := &Type{Name: "pupil", Base: entity, Entity: true}
	class.Properties = []Property{{Name: "name", Kind: KindString, Nullable: true}, {Name: "size", Kind: KindInt32, Nullable: true},
		{Name: "members", Kind: KindEntity, Type: pupil, Collection: true, Navigation: true}}
	pupil.Properties = []Property{{Name: "name", Kind: KindString, Nullable: true},
		{Name: "classes", Kind: KindEntity, Type: class, Collection: true, Navigation: true}}
	m := Model{Types: []*Type{entity, class, pupil}, EntitySets: []EntitySet{{Name: "classes", Type: class}}}
	require.NoError(t, m.Link())
	return class
}

type classEntity struct{ json, members string }

func (c classEntity) JSON() []byte             { return []byte(c.json) }
func (c classEntity) Navigation(string) []byte { return []byte(c.members) }

// A filter looks into what an entity leads to, and no further: else each of them
// would ask for all that it leads to in its turn.
func TestNavigationsAreOneStepLong(t *testing.T) {
	class := newClass(t)
	f, err := ParseFilter("members/any(m:m/name eq 'Ana')", class)
	require.NoError(t, err)
	assert.True(t, f.Match(classEntity{`{"id":"1"}`, `[{"name":"Ana"}]`}))
	assert.False(t, f.Match(classEntity{`{"id":"1"}`, `[{"name":"Bob"}]`}))
	for _, text := range []string{"members/any(m:m/classes/any())", "members/any(m:m/classes/any(c:c/name eq 'x'))",
		"members/all(m:m/classes/$count gt 1)"} {
		_, err := ParseFilter(text, class)
		var e *Error
		require.ErrorAs(t, err, &e, text)
		assert.Contains(t, e.Message, "navigation property 'classes'", text)
	}
}

func TestMaxExpand(t *testing.T) {
	class := newClass(t)
	for query, deep := range map[string]int{
		"$expand=members": 1, "$expand=members($select=name)": 1, "$expand=members($expand=classes)": 2, "$expand=members($expand=*)": 2,
		"$expand=members($expand=classes($expand=members))": 3,
	} {
		for limit := 1; limit <= 3; limit++ {
			_, err := Parse(query, class, Allowed{Expand: true, MaxExpand: limit})
			if limit >= deep {
				assert.NoError(t, err, "%s, %d", query, limit)
				continue
			}
			assert.ErrorContains(t, err, "Recursion depth exceeded allowed limit.", "%s, %d", query, limit)
		}
		_, err := Parse(query, class, Allowed{Expand: true})
		assert.NoError(t, err, query)
	}
}

func TestInt32(t *testing.T) {
	class := newClass(t)
	for filter, want := range map[string]bool{"size eq 25": true, "size gt 24": true, "size lt 25": false, "size in (1,25)": true,
		"size eq 25.0": true, "size ne null": true} {
		f, err := ParseFilter(filter, class)
		require.NoError(t, err, filter)
		assert.Equal(t, want, f.Match(Object(`{"size":25}`)), filter)
		assert.False(t, filter != "size lt 25" && f.Match(Object(`{"size":"x"}`)), filter)
	}
	o, err := Parse("$orderby=size", class, Allowed{OrderBy: true})
	require.NoError(t, err)
	assert.Negative(t, CompareKeys(o.OrderBy, Keys(o.OrderBy, Object(`{"size":9}`)), Keys(o.OrderBy, Object(`{"size":25}`))))
	assert.Equal(t, `{"@odata.type":"#microsoft.graph.class","size@odata.type":"#Int32","size":25}`,
		string(AppendFull(nil, []byte(`{"size":25}`), class, "")))
}

func TestEntitySets(t *testing.T) {
	class := newClass(t)
	csdl := string(class.model.CSDL())
	assert.Contains(t, csdl, `<EntitySet Name="classes" EntityType="microsoft.graph.class"></EntitySet>`)
	assert.Contains(t, csdl, `<Property Name="size" Type="Edm.Int32">`)
	assert.Contains(t, csdl, `<NavigationProperty Name="members" Type="Collection(microsoft.graph.pupil)">`)
	plain := &Type{Name: "plain", Properties: []Property{{Name: "a", Kind: KindString, Nullable: true}}}
	for _, wrong := range []EntitySet{{Name: "a b", Type: class}, {Name: "x", Type: nil},
		{Name: "x", Type: plain}, {Name: "x", Type: &Type{Name: "other", Entity: true}}} {
		m := Model{Types: []*Type{plain, class.Base, class, class.Property("members").Type}, EntitySets: []EntitySet{wrong}}
		assert.ErrorContains(t, m.Link(), "entity set", wrong.Name)
	}
}
