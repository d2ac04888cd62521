package directory

import (
	"encoding/json"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator/internal/entity"
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
		Identity: &profile.IdentityCreation{Type: profile.TypeIdentityCreation,
			UserDomains: []profile.UserDomain{{AppliesTo: "student", Name: "s.contoso.edu"}, {AppliesTo: "teacher", Name: "contoso.edu"}}}}
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
	require.NoError(t, s.Apply(plan, now))
	return plan
}

// errorsOf returns the errors as "EntryType code joining reportable".
func errorsOf(p *Plan) (list []string) {
	for _, e := range p.Errors {
		list = append(list, strings.Join([]string{e.EntryType, e.ErrorCode, e.JoiningValue, e.ReportableIdentifier}, " "))
	}
	return list
}

// made returns a directory with the accounts of seed.
func made(seed Seed) *Store {
	objects := entity.New(entity.Limits{})
	if err := Populate(objects, &seed, derive); err != nil {
		panic(err)
	}
	return New(&seed, derive, objects)
}

// whole is a directory with its objects, as JSON keeps it.
type whole struct {
	Rosters  Saved
	Entities entity.Saved
}

func save(s *Store) (w whole) {
	w.Rosters, w.Entities = s.Save()
	return w
}

// restored returns a directory that goes on where another was saved.
func restored(t require.TestingT, seed Seed, w whole) *Store {
	s := made(seed)
	require.NoError(t, s.objects.Restore(w.Entities))
	require.NoError(t, s.Restore(w.Rosters))
	return s
}

// objectOf returns an object with its side in education beside its other properties.
func objectOf(t require.TestingT, o *entity.Object) map[string]any {
	var m map[string]any
	require.NoError(t, json.Unmarshal(o.JSON, &m), "%s", o.JSON)
	require.Equal(t, m["id"], o.ID)
	if inside, ok := m[Inside].(map[string]any); ok {
		maps.Copy(m, inside)
		delete(m, Inside)
	}
	return m
}

// externalID returns the SIS ID on the wire.
func externalID(t require.TestingT, o *entity.Object) string {
	m := objectOf(t, o)
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
func byExternalID(t require.TestingT, s *Store, k Kind) map[string]*entity.Object {
	m := map[string]*entity.Object{}
	for o := range s.All(k) {
		m[externalID(t, o)] = o
	}
	return m
}

// Ways from an object to others: a relation, or one that is walked from its end.
const (
	ClassMembers  = Members
	ClassTeachers = Owners
	ClassSchools  = "^" + SchoolClasses
	UserClasses   = "^" + Members
	UserSchools   = "^" + SchoolUsers
)

// relatedTo returns the SIS IDs of what is related to the object with a SIS ID.
func relatedTo(t require.TestingT, s *Store, k Kind, external string, way string) []string {
	o := byExternalID(t, s, k)[external]
	require.NotNil(t, o, "%s %s", k, external)
	v := s.objects.View()
	places := v.Targets(way, o.Place)
	if relation, up := strings.CutPrefix(way, "^"); up {
		places = v.Sources(relation, o.Place)
	}
	ids := []string{}
	for p := range places.All(0) {
		ids = append(ids, externalID(t, v.At(p)))
	}
	slices.Sort(ids)
	return ids
}
