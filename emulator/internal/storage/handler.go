package storage

import (
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/graphemu/graphemu/emulator/fault"
	"github.com/graphemu/graphemu/emulator/internal/engine"
	"github.com/graphemu/graphemu/emulator/journal"
)

// handler is a request of the storage account on its way. It is an engine.Handler.
type handler struct {
	engine.Call
	files *Store
	call  Call
}

// Serve answers a request of the storage account, in the world whose key has signed
// its SAS; files are that world's. It meets the scenario, and is recorded, as every
// other.
func Serve(e *engine.Engine, w http.ResponseWriter, r *http.Request, world *engine.World, files *Store, from engine.Caller, call Call) {
	h := &handler{files: files, call: call}
	e.Begin(&h.Call, h, r, world, from, false)
	h.call.RequestID = h.ID // as the journal has it
	a := e.Answer(&h.Call)
	if h.Answered() && !strings.EqualFold(r.Header.Get("Expect"), "100-continue") {
		// A client that is still sending would see its connection break in place of
		// the answer.
		io.CopyN(io.Discard, r.Body, MaxBody) // the answer stands, whatever becomes of the rest
	}
	if r.Method == http.MethodHead && a.Failed {
		a.Body, a.Media = nil, "" // a rule's own: see Reply
	}
	e.Finish(w, &h.Call, a)
}

// Resolve tells what Parse has found.
func (h *handler) Resolve() (a engine.Reply, done bool) {
	h.Operation, h.Subject = h.call.Operation, h.call.Container
	return engine.Reply{}, false
}

// RetryKey tells blocks apart: several of a file are sent at a time, each a call of
// its own.
func (h *handler) RetryKey() string {
	return h.Call.RetryKey() + "\x00" + h.call.Operation + "\x00" + h.call.Query.Get("blockid")
}

// Handle carries the call out. Its body goes to the store as it comes.
func (h *handler) Handle() engine.Reply {
	if h.Standing().Gone {
		h.files.Drop(h.call.Container) // the profile is gone, and its container with it
	}
	if h.files.MakeRoom != nil && h.files.Used() > h.files.Limits().World/2 {
		h.files.MakeRoom(h.Now) // others may be gone as well
	}
	return h.reply(h.files.Answer(h.call, h.Request, h.Request.Body, h.Now))
}

// reply is an answer of the storage account.
func (h *handler) reply(b Reply) engine.Reply {
	if b.Code != "" {
		h.Problem = &journal.Problem{Code: b.Code, Message: b.Message}
	}
	return engine.Reply{Status: b.Status, Header: b.Header, Body: b.Body, Failed: b.Code != ""}
}

// fail is an error of the service; empty texts are those that suit the status.
func (h *handler) fail(status int, code, message string) engine.Reply {
	return h.reply(Failure(h.Method, status, code, message, h.ID, h.Now))
}

// Broken is the service's 500.
func (h *handler) Broken() engine.Reply { return h.fail(http.StatusInternalServerError, "", "") }

// Throttled is how Azure Storage throttles. Documented: its page on scalability.
func (h *handler) Throttled() engine.Reply { return h.fail(http.StatusServiceUnavailable, "", "") }

// Respond is an error of the service, or the rule's own body. A rule of every
// operation may have the name of one of Graph's: then the status counts.
func (h *handler) Respond(r *fault.Respond) engine.Reply {
	if r.Body != nil {
		return engine.Body(r, "application/json")
	}
	code := r.Error
	if !slices.Contains(Codes(), code) {
		code = ""
	}
	return h.fail(r.Status, code, r.Message)
}
