package entra

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"slices"
	"strings"
	"time"
)

// signinField carries a page's sealed request.
const signinField = "signin"

// cookieName and cookiePath are of what binds a page to the browser that was shown
// it. The page for device codes has a path without a tenant as well.
func (x *exchange) cookieName() (name, path string) {
	if x.call.page == deviceAuthPage {
		return "graphemu-device", "/"
	}
	return "graphemu-signin", "/" + x.call.Tenant + "/"
}

// binding ties a form to the browser that it was made for.
type binding struct {
	Cookie  string `json:"cookie"` // its hash
	Expires int64  `json:"expires"`
}

// bind returns what a new form carries, and the cookie that goes with it. A browser
// that has one keeps it, so that its other pages stay good.
func (x *exchange) bind() (binding, *http.Cookie) {
	value := x.cookie()
	if value == "" {
		var b [18]byte
		_, _ = rand.Read(b[:]) // never fails
		value = base64.RawURLEncoding.EncodeToString(b[:])
	}
	name, path := x.cookieName()
	c := &http.Cookie{Name: name, Value: value, Path: path, HttpOnly: true,
		SameSite: http.SameSiteLaxMode, Secure: strings.HasPrefix(x.tenant.Origin, "https://")}
	return binding{hashed(value), x.tenant.Now.Add(signinLifetime).Unix()}, c
}

// cookie is the one that the browser sent, if bind has made it.
func (x *exchange) cookie() string {
	name, _ := x.cookieName()
	c, err := x.r.Cookie(name)
	if err != nil || len(c.Value) != 24 {
		return ""
	}
	if _, err := base64.RawURLEncoding.DecodeString(c.Value); err != nil {
		return ""
	}
	return c.Value
}

func hashed(text string) string {
	sum := sha256.Sum256([]byte(text))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// unbind opens a form that was posted into v, whose binding is b. It refuses one
// that another site has posted, or that was made for another browser.
func (x *exchange) unbind(purpose string, v any, b *binding) *problem {
	switch {
	case x.r.Method != http.MethodPost:
		return refuse(foreignSignin).help("signin", "", "the form must be posted")
	case !x.sameSite():
		return refuse(foreignSignin).help("signin", "Origin", "the form was posted by a page of another origin")
	case x.open(purpose, x.call.params.get(signinField), v) != nil:
		return refuse(foreignSignin).help("signin", signinField, "the form is not one of this server's: load the page again")
	case x.cookie() == "" || !same(b.Cookie, hashed(x.cookie())):
		return refuse(foreignSignin).help("signin", "Cookie", "the cookie that was set with the page did not come back: load the page again")
	case !x.tenant.Now.Before(time.Unix(b.Expires, 0)):
		return refuse(foreignSignin).help("signin", "", "the page has stood open for longer than %s: load it again", signinLifetime)
	}
	return nil
}

// sameSite tells whether a page of ours has posted. Browsers say so by one header
// or the other; who sends neither has no cookies to be misused.
func (x *exchange) sameSite() bool {
	site, from := x.r.Header.Get("Sec-Fetch-Site"), x.r.Header.Get("Origin")
	if site != "" && site != "same-origin" && site != "none" {
		return false
	}
	return from == "" || from == "null" && site == "same-origin" || from != "null" && x.ours(from)
}

// chosen carries out what a user chose on the sign-in page.
func (x *exchange) chosen() Reply {
	var s signin
	if p := x.unbind(sealSignin, &s, &s.binding); p != nil {
		return x.fail(p)
	}
	x.call.Client = s.Client // for the journal
	if !x.tenant.maySend(x.tenant.app(s.Client), s.Redirect) {
		return x.fail(refuse(redirectMismatch, s.Redirect, s.Client)) // the registration has changed since
	}
	form := x.call.params
	if form.get("action") == "cancel" {
		return x.refuseTo(s, refuse(declined).as("access_denied")) // observed: the name at this endpoint
	}
	if s.Changing != "" {
		return x.newPassword(s)
	}
	u, p := x.signedIn(form.get("user"))
	if p != nil {
		return x.fail(p) // Entra stays on its page, too
	}
	if p := x.mustChange(u); p != nil {
		if x.tenant.NewPassword == nil {
			return x.fail(p)
		}
		return x.newPasswordPage(s, u, nil)
	}
	return x.signInAs(s, u.PrincipalName)
}

// maxShown bounds how many users a page lists. Chosen.
const maxShown = 100

// signinPage asks the user who they are. No password is asked for: who can reach a
// local emulator may be anyone in it (chosen).
func (x *exchange) signinPage(s signin, c client, a asked) Reply {
	b, cookie := x.bind()
	s.binding = b
	sealed, err := x.seal(sealSignin, s)
	if err != nil {
		return x.fail(x.broken(err))
	}
	d := pageData{Title: "Sign in", Kind: "signin", Sealed: sealed, Action: "/" + x.call.Tenant + x.authorizeAt(),
		App: c.label(), Scopes: a.words, Hint: x.call.params.get("login_hint")}
	d.Users, d.More = x.shown()
	d.Users = hintedFirst(d.Users, d.Hint)
	reply := x.html(http.StatusOK, d, s.Redirect)
	reply.Header.Add("Set-Cookie", cookie.String())
	return reply
}

// hintedFirst puts the user who was hinted at before the others.
func hintedFirst(users []User, hint string) []User {
	i := slices.IndexFunc(users, func(u User) bool { return strings.EqualFold(u.PrincipalName, hint) })
	if i <= 0 {
		return users
	}
	return slices.Concat(users[i:i+1], users[:i], users[i+1:])
}

func (c client) label() string {
	if c.app != nil && c.app.DisplayName != "" {
		return cut(c.app.DisplayName)
	}
	return cut(c.id)
}

// shown are the users to choose from, and how many there are besides.
func (x *exchange) shown() (users []User, more int) {
	if x.tenant.Directory != nil {
		users, more = x.tenant.Directory.Shown(maxShown)
	} else {
		users, more = x.listed()
	}
	if len(users) == 0 && !x.tenant.Strict {
		users = []User{{PrincipalName: "someone@" + x.domain(), DisplayName: "Someone"}}
	}
	return users, more
}

// listed is shown of the tenant's list.
func (x *exchange) listed() (users []User, more int) {
	for _, u := range x.tenant.Users {
		switch {
		case u.Disabled:
		case len(users) < maxShown:
			users = append(users, User{PrincipalName: u.PrincipalName, DisplayName: u.DisplayName})
		default:
			more++
		}
	}
	return users, more
}
