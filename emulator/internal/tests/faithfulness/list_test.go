package faithfulness

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/internal/tests/rig"
)

// filtered are the names of the profiles that a $filter lets through.
func filtered(t *testing.T, g *rig.Rig, filter string) []string {
	t.Helper()
	return g.Found(t, rig.ProfilesAt+rig.Query("$filter", filter)).Names()
}

// filterCase is a filter over the profiles of schoolRig and what it finds.
type filterCase struct {
	filter string
	want   []string
}

// schoolRig has profiles that differ in everything a filter may ask for.
func schoolRig(t *testing.T) *rig.Rig {
	g := rig.InEveryState(t)
	g.Create(t, rig.CreateRequest)                                                                                // Test Profile
	g.Create(t, rig.Edit(t, rig.OneRosterBody("O'Hara"), "expirationDate", "2026-07-31"))                         // matching, Username
	g.Create(t, rig.Edit(t, rig.PowerSchoolBody("Zoë"), "handleSpecialCharacterConstraint", true))                // contoso.edu
	g.Create(t, rig.Edit(t, rig.CSVBody("Late"), "expirationDate", "2027-06-30", "licensesToAssign", []string{})) // no licence
	return g
}

func filters(t *testing.T, g *rig.Rig, cases ...filterCase) {
	t.Helper()
	for _, c := range cases {
		assert.ElementsMatch(t, c.want, filtered(t, g, c.filter), c.filter)
	}
}

const listPage = "list page, supported query options"

var listStatements = []statement{
	{"profiles.list", "ok", "Answers 200 with `value`, each profile as get has it", "list page", documented, func(t *testing.T, g *rig.Rig) {
		g.Named(t, "a", "b", "c")
		a := g.Found(t, rig.ProfilesAt)
		assert.Equal(t, []string{"@odata.context", "value"}, a.Keys(""))
		assert.Equal(t, []string{"a", "b", "c"}, a.Names())
		for _, p := range a.JSON("value").Array() {
			one := g.Found(t, rig.At(p.Get("id").String()))
			assert.Equal(t, strings.Replace(one.Body, `"@odata.context":"`+one.Text("@odata.context")+`",`, "", 1), p.Raw)
		}
	}},
	{"profiles.list", "context", "The context is `$metadata#education/synchronizationProfiles`", "list page, example", documented,
		func(t *testing.T, g *rig.Rig) {
			assert.Equal(t, g.URL+"/$metadata#education/synchronizationProfiles", g.Found(t, rig.ProfilesAt).Text("@odata.context"))
		}},
	{"profiles.list", "page-bytes", "A page that comes to 8 MiB ends there, with a nextLink",
		"paging page: a page may have fewer; graphemu's limit", chosen, func(t *testing.T, g *rig.Rig) {
			for i := range 6 {
				g.Create(t, rig.BulkyBody(t, fmt.Sprint("p", i), 1_900_000))
			}
			pages := g.Walk(t, rig.ProfilesAt)
			assert.Equal(t, []int{4, 2}, rig.Sizes(pages))
			assert.Equal(t, []string{"p0", "p1", "p2", "p3", "p4", "p5"}, rig.AllOf(pages))
		}},
	{"profiles.list", "empty", "Without profiles `value` is an empty array", "OData JSON 4.0, 12", documented, func(t *testing.T, g *rig.Rig) {
		assert.Equal(t, "[]", g.Found(t, rig.ProfilesAt).JSON("value").Raw)
	}},
	{"profiles.list", "order", "Without `$orderby` profiles come in the order of their creation", "graphemu: OData asks for some stable order",
		chosen, func(t *testing.T, g *rig.Rig) {
			g.Named(t, "c", "a", "b")
			assert.Equal(t, []string{"c", "a", "b"}, g.Found(t, rig.ProfilesAt).Names())
		}},

	{"profiles.list", "filter-comparison", "`$filter` with eq ne gt ge lt le", listPage, documented, func(t *testing.T, g *rig.Rig) {
		g.Named(t, "a", "b", "c")
		filters(t, g, filterCase{"displayName eq 'b'", []string{"b"}}, filterCase{"displayName ne 'b'", []string{"a", "c"}},
			filterCase{"displayName gt 'b'", []string{"c"}}, filterCase{"displayName ge 'b'", []string{"b", "c"}},
			filterCase{"displayName lt 'b'", []string{"a"}}, filterCase{"displayName le 'b'", []string{"a", "b"}},
			filterCase{"'b' eq displayName", []string{"b"}})
	}},
	{"profiles.list", "filter-logic", "`$filter` with and, or, not and parentheses; and binds closer than or",
		"query-parameters page; OData URL conventions", documented, func(t *testing.T, g *rig.Rig) {
			g.Named(t, "a", "b", "c")
			filters(t, g, filterCase{"displayName eq 'a' or displayName eq 'b' and displayName eq 'c'", []string{"a"}},
				filterCase{"(displayName eq 'a' or displayName eq 'b') and displayName ne 'a'", []string{"b"}},
				filterCase{"not(displayName eq 'a')", []string{"b", "c"}}, filterCase{"not (displayName eq 'a' or displayName eq 'c')", []string{"b"}})
		}},
	{"profiles.list", "filter-in", "`$filter` with in", "filter-query-parameter page", documented, func(t *testing.T, g *rig.Rig) {
		g.Named(t, "a", "b", "c")
		filters(t, g, filterCase{"displayName in ('a', 'c')", []string{"a", "c"}},
			filterCase{"state in ('provisioning')", []string{"a", "b", "c"}}, filterCase{"not(displayName in ('a','c'))", []string{"b"}})
	}},
	{"profiles.list", "filter-texts", "`$filter` with startswith, endswith, contains, tolower, toupper, length; a quote is written twice",
		"filter-query-parameter page; OData URL conventions", documented, func(t *testing.T, _ *rig.Rig) {
			filters(t, schoolRig(t), filterCase{"startswith(displayName,'Fa')", []string{"Failed"}},
				filterCase{"endswith(displayName,'ning')", []string{"Running"}},
				filterCase{"contains(displayName,'Prof')", []string{"Test Profile"}}, filterCase{"tolower(displayName) eq 'late'", []string{"Late"}},
				filterCase{"toupper(displayName) eq 'LATE'", []string{"Late"}}, filterCase{"length(displayName) eq 3", []string{"Zoë"}},
				filterCase{"displayName eq 'O''Hara'", []string{"O'Hara"}})
		}},
	{"profiles.list", "filter-values-any-case", "Values in `$filter` are case-insensitive, ids are not", "traverse-the-graph page", documented,
		func(t *testing.T, g *rig.Rig) {
			id := g.Named(t, "North")[0]
			filters(t, g, filterCase{"displayName eq 'nORTH'", []string{"North"}}, filterCase{"DISPLAYNAME eq 'North'", []string{"North"}},
				filterCase{"id eq '" + id + "'", []string{"North"}}, filterCase{"id eq '" + strings.ToUpper(id) + "'", []string{}})
		}},
	{"profiles.list", "filter-enum",
		"`$filter` compares enumerations with their members, quoted, in any letter case, or with their type before the quote",
		"filter-query-parameter page; OData URL conventions", documented, func(t *testing.T, _ *rig.Rig) {
			filters(t, schoolRig(t), filterCase{"state eq 'provisioningFailed'", []string{"Unprovisioned"}},
				filterCase{"state eq 'PROVISIONINGFAILED'", []string{"Unprovisioned"}},
				filterCase{"state eq microsoft.graph.educationSynchronizationProfileState'provisioningFailed'", []string{"Unprovisioned"}})
		}},
	{"profiles.list", "filter-null", "`$filter` compares with null", "query-parameters page; OData URL conventions", documented,
		func(t *testing.T, _ *rig.Rig) {
			filters(t, schoolRig(t), filterCase{"expirationDate ne null", []string{"O'Hara", "Late"}},
				filterCase{"expirationDate ne null and handleSpecialCharacterConstraint eq null", []string{"O'Hara", "Late"}})
		}},
	{"profiles.list", "filter-boolean", "`$filter` compares Booleans, and takes one as a condition", "OData URL conventions", documented,
		func(t *testing.T, _ *rig.Rig) {
			filters(t, schoolRig(t), filterCase{"handleSpecialCharacterConstraint eq true", []string{"Zoë"}},
				filterCase{"handleSpecialCharacterConstraint", []string{"Zoë"}})
		}},
	{"profiles.list", "filter-date", "`$filter` compares dates, and instants", "OData URL conventions", documented,
		func(t *testing.T, _ *rig.Rig) {
			filters(t, schoolRig(t), filterCase{"expirationDate gt 2026-12-31", []string{"Late"}},
				filterCase{"expirationDate le 2026-07-31", []string{"O'Hara"}},
				filterCase{"profileStatus/lastSynchronizationDateTime ge 2017-06-14T00:00:00Z", []string{"Fine"}},
				filterCase{"profileStatus/lastSynchronizationDateTime lt 2017-06-14T02:00:00+02:00", []string{"Failed"}})
		}},
	{"profiles.list", "filter-nested", "`$filter` reads nested paths, of the status and of derived types too",
		"filter-query-parameter page; OData URL conventions", documented, func(t *testing.T, _ *rig.Rig) {
			filters(t, schoolRig(t), filterCase{"profileStatus/status eq 'quarantined'", []string{"Quarantined"}},
				filterCase{"profileStatus/errorCount gt 1", []string{"Failed"}},
				filterCase{"dataProvider/microsoft.graph.educationPowerSchoolDataProvider/schoolYear eq '2026'", []string{"Zoë"}},
				filterCase{"isof(dataProvider,'microsoft.graph.educationOneRosterApiDataProvider')", []string{"O'Hara"}})
		}},
	{"profiles.list", "filter-late-status", "`$filter` names every status, whatever the answer would show", "inferred from evolvable enums",
		inferred, func(t *testing.T, g *rig.Rig) {
			g.Provisioned(t, rig.PowerSchoolBody("North"))
			filters(t, g, filterCase{"profileStatus/status eq 'extracting'", []string{"North"}})
		}},
	{"profiles.list", "filter-any-all", "`$filter` with any and all over collections, GUIDs among them", "filter-query-parameter page",
		documented, func(t *testing.T, _ *rig.Rig) {
			filters(t, schoolRig(t), filterCase{"licensesToAssign/any(l:l/appliesTo eq 'teacher')", []string{"Test Profile"}},
				filterCase{"licensesToAssign/any(l:l/appliesTo eq 'none')", []string{}},
				filterCase{"licensesToAssign/any(l:l/skuIds/any(s:s eq '6fd2c87f-b296-42f0-b197-1e91e994b900'))", []string{"Test Profile"}},
				filterCase{"errors/any(e:e/errorCode eq 'DuplicateTargetEntries')", []string{"Failed"}},
				filterCase{"errors/any() and errors/all(e:e/entryType eq 'Teacher')", []string{"Quarantined"}},
				filterCase{"errors/$count gt 1", []string{"Failed"}})
		}},

	{"profiles.list", "orderby", "`$orderby` with asc, the default, and desc", listPage, documented, func(t *testing.T, g *rig.Rig) {
		g.Named(t, "b", "c", "a")
		for o, want := range map[string][]string{"displayName": {"a", "b", "c"}, "displayName asc": {"a", "b", "c"},
			"displayName desc": {"c", "b", "a"}} {
			assert.Equal(t, want, g.Found(t, rig.ProfilesAt+rig.Query("$orderby", o)).Names(), o)
		}
	}},
	{"profiles.list", "orderby-several", "`$orderby` with several properties and nested ones; null comes first",
		"query-parameters page; OData 4.0, part 1, 11.2.5.2", documented, func(t *testing.T, g *rig.Rig) {
			g.Create(t, rig.CSVBody("c"))
			g.Create(t, rig.Edit(t, rig.CSVBody("b"), "expirationDate", "2027-01-01"))
			g.Create(t, rig.CSVBody("a"))
			g.Create(t, rig.Edit(t, rig.CSVBody("d"), "expirationDate", "2026-02-01"))
			assert.Equal(t, []string{"a", "c", "d", "b"}, g.Found(t, rig.ProfilesAt+rig.Query("$orderby", "expirationDate,displayName")).Names())
			assert.Equal(t, []string{"b", "d", "c", "a"},
				g.Found(t, rig.ProfilesAt+rig.Query("$orderby", "expirationDate desc,displayName desc")).Names())
			assert.Equal(t, []string{"a", "b", "c", "d"},
				g.Found(t, rig.ProfilesAt+rig.Query("$orderby", "profileStatus/status,displayName")).Names())
		}},
	{"profiles.list", "select", "`$select` gives exactly the named properties; the context lists them",
		"query-parameters page; json-batching page", documented, func(t *testing.T, g *rig.Rig) {
			g.Named(t, "a")
			a := g.Found(t, rig.ProfilesAt+"?$select=displayName,state")
			assert.Equal(t, g.URL+"/$metadata#education/synchronizationProfiles(displayName,state)", a.Text("@odata.context"))
			assert.ElementsMatch(t, []string{"displayName", "state"}, a.Keys("value.0"))
		}},
	{"profiles.list", "expand", "`$expand` adds status and errors, with options of their own", "SDK v0.120.0; query-parameters page",
		documented, func(t *testing.T, _ *rig.Rig) {
			a := rig.InEveryState(t).Found(t,
				rig.ProfilesAt+rig.Query("$filter", "displayName eq 'Failed'", "$expand",
					"profileStatus($select=status),errors($top=2;$select=errorCode)"))
			assert.Equal(t, "error", a.Text("value.0.profileStatus.status"))
			assert.Equal(t, []string{"UnsynchronizableChange", "UnsynchronizableChange"}, a.Texts("value.0.errors.#.errorCode"))
		}},
	{"profiles.list", "expand-more", "An expanded collection that is cut short has a nextLink of its own", "OData JSON 4.0, 4.5.5", inferred,
		func(t *testing.T, _ *rig.Rig) {
			g := rig.InEveryState(t)
			a := g.Found(t, rig.At(rig.Failed)+"?$expand=errors($top=2)")
			next := a.Text("errors@odata.nextLink")
			assert.True(t, strings.HasPrefix(next, g.URL+rig.At(rig.Failed)+"/errors?"), next)
			assert.Equal(t, "00000000-0000-4000-8001-000000000003", g.Found(t, next).Text("value.0.id"))
		}},
	{"profiles.list", "skip", "`$skip` leaves out the first ones", listPage, documented, func(t *testing.T, g *rig.Rig) {
		g.Named(t, "a", "b", "c")
		assert.Equal(t, []string{"c"}, g.Found(t, rig.ProfilesAt+"?$skip=2").Names())
		assert.Equal(t, []string{}, g.Found(t, rig.ProfilesAt+"?$skip=3").Names())
		assert.Equal(t, []string{"a"}, g.Found(t, rig.ProfilesAt+"?$skip=2&$orderby=displayName%20desc").Names())
	}},
	{"profiles.list", "count", "`$count=true` adds `@odata.count`: of all that the filter lets through, on every page", listPage, documented,
		func(t *testing.T, g *rig.Rig) {
			g.Named(t, "a", "b", "c", "d")
			a := g.Found(t, rig.ProfilesAt+rig.Query("$count", "true", "$top", "1", "$filter", "displayName ne 'b'"))
			assert.Equal(t, "3", a.JSON("@odata.count").Raw)
			assert.Len(t, a.Names(), 1)
			assert.Equal(t, "3", g.Found(t, a.Text("@odata.nextLink")).JSON("@odata.count").Raw)
			assert.False(t, g.Found(t, rig.ProfilesAt+"?$count=false").JSON("@odata.count").Exists())
		}},
	{"profiles.list", "search", "`$search` finds texts of a profile", "SDK v0.120.0 (`$search`); which properties are searched is graphemu's",
		chosen, func(t *testing.T, g *rig.Rig) {
			g.Named(t, "North High", "South High", "North Primary")
			assert.Equal(t, []string{"North High", "North Primary"}, g.Found(t, rig.ProfilesAt+rig.Query("$search", "north")).Names())
			assert.Equal(t, []string{"North High"}, g.Found(t, rig.ProfilesAt+rig.Query("$search", `"North High"`)).Names())
		}},
	{"profiles.list", "consistency-level",
		"`ConsistencyLevel: eventual` is for directory objects: `$search` and `$count` need it not, and it is passed over", "paging page",
		documented, func(t *testing.T, g *rig.Rig) {
			g.Named(t, "North")
			assert.Equal(t, g.Found(t, rig.ProfilesAt+"?$search=North&$count=true").Body,
				g.Found(t, rig.ProfilesAt+"?$search=North&$count=true", "ConsistencyLevel: eventual").Body)
		}},

	{"profiles.list", "top-is-page-size", "`$top` is the size of a page; nextLink goes on to the end", "paging page", documented,
		func(t *testing.T, g *rig.Rig) {
			g.Named(t, rig.Numbered(7)...)
			pages := g.Walk(t, rig.ProfilesAt+"?$top=3")
			assert.Equal(t, []int{3, 3, 1}, rig.Sizes(pages))
			assert.Equal(t, rig.Numbered(7), rig.AllOf(pages))
		}},
	{"profiles.list", "last-page", "The last page has no nextLink, also where it is full", "paging page", documented,
		func(t *testing.T, g *rig.Rig) {
			g.Named(t, rig.Numbered(4)...)
			assert.Equal(t, []int{2, 2}, rig.Sizes(g.Walk(t, rig.ProfilesAt+"?$top=2")))
			assert.False(t, g.Found(t, rig.ProfilesAt+"?$top=4").JSON("@odata.nextLink").Exists())
		}},
	{"profiles.list", "page-default", "A page has 100 profiles where `$top` does not say", "graphemu: nothing is known of this API's", chosen,
		func(t *testing.T, g *rig.Rig) {
			g.Named(t, rig.Numbered(101)...)
			assert.Equal(t, []int{100, 1}, rig.Sizes(g.Walk(t, rig.ProfilesAt)))
		}},
	{"profiles.list", "top-range", "`$top` is 1 to 999", "query-parameters page (1 at least); 999 is graphemu's", chosen,
		func(t *testing.T, g *rig.Rig) {
			for top, want := range map[string]int{"0": 400, "1": 200, "999": 200, "1000": 400, "-1": 400, "many": 400, "99999999999999999999": 400} {
				assert.Equal(t, want, g.Get(t, rig.ProfilesAt+rig.Query("$top", top)).Status, top)
			}
		}},
	{"profiles.list", "next-link", "nextLink is absolute, keeps the caller's other options and adds an opaque `$skiptoken`", "paging page",
		documented, func(t *testing.T, g *rig.Rig) {
			g.Named(t, "a", "b", "c")
			next := g.Found(t, rig.ProfilesAt+
				"?$top=2&$select=displayName&$orderby=displayName%20desc&$filter=displayName%20ne%20%27x%27").Text("@odata.nextLink")
			u, err := url.Parse(next)
			require.NoError(t, err)
			assert.Equal(t, g.URL+rig.ProfilesAt, u.Scheme+"://"+u.Host+u.Path)
			q := u.Query()
			assert.Equal(t, "2", q.Get("$top"))
			assert.Equal(t, "displayName", q.Get("$select"))
			assert.Equal(t, "displayName desc", q.Get("$orderby"))
			assert.Equal(t, "displayName ne 'x'", q.Get("$filter"))
			assert.NotEmpty(t, q.Get("$skiptoken"))
			a := g.Found(t, next)
			assert.Equal(t, []string{"a"}, a.Names())
			assert.Equal(t, []string{"displayName"}, a.Keys("value.0"))
		}},
	{"profiles.list", "next-link-skip", "`$skip` is used up by the first page", "paging page", inferred, func(t *testing.T, g *rig.Rig) {
		g.Named(t, rig.Numbered(6)...)
		assert.Equal(t, []string{"p001", "p002", "p003", "p004", "p005"}, rig.AllOf(g.Walk(t, rig.ProfilesAt+"?$top=2&$skip=1")))
		assert.Equal(t, []string{"p004", "p003", "p002", "p001", "p000"},
			rig.AllOf(g.Walk(t, rig.ProfilesAt+"?$top=2&$skip=1&$orderby=displayName%20desc")))
	}},
	{"profiles.list", "next-link-host", "nextLink leads back to the host that was asked, or to `--public-url`: clients leave otherwise",
		"SDKs follow it verbatim", inferred, func(t *testing.T, g *rig.Rig) {
			g.Named(t, "a", "b")
			a := g.Found(t, "http://graph.example.test:8080/beta"+rig.ProfilesAt+"?$top=1")
			assert.Regexp(t, `^https?://graph\.example\.test:8080/beta/education/synchronizationProfiles\?`, a.Text("@odata.nextLink"))
			public := newRig(t, emulator.Options{PublicURL: "https://emulator.example.test/graph"})
			public.Named(t, "a", "b")
			a = public.Found(t, rig.ProfilesAt+"?$top=1")
			assert.Regexp(t, `^https://emulator\.example\.test/graph/beta/education/synchronizationProfiles\?`, a.Text("@odata.nextLink"))
			assert.Equal(t, "https://emulator.example.test/graph/beta/$metadata#education/synchronizationProfiles", a.Text("@odata.context"))
		}},
	{"profiles.list", "pages-stable", "Inserts and deletes between pages: nothing comes twice, nothing is lost that was there throughout",
		"graphemu: skip tokens name an entry, not a position", chosen, func(t *testing.T, g *rig.Rig) {
			for _, order := range []string{"", "&$orderby=displayName", "&$orderby=displayName%20desc", "&$filter=displayName%20ne%20%27x%27"} {
				g.World().Reset()
				ids := g.Named(t, rig.Numbered(9)...)
				first := g.Found(t, rig.ProfilesAt+"?$top=3"+order)
				for _, i := range []int{1, 2, 4, 6} { // on the page, and after it, in either order
					g.Send(t, "DELETE", rig.At(ids[i]), "")
				}
				g.Advance(t, 1e9)
				g.Named(t, "p0005", "a", "z")
				second := g.Walk(t, first.Text("@odata.nextLink"))
				all := append(first.Names(), rig.AllOf(second)...)
				sorted := slices.Sorted(slices.Values(all))
				assert.Equal(t, sorted, slices.Compact(slices.Clone(sorted)), "%s: twice in %v", order, all)
				for _, n := range []string{"p000", "p003", "p005", "p007", "p008"} {
					assert.Contains(t, all, n, order)
				}
			}
		}},
	{"profiles.list", "skip-token-forged", "A `$skiptoken` that was not made for this query and world is 400", "graphemu", chosen,
		func(t *testing.T, g *rig.Rig) {
			g.Named(t, "a", "b", "c")
			next := g.Found(t, rig.ProfilesAt+"?$top=1").Text("@odata.nextLink")
			for _, forged := range []string{g.URL + rig.ProfilesAt + "?$top=1&$skiptoken=AAAA", strings.Replace(next, "$top=1", "$top=2", 1),
				next[:len(next)-1]} {
				a := g.Get(t, forged)
				rig.WantError(t, a, 400, "BadRequest", a.Text("error.message"))
			}
			g.World("other").Profiles()
			assert.Equal(t, 400, g.Get(t, next, "Authorization: Bearer world-other").Status)
		}},
	{"profiles.list", "max-page-size", "`Prefer: odata.maxpagesize` is passed over: nothing is known of it here", "graphemu", chosen,
		func(t *testing.T, g *rig.Rig) {
			g.Named(t, "a", "b", "c")
			a := g.Found(t, rig.ProfilesAt, "Prefer: odata.maxpagesize=1")
			assert.Equal(t, []string{"a", "b", "c"}, a.Names())
			assert.NotContains(t, a.Header, "Preference-Applied")
		}},
	{"profiles.list", "filter-bounds", "A `$filter` without bounds, in length or depth, is 400", "graphemu", chosen,
		func(t *testing.T, g *rig.Rig) {
			g.Named(t, "a")
			for _, clause := range []string{"displayName eq '" + strings.Repeat("x", 60<<10) + "'",
				strings.Repeat("(", 1000) + "displayName eq 'a'" + strings.Repeat(")", 1000), strings.Repeat("not ", 1000) + "true"} {
				a := g.Get(t, rig.ProfilesAt+rig.Query("$filter", clause))
				badRequest(t, a, a.Text("error.message"))
			}
		}},

	{"profiles.count", "plain", "`/$count` answers the number as plain text", "SDK v0.120.0 (`Accept: text/plain;q=0.9`)", documented,
		func(t *testing.T, g *rig.Rig) {
			g.Named(t, "a", "b", "c")
			a := g.Found(t, rig.ProfilesAt+"/$count", "Accept: text/plain;q=0.9")
			assert.Equal(t, "3", a.Body)
			assert.Regexp(t, `^text/plain`, a.Header.Get("Content-Type"))
		}},
	{"profiles.count", "filter-search", "`/$count` takes `$filter` and `$search`", "SDK v0.120.0", documented, func(t *testing.T, g *rig.Rig) {
		g.Named(t, "a", "b", "c")
		assert.Equal(t, "2", g.Found(t, rig.ProfilesAt+"/$count"+rig.Query("$filter", "displayName ne 'b'")).Body)
		assert.Equal(t, "1", g.Found(t, rig.ProfilesAt+"/$count"+rig.Query("$search", "b")).Body)
	}},
}
