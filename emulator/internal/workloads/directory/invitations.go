package directory

import (
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/entity"
	"github.com/graphemu/graphemu/emulator/internal/ids"
	"github.com/graphemu/graphemu/emulator/internal/workload"
)

const relInvited = "invitation.invitedUser"

// invitationRules are those of invitations. Documented: an invitation makes a guest, who
// has not accepted. What the service says of a bad address is not known.
var invitationRules = &workload.Rules{
	Type: "invitation", Set: "invitations",
	Required: words("invitedUserEmailAddress inviteRedirectUrl"),
	ReadOnly: words("inviteRedeemUrl status"),
	Links:    []workload.Link{{Name: "invitedUser", Relation: relInvited, ReadOnly: true}},
	Create:   createInvitation,
	Created:  inviteUser,
	Update:   refuseUpdate,
}

func createInvitation(c *workload.Call, _ *entity.Tx, d *workload.Draft) error {
	v := d.Values
	mail := textIn(v, "invitedUserEmailAddress")
	if local, domain, ok := strings.Cut(mail, "@"); !ok || local == "" || !strings.Contains(domain, ".") {
		return invalidValue("invitedUserEmailAddress", "invitation")
	}
	preset(v, "invitedUserType", "Guest")
	if kind := textIn(v, "invitedUserType"); kind != "Guest" && kind != "Member" {
		return invalidValue("invitedUserType", "invitation")
	}
	preset(v, "invitedUserDisplayName", mail)
	preset(v, "sendInvitationMessage", false)
	preset(v, "resetRedemption", false)
	v["status"] = "PendingAcceptance"
	if d.ID == "" {
		d.ID = c.Objects.NewID(c)
	}
	v["inviteRedeemUrl"] = "https://login.microsoftonline.com/redeem?rd=" + d.ID
	return nil
}

// inviteUser makes the guest of an invitation; one with the address who is there already
// is invited again.
func inviteUser(c *workload.Call, tx *entity.Tx, o *entity.Object) error {
	mail := prop(o, "invitedUserEmailAddress").Str
	if user := tx.Unique("user.proxyAddresses", "SMTP:"+mail); user != nil && user.Home != deletedHome {
		return tx.Link(relInvited, o.Place, user.Place)
	}
	domain := initialDomain(tx.View)
	if domain == "" {
		domain = "invalid"
	}
	id := c.Objects.NewID(c)
	name := strings.ReplaceAll(mail, "@", "_") + "#EXT#@" + domain
	user, err := c.Objects.Make(c, tx, "user", map[string]any{
		"accountEnabled": true, "displayName": prop(o, "invitedUserDisplayName").Str, "mail": mail,
		"mailNickname": strings.ReplaceAll(mail, "@", "_") + "#EXT#", "userPrincipalName": name, "userType": prop(o, "invitedUserType").Str,
		"passwordProfile":   map[string]any{"password": "aA1!" + ids.Derived("guest", id)}, // nobody knows it
		"externalUserState": "PendingAcceptance", "externalUserStateChangeDateTime": workload.Time(c.Now), "creationType": "Invitation",
	})
	if err != nil {
		return err
	}
	return tx.Link(relInvited, o.Place, user.Place)
}
