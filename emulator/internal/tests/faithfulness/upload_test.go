package emulator_test

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator"
)

// container is a provisioned CSV profile with its upload URL.
func (g *rig) container(t *testing.T) (id, to string) {
	t.Helper()
	id = g.provisioned(t, csvBody("North"))
	a := g.found(t, at(id)+"/uploadUrl")
	return id, a.text("value")
}

// storage makes a call on a blob or, with name "", on the container.
func (g *rig) storage(t *testing.T, method, to, name, options, body string, headers ...string) answer {
	t.Helper()
	base, sas, ok := strings.Cut(to, "?")
	require.True(t, ok)
	if name != "" {
		base += "/" + url.PathEscape(name)
	}
	return g.send(t, method, base+"?"+options+"&"+sas, body, append([]string{"Authorization:", "Content-Type: application/octet-stream"}, headers...)...)
}

func blockID(n int) string {
	return url.QueryEscape(base64.StdEncoding.EncodeToString([]byte(fmt.Sprintf("block-%04d", n))))
}

// uploadStatements are about uploadUrl and the storage account behind it.
var uploadStatements = []statement{
	{"profiles.uploadUrl", "answer", "200 with `@odata.context` `#String` and `value`, a SAS URL of the profile's container", "uploadUrl page, text", documented, func(t *testing.T, g *rig) {
		id, to := g.container(t)
		a := g.found(t, at(id)+"/uploadUrl")
		assert.True(t, strings.HasSuffix(a.text("@odata.context"), "/beta/$metadata#String"), a.body)
		u, err := url.Parse(to)
		require.NoError(t, err)
		assert.True(t, strings.HasSuffix(u.Path, "/"+id), to)
		assert.NotEmpty(t, u.Query().Get("sig"))
	}},
	{"profiles.uploadUrl", "sample-shape", "The SAS has the parameters of the sample: `sv=2015-07-08`, `sr=c`, `si`, `sig`, `se`, `sp=w`", "uploadUrl page, example", documented, func(t *testing.T, g *rig) {
		_, to := g.container(t)
		u, err := url.Parse(to)
		require.NoError(t, err)
		q := u.Query()
		assert.Equal(t, []string{"2015-07-08", "c", "w"}, []string{q.Get("sv"), q.Get("sr"), q.Get("sp")})
		assert.True(t, strings.HasPrefix(q.Get("si"), "SharedAccessPolicy_"), to)
		assert.Len(t, q, 6)
	}},
	{"profiles.uploadUrl", "an-hour", "The URL is good for one hour", "uploadUrl page", documented, func(t *testing.T, g *rig) {
		_, to := g.container(t)
		g.advance(t, 59*time.Minute)
		assert.Equal(t, 201, g.put(t, to, "school.csv", "x").status)
		g.advance(t, time.Minute+time.Second)
		assert.Equal(t, 403, g.put(t, to, "school.csv", "x").status)
	}},
	{"profiles.uploadUrl", "processing", "409 while a previous request of the profile is processed", "uploadUrl page", documented, func(t *testing.T, g *rig) {
		id := g.uploaded(t, csvBody("North"), small)
		require.Equal(t, 200, g.post(t, at(id)+"/start", "").status)
		assert.Equal(t, 409, g.get(t, at(id)+"/uploadUrl").status)
	}},
	{"profiles.uploadUrl", "processing-is", "That is while its sync extracts or validates", "resource page educationSynchronizationProfileStatus", inferred, func(t *testing.T, g *rig) {
		id := g.uploaded(t, csvBody("North"), small)
		require.Equal(t, 200, g.post(t, at(id)+"/start", "").status)
		for _, c := range []struct {
			after  time.Duration
			status int
		}{{0, 409}, {time.Second, 409}, {time.Second, 200}, {2 * time.Second, 200}} {
			g.advance(t, c.after)
			assert.Equal(t, c.status, g.get(t, at(id)+"/uploadUrl").status, g.status(t, id))
		}
	}},
	{"profiles.start", "messages", "Files are verified before the sync: the texts are the page's, one message for each file, rule and column", "start page, example; SDS CSV File Validation Process", documented, func(t *testing.T, g *rig) {
		files := map[string]string{}
		for name, content := range small {
			files[name] = content
		}
		files["TeacherRoster.csv"] += "C9,T1\nC8,T1\n"
		a := g.post(t, at(g.uploaded(t, csvBody("North"), files))+"/start", "")
		assert.Equal(t, 400, a.status)
		assert.Contains(t, a.texts("value.#.description"), "2 row(s) have referenced data not found in source. Field - Section SIS ID")
	}},
	{"profiles.start", "snapshot", "A sync works on the files as its start saw them; later uploads are for the next one", "graphemu: the pages do not say", chosen, func(t *testing.T, g *rig) {
		id := g.uploaded(t, csvBody("North"), small)
		to := g.found(t, at(id)+"/uploadUrl").text("value")
		require.Equal(t, 200, g.post(t, at(id)+"/start", "").status)
		require.Equal(t, 201, g.put(t, to, "School.csv", "SIS ID,Name\nS2,Other\n").status)
		g.advance(t, time.Minute)
		assert.Equal(t, []string{"North Elementary"}, g.found(t, "/education/schools").names())
	}},
	{"profiles.reset", "last-files", "A reset synchronises the last files again and keeps the objects with their ids", "reset page; the files are inferred", inferred, func(t *testing.T, g *rig) {
		id := g.uploaded(t, csvBody("North"), small)
		require.Equal(t, 200, g.post(t, at(id)+"/start", "").status)
		g.advance(t, time.Minute)
		before := g.found(t, "/education/users").texts("value.#.id")
		g.act(t, id, "reset")
		g.advance(t, time.Minute)
		assert.Equal(t, before, g.found(t, "/education/users").texts("value.#.id"))
		assert.Len(t, before, 4)
	}},
	{"upload.putBlob", "created", "Put Blob: 201 with ETag, Last-Modified and Content-MD5", "Azure Storage, Put Blob", documented, func(t *testing.T, g *rig) {
		_, to := g.container(t)
		a := g.put(t, to, "school.csv", "SIS ID,Name\n")
		require.Equal(t, 201, a.status, a.body)
		assert.NotEmpty(t, a.header.Get("ETag"))
		assert.NotEmpty(t, a.header.Get("Last-Modified"))
		assert.NotEmpty(t, a.header.Get("Content-MD5"))
		assert.NotEmpty(t, a.header.Get("x-ms-request-id"))
	}},
	{"upload.putBlob", "md5", "A Content-MD5 that does not fit is 400 `Md5Mismatch`", "Azure Storage, Put Blob", documented, func(t *testing.T, g *rig) {
		_, to := g.container(t)
		a := g.put(t, to, "school.csv", "x", "Content-MD5: "+base64.StdEncoding.EncodeToString(make([]byte, 16)))
		assert.Equal(t, 400, a.status)
		assert.Equal(t, "Md5Mismatch", a.header.Get("x-ms-error-code"))
	}},
	{"upload.putBlockList", "commits", "Blocks become the file by their list, in its order", "Azure Storage, Put Block List", documented, func(t *testing.T, g *rig) {
		id := g.uploaded(t, csvBody("North"), small)
		to := g.found(t, at(id)+"/uploadUrl").text("value")
		var list string
		for n, piece := range []string{"SIS ID,Name\n", "S1,By Blocks\n"} {
			a := g.storage(t, "PUT", to, "School.csv", "comp=block&blockid="+blockID(n), piece)
			require.Equal(t, 201, a.status, a.body)
			plain, err := url.QueryUnescape(blockID(n))
			require.NoError(t, err)
			list += "<Latest>" + plain + "</Latest>"
		}
		a := g.storage(t, "PUT", to, "School.csv", "comp=blocklist", "<BlockList>"+list+"</BlockList>")
		require.Equal(t, 201, a.status, a.body)
		require.Equal(t, 200, g.post(t, at(id)+"/start", "").status)
		g.advance(t, time.Minute)
		assert.Equal(t, []string{"By Blocks"}, g.found(t, "/education/schools").names())
	}},
	{"upload.putBlockList", "unknown", "A list that names an unknown block is 400 `InvalidBlockList`, and the file stays", "Azure Storage, Put Block List", documented, func(t *testing.T, g *rig) {
		_, to := g.container(t)
		a := g.storage(t, "PUT", to, "School.csv", "comp=blocklist", "<BlockList><Latest>YWJj</Latest></BlockList>")
		assert.Equal(t, 400, a.status)
		assert.Equal(t, "InvalidBlockList", a.header.Get("x-ms-error-code"))
	}},
	{"upload.putBlock", "ids", "Block ids of different lengths are 400 `InvalidBlobOrBlock`", "Azure Storage, Put Block", documented, func(t *testing.T, g *rig) {
		_, to := g.container(t)
		require.Equal(t, 201, g.storage(t, "PUT", to, "a.csv", "comp=block&blockid=YWJj", "x").status)
		a := g.storage(t, "PUT", to, "a.csv", "comp=block&blockid=YWJjZGVm", "x")
		assert.Equal(t, 400, a.status)
		assert.Equal(t, "InvalidBlobOrBlock", a.header.Get("x-ms-error-code"))
	}},
	{"upload.putBlob", "version", "An `x-ms-version` that is none of the service's, as one that is to come, is 400 `InvalidHeaderValue`",
		"azure-sdk-for-python#41080; azure-rest-api-specs#8947", observed, func(t *testing.T, g *rig) {
			_, to := g.container(t)
			assert.Equal(t, 201, g.put(t, to, "a.csv", "x", "x-ms-version: 2025-11-05").status)
			for _, version := range []string{"2099-11-05", "2017-01-19"} {
				a := g.put(t, to, "a.csv", "x", "x-ms-version: "+version)
				assert.Equal(t, []any{400, "InvalidHeaderValue"}, []any{a.status, a.header.Get("x-ms-error-code")})
				assert.Contains(t, a.body, "<HeaderName>x-ms-version</HeaderName><HeaderValue>"+version+"</HeaderValue>")
			}
		}},
	{"upload.putBlob", "xml-text", "An error's XML escapes what text must, and leaves quotes as they are",
		"graphemu; the same text to a parser as the `&apos;` that xprem#26 shows", chosen, func(t *testing.T, g *rig) {
			_, to := g.container(t)
			a := g.put(t, to, "a.csv", "x", "x-ms-blob-type:")
			assert.Contains(t, a.body, "<Message>An HTTP header that's mandatory for this request is not specified.\n")
		}},
	{"upload.putBlob", "verb", "A verb that the resource does not have is 405 `UnsupportedHttpVerb`, with the others in `Allow`",
		"Azure Storage, common error codes; RFC 9110, 15.5.6", documented, func(t *testing.T, g *rig) {
			_, to := g.container(t)
			a := g.storage(t, "POST", to, "a.csv", "", "x")
			assert.Equal(t, []any{405, "UnsupportedHttpVerb"}, []any{a.status, a.header.Get("x-ms-error-code")})
			assert.Equal(t, "DELETE, GET, HEAD, PUT", a.header.Get("Allow"))
		}},
	{"upload.getBlobProperties", "head", "An error to a HEAD has its code in `x-ms-error-code`, no Content-Type and no length",
		"Azurite, error middleware; floci-az#184: else the SDK for C++ ends its process", observed, func(t *testing.T, g *rig) {
			_, to := g.container(t)
			a := g.storage(t, "HEAD", to, "a.csv", "", "")
			assert.Equal(t, []any{403, "AuthorizationPermissionMismatch"}, []any{a.status, a.header.Get("x-ms-error-code")})
			assert.NotContains(t, a.header, "Content-Type")
			assert.NotContains(t, a.header, "Content-Length")
		}},
	{"upload.listContainers", "account", accountWords, accountSource, observed, func(t *testing.T, g *rig) {
		g.accountRefuses(t, "GET", "comp=list", "upload.listContainers")
	}},
	{"upload.otherAccountOperation", "account", accountWords, accountSource, observed, func(t *testing.T, g *rig) {
		g.accountRefuses(t, "GET", "restype=service&comp=properties", "upload.otherAccountOperation")
		g.accountRefuses(t, "POST", "comp=batch", "upload.otherAccountOperation")
	}},
	{"upload.getAccountInformation", "account", accountWords, accountSource, observed, func(t *testing.T, g *rig) {
		g.accountRefuses(t, "GET", "restype=account&comp=properties", "upload.getAccountInformation")
	}},
	{"profiles.uploadUrl", "secret", "With a data folder or strict authentication its signature draws on the server's secret, ids do not; " +
		"a seed that is given decides it whole", "graphemu", chosen, func(t *testing.T, g *rig) {
		id, to := g.container(t)
		for _, o := range []emulator.Options{{DataDir: t.TempDir()}, {Auth: emulator.AuthStrict}} {
			other, secret := newRig(t, o).container(t)
			assert.Equal(t, id, other)
			assert.NotEqual(t, to, secret)
			o.Seed = 1
			_, given := newRig(t, o).container(t)
			assert.Equal(t, to, given)
		}
	}},
}

// What a container's SAS meets at the account.
const (
	accountWords  = "A container's SAS does not reach to the account: 403 `AuthenticationFailed`, in XML"
	accountSource = "cyberduck#18205; Microsoft, Troubleshoot 403 errors in Azure Blob Storage"
)

// accountRefuses makes a call on the account with a container's SAS.
func (g *rig) accountRefuses(t *testing.T, method, options, operation string) {
	t.Helper()
	id, to := g.container(t)
	before := len(g.World().Journal().Requests(operation))
	for _, slash := range []string{"", "/"} {
		a := g.storage(t, method, strings.Replace(to, "/"+id, slash, 1), "", options, "")
		assert.Equal(t, []any{403, "AuthenticationFailed"}, []any{a.status, a.header.Get("x-ms-error-code")}, a.body)
		assert.Equal(t, "application/xml", a.header.Get("Content-Type"))
		assert.Contains(t, a.body, "<AuthenticationErrorDetail>The specified signed resource is not allowed for the this resource level</")
	}
	assert.Len(t, g.World().Journal().Requests(operation), before+2)
}

// uploadRefusals are the calls that a write-only SAS does not allow, or that
// graphemu does not emulate.
func uploadRefusals() (list []statement) {
	for _, c := range []struct {
		operation, method, name, options string
		headers                          []string
		status                           int
	}{
		{"upload.getBlob", "GET", "a.csv", "", nil, 403},
		{"upload.getBlobProperties", "HEAD", "a.csv", "", nil, 403},
		{"upload.getBlobMetadata", "GET", "a.csv", "comp=metadata", nil, 403},
		{"upload.getBlockList", "GET", "a.csv", "comp=blocklist", nil, 403},
		{"upload.getBlobTags", "GET", "a.csv", "comp=tags", nil, 403},
		{"upload.setBlobTags", "PUT", "a.csv", "comp=tags", nil, 403},
		{"upload.deleteBlob", "DELETE", "a.csv", "", nil, 403},
		{"upload.listBlobs", "GET", "", "restype=container&comp=list", nil, 403},
		{"upload.getContainerProperties", "GET", "", "restype=container", nil, 403},
		{"upload.createContainer", "PUT", "", "restype=container", nil, 403},
		{"upload.deleteContainer", "DELETE", "", "restype=container", nil, 403},
		{"upload.otherContainerOperation", "GET", "", "restype=container&comp=acl", nil, 403},
		{"upload.getAccountInformation", "GET", "", "restype=account&comp=properties", nil, 403},
		{"upload.findBlobsByTags", "GET", "", "restype=container&comp=blobs", nil, 403},
		{"upload.queryBlob", "POST", "a.csv", "comp=query", nil, 403},
		{"upload.getPageRanges", "GET", "a.csv", "comp=pagelist", nil, 403},
		{"upload.setImmutabilityPolicy", "PUT", "a.csv", "comp=immutabilityPolicies", nil, 403},
		{"upload.deleteImmutabilityPolicy", "DELETE", "a.csv", "comp=immutabilityPolicies", nil, 403},
		{"upload.setLegalHold", "PUT", "a.csv", "comp=legalhold", nil, 403},
		{"upload.preflight", "OPTIONS", "a.csv", "", []string{"Origin: https://example.test", "Access-Control-Request-Method: PUT"}, 403},
		{"upload.setBlobProperties", "PUT", "a.csv", "comp=properties", nil, 501},
		{"upload.setBlobMetadata", "PUT", "a.csv", "comp=metadata", nil, 501},
		{"upload.setBlobTier", "PUT", "a.csv", "comp=tier", nil, 501},
		{"upload.setBlobExpiry", "PUT", "a.csv", "comp=expiry", nil, 501},
		{"upload.undeleteBlob", "PUT", "a.csv", "comp=undelete", nil, 501},
		{"upload.leaseBlob", "PUT", "a.csv", "comp=lease", nil, 501},
		{"upload.snapshotBlob", "PUT", "a.csv", "comp=snapshot", nil, 501},
		{"upload.copyBlob", "PUT", "a.csv", "", []string{"x-ms-copy-source: https://example.test/x"}, 501},
		{"upload.putBlockFromURL", "PUT", "a.csv", "comp=block&blockid=YWJj", []string{"x-ms-copy-source: https://example.test/x"}, 501},
		{"upload.putBlobFromURL", "PUT", "a.csv", "", []string{"x-ms-blob-type: BlockBlob", "x-ms-copy-source: https://example.test/x"}, 501},
		{"upload.putAppendBlob", "PUT", "a.csv", "", []string{"x-ms-blob-type: AppendBlob"}, 409},
		{"upload.putPageBlob", "PUT", "a.csv", "", []string{"x-ms-blob-type: PageBlob"}, 409},
		{"upload.appendBlock", "PUT", "a.csv", "comp=appendblock", nil, 409},
		{"upload.sealAppendBlob", "PUT", "a.csv", "comp=seal", nil, 409},
		{"upload.putPage", "PUT", "a.csv", "comp=page", nil, 409},
	} {
		words, source, grade := "The upload URL is write only: 403", "uploadUrl page, example (`sp=w`); Azure Storage, service SAS", documented
		switch c.status {
		case 501:
			words, source, grade = "Not emulated: 501, which names the operation", "graphemu", chosen
		case 409:
			words, source, grade = "The files are block blobs: 409 `InvalidBlobType`", "Azure Storage, error codes; that it is told of every other kind is graphemu's", chosen
		}
		list = append(list, statement{c.operation, "refused", words, source, grade, func(t *testing.T, g *rig) {
			_, to := g.container(t)
			a := g.storage(t, c.method, to, c.name, c.options, "", c.headers...)
			assert.Equal(t, c.status, a.status, a.body)
			assert.NotEmpty(t, a.header.Get("x-ms-error-code"))
			e := g.World().Journal().Requests(c.operation)
			require.Len(t, e, 1)
			assert.Equal(t, a.header.Get("x-ms-error-code"), e[0].Error.Code)
		}})
	}
	return list
}
