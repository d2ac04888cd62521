package directory

import (
	"slices"

	"github.com/graphemu/graphemu/emulator/internal/odata"
	"github.com/graphemu/graphemu/emulator/internal/workload"
)

// Workload is the directory's objects: read and written, by the engine of objects over
// the tables of types and these rules.
var Workload = &workload.Workload{
	Extension: directoryExtension,
	Model:     model,
	Needs: slices.Concat(userNeeds, groupNeeds, applicationNeeds, objectNeeds, tenantNeeds, extensionNeeds, photoNeeds,
		moreNeeds),
	Rules: []*workload.Rules{
		objectRules, userRules, groupRules, applicationRules, servicePrincipalRules, extensionRules, credentialRules,
		grantRules, assignmentRules, deviceRules, contactRules, contractRules, unitRules, roleRules, templateRules,
		organizationRules, domainRules, skuRules, invitationRules, directoryRules, extensionObjectRules, photoRules,
	},
}

// model is the model of a version with all collections of the directory.
func model(v workload.Version) workload.Model {
	o, types := typesOf(v)
	return workload.Model{Types: types, Actions: o.actions, Functions: o.functions, Sets: o.allSets(v), Singles: o.singletons()}
}

// setTypes are the collections at the root, with the types of their members.
var setTypes = [][2]string{
	{"applications", "application"}, {"contacts", "orgContact"}, {"contracts", "contract"}, {"devices", "device"},
	{"directoryObjects", "directoryObject"}, {"directoryRoles", "directoryRole"}, {"directoryRoleTemplates", "directoryRoleTemplate"},
	{"domains", "domain"}, {"groups", "group"}, {"invitations", "invitation"}, {"oauth2PermissionGrants", "oAuth2PermissionGrant"},
	{"organization", "organization"}, {"servicePrincipals", "servicePrincipal"}, {"subscribedSkus", "subscribedSku"}, {"users", "user"},
}

func (o *objectTypes) allSets(v workload.Version) (sets []odata.EntitySet) {
	for _, s := range setTypes {
		sets = append(sets, odata.EntitySet{Name: s[0], Type: o.byName[s[1]]})
	}
	if v == workload.Beta {
		sets = append(sets, odata.EntitySet{Name: "administrativeUnits", Type: o.byName["administrativeUnit"]})
	}
	return sets
}

func (o *objectTypes) singletons() []odata.Singleton {
	return []odata.Singleton{{Name: "directory", Type: o.byName["directory"]}, {Name: "me", Type: o.user}}
}

// NewModel returns a linked model of the directory alone, with types of its own.
func NewModel(v workload.Version) *odata.Model {
	base := &odata.Type{Name: "entity", Abstract: true, Entity: true,
		Properties: []odata.Property{odata.ReadOnly(odata.Required(odata.Text("id")))}}
	known := []*odata.Type{base, {Name: "educationUserRole", Members: words("student teacher none unknownFutureValue")}}
	further := v1Types
	if v == workload.Beta {
		further = betaTypes
	}
	o := newObjectTypes(known, further)
	m := &odata.Model{Alias: "graph", Types: append(known, o.types...), Actions: o.actions, Functions: o.functions,
		EntitySets: o.allSets(v), Singletons: o.singletons()}
	if err := m.Link(); err != nil {
		panic(err) // the tables are constants
	}
	return m
}
