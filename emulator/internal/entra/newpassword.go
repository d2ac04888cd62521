package entra

import "net/http"

// mustChange refuses a user who has to change the password before anything else. A lenient
// tenant lets the user in.
func (x *exchange) mustChange(u User) *problem {
	if !u.MustChange {
		return nil
	}
	return x.strictly(refuse(passwordExpired).help("passwordProfile", "password",
		"passwordProfile.forceChangePasswordNextSignIn of the user is true; set it to false, or let the user change the password: "+
			"the sign-in page has a form for it"))
}

// newPasswordPage asks the user who has signed in for another password, as Entra's page
// does where one has expired. notice says what was wrong with what came before, nil for
// the first time.
func (x *exchange) newPasswordPage(s signin, u User, wrong *problem) Reply {
	b, cookie := x.bind()
	s.binding, s.Changing = b, u.PrincipalName
	sealed, err := x.seal(sealSignin, s)
	if err != nil {
		return x.fail(x.broken(err))
	}
	d := pageData{Title: "Update your password", Kind: "newPassword", Sealed: sealed, Action: "/" + x.call.Tenant + x.authorizeAt(),
		Hint: u.PrincipalName}
	status := http.StatusOK
	if wrong != nil {
		status, d.Error, d.Details = wrong.status, wrong.words(), wrong.helps
	}
	reply := x.html(status, d, s.Redirect)
	reply.Header.Add("Set-Cookie", cookie.String())
	if wrong != nil {
		reply.Failure = wrong.failure()
	} else {
		x.did = cut(u.PrincipalName) + " was asked for another password"
	}
	return reply
}

// newPassword changes the password of the user of the form, and signs the user
// in. Where it cannot, the page comes again. Documented: a new password is asked for
// once, the old one is needed, and complexity is looked at. The page's words are chosen.
func (x *exchange) newPassword(s signin) Reply {
	u, p := x.signedIn(s.Changing)
	if p != nil {
		return x.fail(p)
	}
	form := x.call.params
	before, next := form.get("password"), form.get("newpassword")
	switch {
	case x.tenant.NewPassword == nil:
		return x.fail(refuse(passwordExpired))
	case !u.knows(before):
		return x.newPasswordPage(s, u, refuse(wrongPassword).help("password", "password", "the current password is another one"))
	case next != form.get("confirmpassword"):
		return x.newPasswordPage(s, u, refuse(passwordExpired).help("password", "confirmPassword", "the two new passwords are not the same"))
	case next == before:
		return x.newPasswordPage(s, u, refuse(passwordExpired).help("password", "newPassword", "it is the password that you have"))
	}
	if err := x.tenant.NewPassword(u.ID, before, next); err != nil {
		return x.newPasswordPage(s, u, refuse(passwordExpired).help("password", "newPassword", "%v", err))
	}
	reply := x.signInAs(s, u.PrincipalName)
	if reply.Failure == nil {
		x.did = cut(u.PrincipalName) + " changed the password; " + x.did
	}
	return reply
}
