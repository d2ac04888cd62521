package storage

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/graphemu/graphemu/emulator/internal/words"
)

// MaxBody is the largest body that the service takes, in bytes: a Put Blob of its
// newer versions. Documented: its page on scale targets.
const MaxBody = 5000 << 20

// exchange is one request while it is answered.
type exchange struct {
	store   *Store
	call    Call
	r       *http.Request
	body    io.Reader
	now     time.Time
	version string    // of the service, that the request goes by
	expires time.Time // of the SAS
	began   bool      // whether the body was read from
}

// success is an answer that is no error.
type success struct {
	status int
	header http.Header
	body   []byte
}

// Answer carries out c, which Parse made of r, with what body gives in place of
// r.Body (nil: nothing), and returns what to send. All of the service's rules
// are here: path, version, SAS, permissions, headers, conditions, the operation.
// The answer does not depend on anything but these, the store and now.
//
// An error is sent after the rest of the body was read and thrown away, up to
// MaxBody: a client that is still sending would otherwise see its connection
// break in place of the error. Where the client waits for "100 Continue", nothing
// is read.
func (s *Store) Answer(c Call, r *http.Request, body io.Reader, now time.Time) Reply {
	if body == nil {
		body = http.NoBody
	}
	id := c.RequestID
	if id == "" {
		id = s.requestID()
	}
	x := &exchange{store: s, call: c, r: r, body: body, now: now.UTC(), version: serviceVersion}
	s.Sweep(x.now)
	reply := x.reply(id)
	reply.Header.Set("X-Ms-Version", headerText(x.version))
	if given := r.Header.Get("X-Ms-Client-Request-Id"); given != "" && len(given) <= 1024 {
		reply.Header.Set("X-Ms-Client-Request-Id", headerText(given)) // documented: echoed up to 1,024 characters
	}
	return reply
}

func (x *exchange) reply(id string) Reply {
	done, err := x.run()
	if err == nil {
		reply := Reply{Status: done.status, Header: done.header, Body: done.body}
		reply.stamp(id, x.now)
		return reply
	}
	p, ok := errors.AsType[problem](err)
	if !ok {
		p = refuse("InternalError", reason, err.Error())
	}
	if x.began || !strings.EqualFold(x.r.Header.Get("Expect"), "100-continue") {
		_, _ = io.CopyN(io.Discard, x.body, MaxBody) // the answer stands, whatever becomes of the rest
	}
	return p.reply(x.r.Method, id, x.now)
}

// run does what the service does, in its order: what is wrong with the URI, the
// version or the verb is told to anyone, the rest to who may ask.
func (x *exchange) run() (success, error) {
	if err := x.checkURI(); err != nil {
		return success{}, err
	}
	if err := x.chooseVersion(); err != nil {
		return success{}, err
	}
	if x.call.Operation == preflight {
		return success{}, refuse("CorsPreflightFailure") // a storage account allows no origin unless told to [documented]
	}
	if x.call.Operation == "" {
		return success{}, x.unknown()
	}
	t, err := x.authenticate()
	if err != nil {
		return success{}, err
	}
	if err := x.authorize(t); err != nil {
		return success{}, err
	}
	c, err := x.store.container(x.call.Container)
	if err != nil {
		return success{}, err
	}
	if err := x.checkHeaders(); err != nil {
		return success{}, err
	}
	return x.carryOut(c)
}

func (x *exchange) carryOut(c *container) (success, error) {
	switch x.call.Operation {
	case putBlob:
		return x.putBlob(c)
	case putBlock:
		return x.putBlock(c)
	case putBlockList:
		return x.putBlockList(c)
	case getBlockList:
		return x.getBlockList(c)
	case getBlobProperties:
		return x.getBlobProperties(c)
	case putAppendBlob, putPageBlob, appendBlock, sealBlob, putPage:
		return success{}, refuse("InvalidBlobType", reason,
			x.call.Operation+" is not emulated: graphemu takes block blobs only, with x-ms-blob-type: BlockBlob") // chosen
	}
	return success{}, refuse("NotImplemented", reason,
		x.call.Operation+" is not emulated: files are put with Put Blob, or with Put Block and Put Block List") // chosen
}

// checkURI tells what is wrong with the path and the query.
func (x *exchange) checkURI() error {
	c := x.call
	if c.account != "" {
		// Chosen: the service has no name in the DNS for an account that is not there.
		return refuse("ResourceNotFound", reason, "the storage account here is "+Account+", not "+words.Quote(c.account))
	}
	if c.wrong != "" {
		return refuse("InvalidUri", reason, c.wrong)
	}
	if code, why := badContainerName(c.Container); code != "" && c.resource().level != onAccount {
		return refuse(code, reason, why+", not "+words.Quote(c.Container))
	}
	if c.Blob != "" {
		if why := badBlobName(c.Blob); tooLong(c.Blob) {
			return refuse("OutOfRangeInput", reason, why)
		} else if why != "" {
			return refuse("InvalidUri", reason, why)
		}
	}
	for _, name := range ownParameters {
		if values := c.Query[name]; len(values) > 1 {
			return refuse("InvalidQueryParameterValue", queryName, name, queryValue, strings.Join(values, ","), reason,
				"The parameter is there more than once.")
		}
	}
	if t := c.Query.Get("timeout"); t != "" {
		if n, err := strconv.Atoi(t); err != nil || n < 0 {
			return refuse("InvalidQueryParameterValue", queryName, "timeout", queryValue, t, reason, "Not a number of seconds.")
		}
	}
	return nil
}

// ownParameters are those that an operation reads once.
var ownParameters = []string{"comp", "restype", "blockid", "blocklisttype", "timeout", "api-version"}

// unknown says why a request is for no operation.
func (x *exchange) unknown() problem {
	asked := x.call.resource()
	if methods := names(operations[asked]); len(methods) > 0 {
		p := refuse("UnsupportedHttpVerb", reason, "not a method that is here: "+strings.Join(methods, ", "))
		p.header = http.Header{"Allow": {strings.Join(methods, ", ")}} // documented: RFC 9110, 15.5.6
		return p
	}
	if asked.level == onContainer && asked.restype == "" {
		// What a client meets that sends the file to the URL as it came [inferred].
		return refuse("InvalidUri", reason, "the name of the blob is missing: put it between the container and the question mark, "+
			"as …/"+x.call.Container+"/school.csv?…; what is asked of the container itself has restype=container")
	}
	name := "comp"
	for known := range operations {
		if known.level == asked.level && known.comp == asked.comp && known.restype != asked.restype {
			name = "restype" // comp is fine, so it is the other one
		}
	}
	return refuse("InvalidQueryParameterValue", queryName, name, queryValue, x.call.Query.Get(name),
		reason, "Not a value that "+x.r.Method+" has here.")
}

// refused are headers that would change what is stored, and are not emulated.
var refused = []string{
	"X-Ms-Encryption-Key", "X-Ms-Encryption-Key-Sha256", "X-Ms-Encryption-Algorithm", "X-Ms-Encryption-Scope",
	"X-Ms-Structured-Body", "X-Ms-Legal-Hold", "X-Ms-Immutability-Policy-Until-Date", "X-Ms-Immutability-Policy-Mode",
}

// checkHeaders tells what is wrong with the headers that every operation has.
func (x *exchange) checkHeaders() error {
	for _, name := range refused {
		if v := x.r.Header.Get(name); v != "" {
			return refuse("UnsupportedHeader", headerName, strings.ToLower(name), headerValue, v, reason, "graphemu does not emulate this header")
		}
	}
	if x.r.Header.Get("X-Ms-Lease-Id") != "" {
		return refuse("LeaseNotPresentWithBlobOperation")
	}
	return nil
}

// container returns the container of that name, or ContainerNotFound.
func (s *Store) container(name string) (*container, error) {
	s.mu.Lock()
	defer s.unlock()
	if c := s.containers[name]; c != nil {
		return c, nil
	}
	return nil, refuse("ContainerNotFound")
}

// update runs change on c under the lock, if c still is the container of that
// name: it may have been dropped, and made anew, while the body was read.
func (x *exchange) update(c *container, change func() error) error {
	s := x.store
	s.mu.Lock()
	defer s.unlock()
	if s.containers[x.call.Container] != c {
		return refuse("ContainerNotFound")
	}
	return change()
}

// full is the problem of a world that has no room.
func (s *Store) full(wanted int64) problem {
	return refuse("RequestBodyTooLarge", maxLimit, strconv.FormatInt(s.limits.World, 10), reason,
		fmt.Sprintf("%d bytes more do not fit: "+
			"the files of a world have %d bytes together, uncommitted blocks included", wanted, s.limits.World)) // chosen
}
