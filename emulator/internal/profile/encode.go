package profile

import (
	"bytes"
	"encoding/json"
	"strconv"
	"time"
)

// Timestamp writes an instant as the service did, in up to seven decimals of a
// second. Observed: 2017-06-14T01:13:21.2495183Z.
func Timestamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.9999999Z") }

// JSON returns the profile on the wire, an object without "@odata.context". It
// is encoded when it is first asked for after a change; callers must not write to it.
func (r *Record) JSON() []byte {
	if b := r.encoded.Load(); b != nil {
		return *b
	}
	b := marshal(&r.Profile)
	if r.plainTypes {
		// Variant typeHash=without. Inside a JSON string the quotes would be
		// escaped, so nothing but a type annotation looks like this.
		b = bytes.ReplaceAll(b, []byte(`"@odata.type":"#`), []byte(`"@odata.type":"`))
	}
	b = bytes.Clone(b) // without the encoder's spare room: it is kept for long
	r.encoded.Store(&b)
	return b
}

// forget drops the encoded form, since the profile changed.
func (r *Record) forget() { r.encoded.Store(nil) }

// marshal encodes v without HTML escapes, which Graph does not use.
func marshal(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic(err) // our own types, which can always be encoded
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// StatusFormat is how a client wants a status to be written.
type StatusFormat struct {
	UnknownMembers bool // Prefer: include-unknown-enum-members
	Int64AsString  bool // IEEE754Compatible=true
}

// AppendStatus appends the educationSynchronizationProfileStatus of r to dst.
// Its id is the profile's (inferred: it is a contained single value).
func (r *Record) AppendStatus(dst []byte, f StatusFormat) []byte {
	status := r.Sync.Status
	// Documented: members after unknownFutureValue are sent as that to clients
	// that did not ask for them.
	if !f.UnknownMembers && (status == Extracting || status == Validating) {
		status = "unknownFutureValue"
	}
	dst = append(dst, `{"id":`...)
	dst = appendString(dst, r.Profile.ID)
	dst = append(append(append(dst, `,"status":"`...), status...), `","errorCount":`...)
	if f.Int64AsString {
		dst = append(strconv.AppendInt(append(dst, '"'), r.Sync.ErrorCount, 10), '"')
	} else {
		dst = strconv.AppendInt(dst, r.Sync.ErrorCount, 10)
	}
	if t := r.Sync.LastActivity; !t.IsZero() {
		dst = append(append(append(dst, `,"lastActivityDateTime":"`...), Timestamp(t)...), '"')
	}
	if t := r.Sync.LastSuccessful; !t.IsZero() {
		dst = append(append(append(dst, `,"lastSynchronizationDateTime":"`...), Timestamp(t)...), '"')
	}
	if r.Sync.Message != "" {
		dst = appendString(append(dst, `,"statusMessage":`...), r.Sync.Message)
	}
	return append(dst, '}')
}

// Append appends the error as an educationSynchronizationError to dst.
func (e *SyncError) Append(dst []byte) []byte {
	dst = append(dst, marshal(struct {
		*SyncError
		RecordedDateTime string `json:"recordedDateTime"`
	}{e, Timestamp(e.Recorded)})...)
	return dst
}

func appendString(dst []byte, s string) []byte { return append(dst, marshal(s)...) }
