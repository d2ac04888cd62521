package entra

import (
	"errors"
	"net/http"
	"strings"
)

// deviceAuth is the page where a user enters the code that a device shows.
func (x *exchange) deviceAuth() Reply {
	if x.r.Method == http.MethodPost {
		return x.decided()
	}
	b, cookie := x.bind()
	sealed, err := x.seal(sealPage, b)
	if err != nil {
		return x.fail(x.broken(err))
	}
	code := x.call.params.get("user_code")
	if len(code) > 32 {
		code = ""
	}
	d := pageData{Title: "Sign in on a device", Kind: "device",
		Sealed: sealed, Action: "/" + x.tenant.ID + "/oauth2/deviceauth", UserCode: code}
	if waiting, ok := x.tenant.Sessions.waitingFor(x.tenant.Now, code); ok {
		c := client{id: waiting.client, app: x.tenant.app(waiting.client)}
		d.App, d.Scopes = c.label(), strings.Fields(waiting.scope)
	}
	d.Users, d.More = x.shown()
	reply := x.html(http.StatusOK, d, "")
	reply.Header.Add("Set-Cookie", cookie.String())
	return reply
}

// decided carries out what a user chose on the page.
func (x *exchange) decided() Reply {
	var b binding
	if p := x.unbind(sealPage, &b, &b); p != nil {
		return x.fail(p)
	}
	form, t := x.call.params, x.tenant
	code := form.get("user_code")
	var err error
	notice := "You have signed in on the device. You may close this page."
	switch form.get("action") {
	case "approve":
		name := form.get("other")
		if name == "" {
			name = form.get("user")
		}
		u, p := x.signedIn(name)
		if p == nil {
			p = x.mustChange(u) // chosen: the form for it is on the other page alone
		}
		if p != nil {
			return x.fail(p)
		}
		err = t.Sessions.ApproveDevice(t.Now, code, u.PrincipalName)
	case "decline":
		notice = "You have declined. The device was not signed in."
		err = t.Sessions.DeclineDevice(t.Now, code)
	default:
		return x.fail(refuse(badParameter).help("action", "action", "it must be approve or decline"))
	}
	switch {
	case errors.Is(err, ErrDecided):
		return x.fail(refuse(badUserCode).help("userCode", "user_code", "%v", err))
	case err != nil:
		return x.fail(refuse(badUserCode).help("userCode", "user_code", "%v; have the device show a new one", err))
	}
	return x.html(http.StatusOK, pageData{Title: "Done", Notice: notice}, "")
}
