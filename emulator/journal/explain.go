package journal

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/graphemu/graphemu/emulator/internal/words"
)

// Explain tells the entry's story, for people: what came, which operation that
// is, what struck it and what nearly did, what it changed, what was answered and
// why, and what the client was told to wait. parts are those of a batch; they
// are listed. It ends with a line break, and holds no control character that a
// client sent.
func (e Entry) Explain(parts ...Entry) string {
	var x explanation
	x.line("Entry %d of world %s, %s on the world's clock", e.ID, words.Clean(e.World), instant(e.At))
	x.line("")
	x.line("  %s", e.address())
	x.line("")
	x.came(&e)
	x.struck(e.Detail, len(parts) > 0)
	x.changed(&e)
	x.answered(&e)
	x.told(e.Detail)
	if e.Outcome != "" {
		x.line("What came of it: %s.", words.Clean(e.Outcome))
	}
	if e.Advice != "" {
		x.line("Advice: %s.", words.Clean(e.Advice))
	}
	x.held(parts)
	x.body("The body of the request:", e.RequestBody)
	x.body("The body of the answer:", e.ResponseBody)
	return x.String()
}

// body quotes a body under a heading.
func (x *explanation) body(heading, body string) {
	if body == "" {
		return
	}
	x.line("")
	x.line("%s", heading)
	for line := range strings.Lines(body) {
		x.line("  %s", words.Clean(strings.TrimRight(line, "\r\n")))
	}
}

// explanation is a text in the making.
type explanation struct{ strings.Builder }

func (x *explanation) line(format string, args ...any) {
	fmt.Fprintf(&x.Builder, format+"\n", args...)
}

// address is the method with the path and the query, as in a request's first line.
func (e *Entry) address() string {
	s := e.Method + " " + e.Path
	if e.Query != "" {
		s += "?" + e.Query
	}
	return words.Clean(s)
}

func (x *explanation) came(e *Entry) {
	switch {
	case e.Operation == "" && e.Level != "":
		x.line("Graph has this, and graphemu has no operation for it.")
	case e.Operation == "":
		x.line("This is none of the API's operations.")
	case e.Profile == "":
		x.line("This is the operation %s.", words.Clean(e.Operation))
	default:
		x.line("This is the operation %s of the profile %s.", words.Clean(e.Operation), words.Clean(e.Profile))
	}
	switch e.Level {
	case LevelGeneric:
		x.line("Its level is generic: it is served from the metadata alone.")
	case LevelUnsupported:
		x.line("Its level is unsupported: graphemu does not have it. A fault on %s %s can answer in its place.",
			words.Clean(e.Method), words.Clean(below(e.Path)))
	}
	switch e.Client {
	case "":
		x.line("It came without the id of an app, with %s of body.", words.Count(e.RequestBytes, "byte", "bytes"))
	case "opaque":
		x.line("It came with an opaque token, which names no app, and with %s of body.", words.Count(e.RequestBytes, "byte", "bytes"))
	default:
		x.line("It came from the app %s, with %s of body.", words.Clean(e.Client), words.Count(e.RequestBytes, "byte", "bytes"))
	}
	if e.Batch != 0 {
		x.line("It is a part of the batch of entry %d.", e.Batch)
	}
}

// below is a path without its version, as a rule names it.
func below(path string) string {
	_, rest, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	return "/" + rest
}

// struck tells what the scenario did, and what it nearly did.
func (x *explanation) struck(d *Detail, batch bool) {
	if d == nil && batch {
		x.line("No rule of the scenario had anything to do with the batch as a whole.")
		return
	}
	if d == nil {
		x.line("No rule of the scenario had anything to do with it.")
		return
	}
	if f := d.Fault; f != nil {
		x.line("The fault %q struck it: %s. It is call %d of those that match the rule.",
			f.Rule, words.Clean(strings.Join(f.Effects, ", ")), f.Call)
	}
	if d.Throttled != "" {
		x.line("The throttle %q refused it: its window allows no more requests.", d.Throttled)
	}
	if d.Burst != "" {
		x.line("The throttle %q saw a burst: most of its window's requests came within a tenth of it.", d.Burst)
	}
	if len(d.Misses) > 0 {
		x.line("What nearly struck it:")
		for _, m := range d.Misses {
			x.line("  - %s: %s", words.Clean(m.Rule), words.Clean(m.Why))
		}
	}
	if d.Lifecycle != "" {
		x.line("It set the lifecycle %q going.", d.Lifecycle)
	}
}

func (x *explanation) changed(e *Entry) {
	switch b, a := e.Before, e.After; {
	case b == nil && a == nil:
	case e.Subject != nil:
		x.object(e.Subject, b, a)
	case b == nil:
		x.line("Afterwards %s.", a.words())
	case a == nil:
		x.line("At that time %s.", b.words())
	case *a == *b && !a.Gone && e.Status >= 200 && e.Status < 300:
		// An update or an upload changes something else.
		x.line("The profile's state stayed %s and the sync's status %s.", orNone(a.State), orNone(a.Status))
	case *a == *b:
		x.line("It changed nothing: %s, before and after.", a.words())
	case a.Gone || b.Gone || a.State != b.State && a.Status != b.Status:
		x.line("It changed this: before, %s; afterwards, %s.", b.words(), a.words())
	case a.State != b.State:
		x.line("It changed the profile's state from %s to %s; the sync's status stayed %s.", b.State, a.State, orNone(a.Status))
	default:
		x.line("It changed the sync's status from %s to %s; the profile's state stayed %s.", orNone(b.Status), orNone(a.Status), a.State)
	}
}

// object tells what a call did to an object that is no profile.
func (x *explanation) object(ref *Ref, b, a *Subject) {
	name := words.Clean(ref.Path)
	switch {
	case a == nil:
	case b == nil || b.Gone:
		if a.Gone {
			x.line("There was no %s, before and after.", name)
		} else {
			x.line("Afterwards there was %s.", name)
		}
	case a.Gone:
		x.line("Afterwards %s was gone.", name)
	case a.Object == b.Object:
		x.line("It changed no property of %s.", name)
	default:
		x.line("It changed %s: %s.", name, words.Join(changedMembers(string(b.Object), string(a.Object)), "and"))
	}
}

// changedMembers names the members of an object that are others now.
func changedMembers(before, after string) (names []string) {
	b, a := gjson.Parse(before).Map(), gjson.Parse(after).Map()
	for name := range b {
		if b[name].Raw != a[name].Raw {
			names = append(names, words.Clean(name))
		}
	}
	for name := range a {
		if !b[name].Exists() {
			names = append(names, words.Clean(name))
		}
	}
	slices.Sort(names)
	return names
}

func (s *Subject) words() string {
	if s.Gone {
		return "there was no such profile"
	}
	return fmt.Sprintf("the profile's state was %s and the sync's status %s", orNone(s.State), orNone(s.Status))
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return words.Clean(s)
}

func (x *explanation) answered(e *Entry) {
	took, late := "", ""
	if e.Waited > 0 {
		took = fmt.Sprintf(", with %v of delay in it as the rule says", words.Rounded(e.Waited.Std()))
	}
	if e.Duration > 0 { // a report has none: it is of the wall clock
		took = fmt.Sprintf(", after %v", words.Rounded(e.Duration.Std())) + took
		late = " (" + took[2:] + ")"
	}
	switch p := e.Error; {
	case e.Status == 0:
		x.line("No answer was sent%s.", late)
	case p == nil:
		x.line("The answer was %s with %s of body%s.", status(e.Status), words.Count(e.ResponseBytes, "byte", "bytes"), took)
	default:
		x.line("The answer was %s%s: %s: %s", status(e.Status), took, words.Clean(p.Code), words.Clean(p.Message))
	}
	if p := e.Error; p != nil {
		if e.Status == 0 {
			x.line("It would have been: %s: %s", words.Clean(p.Code), words.Clean(p.Message))
		}
		if p.Refused {
			x.line("A schema, or a rule of the model, refused the body:")
		} else if len(p.Details) > 0 {
			x.line("graphemu's help:")
		}
		for _, d := range p.Details {
			x.line("  - %s%s (%s)", at(d.Target), words.Clean(d.Message), words.Clean(d.Code))
		}
	}
	if d := e.Denied; d != nil {
		x.line("Permissions that would have been enough, the least privileged first: %s.", words.Cut(namedOrNone(d.Needed), 1000, "…"))
		x.line("Permissions of its token: %s.", words.Cut(namedOrNone(d.Had), 1000, "…"))
	}
	x.line("Its request-id is %s.", words.Clean(e.RequestID))
}

// at begins a line about a part of a body, a query option or a header.
func at(target string) string {
	if target == "" {
		return ""
	}
	return words.Clean(target) + ": "
}

// told tells what the client was told to wait, and whether it came too early.
func (x *explanation) told(d *Detail) {
	if d == nil {
		return
	}
	if d.RetryAfter != nil {
		format := ""
		if d.RetryFormat != "" {
			format = " as " + d.RetryFormat
		}
		x.line("The client was told to wait %v before it comes again (Retry-After%s).", words.Rounded(d.RetryAfter.Std()), format)
	}
	if d.Early != nil {
		x.line("The client came too early: the answer of entry %d told it to wait %v longer, on the world's clock.",
			d.Early.Entry, words.Rounded(d.Early.By.Std()))
	}
}

// held lists the parts of a batch.
func (x *explanation) held(parts []Entry) {
	if len(parts) == 0 {
		return
	}
	x.line("Its parts, each an entry of its own:")
	var table strings.Builder
	_ = WriteText(&table, parts) // a Builder takes everything
	for line := range strings.Lines(table.String()) {
		x.WriteString("  " + line)
	}
}

// status is an HTTP status with its class in words, as people search for it.
func status(code int) string {
	if text := statusText[code]; text != "" {
		return fmt.Sprintf("%d %s", code, text)
	}
	return strconv.Itoa(code)
}

// statusText are the statuses that this API sends. Package net/http has them
// all, and is no import of a package that knows no wire.
var statusText = map[int]string{
	200: "OK", 201: "Created", 202: "Accepted", 204: "No Content", 304: "Not Modified",
	400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed", 406: "Not Acceptable",
	408: "Request Timeout", 409: "Conflict", 410: "Gone", 411: "Length Required", 412: "Precondition Failed", 413: "Request Entity Too Large",
	415: "Unsupported Media Type", 422: "Unprocessable Entity", 424: "Failed Dependency", 429: "Too Many Requests",
	500: "Internal Server Error", 501: "Not Implemented", 502: "Bad Gateway", 503: "Service Unavailable",
	504: "Gateway Timeout", 507: "Insufficient Storage", 509: "Bandwidth Limit Exceeded",
}

func instant(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }
