package odata

import (
	"math"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var everything = Allowed{Filter: true, OrderBy: true, Select: true, Expand: true, Top: true, Skip: true, Count: true, Search: true,
	SkipToken: true, MaxTop: 999}

func TestParseOptions(t *testing.T) {
	s := newSchool(t)
	o, err := Parse("$filter=state+eq%20%27provisioned%27&ORDERBY=displayName%20desc&$Select=id&expand=errors&%24top=5&skip=7&$count=TRUE&$search=north&$skiptoken=a%2Bb&$format=json&", s.profile, everything)
	require.NoError(t, err)
	assert.Equal(t, "state eq 'provisioned'", o.Filter.String())
	require.Len(t, o.OrderBy, 1)
	assert.True(t, o.OrderBy[0].Descending())
	assert.Equal(t, "id", o.Select.String())
	assert.Equal(t, "errors", o.Expand[0].Property.Name)
	assert.Equal(t, -1, o.Expand[0].Options.Top)
	assert.Equal(t, "north", o.Search.String())
	assert.Equal(t, []any{5, 7, true, "a+b", "json"}, []any{o.Top, o.Skip, o.Count, o.SkipToken, o.Format})

	o, err = Parse("", s.profile, Allowed{})
	require.NoError(t, err)
	assert.Equal(t, Options{Top: -1}, o)

	o, err = Parse("$skip=99999999999999999999999&$count=false", s.profile, everything)
	require.NoError(t, err)
	assert.Equal(t, math.MaxInt32, o.Skip)
}

func TestParseOptionsErrors(t *testing.T) {
	s := newSchool(t)
	but := func(change func(*Allowed)) Allowed { a := everything; change(&a); return a }
	const selectMissing = "Parsing OData Select and Expand failed: Could not find a property named '"
	number := func(value, option string) string {
		return "Invalid value '" + value + "' for " + option + " query option found. The " + option +
			" query option requires a non-negative integer value."
	}
	limit := func(value string) string {
		return "The query specified in the URI is not valid. The limit of '999' for Top query has been exceeded. The value from the incoming request is '" + value + "'."
	}
	for _, c := range []struct {
		query, target, message, help string
		allowed                      Allowed
	}{
		{"api-version=1", "api-version", "Query parameter api-version not allowed.", "Options are", everything},
		{"fliter=x", "fliter", "Query parameter fliter not allowed.", "'$filter'", everything},
		{"$fliter=x", "$fliter", "The query parameter '$fliter' is not supported.", "'$filter'", everything},
		{"$apply=x", "$apply", "The query parameter '$apply' is not supported.", "Options are", everything},
		{"top=1&$Top=2", "$top", "Query option '$top' was specified more than once, but it must be specified at most once.", "same option",
			everything},
		{"$top=%zz", "", "The query specified in the URI is not valid. It holds an invalid escape sequence.", "%25", everything},
		{"$filter=%ff", "", "The query specified in the URI is not valid. It holds an invalid escape sequence.", "UTF-8", everything},
		{"$filter=true", "$filter", "Filter not supported.", "", but(func(a *Allowed) { a.Filter = false })},
		{"skip=1", "$skip", "Query option 'Skip' is not allowed.", "", but(func(a *Allowed) { a.Skip = false })},
		{"skiptoken=1", "$skiptoken", "Query option 'SkipToken' is not allowed.", "", Allowed{}},
		{"$top=1000", "$top", limit("1000"), "999", everything},
		{"$top=99999999999999999999", "$top", limit("99999999999999999999"), "999", everything},
		{"$top=-1", "$top", number("-1", "$top"), "digits", everything},
		{"$top=", "$top", number("", "$top"), "digits", everything},
		{"$top=1.5", "$top", number("1.5", "$top"), "digits", everything},
		{"$skip=x", "$skip", number("x", "$skip"), "digits", everything},
		{"$top=0", "$top", "Invalid value '0' for $top query option found. The $top query option requires a positive integer value.", "1",
			everything},
		{"$count=yes", "$count", "Invalid value 'yes' for $count query option found. Valid values are 'true' and 'false'.", "", everything},
		{"$select=displayNam", "$select", selectMissing + "displayNam' on type 'microsoft.graph.educationSynchronizationProfile'.",
			"'displayName'", everything},
		{"$select=dataProvider/customizations/pupil", "$select",
			selectMissing + "pupil' on type 'microsoft.graph.educationSynchronizationCustomizations'.", "student", everything},
		{"$select=displayName/x", "$select", selectMissing + "x' on type 'Edm.String'.", "", everything},
		{"$select=errors/id", "$select", selectMissing + "errors' on type 'microsoft.graph.educationSynchronizationProfile'.", "", everything},
		{"$select=id,,state", "$select", "Parsing OData Select and Expand failed: Syntax error in 'id,,state'.", "commas", everything},
		{"$select=", "$select", "Parsing OData Select and Expand failed: Syntax error in ''.", "commas", everything},
		{"$select=dataProvider/microsoft.graph.nope/x", "$select",
			"Parsing OData Select and Expand failed: The type 'microsoft.graph.nope' is not defined in the model.", "Csv", everything},
		{"$expand=error", "$expand", selectMissing + "error' on type 'microsoft.graph.educationSynchronizationProfile'.", "'errors'", everything},
		{"$expand=", "$expand", "Parsing OData Select and Expand failed: Syntax error in ''.", "commas", everything},
		{"$expand=errors(", "$expand", "Parsing OData Select and Expand failed: Syntax error in 'errors('.", "closed", everything},
		{"$expand=errors($top=1)($skip=1)", "$expand", "Parsing OData Select and Expand failed: Syntax error in '$top=1)($skip=1'.", "one pair",
			everything},
		{"$expand=errors,errors", "$expand", "Parsing OData Select and Expand failed: Found multiple expands for the property 'errors'.", "once",
			everything},
		{"$expand=errors/$ref", "$expand", "Parsing OData Select and Expand failed: The path 'errors/$ref' is not supported.", "", everything},
		{"$expand=errors($top=1000)", "$expand", limit("1000"), "", everything},
		{"$expand=errors($levels=2)", "$expand", "The query parameter '$levels' is not supported.", "", everything},
		{"$expand=profileStatus($top=1)", "$expand", "Query option 'Top' is not allowed.", "", everything},
		{"$expand=errors($filter=state eq 1)", "$expand",
			"Invalid filter clause: Could not find a property named 'state' on type 'microsoft.graph.educationSynchronizationError'.", "",
			everything},
		{"$orderby=displayName sideways", "$orderby", "Invalid orderby clause: Syntax error at position 12 in 'displayName sideways'.", "asc",
			everything},
		{"$orderby=", "$orderby", "Invalid orderby clause: Syntax error at position 0 in ''.", "", everything},
		{"$orderby=displayName,", "$orderby", "Invalid orderby clause: Syntax error at position 12 in 'displayName,'.", "", everything},
		{"$orderby='displayName'", "$orderby", "Invalid orderby clause: Syntax error at position 0 in ''displayName''.", "without quotes",
			everything},
		{"$orderby=name", "$orderby",
			"Invalid orderby clause: Could not find a property named 'name' on type 'microsoft.graph.educationSynchronizationProfile'.", "",
			everything},
		{"$orderby=dataProvider", "$orderby",
			"Invalid orderby clause: The $orderby expression must evaluate to a single value of primitive type.", "slash", everything},
		{"$orderby=licensesToAssign", "$orderby",
			"Invalid orderby clause: The $orderby expression must evaluate to a single value of primitive type.", "", everything},
		{"$orderby=id" + strings.Repeat(",id", MaxOrderBy), "$orderby", "Invalid orderby clause: More than 16 properties.", "", everything},
		{"$search=a OR", "$search", "Invalid search clause: Syntax error at position 4 in 'a OR'.", "", everything},
	} {
		raw := strings.ReplaceAll(c.query, " ", "+")
		_, err := Parse(raw, s.profile, c.allowed)
		e, ok := err.(*Error)
		if !assert.True(t, ok, "%s: %v", c.query, err) {
			continue
		}
		assert.Equal(t, c.message, e.Message, c.query)
		assert.Equal(t, c.target, e.Target, c.query)
		assert.Equal(t, "BadRequest", e.Code)
		assert.NotEmpty(t, e.Help, c.query)
		assert.Contains(t, e.Help, c.help, c.query)
		assert.NotContains(t, e.Help, "%!", c.query)
	}

	_, err := Parse("$expand=displayName", s.profile, everything)
	assert.Equal(t, &Error{Code: "ExpandNotSupported",
		Message: "Expand is not allowed for property 'displayName' according to the entity schema.", Target: "$expand",
		Help: "displayName is no navigation property: it is always there, or chosen with $select. Known names: errors, profileStatus."}, err)
	for _, option := range systemNames[:len(systemNames)-1] {
		_, err := Parse(option+"="+strings.Repeat("x", 100<<10), s.profile, everything)
		assert.Error(t, err, option)
	}
}

func TestExpand(t *testing.T) {
	s := newSchool(t)
	o, err := Parse("$expand="+
		url.QueryEscape("Errors($top=5;$skip=1;count=true;$filter=errorCode eq 'a;b,(c' and true;$orderby=id desc;$select=id,errorCode), profileStatus()"), s.profile, everything)
	require.NoError(t, err)
	require.Len(t, o.Expand, 2)
	in := o.Expand[0].Options
	assert.Equal(t, []any{5, 1, true, "errorCode eq 'a;b,(c' and true", "id,errorCode"},
		[]any{in.Top, in.Skip, in.Count, in.Filter.String(), in.Select.String()})
	assert.True(t, in.Filter.Match(Object(`{"errorCode":"a;B,(c"}`)))
	assert.Equal(t, "profileStatus", o.Expand[1].Property.Name)

	o, err = Parse("$expand=*,errors($top=1)", s.profile, everything)
	require.NoError(t, err)
	require.Len(t, o.Expand, 2)
	assert.Equal(t, 1, o.Expand[0].Options.Top)
	assert.Equal(t, "profileStatus", o.Expand[1].Property.Name)

	deep := &Type{Name: "node", Entity: true}
	deep.Properties = []Property{{Name: "next", Kind: KindEntity, Type: deep, Navigation: true}}
	require.NoError(t, (&Model{Types: []*Type{deep}}).Link())
	_, err = Parse("$expand=next($expand=next($expand=next))", deep, everything)
	assert.NoError(t, err)
	_, err = Parse("$expand="+strings.Repeat("next($expand=", 1000)+"next"+strings.Repeat(")", 1000), deep, everything)
	assert.ErrorContains(t, err, "Recursion depth")
}

func FuzzParse(f *testing.F) {
	s := newSchool(f)
	for _, seed := range []string{"$filter=true&$top=1", "expand=errors($top=1;$filter=id+eq+'a'),*",
		"$select=id,dataProvider/customizations/*", "$search=%22a%20b%22+NOT+c", "$orderby=id+desc,state", "%", "&&=&$=", "$expand=errors((;)"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		o, err := Parse(raw, s.profile, everything)
		if err != nil {
			if e, ok := err.(*Error); !ok || e.Code == "" || e.Message == "" || e.Help == "" {
				t.Fatalf("%q: incomplete error %#v", raw, err)
			}
			return
		}
		e := north()
		o.Filter.Match(e)
		o.Search.Match(e)
		Keys(o.OrderBy, e)
		if out := o.Select.Apply(nil, e.JSON()); len(out) < 2 {
			t.Fatalf("%q: selected %q", raw, out)
		}
	})
}
