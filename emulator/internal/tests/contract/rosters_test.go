package contract

import (
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/internal/tests/rig"
)

// The documented flow to its end: files, messages, progress, objects.
func TestRostersToTheEnd(t *testing.T) {
	for way, o := range map[string]emulator.Options{"memory": {}, "tcp": {HTTP: "127.0.0.1:0"}, "tls": {HTTPS: "127.0.0.1:0"}} {
		t.Run(way, func(t *testing.T) {
			g := rig.New(t, o)
			id := g.Uploaded(t, rig.CSVBody("North"), rig.SmallRoster)
			assert.Empty(t, g.Found(t, "/education/schools").JSON("value").Array(), "nothing before the sync")
			a := g.Post(t, rig.At(id)+"/start", "")
			require.Equal(t, 200, a.Status, a.Body)
			for _, m := range a.JSON("value").Array() {
				assert.NotEqual(t, "Error", m.Get("type").String(), m.Raw)
			}
			assert.Equal(t, "extracting", g.Status(t, id))
			assert.Equal(t, 409, g.Get(t, rig.At(id)+"/uploadUrl").Status, "while a request is processed")
			g.Advance(t, 3*time.Second)
			assert.Equal(t, "inProgress", g.Status(t, id))
			assert.Empty(t, g.Found(t, "/education/classes").JSON("value").Array(), "nothing before its end")
			require.Equal(t, 200, g.Post(t, rig.At(id)+"/pause", "").Status)
			g.Advance(t, time.Hour)
			assert.Empty(t, g.Found(t, "/education/classes").JSON("value").Array(), "a pause holds it")
			require.Equal(t, 200, g.Post(t, rig.At(id)+"/resume", "").Status)
			g.Advance(t, 2*time.Second)
			assert.Equal(t, "success", g.Status(t, id))

			school := g.Found(t, "/education/schools").JSON("value.0")
			assert.Equal(t, "North Elementary", school.Get("displayName").String())
			assert.Equal(t, "S1", school.Get("externalId").String())
			classes := g.Found(t, "/education/classes"+rig.Query("$orderby", "displayName"))
			assert.Equal(t, []string{"Art 1", "Maths 1"}, classes.Names())
			students := g.Found(t, "/education/users"+rig.Query("$filter", "primaryRole eq 'student'", "$count", "true"))
			assert.EqualValues(t, 3, students.JSON("@odata.count").Int())
			assert.Contains(t, students.Texts("value.#.userPrincipalName"), "ada@contoso.edu")
			maths := classes.JSON("value.1.id").String()
			assert.Len(t, g.Found(t, "/education/classes/"+maths+"/members").JSON("value").Array(), 3)
			assert.Len(t, g.Found(t, "/education/classes/"+maths+"/teachers").JSON("value").Array(), 1)
			assert.Equal(t, "2", g.Found(t, "/education/schools/"+school.Get("id").String()+"/classes/$count").Body)
			assert.NotContains(t, g.Found(t, "/education/users").Body, "pl4nted", "passwords stay where they are")

			// A later run is a delta: ids stay, memberships go, a display name stays.
			to := g.Found(t, rig.At(id)+"/uploadUrl").Text("value")
			require.Equal(t, 201, g.Put(t, to, "StudentEnrollment.csv", "Section SIS ID,SIS ID\nC2,3\n").Status)
			require.Equal(t, 201, g.Put(t, to, "School.csv", "SIS ID,Name,City\nS1,Renamed,Bergen\n").Status)
			require.Equal(t, 200, g.Post(t, rig.At(id)+"/start", "").Status)
			g.Advance(t, time.Minute)
			again := g.Found(t, "/education/schools").JSON("value.0")
			assert.Equal(t, school.Get("id").String(), again.Get("id").String())
			assert.Equal(t, "North Elementary", again.Get("displayName").String())
			assert.Equal(t, "Bergen", again.Get("address.city").String())
			assert.Len(t, g.Found(t, "/education/classes/"+maths+"/members").JSON("value").Array(), 1, "the teacher")

			// Reset starts over and keeps what there is.
			require.Equal(t, 200, g.Post(t, rig.At(id)+"/reset", "").Status)
			assert.Len(t, g.Found(t, "/education/users").JSON("value").Array(), 4)
			g.Advance(t, time.Minute)
			assert.Equal(t, "success", g.Status(t, id))
		})
	}
}

// What is wrong with the files is told as the service told it, and its rows through
// the control API; nothing is synchronised.
func TestRostersWithErrors(t *testing.T) {
	g := rig.New(t)
	files := map[string]string{}
	for name, content := range rig.SmallRoster {
		files[name] = content
	}
	files["StudentEnrollment.csv"] += "C9,1\nC9,2\nC1,77\n"
	id := g.Uploaded(t, rig.CSVBody("North"), files)
	assert.Equal(t, 404, g.Control(t, "GET", "worlds/default/profiles/"+id+"/verification", "").Status)
	a := g.Post(t, rig.At(id)+"/start", "")
	require.Equal(t, 400, a.Status, a.Body)
	assert.Contains(t, a.Texts("value.#.description"), "2 row(s) have referenced data not found in source. Field - Section SIS ID")
	assert.Contains(t, a.Texts("value.#.description"), "1 row(s) have referenced data not found in source. Field - SIS ID")
	told := g.Control(t, "GET", "worlds/default/profiles/"+id+"/verification", "")
	require.Equal(t, 200, told.Status, told.Body)
	var lines []int64
	told.JSON("messages").ForEach(func(_, m gjson.Result) bool {
		if m.Get("type").String() == "Error" {
			for _, r := range m.Get("rows").Array() {
				lines = append(lines, r.Get("line").Int())
			}
		}
		return true
	})
	assert.Equal(t, []int64{5, 6, 7}, lines)
	g.Advance(t, time.Hour)
	assert.Equal(t, "paused", g.Status(t, id))
	assert.Empty(t, g.Found(t, "/education/users").JSON("value").Array())
}

// Matching finds accounts of the directory; who is not there is a sync error.
func TestRostersByMatching(t *testing.T) {
	g := rig.New(t, emulator.Options{Fixture: "contoso"})
	var files = map[string]string{}
	for name, content := range rig.SmallRoster {
		files[name] = content
	}
	files["Student.csv"] = "SIS ID,School SIS ID,Username\n1,S1,ora.klein\n2,S1,nobody\n3,S1,beulah.mcmillan\n"
	files["Teacher.csv"] = "SIS ID,School SIS ID,Username\nT1,S1,florence.stark@contoso.edu\n"
	matching := strings.ReplaceAll(rig.IdentityMatching, "testschool.edu", "contoso.edu")
	id := g.Uploaded(t, rig.ProfileBody("Matched", rig.CSV, matching), files)
	require.Equal(t, 200, g.Post(t, rig.At(id)+"/start", "").Status)
	g.Advance(t, time.Minute)
	assert.Equal(t, "error", g.Status(t, id))
	errors := g.Found(t, rig.At(id)+"/errors")
	assert.Contains(t, errors.Texts("value.#.errorMessage"),
		"Student cannot be updated as no matching entry in Active Directory was found for Student.  Verify the identity matching criteria for the profile.")
	assert.Contains(t, errors.Texts("value.#.errorCode"), "UnsynchronizableChange")
}

// Microsoft's sample of the least columns finds everybody in the fixture contoso.
func TestSampleByMatching(t *testing.T) {
	g := rig.New(t, emulator.Options{Fixture: "contoso"})
	samples := os.DirFS("../../workloads/sds/roster/testdata/min-required")
	files := map[string]string{}
	names, err := fs.Glob(samples, "*.csv")
	require.NoError(t, err)
	for _, name := range names {
		content, err := fs.ReadFile(samples, name)
		require.NoError(t, err)
		files[name] = string(content)
	}
	matching := `{"@odata.type": "#microsoft.graph.educationIdentityMatchingConfiguration", "matchingOptions": [
		{"appliesTo": "student", "sourcePropertyName": "Username", "targetPropertyName": "userPrincipalName", "targetDomain": "contoso.edu"},
		{"appliesTo": "teacher", "sourcePropertyName": "Username", "targetPropertyName": "mailNickname", "targetDomain": null}]}`
	id := g.Uploaded(t, rig.ProfileBody("Sample", rig.CSV, matching), files)
	require.Equal(t, 200, g.Post(t, rig.At(id)+"/start", "").Status)
	g.Advance(t, time.Minute)
	assert.Equal(t, "success", g.Status(t, id))
	assert.Len(t, g.Found(t, "/education/users").JSON("value").Array(), 24)
}

// The files of a profile that is gone leave their room to those of the next.
func TestDeletedProfilesLeaveRoom(t *testing.T) {
	g := rig.New(t, emulator.Options{Limits: emulator.Limits{Uploads: 64 << 10}})
	file := map[string]string{"School.csv": strings.Repeat("a", 40<<10)}
	for range 3 {
		id := g.Uploaded(t, rig.CSVBody("North"), file)
		require.Equal(t, 202, g.Send(t, "DELETE", rig.At(id), "").Status)
		g.Advance(t, time.Minute)
	}
}

// Blocks that nobody committed go with their SAS at the next call of any kind, not
// only at the next upload.
func TestUncommittedBlocksGo(t *testing.T) {
	g := rig.New(t, emulator.Options{})
	id := g.Provisioned(t, rig.CSVBody("North"))
	base, sas, _ := strings.Cut(g.Found(t, rig.At(id)+"/uploadUrl").Text("value"), "?")
	require.Equal(t, 201, g.Send(t, "PUT", base+"/school.csv?comp=block&blockid=MDAx&"+sas, strings.Repeat("a", 999), "Authorization:").Status)
	blocks := func() (n int) {
		state, err := g.World().Snapshot()
		require.NoError(t, err)
		return strings.Count(string(state), `"expires"`)
	}
	assert.Equal(t, 1, blocks())
	g.Advance(t, 2*time.Hour)
	g.Found(t, rig.At(id))
	assert.Equal(t, 0, blocks())
}

// Faults strike uploads in the storage account's own words, and the journal has
// them.
func TestFaultsOnUploads(t *testing.T) {
	g := rig.WithScenario(t, "faults:\n  - {name: busy, operation: upload.putBlob, calls: first 1, respond: {status: 503, retryAfter: 2s}}\n")
	id := g.Provisioned(t, rig.CSVBody("North"))
	to := g.Found(t, rig.At(id)+"/uploadUrl").Text("value")
	a := g.Put(t, to, "school.csv", "SIS ID,Name\n")
	assert.Equal(t, 503, a.Status)
	assert.Equal(t, "ServerBusy", a.Header.Get("x-ms-error-code"))
	assert.Contains(t, a.Body, "<Code>ServerBusy</Code>")
	assert.Equal(t, "2", a.Header.Get("Retry-After"))
	assert.NotEmpty(t, a.Header.Get("x-graphemu-explain"))
	assert.Equal(t, 201, g.Put(t, to, "school.csv", "SIS ID,Name\n").Status)
	e := g.World().Journal().Requests("upload.putBlob")
	require.Len(t, e, 2)
	assert.Equal(t, "busy", e[0].Detail.Fault.Rule)
	assert.Equal(t, id, e[0].Profile)
	assert.NotContains(t, e[0].Query, sig(t, to), "the signature is a secret")
	assert.Empty(t, e[1].RequestBody)
	assert.EqualValues(t, 12, e[1].RequestBytes)
}

func sig(t *testing.T, uploadURL string) string {
	u, err := url.Parse(uploadURL)
	require.NoError(t, err)
	s := u.Query().Get("sig")
	require.NotEmpty(t, s)
	return url.QueryEscape(s)
}

// A URL is good for its own world, its own container and an hour.
func TestUploadURLs(t *testing.T) {
	g := rig.New(t)
	id := g.Provisioned(t, rig.CSVBody("North"))
	to := g.Found(t, rig.At(id)+"/uploadUrl").Text("value")
	u, err := url.Parse(to)
	require.NoError(t, err)
	assert.Equal(t, "127.0.0.1", u.Hostname(), "a localhost becomes an address, which the SDKs know the path style of")
	assert.Equal(t, "/sdsstorage/"+id, u.Path)
	assert.Equal(t, "w", u.Query().Get("sp"))
	assert.Equal(t, 201, g.Put(t, to, "school.csv", "x").Status)
	assert.Equal(t, 403, g.Put(t, strings.Replace(to, "sig=", "sig=A", 1), "school.csv", "x").Status)
	assert.Equal(t, 403, g.Put(t, strings.Replace(to, id, "00000000-0000-4000-8000-000000000000", 1), "school.csv", "x").Status)
	assert.Equal(t, 403, g.Send(t, "GET", to+"&restype=container&comp=list", "", "Authorization:").Status, "write only")
	g.Advance(t, time.Hour+time.Second)
	a := g.Put(t, to, "school.csv", "x")
	assert.Equal(t, 403, a.Status)
	assert.Equal(t, "AuthenticationFailed", a.Header.Get("x-ms-error-code"))
	assert.Equal(t, http.StatusCreated,
		uploadStatus(t, rig.New(t, emulator.Options{Variants: map[string]string{"uploadUrlStatus": "201"}, Fixture: "one"})))
	api := g.Provisioned(t, rig.PowerSchoolBody("API"))
	rig.WantError(t, g.Get(t, rig.At(api)+"/uploadUrl"), 400, "BadRequest", g.Get(t, rig.At(api)+"/uploadUrl").Text("error.message"))
}

func uploadStatus(t *testing.T, g *rig.Rig) int {
	return g.Get(t, rig.At(g.World().Profiles()[0].ID)+"/uploadUrl").Status
}

// The fixture district-flawed gives exactly the documented ten messages, in their
// order; district gives none, and synchronises.
func TestDistrictFixtures(t *testing.T) {
	g := rig.New(t, emulator.Options{Fixture: "district-flawed"})
	a := g.Post(t, rig.At(g.World().Profiles()[0].ID)+"/start", "")
	require.Equal(t, 400, a.Status)
	var told []string
	for _, m := range a.JSON("value").Array() {
		told = append(told, m.Get("type").String()+" "+m.Get("fileName").String()+" "+m.Get("description").String())
	}
	// Documented: the example of the start page.
	assert.Equal(t, []string{
		"Error section.csv 5 row(s) have missing data for the field - SIS ID",
		"Error section.csv 5 row(s) have an invalid format for the field - SIS ID",
		"Warning student.csv 3 duplicates found in column SIS ID which requires values to be Unique.",
		"Warning student.csv 3 duplicates found in column Username which requires values to be Unique.",
		"Error studentenrollment.csv 125 row(s) have referenced data not found in source. Field - Section SIS ID",
		"Error studentenrollment.csv 35 row(s) have referenced data not found in source. Field - SIS ID",
		"Warning teacher.csv 3 duplicates found in column SIS ID which requires values to be Unique.",
		"Warning teacher.csv 3 duplicates found in column Username which requires values to be Unique.",
		"Error teacherroster.csv 10 row(s) have referenced data not found in source. Field - Section SIS ID",
		"Error teacherroster.csv 91 row(s) have referenced data not found in source. Field - SIS ID",
	}, told)

	clean := rig.New(t, emulator.Options{Fixture: "district"})
	id := clean.World().Profiles()[0].ID
	a = clean.Post(t, rig.At(id)+"/start", "")
	require.Equal(t, 200, a.Status, a.Body)
	assert.Empty(t, a.JSON("value").Array())
	clean.Advance(t, time.Minute)
	assert.Equal(t, "success", clean.Status(t, id), clean.Get(t, rig.At(id)+"/errors").Body)
	assert.NotEmpty(t, clean.Found(t, "/education/users").JSON("value").Array())
}

// A request that does not say how long its body is would be taken for an empty file.
func TestUploadWithoutALength(t *testing.T) {
	g := rig.New(t, emulator.Options{HTTP: "127.0.0.1:0"})
	id := g.Provisioned(t, rig.CSVBody("North"))
	to, err := url.Parse(g.Found(t, rig.At(id)+"/uploadUrl").Text("value"))
	require.NoError(t, err)
	for version, want := range map[string]string{"1.0": "411", "1.1": "411"} {
		got := g.Exchange(t,
			"PUT "+to.Path+"/school.csv?"+to.RawQuery+" HTTP/"+version+"\r\nHost: "+to.Host+
				"\r\nx-ms-blob-type: BlockBlob\r\nConnection: close\r\n\r\n")
		assert.Contains(t, got, " "+want+" ", version)
		assert.Contains(t, got, "MissingContentLengthHeader", version)
	}
	got := g.Exchange(t,
		"PUT "+to.Path+"/school.csv?"+to.RawQuery+" HTTP/1.1\r\nHost: "+to.Host+
			"\r\nx-ms-blob-type: BlockBlob\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
	assert.Contains(t, got, " 201 ")
}
