package control

import (
	"net/http"
	"strings"
	"time"
)

// token answers {"token": "…"}. The body may name scopes or roles (arrays of
// permissions), app (a client id), user (a sign-in name), audience, expires and
// after (durations) and flaw.
func (c *Control) token(w World, r *http.Request) (any, error) {
	o, err := c.readObject(r, "scopes", "roles", "app", "user", "audience", "expires", "after", "flaw")
	if err != nil {
		return nil, err
	}
	var t TokenRequest
	for _, list := range []struct {
		name string
		into *[]string
	}{{"scopes", &t.Scopes}, {"roles", &t.Roles}} {
		if *list.into, err = texts(o, list.name); err != nil {
			return nil, err
		}
	}
	if len(t.Scopes) > 0 && len(t.Roles) > 0 {
		return nil, problem(http.StatusBadRequest, "Invalid body", "A token has scopes (delegated) or roles (application), not both.")
	}
	for _, field := range []struct {
		name, want string
		into       *string
	}{{"app", "a client id", &t.App}, {"user", "a sign-in name such as ora.klein@contoso.edu", &t.User},
		{"audience", "what the token is for, such as https://graph.microsoft.com", &t.Audience},
		{"flaw", "one of " + strings.Join(w.TokenFlaws(), ", "), &t.Flaw}} {
		if *field.into, err = text(o, field.name, field.want); err != nil {
			return nil, err
		}
	}
	for _, d := range []struct {
		name, want string
		into       *time.Duration
		past       bool
	}{
		{"expires", `a duration such as "1h", or "-1h" for a token that has expired`, &t.Expires, true},
		{"after", `a positive duration such as "1h"`, &t.After, false}} {
		if v, given := o[d.name]; given {
			text, _ := v.(string)
			if *d.into, err = time.ParseDuration(text); err != nil || *d.into == 0 || *d.into < 0 && !d.past {
				return nil, problem(http.StatusBadRequest, "Invalid body", "/%s: want %s", d.name, d.want)
			}
		}
	}
	token, err := w.Token(t)
	if err != nil {
		return nil, err
	}
	return map[string]string{"token": token, "tenant": w.Tenant(), "world": w.Name()}, nil
}

// revoke takes back the tokens that the world has issued so far.
func (c *Control) revoke(w World, r *http.Request) (any, error) {
	if _, err := c.readObject(r); err != nil {
		return nil, err
	}
	return map[string]any{"world": w.Name(), "revocations": w.Revoke()}, nil
}

// approve does on the page of device codes what a person would:
// {"userCode":"…","user":"…"}, or {"userCode":"…","decline":true}.
func (c *Control) approve(w World, r *http.Request) (any, error) {
	o, err := c.readObject(r, "userCode", "user", "decline")
	if err != nil {
		return nil, err
	}
	code, err := text(o, "userCode", "the code that the device shows")
	if err != nil {
		return nil, err
	}
	user, err := text(o, "user", "a sign-in name such as ora.klein@contoso.edu")
	if err != nil {
		return nil, err
	}
	decline, ok := o["decline"].(bool)
	switch {
	case o["decline"] != nil && !ok:
		return nil, problem(http.StatusBadRequest, "Invalid body", "/decline: want true or false")
	case code == "" || (user == "") != decline:
		return nil, problem(http.StatusBadRequest, "Invalid body", `Want {"userCode":"…","user":"…"}, or {"userCode":"…","decline":true}.`)
	}
	if decline {
		err = w.DeclineSignIn(code)
	} else {
		err = w.ApproveSignIn(code, user)
	}
	if err != nil {
		return nil, asProblem(err, http.StatusConflict, "No such sign-in")
	}
	return nothing{}, nil
}

// rotate makes the token endpoints sign with a new key: {} or {"forget":true}.
func (c *Control) rotate(r *http.Request) (any, error) {
	o, err := c.readObject(r, "forget")
	if err != nil {
		return nil, err
	}
	forget, ok := o["forget"].(bool)
	if o["forget"] != nil && !ok {
		return nil, problem(http.StatusBadRequest, "Invalid body", "/forget: want true or false")
	}
	if err := c.Server.RotateKeys(forget); err != nil {
		return nil, err
	}
	return map[string]any{"rotated": true, "forgotten": forget}, nil
}
