package storage

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// serviceVersion is the storage version that upload URLs name, and the one of a
// request that names no other [documented: uploadUrl's sample].
const serviceVersion = "2015-07-08"

// lifetime is how long an upload URL is good for [chosen; the sample's hour is
// of the same size].
const lifetime = time.Hour

// expiryFormat is of `se` as UploadURL writes it [documented: the sample].
const expiryFormat = "2006-01-02T15:04:05Z"

// UploadURL returns where files for a container are put: a container SAS that
// may write for an hour from now, in the documented shape: one host, the
// container as the last segment, no slash behind it. base is a scheme and a host,
// with a path where it has one, without a slash at its end; where the host is the
// account's own, Host, the path does not name the account. The container is made
// where there is none. OnSign is told.
func (s *Store) UploadURL(base, container string, now time.Time) string {
	s.Create(container)
	return s.sign(base, container, "w", now)
}

// sign returns a container's URL with a SAS of those permissions.
func (s *Store) sign(base, container, permissions string, now time.Time) string {
	now = now.UTC()
	t := sas{
		"sv": serviceVersion,
		"sr": "c",
		"si": "SharedAccessPolicy_" + now.Format("20060102150405"),
		"se": now.Add(lifetime).Format(expiryFormat),
		"sp": permissions,
	}
	t["sig"] = s.signature(t.stringToSign(container, ""))
	if s.OnSign != nil {
		s.OnSign(t["sig"])
	}
	var b strings.Builder
	path := Prefix
	if strings.HasSuffix(base, "://"+Host) {
		path = "/"
	}
	b.WriteString(base + path + url.PathEscape(container))
	for i, name := range []string{"sv", "sr", "si", "sig", "se", "sp"} { // the sample's order
		b.WriteByte("?&"[min(i, 1)])
		b.WriteString(name + "=" + url.QueryEscape(t[name]))
	}
	return b.String()
}

// sas is the parameters of a shared access signature, decoded, by name. One that
// is not there is empty.
type sas map[string]string

// sasNames are the parameters of a service SAS of serviceVersion [documented:
// "Create a service SAS"].
var sasNames = []string{"sv", "sr", "si", "sig", "se", "sp", "st", "sip", "spr", "rscc", "rscd", "rsce", "rscl", "rsct"}

// parseSAS takes the SAS out of a query. twice is the name of a parameter that
// is there more than once, which no signature covers; empty where there is none.
func parseSAS(query url.Values) (t sas, twice string) {
	t = make(sas, 6)
	for _, name := range sasNames {
		switch values := query[name]; len(values) {
		case 0:
		case 1:
			t[name] = values[0]
		default:
			twice = name
		}
	}
	return t, twice
}

// stringToSign is the text under the signature of a service SAS for a container
// or a blob, of the versions 2015-04-05 to 2018-03-28: thirteen lines, every one
// there even where it is empty, without a line end after the last, with the
// resource as "/blob/account/container" in path style too [documented: "Create a
// service SAS", "Version 2015-04-05 and later"]. The sample's SAS has an identifier
// (si) beside its own permissions and expiry; so its stored policy has neither, since
// the service refuses what is said twice [inferred].
func (t sas) stringToSign(container, blob string) string {
	resource := "/blob/" + Account + "/" + container
	if t["sr"] == "b" {
		resource += "/" + blob
	}
	return strings.Join([]string{
		t["sp"], t["st"], t["se"], resource, t["si"], t["sip"], t["spr"], t["sv"],
		t["rscc"], t["rscd"], t["rsce"], t["rscl"], t["rsct"],
	}, "\n")
}

// signature is the Base64 of the HMAC-SHA256 of text [documented, as above].
func (s *Store) signature(text string) string {
	m := hmac.New(sha256.New, s.key)
	m.Write([]byte(text))
	return base64.StdEncoding.EncodeToString(m.Sum(nil))
}

// Signs tells whether this store's key made the SAS in query for a container,
// expired or not, whether there is such a container or not: so a server finds
// the world of a request. The order of the parameters does not matter; one that
// is there twice makes it false.
func (s *Store) Signs(container string, query url.Values) bool {
	t, twice := parseSAS(query)
	return twice == "" && t["sr"] == "c" && s.signed(t, container, "")
}

func (s *Store) signed(t sas, container, blob string) bool {
	return hmac.Equal([]byte(s.signature(t.stringToSign(container, blob))), []byte(t["sig"]))
}

// bearerVersion is the first service version that knows bearer tokens
// [documented: "Versioning for Azure Storage"].
const bearerVersion = "2017-11-09"

// challenge is what a client without authentication is told [observed]. No world
// is known here, so the tenant is common [chosen].
const challenge = "Bearer authorization_uri=https://login.microsoftonline.com/common/oauth2/authorize resource_id=https://storage.azure.com"

// authenticate finds out by whose leave a request comes: only a SAS of this store
// passes. Each refusal says in AuthenticationErrorDetail why.
func (x *exchange) authenticate() (sas, error) {
	if given := x.r.Header.Get("Authorization"); given != "" {
		return nil, x.wrongScheme(given)
	}
	t, twice := parseSAS(x.call.Query)
	if twice != "" {
		return nil, refuse("AuthenticationFailed", authDetail,
			"Signature fields not well formed. The parameter "+twice+" is there more than once.")
	}
	if len(t) == 0 {
		p := refuse("NoAuthenticationInformation", reason,
			"the URL has no shared access signature: use the whole text that uploadUrl returned, with what is after its question mark")
		p.header = http.Header{"Www-Authenticate": {challenge}}
		return nil, p
	}
	for _, name := range []string{"sv", "sr", "sp", "se", "sig"} {
		if t[name] == "" {
			return nil, refuse("AuthenticationFailed", authDetail, name+" is mandatory. Cannot be empty") // observed
		}
	}
	if at := x.call.resource().level; at == onAccount || at == onContainer && t["sr"] == "b" {
		// Observed, with this wording: cyberduck issue 18205.
		return nil, refuse("AuthenticationFailed", authDetail, "The specified signed resource is not allowed for the this resource level")
	}
	if !x.store.signed(t, x.call.Container, x.call.Blob) || (t["sr"] != "c" && t["sr"] != "b") {
		return nil, refuse("AuthenticationFailed", authDetail,
			"Signature did not match. String to sign used was "+t.stringToSign(x.call.Container, x.call.Blob)) // observed
	}
	return t, x.checkTimes(t)
}

// wrongScheme answers a request with an Authorization header, beside which a SAS
// does not count: a client that sends its Graph token everywhere meets this.
func (x *exchange) wrongScheme(given string) problem {
	scheme, _, _ := strings.Cut(given, " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return refuse("AuthenticationFailed", authDetail,
			"The MAC signature found in the HTTP request is not the same as any computed signature. "+
				"A request with a shared access signature has no Authorization header.")
	}
	if x.version < bearerVersion {
		return refuse("AuthenticationFailed", authDetail, "Authentication scheme Bearer is not supported in this version.") // observed
	}
	p := refuse("InvalidAuthenticationInfo", authDetail, "Audience validation failed. Audience did not match.") // observed
	p.header = http.Header{"Www-Authenticate": {challenge}}
	return p
}

// checkTimes tells whether x.now is within the SAS's time. A SAS without a start
// starts now; so one that has expired is told that its end is before its start
// [observed: azure-speed-test issue 12].
func (x *exchange) checkTimes(t sas) error {
	start, good := x.now, true
	if t["st"] != "" {
		start, good = parseTime(t["st"])
	}
	expiry, ok := parseTime(t["se"])
	if !good || !ok {
		return refuse("AuthenticationFailed", authDetail, "Signature fields not well formed.") // observed
	}
	x.expires = expiry
	text := func(at time.Time) string { return "[" + at.UTC().Format(http.TimeFormat) + "]" }
	switch {
	case !start.Before(expiry):
		return refuse("AuthenticationFailed", authDetail, "Signed expiry time "+text(expiry)+" must be after signed start time "+text(start))
	case x.now.Before(start), !x.now.Before(expiry):
		return refuse("AuthenticationFailed", authDetail,
			"Signature not valid in the specified time frame: Start "+text(start)+" - Expiry "+text(expiry)+" - Current "+text(x.now))
	}
	return nil
}

// timeFormats are those of st and se [documented: "Create a service SAS", "Specify
// the signature validity interval"].
var timeFormats = []string{expiryFormat, "2006-01-02T15:04:05.0000000Z", "2006-01-02T15:04Z", "2006-01-02"}

func parseTime(text string) (time.Time, bool) {
	for _, f := range timeFormats {
		if t, err := time.Parse(f, text); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

// authorize tells whether the SAS lets the operation be done.
func (x *exchange) authorize(t sas) error {
	letters, known := grants[x.call.Operation]
	switch {
	case known && letters == "":
		return refuse("AuthorizationFailure") // observed, for containers: azure-sdk-for-net issue 17142
	case !strings.ContainsAny(t["sp"], letters):
		return refuse("AuthorizationPermissionMismatch") // observed: azure-storage-azcopy issue 2391
	case x.r.Header.Get("X-Ms-Tags") != "" && !strings.Contains(t["sp"], "t"):
		return refuse("AuthorizationPermissionMismatch", reason, "x-ms-tags asks for the permission t")
	}
	return nil
}
