// Package har writes a journal as an HTTP archive, and reads the archives that browsers
// and proxies have recorded. Documented: the HAR 1.2 specification
// (http://www.softwareishard.com/blog/har-12-spec).
package har

// Media is the media type of an archive. Chosen: the registered one for its JSON.
const Media = "application/json"

// Version is that of the format.
const Version = "1.2"

// Entry is one request with its answer: the part of an entry that is written and read.
type Entry struct {
	Started  string   `json:"startedDateTime"`
	Time     float64  `json:"time"` // in milliseconds, as all times of an archive
	Request  Request  `json:"request"`
	Response Response `json:"response"`
	Cache    struct{} `json:"cache"`
	Timings  Timings  `json:"timings"`
	Comment  string   `json:"comment,omitzero"`
	Resource string   `json:"_resourceType,omitzero"` // not of the specification: Chromium lists what is a fetch by it
}

// Request is what a client has sent.
type Request struct {
	Method      string    `json:"method"`
	URL         string    `json:"url"`
	HTTPVersion string    `json:"httpVersion"`
	Cookies     []Pair    `json:"cookies"`
	Headers     []Pair    `json:"headers"`
	Query       []Pair    `json:"queryString"`
	Post        *PostData `json:"postData,omitzero"`
	HeadersSize int64     `json:"headersSize"` // -1: not known
	BodySize    int64     `json:"bodySize"`
	Comment     string    `json:"comment,omitzero"`
}

// PostData is a request's body.
type PostData struct {
	MimeType string `json:"mimeType"`
	Text     string `json:"text"`
	Encoding string `json:"encoding,omitzero"` // base64: not of the specification, but written by some
}

// Response is what was answered.
type Response struct {
	Status      int     `json:"status"` // 0: no answer came
	StatusText  string  `json:"statusText"`
	HTTPVersion string  `json:"httpVersion"`
	Cookies     []Pair  `json:"cookies"`
	Headers     []Pair  `json:"headers"`
	Content     Content `json:"content"`
	RedirectURL string  `json:"redirectURL"`
	HeadersSize int64   `json:"headersSize"`
	BodySize    int64   `json:"bodySize"`
	Comment     string  `json:"comment,omitzero"`
	Error       any     `json:"_error,omitzero"` // not of the specification: Chromium says in a text why an answer did not end
}

// Content is an answer's body.
type Content struct {
	Size     int64  `json:"size"`
	MimeType string `json:"mimeType"`
	Text     string `json:"text,omitzero"`
	Encoding string `json:"encoding,omitzero"` // base64, or none
	Comment  string `json:"comment,omitzero"`
}

// Timings are the parts of Entry.Time; -1 is a part that there was not, or that nobody
// knows.
type Timings struct {
	Blocked float64 `json:"blocked"`
	DNS     float64 `json:"dns"`
	Connect float64 `json:"connect"`
	Send    float64 `json:"send"`
	Wait    float64 `json:"wait"`
	Receive float64 `json:"receive"`
	SSL     float64 `json:"ssl"`
}

// Pair is a name and a value: a header, a query option or a cookie.
type Pair struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}
