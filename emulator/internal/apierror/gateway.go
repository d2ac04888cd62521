package apierror

import "net/http"

// What stands before Graph answers some requests by itself, with a page for people.

// MediaPage is the Content-Type of such a page.
const MediaPage = "text/html; charset=us-ascii"

// LengthRequiredPage answers a POST with neither Content-Length nor chunks. Observed
// on Graph (graph-rs-sdk#524 of 2026, msgraph-docs pull request 2262 of 2018); the
// whole page on OneDrive's API (onedrive-api-docs#549).
const LengthRequiredPage = `<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01//EN""http://www.w3.org/TR/html4/strict.dtd">` + "\r\n" +
	`<HTML><HEAD><TITLE>Length Required</TITLE>` + "\r\n" +
	`<META HTTP-EQUIV="Content-Type" Content="text/html; charset=us-ascii"></HEAD>` + "\r\n" +
	`<BODY><h2>Length Required</h2>` + "\r\n" +
	`<hr><p>HTTP Error 411. The request must be chunked or have a content length.</p>` + "\r\n" +
	`</BODY></HTML>` + "\r\n"

// LengthRequired is the same as the journal keeps it; the code is chosen.
func LengthRequired() *Error {
	e := &Error{Status: http.StatusLengthRequired, Code: "LengthRequired", Message: "The request must be chunked or have a content length."}
	return e.Help("lengthRequired", "Content-Length",
		"a POST without a body needs the header Content-Length: 0, which curl sends with -d ''; most HTTP clients send it by themselves")
}
