package control

import (
	"bytes"
	"io"
	"net/http"

	"github.com/gorilla/mux"

	"github.com/graphemu/graphemu/emulator/internal/report"
	"github.com/graphemu/graphemu/emulator/internal/ui"
)

// Verdict is how clients are judged. It is a JSON value.
type Verdict interface {
	WriteText(io.Writer) error
	WriteJUnit(io.Writer) error
}

func (c *Control) verifyAll(r *http.Request) (any, error) {
	as, err := verdictQuery(r)
	if err != nil {
		return nil, err
	}
	return as.write(c.Server.Verify(as.strict)), nil
}

// verifyOne judges the clients of a world; of one that was dropped, by what is kept of
// it. Such a one has no current chapter.
func (c *Control) verifyOne(r *http.Request) (any, error) {
	w, err := c.find(r)
	if err != nil {
		return nil, err
	}
	as, err := verdictQuery(r, "chapter")
	if err != nil {
		return nil, err
	}
	ref := mux.Vars(r)["world"]
	switch {
	case w != nil && as.current:
		return as.write(w.VerifySinceReset(as.strict)), nil
	case w != nil:
		return as.write(w.Verify(as.strict)), nil
	case as.current || !c.Server.WasDropped(ref):
		return nil, c.noWorld(r)
	}
	return as.write(c.Server.VerifyDropped(ref, as.strict)), nil
}

func (c *Control) forgetAll(*http.Request) (any, error) {
	c.Server.Forget()
	return nothing{}, nil
}

// forgetOne forgets what is known of a world, also of one that was dropped.
func (c *Control) forgetOne(r *http.Request) (any, error) {
	w, err := c.find(r)
	if err != nil {
		return nil, err
	}
	if w != nil {
		w.Forget()
	} else {
		c.Server.ForgetDropped(mux.Vars(r)["world"])
	}
	return nothing{}, nil
}

// asked is what a query asks of a verdict.
type asked struct {
	strict  bool   // warnings are failures
	current bool   // judge what was called since the last reset
	format  string // json, text or junit
}

// verdictQuery reads a query; more are the parameters that only some calls have.
func verdictQuery(r *http.Request, more ...string) (asked, error) {
	q, err := query(r, append([]string{"strict", "format"}, more...)...)
	if err != nil {
		return asked{}, err
	}
	strict, err := oneOf(q, "strict", "false", "true")
	if err != nil {
		return asked{}, err
	}
	format, err := oneOf(q, "format", "json", "text", "junit")
	if err != nil {
		return asked{}, err
	}
	chapter, err := oneOf(q, "chapter", "all", "current")
	return asked{strict == "true", chapter == "current", format}, err
}

// write answers a verdict as the query's format says. One that is not good is still an
// answer, so the status is 200.
func (a asked) write(v Verdict) any {
	switch a.format {
	case "text":
		return stream{mediaText, v.WriteText}
	case "junit":
		return stream{"application/xml", v.WriteJUnit}
	}
	return v
}

// Permissions is what clients needed of permissions, and had. It is a JSON value.
type Permissions interface {
	WriteText(io.Writer) error
}

func (c *Control) permissions(w World, r *http.Request) (any, error) {
	q, err := query(r, "format")
	if err != nil {
		return nil, err
	}
	format, err := oneOf(q, "format", "json", "text")
	if err != nil {
		return nil, err
	}
	p := w.Permissions()
	if format == "text" {
		return stream{mediaText, p.WriteText}, nil
	}
	return p, nil
}

// reportAll and report answer one file of HTML with what the page shows.
func (c *Control) reportAll(*http.Request) (any, error) { return asReport(c.Server.WriteReport) }

func (c *Control) report(w World, _ *http.Request) (any, error) { return asReport(w.WriteReport) }

func asReport(write func(io.Writer) error) (any, error) {
	var b bytes.Buffer // it is bounded
	if err := write(&b); err != nil {
		return nil, err
	}
	return byHandler(func(w http.ResponseWriter, _ *http.Request) {
		ui.Send(w, ui.MediaHTML+"; charset=utf-8", report.Policy(), b.Bytes())
	}), nil
}
