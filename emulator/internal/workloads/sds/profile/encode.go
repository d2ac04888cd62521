package profile

import (
	"bytes"
	"strconv"
	"time"

	"github.com/graphemu/graphemu/emulator/internal/jsontree"
)

// Timestamp writes an instant as the service did, in up to seven decimals of a
// second. Observed: 2017-06-14T01:13:21.2495183Z.
func Timestamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.9999999Z") }

// encode writes a profile as it is on the wire. plainTypes is the variant
// typeHash=without.
func encode(p Profile, plainTypes bool) []byte {
	b := jsontree.Append(nil, &p)
	if plainTypes {
		b = plainTypeNames(b)
	}
	return b
}

// plainTypeNames takes the hash off every type name. Inside a JSON string the
// quotes would be escaped, so nothing but a type annotation looks like this.
func plainTypeNames(b []byte) []byte {
	return bytes.ReplaceAll(b, []byte(`"@odata.type":"#`), []byte(`"@odata.type":"`))
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
	dst = appendString(dst, r.ID)
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
	// Never absent: it is not nullable in the service's own metadata.
	return append(appendString(append(dst, `,"statusMessage":`...), r.Sync.Message), '}')
}

// Append appends the error as an educationSynchronizationError to dst.
func (e *SyncError) Append(dst []byte) []byte {
	dst = jsontree.Append(dst, struct {
		*SyncError
		RecordedDateTime string `json:"recordedDateTime"`
	}{e, Timestamp(e.Recorded)})
	return dst
}

func appendString(dst []byte, s string) []byte { return jsontree.Append(dst, s) }
