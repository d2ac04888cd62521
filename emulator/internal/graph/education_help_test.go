package graph

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/graphemu/graphemu/emulator/internal/workloads/directory"
	"github.com/graphemu/graphemu/emulator/internal/workloads/sds/profile"
	"github.com/graphemu/graphemu/emulator/internal/workloads/sds/roster"
)

// rosters are two schools; three sections, of which Chemistry has nobody; two
// teachers and four students. Zoë's School has them all but Dee.
var rosters = map[string]string{
	"school.csv":  "SIS ID,Name,City,Grade Low\nS0,Zoë's School,Redmond,1\nS1,Ålborg Elementary,Bellevue,\n",
	"section.csv": "SIS ID,School SIS ID,Section Name,Term Name,Term StartDate\nC0,S0,Algebra,T1,2026-01-01\nC1,S0,Biology,T1,2026-02-01\nC2,S1,Chemistry,,\n",
	"student.csv": "SIS ID,School SIS ID,Username,First Name,Last Name,Password,Gender,Birthdate,Grade\n" +
		"P2,S0,ana,Ana,Lund,x,F,2010-01-02,7\nP3,S0,bob,Bob,Ek,x,M,2010-01-03,8\nP4,S0,cem,Cem,Öz,x,,,8\nP5,S1,dee,Dee,Poe,x,F,2011-01-05,6\n",
	"teacher.csv":           "SIS ID,School SIS ID,Username,First Name,Last Name,Password\nP0,S0,ora,Ora,Klein,x\nP1,S0,beulah,Beulah,McMillan,x\n",
	"studentenrollment.csv": "Section SIS ID,SIS ID\nC0,P2\nC0,P3\nC0,P4\nC1,P2\n",
	"teacherroster.csv":     "Section SIS ID,SIS ID\nC0,P0\nC1,P1\n",
}

// sync lets the world's directory have what a sync of the files makes, of a
// profile that creates accounts at contoso.edu.
func (d *desk) sync(t *testing.T, files map[string]string) {
	t.Helper()
	p := profile.Profile{DataProvider: &profile.CSV{}, Identity: &profile.IdentityCreation{UserDomains: []profile.UserDomain{
		{AppliesTo: "student", Name: "contoso.edu"}, {AppliesTo: "teacher", Name: "contoso.edu"}}}}
	var list []roster.File
	for name, text := range files {
		list = append(list, roster.File{Name: name, Size: int64(len(text)), Open: func() (io.ReadCloser, error) {
			return io.NopCloser(strings.NewReader(text)), nil
		}})
	}
	plan, err := d.world.Directory.Plan(p, "profile", list, roster.V1, dawn)
	require.NoError(t, err)
	require.Empty(t, plan.Errors)
	require.NoError(t, d.world.Directory.Apply(plan, dawn))
}

const sku = "6fd2c87f-b296-42f0-b197-1e91e994b900"

// newDistrict is a desk whose world has synchronised those rosters, with one
// account and a licence that were there before.
func newDistrict(t *testing.T) *desk {
	t.Helper()
	d := newDesk()
	d.world.seed(directory.Seed{Domains: []string{"contoso.edu"}, UsageLocation: "US",
		SKUs:  []directory.SKU{{ID: sku, PartNumber: "ENTERPRISEPACK"}},
		Users: []directory.User{{PrincipalName: "Root@contoso.edu", DisplayName: "Root"}}})
	d.world.keep()
	d.sync(t, rosters)
	return d
}

// id is that of the object of a kind with that name.
func (d *desk) id(t *testing.T, k directory.Kind, name string) string {
	t.Helper()
	for e := range d.world.Directory.All(k) {
		if gjson.GetBytes(e.JSON, "displayName").Str == name {
			return e.ID
		}
	}
	require.Fail(t, "nobody is called "+name)
	return ""
}

// found is what a GET of a path below /beta answers with 200.
func (d *desk) found(t *testing.T, path string, headers ...string) gjson.Result {
	t.Helper()
	return d.foundIn(t, "beta", path, headers...)
}

func (d *desk) foundIn(t *testing.T, version, path string, headers ...string) gjson.Result {
	t.Helper()
	w := d.send("GET", "/"+version+path, "", headers...)
	require.Equal(t, 200, w.Code, "%s: %s", path, w.Body)
	require.Empty(t, d.log.String())
	if strings.HasPrefix(w.Header().Get("Content-Type"), "application/json") {
		require.True(t, json.Valid(w.Body.Bytes()), "%s: %s", path, w.Body)
	}
	return gjson.ParseBytes(w.Body.Bytes())
}

// stringsAt are the strings at a gjson path.
func stringsAt(v gjson.Result, path string) []string {
	list := []string{}
	for _, e := range v.Get(path).Array() {
		list = append(list, e.String())
	}
	return list
}

func names(v gjson.Result) []string { return stringsAt(v, "value.#.displayName") }

// encoded is a query with its values escaped: name, value, name, value.
func encoded(pairs ...string) string {
	var b strings.Builder
	for i := 0; i < len(pairs); i += 2 {
		fmt.Fprintf(&b, "%c%s=%s", "?&"[min(i, 1)], pairs[i], escape(pairs[i+1]))
	}
	return b.String()
}
