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

func (c *Control) verifyAll(r *http.Request) (any, error) { return verdict(r, c.Server.Verify) }

// verifyOne judges the clients of a world; of one that was dropped, by what is kept of it.
func (c *Control) verifyOne(r *http.Request) (any, error) {
	w, err := c.find(r)
	if err != nil {
		return nil, err
	}
	if w != nil {
		return verdict(r, w.Verify)
	}
	ref := mux.Vars(r)["world"]
	if !c.Server.WasDropped(ref) {
		return nil, c.noWorld(r)
	}
	return verdict(r, func(strict bool) Verdict { return c.Server.VerifyDropped(ref, strict) })
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

// verdict judges, and answers as the query's format says: json, text or junit. A
// verdict that is not good is still an answer, so the status is 200.
func verdict(r *http.Request, judge func(strict bool) Verdict) (any, error) {
	q, err := query(r, "strict", "format")
	if err != nil {
		return nil, err
	}
	strict, err := oneOf(q, "strict", "false", "true")
	if err != nil {
		return nil, err
	}
	format, err := oneOf(q, "format", "json", "text", "junit")
	if err != nil {
		return nil, err
	}
	v := judge(strict == "true")
	switch format {
	case "text":
		return stream{mediaText, v.WriteText}, nil
	case "junit":
		return stream{"application/xml", v.WriteJUnit}, nil
	}
	return v, nil
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
