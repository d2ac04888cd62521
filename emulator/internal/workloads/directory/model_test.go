package directory

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

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
	schools, sections, students, teachers := ids("schools", 1, 3), ids("sections", 11, 15), ids("students", 101, 106), ids("teachers", 104, 107)
	for _, id := range schools {
		rows["school"] = append(rows["school"], fmt.Sprintf("%d,School %d", id, rapid.IntRange(0, 3).Draw(t, "name")))
	}
	for _, id := range sections {
		rows["section"] = append(rows["section"], fmt.Sprintf("%d,%d,Section & %d", id, rapid.SampledFrom(schools).Draw(t, "of"), rapid.IntRange(0, 3).Draw(t, "name")))
	}
	for i, list := range [][]int{students, teachers} {
		name := role(i).String()
		for _, id := range list {
			user := rapid.SampledFrom([]string{fmt.Sprint("u", id), "u101", "U105"}).Draw(t, "user")
			rows[name] = append(rows[name], fmt.Sprintf("%d,%d,%s,Given%d,Sur", id, rapid.SampledFrom(schools).Draw(t, "at"), user, rapid.IntRange(0, 3).Draw(t, "name")))
		}
	}
	for i, list := range [][]int{students, teachers} {
		name := []string{"studentenrollment", "teacherroster"}[i]
		for range rapid.IntRange(0, 8).Draw(t, name) {
			rows[name] = append(rows[name], fmt.Sprintf("%d,%d", rapid.SampledFrom(sections).Draw(t, "class"), rapid.SampledFrom(list).Draw(t, "who")))
		}
	}
	person, pair := "SIS ID,School SIS ID,Username,First Name,Last Name", "Section SIS ID,SIS ID"
	c := csv{}
	for name, header := range map[string]string{"school": "SIS ID,Name", "section": "SIS ID,School SIS ID,Section Name", "student": person, "teacher": person, "studentenrollment": pair, "teacherroster": pair} {
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
		s := New(seed, derive)
		ids := map[string]string{} // of schools and classes, by profile, kind and SIS ID
		for range rapid.IntRange(1, 6).Draw(t, "runs") {
			p := creation(customized(func(c *profile.Customizations) {
				c.Student = &profile.Customization{AllowDisplayNameUpdate: rapid.Bool().Draw(t, "rename")}
			}))
			if rapid.Bool().Draw(t, "matching") {
				p = matchingBy("Username", "userPrincipalName", "contoso.edu")
			}
			id, files := rapid.SampledFrom([]string{"p", "q"}).Draw(t, "profile"), draw(t)
			before := s.current.Load()
			plan, err := s.Plan(p, id, files.files(), roster.V1, now)
			require.NoError(t, err)
			require.Same(t, before, s.current.Load(), "a plan changes nothing")
			require.LessOrEqual(t, plan.ErrorCount, plan.Entries)
			if rapid.Bool().Draw(t, "saved") {
				// A restored directory goes on as the original does, whatever an encoder did to the text.
				text, err := json.MarshalIndent(s.Save(), "", "  ")
				require.NoError(t, err)
				var v Saved
				require.NoError(t, json.Unmarshal(text, &v))
				other := New(seed, derive)
				require.NoError(t, other.Restore(v))
				require.Equal(t, s.Save(), other.Save())
				again, err := other.Plan(p, id, files.files(), roster.V1, now)
				require.NoError(t, err)
				require.Equal(t, plan.Errors, again.Errors)
				s.Apply(plan, now)
				other.Apply(again, now)
				require.Equal(t, s.Save(), other.Save())
				s = other
			} else {
				s.Apply(plan, now)
			}
			st := s.current.Load()
			checkState(t, st)
			checkMemberships(t, st, id, files)
			for kind, list := range map[string][]*object{"school": st.schools, "class": st.classes} {
				for _, o := range list {
					key := fmt.Sprint(st.parts[o.part].profile, kind, o.externalID)
					require.Contains(t, []string{"", o.id}, ids[key], "ids stay")
					ids[key] = o.id
				}
			}
			// People who are in the files and had an account under creation keep it.
			if _, ok := p.Identity.(*profile.IdentityCreation); ok {
				for as, known := range before.known(id).people {
					for external, u := range known {
						if at, ok := st.known(id).people[as][external]; ok && slices.ContainsFunc(files.rows(role(as).String()), func(r []string) bool { return r[0] == external }) {
							require.Equal(t, u, at, "%s %s", role(as), external)
						}
					}
				}
			}
		}
	})
}

// checkState holds the parts of a state against each other.
func checkState(t require.TestingT, s *state) {
	names, ids := map[string]bool{}, map[string]bool{}
	for i, a := range s.accounts {
		name := strings.ToLower(a.principalName)
		require.False(t, names[name] || ids[a.id], "%s %s is there twice", name, a.id)
		names[name], ids[a.id] = true, true
		require.Equal(t, uint32(i), s.accountByName[name])
		if a.user > 0 {
			require.Equal(t, uint32(i), s.users[a.user-1].account)
		}
	}
	for i, p := range s.parts {
		held := map[uint32]bool{}
		for _, known := range p.people {
			for _, u := range known {
				require.False(t, held[u], "one account is one person of a profile")
				held[u] = true
				require.Contains(t, s.users[u].parts, uint32(i))
			}
		}
	}
}

// checkMemberships compares the memberships of a profile with its files: exactly
// those of which both ends were synchronised.
func checkMemberships(t require.TestingT, s *state, profileID string, files csv) {
	p := s.known(profileID)
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
		in := map[uint32]bool{} // who is in a school was synchronised
		for at := range p.members[m[0]].set() {
			_, who := at.split()
			in[who] = true
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

// set returns the memberships, after comparing both ways.
func (l *links) set() map[pair]bool {
	ways := [2]map[pair]bool{{}, {}}
	for i, t := range []*table{&l.members, &l.containers} {
		if !slices.IsSorted(t.from) {
			panic("it cannot be searched")
		}
		for _, from := range t.from {
			if list := t.of(from); !slices.IsSorted(list) || len(slices.Compact(slices.Clone(list))) != len(list) {
				panic("one stands twice, or out of order")
			}
			for _, to := range t.of(from) {
				if i == 0 {
					ways[i][pairOf(from, to)] = true
				} else {
					ways[i][pairOf(to, from)] = true
				}
			}
		}
	}
	if !maps.Equal(ways[0], ways[1]) {
		panic("the two ways differ")
	}
	return ways[0]
}

func TestRestoreRefuses(t *testing.T) {
	s := New(contoso(), derive)
	run(t, s, creation(), "p", school1())
	before := s.Save()
	for name, test := range map[string]struct {
		spoil func(*Saved)
		want  string
	}{
		"a profile twice":          {func(v *Saved) { v.Profiles = append(v.Profiles, v.Profiles[0]) }, `profiles[1].profile: "p" is there twice`},
		"an account twice":         {func(v *Saved) { v.Accounts[1].UserPrincipalName = "OKLEIN@s.contoso.edu" }, "accounts[1]: id"},
		"an account without id":    {func(v *Saved) { v.Accounts[1].ID = "" }, "accounts[1]: id"},
		"a user of no account":     {func(v *Saved) { v.Users[0].Account = 1 << 31 }, "users[0].account: 2147483648"},
		"two users of one":         {func(v *Saved) { v.Users[1].Account = 0 }, "users[1].account: 0"},
		"a role":                   {func(v *Saved) { v.Users[0].Role = "head" }, `users[0].role: "head"`},
		"a user's profile":         {func(v *Saved) { v.Users[0].Profiles = []uint32{0, 0} }, "users[0].profiles"},
		"no JSON":                  {func(v *Saved) { v.Users[0].Properties = []byte("{") }, "users[0].properties"},
		"no object":                {func(v *Saved) { v.Schools[0].Properties = []byte("[]") }, "schools[0].properties: it must be an object"},
		"an empty object":          {func(v *Saved) { v.Schools[0].Properties = []byte("{}") }, "schools[0].properties: it must be an object"},
		"an id twice":              {func(v *Saved) { v.Classes[0].Properties = []byte(`{"id":"x"}`) }, `classes[0].properties: it must not have "id"`},
		"a school without id":      {func(v *Saved) { v.Schools[0].ID = "" }, `schools[0].id`},
		"a school of no profile":   {func(v *Saved) { v.Schools[0].Profile = 7 }, `schools[0].profile: 7`},
		"a school twice":           {func(v *Saved) { v.Schools = append(v.Schools, v.Schools[0]); v.Schools[1].ID = "x" }, `schools[1].externalId: the profile has "1" twice`},
		"a student who is nowhere": {func(v *Saved) { v.Profiles[0].Students["101"] = 9 }, `profiles[0].students: "101" is user 9`},
		"a foreign user":           {func(v *Saved) { v.Users[0].Profiles = nil }, `profiles[0].students: "101" is user 0`},
		"a member who is nowhere":  {func(v *Saved) { v.Profiles[0].ClassStudents[0][1] = 9 }, `profiles[0].classStudents: [0 9 1]: 9`},
		"a class that is nowhere":  {func(v *Saved) { v.Profiles[0].ClassStudents[0][0] = 9 }, `profiles[0].classStudents: [9 0 1]: 9`},
	} {
		t.Run(name, func(t *testing.T) {
			text, err := json.Marshal(before)
			require.NoError(t, err)
			var v Saved
			require.NoError(t, json.Unmarshal(text, &v))
			test.spoil(&v)
			assert.ErrorContains(t, s.Restore(v), test.want)
			assert.Equal(t, before, s.Save(), "nothing was changed")
		})
	}
	require.NoError(t, s.Restore(Saved{}))
	assert.Zero(t, s.Len(Accounts))
}
