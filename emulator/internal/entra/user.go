package entra

import (
	"crypto/subtle"
	"strings"
	"unicode"
)

// signedIn finds the user that a principal name names. A lenient tenant takes any
// name for a user of its own, and signs in a disabled one.
func (x *exchange) signedIn(name string) (User, *problem) {
	name = strings.TrimSpace(name)
	if !principalName(name) {
		return User{}, refuse(userUnknown, x.tenant.ID).help("user", "user", "a user has a principal name, as someone@%s", x.domain())
	}
	if u, ok := x.tenant.user(name); ok {
		if u.Disabled {
			return u, x.strictly(refuse(userDisabled))
		}
		return u, nil
	}
	p := x.strictly(refuse(userUnknown, x.tenant.ID).help("user", "user", "the directory has no user %s", cut(name)))
	return User{ID: ObjectID(x.tenant.ID, strings.ToLower(name)), PrincipalName: name, DisplayName: name}, p
}

// user is the user of a principal name.
func (t *Tenant) user(name string) (User, bool) {
	if t.Directory != nil {
		return t.Directory.User(name)
	}
	for _, u := range t.Users {
		if strings.EqualFold(u.PrincipalName, name) {
			return u, true
		}
	}
	return User{}, false
}

// knows tells whether a password is the user's; where there is none, any will do.
func (u *User) knows(password string) bool {
	if u.Check != nil {
		return u.Check(password)
	}
	return u.Password == "" || same(u.Password, password)
}

// principalName tells whether text may be a user's.
func principalName(text string) bool {
	local, domain, ok := strings.Cut(text, "@")
	return ok && local != "" && domain != "" && len(text) <= limit("username") && !strings.ContainsFunc(text, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || r == unicode.ReplacementChar
	}) && !strings.Contains(domain, "@")
}

// domain is the tenant's own.
func (x *exchange) domain() string {
	if len(x.tenant.Domains) == 0 {
		return "contoso.edu"
	}
	return x.tenant.Domains[0]
}

// password signs a user in by a password (RFC 6749, section 4.3).
func (x *exchange) password() (any, *problem) {
	c, p := x.client(forUser, "")
	if p != nil {
		return nil, p
	}
	form := x.call.params
	for _, name := range []string{"username", "password", x.scopeName()} {
		if form.get(name) == "" {
			return nil, x.missing(name)
		}
	}
	g := x.newGrant(c)
	a, p := x.asks(g.Scope, g)
	if p != nil {
		return nil, p
	}
	u, p := x.signedIn(form.get("username"))
	if p != nil {
		return nil, p
	}
	if !u.knows(form.get("password")) {
		if p := x.strictly(refuse(wrongPassword)); p != nil {
			return nil, p
		}
	}
	if p := x.mustChange(u); p != nil {
		return nil, p
	}
	g.User, g.Session = u.PrincipalName, x.tenant.NewID()
	return x.give(g, c, u, a, nil)
}

// sameText compares in constant time for texts of one length.
func sameText(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }
