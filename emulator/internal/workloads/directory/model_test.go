package directory

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/graphemu/graphemu/emulator/internal/entity"
	"github.com/graphemu/graphemu/emulator/internal/workloads/sds/profile"
	"github.com/graphemu/graphemu/emulator/internal/workloads/sds/roster"
)

// draw makes a small roster that verification would let pass: references resolve,
// but SIS IDs and user names may be there twice.
func draw(t *rapid.T) csv {
	rows := map[string][]string{}
	ids := func(name string, from, to int) []int {
		return rapid.SliceOfN(rapid.IntRange(from, to), 1, 5).Draw(t, name)
	}
	schools, sections, students, teachers := ids("schools", 1, 3), ids("sections", 11, 15), ids("students", 101, 106), ids("teachers",
		104, 107)
	for _, id := range schools {
		rows["school"] = append(rows["school"], fmt.Sprintf("%d,School %d", id, rapid.IntRange(0, 3).Draw(t, "name")))
	}
	for _, id := range sections {
		rows["section"] = append(rows["section"],
			fmt.Sprintf("%d,%d,Section & %d", id, rapid.SampledFrom(schools).Draw(t, "of"), rapid.IntRange(0, 3).Draw(t, "name")))
	}
	for i, list := range [][]int{students, teachers} {
		name := role(i).String()
		for _, id := range list {
			user := rapid.SampledFrom([]string{fmt.Sprint("u", id), "u101", "U105"}).Draw(t, "user")
			rows[name] = append(rows[name],
				fmt.Sprintf("%d,%d,%s,Given%d,Sur", id, rapid.SampledFrom(schools).Draw(t, "at"), user, rapid.IntRange(0, 3).Draw(t, "name")))
		}
	}
	for i, list := range [][]int{students, teachers} {
		name := []string{"studentenrollment", "teacherroster"}[i]
		for range rapid.IntRange(0, 8).Draw(t, name) {
			rows[name] = append(rows[name],
				fmt.Sprintf("%d,%d", rapid.SampledFrom(sections).Draw(t, "class"), rapid.SampledFrom(list).Draw(t, "who")))
		}
	}
	person, pair := "SIS ID,School SIS ID,Username,First Name,Last Name", "Section SIS ID,SIS ID"
	c := csv{}
	for name, header := range map[string]string{"school": "SIS ID,Name", "section": "SIS ID,School SIS ID,Section Name", "student": person,
		"teacher": person, "studentenrollment": pair, "teacherroster": pair} {
		c[name] = strings.Join(append([]string{header}, rows[name]...), "\n") + "\n"
	}
	return c
}

// rows returns the rows of a file without its header.
func (c csv) rows(name string) (rows [][]string) {
	for _, line := range strings.Split(strings.TrimSpace(c[name]), "\n")[1:] {
		rows = append(rows, strings.Split(line, ","))
	}
	return rows
}

// TestAnySequenceOfRuns holds the directory to what must be so whatever the runs
// were, against a reading of the files that knows nothing of its insides.
func TestAnySequenceOfRuns(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seed := contoso()
		for i := range 4 {
			seed.Users = append(seed.Users, User{PrincipalName: fmt.Sprintf("u10%d@contoso.edu", i+1)})
		}
		s := made(seed)
		ids := map[string]string{} // of schools and classes, by profile, kind and SIS ID
		for range rapid.IntRange(1, 6).Draw(t, "runs") {
			p := creation(customized(func(c *profile.Customizations) {
				c.Student = &profile.Customization{AllowDisplayNameUpdate: rapid.Bool().Draw(t, "rename")}
			}))
			if rapid.Bool().Draw(t, "matching") {
				p = matchingBy("Username", "userPrincipalName", "contoso.edu")
			}
			id, files := rapid.SampledFrom([]string{"p", "q"}).Draw(t, "profile"), draw(t)
			before, parts := s.objects.View().Revision(), s.parts.Load()
			plan, err := s.Plan(p, id, files.files(), roster.V1, now)
			require.NoError(t, err)
			require.Equal(t, before, s.objects.View().Revision(), "a plan changes nothing")
			require.Same(t, parts, s.parts.Load())
			require.LessOrEqual(t, plan.ErrorCount, plan.Entries)
			if rapid.Bool().Draw(t, "saved") {
				// A restored directory goes on as the original does, whatever an encoder did to the text.
				text, err := json.MarshalIndent(save(s), "", "  ")
				require.NoError(t, err)
				var v whole
				require.NoError(t, json.Unmarshal(text, &v))
				other := restored(t, seed, v)
				require.Equal(t, save(s), save(other))
				again, err := other.Plan(p, id, files.files(), roster.V1, now)
				require.NoError(t, err)
				require.Equal(t, plan.Errors, again.Errors)
				require.NoError(t, s.Apply(plan, now))
				require.NoError(t, other.Apply(again, now))
				require.Equal(t, save(s), save(other))
				s = other
			} else {
				require.NoError(t, s.Apply(plan, now))
			}
			checkState(t, s)
			checkMemberships(t, s, id, files)
			view := s.objects.View()
			for _, part := range s.parts.Load().list {
				for k, known := range []map[string]entity.Place{part.schools, part.classes} {
					for external, at := range known {
						key, o := fmt.Sprint(part.profile, k, external), view.At(at)
						require.Equal(t, external, externalID(t, o))
						require.Contains(t, []string{"", o.ID}, ids[key], "ids stay")
						ids[key] = o.ID
					}
				}
			}
			// People who are in the files and had an account under creation keep it.
			if _, ok := p.Identity.(*profile.IdentityCreation); ok {
				for as, known := range parts.known(id).people {
					for external, u := range known {
						if at, ok := s.parts.Load().known(id).people[as][external]; ok &&
							slices.ContainsFunc(files.rows(role(as).String()), func(r []string) bool { return r[0] == external }) {
							require.Equal(t, u, at, "%s %s", role(as), external)
						}
					}
				}
			}
		}
	})
}

// checkState holds the parts against the objects.
func checkState(t require.TestingT, s *Store) {
	view := s.objects.View()
	for o := range s.All(Accounts) {
		require.Equal(t, o, view.Unique(principalNames, memberText(o.JSON, "userPrincipalName")))
		require.Equal(t, memberText(o.JSON, "id"), o.ID)
		require.Equal(t, strings.Contains(string(o.JSON), Inside), view.Linked(UserSet, entity.Tenant, o.Place))
	}
	links := map[string]map[pair]bool{}
	for _, p := range s.parts.Load().list {
		held := map[entity.Place]bool{}
		for k, known := range p.known() {
			for _, at := range known {
				require.False(t, held[at], "one account is one person of a profile")
				held[at] = true
				require.NotNil(t, alive(view, at, []entity.Home{unitsHome, groupsHome, usersHome, usersHome}[k]))
			}
		}
		for _, r := range ofMemberships {
			if links[r.name] == nil {
				links[r.name] = map[pair]bool{}
			}
			for _, one := range p.union(r.of) {
				links[r.name][one] = true
			}
		}
	}
	for _, r := range ofMemberships { // the store has just the links of all profiles
		there := map[pair]bool{}
		for o := range view.All() {
			for to := range view.Targets(r.name, o.Place).All(0) {
				there[pairOf(o.Place, to)] = true
			}
		}
		if links[r.name] == nil {
			links[r.name] = map[pair]bool{}
		}
		require.Equal(t, links[r.name], there, r.name)
	}
}

// checkMemberships compares the memberships of a profile with its files: exactly
// those of which both ends were synchronised.
func checkMemberships(t require.TestingT, s *Store, profileID string, files csv) {
	p := s.parts.Load().known(profileID)
	first := map[string]string{} // school of a section: the first row counts
	for _, r := range files.rows("section") {
		if _, twice := first[r[0]]; !twice {
			first[r[0]] = r[1]
		}
	}
	sectionOf := map[pair]bool{}
	for section, school := range first {
		sectionOf[pairOf(p.schools[school], p.classes[section])] = true
	}
	require.Equal(t, sectionOf, p.members[schoolClasses].set())
	for as, m := range map[role][2]membership{student: {schoolStudents, classStudents}, teacher: {schoolTeachers, classTeachers}} {
		in := map[entity.Place]bool{} // who is in a school was synchronised
		for at := range p.members[m[0]].set() {
			_, who := at.split()
			in[entity.Place(who)] = true
		}
		file, most := "studentenrollment", map[pair]bool{}
		if as == teacher {
			file = "teacherroster"
		}
		for _, r := range files.rows(file) {
			if who, ok := p.people[as][r[1]]; ok && in[who] {
				most[pairOf(p.classes[r[0]], who)] = true
			}
		}
		require.Equal(t, most, p.members[m[1]].set())
	}
}

// set returns the memberships.
func (t *table) set() map[pair]bool {
	list := t.pairs(nil)
	if !slices.IsSorted(list) || len(slices.Compact(slices.Clone(list))) != len(list) {
		panic("one stands twice, or out of order")
	}
	all := map[pair]bool{}
	for _, p := range list {
		all[p] = true
	}
	return all
}

func TestRestoreRefuses(t *testing.T) {
	s := made(contoso())
	run(t, s, creation(), "p", school1())
	before := save(s)
	for name, test := range map[string]struct {
		spoil func(*Saved)
		want  string
	}{
		"a profile twice":      {func(v *Saved) { v.Profiles = append(v.Profiles, v.Profiles[0]) }, `/profiles/1/profile: "p" is there twice`},
		"a place that is none": {func(v *Saved) { v.Profiles[0].Schools["1"] = 0 }, `/profiles/0/schools: "1" is at 0`},
		"a place of two": {func(v *Saved) { v.Profiles[0].Teachers["1"] = v.Profiles[0].Students["101"] },
			`/profiles/0/teachers: "1" is at`},
		"a member who is nowhere": {func(v *Saved) { v.Profiles[0].ClassStudents[0][1] = 0 }, `/profiles/0/classStudents: `},
	} {
		t.Run(name, func(t *testing.T) {
			text, err := json.Marshal(before.Rosters)
			require.NoError(t, err)
			var v Saved
			require.NoError(t, json.Unmarshal(text, &v))
			test.spoil(&v)
			assert.ErrorContains(t, s.Restore(v), test.want)
			assert.Equal(t, before, save(s), "nothing was changed")
		})
	}
	require.NoError(t, s.Restore(Saved{}))
	assert.Empty(t, save(s).Rosters.Profiles)
}
