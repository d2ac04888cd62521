package azurego

import (
	"net/http"
	"testing"
	"time"

	"github.com/graphemu/graphemu/emulator"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The documented flow to its end, on each way in.
func TestFlow(t *testing.T) {
	for way, o := range map[string]emulator.Options{"memory": {}, "http": {HTTP: "127.0.0.1:0"}, "https": {HTTPS: "127.0.0.1:0"}} {
		t.Run(way, func(t *testing.T) {
			o.Clock = "frozen"
			_, w := open(t, o)
			flow(t, w)
		})
	}
}

// flow takes the roster of testdata from upload to readable users.
func flow(t *testing.T, w world) {
	t.Helper()
	id, c := w.container()
	put(t, c, files(t))
	assert.Empty(t, list[user](w, "users"), "nothing before the sync")
	require.Equal(t, "success", w.synced(id))

	users := list[user](w, "users", "$orderby", "userPrincipalName")
	assert.Equal(t, []string{
		"aoneil@contoso.edu student Åse O'Neil", "bek@contoso.edu student Bo Ek", "canagonye@contoso.edu student Chidi Anagonye",
		"dlevi@contoso.edu student דנה לוי", "esahin@contoso.edu student Elif Şahin",
		"tstone@contoso.edu teacher Tess Stone", "uvogel@contoso.edu teacher Uwe Vogel",
	}, texts(users, func(u user) string { return u.UserPrincipalName + " " + u.PrimaryRole + " " + u.DisplayName }))
	schools := list[school](w, "schools", "$orderby", "externalId")
	assert.Equal(t, []string{"201 Harbour High School", "202 Hillside Élementary"},
		texts(schools, func(s school) string { return s.ExternalID + " " + s.DisplayName }))
	classes := list[class](w, "classes", "$orderby", "externalId")
	require.Equal(t, []string{"301 Algebra, first half", "302 Norwegian 9", "303 Drawing"},
		texts(classes, func(c class) string { return c.ExternalID + " " + c.DisplayName }))
	name := func(u user) string { return u.DisplayName }
	assert.ElementsMatch(t, []string{"Åse O'Neil", "Bo Ek", "Chidi Anagonye", "Tess Stone"},
		texts(list[user](w, "classes/"+classes[0].ID+"/members"), name))
	assert.Equal(t, []string{"Uwe Vogel"}, texts(list[user](w, "classes/"+classes[2].ID+"/teachers"), name))
}

func texts[T any](list []T, text func(T) string) (all []string) {
	for _, e := range list {
		all = append(all, text(e))
	}
	return all
}

// The messages of the roster of testdata: columns that are chosen for sync and
// have gaps, as in Microsoft's own sample.
func TestWarningsDoNotStop(t *testing.T) {
	_, w := open(t, frozen())
	id, c := w.container()
	put(t, c, files(t))
	code, messages := w.start(id)
	assert.Equal(t, http.StatusOK, code)
	assert.Equal(t, []message{
		{"Warning", "student.csv", "4 row(s) have missing data for the field - Middle Name"},
		{"Warning", "student.csv", "2 row(s) have missing data for the field - Graduation Year"},
		{"Warning", "teacher.csv", "2 row(s) have missing data for the field - State ID"},
		{"Warning", "teacher.csv", "2 row(s) have missing data for the field - Status"},
		{"Warning", "teacher.csv", "2 row(s) have missing data for the field - Middle Name"},
		{"Warning", "teacher.csv", "2 row(s) have missing data for the field - Secondary Email"},
		{"Warning", "teacher.csv", "1 row(s) have missing data for the field - Title"},
		{"Warning", "teacher.csv", "2 row(s) have missing data for the field - Qualification"},
	}, messages)
}

// An empty file in the container is found, and so is what is missing.
func TestErrorsStop(t *testing.T) {
	_, w := open(t, frozen())
	id, c := w.container()
	six := files(t)
	six["Student.csv"] = nil
	delete(six, "Teacher.csv")
	put(t, c, six)
	code, messages := w.start(id)
	assert.Equal(t, http.StatusBadRequest, code)
	assert.Subset(t, texts(errorsOf(messages), func(m message) string { return m.FileName }), []string{"student.csv", "teacher.csv"})

	put(t, c, files(t))
	assert.Equal(t, "success", w.synced(id), "put right, it starts")
}

// While a sync extracts or validates there is no URL; what was got before still
// takes files, which the sync does not see.
func TestUploadWhileSyncing(t *testing.T) {
	_, w := open(t, frozen())
	id, c := w.container()
	put(t, c, files(t))
	code, messages := w.start(id)
	require.Equal(t, http.StatusOK, code, messages)
	assert.Equal(t, http.StatusConflict, w.ask("GET", profiles+"/"+id+"/uploadUrl", "").status)
	put(t, c, map[string][]byte{"School.csv": []byte("SIS ID,Name\n201,Renamed\n")})
	w.advance(time.Minute)
	assert.Equal(t, []string{"Harbour High School", "Hillside Élementary"},
		texts(list[school](w, "schools", "$orderby", "externalId"), func(s school) string { return s.DisplayName }))
}

// The ten messages of the documentation, from files that are put there by the SDK.
func TestDocumentedMessages(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, emulator.WriteRoster(dir, documented()))
	_, w := open(t, frozen())
	id, c := w.container()
	putFolder(t, c, dir)
	code, messages := w.start(id)
	assert.Equal(t, http.StatusBadRequest, code)
	assert.Equal(t, ten, messages)
}

func documented() emulator.RosterOptions {
	o := emulator.DocumentedRoster()
	o.Force = true
	return o
}

var ten = []message{
	{"Error", "section.csv", "5 row(s) have missing data for the field - SIS ID"},
	{"Error", "section.csv", "5 row(s) have an invalid format for the field - SIS ID"},
	{"Warning", "student.csv", "3 duplicates found in column SIS ID which requires values to be Unique."},
	{"Warning", "student.csv", "3 duplicates found in column Username which requires values to be Unique."},
	{"Error", "studentenrollment.csv", "125 row(s) have referenced data not found in source. Field - Section SIS ID"},
	{"Error", "studentenrollment.csv", "35 row(s) have referenced data not found in source. Field - SIS ID"},
	{"Warning", "teacher.csv", "3 duplicates found in column SIS ID which requires values to be Unique."},
	{"Warning", "teacher.csv", "3 duplicates found in column Username which requires values to be Unique."},
	{"Error", "teacherroster.csv", "10 row(s) have referenced data not found in source. Field - Section SIS ID"},
	{"Error", "teacherroster.csv", "91 row(s) have referenced data not found in source. Field - SIS ID"},
}

// The fixture has the same files, put there by nobody.
func TestDocumentedFixture(t *testing.T) {
	_, w := open(t, emulator.Options{Clock: "frozen", Fixture: "district-flawed"})
	var got struct{ Value []struct{ ID string } }
	w.ask("GET", profiles, "").into(http.StatusOK, &got)
	require.Len(t, got.Value, 1)
	code, messages := w.start(got.Value[0].ID)
	assert.Equal(t, http.StatusBadRequest, code)
	assert.Equal(t, ten, messages)
}
