package directory

import (
	"crypto/x509"
	"slices"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/graphemu/graphemu/emulator/internal/entity"
)

// What signing in asks of the directory. Users and applications are those that Graph
// shows: who is created can sign in, and who is deleted cannot.

// Account is a user as signing in sees it.
type Account struct {
	ID, PrincipalName, DisplayName, Mail string

	Disabled   bool
	MustChange bool                       // the password has to be changed before anything else
	Check      func(password string) bool // nil: nobody gave the user a password
}

func accountOf(o *entity.Object) Account {
	a := Account{ID: o.ID, PrincipalName: prop(o, "userPrincipalName").Str, DisplayName: prop(o, "displayName").Str,
		Mail: prop(o, "mail").Str, Disabled: prop(o, "accountEnabled").Raw == "false"}
	if prop(o, passwordMember).Exists() {
		a.Check = func(password string) bool { return CheckPassword(o, password) }
		a.MustChange = prop(o, "passwordProfile").Get("forceChangePasswordNextSignIn").Bool()
	}
	return a
}

// AccountOf is the user of a sign-in name.
func AccountOf(v entity.View, name string) (Account, bool) {
	o := ByName(v, name)
	if o == nil || o.Home != usersHome {
		return Account{}, false
	}
	return accountOf(o), true
}

// FirstAccounts are the first users who may sign in, and how many there may be besides.
func FirstAccounts(v entity.View, limit int) (list []Account, more int) {
	users := v.List(usersHome)
	seen := 0
	for p := range users.All(0) {
		if len(list) == limit {
			return list, users.Len() - seen
		}
		seen++
		if a := accountOf(v.At(p)); !a.Disabled {
			list = append(list, a)
		}
	}
	return list, 0
}

// FirstClients are the client ids of the first applications, and how many there are besides.
func FirstClients(v entity.View, limit int) (ids []string, more int) {
	apps := v.List(entity.Home{Name: "applications"})
	for p := range apps.All(0) {
		if len(ids) == limit {
			return ids, apps.Len() - limit
		}
		ids = append(ids, prop(v.At(p), "appId").Str)
	}
	return ids, 0
}

// Registration is an application as signing in sees it.
type Registration struct {
	AppID, DisplayName string
	ServicePrincipal   string // id of its service principal; "": it has none, so nobody signs in to it
	Disabled           bool   // its service principal is

	HasSecret    bool
	Check        func(secret string, now time.Time) bool
	Certificates []*x509.Certificate
	Public       bool // it may use the flows that need no secret
	Redirects    []Redirect
	Roles        []string // application permissions of Microsoft Graph that it was given
	Scopes       []string // delegated ones, for all users

	ScopesOf map[string][]string // delegated ones, for one user each, by the user's id
}

// Registered tells whether there is an application of an appId that somebody can sign in
// to, whatever its credentials are.
func Registered(v entity.View, appID string) bool {
	o, sp := v.Unique("application.appId", appID), v.Unique("servicePrincipal.appId", appID)
	return o != nil && o.Home.Name == "applications" && sp != nil && sp.Home.Name == "servicePrincipals" &&
		prop(sp, "accountEnabled").Raw != "false"
}

// AnyApplication tells whether there is an application at all.
func AnyApplication(v entity.View) bool { return v.List(entity.Home{Name: "applications"}).Len() > 0 }

// PrincipalOf is the id of an application's service principal; "" where it has none.
func PrincipalOf(v entity.View, appID string) string {
	if sp := v.Unique("servicePrincipal.appId", appID); sp != nil && sp.Home.Name == "servicePrincipals" {
		return sp.ID
	}
	return ""
}

// RegistrationOf is the application of an appId.
func RegistrationOf(v entity.View, appID string) (Registration, bool) {
	o := v.Unique("application.appId", appID)
	if o == nil || o.Home.Name != "applications" {
		return Registration{}, false
	}
	r := Registration{AppID: prop(o, "appId").Str, DisplayName: prop(o, "displayName").Str, Certificates: Certificates(o),
		HasSecret: prop(o, secretsMember).Exists(), Public: prop(o, "isFallbackPublicClient").Bool()}
	r.Check = func(secret string, now time.Time) bool { return CheckSecret(o, secret, now) }
	for _, kind := range []string{"web", "spa", "publicClient"} {
		for _, uri := range prop(o, kind).Get("redirectUris").Array() {
			r.Redirects = append(r.Redirects, Redirect{uri.Str, kind})
		}
	}
	if sp := v.Unique("servicePrincipal.appId", appID); sp != nil && sp.Home.Name == "servicePrincipals" {
		r.ServicePrincipal, r.Disabled = sp.ID, prop(sp, "accountEnabled").Raw == "false"
		r.Certificates = append(r.Certificates, Certificates(sp)...)
		if prop(sp, secretsMember).Exists() {
			ofApp := r.Check
			r.HasSecret = true
			r.Check = func(secret string, now time.Time) bool { return ofApp(secret, now) || CheckSecret(sp, secret, now) }
		}
		r.Roles = rolesOf(v, sp)
		r.Scopes, r.ScopesOf = scopesOf(v, sp)
	}
	return r, true
}

// rolesOf are the values of Microsoft Graph's app roles that a service principal has.
func rolesOf(v entity.View, sp *entity.Object) (roles []string) {
	graph := v.Unique("servicePrincipal.appId", MicrosoftGraph)
	if graph == nil {
		return nil
	}
	var ids []string
	for p := range v.Sources(relRolePrincipal, sp.Place).All(0) {
		if o := v.At(p); strings.EqualFold(prop(o, "resourceId").Str, graph.ID) {
			ids = append(ids, strings.ToLower(prop(o, "appRoleId").Str))
		}
	}
	if len(ids) == 0 {
		return nil
	}
	roles = make([]string, len(ids)) // in the order in which they were given
	left := len(ids)
	prop(graph, "appRoles").ForEach(func(_, r gjson.Result) bool { // there may be hundreds: no more than it takes are read
		if i := slices.Index(ids, strings.ToLower(r.Get("id").Str)); left > 0 && i >= 0 {
			roles[i], left = r.Get("value").Str, left-1
		}
		return left > 0
	})
	return slices.DeleteFunc(roles, func(role string) bool { return role == "" })
}

// scopesOf are Microsoft Graph's scopes that a service principal was granted: for all
// users, and for one each.
func scopesOf(v entity.View, sp *entity.Object) (all []string, personal map[string][]string) {
	graph := v.Unique("servicePrincipal.appId", MicrosoftGraph)
	if graph == nil {
		return nil, nil
	}
	for p := range v.Sources(relGrantClient, sp.Place).All(0) {
		o := v.At(p)
		scopes := strings.Fields(prop(o, "scope").Str)
		switch user := strings.ToLower(prop(o, "principalId").Str); {
		case !strings.EqualFold(prop(o, "resourceId").Str, graph.ID): // another API's
		case prop(o, "consentType").Str == "AllPrincipals":
			all = append(all, scopes...)
		default:
			if personal == nil {
				personal = map[string][]string{}
			}
			personal[user] = append(personal[user], scopes...)
		}
	}
	return all, personal
}
