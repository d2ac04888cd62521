package graph

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/graphemu/graphemu/emulator/internal/apierror"
	"github.com/graphemu/graphemu/emulator/internal/identity"
	"github.com/graphemu/graphemu/emulator/internal/resource"
	"github.com/graphemu/graphemu/emulator/internal/workload"
	"github.com/graphemu/graphemu/emulator/journal"
)

// authorize looks at the permission that the operation asks for. A part of a batch
// needs its own.
func (s *Handler) authorize(c *call) error {
	if s.cfg.Auth == AuthOff || c.Trusted || c.token == nil {
		return nil
	}
	if c.token.AppOnly && c.op.walked != nil && c.op.walked.Segments[0].Name == "me" {
		return nil // observed: without a user, /me is refused as such, whatever the permissions
	}
	d := s.demanded(c)
	if d != nil {
		c.Needed = d.needed
	}
	c.Held.Delegated, c.Held.Application, c.Held.Names = c.token.Delegated, c.token.Application, c.token.Permissions.Shared()
	if c.token.Flaw != "" || c.Advice != "" {
		return nil
	}
	if d == nil && s.cfg.Auth == AuthStrict && c.op.walked != nil && c.op.Level != workload.Emulated {
		c.Advise(s.untold())
	}
	o := d.objection(c.token)
	if o == nil && d != nil && c.token.Delegated && s.ofAnother(c) && !c.token.Permissions.Meets(d.ofOthers) {
		o = d.another
	}
	return s.raise(c, o)
}

// onlyOneself are permissions that let an app read or write who is signed in, and nobody
// else. Documented: permissions reference.
var onlyOneself = []string{"User.Read", "User.ReadWrite"}

// ofAnother tells whether a call is about a user of /users who is not the one of the token.
func (s *Handler) ofAnother(c *call) bool {
	if c.op.walked == nil || len(c.op.walked.Segments) < 2 {
		return false
	}
	user := c.op.walked.Segments[:2]
	if user[0].Name != "users" || user[1].Kind != resource.Key {
		return false
	}
	me, err := c.Me()
	if err != nil {
		return true
	}
	found := s.objects.Named(&c.Call, resource.Path{Segments: user})
	return found.ID != "" && found.ID != me // who is not there is 404
}

// untold says why a call that is not emulated needed no permission.
func (s *Handler) untold() string {
	if s.cfg.Permissions == nil {
		return "no permission was asked for: it is not emulated, and there is no table of permissions, which --permissions FILE names"
	}
	return "no permission was asked for: the published table of permissions does not have the path with this method"
}

// demanded is what a call asks for, nil for only a token: for an emulated operation by
// its row or the rules of its type, for every other, and where these say nothing, by the
// published table.
func (s *Handler) demanded(c *call) *demand {
	generation := 0
	if c.Scenario.Variants.Is("permissions", string(identity.Generation2018)) {
		generation = 1
	}
	if made := c.op.made.Load(); made != nil { // of a row, which is there for all calls
		return made[generation]
	}
	need, by := s.needOf(c.op, c.Method)
	if need == nil {
		return nil
	}
	all := s.demands.of(asked{need, c.op.Name}, by)
	c.op.made.Store(all)
	return all[generation]
}

// needOf is what an operation asks for, with the path of the table that says so; nil:
// only a token.
func (s *Handler) needOf(op *operation, method string) (need *identity.Need, by string) {
	if op.Needs != nil || op.walked == nil {
		return op.Needs, ""
	}
	if need = s.objects.Need(method, *op.walked); need != nil {
		return need, ""
	}
	return s.cfg.Permissions.Need(method, *op.walked)
}

// demands are what operations ask for in the two generations of permissions. They are
// made when first needed. The zero value is ready.
type demands struct {
	made  sync.Map // *[2]*demand by asked
	count atomic.Int64
}

// asked is what a demand is made for.
type asked struct {
	need      *identity.Need
	operation string
}

// maxDemands is how many demands are kept; further ones are made for each call. What
// clients call makes them: names of operations grow with their paths.
const maxDemands = 10_000

func (d *demands) of(a asked, by string) *[2]*demand {
	if known, ok := d.made.Load(a); ok {
		return known.(*[2]*demand)
	}
	var all [2]*demand
	for i, g := range []identity.Generation{identity.Generation2021, identity.Generation2018} {
		all[i] = newDemand(a.operation, a.need.In(g), by)
	}
	if d.count.Add(1) <= maxDemands {
		d.made.Store(a, &all)
	}
	return &all
}

// demand is what an operation asks for, with what is answered to who lacks it.
type demand struct {
	identity.Need
	needed                          *journal.Needed
	delegated, application, neither *objection // to a token of that kind that lacks it

	ofOthers identity.Choices // delegated, less those that are good for oneself alone
	another  *objection       // to a token that has one of these alone, and asks for another user
}

// newDemand makes what an operation asks for. by is the path of the published table that
// says so, "" where the operation's own row does.
func newDemand(operation string, need identity.Need, by string) *demand {
	d := &demand{Need: need, needed: &journal.Needed{By: by,
		Delegated: alternatives(need.Delegated), Application: alternatives(need.Application)}}
	d.ofOthers = slices.DeleteFunc(slices.Clone(need.Delegated), func(c identity.Choice) bool { return slices.Contains(onlyOneself, c.Name) })
	scopes := "needs the delegated permission " + listed(need.Delegated)
	roles := "needs the application permission " + listed(need.Application)
	delegated, application, neither := apierror.MissingScopes, apierror.MissingRoles, apierror.NoPermissions
	switch need.Family {
	case identity.EducationUsers:
		delegated, application = apierror.MissingClaims, apierror.MissingClaims
	case identity.Directory:
		delegated, application, neither = apierror.InsufficientPrivileges, apierror.InsufficientPrivileges, apierror.InsufficientPrivileges
	}
	none := scopes
	switch {
	case len(need.Delegated) == 0 && len(need.Application) == 0:
		// The table has the path, and only with the permissions of personal accounts.
		none = "is supported with neither delegated nor application permissions"
		scopes, roles = none, none
	case len(need.Application) == 0:
		// Inferred: what is missing then is a user's permission.
		application, roles = delegated, "is not supported with application permissions; it "+scopes+": "+delegatedWay(need.Delegated)
	case len(need.Delegated) == 0:
		none = roles
		scopes = "is not supported with delegated permissions; it " + roles
	}
	if by != "" {
		operation += " (" + by + " in the published table)"
	}
	others := " of another user than the one who is signed in is not supported with delegated permissions"
	if len(d.ofOthers) > 0 {
		others = " of another user than the one who is signed in needs the delegated permission " + listed(d.ofOthers)
	}
	d.another = newObjection(delegated, journal.CodePermission, operation+others)
	d.delegated = newObjection(delegated, journal.CodePermission, operation+" "+scopes)
	d.application = newObjection(application, journal.CodePermission, operation+" "+roles)
	d.neither = newObjection(neither, journal.CodePermission, operation+" "+none)
	d.another.remedy = tokenWith("scopes", d.ofOthers)
	d.delegated.remedy = tokenWith("scopes", need.Delegated)
	if len(need.Delegated) == 0 {
		d.delegated.remedy = tokenWith("roles", need.Application)
	}
	d.neither.remedy = d.delegated.remedy
	if len(need.Application) > 0 { // else why tells the way to a user's permission
		d.application.remedy = tokenWith("roles", need.Application)
	}
	return d
}

// tokenWith tells how a test gets a token with the least privileged of some permissions.
// Which flag of the command names it depends on the kind. "" where there is none.
func tokenWith(flag string, any identity.Choices) string {
	if len(any) == 0 {
		return ""
	}
	least := any[max(0, slices.IndexFunc(any, func(c identity.Choice) bool { return c.Least }))]
	name := least.Name
	if len(least.With) > 0 {
		name += "," + least.With[0]
	}
	return "graphemu token --" + flag + " " + name + " makes a token that may; graphemu world permissions tells all that a client's calls need"
}

// maxListed is how many permissions a message names. The table has up to some thirty.
const maxListed = 8

func listed(choices identity.Choices) string {
	names := choices.Names()
	if more := len(names) - maxListed; more > 1 {
		names = append(slices.Clip(names[:maxListed]), fmt.Sprintf("%d more", more))
	}
	return strings.Join(names, " or ")
}

// alternatives are choices as the journal has them.
func alternatives(choices identity.Choices) []journal.Alternative {
	var list []journal.Alternative
	for i := range choices {
		list = append(list, journal.Alternative{Name: choices[i].Name, With: choices[i].With})
	}
	return list
}

// delegatedWay tells how an app gets a token with a user's permissions.
func delegatedWay(any identity.Choices) string {
	return "sign a user in (authorization code, device code or password), or take the token of graphemu token --scopes " + any[0].Name
}

func (d *demand) objection(t *identity.Token) *objection {
	switch {
	case d == nil:
		return nil
	case t.Delegated && !t.Permissions.Meets(d.Delegated):
		return d.delegated
	case t.Application && !t.Permissions.Meets(d.Application):
		return d.application
	case !t.Delegated && !t.Application && t.AppOnly:
		return d.application // without a role: what it lacks is one
	case !t.Delegated && !t.Application:
		return d.neither
	}
	return nil
}
