package directory

import (
	"encoding/json"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator/internal/ids"
	"github.com/graphemu/graphemu/emulator/internal/workloads/sds/profile"
	"github.com/graphemu/graphemu/emulator/internal/workloads/sds/roster"
)

const sku = "6fd2c87f-b296-42f0-b197-1e91e994b900"

var now = time.Date(2026, 1, 5, 6, 0, 0, 0, time.UTC)

func derive(names ...string) string { return ids.Derived(append([]string{"test"}, names...)...) }

// csv is the six files by their name without the ending.
type csv map[string]string

// school1 is a roster of one school, a section, two students and a teacher.
func school1() csv {
	return csv{
		"school":            "SIS ID,Name\n1,North High\n",
		"section":           "SIS ID,School SIS ID,Section Name\n11,1,Algebra\n",
		"student":           "SIS ID,School SIS ID,Username,First Name,Last Name,Password\n101,1,OKlein,Ora,Klein,Secret1\n102,1,BMcMillan,Beulah,McMillan,Secret2\n",
		"teacher":           "SIS ID,School SIS ID,Username,First Name,Last Name,Password\n201,1,CBeane,Craig,Beane,Secret3\n",
		"studentenrollment": "Section SIS ID,SIS ID\n11,101\n11,102\n",
		"teacherroster":     "Section SIS ID,SIS ID\n11,201\n",
	}
}

// with returns the roster with other files.
func (c csv) with(more csv) csv {
	n := maps.Clone(c)
	maps.Copy(n, more)
	return n
}

func (c csv) files() (files []roster.File) {
	for _, name := range slices.Sorted(maps.Keys(c)) {
		text := c[name]
		files = append(files, roster.File{Name: name + ".csv", Size: int64(len(text)),
			Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }})
	}
	return files
}

func creation(change ...func(*profile.Profile)) profile.Profile {
	p := profile.Profile{DataProvider: &profile.CSV{Type: profile.TypeCSV, Customizations: &profile.Customizations{}},
		Identity: &profile.IdentityCreation{Type: profile.TypeIdentityCreation, UserDomains: []profile.UserDomain{{AppliesTo: "student", Name: "s.contoso.edu"}, {AppliesTo: "teacher", Name: "contoso.edu"}}}}
	for _, c := range change {
		c(&p)
	}
	return p
}

func matchingBy(source, target, domain string, change ...func(*profile.Profile)) profile.Profile {
	p := creation(change...)
	var suffix *string
	if domain != "" {
		suffix = &domain
	}
	p.Identity = &profile.IdentityMatching{Type: profile.TypeIdentityMatching, MatchingOptions: []profile.MatchingOption{
		{AppliesTo: "student", SourcePropertyName: source, TargetPropertyName: target, TargetDomain: suffix},
		{AppliesTo: "teacher", SourcePropertyName: source, TargetPropertyName: target, TargetDomain: suffix}}}
	return p
}

// customized changes the customizations.
func customized(change func(*profile.Customizations)) func(*profile.Profile) {
	return func(p *profile.Profile) { change(p.DataProvider.(*profile.CSV).Customizations) }
}

func licensed(p *profile.Profile) {
	p.Licenses = []profile.LicenseAssignment{{AppliesTo: "student", SKUIDs: []string{sku}}, {AppliesTo: "teacher", SKUIDs: []string{sku}}}
}

func mended(p *profile.Profile) { p.HandleSpecialCharacterConstraint = new(true) }

func contoso() Seed {
	return Seed{Domains: []string{"contoso.edu"}, UsageLocation: "US", SKUs: []SKU{{ID: sku, PartNumber: "ENTERPRISEPACK"}}}
}

// run plans and applies a run, and returns its plan.
func run(t require.TestingT, s *Store, p profile.Profile, id string, files csv) *Plan {
	plan, err := s.Plan(p, id, files.files(), roster.V1, now)
	require.NoError(t, err)
	s.Apply(plan, now)
	return plan
}

// errorsOf returns the errors as "EntryType code joining reportable".
func errorsOf(p *Plan) (list []string) {
	for _, e := range p.Errors {
		list = append(list, strings.Join([]string{e.EntryType, e.ErrorCode, e.JoiningValue, e.ReportableIdentifier}, " "))
	}
	return list
}

func objectOf(t require.TestingT, e *Entity) map[string]any {
	var m map[string]any
	require.NoError(t, json.Unmarshal(e.JSON, &m), "%s", e.JSON)
	require.Equal(t, m["id"], e.ID)
	return m
}

// externalID returns the SIS ID on the wire.
func externalID(t require.TestingT, e *Entity) string {
	m := objectOf(t, e)
	if id, ok := m["externalId"].(string); ok {
		return id
	}
	for _, role := range []string{"student", "teacher"} {
		if o, ok := m[role].(map[string]any); ok {
			return o["externalId"].(string)
		}
	}
	return ""
}

// byExternalID returns the objects of a kind by SIS ID.
func byExternalID(t require.TestingT, s *Store, k Kind) map[string]*Entity {
	m := map[string]*Entity{}
	for e := range s.All(k, 0) {
		m[externalID(t, e)] = e
	}
	return m
}

// relatedTo returns the SIS IDs of what is related to the object with a SIS ID.
func relatedTo(t require.TestingT, s *Store, k Kind, external string, r Relation) []string {
	e := byExternalID(t, s, k)[external]
	require.NotNil(t, e, "%s %s", k, external)
	c, ok := s.Related(r, e.ID)
	require.True(t, ok)
	ids := []string{}
	for e := range c.All(0) {
		ids = append(ids, externalID(t, e))
	}
	slices.Sort(ids)
	return ids
}
