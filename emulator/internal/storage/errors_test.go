package storage

import (
	"bufio"
	"bytes"
	"encoding/xml"
	"maps"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What is wrong with a write, and what the client gets for it.
func TestRefusals(t *testing.T) {
	g := newRig(t, Limits{Blob: 1000, World: 10_000})
	block := []string{"x-ms-blob-type", "BlockBlob"}
	for _, c := range []struct {
		name, method, path, body string
		headers                  []string
		status                   int
		code, says               string
	}{
		{"no type", "PUT", "/a?", "x", nil, 400, "MissingRequiredHeader", "<HeaderName>x-ms-blob-type</HeaderName>"},
		{"odd type", "PUT", "/a?", "x", []string{"x-ms-blob-type", "Blob"}, 400, "InvalidHeaderValue", "<HeaderValue>Blob</HeaderValue>"},
		{"old version", "PUT", "/a?", "x", append(block, "x-ms-version", "2008-10-27"), 400, "InvalidHeaderValue",
			"<HeaderName>x-ms-version</HeaderName>"},
		{"odd version", "PUT", "/a?", "x", append(block, "x-ms-version", "latest"), 400, "InvalidHeaderValue",
			"<HeaderValue>latest</HeaderValue>"},
		{"odd api-version", "PUT", "/a?api-version=1&", "x", block, 400, "InvalidQueryParameterValue", "api-version"},
		{"no file name", "PUT", "?", "x", block, 400, "InvalidUri", "/school.csv?"},
		{"verb", "POST", "/a?", "x", block, 405, "UnsupportedHttpVerb", "PUT"},
		{"verb of the container", "PATCH", "?restype=container&", "x", nil, 405, "UnsupportedHttpVerb", "PUT"},
		{"comp", "PUT", "/a?comp=magic&", "x", block, 400, "InvalidQueryParameterValue", "<QueryParameterValue>magic</QueryParameterValue>"},
		{"restype", "PUT", "?restype=share&", "x", nil, 400, "InvalidQueryParameterValue", "<QueryParameterName>restype</QueryParameterName>"},
		{"comp twice", "PUT", "/a?comp=block&comp=blocklist&", "x", nil, 400, "InvalidQueryParameterValue", "more than once"},
		{"timeout", "PUT", "/a?timeout=soon&", "x", block, 400, "InvalidQueryParameterValue", "timeout"},
		{"bad query", "PUT", "/a?a=%zz&", "x", block, 400, "InvalidUri", "query"},
		{"chunked", "PUT", "/a?", "x", append(block, "Transfer-Encoding", "chunked"), 411, "MissingContentLengthHeader", "chunks"},
		{"chunked block", "PUT", "/a?comp=block&blockid=AA%3D%3D&", "x", []string{"Transfer-Encoding", "chunked"}, 411,
			"MissingContentLengthHeader", ""},
		{"too large", "PUT", "/a?", strings.Repeat("x", 1001), block, 413, "RequestBodyTooLarge", "<MaxLimit>1000</MaxLimit>"},
		{"too large a block", "PUT", "/a?comp=block&blockid=AA%3D%3D&", strings.Repeat("x", 1001), nil, 413, "RequestBodyTooLarge",
			"<MaxLimit>1000</MaxLimit>"},
		{"empty block", "PUT", "/a?comp=block&blockid=AA%3D%3D&", "", nil, 400, "InvalidHeaderValue", "<HeaderName>Content-Length</HeaderName>"},
		{"MD5", "PUT", "/a?", "x", append(block, "Content-MD5", md5Of("y")), 400, "Md5Mismatch",
			"<ServerCalculatedMd5>" + md5Of("x") + "</ServerCalculatedMd5>"},
		{"MD5 of a block", "PUT", "/a?comp=block&blockid=AA%3D%3D&", "x", []string{"Content-MD5", md5Of("y"), "x-ms-version", "2021-12-02"}, 400,
			"Md5Mismatch", "<UserSpecifiedMd5>" + md5Of("y")},
		{"MD5 of a list", "PUT", "/a?comp=blocklist&", "<BlockList/>", []string{"Content-MD5", md5Of("y")}, 400, "Md5Mismatch", ""},
		{"MD5 of the blob", "PUT", "/a?", "x", append(block, "x-ms-blob-content-md5", md5Of("y")), 400, "Md5Mismatch", ""},
		{"short MD5", "PUT", "/a?", "x", append(block, "Content-MD5", "AAAA"), 400, "InvalidMd5", ""},
		{"odd MD5", "PUT", "/a?", "x", append(block, "x-ms-blob-content-md5", "!"), 400, "InvalidMd5", ""},
		{"CRC64", "PUT", "/a?", "x", append(block, "x-ms-content-crc64", crcOf("y")), 400, "Crc64Mismatch",
			"<ServerCalculatedCrc>" + crcOf("x") + "</ServerCalculatedCrc>"},
		{"odd CRC64", "PUT", "/a?", "x", append(block, "x-ms-content-crc64", "AAAA"), 400, "InvalidHeaderValue", "x-ms-content-crc64"},
		{"both sums", "PUT", "/a?", "x", append(block, "x-ms-content-crc64", crcOf("x"), "Content-MD5", md5Of("x")), 400, "InvalidInput",
			"not sent together"},
		{"right CRC64", "PUT", "/ok?", "x", append(block, "x-ms-content-crc64", crcOf("x")), 201, "", ""},
		{"lease", "PUT", "/a?", "x", append(block, "x-ms-lease-id", "1"), 412, "LeaseNotPresentWithBlobOperation", ""},
		{"customer key", "PUT", "/a?", "x", append(block, "x-ms-encryption-key", "1"), 400, "UnsupportedHeader",
			"<HeaderName>x-ms-encryption-key</HeaderName>"},
		{"structured body", "PUT", "/a?", "x", append(block, "x-ms-structured-body", "XSM/1.0; properties=crc64"), 400, "UnsupportedHeader", ""},
		{"metadata name", "PUT", "/a?", "x", append(block, "x-ms-meta-a.b", "1"), 400, "InvalidMetadata", ""},
		{"metadata digit", "PUT", "/a?", "x", append(block, "x-ms-meta-1", "1"), 400, "InvalidMetadata", ""},
		{"metadata without name", "PUT", "/a?", "x", append(block, "x-ms-meta-", "1"), 400, "EmptyMetadataKey", ""},
		{"much metadata", "PUT", "/a?", "x", append(block, "x-ms-meta-a", strings.Repeat("x", 9000)), 400, "MetadataTooLarge", ""},
		{"list of nothing", "PUT", "/a?comp=blocklist&", "", nil, 400, "InvalidXmlDocument", ""},
		{"list of no block", "PUT", "/a?comp=blocklist&", listXML("Latest a"), nil, 400, "InvalidBlockList", "YQ=="},
		{"list of no id", "PUT", "/a?comp=blocklist&", "<BlockList><Latest>!</Latest></BlockList>", nil, 400, "InvalidBlockId", ""},
		{"hostile text", "PUT", "/a?comp=%3C%2FReason%3E%3Cx%3E%00&", "x", nil, 400, "InvalidQueryParameterValue",
			"&lt;/Reason&gt;&lt;x&gt;\ufffd"},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := g.do(t, c.method, box+c.path+g.sas, c.body, c.headers...)
			wantCode(t, a, c.status, c.code)
			assert.Contains(t, a.body, c.says)
			if c.code != "" {
				var e struct{ Code, Message string }
				require.NoError(t, xml.Unmarshal([]byte(a.body), &e))
				assert.Equal(t, catalogue[c.code].message, strings.Split(e.Message, "\n")[0])
				assert.Equal(t, "application/xml", a.Header.Get("Content-Type"))
			}
		})
	}
	assert.Equal(t, map[string]string{"ok": "x"}, g.files(t), "what was refused left nothing")
	assert.Empty(t, g.store.Save().Containers[0].Uncommitted)
	assert.Zero(t, g.store.reading)
}

// The whole of an error, byte for byte.
func TestGoldenXML(t *testing.T) {
	r := Failure("PUT", 503, "", "", "86904b1e-0000-4000-8000-000000000000", dawn)
	assert.Equal(t, `<?xml version="1.0" encoding="utf-8"?><Error><Code>ServerBusy</Code><Message>The server is busy.
RequestId:86904b1e-0000-4000-8000-000000000000
Time:2017-07-04T07:43:01.2495183Z</Message></Error>`, string(r.Body))
	assert.Equal(t, http.Header{
		"Content-Type": {"application/xml"}, "Content-Length": {"195"}, "Date": {"Tue, 04 Jul 2017 07:43:01 GMT"},
		"Server":          {"Windows-Azure-Blob/1.0 Microsoft-HTTPAPI/2.0"},
		"X-Ms-Error-Code": {"ServerBusy"}, "X-Ms-Request-Id": {"86904b1e-0000-4000-8000-000000000000"},
	}, r.Header)
	p := refuse("Md5Mismatch", "UserSpecifiedMd5", "a<b")
	assert.Contains(t, string(p.reply("PUT", "", dawn).Body), "</Message><UserSpecifiedMd5>a&lt;b</UserSpecifiedMd5></Error>")
}

func TestFailure(t *testing.T) {
	for status, code := range map[int]string{
		400: "InvalidInput", 401: "NoAuthenticationInformation", 403: "AuthorizationFailure", 404: "ResourceNotFound", 405: "UnsupportedHttpVerb",
		409: "ResourceAlreadyExists",
		411: "MissingContentLengthHeader", 412: "ConditionNotMet", 413: "RequestBodyTooLarge", 416: "InvalidRange", 418: "Imateapot",
		429: "TooManyRequests", 499: "UnknownError",
		500: "InternalError", 501: "NotImplemented", 502: "BadGateway", 503: "ServerBusy", 504: "GatewayTimeout",
	} {
		own, message := ForStatus(status)
		assert.Equal(t, code, own)
		assert.NotEmpty(t, message)
		if e, known := catalogue[code]; known {
			assert.Equal(t, status, e.status, code)
		}
		r := Failure("PUT", status, "", "", "id", dawn)
		assert.Equal(t, []any{status, code, message}, []any{r.Status, r.Code, r.Message})
	}
	r := Failure("PUT", 500, "OperationTimedOut", "", "id", dawn)
	assert.Equal(t, "Operation could not be completed within the specified time.", r.Message)
	r = Failure("PUT", 500, "Mine", "", "i\r\nd", dawn)
	assert.Equal(t, []string{"Mine", "Internal Server Error", "id"}, []string{r.Code, r.Message, r.Header.Get("X-Ms-Request-Id")})
	assert.Equal(t, "own words", Failure("PUT", 403, "Mine", "own words", "", dawn).Message)
}

// Each code that the package uses is in the catalogue, and each of the catalogue
// is used.
func TestCatalogue(t *testing.T) {
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	used := map[string]bool{"OperationTimedOut": true} // for a scenario
	for _, c := range codes {
		used[c] = true
	}
	for _, f := range files {
		text, err := os.ReadFile(f)
		require.NoError(t, err)
		if strings.HasSuffix(f, "_test.go") {
			continue
		}
		for _, m := range regexp.MustCompile(`(?:refuse\(|return )"([A-Z][A-Za-z0-9]+)"[,)]`).FindAllSubmatch(text, -1) {
			used[string(m[1])] = true
		}
	}
	assert.ElementsMatch(t, slices.Collect(maps.Keys(catalogue)), slices.Collect(maps.Keys(used)))
}

// A client that sends on while it is refused reads the refusal.
func TestRefusedWhileSending(t *testing.T) {
	g := newRig(t, Limits{})
	a := g.do(t, "PUT", box+"/a.csv?sig=no", strings.Repeat("x", 32<<20), "x-ms-blob-type", "BlockBlob")
	wantCode(t, a, 403, "AuthenticationFailed")
	g.store.limits.Blob = 16 << 20
	wantCode(t, g.put(t, "a.csv", strings.Repeat("x", 16<<20+1)), 413, "RequestBodyTooLarge")
}

// A client that asks before it sends is refused before it sends.
func TestExpectContinue(t *testing.T) {
	g := newRig(t, Limits{})
	c, err := net.Dial("tcp", g.server.Listener.Addr().String())
	require.NoError(t, err)
	defer c.Close()
	_, err = c.Write([]byte("PUT " + Prefix + box +
		"/a.csv?sig=no HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\nExpect: 100-continue\r\n\r\n"))
	require.NoError(t, err)
	line, err := bufio.NewReader(c).ReadBytes('\n')
	require.NoError(t, err)
	assert.Equal(t, "HTTP/1.1 403 Forbidden", string(bytes.TrimSpace(line)))
}
