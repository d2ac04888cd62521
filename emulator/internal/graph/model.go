package graph

import (
	"slices"

	"github.com/graphemu/graphemu/emulator/internal/odata"
	"github.com/graphemu/graphemu/emulator/internal/workloads/sds/profile"
)

// The model of the API: types, members, actions and functions; package profile has
// those of synchronization profiles. Sources: the service's
// own metadata of 2021-07, which a test holds it to (observed), and for what came later
// the resource pages (until 2024) and the SDK's last release with this API. It decides
// what $select, $filter and the like may name, and is served as /beta/$metadata.

// unserved is a navigation property that the service has and graphemu does not.
func unserved(p odata.Property) odata.Property { p.Unserved = true; return p }

var rootType = &odata.Type{Name: "educationRoot", Entity: true, Properties: append(betaObjects.inRoot(),
	odata.Contained("synchronizationProfiles", profile.Type, true))}

// newModel returns the model of a version; the root of education is the last of
// its types. v1.0 never had synchronization profiles, nor what is bound to them.
func newModel(types []*odata.Type, objects *objectTypes, bound bool) *odata.Model {
	m := &odata.Model{Namespace: "microsoft.graph", Alias: "graph", Types: types, EntitySets: objects.sets(), Functions: objects.deltas(),
		Singletons: []odata.Singleton{{Name: "education", Type: types[len(types)-1], Bindings: educationBindings}}}
	if bound {
		m.Actions = []odata.Operation{
			{Name: "start", Binding: profile.Type,
				Returns: &odata.Property{Kind: odata.KindComplex, Type: profile.MessageType, Collection: true, Nullable: true}},
			{Name: "pause", Binding: profile.Type}, {Name: "resume", Binding: profile.Type}, {Name: "reset", Binding: profile.Type},
		}
		m.Functions = append(m.Functions, odata.Operation{Name: "uploadUrl", Binding: profile.Type,
			Returns: &odata.Property{Kind: odata.KindString, Nullable: true}})
	}
	if err := m.Link(); err != nil {
		panic(err) // the model is a constant; its test links it
	}
	return m
}

var betaModel = newModel(slices.Concat(profile.Types, betaObjects.types, []*odata.Type{rootType}), betaObjects, true)
