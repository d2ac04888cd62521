package directory

import (
	"strconv"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/engine"
	"github.com/graphemu/graphemu/emulator/internal/entity"
	"github.com/graphemu/graphemu/emulator/internal/workload"
)

// The relations between directory objects, as the store keeps them. A navigation may
// show one from either end.
const (
	relManager        = "manager"
	relSponsors       = "sponsors"
	relDeviceOwners   = "registeredOwners"
	relDeviceUsers    = "registeredUsers"
	relGrantClient    = "oauth2PermissionGrant.client"
	relGrantPrincipal = "oauth2PermissionGrant.principal"
	relGrantResource  = "oauth2PermissionGrant.resource"
	relRolePrincipal  = "appRoleAssignment.principal"
	relRoleResource   = "appRoleAssignment.resource"
)

// memberLinks are the navigations of whatever can be a member. An administrative unit
// of a group is one of its members' too here (chosen: the service does not show it).
var memberLinks = []workload.Link{
	{Name: "memberOf", Relation: Members, Reverse: true, ReadOnly: true},
	{Name: "transitiveMemberOf", Relation: Members, Reverse: true, Closure: true, ReadOnly: true},
}

// engineReply is what an action answers.
type engineReply = engine.Reply

// answerValue is an answer of a primitive value, as JSON.
func answerValue(c *workload.Call, context, raw string) engineReply {
	return c.OK(200, append(append(c.Value(c.Room(256+len(raw)), context), raw...), '}'))
}

// securityIdentifier is the SID of a directory object. Documented: its id, read as four
// numbers of 32 bits in the order of .NET's guids.
func securityIdentifier(id string) string {
	b, ok := guidBytes(id)
	if !ok {
		return ""
	}
	sid := "S-1-12-1"
	for i := 0; i < 16; i += 4 {
		n := uint32(b[i]) | uint32(b[i+1])<<8 | uint32(b[i+2])<<16 | uint32(b[i+3])<<24
		sid += "-" + strconv.FormatUint(uint64(n), 10)
	}
	return sid
}

// guidBytes are the bytes of a guid in the order of .NET, which the service's own ids
// are made of.
func guidBytes(id string) (b [16]byte, ok bool) {
	hex := strings.ReplaceAll(id, "-", "")
	if len(hex) != 32 {
		return b, false
	}
	for i, at := range [16]int{3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15} {
		n, err := strconv.ParseUint(hex[2*at:2*at+2], 16, 8)
		if err != nil {
			return b, false
		}
		b[i] = byte(n)
	}
	return b, true
}

// domainsHome is where the tenant's domains live.
var domainsHome = entity.Home{Name: "domains"}

// verifiedDomains are the names of the tenant's verified domains.
func verifiedDomains(in entity.View) (names []string) {
	for p := range in.List(domainsHome).All(0) {
		if o := in.At(p); prop(o, "isVerified").Bool() {
			names = append(names, o.ID)
		}
	}
	return names
}

// verified tells whether the tenant may use a domain. A tenant without any domain may
// use all (chosen: so a world that was not seeded works).
func verified(in entity.View, domain string) bool {
	if in.List(domainsHome).Len() == 0 {
		return true
	}
	o := in.Find(domainsHome.Family(), strings.ToLower(domain))
	return o != nil && prop(o, "isVerified").Bool()
}

// initialDomain is the domain that the tenant began with; "" where it has none.
func initialDomain(in entity.View) string {
	for p := range in.List(domainsHome).All(0) {
		if o := in.At(p); prop(o, "isInitial").Bool() {
			return o.ID
		}
	}
	return ""
}

// defaultDomain is the one of new names; "" where the tenant has none.
func defaultDomain(in entity.View) string {
	for p := range in.List(domainsHome).All(0) {
		if o := in.At(p); prop(o, "isDefault").Bool() {
			return o.ID
		}
	}
	return initialDomain(in)
}
