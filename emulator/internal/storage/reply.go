package storage

import (
	"bytes"
	"cmp"
	"encoding/xml"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// Reply is an answer, to be written as it is. Content-Length is set, but for an
// error to a HEAD: that has neither Body nor a length or type of one.
type Reply struct {
	Status int
	Header http.Header // never nil
	Body   []byte

	// Of an error, for the journal: its code, its message without the lines that
	// tell the request, and what was wrong. Empty for a success.
	Code, Message, Reason string
}

// problem is an error in the service's own vocabulary. Answer alone turns it
// into a Reply.
type problem struct {
	status        int
	code, message string
	details       []detail
	header        http.Header // further headers; nil: none
}

// detail is one more element of an error's XML, as HeaderName.
type detail struct{ name, value string }

func (p problem) Error() string { return p.code + ": " + p.message }

// refuse returns the problem of a code, with details as name and value in turn.
func refuse(code string, details ...string) problem {
	p := problem{status: http.StatusInternalServerError, code: code}
	if known, ok := catalogue[code]; ok {
		p.status, p.message = known.status, known.message
	}
	for i := 0; i+1 < len(details); i += 2 {
		p.details = append(p.details, detail{details[i], details[i+1]})
	}
	return p
}

// The details that the service itself sends beside code and message
// [observed, each]; graphemu's own words are in Reason, which the service uses
// with InvalidQueryParameterValue [observed] and we with more [chosen].
const (
	headerName  = "HeaderName"
	headerValue = "HeaderValue"
	queryName   = "QueryParameterName"
	queryValue  = "QueryParameterValue"
	authDetail  = "AuthenticationErrorDetail"
	maxLimit    = "MaxLimit"
	reason      = "Reason"
)

// maxEcho bounds what of a client's text an error repeats, in bytes.
const maxEcho = 2048

// Codes returns the error codes that the service has words for, sorted.
func Codes() []string { return names(catalogue) }

// Failure returns an error of this surface, as a scenario's fault sends it. An
// empty code or message is the one that ForStatus gives. method is the request's.
func Failure(method string, status int, code, message, requestID string, now time.Time) Reply {
	ownCode, ownMessage := ForStatus(status)
	if code != "" && code != ownCode {
		ownMessage = catalogue[code].message
	}
	p := problem{status: status, code: cmp.Or(code, ownCode), message: cmp.Or(message, ownMessage, http.StatusText(status))}
	return p.reply(method, requestID, now)
}

// reply encodes p. Its Time has seven decimals [observed]. To a HEAD the code
// goes as a header alone: a Content-Type without a body makes the SDK for C++ parse
// nothing, and end its process [observed: floci-az issue 184].
func (p problem) reply(method, requestID string, now time.Time) Reply {
	r := Reply{Status: p.status, Header: http.Header{}, Code: p.code, Message: p.message}
	var b bytes.Buffer
	b.WriteString(`<?xml version="1.0" encoding="utf-8"?><Error><Code>`)
	escape(&b, p.code)
	b.WriteString(`</Code><Message>`)
	escape(&b, p.message+"\nRequestId:"+requestID+"\nTime:"+now.UTC().Format("2006-01-02T15:04:05.0000000Z"))
	b.WriteString(`</Message>`)
	for _, d := range p.details {
		if d.name == reason || d.name == authDetail {
			r.Reason = d.value
		}
		b.WriteString("<" + d.name + ">")
		escape(&b, d.value)
		b.WriteString("</" + d.name + ">")
	}
	b.WriteString(`</Error>`)
	r.Body = b.Bytes()
	for name, values := range p.header {
		r.Header[name] = values
	}
	r.Header.Set("Content-Type", "application/xml")
	r.Header.Set("X-Ms-Error-Code", headerText(p.code))
	r.stamp(requestID, now)
	if method == http.MethodHead {
		r.Body = nil
		r.Header.Del("Content-Type")
		r.Header.Del("Content-Length")
	}
	return r
}

// stamp sets the headers that every answer has.
func (r *Reply) stamp(requestID string, now time.Time) {
	r.Header.Set("Server", "Windows-Azure-Blob/1.0 Microsoft-HTTPAPI/2.0")
	r.Header.Set("X-Ms-Request-Id", headerText(requestID))
	r.Header.Set("Date", now.UTC().Format(http.TimeFormat))
	if r.Header.Get("Content-Length") == "" { // that of Get Blob Properties is the blob's
		r.Header.Set("Content-Length", strconv.Itoa(len(r.Body)))
	}
}

// escape writes text into XML, not more than maxEcho bytes of it. Line ends stay as
// they are, as the service sends them [observed]. Quotes stay too, so that a client
// finds the service's words without an XML parser [chosen: the service writes &apos;,
// which says the same].
func escape(b *bytes.Buffer, text string) {
	if len(text) > maxEcho {
		text = text[:maxEcho] + "…"
	}
	var escaped bytes.Buffer
	_ = xml.EscapeText(&escaped, []byte(text)) // a bytes.Buffer takes everything
	_, _ = asInText.WriteString(b, escaped.String())
}

// asInText takes back what encoding/xml escapes, and what need not be outside of an
// attribute. An ampersand of the text is &amp; by then, so it never looks like these.
var asInText = strings.NewReplacer("&#39;", "'", "&#34;", `"`, "&#xA;", "\n", "&#x9;", "\t")

// headerText is text without what would end or break a header.
func headerText(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return -1
		}
		return r
	}, text)
}

// ForStatus returns the code and the message that the service sends with a
// status; for one that it never sends, a code made of the status's own words.
func ForStatus(status int) (code, message string) {
	if code = codes[status]; code != "" {
		return code, catalogue[code].message
	}
	text := http.StatusText(status)
	if text == "" {
		text = "Unknown Error"
	}
	return strings.NewReplacer(" ", "", "-", "", "'", "").Replace(text), text + "."
}

// codes is the code that stands for a status where only the status is known
// [documented: "Common REST API error codes"; which of several: chosen]. Azure
// Storage throttles with 503; a 429 comes from its front doors, without a code of
// Storage [chosen].
var codes = map[int]string{
	400: "InvalidInput", 401: "NoAuthenticationInformation", 403: "AuthorizationFailure", 404: "ResourceNotFound", 405: "UnsupportedHttpVerb",
	409: "ResourceAlreadyExists", 411: "MissingContentLengthHeader", 412: "ConditionNotMet", 413: "RequestBodyTooLarge", 416: "InvalidRange",
	429: "TooManyRequests", 500: "InternalError", 501: "NotImplemented", 503: "ServerBusy",
}
