package odata

import (
	"encoding/xml"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// school mirrors the part of the service that the tests are about.
type school struct {
	Model
	profile, failure, status *Type
}

func newSchool(t testing.TB) *school {
	t.Helper()
	prop := func(name string, k Kind) Property { return Property{Name: name, Kind: k, Nullable: true} }
	typed := func(name string, k Kind, t *Type) Property {
		return Property{Name: name, Kind: k, Type: t, Nullable: true}
	}
	list := func(p Property) Property { p.Collection = true; return p }

	entity := &Type{Name: "entity", Entity: true, Abstract: true, Properties: []Property{{Name: "id", Kind: KindString}}}
	state := &Type{Name: "educationSynchronizationProfileState",
		Members: []string{"provisioning", "provisioned", "provisioningFailed", "deleting", "deletionFailed", "unknownFutureValue"}}
	running := &Type{Name: "educationSynchronizationStatus",
		Members: []string{"paused", "inProgress", "success", "error", "validationError", "quarantined", "unknownFutureValue", "extracting",
			"validating"}}
	role := &Type{Name: "educationUserRole", Members: []string{"student", "teacher"}}
	custom := &Type{Name: "educationSynchronizationCustomization", Properties: []Property{
		list(prop("optionalPropertiesToSync", KindString)), prop("synchronizationStartDate", KindDateTimeOffset),
		prop("isSyncDeferred", KindBoolean), prop("allowDisplayNameUpdate", KindBoolean)}}
	customs := &Type{Name: "educationSynchronizationCustomizations", Properties: []Property{
		typed("school", KindComplex, custom), typed("student", KindComplex, custom)}}
	provider := &Type{Name: "educationSynchronizationDataProvider", Abstract: true}
	csv := &Type{Name: "educationCsvDataProvider", Base: provider, Properties: []Property{typed("customizations", KindComplex, customs)}}
	roster := &Type{Name: "educationOneRosterApiDataProvider", Base: provider, Properties: []Property{
		prop("connectionUrl", KindString), prop("providerName", KindString), list(prop("schoolsIds", KindString)),
		typed("customizations", KindComplex, customs)}}
	power := &Type{Name: "educationPowerSchoolDataProvider", Base: provider, Properties: []Property{
		prop("connectionUrl", KindString), prop("allowTeachersInMultipleSchools", KindBoolean), prop("schoolYear", KindString)}}
	domain := &Type{Name: "educationIdentityDomain", Properties: []Property{typed("appliesTo", KindEnum, role), prop("name", KindString)}}
	identity := &Type{Name: "educationIdentitySynchronizationConfiguration", Abstract: true}
	creation := &Type{Name: "educationIdentityCreationConfiguration", Base: identity,
		Properties: []Property{list(typed("userDomains", KindComplex, domain))}}
	license := &Type{Name: "educationSynchronizationLicenseAssignment", Properties: []Property{
		typed("appliesTo", KindEnum, role), list(prop("skuIds", KindGuid))}}
	failure := &Type{Name: "educationSynchronizationError", Base: entity, Entity: true, Properties: []Property{
		prop("entryType", KindString), prop("errorCode", KindString), prop("recordedDateTime", KindDateTimeOffset)}}
	status := &Type{Name: "educationSynchronizationProfileStatus", Base: entity, Entity: true, Properties: []Property{
		typed("status", KindEnum, running), prop("errorCount", KindInt64), prop("lastActivityDateTime", KindDateTimeOffset)}}
	profile := &Type{Name: "educationSynchronizationProfile", Base: entity, Entity: true, Properties: []Property{
		prop("displayName", KindString), typed("state", KindEnum, state), typed("dataProvider", KindComplex, provider),
		typed("identitySynchronizationConfiguration", KindComplex, identity), list(typed("licensesToAssign", KindComplex, license)),
		prop("handleSpecialCharacterConstraint", KindBoolean), prop("expirationDate", KindDate),
		{Name: "errors", Kind: KindEntity, Type: failure, Collection: true, Navigation: true, Contained: true},
		{Name: "profileStatus", Kind: KindEntity, Type: status, Nullable: true, Navigation: true, Contained: true}}}
	root := &Type{Name: "educationRoot", Entity: true, Properties: []Property{
		{Name: "synchronizationProfiles", Kind: KindEntity, Type: profile, Collection: true, Navigation: true, Contained: true}}}
	message := &Type{Name: "educationFileSynchronizationVerificationMessage", Properties: []Property{prop("type", KindString)}}

	s := &school{profile: profile, failure: failure, status: status, Model: Model{
		Types: []*Type{entity, state, running, role, custom, customs, provider, csv, roster, power, domain, identity, creation, license, failure,
			status, profile, root, message},
		Actions: []Operation{
			{Name: "start", Binding: profile, Returns: &Property{Kind: KindComplex, Type: message, Collection: true, Nullable: true}},
			{Name: "pause", Binding: profile}},
		Functions:  []Operation{{Name: "uploadUrl", Binding: profile, Returns: &Property{Kind: KindString, Nullable: true}}},
		Singletons: []Singleton{{Name: "education", Type: root}},
	}}
	require.NoError(t, s.Link())
	return s
}

// entity is a profile with what its navigations lead to.
type entity struct {
	json string
	navs map[string]string
	asks map[string]int
}

func (e *entity) JSON() []byte { return []byte(e.json) }

func (e *entity) Navigation(name string) []byte {
	if e.asks != nil {
		e.asks[name]++
	}
	if e.navs[name] == "" {
		return nil
	}
	return []byte(e.navs[name])
}

const northJSON = `{"id":"86904b1e-C7d0-4ead-b13a-98f11fc400ee","displayName":"North O'Neil Äpfel","state":"provisioned",
"dataProvider":{"@odata.type":"#microsoft.graph.educationOneRosterApiDataProvider","connectionUrl":"https://sis.example/a.b","schoolsIds":["S1","S2"],
"customizations":{"student":{"optionalPropertiesToSync":["State ID"],"isSyncDeferred":true,"synchronizationStartDate":"0001-01-01T00:00:00Z"}}},
"identitySynchronizationConfiguration":{"@odata.type":"#microsoft.graph.educationIdentityCreationConfiguration","userDomains":[{"appliesTo":"student","name":"testschool.edu"}]},
"licensesToAssign":[{"appliesTo":"teacher","skuIds":["6fd2c87f-b296-42f0-b197-1e91e994b900"]},{"appliesTo":"student","skuIds":[]}],
"handleSpecialCharacterConstraint":false,"expirationDate":"2026-07-31"}`

func north() *entity {
	return &entity{json: northJSON, navs: map[string]string{
		"errors":        `[{"id":"1","entryType":"Student","errorCode":"UnsynchronizableChange","recordedDateTime":"2026-01-02T03:04:05.1234567Z"},{"id":"2","entryType":"Teacher","errorCode":"None"}]`,
		"profileStatus": `{"id":"s","status":"success","errorCount":2,"lastActivityDateTime":"2026-01-02T03:04:05.1234567Z"}`,
	}}
}

func TestLinkReportsEverythingAtOnce(t *testing.T) {
	other := &Type{Name: "other"}
	a := &Type{Name: "a", Properties: []Property{
		{Name: "x", Kind: KindComplex, Type: other}, {Name: "X", Kind: KindString}, {Name: "b.c", Kind: KindString}, {Name: "none"}}}
	err := (&Model{Types: []*Type{a}}).Link()
	for _, want := range []string{"a.x needs a type of the model", "a.X is declared twice", `"b.c" of a is no identifier`,
		"a.none has no kind"} {
		assert.ErrorContains(t, err, want)
	}

	b := &Type{Name: "b"}
	c := &Type{Name: "c", Base: b}
	b.Base = c
	assert.ErrorContains(t, (&Model{Types: []*Type{b, c}}).Link(), "derives from itself")
	outside := &Type{Name: "outside", Base: c}
	assert.ErrorContains(t, (&Model{Types: []*Type{b, c, outside}}).Link(), "derives from itself")
	self := &Type{Name: "self"}
	self.Base = self
	assert.ErrorContains(t, (&Model{Types: []*Type{self}}).Link(), "derives from itself")
	assert.ErrorContains(t, (&Model{Types: []*Type{{Name: "a b"}, {Name: "n"}, {Name: "N"}}}).Link(), "declared twice")
}

func TestUnlinkedTypesFailWithoutPanic(t *testing.T) {
	loose := &Type{Name: "loose", Entity: true, Properties: []Property{{Name: "id", Kind: KindString}}}
	assert.Equal(t, "microsoft.graph.loose", loose.Qualified())
	for _, q := range []string{"$filter=isof(microsoft.graph.loose)", "$filter=a.b/c eq 1", "$filter=a.b'c' eq 1", "$select=a.b/c",
		"$expand=x"} {
		_, err := Parse(strings.ReplaceAll(q, " ", "+"), loose, everything)
		assert.Error(t, err, q)
	}
	o, err := Parse("$filter=id+eq+'1'&$orderby=id&$select=id&$search=1", loose, everything)
	require.NoError(t, err)
	assert.True(t, o.Filter.Match(Object(`{"id":"1"}`)))
	assert.Equal(t, `{"@odata.type":"#microsoft.graph.loose","id":"1"}`, string(AppendFull(nil, []byte(`{"id":"1"}`), loose, "")))
}

func TestCSDLOfOperationsWithParameters(t *testing.T) {
	role := &Type{Name: "role", Members: []string{"a"}}
	m := Model{Namespace: "n", Container: "c", Types: []*Type{role}, Functions: []Operation{{
		Name: "f", Parameters: []Property{{Name: "roles", Kind: KindEnum, Type: role, Collection: true},
			{Name: "since", Kind: KindDate, Nullable: true}},
		Returns: &Property{Kind: KindInt64},
	}}}
	require.NoError(t, m.Link())
	assert.Contains(t, string(m.CSDL()), `<Function Name="f">
        <Parameter Name="roles" Type="Collection(n.role)" Nullable="false"></Parameter>
        <Parameter Name="since" Type="Edm.Date"></Parameter>
        <ReturnType Type="Edm.Int64" Nullable="false"></ReturnType>
      </Function>`)
}

func TestLookups(t *testing.T) {
	s := newSchool(t)
	require.NoError(t, s.Link(), "linking again is harmless")
	assert.Equal(t, "displayName", s.profile.Property("DISPLAYNAME").Name)
	assert.Equal(t, "id", s.profile.Property("Id").Name, "of the base")
	provider := s.Type("educationSynchronizationDataProvider")
	assert.Equal(t, "schoolYear", provider.Property("schoolyear").Name, "of a derived type")
	assert.Nil(t, provider.Property("id"))
	assert.Same(t, s.profile, s.Type("#Microsoft.Graph.EducationSynchronizationProfile"))
	assert.Nil(t, s.Type("microsoft.graph."))
	assert.Nil(t, s.Type("nothing"))
	assert.Equal(t, "Collection(microsoft.graph.educationSynchronizationError)", s.profile.Property("errors").TypeName())
	assert.True(t, s.profile.IsA(s.Type("entity")))
	assert.False(t, s.Type("entity").IsA(s.profile))
}

func TestCSDL(t *testing.T) {
	s := newSchool(t)
	got := string(s.CSDL())
	assert.Equal(t, got, string(newSchool(t).CSDL()), "equal models, equal bytes")
	for _, want := range []string{
		`<edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx">`,
		`<Schema Namespace="microsoft.graph" xmlns="http://docs.oasis-open.org/odata/ns/edm">`,
		`<Member Name="teacher" Value="1">`,
		`<EntityType Name="educationSynchronizationProfile" BaseType="microsoft.graph.entity">`,
		`<EntityType Name="entity" Abstract="true">`,
		`<PropertyRef Name="id">`,
		`<Property Name="id" Type="Edm.String" Nullable="false">`,
		`<Property Name="skuIds" Type="Collection(Edm.Guid)">`,
		`<ComplexType Name="educationSynchronizationDataProvider" Abstract="true">`,
		`<NavigationProperty Name="errors" Type="Collection(microsoft.graph.educationSynchronizationError)" ContainsTarget="true">`,
		`<Action Name="start" IsBound="true">`,
		`<Parameter Name="bindingParameter" Type="microsoft.graph.educationSynchronizationProfile">`,
		`<ReturnType Type="Collection(microsoft.graph.educationFileSynchronizationVerificationMessage)">`,
		`<Function Name="uploadUrl" IsBound="true">`,
		`<EntityContainer Name="GraphService">`,
		`<Singleton Name="education" Type="microsoft.graph.educationRoot">`,
	} {
		assert.Contains(t, got, want)
	}
	assert.Equal(t, 1, strings.Count(got, "<Key>"), "only the type that declares the id has the key")
	d := xml.NewDecoder(strings.NewReader(got))
	for {
		if _, err := d.Token(); err == io.EOF {
			break
		} else if !assert.NoError(t, err) {
			return
		}
	}
}

// What CSDL says beyond the types: values, the alias, bindings; and what a model
// declares that no query may name.
func TestDeclared(t *testing.T) {
	state := &Type{Name: "state", Members: []string{"off", "on"}, Values: []int{2, 5}}
	thing := &Type{Name: "thing", Entity: true, Properties: []Property{{Name: "id", Kind: KindString},
		{Name: "state", Kind: KindEnum, Type: state, Nullable: true}}}
	thing.Properties = append(thing.Properties, Property{Name: "owner", Kind: KindEntity, Type: thing, Nullable: true, Navigation: true,
		Unserved: true},
		Property{Name: "parts", Kind: KindEntity, Type: thing, Collection: true, Navigation: true})
	root := &Type{Name: "root", Entity: true}
	m := &Model{Alias: "graph", Types: []*Type{state, thing, root},
		Singletons: []Singleton{{Name: "one", Type: root, Bindings: []Binding{{Path: "things/parts", Target: "things"}}}}}
	require.NoError(t, m.Link())
	for _, says := range []string{`Alias="graph"`, `<Member Name="off" Value="2">`, `<Member Name="on" Value="5">`,
		`<NavigationProperty Name="owner"`, `<NavigationPropertyBinding Path="things/parts" Target="things">`} {
		assert.Contains(t, string(m.CSDL()), says)
	}
	all := Allowed{Filter: true, OrderBy: true, Select: true, Expand: true}
	for _, query := range []string{"$expand=owner", "$select=owner", "$filter=owner/id eq 'x'", "$orderby=owner/id",
		"$expand=parts($select=owner)"} {
		_, err := Parse(strings.ReplaceAll(query, " ", "+"), thing, all)
		var e *Error
		require.ErrorAs(t, err, &e, query)
		assert.True(t, e.Unserved, query)
		assert.Equal(t, "graphemu does not emulate the property 'owner'.", e.Message)
	}
	o, err := Parse("$expand=*", thing, all)
	require.NoError(t, err)
	assert.Len(t, o.Expand, 1)
	_, err = Parse("$select=ownr", thing, all)
	assert.NotContains(t, err.(*Error).Help, "owner", "nobody is led to it")

	state.Values = []int{5, 2}
	assert.ErrorContains(t, m.Link(), "state needs a value for each member")
}
