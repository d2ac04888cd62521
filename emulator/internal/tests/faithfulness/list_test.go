package emulator_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator"
)

// filtered are the names of the profiles that a $filter lets through.
func (g *rig) filtered(t *testing.T, filter string) []string {
	t.Helper()
	return g.found(t, profilesAt+query("$filter", filter)).names()
}

// filterCase is a filter over the profiles of schoolRig and what it finds.
type filterCase struct {
	filter string
	want   []string
}

// schoolRig has profiles that differ in everything a filter may ask for.
func schoolRig(t *testing.T) *rig {
	g := planted(t)
	g.create(t, foundingRequest)                                                                          // Test Profile
	g.create(t, edit(t, oneRosterBody("O'Hara"), "expirationDate", "2026-07-31"))                         // matching, Username
	g.create(t, edit(t, powerSchoolBody("Zoë"), "handleSpecialCharacterConstraint", true))                // contoso.edu
	g.create(t, edit(t, csvBody("Late"), "expirationDate", "2027-06-30", "licensesToAssign", []string{})) // no licence
	return g
}

func (g *rig) filters(t *testing.T, cases ...filterCase) {
	t.Helper()
	for _, c := range cases {
		assert.ElementsMatch(t, c.want, g.filtered(t, c.filter), c.filter)
	}
}

// walk follows nextLink to the end and returns the pages.
func (g *rig) walk(t *testing.T, path string) []answer {
	t.Helper()
	pages := []answer{g.found(t, path)}
	for next := pages[0].text("@odata.nextLink"); next != ""; next = pages[len(pages)-1].text("@odata.nextLink") {
		require.Less(t, len(pages), 100, "nextLink goes on for ever")
		pages = append(pages, g.found(t, next))
	}
	return pages
}

// allOf are the names on all pages.
func allOf(pages []answer) []string {
	var names []string
	for _, p := range pages {
		names = append(names, p.names()...)
	}
	return names
}

func sizes(pages []answer) []int {
	var n []int
	for _, p := range pages {
		n = append(n, len(p.json("value").Array()))
	}
	return n
}

// numbered are the names p000, p001 and so on.
func numbered(n int) []string {
	var names []string
	for i := range n {
		names = append(names, fmt.Sprintf("p%03d", i))
	}
	return names
}

const listPage = "list page, supported query options"

var listStatements = []statement{
	{"profiles.list", "ok", "Answers 200 with `value`, each profile as get has it", "list page", documented, func(t *testing.T, g *rig) {
		g.named(t, "a", "b", "c")
		a := g.found(t, profilesAt)
		assert.Equal(t, []string{"@odata.context", "value"}, a.keys(""))
		assert.Equal(t, []string{"a", "b", "c"}, a.names())
		for _, p := range a.json("value").Array() {
			one := g.found(t, at(p.Get("id").String()))
			assert.Equal(t, strings.Replace(one.body, `"@odata.context":"`+one.text("@odata.context")+`",`, "", 1), p.Raw)
		}
	}},
	{"profiles.list", "context", "The context is `$metadata#education/synchronizationProfiles`", "list page, example", documented, func(t *testing.T, g *rig) {
		assert.Equal(t, g.URL+"/$metadata#education/synchronizationProfiles", g.found(t, profilesAt).text("@odata.context"))
	}},
	{"profiles.list", "page-bytes", "A page that comes to 8 MiB ends there, with a nextLink",
		"paging page: a page may have fewer; graphemu's limit", chosen, func(t *testing.T, g *rig) {
			for i := range 6 {
				g.create(t, bulky(t, fmt.Sprint("p", i), 1_900_000))
			}
			pages := g.walk(t, profilesAt)
			assert.Equal(t, []int{4, 2}, sizes(pages))
			assert.Equal(t, []string{"p0", "p1", "p2", "p3", "p4", "p5"}, allOf(pages))
		}},
	{"profiles.list", "empty", "Without profiles `value` is an empty array", "OData JSON 4.0, 12", documented, func(t *testing.T, g *rig) {
		assert.Equal(t, "[]", g.found(t, profilesAt).json("value").Raw)
	}},
	{"profiles.list", "order", "Without `$orderby` profiles come in the order of their creation", "graphemu: OData asks for some stable order", chosen, func(t *testing.T, g *rig) {
		g.named(t, "c", "a", "b")
		assert.Equal(t, []string{"c", "a", "b"}, g.found(t, profilesAt).names())
	}},

	{"profiles.list", "filter-comparison", "`$filter` with eq ne gt ge lt le", listPage, documented, func(t *testing.T, g *rig) {
		g.named(t, "a", "b", "c")
		g.filters(t, filterCase{"displayName eq 'b'", []string{"b"}}, filterCase{"displayName ne 'b'", []string{"a", "c"}},
			filterCase{"displayName gt 'b'", []string{"c"}}, filterCase{"displayName ge 'b'", []string{"b", "c"}},
			filterCase{"displayName lt 'b'", []string{"a"}}, filterCase{"displayName le 'b'", []string{"a", "b"}},
			filterCase{"'b' eq displayName", []string{"b"}})
	}},
	{"profiles.list", "filter-logic", "`$filter` with and, or, not and parentheses; and binds closer than or", "query-parameters page; OData URL conventions", documented, func(t *testing.T, g *rig) {
		g.named(t, "a", "b", "c")
		g.filters(t, filterCase{"displayName eq 'a' or displayName eq 'b' and displayName eq 'c'", []string{"a"}},
			filterCase{"(displayName eq 'a' or displayName eq 'b') and displayName ne 'a'", []string{"b"}},
			filterCase{"not(displayName eq 'a')", []string{"b", "c"}}, filterCase{"not (displayName eq 'a' or displayName eq 'c')", []string{"b"}})
	}},
	{"profiles.list", "filter-in", "`$filter` with in", "filter-query-parameter page", documented, func(t *testing.T, g *rig) {
		g.named(t, "a", "b", "c")
		g.filters(t, filterCase{"displayName in ('a', 'c')", []string{"a", "c"}}, filterCase{"state in ('provisioning')", []string{"a", "b", "c"}}, filterCase{"not(displayName in ('a','c'))", []string{"b"}})
	}},
	{"profiles.list", "filter-texts", "`$filter` with startswith, endswith, contains, tolower, toupper, length; a quote is written twice", "filter-query-parameter page; OData URL conventions", documented, func(t *testing.T, _ *rig) {
		schoolRig(t).filters(t, filterCase{"startswith(displayName,'Fa')", []string{"Failed"}}, filterCase{"endswith(displayName,'ning')", []string{"Running"}},
			filterCase{"contains(displayName,'Prof')", []string{"Test Profile"}}, filterCase{"tolower(displayName) eq 'late'", []string{"Late"}},
			filterCase{"toupper(displayName) eq 'LATE'", []string{"Late"}}, filterCase{"length(displayName) eq 3", []string{"Zoë"}},
			filterCase{"displayName eq 'O''Hara'", []string{"O'Hara"}})
	}},
	{"profiles.list", "filter-values-any-case", "Values in `$filter` are case-insensitive, ids are not", "traverse-the-graph page", documented, func(t *testing.T, g *rig) {
		id := g.named(t, "North")[0]
		g.filters(t, filterCase{"displayName eq 'nORTH'", []string{"North"}}, filterCase{"DISPLAYNAME eq 'North'", []string{"North"}},
			filterCase{"id eq '" + id + "'", []string{"North"}}, filterCase{"id eq '" + strings.ToUpper(id) + "'", []string{}})
	}},
	{"profiles.list", "filter-enum", "`$filter` compares enumerations with their members, quoted, in any letter case, or with their type before the quote", "filter-query-parameter page; OData URL conventions", documented, func(t *testing.T, _ *rig) {
		schoolRig(t).filters(t, filterCase{"state eq 'provisioningFailed'", []string{"Unprovisioned"}}, filterCase{"state eq 'PROVISIONINGFAILED'", []string{"Unprovisioned"}},
			filterCase{"state eq microsoft.graph.educationSynchronizationProfileState'provisioningFailed'", []string{"Unprovisioned"}})
	}},
	{"profiles.list", "filter-null", "`$filter` compares with null", "query-parameters page; OData URL conventions", documented, func(t *testing.T, _ *rig) {
		schoolRig(t).filters(t, filterCase{"expirationDate ne null", []string{"O'Hara", "Late"}}, filterCase{"expirationDate ne null and handleSpecialCharacterConstraint eq null", []string{"O'Hara", "Late"}})
	}},
	{"profiles.list", "filter-boolean", "`$filter` compares Booleans, and takes one as a condition", "OData URL conventions", documented, func(t *testing.T, _ *rig) {
		schoolRig(t).filters(t, filterCase{"handleSpecialCharacterConstraint eq true", []string{"Zoë"}}, filterCase{"handleSpecialCharacterConstraint", []string{"Zoë"}})
	}},
	{"profiles.list", "filter-date", "`$filter` compares dates, and instants", "OData URL conventions", documented, func(t *testing.T, _ *rig) {
		schoolRig(t).filters(t, filterCase{"expirationDate gt 2026-12-31", []string{"Late"}}, filterCase{"expirationDate le 2026-07-31", []string{"O'Hara"}},
			filterCase{"profileStatus/lastSynchronizationDateTime ge 2017-06-14T00:00:00Z", []string{"Fine"}},
			filterCase{"profileStatus/lastSynchronizationDateTime lt 2017-06-14T02:00:00+02:00", []string{"Failed"}})
	}},
	{"profiles.list", "filter-nested", "`$filter` reads nested paths, of the status and of derived types too", "filter-query-parameter page; OData URL conventions", documented, func(t *testing.T, _ *rig) {
		schoolRig(t).filters(t, filterCase{"profileStatus/status eq 'quarantined'", []string{"Quarantined"}}, filterCase{"profileStatus/errorCount gt 1", []string{"Failed"}},
			filterCase{"dataProvider/microsoft.graph.educationPowerSchoolDataProvider/schoolYear eq '2026'", []string{"Zoë"}},
			filterCase{"isof(dataProvider,'microsoft.graph.educationOneRosterApiDataProvider')", []string{"O'Hara"}})
	}},
	{"profiles.list", "filter-late-status", "`$filter` names every status, whatever the answer would show", "inferred from evolvable enums", inferred, func(t *testing.T, g *rig) {
		g.provisioned(t, powerSchoolBody("North"))
		g.filters(t, filterCase{"profileStatus/status eq 'extracting'", []string{"North"}})
	}},
	{"profiles.list", "filter-any-all", "`$filter` with any and all over collections, GUIDs among them", "filter-query-parameter page", documented, func(t *testing.T, _ *rig) {
		schoolRig(t).filters(t, filterCase{"licensesToAssign/any(l:l/appliesTo eq 'teacher')", []string{"Test Profile"}}, filterCase{"licensesToAssign/any(l:l/appliesTo eq 'none')", []string{}},
			filterCase{"licensesToAssign/any(l:l/skuIds/any(s:s eq '6fd2c87f-b296-42f0-b197-1e91e994b900'))", []string{"Test Profile"}},
			filterCase{"errors/any(e:e/errorCode eq 'DuplicateTargetEntries')", []string{"Failed"}},
			filterCase{"errors/any() and errors/all(e:e/entryType eq 'Teacher')", []string{"Quarantined"}},
			filterCase{"errors/$count gt 1", []string{"Failed"}})
	}},

	{"profiles.list", "orderby", "`$orderby` with asc, the default, and desc", listPage, documented, func(t *testing.T, g *rig) {
		g.named(t, "b", "c", "a")
		for o, want := range map[string][]string{"displayName": {"a", "b", "c"}, "displayName asc": {"a", "b", "c"}, "displayName desc": {"c", "b", "a"}} {
			assert.Equal(t, want, g.found(t, profilesAt+query("$orderby", o)).names(), o)
		}
	}},
	{"profiles.list", "orderby-several", "`$orderby` with several properties and nested ones; null comes first", "query-parameters page; OData 4.0, part 1, 11.2.5.2", documented, func(t *testing.T, g *rig) {
		g.create(t, csvBody("c"))
		g.create(t, edit(t, csvBody("b"), "expirationDate", "2027-01-01"))
		g.create(t, csvBody("a"))
		g.create(t, edit(t, csvBody("d"), "expirationDate", "2026-02-01"))
		assert.Equal(t, []string{"a", "c", "d", "b"}, g.found(t, profilesAt+query("$orderby", "expirationDate,displayName")).names())
		assert.Equal(t, []string{"b", "d", "c", "a"}, g.found(t, profilesAt+query("$orderby", "expirationDate desc,displayName desc")).names())
		assert.Equal(t, []string{"a", "b", "c", "d"}, g.found(t, profilesAt+query("$orderby", "profileStatus/status,displayName")).names())
	}},
	{"profiles.list", "select", "`$select` gives exactly the named properties; the context lists them", "query-parameters page; json-batching page", documented, func(t *testing.T, g *rig) {
		g.named(t, "a")
		a := g.found(t, profilesAt+"?$select=displayName,state")
		assert.Equal(t, g.URL+"/$metadata#education/synchronizationProfiles(displayName,state)", a.text("@odata.context"))
		assert.ElementsMatch(t, []string{"displayName", "state"}, a.keys("value.0"))
	}},
	{"profiles.list", "expand", "`$expand` adds status and errors, with options of their own", "SDK v0.120.0; query-parameters page", documented, func(t *testing.T, _ *rig) {
		a := planted(t).found(t, profilesAt+query("$filter", "displayName eq 'Failed'", "$expand", "profileStatus($select=status),errors($top=2;$select=errorCode)"))
		assert.Equal(t, "error", a.text("value.0.profileStatus.status"))
		assert.Equal(t, []string{"UnsynchronizableChange", "UnsynchronizableChange"}, a.texts("value.0.errors.#.errorCode"))
	}},
	{"profiles.list", "expand-more", "An expanded collection that is cut short has a nextLink of its own", "OData JSON 4.0, 4.5.5", inferred, func(t *testing.T, _ *rig) {
		g := planted(t)
		a := g.found(t, at(failed)+"?$expand=errors($top=2)")
		next := a.text("errors@odata.nextLink")
		assert.True(t, strings.HasPrefix(next, g.URL+at(failed)+"/errors?"), next)
		assert.Equal(t, "00000000-0000-4000-8001-000000000003", g.found(t, next).text("value.0.id"))
	}},
	{"profiles.list", "skip", "`$skip` leaves out the first ones", listPage, documented, func(t *testing.T, g *rig) {
		g.named(t, "a", "b", "c")
		assert.Equal(t, []string{"c"}, g.found(t, profilesAt+"?$skip=2").names())
		assert.Equal(t, []string{}, g.found(t, profilesAt+"?$skip=3").names())
		assert.Equal(t, []string{"a"}, g.found(t, profilesAt+"?$skip=2&$orderby=displayName%20desc").names())
	}},
	{"profiles.list", "count", "`$count=true` adds `@odata.count`: of all that the filter lets through, on every page", listPage, documented, func(t *testing.T, g *rig) {
		g.named(t, "a", "b", "c", "d")
		a := g.found(t, profilesAt+query("$count", "true", "$top", "1", "$filter", "displayName ne 'b'"))
		assert.Equal(t, "3", a.json("@odata.count").Raw)
		assert.Len(t, a.names(), 1)
		assert.Equal(t, "3", g.found(t, a.text("@odata.nextLink")).json("@odata.count").Raw)
		assert.False(t, g.found(t, profilesAt+"?$count=false").json("@odata.count").Exists())
	}},
	{"profiles.list", "search", "`$search` finds texts of a profile", "SDK v0.120.0 (`$search`); which properties are searched is graphemu's", chosen, func(t *testing.T, g *rig) {
		g.named(t, "North High", "South High", "North Primary")
		assert.Equal(t, []string{"North High", "North Primary"}, g.found(t, profilesAt+query("$search", "north")).names())
		assert.Equal(t, []string{"North High"}, g.found(t, profilesAt+query("$search", `"North High"`)).names())
	}},
	{"profiles.list", "consistency-level", "`ConsistencyLevel: eventual` is for directory objects: `$search` and `$count` need it not, and it is passed over", "paging page", documented, func(t *testing.T, g *rig) {
		g.named(t, "North")
		assert.Equal(t, g.found(t, profilesAt+"?$search=North&$count=true").body, g.found(t, profilesAt+"?$search=North&$count=true", "ConsistencyLevel: eventual").body)
	}},

	{"profiles.list", "top-is-page-size", "`$top` is the size of a page; nextLink goes on to the end", "paging page", documented, func(t *testing.T, g *rig) {
		g.named(t, numbered(7)...)
		pages := g.walk(t, profilesAt+"?$top=3")
		assert.Equal(t, []int{3, 3, 1}, sizes(pages))
		assert.Equal(t, numbered(7), allOf(pages))
	}},
	{"profiles.list", "last-page", "The last page has no nextLink, also where it is full", "paging page", documented, func(t *testing.T, g *rig) {
		g.named(t, numbered(4)...)
		assert.Equal(t, []int{2, 2}, sizes(g.walk(t, profilesAt+"?$top=2")))
		assert.False(t, g.found(t, profilesAt+"?$top=4").json("@odata.nextLink").Exists())
	}},
	{"profiles.list", "page-default", "A page has 100 profiles where `$top` does not say", "graphemu: nothing is known of this API's", chosen, func(t *testing.T, g *rig) {
		g.named(t, numbered(101)...)
		assert.Equal(t, []int{100, 1}, sizes(g.walk(t, profilesAt)))
	}},
	{"profiles.list", "top-range", "`$top` is 1 to 999", "query-parameters page (1 at least); 999 is graphemu's", chosen, func(t *testing.T, g *rig) {
		for top, want := range map[string]int{"0": 400, "1": 200, "999": 200, "1000": 400, "-1": 400, "many": 400, "99999999999999999999": 400} {
			assert.Equal(t, want, g.get(t, profilesAt+query("$top", top)).status, top)
		}
	}},
	{"profiles.list", "next-link", "nextLink is absolute, keeps the caller's other options and adds an opaque `$skiptoken`", "paging page", documented, func(t *testing.T, g *rig) {
		g.named(t, "a", "b", "c")
		next := g.found(t, profilesAt+"?$top=2&$select=displayName&$orderby=displayName%20desc&$filter=displayName%20ne%20%27x%27").text("@odata.nextLink")
		u, err := url.Parse(next)
		require.NoError(t, err)
		assert.Equal(t, g.URL+profilesAt, u.Scheme+"://"+u.Host+u.Path)
		q := u.Query()
		assert.Equal(t, "2", q.Get("$top"))
		assert.Equal(t, "displayName", q.Get("$select"))
		assert.Equal(t, "displayName desc", q.Get("$orderby"))
		assert.Equal(t, "displayName ne 'x'", q.Get("$filter"))
		assert.NotEmpty(t, q.Get("$skiptoken"))
		a := g.found(t, next)
		assert.Equal(t, []string{"a"}, a.names())
		assert.Equal(t, []string{"displayName"}, a.keys("value.0"))
	}},
	{"profiles.list", "next-link-skip", "`$skip` is used up by the first page", "paging page", inferred, func(t *testing.T, g *rig) {
		g.named(t, numbered(6)...)
		assert.Equal(t, []string{"p001", "p002", "p003", "p004", "p005"}, allOf(g.walk(t, profilesAt+"?$top=2&$skip=1")))
		assert.Equal(t, []string{"p004", "p003", "p002", "p001", "p000"}, allOf(g.walk(t, profilesAt+"?$top=2&$skip=1&$orderby=displayName%20desc")))
	}},
	{"profiles.list", "next-link-host", "nextLink leads back to the host that was asked, or to `--public-url`: clients leave otherwise", "SDKs follow it verbatim", inferred, func(t *testing.T, g *rig) {
		g.named(t, "a", "b")
		a := g.found(t, "http://graph.example.test:8080/beta"+profilesAt+"?$top=1")
		assert.Regexp(t, `^https?://graph\.example\.test:8080/beta/education/synchronizationProfiles\?`, a.text("@odata.nextLink"))
		public := newRig(t, emulator.Options{PublicURL: "https://emulator.example.test/graph"})
		public.named(t, "a", "b")
		a = public.found(t, profilesAt+"?$top=1")
		assert.Regexp(t, `^https://emulator\.example\.test/graph/beta/education/synchronizationProfiles\?`, a.text("@odata.nextLink"))
		assert.Equal(t, "https://emulator.example.test/graph/beta/$metadata#education/synchronizationProfiles", a.text("@odata.context"))
	}},
	{"profiles.list", "pages-stable", "Inserts and deletes between pages: nothing comes twice, nothing is lost that was there throughout", "graphemu: skip tokens name an entry, not a position", chosen, func(t *testing.T, g *rig) {
		for _, order := range []string{"", "&$orderby=displayName", "&$orderby=displayName%20desc", "&$filter=displayName%20ne%20%27x%27"} {
			g.World().Reset()
			ids := g.named(t, numbered(9)...)
			first := g.found(t, profilesAt+"?$top=3"+order)
			for _, i := range []int{1, 2, 4, 6} { // on the page, and after it, in either order
				g.send(t, "DELETE", at(ids[i]), "")
			}
			g.advance(t, 1e9)
			g.named(t, "p0005", "a", "z")
			second := g.walk(t, first.text("@odata.nextLink"))
			all := append(first.names(), allOf(second)...)
			sorted := slices.Sorted(slices.Values(all))
			assert.Equal(t, sorted, slices.Compact(slices.Clone(sorted)), "%s: twice in %v", order, all)
			for _, n := range []string{"p000", "p003", "p005", "p007", "p008"} {
				assert.Contains(t, all, n, order)
			}
		}
	}},
	{"profiles.list", "skip-token-forged", "A `$skiptoken` that was not made for this query and world is 400", "graphemu", chosen, func(t *testing.T, g *rig) {
		g.named(t, "a", "b", "c")
		next := g.found(t, profilesAt+"?$top=1").text("@odata.nextLink")
		for _, forged := range []string{g.URL + profilesAt + "?$top=1&$skiptoken=AAAA", strings.Replace(next, "$top=1", "$top=2", 1), next[:len(next)-1]} {
			a := g.get(t, forged)
			wantError(t, a, 400, "BadRequest", a.text("error.message"))
		}
		g.World("other").Profiles()
		assert.Equal(t, 400, g.get(t, next, "Authorization: Bearer world-other").status)
	}},
	{"profiles.list", "max-page-size", "`Prefer: odata.maxpagesize` is passed over: nothing is known of it here", "graphemu", chosen, func(t *testing.T, g *rig) {
		g.named(t, "a", "b", "c")
		a := g.found(t, profilesAt, "Prefer: odata.maxpagesize=1")
		assert.Equal(t, []string{"a", "b", "c"}, a.names())
		assert.NotContains(t, a.header, "Preference-Applied")
	}},
	{"profiles.list", "filter-bounds", "A `$filter` without bounds, in length or depth, is 400", "graphemu", chosen, func(t *testing.T, g *rig) {
		g.named(t, "a")
		for _, clause := range []string{"displayName eq '" + strings.Repeat("x", 60<<10) + "'", strings.Repeat("(", 1000) + "displayName eq 'a'" + strings.Repeat(")", 1000), strings.Repeat("not ", 1000) + "true"} {
			a := g.get(t, profilesAt+query("$filter", clause))
			badRequest(t, a, a.text("error.message"))
		}
	}},

	{"profiles.count", "plain", "`/$count` answers the number as plain text", "SDK v0.120.0 (`Accept: text/plain;q=0.9`)", documented, func(t *testing.T, g *rig) {
		g.named(t, "a", "b", "c")
		a := g.found(t, profilesAt+"/$count", "Accept: text/plain;q=0.9")
		assert.Equal(t, "3", a.body)
		assert.Regexp(t, `^text/plain`, a.header.Get("Content-Type"))
	}},
	{"profiles.count", "filter-search", "`/$count` takes `$filter` and `$search`", "SDK v0.120.0", documented, func(t *testing.T, g *rig) {
		g.named(t, "a", "b", "c")
		assert.Equal(t, "2", g.found(t, profilesAt+"/$count"+query("$filter", "displayName ne 'b'")).body)
		assert.Equal(t, "1", g.found(t, profilesAt+"/$count"+query("$search", "b")).body)
	}},
}
