package surface

import (
	"io"
	"net"
	"net/http"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/apierror"
	"github.com/graphemu/graphemu/emulator/internal/jsontree"
	"github.com/graphemu/graphemu/emulator/internal/storage"
	"github.com/graphemu/graphemu/emulator/internal/workloads/sds/profile"
)

// uploadURL answers where to put the files: a container SAS, good for an hour.
// Documented: only for CSV profiles; 409 while a request of the profile is
// processed, which is while its sync extracts or validates (inferred). 200 is the
// page's text, 201 its example's status line, variant uploadUrlStatus.
func (s *Surface) uploadURL(c *call) (reply, error) {
	if err := c.noOptions(profile.Type); err != nil {
		return reply{}, err
	}
	r, err := c.world.Profiles.Allow(c.now, c.id, profile.CallUploadURL)
	if err != nil {
		return reply{}, err
	}
	if r.Sync.Status == profile.Extracting || r.Sync.Status == profile.Validating {
		return reply{}, apierror.Processing().Help("illegalState", "",
			"the sync's status is %s; ask again when it is inProgress or over", r.Sync.Status)
	}
	dst := c.room(1024)
	if c.format.level == none {
		dst = append(dst, `{"value":`...)
	} else {
		dst = append(c.context(dst, "String"), `,"value":`...)
	}
	dst = append(jsontree.Append(dst, c.world.Blobs.UploadURL(c.storage(), r.ID, c.now)), '}')
	status := http.StatusOK
	if c.play.Variants.Is("uploadUrlStatus", "201") {
		status = http.StatusCreated
	}
	return reply{status: status, media: c.format.media(), body: dst}, nil
}

// storage is where this server's storage account is, as the client reaches it. A
// name of this machine becomes its address: AzCopy and the Azure SDKs know the
// path style only where the host is an IP address (seen in their code). Who asks
// for the service by its own name gets the account's own name too.
func (c *call) storage() string {
	if c.byName {
		return c.scheme + storage.Host
	}
	host, port, err := net.SplitHostPort(c.host)
	if err != nil {
		host, port = c.host, ""
	}
	if c.scheme == "" || !strings.EqualFold(host, "localhost") && !strings.HasSuffix(strings.ToLower(host), ".localhost") {
		return c.scheme + c.host // a public URL is as it is
	}
	if port == "" {
		return c.scheme + "127.0.0.1"
	}
	return c.scheme + net.JoinHostPort("127.0.0.1", port)
}

// ServeUpload answers upload, a request of the storage account, in the world whose
// key has signed its SAS. It meets the scenario, and is recorded, as every other.
func (s *Surface) ServeUpload(w http.ResponseWriter, r *http.Request, world *World, from Caller, upload storage.Call) {
	c := new(call)
	c.init(s, r, world, from)
	upload.RequestID = c.ids.Request // as the journal has it
	c.upload = &upload
	c.operation, c.id, c.method = c.upload.Operation, c.upload.Container, r.Method
	c.at.path = r.URL.Path
	c.writer, c.request = w, r
	a := s.protected(c)
	if c.strike != nil && c.strike.Rule.Respond != nil && !onWire(c.strike.Rule) &&
		!strings.EqualFold(r.Header.Get("Expect"), "100-continue") {
		// A client that is still sending would see its connection break in place of
		// the answer.
		io.CopyN(io.Discard, r.Body, storage.MaxBody) // the answer stands, whatever becomes of the rest
	}
	if r.Method == http.MethodHead && a.failed {
		a.body, a.media = nil, "" // a scenario's own: see storage.Reply
	}
	s.record(c, a)
	s.send(w, r, c, a)
}

// store carries the call out. Its body goes to the store as it comes.
func (s *Surface) store(c *call) reply {
	if _, err := c.world.Profiles.Get(c.now, c.upload.Container); err != nil {
		c.world.Blobs.Drop(c.upload.Container) // the profile is gone, and its container with it
	}
	if c.world.Blobs.Used() > c.world.Blobs.Limits().World/2 {
		c.world.Intake.Settle(c.now) // makes room: others may be gone as well
	}
	return c.stored(c.world.Blobs.Answer(*c.upload, c.request, c.request.Body, c.now))
}

// storageError is an error of the storage account that a scenario asked for: its own
// words for the status, unless the rule has a message.
func (c *call) storageError(status int, message string) reply {
	if message == apierror.Named("", status, c.now).Message {
		message = "" // Graph's words; here the service has its own
	}
	return c.stored(storage.Failure(c.method, status, "", message, c.ids.Request, c.now))
}

// foreignHeaders sets the headers of an answer of another surface than Graph.
func (s *Surface) foreignHeaders(h http.Header, c *call, a reply) {
	for name, values := range a.header {
		h[name] = values
	}
	if a.media != "" { // a scenario's own
		h["Content-Type"] = []string{a.media}
	}
	h["x-graphemu-explain"] = []string{c.ids.Entry}
	if !c.world.Clock.InStep() {
		apierror.SetDate(h, c.now)
	}
	if c.header["Origin"] != nil {
		apierror.SetCrossOrigin(h)
	}
}

// stored is an answer of the storage account.
func (c *call) stored(b storage.Reply) reply {
	a := reply{status: b.Status, header: b.Header, body: b.Body, failed: b.Code != "", foreign: true}
	if b.Code != "" {
		c.failure = &apierror.Error{Status: b.Status, Code: b.Code, Message: b.Message}
	}
	return a
}
