package rig

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Container is a provisioned CSV profile with its upload URL.
func (g *Rig) Container(t *testing.T) (id, to string) {
	t.Helper()
	id = g.Provisioned(t, CSVBody("North"))
	a := g.Found(t, At(id)+"/uploadUrl")
	return id, a.Text("value")
}

// Storage makes a call on a blob or, with name "", on the container.
func (g *Rig) Storage(t *testing.T, method, to, name, options, body string, headers ...string) Answer {
	t.Helper()
	base, sas, ok := strings.Cut(to, "?")
	require.True(t, ok)
	if name != "" {
		base += "/" + url.PathEscape(name)
	}
	return g.Send(t, method, base+"?"+options+"&"+sas, body,
		append([]string{"Authorization:", "Content-Type: application/octet-stream"}, headers...)...)
}

// BlockID is the id of block n, as a query has it.
func BlockID(n int) string {
	return url.QueryEscape(base64.StdEncoding.EncodeToString([]byte(fmt.Sprintf("block-%04d", n))))
}

// SmallRoster is a roster of one school, two classes, three students and a teacher.
var SmallRoster = map[string]string{
	"School.csv": "SIS ID,Name,City\nS1,North Elementary,Oslo\n",
	"Section.csv": "SIS ID,School SIS ID,Section Name,Term Name,Course Number,Periods\n" +
		"C1,S1,Maths 1,Spring,M1,1\nC2,S1,Art 1,Spring,A1,2\n",
	"Student.csv": "SIS ID,School SIS ID,Username,First Name,Last Name,Password\n" +
		"1,S1,ada,Ada,Lovelace,pl4nted\n2,S1,bo,Bo,Ek,x\n3,S1,cy,Cy,Young,x\n",
	"Teacher.csv":           "SIS ID,School SIS ID,Username,First Name,Last Name,Password\nT1,S1,tess,Tess,Stone,x\n",
	"StudentEnrollment.csv": "Section SIS ID,SIS ID\nC1,1\nC1,2\nC2,3\n",
	"TeacherRoster.csv":     "Section SIS ID,SIS ID\nC1,T1\nC2,T1\n",
}

// Put uploads a file to where uploadUrl said, as a client with no SDK does.
func (g *Rig) Put(t *testing.T, uploadURL, name, content string, headers ...string) Answer {
	t.Helper()
	base, sas, ok := strings.Cut(uploadURL, "?")
	require.True(t, ok, uploadURL)
	return g.Send(t, "PUT", base+"/"+url.PathEscape(name)+"?"+sas, content,
		append([]string{"x-ms-blob-type: BlockBlob", "Content-Type: text/csv", "Authorization:"}, headers...)...)
}

// Uploaded makes a provisioned profile with these files.
func (g *Rig) Uploaded(t *testing.T, body string, files map[string]string) (id string) {
	t.Helper()
	id = g.Provisioned(t, body)
	to := g.Get(t, At(id)+"/uploadUrl").Text("value") // 200 or 201, variant uploadUrlStatus
	for name, content := range files {
		a := g.Put(t, to, name, content)
		require.Equal(t, 201, a.Status, a.Body)
	}
	return id
}
