package faithfulness

import (
	"encoding/base64"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/internal/tests/rig"
)

// uploadStatements are about uploadUrl and the storage account behind it.
var uploadStatements = []statement{
	{"profiles.uploadUrl", "answer", "200 with `@odata.context` `#String` and `value`, a SAS URL of the profile's container",
		"uploadUrl page, text", documented, func(t *testing.T, g *rig.Rig) {
			id, to := g.Container(t)
			a := g.Found(t, rig.At(id)+"/uploadUrl")
			assert.True(t, strings.HasSuffix(a.Text("@odata.context"), "/beta/$metadata#String"), a.Body)
			u, err := url.Parse(to)
			require.NoError(t, err)
			assert.True(t, strings.HasSuffix(u.Path, "/"+id), to)
			assert.NotEmpty(t, u.Query().Get("sig"))
		}},
	{"profiles.uploadUrl", "sample-shape", "The SAS has the parameters of the sample: `sv=2015-07-08`, `sr=c`, `si`, `sig`, `se`, `sp=w`",
		"uploadUrl page, example", documented, func(t *testing.T, g *rig.Rig) {
			_, to := g.Container(t)
			u, err := url.Parse(to)
			require.NoError(t, err)
			q := u.Query()
			assert.Equal(t, []string{"2015-07-08", "c", "w"}, []string{q.Get("sv"), q.Get("sr"), q.Get("sp")})
			assert.True(t, strings.HasPrefix(q.Get("si"), "SharedAccessPolicy_"), to)
			assert.Len(t, q, 6)
		}},
	{"profiles.uploadUrl", "an-hour", "The URL is good for one hour", "uploadUrl page", documented, func(t *testing.T, g *rig.Rig) {
		_, to := g.Container(t)
		g.Advance(t, 59*time.Minute)
		assert.Equal(t, 201, g.Put(t, to, "school.csv", "x").Status)
		g.Advance(t, time.Minute+time.Second)
		assert.Equal(t, 403, g.Put(t, to, "school.csv", "x").Status)
	}},
	{"profiles.uploadUrl", "processing", "409 while a previous request of the profile is processed", "uploadUrl page", documented,
		func(t *testing.T, g *rig.Rig) {
			id := g.Uploaded(t, rig.CSVBody("North"), rig.SmallRoster)
			require.Equal(t, 200, g.Post(t, rig.At(id)+"/start", "").Status)
			assert.Equal(t, 409, g.Get(t, rig.At(id)+"/uploadUrl").Status)
		}},
	{"profiles.uploadUrl", "processing-is", "That is while its sync extracts or validates",
		"resource page educationSynchronizationProfileStatus", inferred, func(t *testing.T, g *rig.Rig) {
			id := g.Uploaded(t, rig.CSVBody("North"), rig.SmallRoster)
			require.Equal(t, 200, g.Post(t, rig.At(id)+"/start", "").Status)
			for _, c := range []struct {
				after  time.Duration
				status int
			}{{0, 409}, {time.Second, 409}, {time.Second, 200}, {2 * time.Second, 200}} {
				g.Advance(t, c.after)
				assert.Equal(t, c.status, g.Get(t, rig.At(id)+"/uploadUrl").Status, g.Status(t, id))
			}
		}},
	{"profiles.start", "messages", "Files are verified before the sync: the texts are the page's, one message for each file, rule and column",
		"start page, example; SDS CSV File Validation Process", documented, func(t *testing.T, g *rig.Rig) {
			files := map[string]string{}
			for name, content := range rig.SmallRoster {
				files[name] = content
			}
			files["TeacherRoster.csv"] += "C9,T1\nC8,T1\n"
			a := g.Post(t, rig.At(g.Uploaded(t, rig.CSVBody("North"), files))+"/start", "")
			assert.Equal(t, 400, a.Status)
			assert.Contains(t, a.Texts("value.#.description"), "2 row(s) have referenced data not found in source. Field - Section SIS ID")
		}},
	{"profiles.start", "snapshot", "A sync works on the files as its start saw them; later uploads are for the next one",
		"graphemu: the pages do not say", chosen, func(t *testing.T, g *rig.Rig) {
			id := g.Uploaded(t, rig.CSVBody("North"), rig.SmallRoster)
			to := g.Found(t, rig.At(id)+"/uploadUrl").Text("value")
			require.Equal(t, 200, g.Post(t, rig.At(id)+"/start", "").Status)
			require.Equal(t, 201, g.Put(t, to, "School.csv", "SIS ID,Name\nS2,Other\n").Status)
			g.Advance(t, time.Minute)
			assert.Equal(t, []string{"North Elementary"}, g.Found(t, "/education/schools").Names())
		}},
	{"profiles.reset", "last-files", "A reset synchronises the last files again and keeps the objects with their ids",
		"reset page; the files are inferred", inferred, func(t *testing.T, g *rig.Rig) {
			id := g.Uploaded(t, rig.CSVBody("North"), rig.SmallRoster)
			require.Equal(t, 200, g.Post(t, rig.At(id)+"/start", "").Status)
			g.Advance(t, time.Minute)
			before := g.Found(t, "/education/users").Texts("value.#.id")
			g.Act(t, id, "reset")
			g.Advance(t, time.Minute)
			assert.Equal(t, before, g.Found(t, "/education/users").Texts("value.#.id"))
			assert.Len(t, before, 4)
		}},
	{"upload.putBlob", "created", "Put Blob: 201 with ETag, Last-Modified and Content-MD5", "Azure Storage, Put Blob", documented,
		func(t *testing.T, g *rig.Rig) {
			_, to := g.Container(t)
			a := g.Put(t, to, "school.csv", "SIS ID,Name\n")
			require.Equal(t, 201, a.Status, a.Body)
			assert.NotEmpty(t, a.Header.Get("ETag"))
			assert.NotEmpty(t, a.Header.Get("Last-Modified"))
			assert.NotEmpty(t, a.Header.Get("Content-MD5"))
			assert.NotEmpty(t, a.Header.Get("x-ms-request-id"))
		}},
	{"upload.putBlob", "md5", "A Content-MD5 that does not fit is 400 `Md5Mismatch`", "Azure Storage, Put Blob", documented,
		func(t *testing.T, g *rig.Rig) {
			_, to := g.Container(t)
			a := g.Put(t, to, "school.csv", "x", "Content-MD5: "+base64.StdEncoding.EncodeToString(make([]byte, 16)))
			assert.Equal(t, 400, a.Status)
			assert.Equal(t, "Md5Mismatch", a.Header.Get("x-ms-error-code"))
		}},
	{"upload.putBlockList", "commits", "Blocks become the file by their list, in its order", "Azure Storage, Put Block List", documented,
		func(t *testing.T, g *rig.Rig) {
			id := g.Uploaded(t, rig.CSVBody("North"), rig.SmallRoster)
			to := g.Found(t, rig.At(id)+"/uploadUrl").Text("value")
			var list string
			for n, piece := range []string{"SIS ID,Name\n", "S1,By Blocks\n"} {
				a := g.Storage(t, "PUT", to, "School.csv", "comp=block&blockid="+rig.BlockID(n), piece)
				require.Equal(t, 201, a.Status, a.Body)
				plain, err := url.QueryUnescape(rig.BlockID(n))
				require.NoError(t, err)
				list += "<Latest>" + plain + "</Latest>"
			}
			a := g.Storage(t, "PUT", to, "School.csv", "comp=blocklist", "<BlockList>"+list+"</BlockList>")
			require.Equal(t, 201, a.Status, a.Body)
			require.Equal(t, 200, g.Post(t, rig.At(id)+"/start", "").Status)
			g.Advance(t, time.Minute)
			assert.Equal(t, []string{"By Blocks"}, g.Found(t, "/education/schools").Names())
		}},
	{"upload.putBlockList", "unknown", "A list that names an unknown block is 400 `InvalidBlockList`, and the file stays",
		"Azure Storage, Put Block List", documented, func(t *testing.T, g *rig.Rig) {
			_, to := g.Container(t)
			a := g.Storage(t, "PUT", to, "School.csv", "comp=blocklist", "<BlockList><Latest>YWJj</Latest></BlockList>")
			assert.Equal(t, 400, a.Status)
			assert.Equal(t, "InvalidBlockList", a.Header.Get("x-ms-error-code"))
		}},
	{"upload.putBlock", "ids", "Block ids of different lengths are 400 `InvalidBlobOrBlock`", "Azure Storage, Put Block", documented,
		func(t *testing.T, g *rig.Rig) {
			_, to := g.Container(t)
			require.Equal(t, 201, g.Storage(t, "PUT", to, "a.csv", "comp=block&blockid=YWJj", "x").Status)
			a := g.Storage(t, "PUT", to, "a.csv", "comp=block&blockid=YWJjZGVm", "x")
			assert.Equal(t, 400, a.Status)
			assert.Equal(t, "InvalidBlobOrBlock", a.Header.Get("x-ms-error-code"))
		}},
	{"upload.putBlob", "version", "An `x-ms-version` that is none of the service's, as one that is to come, is 400 `InvalidHeaderValue`",
		"azure-sdk-for-python#41080; azure-rest-api-specs#8947", observed, func(t *testing.T, g *rig.Rig) {
			_, to := g.Container(t)
			assert.Equal(t, 201, g.Put(t, to, "a.csv", "x", "x-ms-version: 2025-11-05").Status)
			for _, version := range []string{"2099-11-05", "2017-01-19"} {
				a := g.Put(t, to, "a.csv", "x", "x-ms-version: "+version)
				assert.Equal(t, []any{400, "InvalidHeaderValue"}, []any{a.Status, a.Header.Get("x-ms-error-code")})
				assert.Contains(t, a.Body, "<HeaderName>x-ms-version</HeaderName><HeaderValue>"+version+"</HeaderValue>")
			}
		}},
	{"upload.putBlob", "xml-text", "An error's XML escapes what text must, and leaves quotes as they are",
		"graphemu; the same text to a parser as the `&apos;` that xprem#26 shows", chosen, func(t *testing.T, g *rig.Rig) {
			_, to := g.Container(t)
			a := g.Put(t, to, "a.csv", "x", "x-ms-blob-type:")
			assert.Contains(t, a.Body, "<Message>An HTTP header that's mandatory for this request is not specified.\n")
		}},
	{"upload.putBlob", "verb", "A verb that the resource does not have is 405 `UnsupportedHttpVerb`, with the others in `Allow`",
		"Azure Storage, common error codes; RFC 9110, 15.5.6", documented, func(t *testing.T, g *rig.Rig) {
			_, to := g.Container(t)
			a := g.Storage(t, "POST", to, "a.csv", "", "x")
			assert.Equal(t, []any{405, "UnsupportedHttpVerb"}, []any{a.Status, a.Header.Get("x-ms-error-code")})
			assert.Equal(t, "DELETE, GET, HEAD, PUT", a.Header.Get("Allow"))
		}},
	{"upload.getBlobProperties", "head", "An error to a HEAD has its code in `x-ms-error-code`, no Content-Type and no length",
		"Azurite, error middleware; floci-az#184: else the SDK for C++ ends its process", observed, func(t *testing.T, g *rig.Rig) {
			_, to := g.Container(t)
			a := g.Storage(t, "HEAD", to, "a.csv", "", "")
			assert.Equal(t, []any{403, "AuthorizationPermissionMismatch"}, []any{a.Status, a.Header.Get("x-ms-error-code")})
			assert.NotContains(t, a.Header, "Content-Type")
			assert.NotContains(t, a.Header, "Content-Length")
		}},
	{"upload.listContainers", "account", accountWords, accountSource, observed, func(t *testing.T, g *rig.Rig) {
		accountRefuses(t, g, "GET", "comp=list", "upload.listContainers")
	}},
	{"upload.otherAccountOperation", "account", accountWords, accountSource, observed, func(t *testing.T, g *rig.Rig) {
		accountRefuses(t, g, "GET", "restype=service&comp=properties", "upload.otherAccountOperation")
		accountRefuses(t, g, "POST", "comp=batch", "upload.otherAccountOperation")
	}},
	{"upload.getAccountInformation", "account", accountWords, accountSource, observed, func(t *testing.T, g *rig.Rig) {
		accountRefuses(t, g, "GET", "restype=account&comp=properties", "upload.getAccountInformation")
	}},
	{"profiles.uploadUrl", "secret", "With a data folder or strict authentication its signature draws on the server's secret, ids do not; " +
		"a seed that is given decides it whole", "graphemu", chosen, func(t *testing.T, g *rig.Rig) {
		id, to := g.Container(t)
		for _, o := range []emulator.Options{{DataDir: t.TempDir()}, {Auth: emulator.AuthStrict}} {
			other, secret := newRig(t, o).Container(t)
			assert.Equal(t, id, other)
			assert.NotEqual(t, to, secret)
			o.Seed = 1
			_, given := newRig(t, o).Container(t)
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
func accountRefuses(t *testing.T, g *rig.Rig, method, options, operation string) {
	t.Helper()
	id, to := g.Container(t)
	before := len(g.World().Journal().Requests(operation))
	for _, slash := range []string{"", "/"} {
		a := g.Storage(t, method, strings.Replace(to, "/"+id, slash, 1), "", options, "")
		assert.Equal(t, []any{403, "AuthenticationFailed"}, []any{a.Status, a.Header.Get("x-ms-error-code")}, a.Body)
		assert.Equal(t, "application/xml", a.Header.Get("Content-Type"))
		assert.Contains(t, a.Body, "<AuthenticationErrorDetail>The specified signed resource is not allowed for the this resource level</")
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
		list = append(list, statement{c.operation, "refused", words, source, grade, func(t *testing.T, g *rig.Rig) {
			_, to := g.Container(t)
			a := g.Storage(t, c.method, to, c.name, c.options, "", c.headers...)
			assert.Equal(t, c.status, a.Status, a.Body)
			assert.NotEmpty(t, a.Header.Get("x-ms-error-code"))
			e := g.World().Journal().Requests(c.operation)
			require.Len(t, e, 1)
			assert.Equal(t, a.Header.Get("x-ms-error-code"), e[0].Error.Code)
		}})
	}
	return list
}
