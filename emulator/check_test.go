package emulator_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/scenario"
)

const payload = `{
  "displayName": "North",
  "dataProvider": {"@odata.type": "#microsoft.graph.educationCsvDataProvider"},
  "identitySynchronizationConfiguration": {
    "@odata.type": "#microsoft.graph.educationIdentityCreationConfiguration",
    "userDomains": [{"appliesTo": "student", "name": "testschool.edu"}, {"appliesTo": "teacher", "name": "testschool.edu"}]
  }
}`

// folder writes files into a folder of their own.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		file := filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o700))
		require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	}
	return dir
}

func TestCheckTellsWhatAFileIsAndWhatIsWrong(t *testing.T) {
	for name, c := range map[string]struct {
		file, text string
		kind       emulator.Kind
		problems   []string
		warnings   []string
	}{
		"scenario":         {"a.yaml", "version: 1", emulator.KindScenario, nil, nil},
		"starter":          {"a.yaml", scenario.Starter(), emulator.KindScenario, nil, nil},
		"scenario as JSON": {"a.json", `{"version": 1, "faults": []}`, emulator.KindScenario, nil, nil},
		"wrong scenario": {"a.yaml", "version: 1\nfaults:\n- {name: a, operation: profiles.gett, delay: 1s}\nfixture: nome",
			emulator.KindScenario,
			[]string{`a.yaml:3:24: faults[0].operation: there is no operation "profiles.gett"; did you mean profiles.get?`,
				`a.yaml:4:10: fixture: there is no fixture "nome"; built in are contoso, district, district-flawed, empty, one, and a path such as ./nome leads to a file or a folder`}, nil},
		"overlap": {"a.yaml", "version: 1\nfaults:\n- {name: a, operation: '*', delay: 1s}\n- {name: b, operation: batch, delay: 2s}",
			emulator.KindScenario, nil,
			[]string{`a.yaml:4:3: faults[1]: "b" never strikes: "a" (a.yaml:3:3) strikes each of its calls before`}},
		"lost fixture": {"a.yaml", "version: 1\nfixture: ./none", emulator.KindScenario,
			[]string{`a.yaml:2:10: fixture: fixture ./none: no such file or directory`}, nil},
		"too large": {"a.yaml", strings.Repeat("#", scenario.MaxSize+1), emulator.KindScenario,
			[]string{`a.yaml: the file has 1048577 bytes; the most is 1048576`}, nil},
		"several wrong": {"a.yaml", "version: 1\nversion: 1\nname: 5", emulator.KindScenario,
			[]string{`a.yaml:2:1: version: the name "version" stands twice, first in line 1`,
				`a.yaml:3:7: name: expected a string, got the number 5`}, nil},
		"twice in a body": {"a.json", `{"dataProvider": {}, "dataProvider": {}}`, emulator.KindProfile,
			[]string{`a.json:1:22: dataProvider: the name "dataProvider" stands twice, first in line 1`}, nil},
		"broken YAML": {"a.yml", "version: [1", emulator.KindScenario,
			[]string{`a.yml:1:10: no YAML: sequence end token ']' not found`}, nil},
		"fixture": {"fixture.json", `{"version": 1}`, emulator.KindFixture, nil, nil},
		"wrong fixture": {"a.json", "{\"version\": 1, \"profiles\": [],\n \"directory\": {\"domain\": []}}", emulator.KindFixture,
			[]string{`a.json:2:26: directory.domain: unknown property "domain"; did you mean "domains"?`}, nil},
		"profile": {"a.json", payload, emulator.KindProfile, nil, nil},
		"wrong profile": {"a.json", strings.Replace(payload, "userDomains", "userDomain", 1), emulator.KindProfile,
			[]string{`a.json:4:43: identitySynchronizationConfiguration: the required property "userDomains" is missing`,
				`a.json:6:19: identitySynchronizationConfiguration.userDomain: unknown property "userDomain"; did you mean "userDomains"?`}, nil},
		"rule of a body": {"a.json", strings.Replace(payload, "teacher", "student", 1), emulator.KindProfile,
			[]string{`a.json:6:87: identitySynchronizationConfiguration.userDomains[1].appliesTo: entry 0 already applies to "student"; one entry a role`}, nil},
		"flags":    {"graphemu.yaml", "clock: x60\n", emulator.KindConfig, nil, nil},
		"no flags": {"graphemu.yaml", "", emulator.KindConfig, nil, nil},
		"wrong flags": {"graphemu.yaml", "clock: [x60]\nhttp: ':80'", emulator.KindConfig,
			[]string{`graphemu.yaml:1:8: clock: want a text, as clock: x60; got a list`}, nil},
		"flags not found": {"graphemu.yaml", "control: any", emulator.KindConfig,
			[]string{`graphemu.yaml:1:10: control: it may not be set by a file that was found`}, nil},
		"flags by schema": {"ci.yaml", "# yaml-language-server: $schema=./config.schema.json\ncontrol: any", emulator.KindConfig, nil, nil},
		"near flags": {"graphemu.yml", "control: any", emulator.KindConfig, nil,
			[]string{`graphemu.yml: graphemu.yml is not read: only a file called graphemu.yaml is found by itself; rename it, or say --config graphemu.yml`}},
		"none of ours": {"package.json", `{"name": "x", "version": "1.0.0", "dependencies": {}}`, emulator.KindOther,
			[]string{`package.json: it is neither a scenario, nor a fixture, nor the body of a create`}, nil},
		"one of a roster": {"Student.csv", "SIS ID", emulator.KindRoster,
			[]string{`Student.csv: it is a part of a roster, whose files refer to one another and are checked together; check their folder, .`}, nil},
		"another table": {"lunch.csv", "Day", emulator.KindOther,
			[]string{`lunch.csv: it is no file of a roster; those are school.csv, section.csv, student.csv, studentenrollment.csv, teacher.csv and teacherroster.csv`}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Chdir(folder(t, map[string]string{c.file: c.text}))
			r, err := emulator.Check(c.file)
			require.NoError(t, err)
			require.Len(t, r.Files, 1)
			f := r.Files[0]
			assert.Equal(t, c.kind, f.Kind)
			require.Len(t, f.Problems, len(c.problems), "%v", f.Problems)
			for i, p := range f.Problems {
				assert.Contains(t, p.String(), c.problems[i])
			}
			require.Len(t, f.Warnings, len(c.warnings))
			for i, w := range f.Warnings {
				assert.Equal(t, c.warnings[i], w.String())
			}
			assert.Equal(t, len(c.problems) == 0, r.OK())
		})
	}
}

func TestCheckOfAFolder(t *testing.T) {
	t.Chdir(folder(t, map[string]string{
		"b.yaml": "version: 1", "a.json": payload, "c/fixture.json": `{"version": 1}`, "c/bad.yml": "version: 1\nfoo: 1",
		"package.json": `{"name": "x"}`, "notes.txt": "version: 2",
		".hidden/x.yaml": "a: [", "node_modules/y.yaml": "a: [", "roster/Student.CSV": "", "roster/notes.txt": "", "tables/lunch.csv": "",
	}))
	r, err := emulator.Check(".")
	require.NoError(t, err)
	var got []string
	for _, f := range r.Files {
		got = append(got, f.File+" "+string(f.Kind))
	}
	assert.Equal(t, []string{"a.json profile", "b.yaml scenario", "c/bad.yml scenario", "c/fixture.json fixture", "roster roster"}, got)
	assert.False(t, r.OK())
	_, err = emulator.Check("none")
	assert.EqualError(t, err, "check none: no such file or directory")
}

func TestLoadScenario(t *testing.T) {
	f, err := emulator.LoadScenario("throttled")
	require.NoError(t, err)
	assert.Equal(t, "throttled", f.Name)
	_, err = emulator.LoadScenario("throtled")
	assert.ErrorContains(t, err, `did you mean "throttled"?`)
}

// What a scenario says of objects is held against the documents that are given, by a
// checker, by who only looks, and by a server.
func TestScenariosWithMetadata(t *testing.T) {
	dir := t.TempDir()
	document, file := filepath.Join(dir, "things.csdl"), filepath.Join(dir, "things.yaml")
	require.NoError(t, os.WriteFile(document,
		[]byte(`<edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx"><edmx:DataServices>
<Schema Namespace="microsoft.graph" xmlns="http://docs.oasis-open.org/odata/ns/edm">
 <EntityType Name="thing"><Key><PropertyRef Name="id"/></Key><Property Name="id" Type="Edm.String" Nullable="false"/>
  <Property Name="name" Type="Edm.String"/></EntityType>
 <EntityContainer Name="GraphService"><EntitySet Name="things" EntityType="microsoft.graph.thing"/></EntityContainer>
</Schema></edmx:DataServices></edmx:Edmx>`), 0o600))
	write := func(set string) {
		require.NoError(t, os.WriteFile(file, []byte("version: 1\nlifecycles:\n  - {on: things.create, steps: [{set: {"+set+"}}]}\n"), 0o600))
	}
	write("name: Bolt")
	r, err := emulator.Check(file)
	require.NoError(t, err)
	assert.False(t, r.OK(), "by itself it does not know them")
	_, err = emulator.LoadScenario(file)
	require.ErrorContains(t, err, "things.create")

	c, err := emulator.Checker{}.WithMetadata(document)
	require.NoError(t, err)
	r, err = c.Check(file)
	require.NoError(t, err)
	assert.True(t, r.OK(), r)
	r, err = c.Check(dir)
	require.NoError(t, err)
	assert.True(t, r.OK(), r)
	f, err := emulator.LoadScenario(file, document)
	require.NoError(t, err)
	assert.Equal(t, "things.create", f.Lifecycles[0].Name)
	s, err := emulator.New(emulator.Options{Metadata: []string{document}, Scenario: file})
	require.NoError(t, err)
	require.NoError(t, s.Close())

	write("nmae: Bolt")
	const wrong = `3:46: lifecycles[0].steps[0].set.nmae: thing has no property "nmae"; did you mean name?`
	r, err = c.Check(file)
	require.NoError(t, err)
	require.Len(t, r.Files[0].Problems, 1)
	assert.Equal(t, file+":"+wrong, r.Files[0].Problems[0].String())
	_, err = emulator.LoadScenario(file, document)
	require.ErrorContains(t, err, wrong)
	_, err = emulator.New(emulator.Options{Metadata: []string{document}, Scenario: file})
	require.ErrorContains(t, err, wrong)

	_, err = emulator.Checker{}.WithMetadata(filepath.Join(dir, "none.csdl"))
	require.ErrorContains(t, err, "none.csdl")
	_, err = emulator.LoadScenario(file, filepath.Join(dir, "none.csdl"))
	require.ErrorContains(t, err, "none.csdl")
}

// Objects of a fixture are held against the model, all of them at once, as a start does.
func TestCheckFixtureObjects(t *testing.T) {
	text := `{
  "version": 1, "name": "f", "directory": {"domains": ["x.y"]},
  "entities": {
    "users": [{"displayName": 1}],
    "grups": [],
    "groups": [{"displayName": "a"},
      {"displayName": "b", "mailEnabled": false, "mailNickname": "b", "securityEnabled": true}]
  }
}`
	file := filepath.Join(t.TempDir(), "fixture.json")
	require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	report, err := emulator.Check(file)
	require.NoError(t, err)
	require.Len(t, report.Files, 1)
	var told []string
	for _, p := range report.Files[0].Problems {
		told = append(told, fmt.Sprintf("%d: %s", p.Line, p.Message))
	}
	assert.Equal(t, []string{
		"4: 400 Request_BadRequest: Cannot convert a primitive value to the expected type 'Edm.String'. See the inner exception for more details.",
		`5: "grups": no segment 'grups' here`,
		"6: 400 Request_BadRequest: A value is required for property 'mailEnabled' of resource 'Group'.",
	}, told)

	// So it is in a file that is too large for a scenario, but for the line.
	require.NoError(t, os.WriteFile(file, []byte(text+strings.Repeat(" ", scenario.MaxSize)), 0o600))
	large, err := emulator.Check(file)
	require.NoError(t, err)
	require.Len(t, large.Files[0].Problems, len(told))
	for _, p := range large.Files[0].Problems {
		assert.Zero(t, p.Line)
		assert.Contains(t, strings.Join(told, "\n"), p.Message)
	}
	_, err = emulator.New(emulator.Options{Fixture: file})
	assert.ErrorContains(t, err, "/entities/grups: ")
	assert.ErrorContains(t, err, "/entities/users/0/displayName: ")
}
