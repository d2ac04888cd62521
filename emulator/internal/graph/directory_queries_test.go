package graph

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator/internal/engine"
	"github.com/graphemu/graphemu/emulator/internal/faults"
	"github.com/graphemu/graphemu/emulator/internal/variant"
)

const (
	unsupportedCode = "Request_UnsupportedQuery"
	eventually      = "ConsistencyLevel: eventual"
	moreParameters  = "is not supported because the required parameters might be missing. Try adding $count=true query parameter and " +
		"ConsistencyLevel:eventual header. Refer to https://aka.ms/graph-docs/advanced-queries for more information"
)

func TestQueriesThatTheDirectoryRefuses(t *testing.T) {
	d := newTenant(t)
	for _, name := range strings.Fields("ann bob cat") {
		d.user(t, name)
	}
	group := d.group(t, "staff")
	query := func(options ...string) string {
		for i, o := range options {
			name, value, _ := strings.Cut(o, "=")
			options[i] = encoded(name, value)
			if i > 0 {
				options[i] = "&" + options[i][1:]
			}
		}
		return strings.Join(options, "")
	}
	or := strings.Repeat("displayName eq 'x' or ", 15) + "displayName eq 'ann'"
	in := "displayName in ('ann'" + strings.Repeat(",'x'", 15) + ")"
	for _, c := range []struct{ path, code, message string }{
		{"/users/$count", badRequest, "$count is not currently supported."},
		{"/users?$skip=1", badRequest, "'$skip' is not supported by the service."},
		{"/users?$top=0", unsupportedCode, "Invalid page size specified: '0'. Must be between 1 and 999 inclusive."},
		{"/users?$top=1000", unsupportedCode, "Invalid page size specified: '1000'. Must be between 1 and 999 inclusive."},
		{"/users" + query(`$search="displayName:ann"`), unsupportedCode,
			"Request with $search query parameter only works through MSGraph with a special request header: 'ConsistencyLevel: eventual'"},
		{"/users" + query("$filter=endswith(mail,'x')"), unsupportedCode, "Operator 'endsWith' " + moreParameters},
		{"/users" + query("$filter=displayName ne 'x'"), unsupportedCode, "Operator 'ne' " + moreParameters},
		{"/users" + query("$filter=not(displayName eq 'x')"), unsupportedCode, "Operator 'not' " + moreParameters},
		{"/users" + query("$filter=contains(displayName,'x')"), unsupportedCode,
			"Unsupported or invalid query filter clause specified for property 'displayName' of resource 'User'."},
		{"/users" + query("$filter="+or), unsupportedCode,
			"Too many child clauses specified in search filter expression containing 'OR' operators: 16. Max allowed: 15"},
		{"/users" + query("$filter="+in), unsupportedCode,
			"Too many child clauses specified in search filter expression containing 'OR' operators: 16. Max allowed: 15"},
		{"/users?$orderby=jobTitle", unsupportedCode, "Sorting not supported for current query."},
		{"/users" + query("$filter=displayName eq 'x'", "$orderby=displayName"), unsupportedCode, "Sorting not supported for current query."},
		{"/users?$expand=manager,memberOf", badRequest,
			"The result of parsing $expand contained at least 2 items, but the maximum allowed is 1."},
		{"/groups/" + group + "/members?$skip=1", badRequest, "'$skip' is not supported by the service."},
	} {
		d.refused(t, 400, "GET", c.path, "", c.code, c.message)
	}
	for _, path := range []string{
		"/users" + query("$filter=endswith(userPrincipalName,'edu')", "$count=true"),
		"/users" + query("$filter=displayName ne 'x'", "$count=true"),
		"/users" + query("$filter="+or, "$count=true"),
		"/users" + query("$filter=startswith(displayName,'a')", "$orderby=displayName", "$count=true"),
		"/users" + query(`$search="displayName:ann"`),
		"/users?$orderby=displayName", "/users" + query("$filter=displayName eq 'ann'"),
	} {
		assert.NotEmpty(t, d.want(t, 200, "GET", path, "", eventually).Get("value").Array(), path)
	}
	d.refused(t, 400, "GET", "/users"+query("$filter=endswith(displayName,'x')", "$count=true"), "", unsupportedCode,
		"Unsupported or invalid query filter clause specified for property 'displayName' of resource 'User'.", eventually)

	assert.False(t, d.want(t, 200, "GET", "/users?$count=true", "").Get(`\@odata\.count`).Exists(), "ignored silently")
	first := d.want(t, 200, "GET", "/users?$count=true&$top=2", "", eventually)
	assert.Equal(t, int64(3), first.Get(`\@odata\.count`).Int())
	next := strings.TrimPrefix(first.Get(`\@odata\.nextLink`).Str, "http://example.com/v1.0")
	second := d.want(t, 200, "GET", next, "", eventually)
	assert.Len(t, second.Get("value").Array(), 1)
	assert.False(t, second.Get(`\@odata\.count`).Exists(), "the first page has it")
}

func TestLenientQueriesAreAnsweredAndNoted(t *testing.T) {
	d := newTenant(t)
	d.user(t, "ann")
	set, err := variant.NewSet(map[string]string{"directoryQueries": "lenient"})
	require.NoError(t, err)
	d.world.SetScenario(&engine.Scenario{Faults: faults.NewSet(nil, 1), Variants: set})
	assert.Len(t, d.want(t, 200, "GET", "/users"+encoded("$filter", "contains(displayName,'nn')"), "").Get("value").Array(), 1)
	assert.Equal(t, "1", d.want(t, 200, "GET", "/users/$count", "").Raw)
	assert.Equal(t, int64(1), d.want(t, 200, "GET", "/users?$count=true", "").Get(`\@odata\.count`).Int())
}

func TestLicencesTakeSelectAlone(t *testing.T) {
	d := newSchool(t)
	d.want(t, 200, "GET", "/subscribedSkus?$select=skuId", "")
	d.want(t, 400, "GET", "/subscribedSkus?$filter=skuPartNumber%20eq%20'x'", "")
}
