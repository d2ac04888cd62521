package odata

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestSelect(t *testing.T) {
	s := newSchool(t)
	const url = `"dataProvider":{"@odata.type":"#microsoft.graph.educationOneRosterApiDataProvider","connectionUrl":"https://sis.example/a.b"}`
	for _, c := range []struct{ selected, want, list string }{
		{"displayName,id", `{"id":"86904b1e-C7d0-4ead-b13a-98f11fc400ee","displayName":"North O'Neil Äpfel"}`, "displayName,id"},
		{" ID , id,State", `{"id":"86904b1e-C7d0-4ead-b13a-98f11fc400ee","state":"provisioned"}`, "id,state"},
		{"dataProvider/connectionUrl", `{` + url + `}`, "dataProvider/connectionUrl"},
		{"dataProvider/microsoft.graph.educationOneRosterApiDataProvider/connectionURL", `{` + url + `}`,
			"dataProvider/microsoft.graph.educationOneRosterApiDataProvider/connectionUrl"},
		{"dataProvider/microsoft.graph.educationPowerSchoolDataProvider/connectionUrl",
			`{"dataProvider":{"@odata.type":"#microsoft.graph.educationOneRosterApiDataProvider"}}`,
			"dataProvider/microsoft.graph.educationPowerSchoolDataProvider/connectionUrl"},
		{"dataProvider/customizations/student/isSyncDeferred",
			`{"dataProvider":{"@odata.type":"#microsoft.graph.educationOneRosterApiDataProvider","customizations":{"student":{"isSyncDeferred":true}}}}`, "dataProvider/customizations/student/isSyncDeferred"},
		{"dataProvider/customizations/student/isSyncDeferred,dataProvider/microsoft.graph.educationOneRosterApiDataProvider/customizations/student/optionalPropertiesToSync",
			`{"dataProvider":{"@odata.type":"#microsoft.graph.educationOneRosterApiDataProvider","customizations":{"student":{"optionalPropertiesToSync":["State ID"],"isSyncDeferred":true}}}}`,
			"dataProvider/customizations/student/isSyncDeferred,dataProvider/microsoft.graph.educationOneRosterApiDataProvider/customizations/student/optionalPropertiesToSync"},
		{"licensesToAssign/appliesTo", `{"licensesToAssign":[{"appliesTo":"teacher"},{"appliesTo":"student"}]}`, "licensesToAssign/appliesTo"},
		{"licensesToAssign/appliesTo,licensesToAssign",
			`{"licensesToAssign":[{"appliesTo":"teacher","skuIds":["6fd2c87f-b296-42f0-b197-1e91e994b900"]},{"appliesTo":"student","skuIds":[]}]}`,
			"licensesToAssign/appliesTo,licensesToAssign"},
		{"errors", `{}`, "errors"},
		{"*", strings.ReplaceAll(northJSON, "\n", ""), "*"},
	} {
		o, err := Parse("$select="+strings.ReplaceAll(c.selected, " ", "%20"), s.profile, everything)
		require.NoError(t, err, c.selected)
		got := o.Select.Apply([]byte("x"), []byte(northJSON))
		assert.Equal(t, "x"+c.want, strings.ReplaceAll(string(got), "\n", ""), c.selected)
		assert.Equal(t, c.list, o.Select.String())
	}
	assert.Equal(t, northJSON, string((*Selection)(nil).Apply(nil, []byte(northJSON))))
	assert.Empty(t, (*Selection)(nil).String())
}

func TestSelectKeepsControlInformationOfWhatItKeeps(t *testing.T) {
	s := newSchool(t)
	o, err := Parse("$select=id,dataProvider/connectionUrl", s.profile, everything)
	require.NoError(t, err)
	got := o.Select.Apply(nil,
		[]byte(`{ "@odata.id" : "x", "id@odata.type":"#String" , "id": "1", "state@odata.type":"y","state":"z", "dataProvider": null }`))
	assert.Equal(t, `{"@odata.id":"x","id@odata.type":"#String","id":"1","dataProvider":null}`, string(got))
	for _, odd := range []string{"", "null", "[]", "5", "{"} {
		assert.NotPanics(t, func() { o.Select.Apply(nil, []byte(odd)) }, odd)
	}
}

func TestAppendNone(t *testing.T) {
	for in, want := range map[string]string{
		`{"@odata.context":"c","@odata.count":2,"@odata.nextLink":"n","value":[{"@odata.type":"t","a@odata.type":"u","a":[1,"@odata.x",{"@odata.id":"i"}],"errors@odata.count":1,"errors@odata.context":"d"}]}`: `{"@odata.count":2,"@odata.nextLink":"n","value":[{"a":[1,"@odata.x",{}],"errors@odata.count":1}]}`,
		`{}`: `{}`, `[]`: `[]`, `[[],{},"a\"b",null,true,-1.5e3]`: `[[],{},"a\"b",null,true,-1.5e3]`, `"x"`: `"x"`, ``: ``,
	} {
		got := AppendNone([]byte("x"), []byte(in))
		assert.Equal(t, "x"+want, string(got))
		assert.Equal(t, want, string(AppendNone(nil, got[1:])), "twice is once")
	}
}

func TestAppendFull(t *testing.T) {
	s := newSchool(t)
	const id = "education/synchronizationProfiles('1')"
	got := AppendFull(nil,
		[]byte(`{"@odata.context":"c","id":"1","displayName":"N","state":"provisioned","expirationDate":"2026-07-31","handleSpecialCharacterConstraint":null,
	"dataProvider":{"@odata.type":"#microsoft.graph.educationOneRosterApiDataProvider","schoolsIds":["S1"],"customizations":{"student":{"synchronizationStartDate":"0001-01-01T00:00:00Z","isSyncDeferred":true}}},
	"licensesToAssign":[{"appliesTo":"teacher","skuIds":["6fd2c87f-b296-42f0-b197-1e91e994b900"]}],"surplus":[1],
	"errors":[{"id":"e"}],"profileStatus":{"id":"s","errorCount":2,"status":null}}`), s.profile, id)
	want := `{"@odata.context":"c","@odata.type":"#microsoft.graph.educationSynchronizationProfile","@odata.id":"` + id +
		`","@odata.editLink":"` + id + `",
"id":"1","displayName":"N","state@odata.type":"#microsoft.graph.educationSynchronizationProfileState","state":"provisioned","expirationDate@odata.type":"#Date","expirationDate":"2026-07-31","handleSpecialCharacterConstraint":null,
"dataProvider":{"@odata.type":"#microsoft.graph.educationOneRosterApiDataProvider","schoolsIds@odata.type":"#Collection(String)","schoolsIds":["S1"],
"customizations":{"@odata.type":"#microsoft.graph.educationSynchronizationCustomizations","student":{"@odata.type":"#microsoft.graph.educationSynchronizationCustomization","synchronizationStartDate@odata.type":"#DateTimeOffset","synchronizationStartDate":"0001-01-01T00:00:00Z","isSyncDeferred":true}}},
"licensesToAssign@odata.type":"#Collection(microsoft.graph.educationSynchronizationLicenseAssignment)","licensesToAssign":[{"@odata.type":"#microsoft.graph.educationSynchronizationLicenseAssignment","appliesTo@odata.type":"#microsoft.graph.educationUserRole","appliesTo":"teacher","skuIds@odata.type":"#Collection(Guid)","skuIds":["6fd2c87f-b296-42f0-b197-1e91e994b900"]}],"surplus":[1],
"errors":[{"@odata.type":"#microsoft.graph.educationSynchronizationError","id":"e"}],"profileStatus":{"@odata.type":"#microsoft.graph.educationSynchronizationProfileStatus","id":"s","errorCount@odata.type":"#Int64","errorCount":2,"status":null}}`
	assert.Equal(t, strings.ReplaceAll(want, "\n", ""), string(got))
	assert.True(t, json.Valid(got))
	assert.Equal(t, string(got), string(AppendFull(nil, got, s.profile, id)), "what is there stays, once")

	assert.Equal(t, `{"@odata.type":"#microsoft.graph.educationSynchronizationProfile"}`, string(AppendFull(nil, []byte(`{}`), s.profile, "")))
	abstract := AppendFull(nil, []byte(`{"connectionUrl":"x"}`), s.Type("educationSynchronizationDataProvider"), "")
	assert.Equal(t, `{"connectionUrl":"x"}`, string(abstract), "an abstract type's name says nothing")
	assert.Equal(t, `"x"`, string(AppendFull(nil, []byte(`"x"`), s.profile, "")))
	assert.Equal(t, `{"a":1}`, string(AppendFull(nil, []byte(`{"a":1}`), nil, "")))
}

func TestAnnotatorsOnDeepJSON(t *testing.T) {
	s := newSchool(t)
	deep := strings.Repeat("[", 1<<20) + strings.Repeat("]", 1<<20)
	assert.Len(t, AppendNone(nil, []byte(deep)), len(deep))
	assert.NotEmpty(t, AppendFull(nil, []byte(`{"dataProvider":`+deep+`}`), s.profile, ""))
}

func BenchmarkSelect(b *testing.B) {
	s := newSchool(b)
	o, err := Parse("$select=id,displayName,state", s.profile, everything)
	require.NoError(b, err)
	dst, in := make([]byte, 0, 4096), []byte(northJSON)
	b.ReportAllocs()
	for b.Loop() {
		dst = o.Select.Apply(dst[:0], in)
	}
}
