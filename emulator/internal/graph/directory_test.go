package graph

import (
	"bytes"
	"context"
	"log/slog"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/graphemu/graphemu/emulator/internal/engine"
	"github.com/graphemu/graphemu/emulator/internal/entity"
	"github.com/graphemu/graphemu/emulator/internal/faults"
	"github.com/graphemu/graphemu/emulator/internal/ids"
	"github.com/graphemu/graphemu/emulator/internal/jsontree"
	"github.com/graphemu/graphemu/emulator/internal/objects"
	"github.com/graphemu/graphemu/emulator/internal/workload"
	"github.com/graphemu/graphemu/emulator/internal/workloads/directory"
)

// tenant is a desk that serves the directory alone. Its first user is an administrator.
type tenant struct {
	*desk
	store *entity.Store
	admin string
}

func newTenant(t *testing.T) *tenant {
	d := &tenant{desk: &desk{log: &bytes.Buffer{}, world: newWorld("tenant")}, store: entity.New(entity.Limits{})}
	d.world.SetScenario(&engine.Scenario{Faults: faults.NewSet(nil, 1)})
	id := ids.NewStream(1, "tenant", "objects")
	d.world.Tenant.States = append([]any{&objects.State{Store: d.store, NewID: id.GUID}}, d.world.Tenant.States...)
	d.world.Tenant.FirstUser = func() string { return d.admin }
	d.Handler = New(Config{MaxBody: 4 << 20, MaxBatch: 64 << 20}, engine.New(engine.Config{Log: slog.New(slog.NewTextHandler(d.log, nil)),
		Now: func() time.Time { return dawn }, Closing: context.Background()}, nil), []*workload.Workload{directory.Workload},
		workload.Models{workload.Beta: workload.Made(directory.NewModel(workload.Beta)),
			workload.V1: workload.Made(directory.NewModel(workload.V1))})
	t.Cleanup(func() { assert.Empty(t, d.log.String()) })
	return d
}

// advance moves the world's clock.
func (d *tenant) advance(t *testing.T, by time.Duration) {
	t.Helper()
	require.NoError(t, d.world.Clock.Advance(by))
}

// user creates a user and returns its id.
func (d *tenant) user(t *testing.T, name string, more ...string) string {
	t.Helper()
	return d.want(t, 201, "POST", "/users",
		`{"accountEnabled":true,"displayName":"`+name+`","mailNickname":"`+name+`","userPrincipalName":"`+name+
			`@contoso.edu","passwordProfile":{"password":"Secret-123"}`+strings.Join(more, "")+`}`).Get("id").Str
}

// group creates a security group and returns its id.
func (d *tenant) group(t *testing.T, name string, more ...string) string {
	t.Helper()
	return d.want(t, 201, "POST", "/groups", `{"displayName":"`+name+`","mailEnabled":false,"mailNickname":"`+name+`","securityEnabled":true`+
		strings.Join(more, "")+`}`).Get("id").Str
}

func (d *tenant) refused(t *testing.T, status int, method, path, body, code, message string, headers ...string) gjson.Result {
	t.Helper()
	a := d.want(t, status, method, path, body, headers...)
	assert.Equal(t, code, a.Get("error.code").Str, "%s %s: %s", method, path, a)
	assert.Equal(t, message, a.Get("error.message").Str, "%s %s", method, path)
	return a
}

func refTo(id string) string {
	return `{"@odata.id":"https://graph.microsoft.com/v1.0/directoryObjects/` + id + `"}`
}

const badRequest = "Request_BadRequest"

func TestUsersAreCreated(t *testing.T) {
	d := newTenant(t)
	made := d.want(t, 201, "POST", "/users", `{"accountEnabled":true,"displayName":"Ann","mailNickname":"ann",
		"userPrincipalName":"ann@contoso.edu","mail":"ann@contoso.edu","passwordProfile":{"password":"Secret-123","forceChangePasswordNextSignIn":false}}`)
	id := made.Get("id").Str
	assert.Equal(t, `{"@odata.context":"http://example.com/v1.0/$metadata#users/$entity","id":"`+id+
		`","businessPhones":[],"displayName":"Ann",`+
		`"givenName":null,"jobTitle":null,"mail":"ann@contoso.edu","mobilePhone":null,"officeLocation":null,"preferredLanguage":null,"surname":null,`+
		`"userPrincipalName":"ann@contoso.edu"}`, made.Raw, "the eleven properties of v1.0")
	assert.Equal(t, made.Raw, d.want(t, 200, "GET", "/users/ANN@contoso.edu", "").Raw, "a name stands for the id")
	all := d.want(t, 200, "GET",
		"/users/"+id+"?$select=accountEnabled,userType,createdDateTime,deletedDateTime,passwordProfile,identities,proxyAddresses,securityIdentifier", "")
	assert.True(t, all.Get("accountEnabled").Bool())
	assert.Equal(t, "Member", all.Get("userType").Str)
	assert.Equal(t, "2026-01-05T06:00:00Z", all.Get("createdDateTime").Str)
	assert.Equal(t, gjson.Null, all.Get("deletedDateTime").Type)
	assert.JSONEq(t, `{"forceChangePasswordNextSignIn":false,"forceChangePasswordNextSignInWithMfa":false,"password":null}`,
		all.Get("passwordProfile").Raw)
	assert.JSONEq(t, `["SMTP:ann@contoso.edu"]`, all.Get("proxyAddresses").Raw)
	assert.Regexp(t, `^S-1-12-1-\d+-\d+-\d+-\d+$`, all.Get("securityIdentifier").Str)
	assert.Equal(t, "ann@contoso.edu", all.Get("identities.0.issuerAssignedId").Str)
	for o := range d.store.View().All() {
		assert.NotContains(t, string(o.JSON), "Secret-123", "a hash is kept")
		assert.True(t, directory.CheckPassword(o, "Secret-123"))
		assert.False(t, directory.CheckPassword(o, "secret-123"))
	}
	beta := gjson.Parse(d.send("GET", "/beta/users/"+id, "").Body.String())
	assert.Equal(t, "Member", beta.Get("userType").Str, "beta shows nearly all")
	assert.False(t, beta.Get("skills").Exists())
}

func TestWhatUsersNeed(t *testing.T) {
	d := newTenant(t)
	d.user(t, "ann")
	whole := func(change string) string {
		const plain = `{"accountEnabled":true,"displayName":"B","mailNickname":"b","userPrincipalName":"b@contoso.edu","passwordProfile":{"password":"Secret-123"}}`
		body, _ := jsontree.Decode([]byte(plain))
		with, _ := jsontree.Decode([]byte("{" + strings.TrimPrefix(change, ",") + "}"))
		maps.Copy(body.(map[string]any), with.(map[string]any))
		return string(jsontree.Append(nil, body))
	}
	d.refused(t, 400, "POST", "/users", `{"accountEnabled":true}`, badRequest,
		"A value is required for property 'displayName' of resource 'User'.")
	d.refused(t, 400, "POST", "/users", whole(`,"mailNickname":"a b"`), badRequest,
		"Invalid value specified for property 'mailNickname' of resource 'User'.")
	d.refused(t, 400, "POST", "/users", whole(`,"passwordProfile":{}`), badRequest, "A password must be specified to create a new user.")
	d.refused(t, 400, "POST", "/users", whole(`,"passwordProfile":{"password":"short"}`), badRequest,
		"The specified password does not comply with password complexity requirements. Please provide a different password.")
	d.refused(t, 400, "POST", "/users", whole(`,"createdDateTime":"2020-01-01T00:00:00Z"`), badRequest,
		"Property 'createdDateTime' is read-only and cannot be set.")
	d.refused(t, 400, "POST", "/users", whole(`,"responseHeaders":1`), badRequest, "Invalid property 'responseHeaders'.")
	taken := d.refused(t, 400, "POST", "/users", whole(`,"userPrincipalName":"ANN@contoso.edu"`), badRequest,
		"Another object with the same value for property userPrincipalName already exists.")
	assert.Equal(t, "ObjectConflict", taken.Get("error.details.0.code").Str)
	assert.Equal(t, "userPrincipalName", taken.Get("error.details.0.target").Str)
	d.want(t, 201, "POST", "/users", whole(`,"mail":"x@contoso.edu"`))
	d.refused(t, 400, "POST", "/users", whole(`,"userPrincipalName":"c@contoso.edu","mail":"X@contoso.edu"`), badRequest,
		"Another object with the same value for property proxyAddresses already exists.")
	assert.Equal(t, "2", d.want(t, 200, "GET", "/users/$count", "", "ConsistencyLevel: eventual").Raw, "nothing of it was made")
}

func TestUsersAreChangedDeletedAndRestored(t *testing.T) {
	d := newTenant(t)
	id, boss, group := d.user(t, "ann"), d.user(t, "bob"), d.group(t, "staff")
	d.want(t, 204, "PUT", "/users/"+id+"/manager/$ref", refTo(boss))
	d.want(t, 204, "POST", "/groups/"+group+"/members/$ref", refTo(id))
	d.want(t, 204, "PATCH", "/users/"+id, `{"jobTitle":"Head","onPremisesExtensionAttributes":{"extensionAttribute1":"x"}}`)
	assert.Equal(t, "Head", d.want(t, 200, "GET", "/users/"+id, "").Get("jobTitle").Str)
	d.refused(t, 400, "PATCH", "/users/"+id, `{"displayName":null}`, badRequest,
		"A value is required for property 'displayName' of resource 'User'.")
	d.refused(t, 400, "PATCH", "/users/"+id, `{"userPrincipalName":"bob@contoso.edu"}`, badRequest,
		"Another object with the same value for property userPrincipalName already exists.")

	d.want(t, 204, "DELETE", "/users/"+id, "")
	d.want(t, 404, "GET", "/users/"+id, "")
	d.want(t, 404, "GET", "/users/ann@contoso.edu", "")
	assert.Empty(t, d.want(t, 200, "GET", "/groups/"+group+"/members", "").Get("value").Array())
	assert.Empty(t, d.want(t, 200, "GET", "/users/"+boss+"/directReports", "").Get("value").Array())
	deleted := d.want(t, 200, "GET", "/directory/deletedItems/microsoft.graph.user?$select=id,deletedDateTime", "")
	assert.Equal(t, `[{"id":"`+id+`","deletedDateTime":"2026-01-05T06:00:00Z"}]`, deleted.Get("value").Raw)
	assert.Equal(t, "#microsoft.graph.user", d.want(t, 200, "GET", "/directory/deletedItems/"+id, "").Get(`\@odata\.type`).Str)
	d.refused(t, 400, "GET", "/directory/deletedItems", "", "Request_UnsupportedQuery",
		"Searches against this resource are not supported. Only specific instances can be queried.")
	again := d.user(t, "ann") // its name is free
	d.want(t, 404, "POST", "/users/"+id+"/restore", "")
	d.want(t, 400, "POST", "/directory/deletedItems/"+id+"/restore", "")
	restored := d.want(t, 200, "POST", "/directory/deletedItems/"+id+"/restore", `{"newUserPrincipalName":"ann2@contoso.edu"}`)
	assert.Equal(t, "#microsoft.graph.user", restored.Get(`\@odata\.type`).Str)
	assert.Equal(t, id, d.want(t, 200, "GET", "/users/ann2@contoso.edu", "").Get("id").Str)
	assert.Equal(t, boss, d.want(t, 200, "GET", "/users/"+id+"/manager", "").Get("id").Str)
	assert.Equal(t, id, d.want(t, 200, "GET", "/groups/"+group+"/members", "").Get("value.0.id").Str)

	d.want(t, 204, "DELETE", "/users/"+id, "")
	d.want(t, 204, "DELETE", "/directory/deletedItems/"+id, "")
	d.want(t, 404, "GET", "/directory/deletedItems/"+id, "")
	d.want(t, 204, "DELETE", "/users/"+again, "")
	d.advance(t, 30*24*time.Hour-time.Second)
	d.want(t, 200, "GET", "/directory/deletedItems/"+again, "")
	d.advance(t, time.Second)
	d.want(t, 404, "GET", "/directory/deletedItems/"+again, "")
}

func TestGroupsAndTheirMembers(t *testing.T) {
	d := newTenant(t)
	ann, bob := d.user(t, "ann"), d.user(t, "bob")
	inner, outer := d.group(t, "inner"), d.group(t, "outer")
	d.refused(t, 400, "POST", "/groups", `{"displayName":"x"}`, badRequest,
		"A value is required for property 'mailEnabled' of resource 'Group'.")
	d.refused(t, 400, "POST", "/groups", `{"displayName":"x","mailEnabled":true,"mailNickname":"x","securityEnabled":false}`, badRequest,
		"The service does not currently support writes of mail-enabled groups. Please ensure that the mail-enablement property is unset and the security-enablement property is set.")
	d.want(t, 204, "POST", "/groups/"+inner+"/members/$ref", refTo(ann))
	d.refused(t, 400, "POST", "/groups/"+inner+"/members/$ref", refTo(ann), badRequest,
		"One or more added object references already exist for the following modified properties: 'members'.")
	d.refused(t, 404, "POST", "/groups/"+inner+"/members/$ref", refTo("11111111-1111-1111-1111-111111111111"), "Request_ResourceNotFound",
		"Resource '11111111-1111-1111-1111-111111111111' does not exist or one of its queried reference-property objects are not present.")
	d.refused(t, 404, "DELETE", "/groups/"+inner+"/members/"+bob+"/$ref", "", "Request_ResourceNotFound",
		"Resource '"+inner+"' does not exist or one of its queried reference-property objects are not present.")
	d.want(t, 204, "PATCH", "/groups/"+outer, `{"members@odata.bind":["https://graph.microsoft.com/v1.0/groups/`+inner+`","users/`+bob+`"]}`)
	members := d.want(t, 200, "GET", "/groups/"+outer+"/members", "")
	assert.Equal(t, "http://example.com/v1.0/$metadata#directoryObjects", members.Get(`\@odata\.context`).Str)
	assert.ElementsMatch(t, []string{"#microsoft.graph.group", "#microsoft.graph.user"}, texts(members.Get(`value.#.\@odata\.type`)))
	assert.Equal(t, []string{bob}, texts(d.want(t, 200, "GET", "/groups/"+outer+"/members/microsoft.graph.user", "").Get("value.#.id")))
	assert.ElementsMatch(t, []string{ann, bob, inner},
		texts(d.want(t, 200, "GET", "/groups/"+outer+"/transitiveMembers", "").Get("value.#.id")))
	assert.ElementsMatch(t, []string{inner, outer}, texts(d.want(t, 200, "GET", "/users/"+ann+"/transitiveMemberOf", "").Get("value.#.id")))
	assert.Equal(t, []string{inner}, texts(d.want(t, 200, "GET", "/users/"+ann+"/memberOf/microsoft.graph.group", "").Get("value.#.id")))

	only := d.want(t, 200, "POST", "/users/"+ann+"/checkMemberGroups", `{"groupIds":["`+outer+`","11111111-1111-1111-1111-111111111111"]}`)
	assert.Equal(t, `{"@odata.context":"http://example.com/v1.0/$metadata#Collection(Edm.String)","value":["`+outer+`"]}`, only.Raw)
	assert.ElementsMatch(t, []string{inner, outer},
		texts(d.want(t, 200, "POST", "/users/"+ann+"/getMemberGroups", `{"securityEnabledOnly":true}`).Get("value")))
	found := d.want(t, 200, "POST", "/directoryObjects/getByIds",
		`{"ids":["`+ann+`","`+outer+`","11111111-1111-1111-1111-111111111111"],"types":["user"]}`)
	assert.Equal(t, []string{ann}, texts(found.Get("value.#.id")))
	d.refused(t, 400, "POST", "/directoryObjects/getByIds", `{"ids":["x"]}`, badRequest, "Invalid GUID specified.")

	d.want(t, 204, "POST", "/groups/"+outer+"/owners/$ref", refTo(ann))
	d.refused(t, 400, "DELETE", "/groups/"+outer+"/owners/"+ann+"/$ref", "", badRequest,
		"The group must have at least one owner, hence this owner cannot be removed.")
	assert.Equal(t, []string{outer}, texts(d.want(t, 200, "GET", "/users/"+ann+"/ownedObjects", "").Get("value.#.id")))
	d.refused(t, 400, "DELETE", "/groups/"+outer+"/members/"+bob, "", "BadRequest", "Write requests are only supported on contained entities")
	d.want(t, 200, "GET", "/users/"+bob, "")
	d.refused(t, 400, "GET", "/groups/notaguid", "", badRequest, "Invalid object identifier 'notaguid'.")
	many := `"users/` + strings.Join(strings.Fields(strings.Repeat("x ", 21)), `","users/`) + `"`
	for i := range 21 {
		many = strings.Replace(many, "users/x", "users/"+string(rune('a'+i)), 1)
	}
	d.refused(t, 400, "PATCH", "/groups/"+outer, `{"members@odata.bind":[`+many+`]}`, badRequest,
		"A resource cannot contain more than 20 link changes")

	d.want(t, 204, "DELETE", "/groups/"+inner, "")
	assert.Equal(t, inner, d.want(t, 200, "GET", "/directory/deletedItems/"+inner, "").Get("id").Str)
	assert.Equal(t, []string{bob}, texts(d.want(t, 200, "GET", "/groups/"+outer+"/transitiveMembers", "").Get("value.#.id")))
}

func TestMicrosoft365Groups(t *testing.T) {
	d := newTenant(t)
	d.admin = d.user(t, "ann")
	made := d.want(t, 201, "POST", "/groups",
		`{"displayName":"Team","mailEnabled":true,"mailNickname":"team","securityEnabled":false,"groupTypes":["Unified"]}`)
	id := made.Get("id").Str
	assert.Equal(t, "Public", made.Get("visibility").Str)
	assert.Equal(t, "2026-01-05T06:00:00Z", made.Get("renewedDateTime").Str)
	assert.False(t, made.Get("allowExternalSenders").Exists(), "only with $select")
	assert.Equal(t, []string{d.admin}, texts(d.want(t, 200, "GET", "/groups/"+id+"/owners", "").Get("value.#.id")))
	d.advance(t, time.Hour)
	d.want(t, 204, "POST", "/groups/"+id+"/renew", "")
	assert.Equal(t, "2026-01-05T07:00:00Z", d.want(t, 200, "GET", "/groups/"+id, "").Get("renewedDateTime").Str)
	assert.Empty(t, d.send("POST", "/v1.0/groups/"+id+"/subscribeByMail", "").Body.String())
	assert.True(t, d.want(t, 200, "GET", "/groups/"+id+"?$select=isSubscribedByMail", "").Get("isSubscribedByMail").Bool())
	d.want(t, 204, "POST", "/groups/"+id+"/validateProperties", `{"displayName":"x","mailNickname":"x"}`)
	d.want(t, 422, "POST", "/directoryObjects/validateProperties", `{"entityType":"Group","displayName":"x","mailNickname":"a b"}`)
	d.refused(t, 400, "POST", "/groups", `{"displayName":"x","mailEnabled":false,"mailNickname":"x","securityEnabled":true,"unseenCount":1}`,
		badRequest, "Property 'unseenCount' is read-only and cannot be set.")
}

func TestPasswordsAndSessions(t *testing.T) {
	d := newTenant(t)
	d.admin = d.user(t, "ann")
	other := d.user(t, "bob")
	d.want(t, 204, "POST", "/me/changePassword", `{"currentPassword":"Secret-123","newPassword":"Other-456"}`)
	d.want(t, 400, "POST", "/me/changePassword", `{"currentPassword":"Secret-123","newPassword":"Other-456"}`)
	d.want(t, 403, "POST", "/users/"+other+"/changePassword", `{"currentPassword":"Secret-123","newPassword":"Other-456"}`)
	assert.True(t, directory.CheckPassword(d.store.View().Find(entity.Directory, d.admin), "Other-456"))
	d.advance(t, time.Hour)
	done := d.want(t, 200, "POST", "/me/revokeSignInSessions", "")
	assert.Equal(t, `{"@odata.context":"http://example.com/v1.0/$metadata#Edm.Boolean","value":true}`, done.Raw)
	assert.Equal(t, "2026-01-05T07:00:00Z",
		d.want(t, 200, "GET", "/me?$select=signInSessionsValidFromDateTime", "").Get("signInSessionsValidFromDateTime").Str)
}

func texts(list gjson.Result) (out []string) {
	for _, v := range list.Array() {
		out = append(out, v.String())
	}
	return out
}
