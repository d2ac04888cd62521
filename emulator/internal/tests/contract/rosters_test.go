package emulator_test

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
)

// small is a roster of one school, two classes, three students and a teacher.
var small = map[string]string{
	"School.csv":            "SIS ID,Name,City\nS1,North Elementary,Oslo\n",
	"Section.csv":           "SIS ID,School SIS ID,Section Name,Term Name,Course Number,Periods\nC1,S1,Maths 1,Spring,M1,1\nC2,S1,Art 1,Spring,A1,2\n",
	"Student.csv":           "SIS ID,School SIS ID,Username,First Name,Last Name,Password\n1,S1,ada,Ada,Lovelace,pl4nted\n2,S1,bo,Bo,Ek,x\n3,S1,cy,Cy,Young,x\n",
	"Teacher.csv":           "SIS ID,School SIS ID,Username,First Name,Last Name,Password\nT1,S1,tess,Tess,Stone,x\n",
	"StudentEnrollment.csv": "Section SIS ID,SIS ID\nC1,1\nC1,2\nC2,3\n",
	"TeacherRoster.csv":     "Section SIS ID,SIS ID\nC1,T1\nC2,T1\n",
}

// put uploads a file to where uploadUrl said, as a client with no SDK does.
func (g *rig) put(t *testing.T, uploadURL, name, content string, headers ...string) answer {
	t.Helper()
	base, sas, ok := strings.Cut(uploadURL, "?")
	require.True(t, ok, uploadURL)
	return g.send(t, "PUT", base+"/"+url.PathEscape(name)+"?"+sas, content, append([]string{"x-ms-blob-type: BlockBlob", "Content-Type: text/csv", "Authorization:"}, headers...)...)
}

// uploaded makes a provisioned profile with these files.
func (g *rig) uploaded(t *testing.T, body string, files map[string]string) (id string) {
	t.Helper()
	id = g.provisioned(t, body)
	to := g.get(t, at(id)+"/uploadUrl").text("value") // 200 or 201, variant uploadUrlStatus
	for name, content := range files {
		a := g.put(t, to, name, content)
		require.Equal(t, 201, a.status, a.body)
	}
	return id
}

// The documented flow to its end: files, messages, progress, objects.
func TestRostersToTheEnd(t *testing.T) {
	for way, o := range map[string]emulator.Options{"memory": {}, "tcp": {HTTP: "127.0.0.1:0"}, "tls": {HTTPS: "127.0.0.1:0"}} {
		t.Run(way, func(t *testing.T) {
			g := newRig(t, o)
			id := g.uploaded(t, csvBody("North"), small)
			assert.Empty(t, g.found(t, "/education/schools").json("value").Array(), "nothing before the sync")
			a := g.post(t, at(id)+"/start", "")
			require.Equal(t, 200, a.status, a.body)
			for _, m := range a.json("value").Array() {
				assert.NotEqual(t, "Error", m.Get("type").String(), m.Raw)
			}
			assert.Equal(t, "extracting", g.status(t, id))
			assert.Equal(t, 409, g.get(t, at(id)+"/uploadUrl").status, "while a request is processed")
			g.advance(t, 3*time.Second)
			assert.Equal(t, "inProgress", g.status(t, id))
			assert.Empty(t, g.found(t, "/education/classes").json("value").Array(), "nothing before its end")
			require.Equal(t, 200, g.post(t, at(id)+"/pause", "").status)
			g.advance(t, time.Hour)
			assert.Empty(t, g.found(t, "/education/classes").json("value").Array(), "a pause holds it")
			require.Equal(t, 200, g.post(t, at(id)+"/resume", "").status)
			g.advance(t, 2*time.Second)
			assert.Equal(t, "success", g.status(t, id))

			school := g.found(t, "/education/schools").json("value.0")
			assert.Equal(t, "North Elementary", school.Get("displayName").String())
			assert.Equal(t, "S1", school.Get("externalId").String())
			classes := g.found(t, "/education/classes"+query("$orderby", "displayName"))
			assert.Equal(t, []string{"Art 1", "Maths 1"}, classes.names())
			students := g.found(t, "/education/users"+query("$filter", "primaryRole eq 'student'", "$count", "true"))
			assert.EqualValues(t, 3, students.json("@odata.count").Int())
			assert.Contains(t, students.texts("value.#.userPrincipalName"), "ada@contoso.edu")
			maths := classes.json("value.1.id").String()
			assert.Len(t, g.found(t, "/education/classes/"+maths+"/members").json("value").Array(), 3)
			assert.Len(t, g.found(t, "/education/classes/"+maths+"/teachers").json("value").Array(), 1)
			assert.Equal(t, "2", g.found(t, "/education/schools/"+school.Get("id").String()+"/classes/$count").body)
			assert.NotContains(t, g.found(t, "/education/users").body, "pl4nted", "passwords stay where they are")
			assert.Equal(t, 405, g.send(t, "POST", "/education/schools", `{"displayName":"x"}`).status)

			// A later run is a delta: ids stay, memberships go, a display name stays.
			to := g.found(t, at(id)+"/uploadUrl").text("value")
			require.Equal(t, 201, g.put(t, to, "StudentEnrollment.csv", "Section SIS ID,SIS ID\nC2,3\n").status)
			require.Equal(t, 201, g.put(t, to, "School.csv", "SIS ID,Name,City\nS1,Renamed,Bergen\n").status)
			require.Equal(t, 200, g.post(t, at(id)+"/start", "").status)
			g.advance(t, time.Minute)
			again := g.found(t, "/education/schools").json("value.0")
			assert.Equal(t, school.Get("id").String(), again.Get("id").String())
			assert.Equal(t, "North Elementary", again.Get("displayName").String())
			assert.Equal(t, "Bergen", again.Get("address.city").String())
			assert.Len(t, g.found(t, "/education/classes/"+maths+"/members").json("value").Array(), 1, "the teacher")

			// Reset starts over and keeps what there is.
			require.Equal(t, 200, g.post(t, at(id)+"/reset", "").status)
			assert.Len(t, g.found(t, "/education/users").json("value").Array(), 4)
			g.advance(t, time.Minute)
			assert.Equal(t, "success", g.status(t, id))
		})
	}
}

// What is wrong with the files is told as the service told it, and its rows through
// the control API; nothing is synchronised.
func TestRostersWithErrors(t *testing.T) {
	g := newRig(t)
	files := map[string]string{}
	for name, content := range small {
		files[name] = content
	}
	files["StudentEnrollment.csv"] += "C9,1\nC9,2\nC1,77\n"
	id := g.uploaded(t, csvBody("North"), files)
	assert.Equal(t, 404, g.ask(t, "GET", "worlds/default/profiles/"+id+"/verification", "").status)
	a := g.post(t, at(id)+"/start", "")
	require.Equal(t, 400, a.status, a.body)
	assert.Contains(t, a.texts("value.#.description"), "2 row(s) have referenced data not found in source. Field - Section SIS ID")
	assert.Contains(t, a.texts("value.#.description"), "1 row(s) have referenced data not found in source. Field - SIS ID")
	told := g.ask(t, "GET", "worlds/default/profiles/"+id+"/verification", "")
	require.Equal(t, 200, told.status, told.body)
	var lines []int64
	told.json("messages").ForEach(func(_, m gjson.Result) bool {
		if m.Get("type").String() == "Error" {
			for _, r := range m.Get("rows").Array() {
				lines = append(lines, r.Get("line").Int())
			}
		}
		return true
	})
	assert.Equal(t, []int64{5, 6, 7}, lines)
	g.advance(t, time.Hour)
	assert.Equal(t, "paused", g.status(t, id))
	assert.Empty(t, g.found(t, "/education/users").json("value").Array())
}

// Matching finds accounts of the directory; who is not there is a sync error.
func TestRostersByMatching(t *testing.T) {
	g := newRig(t, emulator.Options{Fixture: "contoso"})
	var files = map[string]string{}
	for name, content := range small {
		files[name] = content
	}
	files["Student.csv"] = "SIS ID,School SIS ID,Username\n1,S1,ora.klein\n2,S1,nobody\n3,S1,beulah.mcmillan\n"
	files["Teacher.csv"] = "SIS ID,School SIS ID,Username\nT1,S1,florence.stark@contoso.edu\n"
	matching := strings.ReplaceAll(identityMatching, "testschool.edu", "contoso.edu")
	id := g.uploaded(t, body("Matched", csv, matching), files)
	require.Equal(t, 200, g.post(t, at(id)+"/start", "").status)
	g.advance(t, time.Minute)
	assert.Equal(t, "error", g.status(t, id))
	errors := g.found(t, at(id)+"/errors")
	assert.Contains(t, errors.texts("value.#.errorMessage"),
		"Student cannot be updated as no matching entry in Active Directory was found for Student.  Verify the identity matching criteria for the profile.")
	assert.Contains(t, errors.texts("value.#.errorCode"), "UnsynchronizableChange")
}

// Microsoft's sample of the least columns finds everybody in the fixture contoso.
func TestSampleByMatching(t *testing.T) {
	g := newRig(t, emulator.Options{Fixture: "contoso"})
	samples := os.DirFS("internal/workloads/sds/roster/testdata/min-required")
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
	id := g.uploaded(t, body("Sample", csv, matching), files)
	require.Equal(t, 200, g.post(t, at(id)+"/start", "").status)
	g.advance(t, time.Minute)
	assert.Equal(t, "success", g.status(t, id))
	assert.Len(t, g.found(t, "/education/users").json("value").Array(), 24)
}

// The files of a profile that is gone leave their room to those of the next.
func TestDeletedProfilesLeaveRoom(t *testing.T) {
	g := newRig(t, emulator.Options{Limits: emulator.Limits{Uploads: 64 << 10}})
	file := map[string]string{"School.csv": strings.Repeat("a", 40<<10)}
	for range 3 {
		id := g.uploaded(t, csvBody("North"), file)
		require.Equal(t, 202, g.send(t, "DELETE", at(id), "").status)
		g.advance(t, time.Minute)
	}
}

// Blocks that nobody committed go with their SAS at the next call of any kind, not
// only at the next upload.
func TestUncommittedBlocksGo(t *testing.T) {
	g := newRig(t, emulator.Options{})
	id := g.provisioned(t, csvBody("North"))
	base, sas, _ := strings.Cut(g.found(t, at(id)+"/uploadUrl").text("value"), "?")
	require.Equal(t, 201, g.send(t, "PUT", base+"/school.csv?comp=block&blockid=MDAx&"+sas, strings.Repeat("a", 999), "Authorization:").status)
	blocks := func() (n int) {
		state, err := g.World().Snapshot()
		require.NoError(t, err)
		return strings.Count(string(state), `"expires"`)
	}
	assert.Equal(t, 1, blocks())
	g.advance(t, 2*time.Hour)
	g.found(t, at(id))
	assert.Equal(t, 0, blocks())
}

// Faults strike uploads in the storage account's own words, and the journal has
// them.
func TestFaultsOnUploads(t *testing.T) {
	g := play(t, "faults:\n  - {name: busy, operation: upload.putBlob, calls: first 1, respond: {status: 503, retryAfter: 2s}}\n")
	id := g.provisioned(t, csvBody("North"))
	to := g.found(t, at(id)+"/uploadUrl").text("value")
	a := g.put(t, to, "school.csv", "SIS ID,Name\n")
	assert.Equal(t, 503, a.status)
	assert.Equal(t, "ServerBusy", a.header.Get("x-ms-error-code"))
	assert.Contains(t, a.body, "<Code>ServerBusy</Code>")
	assert.Equal(t, "2", a.header.Get("Retry-After"))
	assert.NotEmpty(t, a.header.Get("x-graphemu-explain"))
	assert.Equal(t, 201, g.put(t, to, "school.csv", "SIS ID,Name\n").status)
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
	g := newRig(t)
	id := g.provisioned(t, csvBody("North"))
	to := g.found(t, at(id)+"/uploadUrl").text("value")
	u, err := url.Parse(to)
	require.NoError(t, err)
	assert.Equal(t, "127.0.0.1", u.Hostname(), "a localhost becomes an address, which the SDKs know the path style of")
	assert.Equal(t, "/sdsstorage/"+id, u.Path)
	assert.Equal(t, "w", u.Query().Get("sp"))
	assert.Equal(t, 201, g.put(t, to, "school.csv", "x").status)
	assert.Equal(t, 403, g.put(t, strings.Replace(to, "sig=", "sig=A", 1), "school.csv", "x").status)
	assert.Equal(t, 403, g.put(t, strings.Replace(to, id, "00000000-0000-4000-8000-000000000000", 1), "school.csv", "x").status)
	assert.Equal(t, 403, g.send(t, "GET", to+"&restype=container&comp=list", "", "Authorization:").status, "write only")
	g.advance(t, time.Hour+time.Second)
	a := g.put(t, to, "school.csv", "x")
	assert.Equal(t, 403, a.status)
	assert.Equal(t, "AuthenticationFailed", a.header.Get("x-ms-error-code"))
	assert.Equal(t, http.StatusCreated, newRig(t, emulator.Options{Variants: map[string]string{"uploadUrlStatus": "201"}, Fixture: "one"}).uploadStatus(t))
	api := g.provisioned(t, powerSchoolBody("API"))
	wantError(t, g.get(t, at(api)+"/uploadUrl"), 400, "BadRequest", g.get(t, at(api)+"/uploadUrl").text("error.message"))
}

func (g *rig) uploadStatus(t *testing.T) int {
	return g.get(t, at(g.World().Profiles()[0].ID)+"/uploadUrl").status
}

// The fixture district-flawed gives exactly the documented ten messages, in their
// order; district gives none, and synchronises.
func TestDistrictFixtures(t *testing.T) {
	g := newRig(t, emulator.Options{Fixture: "district-flawed"})
	a := g.post(t, at(g.World().Profiles()[0].ID)+"/start", "")
	require.Equal(t, 400, a.status)
	var told []string
	for _, m := range a.json("value").Array() {
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

	clean := newRig(t, emulator.Options{Fixture: "district"})
	id := clean.World().Profiles()[0].ID
	a = clean.post(t, at(id)+"/start", "")
	require.Equal(t, 200, a.status, a.body)
	assert.Empty(t, a.json("value").Array())
	clean.advance(t, time.Minute)
	assert.Equal(t, "success", clean.status(t, id), clean.get(t, at(id)+"/errors").body)
	assert.NotEmpty(t, clean.found(t, "/education/users").json("value").Array())
}

// A request that does not say how long its body is would be taken for an empty file.
func TestUploadWithoutALength(t *testing.T) {
	g := newRig(t, emulator.Options{HTTP: "127.0.0.1:0"})
	id := g.provisioned(t, csvBody("North"))
	to, err := url.Parse(g.found(t, at(id)+"/uploadUrl").text("value"))
	require.NoError(t, err)
	for version, want := range map[string]string{"1.0": "411", "1.1": "411"} {
		got := g.exchange(t, "PUT "+to.Path+"/school.csv?"+to.RawQuery+" HTTP/"+version+"\r\nHost: "+to.Host+"\r\nx-ms-blob-type: BlockBlob\r\nConnection: close\r\n\r\n")
		assert.Contains(t, got, " "+want+" ", version)
		assert.Contains(t, got, "MissingContentLengthHeader", version)
	}
	got := g.exchange(t, "PUT "+to.Path+"/school.csv?"+to.RawQuery+" HTTP/1.1\r\nHost: "+to.Host+"\r\nx-ms-blob-type: BlockBlob\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
	assert.Contains(t, got, " 201 ")
}
