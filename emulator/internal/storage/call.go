package storage

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/graphemu/graphemu/emulator/internal/urlpath"
)

// Call is what a request asks for, before anything of it is judged.
type Call struct {
	Operation string // as "upload.putBlock", one of Operations; "" for none that is known
	Container string // decoded; "" where the path ends with the account
	Blob      string // decoded; "" where the path ends with the container
	Query     url.Values

	// RequestID is sent as x-ms-request-id. Empty: the store mints one. Set it
	// to have the journal's.
	RequestID string

	wrong   string // what is wrong with the path or the query; "" for nothing
	account string // the account that was asked where it is not Account; else ""
}

// Addressed tells whether r is for the storage account: by its path, which names
// the account, or by a signature on the root. Such a one comes from a client that
// takes the host for the account's own [chosen: Graph has nothing at its root].
func Addressed(r *http.Request) bool {
	switch urlpath.First(r.URL.Path) {
	case Account:
		return true
	case "":
		return strings.Contains(r.URL.RawQuery, "sig=") && r.URL.Query().Has("sig") && r.URL.Query().Has("sv")
	}
	return false
}

// Parse tells what r asks for. It reads no body and judges nothing: a Call with
// an unknown operation or a bad name is answered by Answer. The path must be as
// the client sent it: account and container are cleaned as every path is, and what
// follows is the name of a blob, in which every slash counts.
func Parse(r *http.Request) Call {
	var c Call
	var err error
	if c.Query, err = url.ParseQuery(r.URL.RawQuery); err != nil {
		c.wrong = "the query cannot be decoded"
	}
	path := urlpath.CleanFirst(r.URL.EscapedPath(), 2)
	rest, found := strings.CutPrefix(path, Prefix)
	if path == "/" || path+"/" == Prefix { // the account itself: see Addressed
		rest, found = "", true
	}
	if !found {
		c.wrong = "the path does not start with " + Prefix
		c.account, _, _ = strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
		return c
	}
	containerName, blobName, hasBlob := strings.Cut(rest, "/")
	for _, part := range []struct {
		to   *string
		text string
	}{{&c.Container, containerName}, {&c.Blob, blobName}} {
		if *part.to, err = url.PathUnescape(part.text); err != nil {
			c.wrong = "the path cannot be decoded"
		}
	}
	if hasBlob && c.Blob == "" && c.wrong == "" && c.Query.Get("restype") == "" {
		c.wrong = "the name of the blob is empty"
	}
	if r.Method == http.MethodOptions {
		c.Operation = preflight
	} else {
		c.Operation = headerOperation(operations[c.resource()][r.Method], r.Header)
	}
	return c
}

// resource is what the call's path and query name.
func (c *Call) resource() resource {
	r := resource{onBlob, strings.ToLower(c.Query.Get("restype")), strings.ToLower(c.Query.Get("comp"))}
	switch {
	case c.Container == "" && c.Blob == "":
		r.level = onAccount
	case c.Blob == "":
		r.level = onContainer
	}
	return r
}

// What a blob's name may be [documented: "Naming and Referencing Containers,
// Blobs, and Metadata"].
const (
	maxName     = 1024 // characters
	maxSegments = 254
)

// badBlobName tells what keeps name from being a blob's; "" where nothing does.
// A name with the segments . or .. is refused, since the service's front door
// resolves them before it looks [inferred], and since whoever writes the files
// of a container to a disk must not be led astray [chosen].
func badBlobName(name string) string {
	switch {
	case name == "":
		return "the name of a blob has at least one character"
	case !utf8.ValidString(name):
		return "the name of a blob is UTF-8"
	case tooLong(name):
		return "the name of a blob has at most " + strconv.Itoa(maxName) + " characters"
	case strings.Count(name, "/") >= maxSegments:
		return "the name of a blob has at most " + strconv.Itoa(maxSegments) + " segments"
	case strings.ContainsFunc(name, unicode.IsControl):
		return "the name of a blob has no control characters"
	}
	for segment := range strings.FieldsFuncSeq(name, func(r rune) bool { return r == '/' || r == '\\' }) {
		if segment == "." || segment == ".." {
			return "the name of a blob has no segment . or .."
		}
	}
	return ""
}

// tooLong counts as the service does: UTF-16 code units [inferred].
func tooLong(name string) bool {
	if len(name) <= maxName {
		return false
	}
	n := 0
	for _, r := range name {
		n += max(utf16.RuneLen(r), 1)
	}
	return n > maxName
}

// What a container's name may be [documented, as for blobs].
func badContainerName(name string) (code, reason string) {
	if len(name) < 3 || len(name) > 63 {
		return "OutOfRangeInput", "the name of a container has 3 to 63 characters"
	}
	bad := strings.HasPrefix(name, "-") || strings.HasSuffix(name, "-") || strings.Contains(name, "--")
	for i := range len(name) {
		if c := name[i]; c != '-' && (c < '0' || c > '9') && (c < 'a' || c > 'z') {
			bad = true
		}
	}
	if bad {
		return "InvalidResourceName", "the name of a container has lower-case letters, digits and single hyphens between them"
	}
	return "", ""
}
