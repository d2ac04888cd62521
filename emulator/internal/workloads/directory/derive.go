package directory

import (
	"strings"

	"github.com/tidwall/gjson"

	"github.com/graphemu/graphemu/emulator/internal/entity"
	"github.com/graphemu/graphemu/emulator/internal/jsontree"
)

// What follows from other properties of a user or a group is not stored with each of the
// hundred thousand that a sync makes, but made when it is shown. Where a client's create
// or update says more, it is stored, and that counts.

// deriveUser appends what a user does not store. Inferred: an account that a sync makes
// has what others have.
func deriveUser(dst []byte, in entity.View, o *entity.Object) []byte {
	stored := gjson.GetManyBytes(o.JSON, "identities", "proxyAddresses", "securityIdentifier", "userPrincipalName")
	if !stored[0].Exists() && stored[3].Str != "" {
		dst = appendMember(dst, "identities", withSignInName(nil, initialDomain(in), stored[3].Str))
	}
	if !stored[1].Exists() {
		if list := addressesOf(o); list != nil {
			dst = appendMember(dst, "proxyAddresses", list)
		}
	}
	return deriveIdentifier(dst, o, stored[2])
}

// deriveGroup appends what a group does not store.
func deriveGroup(dst []byte, in entity.View, o *entity.Object) []byte {
	stored := gjson.GetManyBytes(o.JSON, "mail", "proxyAddresses", "renewedDateTime", "securityIdentifier", "createdDateTime", "mailNickname")
	if nickname := stored[5].Str; nickname != "" && !stored[0].Exists() && unified(groupTypesOf(o)) {
		if domain := defaultDomain(in); domain != "" {
			dst = appendMember(dst, "mail", nickname+"@"+domain)
			if !stored[1].Exists() {
				dst = appendMember(dst, "proxyAddresses", withMail(nil, nickname+"@"+domain))
			}
		}
	}
	if !stored[2].Exists() && stored[4].Str != "" { // documented: it begins with the group
		dst = appendMember(dst, "renewedDateTime", stored[4].Str)
	}
	return deriveIdentifier(dst, o, stored[3])
}

func deriveIdentifier(dst []byte, o *entity.Object, stored gjson.Result) []byte {
	if sid := securityIdentifier(o.ID); sid != "" && !stored.Exists() {
		return appendMember(dst, "securityIdentifier", sid)
	}
	return dst
}

func appendMember(dst []byte, name string, v any) []byte {
	return jsontree.Append(append(jsontree.Append(append(dst, ','), name), ':'), v)
}

// addressesOf are the addresses of a user; nil for none.
func addressesOf(o *entity.Object) []any {
	if list, ok := prop(o, "proxyAddresses").Value().([]any); ok {
		return list
	}
	if mail := prop(o, "mail").Str; mail != "" {
		return withMail(nil, mail)
	}
	return nil
}

// freeMail refuses a mail that another user has whose addresses are derived: those that a
// sync made sign in with it. Where addresses are stored, an index has them.
func freeMail(in entity.View, id, mail string) error {
	other := in.Unique(principalNames, mail)
	if other == nil || other.ID == id || prop(other, "proxyAddresses").Exists() || !strings.EqualFold(prop(other, "mail").Str, mail) {
		return nil
	}
	return &entity.ConflictError{Index: "user.proxyAddresses"}
}
