package storage

import (
	"encoding/xml"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Whatever the service has, asked for with a container's own SAS, is answered in
// its XML: done, or refused by a code of the service.
func TestEveryResourceIsAnswered(t *testing.T) {
	g := newRig(t, Limits{})
	wantCode(t, g.put(t, "a.csv", "x"), 201, "")
	paths := map[level]string{onAccount: "?", onContainer: box + "?", onBlob: box + "/a.csv?"}
	told := map[string]bool{preflight: true, putAppendBlob: true, putPageBlob: true, putBlobURL: true, putBlockURL: true} // by their headers
	for at, methods := range operations {
		for method, operation := range methods {
			told[operation] = true
			path := paths[at.level] + "restype=" + at.restype + "&comp=" + at.comp + "&blockid=YQ%3D%3D&"
			t.Run(method+" "+path, func(t *testing.T) {
				a := g.do(t, method, path+g.sas, "<BlockList/>", "x-ms-blob-type", "BlockBlob")
				assert.Equal(t, operation, Parse(a.Request).Operation)
				code := a.Header.Get("X-Ms-Error-Code")
				switch {
				case slices.Contains([]string{putBlob, putBlock, putBlockList}, operation):
					assert.Equal(t, 201, a.StatusCode, a.body)
				case at.level == onAccount:
					assert.Equal(t, []any{403, "AuthenticationFailed"}, []any{a.StatusCode, code}, a.body)
				default:
					assert.Contains(t, []int{403, 409, 501}, a.StatusCode, a.body)
					assert.Contains(t, catalogue, code)
				}
			})
		}
	}
	for _, operation := range Operations() {
		assert.True(t, told[operation], operation)
	}
}

// A container's SAS does not reach to the account, for any client and however the
// account is written.
func TestAccountLevel(t *testing.T) {
	g := newRig(t, Limits{})
	const detail = "<AuthenticationErrorDetail>The specified signed resource is not allowed for the this resource level<"
	for _, path := range []string{"/sdsstorage/?", "/sdsstorage?", "/?"} {
		for _, c := range []struct {
			method, query string
			status        int
			code          string
		}{
			{"GET", "comp=list&", 403, "AuthenticationFailed"},
			{"GET", "restype=service&comp=properties&", 403, "AuthenticationFailed"},
			{"POST", "comp=batch&", 403, "AuthenticationFailed"},
			{"HEAD", "restype=account&comp=properties&", 403, "AuthenticationFailed"},
			{"PUT", "comp=list&", 405, "UnsupportedHttpVerb"},
			{"GET", "", 400, "InvalidQueryParameterValue"},
			{"GET", "comp=magic&", 400, "InvalidQueryParameterValue"},
			{"GET", "restype=share&comp=list&", 400, "InvalidQueryParameterValue"},
		} {
			r := httptest.NewRequest(c.method, path+c.query+g.sas, strings.NewReader(""))
			assert.True(t, Addressed(r), path)
			reply := g.store.Answer(Parse(r), r, r.Body, dawn)
			assert.Equal(t, []any{c.status, c.code}, []any{reply.Status, reply.Code}, "%s %s%s", c.method, path, c.query)
			if c.code == "AuthenticationFailed" && c.method != "HEAD" {
				assert.Contains(t, string(reply.Body), detail)
			}
		}
	}
	wantCode(t, g.do(t, "GET", "?comp=list", ""), 401, "NoAuthenticationInformation")
	signed := g.store.sign("", box, "w", dawn)
	query := strings.Replace(signed[strings.Index(signed, "?")+1:], "sr=c", "sr=b", 1)
	a := g.do(t, "GET", box+"?restype=container&comp=list&"+query, "")
	wantCode(t, a, 403, "AuthenticationFailed")
	assert.Contains(t, a.body, detail, "nor a blob's to its container")
}

func TestAddressed(t *testing.T) {
	for target, want := range map[string]bool{
		"/sdsstorage": true, "/sdsstorage/": true, "/sdsstorage/x/y": true, "/?comp=list&sv=1&sig=2": true,
		"/": false, "/?comp=list": false, "/?sig=1": false, "/?design=1&sv=1": false, "/sdsstorages": false, "/beta/users?sv=1&sig=2": false,
	} {
		assert.Equal(t, want, Addressed(httptest.NewRequest("GET", target, nil)), target)
	}
}

// A verb that is not there is told with those that are.
func TestVerbs(t *testing.T) {
	g := newRig(t, Limits{})
	for path, allow := range map[string]string{
		"/a?":                                 "DELETE, GET, HEAD, PUT",
		"/a?comp=blocklist&":                  "GET, PUT",
		"/a?comp=query&":                      "POST",
		"?restype=container&":                 "DELETE, GET, HEAD, PUT",
		"?restype=container&comp=list&":       "GET",
		"/a?restype=account&comp=properties&": "GET, HEAD",
	} {
		a := g.do(t, "PATCH", box+path+g.sas, "")
		wantCode(t, a, 405, "UnsupportedHttpVerb")
		assert.Equal(t, allow, a.Header.Get("Allow"), path)
		assert.Contains(t, a.body, allow)
	}
}

// An error to a HEAD has its code in a header, and no sign of a body.
func TestHeadErrors(t *testing.T) {
	g := newRig(t, Limits{})
	for path, code := range map[string]string{
		box + "/a.csv?" + g.sas:                     "AuthorizationPermissionMismatch",
		box + "/a.csv?" + g.may("r"):                "BlobNotFound",
		box + "/a.csv":                              "NoAuthenticationInformation",
		box + "?restype=container&" + g.sas:         "AuthorizationFailure",
		"?restype=account&comp=properties&" + g.sas: "AuthenticationFailed",
		box + "/a.csv?comp=block&" + g.sas:          "UnsupportedHttpVerb",
	} {
		a := g.do(t, "HEAD", path, "")
		assert.Equal(t, code, a.Header.Get("X-Ms-Error-Code"), path)
		assert.NotContains(t, a.Header, "Content-Type", path)
		assert.NotContains(t, a.Header, "Content-Length", path)
		assert.EqualValues(t, -1, a.ContentLength, "net/http's word for none that was told")
	}
	wantCode(t, g.put(t, "a.csv", "four"), 201, "")
	a := g.do(t, "HEAD", box+"/a.csv?"+g.may("r"), "")
	assert.EqualValues(t, 4, a.ContentLength, "that of the blob, where it is no error")
}

// Text is escaped where XML asks for it, and nowhere else.
func TestXMLText(t *testing.T) {
	p := refuse("Md5Mismatch", reason, "it's \"one\"\tof <two> & &#39;three&#39;\x01")
	body := string(p.reply(http.MethodPut, "", dawn).Body)
	assert.Contains(t, body, "<Reason>it's \"one\"\tof &lt;two&gt; &amp; &amp;#39;three&amp;#39;\ufffd</Reason>")
	var e struct{ Reason string }
	require.NoError(t, xml.Unmarshal([]byte(body), &e))
	assert.Equal(t, "it's \"one\"\tof <two> & &#39;three&#39;\ufffd", e.Reason)
}

func TestVersions(t *testing.T) {
	g := newRig(t, Limits{})
	assert.True(t, slices.IsSorted(versions))
	assert.Contains(t, versions, serviceVersion)
	for _, known := range []string{bearerVersion, crcVersion} {
		assert.Contains(t, versions, known)
	}
	for _, v := range versions {
		wantCode(t, g.put(t, "a.csv", "x", "x-ms-version", v), 201, "")
	}
	for name, v := range map[string]string{"to come": "2099-11-05", "in between": "2017-01-19", "before": "2008-10-27", "no date": "latest"} {
		t.Run(name, func(t *testing.T) {
			a := g.put(t, "a.csv", "x", "x-ms-version", v)
			wantCode(t, a, 400, "InvalidHeaderValue")
			assert.Contains(t, a.body, "<HeaderName>x-ms-version</HeaderName><HeaderValue>"+v+"</HeaderValue>")
			assert.Contains(t, a.body, "to "+versions[len(versions)-1], "which there are")
			wantCode(t, g.do(t, "PUT", box+"/a.csv?api-version="+v+"&"+g.sas, "x", "x-ms-blob-type", "BlockBlob"), 400, "InvalidQueryParameterValue")
		})
	}
}
