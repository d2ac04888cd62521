package faithfulness

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator/internal/tests/rig"
)

// kept checks that a refused change left the profile as it was.
func kept(t *testing.T, g *rig.Rig, id string, before rig.Answer) {
	t.Helper()
	assert.Equal(t, before.Body, g.Found(t, rig.At(id)).Body, "a refused change leaves the profile as it was")
}

var updateStatements = []statement{
	{"profiles.update", "patch", "PATCH on the id answers 202 with the profile", "update page, text; SDK v0.120.0", documented,
		func(t *testing.T, g *rig.Rig) {
			id := g.Create(t, rig.CSVBody("North"))
			a := g.Send(t, "PATCH", rig.At(id), `{"displayName": "South"}`)
			assert.Equal(t, 202, a.Status, a.Body)
			assert.Equal(t, "South", a.Text("displayName"))
			assert.Equal(t, g.URL+"/$metadata#education/synchronizationProfiles/$entity", a.Text("@odata.context"))
			assert.Equal(t, a.Body, g.Found(t, rig.At(id)).Body)
		}},
	{"profiles.update", "put", "PUT on the id works too", "update scenario of 2017", documented, func(t *testing.T, g *rig.Rig) {
		id := g.Create(t, rig.CSVBody("North"))
		a := g.Send(t, "PUT", rig.At(id), rig.CSVBody("South"))
		assert.Equal(t, 202, a.Status, a.Body)
		assert.Equal(t, "South", g.Found(t, rig.At(id)).Text("displayName"))
	}},
	{"profiles.update", "put-collection", "PUT on the collection works too", "oldest update page", documented, func(t *testing.T, g *rig.Rig) {
		id := g.Create(t, rig.CSVBody("North"))
		a := g.Send(t, "PUT", rig.ProfilesAt, rig.Edit(t, rig.CSVBody("South"), "id", id))
		assert.Equal(t, 202, a.Status, a.Body)
		assert.Equal(t, "South", g.Found(t, rig.At(id)).Text("displayName"))
	}},
	{"profiles.update", "put-collection-needs-id",
		"PUT on the collection finds the profile by the `id` of the body: 400 without one, 404 for an unknown one",
		"graphemu: the page does not say how", chosen, func(t *testing.T, g *rig.Rig) {
			g.Create(t, rig.CSVBody("North"))
			assert.Equal(t, 400, g.Send(t, "PUT", rig.ProfilesAt, rig.CSVBody("South")).Status)
			assert.Equal(t, 404, g.Send(t, "PUT", rig.ProfilesAt, rig.Edit(t, rig.CSVBody("South"), "id", rig.UnknownID)).Status)
		}},
	{"profiles.update", "patch-keeps-rest", "PATCH changes the named properties and leaves the rest", "update page; OData 4.0, part 1, 11.4.3",
		documented, func(t *testing.T, g *rig.Rig) {
			before := answered(t, g, rig.CreateRequest)
			a := g.Send(t, "PATCH", rig.At(before.Text("id")), `{"displayName": "South"}`)
			require.Equal(t, "South", a.Text("displayName"))
			for _, p := range []string{"dataProvider", "identitySynchronizationConfiguration", "licensesToAssign"} {
				assert.Equal(t, before.JSON(p).Raw, a.JSON(p).Raw, p)
			}
		}},
	{"profiles.update", "patch-replaces-part", "PATCH with an abstract part replaces that part whole", "graphemu: the page does not say",
		chosen, func(t *testing.T, g *rig.Rig) {
			id := answered(t, g, rig.CreateRequest).Text("id")
			a := g.Send(t, "PATCH", rig.At(id),
				`{"dataProvider": `+rig.CSV+`, "identitySynchronizationConfiguration": `+rig.IdentityMatching+`, "licensesToAssign": []}`)
			require.Equal(t, 202, a.Status, a.Body)
			assert.Equal(t, booleansOnly, a.JSON("dataProvider.customizations.student").Raw, "the lists that were given first are gone")
			assert.JSONEq(t, rig.IdentityMatching, a.Text("identitySynchronizationConfiguration"))
		}},
	{"profiles.update", "put-replaces", "PUT replaces the whole profile: what it leaves out goes back to its default",
		"OData 4.0, part 1, 11.4.3", inferred, func(t *testing.T, g *rig.Rig) {
			id := answered(t, g, rig.CreateRequest).Text("id")
			a := g.Send(t, "PUT", rig.At(id), rig.CSVBody("South"))
			require.Equal(t, 202, a.Status, a.Body)
			assert.False(t, a.JSON("licensesToAssign").Exists())
			assert.Equal(t, "contoso.edu", a.Text("identitySynchronizationConfiguration.userDomains.0.name"))
			assert.Equal(t, id, a.Text("id"))
		}},
	{"profiles.update", "status-stays", "An update does not change the sync status", "update page", documented,
		func(t *testing.T, g *rig.Rig) {
			id := g.Provisioned(t, rig.PowerSchoolBody("North"))
			g.Advance(t, 2*time.Second)
			require.Equal(t, "inProgress", g.Status(t, id))
			before := g.Found(t, rig.At(id)+"/profileStatus")
			a := g.Send(t, "PATCH", rig.At(id),
				`{"displayName": "South", "dataProvider": `+
					rig.Edit(t, rig.PowerSchool, "customizations.student.optionalPropertiesToSync", []string{"Grade"})+`}`)
			require.Equal(t, 202, a.Status, a.Body)
			assert.Equal(t, "provisioned", a.Text("state"))
			assert.Equal(t, before.Body, g.Found(t, rig.At(id)+"/profileStatus").Body)
		}},
	{"profiles.update", "read-only", "`id` and `state` are read-only: an update does not change them",
		"resource page educationSynchronizationProfile", documented, func(t *testing.T, g *rig.Rig) {
			id := g.Create(t, rig.CSVBody("North"))
			a := g.Send(t, "PATCH", rig.At(id), `{"displayName": "South", "state": "provisioned", "id": "`+id+`"}`)
			require.Equal(t, 202, a.Status, a.Body)
			assert.Equal(t, "provisioning", a.Text("state"))
			assert.Equal(t, id, a.Text("id"))
		}},
	{"profiles.update", "other-id", "Another `id` in the body than in the address is 400", "graphemu: ids never change", chosen,
		func(t *testing.T, g *rig.Rig) {
			id := g.Create(t, rig.CSVBody("North"))
			before := g.Found(t, rig.At(id))
			assert.Equal(t, 400, g.Send(t, "PATCH", rig.At(id), `{"displayName": "South", "id": "`+rig.UnknownID+`"}`).Status)
			kept(t, g, id, before)
		}},
	{"profiles.update", "secret-optional", "An update need not repeat the `clientSecret`, which no answer shows",
		"graphemu: read, change, write back must work", chosen, func(t *testing.T, g *rig.Rig) {
			for _, b := range []string{rig.PowerSchoolBody("North"), rig.OneRosterBody("North")} {
				read := g.Found(t, rig.At(g.Create(t, b)))
				for _, method := range []string{"PATCH", "PUT"} {
					a := g.Send(t, method, rig.At(read.Text("id")), rig.Edit(t, read.Body, "displayName", "South"))
					assert.Equal(t, 202, a.Status, a.Body)
				}
			}
		}},
	{"profiles.update", "unknown-id", "An unknown id is 404", "as for get", chosen, func(t *testing.T, g *rig.Rig) {
		for _, method := range []string{"PATCH", "PUT"} {
			rig.WantError(t, g.Send(t, method, rig.At(rig.UnknownID), rig.CSVBody("South")), 404, "NotFound",
				"Failed to find profile '"+rig.UnknownID+"'")
		}
	}},
	{"profiles.update", "model-validation", "400 where the model's validation fails, and nothing is changed", "create page of 2017",
		documented, func(t *testing.T, g *rig.Rig) {
			id := g.Create(t, rig.CSVBody("North"))
			before := g.Found(t, rig.At(id))
			for _, b := range []string{`{"displayName": ""}`, `{"displayName": null}`, `{"dataProvider": {}}`, `{"dataProvidr": {}}`,
				`{"expirationDate": "2020-01-01"}`,
				`{"displayName": "South", "identitySynchronizationConfiguration": {"@odata.type": "#microsoft.graph.user"}}`} {
				assert.Equal(t, 400, g.Send(t, "PATCH", rig.At(id), b).Status, b)
				kept(t, g, id, before)
			}
			assert.Equal(t, 400, g.Send(t, "PUT", rig.At(id), `{"displayName": "South"}`).Status, "a PUT needs what a create needs")
			kept(t, g, id, before)
		}},
	{"profiles.update", "navigation-property", "A PATCH with a navigation property is 400 " +
		"`Cannot apply PATCH to navigation property 'errors' on entity type 'microsoft.graph.educationSynchronizationProfile'.`",
		"OData library; seen on device management (2026) with the code `ModelValidationFailure`", inferred, func(t *testing.T, g *rig.Rig) {
			id := g.Create(t, rig.CSVBody("North"))
			before := g.Found(t, rig.At(id))
			for name, value := range map[string]string{"errors": "[]", "profileStatus": `{"status": "success"}`} {
				a := g.Send(t, "PATCH", rig.At(id), `{"displayName": "South", "`+name+`": `+value+`}`)
				badRequest(t, a,
					"Cannot apply PATCH to navigation property '"+name+"' on entity type 'microsoft.graph.educationSynchronizationProfile'.")
				assert.Equal(t, "/"+name, a.Text("error.details.0.target"))
				assert.Equal(t, "navigationProperty", a.Text("error.details.0.code"))
				kept(t, g, id, before)
			}
		}},
	{"profiles.update", "navigation-property-put",
		"A PUT, and a create, with a navigation property is refused as one, not as a property that does not exist", "graphemu: no page shows one",
		chosen, func(t *testing.T, g *rig.Rig) {
			id := g.Create(t, rig.CSVBody("North"))
			body := rig.Edit(t, rig.CSVBody("South"), "ProfileStatus", map[string]string{"status": "success"})
			for method, path := range map[string]string{"PUT": rig.At(id), "POST": rig.ProfilesAt} {
				a := g.Send(t, method, path, body)
				badRequest(t, a, "Invalid value specified for property 'profileStatus' of resource 'educationSynchronizationProfile'.")
				assert.Equal(t, "navigationProperty", a.Text("error.details.0.code"))
			}
			assert.Len(t, g.World().Profiles(), 1)
		}},
	{"profiles.update", "annotations-alone",
		"A PATCH with annotations alone, as the Go SDK sends it after a GET, changes nothing; the journal advises",
		"SDK v0.120.0: its backing store holds no change then; the answer is graphemu's", inferred, func(t *testing.T, g *rig.Rig) {
			id := g.Create(t, rig.CSVBody("North"))
			before := g.Found(t, rig.At(id))
			for _, body := range []string{`{"@odata.type": "#microsoft.graph.educationSynchronizationProfile"}`,
				`{"@odata.context": "x", "errors@odata.context": "y"}`, `{}`, `{"id": "` + id + `"}`} {
				assert.Equal(t, 202, g.Send(t, "PATCH", rig.At(id), body).Status, body)
				kept(t, g, id, before)
			}
			require.Equal(t, 202, g.Send(t, "PATCH", rig.At(id), `{"displayName": "South"}`).Status)
			updates := g.World().Journal().Requests("profiles.update")
			require.Len(t, updates, 5)
			for _, e := range updates[:4] {
				assert.Contains(t, e.Advice, "this update changed nothing", e.RequestBody)
			}
			assert.NotContains(t, updates[4].Advice, "changed nothing")
		}},
	{"profiles.update", "licences-need-creation", "Licences go only with identity creation, in the profile that an update leads to",
		"resource page educationSynchronizationProfile", documented, func(t *testing.T, g *rig.Rig) {
			before := answered(t, g, rig.CreateRequest)
			id := before.Text("id")
			assert.Equal(t, 400, g.Send(t, "PATCH", rig.At(id), `{"identitySynchronizationConfiguration": `+rig.IdentityMatching+`}`).Status)
			kept(t, g, id, before)
			assert.Equal(t, 202,
				g.Send(t, "PATCH", rig.At(id), `{"identitySynchronizationConfiguration": `+rig.IdentityMatching+`, "licensesToAssign": null}`).Status)
		}},
	{"profiles.update", "null-clears", "null clears what may be absent", "OData 4.0, part 1, 11.4.3", inferred,
		func(t *testing.T, g *rig.Rig) {
			id := g.Create(t, rig.Edit(t, rig.CreateRequest, "expirationDate", "2026-07-31", "handleSpecialCharacterConstraint", true))
			a := g.Send(t, "PATCH", rig.At(id), `{"expirationDate": null, "handleSpecialCharacterConstraint": null, "licensesToAssign": null}`)
			require.Equal(t, 202, a.Status, a.Body)
			assert.Equal(t, "Test Profile", a.Text("displayName"))
			for _, p := range []string{"expirationDate", "handleSpecialCharacterConstraint", "licensesToAssign"} {
				assert.Contains(t, []string{"", "null"}, a.JSON(p).Raw, p)
			}
		}},
	{"profiles.update", "return-minimal", "`Prefer: return=minimal` gives 204 without a body, and `Preference-Applied`", "best practices page",
		documented, func(t *testing.T, g *rig.Rig) {
			id := g.Create(t, rig.CSVBody("North"))
			a := g.Send(t, "PATCH", rig.At(id), `{"displayName": "South"}`, "Prefer: return=minimal")
			rig.WantEmpty(t, a, 204)
			assert.Equal(t, "return=minimal", a.Header.Get("Preference-Applied"))
			assert.Equal(t, "South", g.Found(t, rig.At(id)).Text("displayName"))
		}},
	{"profiles.update", "return-representation", "`Prefer: return=representation` is told back in `Preference-Applied`",
		"OData 4.0, part 1, 8.2.8.7", inferred, func(t *testing.T, g *rig.Rig) {
			a := g.Send(t, "PATCH", rig.At(g.Create(t, rig.CSVBody("North"))), `{"displayName": "South"}`, "Prefer: return=representation")
			assert.Equal(t, 202, a.Status)
			assert.Equal(t, "return=representation", a.Header.Get("Preference-Applied"))
		}},
	{"profiles.update", "gzip-body", "A request body may be gzip", "kiota-http-go: compresses every body", documented,
		func(t *testing.T, g *rig.Rig) {
			id := g.Create(t, rig.CSVBody("North"))
			a := g.Send(t, "PATCH", rig.At(id), gzipped(t, `{"displayName": "South"}`), "Content-Encoding: gzip")
			assert.Equal(t, "South", a.Text("displayName"), a.Body)
		}},
	{"profiles.update", "not-while-deleting", "A profile that is being deleted is not changed any more: 400", "graphemu: the pages do not say",
		chosen, func(t *testing.T, g *rig.Rig) {
			id := g.Provisioned(t, rig.CSVBody("North"))
			g.Send(t, "DELETE", rig.At(id), "")
			assert.Equal(t, 400, g.Send(t, "PATCH", rig.At(id), `{"displayName": "South"}`).Status)
		}},
	{"profiles.update", "no-etag", "There are no ETags: If-Match changes nothing", "graph: none found on education", inferred,
		func(t *testing.T, g *rig.Rig) {
			id := g.Create(t, rig.CSVBody("North"))
			a := g.Send(t, "PATCH", rig.At(id), `{"displayName": "South"}`, `If-Match: "nonsense"`)
			assert.Equal(t, 202, a.Status)
			assert.NotContains(t, a.Header, "Etag")
			assert.NotContains(t, g.Found(t, rig.At(id)).Body, "@odata.etag")
		}},
}
