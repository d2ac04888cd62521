package blob

import (
	"net/http"
	"net/url"
	"slices"
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
	Container string // decoded; "" where the path has none
	Blob      string // decoded; "" where the path ends with the container
	Query     url.Values

	// RequestID is sent as x-ms-request-id. Empty: the store mints one. Set it
	// to have the journal's.
	RequestID string

	wrong   string // what is wrong with the path or the query; "" for nothing
	account string // the account that was asked where it is not Account; else ""
}

// The operations, as faults, scenarios and the journal name them. The first
// group is emulated; of the second a write-only SAS gets its refusal, and any
// other 501; the third is refused by name.
const (
	putBlob                = "upload.putBlob"
	putBlock               = "upload.putBlock"
	putBlockList           = "upload.putBlockList"
	getBlockList           = "upload.getBlockList"
	getBlobProperties      = "upload.getBlobProperties"
	getContainerProperties = "upload.getContainerProperties"
	createContainer        = "upload.createContainer"

	getBlob           = "upload.getBlob"
	deleteBlob        = "upload.deleteBlob"
	deleteContainer   = "upload.deleteContainer"
	listBlobs         = "upload.listBlobs"
	getAccount        = "upload.getAccountInformation"
	preflight         = "upload.preflight"
	setBlobProperties = "upload.setBlobProperties"
	setBlobMetadata   = "upload.setBlobMetadata"
	getBlobMetadata   = "upload.getBlobMetadata"
	getBlobTags       = "upload.getBlobTags"
	setBlobTags       = "upload.setBlobTags"
	setBlobTier       = "upload.setBlobTier"
	leaseBlob         = "upload.leaseBlob"
	snapshotBlob      = "upload.snapshotBlob"

	copyBlob       = "upload.copyBlob"
	putBlockURL    = "upload.putBlockFromURL"
	putBlobURL     = "upload.putBlobFromURL"
	putAppendBlob  = "upload.putAppendBlob"
	putPageBlob    = "upload.putPageBlob"
	appendBlock    = "upload.appendBlock"
	putPage        = "upload.putPage"
	containerOther = "upload.otherContainerOperation"
)

// grants says which letters of a SAS's `sp` allow an operation, any one of them
// [documented: "Create a service SAS"]. Empty: no service SAS allows it, as for
// everything that is about a container itself.
var grants = map[string]string{
	putBlob: "cw", putBlock: "cw", putBlockList: "cw",
	getBlockList: "r", getBlobProperties: "r", getBlob: "r", getBlobMetadata: "r", getAccount: "r",
	deleteBlob: "d", listBlobs: "l", getBlobTags: "t", setBlobTags: "t",
	setBlobProperties: "w", setBlobMetadata: "w", setBlobTier: "w", leaseBlob: "w", snapshotBlob: "cw",
	copyBlob: "cw", putBlockURL: "cw", putBlobURL: "cw",
	putAppendBlob: "cw", putPageBlob: "cw", appendBlock: "aw", putPage: "w",
	getContainerProperties: "", createContainer: "", deleteContainer: "", containerOther: "",
}

// Operations returns the names of all operations that Parse tells, sorted.
func Operations() []string {
	all := append(names(grants), preflight)
	slices.Sort(all)
	return all
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
	if path+"/" == Prefix { // the account itself, with or without a slash
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
	} else if c.Blob == "" {
		c.Operation = containerOperation(r.Method, c.Query)
	} else {
		c.Operation = blobOperation(r, c.Query)
	}
	return c
}

func containerOperation(method string, q url.Values) string {
	restype, comp := strings.ToLower(q.Get("restype")), strings.ToLower(q.Get("comp"))
	switch {
	case restype == "account" && comp == "properties" && reads(method):
		return getAccount
	case restype != "container":
		return ""
	case comp == "list" && method == http.MethodGet:
		return listBlobs
	case comp != "":
		return containerOther // acl, metadata, lease, blobs, batch
	case method == http.MethodPut:
		return createContainer
	case method == http.MethodDelete:
		return deleteContainer
	case reads(method):
		return getContainerProperties
	}
	return ""
}

func blobOperation(r *http.Request, q url.Values) string {
	comp, source := strings.ToLower(q.Get("comp")), r.Header.Get("X-Ms-Copy-Source") != ""
	if strings.EqualFold(q.Get("restype"), "account") && comp == "properties" && reads(r.Method) {
		return getAccount
	}
	switch r.Method {
	case http.MethodPut:
		if comp == "" {
			return putOperation(r.Header.Get("X-Ms-Blob-Type"), source)
		}
		if comp == "block" && source {
			return putBlockURL
		}
		return map[string]string{
			"block": putBlock, "blocklist": putBlockList, "appendblock": appendBlock, "page": putPage, "copy": copyBlob, "incrementalcopy": copyBlob,
			"metadata": setBlobMetadata, "properties": setBlobProperties, "tags": setBlobTags, "tier": setBlobTier, "lease": leaseBlob, "snapshot": snapshotBlob,
		}[comp]
	case http.MethodGet:
		return map[string]string{"": getBlob, "blocklist": getBlockList, "tags": getBlobTags, "metadata": getBlobMetadata}[comp]
	case http.MethodHead:
		return map[string]string{"": getBlobProperties, "metadata": getBlobMetadata}[comp]
	case http.MethodDelete:
		return map[string]string{"": deleteBlob}[comp]
	}
	return ""
}

// putOperation tells what a PUT without a comp is.
func putOperation(blobType string, source bool) string {
	switch {
	case source && strings.EqualFold(blobType, "BlockBlob"):
		return putBlobURL
	case source:
		return copyBlob
	case strings.EqualFold(blobType, "AppendBlob"):
		return putAppendBlob
	case strings.EqualFold(blobType, "PageBlob"):
		return putPageBlob
	}
	return putBlob
}

func reads(method string) bool { return method == http.MethodGet || method == http.MethodHead }

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

// quote is text in an error message: quoted, and short.
func quote(text string) string {
	if len(text) > 80 {
		text = strings.ToValidUTF8(text[:80], "") + "…"
	}
	return strconv.Quote(text)
}
