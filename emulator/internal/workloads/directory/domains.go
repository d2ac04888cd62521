package directory

import (
	"net/http"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/entity"
	"github.com/graphemu/graphemu/emulator/internal/ids"
	"github.com/graphemu/graphemu/emulator/internal/jsontree"
	"github.com/graphemu/graphemu/emulator/internal/workload"
)

// domainRules are those of domains. Documented: the id is the name; a new one is not
// verified, and managed. Errors of verifying and deleting are not known: those words
// are chosen.
var domainRules = &workload.Rules{
	Type: "domain", Set: "domains", Unpaged: true,
	Required: []string{"id"},
	ReadOnly: words("availabilityStatus isAdminManaged isInitial isRoot isVerified state"),
	Actions: map[string]workload.Action{
		"verify":      verifyDomain,
		"promote":     promoteDomain,
		"forceDelete": forceDeleteDomain,
	},
	Create:  createDomain,
	Created: describeDomain,
	Update:  updateDomain,
	Delete:  deleteDomain,
}

func createDomain(_ *workload.Call, tx *entity.Tx, d *workload.Draft) error {
	d.ID = strings.ToLower(d.ID)
	if d.ID == "" {
		return missingValue("id", "domain")
	}
	if !strings.Contains(d.ID, ".") || strings.ContainsAny(d.ID, " /@:") || strings.HasSuffix(d.ID, ".onmicrosoft.com") {
		return invalidValue("id", "domain")
	}
	if tx.Find(domainsHome.Family(), d.ID) != nil {
		return sameObject("id")
	}
	_, above, _ := strings.Cut(d.ID, ".")
	for name, v := range domainDefaults(false) {
		preset(d.Values, name, v)
	}
	d.Values["isRoot"] = tx.Find(domainsHome.Family(), above) == nil
	return nil
}

// domainDefaults are what a domain has that nobody says otherwise of.
func domainDefaults(isVerified bool) map[string]any {
	services := []any{}
	if isVerified {
		services = []any{"Email", "OfficeCommunicationsOnline"}
	}
	return map[string]any{"authenticationType": "Managed", "isAdminManaged": true, "isDefault": false, "isInitial": false, "isRoot": true,
		"isVerified": isVerified, "supportedServices": services}
}

// describeDomain puts the records into a new domain that would prove it.
func describeDomain(_ *workload.Call, tx *entity.Tx, o *entity.Object) error {
	home := entity.Home{Parent: o.Place, Name: "verificationDnsRecords"}
	text := "MS=ms" + strings.ToUpper(strings.ReplaceAll(ids.Derived("domain", o.ID), "-", ""))[:8]
	for _, r := range []struct {
		typ   string
		value map[string]any
	}{
		{"domainDnsTxtRecord", map[string]any{"recordType": "Txt", "text": text}},
		{"domainDnsMxRecord", map[string]any{"recordType": "Mx", "mailExchange": strings.ToLower(text[3:]) + ".msv1.invalid",
			"preference": 32767}},
	} {
		id := ids.Derived("record", o.ID, r.typ)
		json := jsontree.Append([]byte(`{"id":`), id)
		for _, m := range []struct {
			name  string
			value any
		}{{"isOptional", false}, {"label", o.ID}, {"recordType", r.value["recordType"]}, {"supportedService", "null"}, {"ttl", 3600},
			{"mailExchange", r.value["mailExchange"]}, {"preference", r.value["preference"]}, {"text", r.value["text"]}} {
			if m.value != nil {
				json = jsontree.Append(append(jsontree.Append(append(json, ','), m.name), ':'), m.value)
			}
		}
		if _, err := tx.Create(entity.Draft{Home: home, ID: id, Type: "microsoft.graph." + r.typ, JSON: append(json, '}')}); err != nil {
			return err
		}
	}
	return nil
}

func updateDomain(_ *workload.Call, tx *entity.Tx, old *entity.Object, d *workload.Draft) error {
	makes := boolOf(d.Values, "isDefault")
	if makes && !prop(old, "isVerified").Bool() {
		return workload.Refuse("The domain must be verified before it can be the default domain.")
	}
	if makes {
		return otherDefault(tx, old)
	}
	return nil
}

// otherDefault takes the mark of the default from the domain that has it.
func otherDefault(tx *entity.Tx, now *entity.Object) error {
	for p := range tx.List(domainsHome).All(0) {
		if o := tx.At(p); p != now.Place && prop(o, "isDefault").Bool() {
			if _, err := rewrite(tx, o, change{"isDefault", false}); err != nil {
				return err
			}
		}
	}
	return nil
}

func deleteDomain(_ *workload.Call, tx *entity.Tx, o *entity.Object) error {
	switch {
	case prop(o, "isInitial").Bool() || prop(o, "isDefault").Bool():
		return workload.Refuse("The initial domain and the default domain cannot be deleted.")
	case used(tx.View, o.ID):
		return workload.Refuse("The domain cannot be deleted: objects of the directory use it.").
			Help("inUse", "", "forceDelete renames them first")
	}
	return tx.Delete(o.Place)
}

// used tells whether a user signs in with a name of the domain.
func used(in entity.View, domain string) bool {
	for p := range in.List(entity.Home{Name: "users"}).All(0) {
		if _, of, _ := strings.Cut(prop(in.At(p), "userPrincipalName").Str, "@"); strings.EqualFold(of, domain) {
			return true
		}
	}
	return false
}

// verifyDomain: 200 with the domain. Nothing is looked up: every domain is proven
// (chosen: tests have no names of their own).
func verifyDomain(c *workload.Call, on *entity.Object) (engineReply, error) {
	err := c.Objects.Store(c).Update(c.Now, func(tx *entity.Tx) (err error) {
		on, err = rewrite(tx, on, change{"isVerified", true}, change{"supportedServices", []any{"Email", "OfficeCommunicationsOnline"}})
		return err
	})
	if err != nil {
		return engineReply{}, err
	}
	return c.Objects.Object(c, http.StatusOK, "domain", "domains/$entity", on), nil
}

// promoteDomain makes a verified subdomain a root domain: 200. Documented.
func promoteDomain(c *workload.Call, on *entity.Object) (engineReply, error) {
	if !prop(on, "isVerified").Bool() || prop(on, "isRoot").Bool() {
		return engineReply{}, workload.Refuse("Only a verified subdomain can be promoted to a root domain.")
	}
	err := c.Objects.Store(c).Update(c.Now, func(tx *entity.Tx) error {
		_, err := rewrite(tx, on, change{"isRoot", true})
		return err
	})
	if err != nil {
		return engineReply{}, err
	}
	return answerValue(c, "Edm.Boolean", "true"), nil
}

// forceDeleteDomain deletes a domain and gives its users names of the initial one: 204.
// Documented.
func forceDeleteDomain(c *workload.Call, on *entity.Object) (engineReply, error) {
	values, err := body(c)
	if err != nil {
		return engineReply{}, err
	}
	err = c.Objects.Store(c).Update(c.Now, func(tx *entity.Tx) error {
		initial := initialDomain(tx.View)
		if prop(on, "isInitial").Bool() || initial == "" {
			return workload.Refuse("The initial domain and the default domain cannot be deleted.")
		}
		var hit []entity.Place
		for p := range tx.List(entity.Home{Name: "users"}).All(0) {
			if _, of, _ := strings.Cut(prop(tx.At(p), "userPrincipalName").Str, "@"); strings.EqualFold(of, on.ID) {
				hit = append(hit, p)
			}
		}
		if len(hit) > 1000 { // documented
			return workload.Refuse("The domain has more than 1000 references.")
		}
		for _, p := range hit {
			if err := renameUser(tx, tx.At(p), initial, boolOf(values, "disableUserAccounts")); err != nil {
				return err
			}
		}
		return tx.Delete(on.Place)
	})
	return workload.Empty(http.StatusNoContent), err
}

// renameUser gives a user a name of another domain.
func renameUser(tx *entity.Tx, user *entity.Object, domain string, disable bool) error {
	local, _, _ := strings.Cut(prop(user, "userPrincipalName").Str, "@")
	name := local + "@" + domain
	keys := user.Keys()
	for i := range keys {
		if strings.HasSuffix(keys[i].Index, ".userPrincipalName") {
			keys[i].Key = name
		}
	}
	changes := []change{{"userPrincipalName", name}}
	if disable {
		changes = append(changes, change{"accountEnabled", false})
	}
	o, err := rewrite(tx, user, changes...)
	if err != nil {
		return err
	}
	_, err = tx.Replace(o.Place, o.JSON, keys, "userPrincipalName")
	return err
}
