package storage

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The signature was made with openssl from the thirteen lines.
const golden = "http://127.0.0.1:9400/sdsstorage/86904b1e-c7d0-4ead-b13a-98f11fc400ee?sv=2015-07-08&sr=c&si=SharedAccessPolicy_20170704074301&sig=yqHQv4wtmaWWKhGD9JcpWtH0KVN2LScbAnOj0deX52k%3D&se=2017-07-04T08%3A43%3A01Z&sp=w"

func TestUploadURL(t *testing.T) {
	s := NewStore([]byte("the key of a world"), Limits{})
	assert.Equal(t, golden, s.UploadURL("http://127.0.0.1:9400", box, dawn))
	assert.Equal(t, golden, s.UploadURL("http://127.0.0.1:9400", box, dawn.In(time.FixedZone("", 3600))), "in UTC")
	assert.Equal(t, []string{}, namesOf(s.Files(box)), "there is a container")
	assert.Nil(t, s.Files("other"))

	// As known clients split it by hand.
	parts := strings.Split(golden, "/")
	assert.Equal(t, "127.0.0.1:9400", parts[2])
	assert.True(t, strings.HasPrefix(parts[len(parts)-1], box+"?"))
}

func namesOf(files []File) []string {
	all := []string{}
	for _, f := range files {
		all = append(all, f.Name)
	}
	return all
}

func TestSigns(t *testing.T) {
	s := NewStore([]byte("the key of a world"), Limits{})
	u, err := url.Parse(golden)
	require.NoError(t, err)
	assert.True(t, s.Signs(box, u.Query()))
	assert.False(t, s.Signs("another", u.Query()))
	assert.False(t, s.Signs(box, url.Values{}))
	assert.False(t, NewStore([]byte("another key"), Limits{}).Signs(box, u.Query()))
	for name, change := range map[string]func(url.Values){
		"expiry":      func(q url.Values) { q.Set("se", "2027-07-04T08:43:01Z") },
		"permissions": func(q url.Values) { q.Set("sp", "rw") },
		"policy":      func(q url.Values) { q.Del("si") },
		"version":     func(q url.Values) { q.Set("sv", "2015-04-05") },
		"resource":    func(q url.Values) { q.Set("sr", "b") },
		"start":       func(q url.Values) { q.Set("st", "2017-01-01") },
		"address":     func(q url.Values) { q.Set("sip", "1.2.3.4") },
		"header":      func(q url.Values) { q.Set("rsct", "text/html") },
		"signature":   func(q url.Values) { q.Set("sig", strings.ToLower(q.Get("sig"))) },
		"twice":       func(q url.Values) { q.Add("sp", "w") },
	} {
		q := u.Query()
		change(q)
		assert.False(t, s.Signs(box, q), name)
	}
	q := u.Query()
	q.Set("comp", "block")
	q.Set("timeout", "901")
	assert.True(t, s.Signs(box, q), "what is not of the SAS is not signed")
}

// A SAS that does not pass, and what the client is told.
func TestAuthentication(t *testing.T) {
	g := newRig(t, Limits{})
	q, err := url.ParseQuery(g.sas)
	require.NoError(t, err)
	with := func(name, value string) string {
		c, _ := url.ParseQuery(g.sas)
		c.Set(name, value)
		if value == "" {
			c.Del(name)
		}
		return c.Encode()
	}
	reversed := strings.Split(g.sas, "&")
	for i, j := 0, len(reversed)-1; i < j; i, j = i+1, j-1 {
		reversed[i], reversed[j] = reversed[j], reversed[i]
	}
	foreign := NewStore([]byte("another world"), Limits{}).UploadURL("", box, dawn)
	_, foreign, _ = strings.Cut(foreign, "?")
	mismatch := "Signature did not match. String to sign used was w\n\n" + q.Get("se") + "\n/blob/sdsstorage/" + box + "\n"
	for _, c := range []struct {
		name, query string
		headers     []string
		status      int
		code, says  string
	}{
		{"as it came", g.sas, nil, 201, "", ""},
		{"another order", strings.Join(reversed, "&"), nil, 201, "", ""},
		{"encoded anew", q.Encode(), nil, 201, "", ""},
		{"no SAS", "", nil, 401, "NoAuthenticationInformation", "uploadUrl"},
		{"tampered permission", with("sp", "rwdl"), nil, 403, "AuthenticationFailed", "String to sign used was rwdl\n"},
		{"tampered expiry", with("se", "2037-07-04T08:43:01Z"), nil, 403, "AuthenticationFailed", "Signature did not match."},
		{"tampered signature", with("sig", "AAAA"), nil, 403, "AuthenticationFailed", mismatch},
		{"another world's", foreign, nil, 403, "AuthenticationFailed", mismatch},
		{"a blob's", with("sr", "b"), nil, 403, "AuthenticationFailed", "/blob/sdsstorage/" + box + "/a.csv\n"},
		{"no such resource", with("sr", "x"), nil, 403, "AuthenticationFailed", "Signature did not match."},
		{"twice", g.sas + "&sp=w", nil, 403, "AuthenticationFailed", "sp is there more than once"},
		{"no signature", with("sig", ""), nil, 403, "AuthenticationFailed", "sig is mandatory"},
		{"no expiry", with("se", ""), nil, 403, "AuthenticationFailed", "se is mandatory"},
		{"Graph token", g.sas, []string{"Authorization", "Bearer abc"}, 403, "AuthenticationFailed",
			"Authentication scheme Bearer is not supported in this version."},
		{"Graph token, newer", g.sas, []string{"Authorization", "Bearer abc", "x-ms-version", "2021-12-02"}, 401, "InvalidAuthenticationInfo",
			"Audience"},
		{"account key", g.sas, []string{"Authorization", "SharedKey sdsstorage:abc"}, 403, "AuthenticationFailed", "MAC signature"},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := g.do(t, "PUT", box+"/a.csv?"+c.query, "x", append(c.headers, "x-ms-blob-type", "BlockBlob")...)
			wantCode(t, a, c.status, c.code)
			assert.Contains(t, a.body, c.says)
			assert.Equal(t, c.status == 401, a.Header.Get("Www-Authenticate") != "")
		})
	}
	t.Run("expired", func(t *testing.T) {
		g.advance(time.Hour)
		a := g.put(t, "late.csv", "x")
		wantCode(t, a, 403, "AuthenticationFailed")
		assert.Contains(t, a.body,
			"<AuthenticationErrorDetail>Signed expiry time [Tue, 04 Jul 2017 08:43:01 GMT] must be after signed start time [Tue, 04 Jul 2017 08:43:01 GMT]</AuthenticationErrorDetail>")
		assert.NotContains(t, g.files(t), "late.csv")
	})
	t.Run("with a start", func(t *testing.T) {
		signed := func(st, se string) string {
			s := sas{"sv": serviceVersion, "sr": "c", "st": st, "se": se, "sp": "w"}
			v := url.Values{"sig": {g.store.signature(s.stringToSign(box, ""))}}
			for name, value := range s {
				v.Set(name, value)
			}
			return v.Encode()
		}
		for query, says := range map[string]string{
			signed("2017-07-05",
				"2017-07-06"): "Start [Wed, 05 Jul 2017 00:00:00 GMT] - Expiry [Thu, 06 Jul 2017 00:00:00 GMT] - Current [Tue, 04 Jul 2017 08:43:01 GMT]",
			signed("2017-07-01", "2017-07-02"): "Signature not valid in the specified time frame: Start [Sat, 01 Jul 2017",
			signed("2017-07-03", "2017-07-02"): "must be after signed start time",
			signed("soon", "2017-07-02"):       "Signature fields not well formed.",
			signed("2017-07-01", "later"):      "Signature fields not well formed.",
		} {
			a := g.do(t, "PUT", box+"/a.csv?"+query, "x", "x-ms-blob-type", "BlockBlob")
			wantCode(t, a, 403, "AuthenticationFailed")
			assert.Contains(t, a.body, says)
		}
		wantCode(t, g.do(t, "PUT", box+"/a.csv?"+signed("2017-07-04T08:43Z", "2017-07-04T08:43:02Z"), "x", "x-ms-blob-type", "BlockBlob"),
			201, "")
	})
}

// What a write-only SAS may, and what the others may.
func TestPermissions(t *testing.T) {
	g := newRig(t, Limits{})
	wantCode(t, g.put(t, "a.csv", "x"), 201, "")
	for _, c := range []struct {
		method, path, sp string
		headers          []string
		operation        string
		status           int
		code             string
	}{
		{"GET", "/a.csv?", "w", nil, getBlob, 403, "AuthorizationPermissionMismatch"},
		{"GET", "/a.csv?", "r", nil, getBlob, 501, "NotImplemented"},
		{"HEAD", "/a.csv?", "w", nil, getBlobProperties, 403, "AuthorizationPermissionMismatch"},
		{"HEAD", "/a.csv?", "r", nil, getBlobProperties, 200, ""},
		{"HEAD", "/b.csv?", "r", nil, getBlobProperties, 404, "BlobNotFound"},
		{"GET", "/a.csv?comp=blocklist&", "w", nil, getBlockList, 403, "AuthorizationPermissionMismatch"},
		{"GET", "/a.csv?comp=blocklist&", "r", nil, getBlockList, 200, ""},
		{"GET", "/a.csv?comp=metadata&", "w", nil, getBlobMetadata, 403, "AuthorizationPermissionMismatch"},
		{"GET", "/a.csv?comp=tags&", "w", nil, getBlobTags, 403, "AuthorizationPermissionMismatch"},
		{"PUT", "/a.csv?comp=tags&", "w", nil, setBlobTags, 403, "AuthorizationPermissionMismatch"},
		{"PUT", "/a.csv?", "w", []string{"x-ms-blob-type", "BlockBlob", "x-ms-tags", "a=b"}, putBlob, 403, "AuthorizationPermissionMismatch"},
		{"PUT", "/a.csv?", "r", []string{"x-ms-blob-type", "BlockBlob"}, putBlob, 403, "AuthorizationPermissionMismatch"},
		{"DELETE", "/a.csv?", "w", nil, deleteBlob, 403, "AuthorizationPermissionMismatch"},
		{"DELETE", "/a.csv?", "d", nil, deleteBlob, 501, "NotImplemented"},
		{"GET", "?restype=container&comp=list&", "w", nil, listBlobs, 403, "AuthorizationPermissionMismatch"},
		{"GET", "?restype=account&comp=properties&", "w", nil, getAccount, 403, "AuthorizationPermissionMismatch"},
		{"GET", "/a.csv?restype=account&comp=properties&", "w", nil, getAccount, 403, "AuthorizationPermissionMismatch"},
		{"HEAD", "?restype=container&", "w", nil, getContainerProperties, 403, "AuthorizationFailure"},
		{"GET", "?restype=container&", "rwdl", nil, getContainerProperties, 403, "AuthorizationFailure"},
		{"PUT", "?restype=container&", "w", nil, createContainer, 403, "AuthorizationFailure"},
		{"DELETE", "?restype=container&", "w", nil, deleteContainer, 403, "AuthorizationFailure"},
		{"PUT", "?restype=container&comp=acl&", "w", nil, containerOther, 403, "AuthorizationFailure"},
		{"POST", "?restype=container&comp=batch&", "w", nil, containerOther, 403, "AuthorizationFailure"},
		{"PUT", "?restype=container&comp=undelete&", "w", nil, containerOther, 403, "AuthorizationFailure"},
		{"GET", "?restype=container&comp=blobs&", "w", nil, findBlobs, 403, "AuthorizationPermissionMismatch"},
		{"POST", "/a.csv?comp=query&", "w", nil, queryBlob, 403, "AuthorizationPermissionMismatch"},
		{"POST", "/a.csv?comp=query&", "r", nil, queryBlob, 501, "NotImplemented"},
		{"GET", "/a.csv?comp=pagelist&", "w", nil, getPageRanges, 403, "AuthorizationPermissionMismatch"},
		{"PUT", "/a.csv?comp=undelete&", "w", nil, undeleteBlob, 501, "NotImplemented"},
		{"PUT", "/a.csv?comp=expiry&", "w", nil, setBlobExpiry, 501, "NotImplemented"},
		{"PUT", "/a.csv?comp=immutabilityPolicies&", "w", nil, setImmutability, 403, "AuthorizationPermissionMismatch"},
		{"DELETE", "/a.csv?comp=immutabilityPolicies&", "w", nil, delImmutability, 403, "AuthorizationPermissionMismatch"},
		{"PUT", "/a.csv?comp=legalhold&", "w", nil, setLegalHold, 403, "AuthorizationPermissionMismatch"},
		{"PUT", "/a.csv?comp=incrementalcopy&", "w", nil, copyBlob, 501, "NotImplemented"},
		{"PUT", "/a.csv?comp=seal&", "w", nil, sealBlob, 409, "InvalidBlobType"},
		{"PUT", "/a.csv?", "w", []string{"x-ms-blob-type", "AppendBlob"}, putAppendBlob, 409, "InvalidBlobType"},
		{"PUT", "/a.csv?", "w", []string{"x-ms-blob-type", "PageBlob"}, putPageBlob, 409, "InvalidBlobType"},
		{"PUT", "/a.csv?comp=appendblock&", "w", nil, appendBlock, 409, "InvalidBlobType"},
		{"PUT", "/a.csv?comp=page&", "w", nil, putPage, 409, "InvalidBlobType"},
		{"PUT", "/a.csv?comp=properties&", "w", nil, setBlobProperties, 501, "NotImplemented"},
		{"PUT", "/a.csv?comp=metadata&", "w", nil, setBlobMetadata, 501, "NotImplemented"},
		{"PUT", "/a.csv?comp=tier&", "w", nil, setBlobTier, 501, "NotImplemented"},
		{"PUT", "/a.csv?comp=lease&", "w", nil, leaseBlob, 501, "NotImplemented"},
		{"PUT", "/a.csv?comp=snapshot&", "w", nil, snapshotBlob, 501, "NotImplemented"},
		{"PUT", "/a.csv?", "w", []string{"x-ms-copy-source", "http://127.0.0.1/b"}, copyBlob, 501, "NotImplemented"},
		{"PUT", "/a.csv?", "w", []string{"x-ms-copy-source", "http://127.0.0.1/b", "x-ms-blob-type", "BlockBlob"}, putBlobURL, 501,
			"NotImplemented"},
		{"PUT", "/a.csv?comp=block&blockid=AA%3D%3D&", "w", []string{"x-ms-copy-source", "http://127.0.0.1/b"}, putBlockURL, 501,
			"NotImplemented"},
		{"OPTIONS", "/a.csv?", "w", nil, preflight, 403, "CorsPreflightFailure"},
	} {
		t.Run(c.method+" "+c.path+c.sp, func(t *testing.T) {
			a := g.do(t, c.method, box+c.path+g.may(c.sp), "", c.headers...)
			wantCode(t, a, c.status, c.code)
			if c.status == 501 || c.code == "InvalidBlobType" {
				assert.Contains(t, a.body, "<Reason>"+c.operation+" is not emulated", "refused by name")
			}
			assert.Contains(t, Operations(), c.operation)
			assert.Equal(t, c.operation, Parse(a.Request).Operation)
		})
	}
	assert.Equal(t, map[string]string{"a.csv": "x"}, g.files(t))
}
