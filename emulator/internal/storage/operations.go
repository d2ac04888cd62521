package storage

import (
	"net/http"
	"slices"
	"strings"
)

// The operations, as faults, scenarios and the journal name them. The first
// group is emulated; of the others a write-only SAS gets its refusal, or a refusal
// that names the operation.
const (
	putBlob           = "upload.putBlob"
	putBlock          = "upload.putBlock"
	putBlockList      = "upload.putBlockList"
	getBlockList      = "upload.getBlockList"
	getBlobProperties = "upload.getBlobProperties"

	preflight      = "upload.preflight"
	getAccount     = "upload.getAccountInformation"
	listContainers = "upload.listContainers"
	accountOther   = "upload.otherAccountOperation"

	getContainerProperties = "upload.getContainerProperties"
	createContainer        = "upload.createContainer"
	deleteContainer        = "upload.deleteContainer"
	listBlobs              = "upload.listBlobs"
	findBlobs              = "upload.findBlobsByTags"
	containerOther         = "upload.otherContainerOperation"

	getBlob           = "upload.getBlob"
	queryBlob         = "upload.queryBlob"
	deleteBlob        = "upload.deleteBlob"
	undeleteBlob      = "upload.undeleteBlob"
	setBlobProperties = "upload.setBlobProperties"
	setBlobMetadata   = "upload.setBlobMetadata"
	getBlobMetadata   = "upload.getBlobMetadata"
	getBlobTags       = "upload.getBlobTags"
	setBlobTags       = "upload.setBlobTags"
	setBlobTier       = "upload.setBlobTier"
	setBlobExpiry     = "upload.setBlobExpiry"
	setImmutability   = "upload.setImmutabilityPolicy"
	delImmutability   = "upload.deleteImmutabilityPolicy"
	setLegalHold      = "upload.setLegalHold"
	leaseBlob         = "upload.leaseBlob"
	snapshotBlob      = "upload.snapshotBlob"

	copyBlob      = "upload.copyBlob"
	putBlockURL   = "upload.putBlockFromURL"
	putBlobURL    = "upload.putBlobFromURL"
	putAppendBlob = "upload.putAppendBlob"
	putPageBlob   = "upload.putPageBlob"
	appendBlock   = "upload.appendBlock"
	sealBlob      = "upload.sealAppendBlob"
	putPage       = "upload.putPage"
	getPageRanges = "upload.getPageRanges"
)

// Operations returns the names of all operations that Parse tells, sorted.
func Operations() []string {
	all := append(names(grants), preflight, listContainers, accountOther)
	slices.Sort(all)
	return all
}

// level is what a path names.
type level int

const (
	onAccount level = iota
	onContainer
	onBlob
)

// resource is what a request's path and query name together: restype and comp in
// lower case.
type resource struct {
	level         level
	restype, comp string
}

// operations are the methods of each resource and what they do: all that the Blob
// service has [documented: the REST reference of Azure Storage, "Operations on the
// account", "… on containers", "… on blobs"]. What a PUT of a blob is, its headers
// tell further: see headerOperation.
var operations = map[resource]map[string]string{
	{onAccount, "", "list"}:                     {"GET": listContainers},
	{onAccount, "", "blobs"}:                    {"GET": accountOther},
	{onAccount, "", "batch"}:                    {"POST": accountOther},
	{onAccount, "service", "properties"}:        {"GET": accountOther, "PUT": accountOther},
	{onAccount, "service", "stats"}:             {"GET": accountOther},
	{onAccount, "service", "userdelegationkey"}: {"POST": accountOther},
	{onAccount, "account", "properties"}:        {"GET": getAccount, "HEAD": getAccount},

	{onContainer, "container", ""}: {
		"PUT": createContainer, "DELETE": deleteContainer, "GET": getContainerProperties, "HEAD": getContainerProperties,
	},
	{onContainer, "container", "list"}:     {"GET": listBlobs},
	{onContainer, "container", "blobs"}:    {"GET": findBlobs},
	{onContainer, "container", "acl"}:      {"GET": containerOther, "HEAD": containerOther, "PUT": containerOther},
	{onContainer, "container", "metadata"}: {"GET": containerOther, "HEAD": containerOther, "PUT": containerOther},
	{onContainer, "container", "lease"}:    {"PUT": containerOther},
	{onContainer, "container", "undelete"}: {"PUT": containerOther},
	{onContainer, "container", "rename"}:   {"PUT": containerOther},
	{onContainer, "container", "batch"}:    {"POST": containerOther},
	{onContainer, "account", "properties"}: {"GET": getAccount, "HEAD": getAccount},

	{onBlob, "", ""}:                     {"PUT": putBlob, "GET": getBlob, "HEAD": getBlobProperties, "DELETE": deleteBlob},
	{onBlob, "", "block"}:                {"PUT": putBlock},
	{onBlob, "", "blocklist"}:            {"PUT": putBlockList, "GET": getBlockList},
	{onBlob, "", "properties"}:           {"PUT": setBlobProperties},
	{onBlob, "", "metadata"}:             {"PUT": setBlobMetadata, "GET": getBlobMetadata, "HEAD": getBlobMetadata},
	{onBlob, "", "tags"}:                 {"PUT": setBlobTags, "GET": getBlobTags},
	{onBlob, "", "tier"}:                 {"PUT": setBlobTier},
	{onBlob, "", "expiry"}:               {"PUT": setBlobExpiry},
	{onBlob, "", "lease"}:                {"PUT": leaseBlob},
	{onBlob, "", "snapshot"}:             {"PUT": snapshotBlob},
	{onBlob, "", "query"}:                {"POST": queryBlob},
	{onBlob, "", "undelete"}:             {"PUT": undeleteBlob},
	{onBlob, "", "immutabilitypolicies"}: {"PUT": setImmutability, "DELETE": delImmutability},
	{onBlob, "", "legalhold"}:            {"PUT": setLegalHold},
	{onBlob, "", "copy"}:                 {"PUT": copyBlob},
	{onBlob, "", "incrementalcopy"}:      {"PUT": copyBlob},
	{onBlob, "", "appendblock"}:          {"PUT": appendBlock},
	{onBlob, "", "seal"}:                 {"PUT": sealBlob},
	{onBlob, "", "page"}:                 {"PUT": putPage},
	{onBlob, "", "pagelist"}:             {"GET": getPageRanges},
	{onBlob, "account", "properties"}:    {"GET": getAccount, "HEAD": getAccount},
}

// headerOperation tells what a write is whose headers say more than its query.
func headerOperation(operation string, h http.Header) string {
	source, kind := h.Get("X-Ms-Copy-Source") != "", h.Get("X-Ms-Blob-Type")
	switch {
	case operation == putBlock && source:
		return putBlockURL
	case operation != putBlob:
		return operation
	case source && strings.EqualFold(kind, "BlockBlob"):
		return putBlobURL
	case source:
		return copyBlob
	case strings.EqualFold(kind, "AppendBlob"):
		return putAppendBlob
	case strings.EqualFold(kind, "PageBlob"):
		return putPageBlob
	}
	return putBlob
}

// grants says which letters of a SAS's `sp` allow an operation, any one of them
// [documented: "Create a service SAS"; of rarer ones the letter that its page on
// the operation names]. Empty: no service SAS allows it, as for everything that is
// about a container itself. Operations on the account are not here: no SAS of a
// container comes so far.
var grants = map[string]string{
	putBlob: "cw", putBlock: "cw", putBlockList: "cw",
	getBlockList: "r", getBlobProperties: "r", getBlob: "r", getBlobMetadata: "r", getAccount: "r", queryBlob: "r", getPageRanges: "r",
	deleteBlob: "d", listBlobs: "l", getBlobTags: "t", setBlobTags: "t", findBlobs: "f",
	setBlobProperties: "w", setBlobMetadata: "w", setBlobTier: "w", setBlobExpiry: "w", leaseBlob: "w", snapshotBlob: "cw", undeleteBlob: "w",
	setImmutability: "i", delImmutability: "i", setLegalHold: "i",
	copyBlob: "cw", putBlockURL: "cw", putBlobURL: "cw",
	putAppendBlob: "cw", putPageBlob: "cw", appendBlock: "aw", sealBlob: "aw", putPage: "w",
	getContainerProperties: "", createContainer: "", deleteContainer: "", containerOther: "",
}
