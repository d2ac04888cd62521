package emulator_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// kept checks that a refused change left the profile as it was.
func (g *rig) kept(t *testing.T, id string, before answer) {
	t.Helper()
	assert.Equal(t, before.body, g.found(t, at(id)).body, "a refused change leaves the profile as it was")
}

var updateStatements = []statement{
	{"profiles.update", "patch", "PATCH on the id answers 202 with the profile", "update page, text; SDK v0.120.0", documented, func(t *testing.T, g *rig) {
		id := g.create(t, csvBody("North"))
		a := g.send(t, "PATCH", at(id), `{"displayName": "South"}`)
		assert.Equal(t, 202, a.status, a.body)
		assert.Equal(t, "South", a.text("displayName"))
		assert.Equal(t, g.URL+"/$metadata#education/synchronizationProfiles/$entity", a.text("@odata.context"))
		assert.Equal(t, a.body, g.found(t, at(id)).body)
	}},
	{"profiles.update", "put", "PUT on the id works too", "update scenario of 2017", documented, func(t *testing.T, g *rig) {
		id := g.create(t, csvBody("North"))
		a := g.send(t, "PUT", at(id), csvBody("South"))
		assert.Equal(t, 202, a.status, a.body)
		assert.Equal(t, "South", g.found(t, at(id)).text("displayName"))
	}},
	{"profiles.update", "put-collection", "PUT on the collection works too", "oldest update page", documented, func(t *testing.T, g *rig) {
		id := g.create(t, csvBody("North"))
		a := g.send(t, "PUT", profilesAt, edit(t, csvBody("South"), "id", id))
		assert.Equal(t, 202, a.status, a.body)
		assert.Equal(t, "South", g.found(t, at(id)).text("displayName"))
	}},
	{"profiles.update", "put-collection-needs-id", "PUT on the collection finds the profile by the `id` of the body: 400 without one, 404 for an unknown one", "graphemu: the page does not say how", chosen, func(t *testing.T, g *rig) {
		g.create(t, csvBody("North"))
		assert.Equal(t, 400, g.send(t, "PUT", profilesAt, csvBody("South")).status)
		assert.Equal(t, 404, g.send(t, "PUT", profilesAt, edit(t, csvBody("South"), "id", mintedID)).status)
	}},
	{"profiles.update", "patch-keeps-rest", "PATCH changes the named properties and leaves the rest", "update page; OData 4.0, part 1, 11.4.3", documented, func(t *testing.T, g *rig) {
		before := g.answered(t, foundingRequest)
		a := g.send(t, "PATCH", at(before.text("id")), `{"displayName": "South"}`)
		require.Equal(t, "South", a.text("displayName"))
		for _, p := range []string{"dataProvider", "identitySynchronizationConfiguration", "licensesToAssign"} {
			assert.Equal(t, before.json(p).Raw, a.json(p).Raw, p)
		}
	}},
	{"profiles.update", "patch-replaces-part", "PATCH with an abstract part replaces that part whole", "graphemu: the page does not say", chosen, func(t *testing.T, g *rig) {
		id := g.answered(t, foundingRequest).text("id")
		a := g.send(t, "PATCH", at(id), `{"dataProvider": `+csv+`, "identitySynchronizationConfiguration": `+identityMatching+`, "licensesToAssign": []}`)
		require.Equal(t, 202, a.status, a.body)
		assert.Equal(t, booleansOnly, a.json("dataProvider.customizations.student").Raw, "the lists that were given first are gone")
		assert.JSONEq(t, identityMatching, a.text("identitySynchronizationConfiguration"))
	}},
	{"profiles.update", "put-replaces", "PUT replaces the whole profile: what it leaves out goes back to its default", "OData 4.0, part 1, 11.4.3", inferred, func(t *testing.T, g *rig) {
		id := g.answered(t, foundingRequest).text("id")
		a := g.send(t, "PUT", at(id), csvBody("South"))
		require.Equal(t, 202, a.status, a.body)
		assert.False(t, a.json("licensesToAssign").Exists())
		assert.Equal(t, "contoso.edu", a.text("identitySynchronizationConfiguration.userDomains.0.name"))
		assert.Equal(t, id, a.text("id"))
	}},
	{"profiles.update", "status-stays", "An update does not change the sync status", "update page", documented, func(t *testing.T, g *rig) {
		id := g.provisioned(t, powerSchoolBody("North"))
		g.advance(t, 2*time.Second)
		require.Equal(t, "inProgress", g.status(t, id))
		before := g.found(t, at(id)+"/profileStatus")
		a := g.send(t, "PATCH", at(id), `{"displayName": "South", "dataProvider": `+edit(t, powerSchool, "customizations.student.optionalPropertiesToSync", []string{"Grade"})+`}`)
		require.Equal(t, 202, a.status, a.body)
		assert.Equal(t, "provisioned", a.text("state"))
		assert.Equal(t, before.body, g.found(t, at(id)+"/profileStatus").body)
	}},
	{"profiles.update", "read-only", "`id` and `state` are read-only: an update does not change them", "resource page educationSynchronizationProfile", documented, func(t *testing.T, g *rig) {
		id := g.create(t, csvBody("North"))
		a := g.send(t, "PATCH", at(id), `{"displayName": "South", "state": "provisioned", "id": "`+id+`"}`)
		require.Equal(t, 202, a.status, a.body)
		assert.Equal(t, "provisioning", a.text("state"))
		assert.Equal(t, id, a.text("id"))
	}},
	{"profiles.update", "other-id", "Another `id` in the body than in the address is 400", "graphemu: ids never change", chosen, func(t *testing.T, g *rig) {
		id := g.create(t, csvBody("North"))
		before := g.found(t, at(id))
		assert.Equal(t, 400, g.send(t, "PATCH", at(id), `{"displayName": "South", "id": "`+mintedID+`"}`).status)
		g.kept(t, id, before)
	}},
	{"profiles.update", "secret-optional", "An update need not repeat the `clientSecret`, which no answer shows", "graphemu: read, change, write back must work", chosen, func(t *testing.T, g *rig) {
		for _, b := range []string{powerSchoolBody("North"), oneRosterBody("North")} {
			read := g.found(t, at(g.create(t, b)))
			for _, method := range []string{"PATCH", "PUT"} {
				a := g.send(t, method, at(read.text("id")), edit(t, read.body, "displayName", "South"))
				assert.Equal(t, 202, a.status, a.body)
			}
		}
	}},
	{"profiles.update", "unknown-id", "An unknown id is 404", "as for get", chosen, func(t *testing.T, g *rig) {
		for _, method := range []string{"PATCH", "PUT"} {
			wantError(t, g.send(t, method, at(mintedID), csvBody("South")), 404, "NotFound", "Failed to find profile '"+mintedID+"'")
		}
	}},
	{"profiles.update", "model-validation", "400 where the model's validation fails, and nothing is changed", "create page of 2017", documented, func(t *testing.T, g *rig) {
		id := g.create(t, csvBody("North"))
		before := g.found(t, at(id))
		for _, b := range []string{`{"displayName": ""}`, `{"displayName": null}`, `{"dataProvider": {}}`, `{"dataProvidr": {}}`, `{"expirationDate": "2020-01-01"}`,
			`{"displayName": "South", "identitySynchronizationConfiguration": {"@odata.type": "#microsoft.graph.user"}}`} {
			assert.Equal(t, 400, g.send(t, "PATCH", at(id), b).status, b)
			g.kept(t, id, before)
		}
		assert.Equal(t, 400, g.send(t, "PUT", at(id), `{"displayName": "South"}`).status, "a PUT needs what a create needs")
		g.kept(t, id, before)
	}},
	{"profiles.update", "navigation-property", "A PATCH with a navigation property is 400 " +
		"`Cannot apply PATCH to navigation property 'errors' on entity type 'microsoft.graph.educationSynchronizationProfile'.`",
		"OData library; seen on device management (2026) with the code `ModelValidationFailure`", inferred, func(t *testing.T, g *rig) {
			id := g.create(t, csvBody("North"))
			before := g.found(t, at(id))
			for name, value := range map[string]string{"errors": "[]", "profileStatus": `{"status": "success"}`} {
				a := g.send(t, "PATCH", at(id), `{"displayName": "South", "`+name+`": `+value+`}`)
				badRequest(t, a,
					"Cannot apply PATCH to navigation property '"+name+"' on entity type 'microsoft.graph.educationSynchronizationProfile'.")
				assert.Equal(t, "/"+name, a.text("error.details.0.target"))
				assert.Equal(t, "navigationProperty", a.text("error.details.0.code"))
				g.kept(t, id, before)
			}
		}},
	{"profiles.update", "navigation-property-put",
		"A PUT, and a create, with a navigation property is refused as one, not as a property that does not exist", "graphemu: no page shows one",
		chosen, func(t *testing.T, g *rig) {
			id := g.create(t, csvBody("North"))
			body := edit(t, csvBody("South"), "ProfileStatus", map[string]string{"status": "success"})
			for method, path := range map[string]string{"PUT": at(id), "POST": profilesAt} {
				a := g.send(t, method, path, body)
				badRequest(t, a, "Invalid value specified for property 'profileStatus' of resource 'educationSynchronizationProfile'.")
				assert.Equal(t, "navigationProperty", a.text("error.details.0.code"))
			}
			assert.Len(t, g.World().Profiles(), 1)
		}},
	{"profiles.update", "annotations-alone",
		"A PATCH with annotations alone, as the Go SDK sends it after a GET, changes nothing; the journal advises",
		"SDK v0.120.0: its backing store holds no change then; the answer is graphemu's", inferred, func(t *testing.T, g *rig) {
			id := g.create(t, csvBody("North"))
			before := g.found(t, at(id))
			for _, body := range []string{`{"@odata.type": "#microsoft.graph.educationSynchronizationProfile"}`,
				`{"@odata.context": "x", "errors@odata.context": "y"}`, `{}`, `{"id": "` + id + `"}`} {
				assert.Equal(t, 202, g.send(t, "PATCH", at(id), body).status, body)
				g.kept(t, id, before)
			}
			require.Equal(t, 202, g.send(t, "PATCH", at(id), `{"displayName": "South"}`).status)
			updates := g.World().Journal().Requests("profiles.update")
			require.Len(t, updates, 5)
			for _, e := range updates[:4] {
				assert.Contains(t, e.Advice, "this update changed nothing", e.RequestBody)
			}
			assert.NotContains(t, updates[4].Advice, "changed nothing")
		}},
	{"profiles.update", "licences-need-creation", "Licences go only with identity creation, in the profile that an update leads to", "resource page educationSynchronizationProfile", documented, func(t *testing.T, g *rig) {
		before := g.answered(t, foundingRequest)
		id := before.text("id")
		assert.Equal(t, 400, g.send(t, "PATCH", at(id), `{"identitySynchronizationConfiguration": `+identityMatching+`}`).status)
		g.kept(t, id, before)
		assert.Equal(t, 202, g.send(t, "PATCH", at(id), `{"identitySynchronizationConfiguration": `+identityMatching+`, "licensesToAssign": null}`).status)
	}},
	{"profiles.update", "null-clears", "null clears what may be absent", "OData 4.0, part 1, 11.4.3", inferred, func(t *testing.T, g *rig) {
		id := g.create(t, edit(t, foundingRequest, "expirationDate", "2026-07-31", "handleSpecialCharacterConstraint", true))
		a := g.send(t, "PATCH", at(id), `{"expirationDate": null, "handleSpecialCharacterConstraint": null, "licensesToAssign": null}`)
		require.Equal(t, 202, a.status, a.body)
		assert.Equal(t, "Test Profile", a.text("displayName"))
		for _, p := range []string{"expirationDate", "handleSpecialCharacterConstraint", "licensesToAssign"} {
			assert.Contains(t, []string{"", "null"}, a.json(p).Raw, p)
		}
	}},
	{"profiles.update", "return-minimal", "`Prefer: return=minimal` gives 204 without a body, and `Preference-Applied`", "best practices page", documented, func(t *testing.T, g *rig) {
		id := g.create(t, csvBody("North"))
		a := g.send(t, "PATCH", at(id), `{"displayName": "South"}`, "Prefer: return=minimal")
		wantEmpty(t, a, 204)
		assert.Equal(t, "return=minimal", a.header.Get("Preference-Applied"))
		assert.Equal(t, "South", g.found(t, at(id)).text("displayName"))
	}},
	{"profiles.update", "return-representation", "`Prefer: return=representation` is told back in `Preference-Applied`", "OData 4.0, part 1, 8.2.8.7", inferred, func(t *testing.T, g *rig) {
		a := g.send(t, "PATCH", at(g.create(t, csvBody("North"))), `{"displayName": "South"}`, "Prefer: return=representation")
		assert.Equal(t, 202, a.status)
		assert.Equal(t, "return=representation", a.header.Get("Preference-Applied"))
	}},
	{"profiles.update", "gzip-body", "A request body may be gzip", "kiota-http-go: compresses every body", documented, func(t *testing.T, g *rig) {
		id := g.create(t, csvBody("North"))
		a := g.send(t, "PATCH", at(id), gzipped(t, `{"displayName": "South"}`), "Content-Encoding: gzip")
		assert.Equal(t, "South", a.text("displayName"), a.body)
	}},
	{"profiles.update", "not-while-deleting", "A profile that is being deleted is not changed any more: 400", "graphemu: the pages do not say", chosen, func(t *testing.T, g *rig) {
		id := g.provisioned(t, csvBody("North"))
		g.send(t, "DELETE", at(id), "")
		assert.Equal(t, 400, g.send(t, "PATCH", at(id), `{"displayName": "South"}`).status)
	}},
	{"profiles.update", "no-etag", "There are no ETags: If-Match changes nothing", "graph: none found on education", inferred, func(t *testing.T, g *rig) {
		id := g.create(t, csvBody("North"))
		a := g.send(t, "PATCH", at(id), `{"displayName": "South"}`, `If-Match: "nonsense"`)
		assert.Equal(t, 202, a.status)
		assert.NotContains(t, a.header, "Etag")
		assert.NotContains(t, g.found(t, at(id)).body, "@odata.etag")
	}},
}
