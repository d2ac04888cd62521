package directory

import (
	"bytes"
	"net/http"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/entity"
	"github.com/graphemu/graphemu/emulator/internal/jsontree"
	"github.com/graphemu/graphemu/emulator/internal/workload"
)

// assignLicense gives licences to a user and takes others away: 200 with the user.
// Documented: both members of the body are needed. Observed: no licence without a place
// of use (CIPP issue 783).
func assignLicense(c *workload.Call, on *entity.Object) (engineReply, error) {
	o, err := assign(c, on)
	if err != nil {
		return engineReply{}, err
	}
	return c.Objects.Object(c, http.StatusOK, "user", "users/$entity", o), nil
}

// assignGroupLicense does the same for a group: 202 with it. Documented. What its
// members get by it comes later in the service, and not here (chosen).
func assignGroupLicense(c *workload.Call, on *entity.Object) (engineReply, error) {
	o, err := assign(c, on)
	if err != nil {
		return engineReply{}, err
	}
	a := c.Objects.Object(c, http.StatusAccepted, "group", "groups/$entity", o)
	a.Set("Location", c.Base()+"/directoryObjects/"+o.ID+"/Microsoft.DirectoryServices.Group")
	return a, nil
}

// reprocessLicences answers the user as it is: nothing of its licences failed.
func reprocessLicences(c *workload.Call, on *entity.Object) (engineReply, error) {
	return c.Objects.Object(c, http.StatusOK, "user", "users/$entity", on), nil
}

// assign changes the licences of a user or a group.
func assign(c *workload.Call, on *entity.Object) (o *entity.Object, err error) {
	values, err := body(c)
	if err != nil {
		return nil, err
	}
	if values["addLicenses"] == nil || values["removeLicenses"] == nil {
		return nil, workload.Refuse("The parameters 'addLicenses' and 'removeLicenses' are required.").
			Help("missing", "/", `want {"addLicenses": [{"skuId": "…", "disabledPlans": []}], "removeLicenses": []}`)
	}
	err = c.Objects.Store(c).Update(c.Now, func(tx *entity.Tx) error {
		if on = tx.At(on.Place); on == nil {
			return notHere("")
		}
		licences, err := changedLicences(tx, on, listOf(values, "addLicenses"), textsOf(values, "removeLicenses"))
		if err != nil {
			return err
		}
		if len(listOf(values, "addLicenses")) > 0 && is(on, "user") && prop(on, "usageLocation").Str == "" {
			return workload.Refuse("License assignment cannot be done for user with invalid usage location.")
		}
		if o, err = rewrite(tx, on, change{"assignedLicenses", licences}); err == nil && is(on, "user") {
			err = describeLicences(tx, o, licences)
		}
		return err
	})
	return o, err
}

// changedLicences are an object's licences after a change.
func changedLicences(tx *entity.Tx, o *entity.Object, add []any, remove []string) ([]any, error) {
	licences := []any{}
	gone := map[string]bool{}
	for _, id := range remove {
		gone[strings.ToLower(id)] = true
	}
	adding := map[string]map[string]any{}
	var order []string
	for _, one := range add {
		licence, _ := one.(map[string]any)
		id := strings.ToLower(textIn(licence, "skuId"))
		sku := skuOf(tx.View, id)
		if sku == nil { // chosen words; the service's begin so
			return nil, workload.Refuse("License %s does not correspond to a valid company License.", id).
				Help("unknownSku", "/addLicenses", "GET /subscribedSkus lists those of the tenant")
		}
		if _, twice := adding[id]; !twice {
			order = append(order, id)
		}
		preset(licence, "disabledPlans", []any{})
		adding[id] = map[string]any{"disabledPlans": licence["disabledPlans"], "skuId": id}
	}
	had := map[string]bool{}
	for _, one := range prop(o, "assignedLicenses").Array() {
		id := strings.ToLower(one.Get("skuId").Str)
		had[id] = true
		switch {
		case gone[id]:
		case adding[id] != nil:
			licences = append(licences, adding[id])
		default:
			licences = append(licences, one.Value())
		}
	}
	for id := range gone {
		if !had[id] { // chosen words; the service's begin so
			return nil, workload.Refuse("User does not have a corresponding license.").
				Help("noLicense", "/removeLicenses", "it does not have %s", id)
		}
	}
	for _, id := range order {
		if had[id] {
			continue
		}
		sku := skuOf(tx.View, id)
		if left := prop(sku, "prepaidUnits").Get("enabled"); left.Exists() && consumed(tx.View, sku) >= int(left.Int()) {
			return nil, workload.Refuse("Subscription with SKU %s does not have any available licenses.", id)
		}
		licences = append(licences, adding[id])
	}
	return licences, nil
}

// skuOf is a licence that the tenant has; nil for none.
func skuOf(in entity.View, id string) *entity.Object {
	return in.Find(skusHome.Family(), workload.TenantID+"_"+strings.ToLower(id))
}

// consumed is how many users have a licence. They are counted when it is asked for:
// syncs of rosters assign licences too.
func consumed(in entity.View, sku *entity.Object) (n int) {
	id := []byte(strings.ToLower(prop(sku, "skuId").Str))
	for p := range in.List(usersHome).All(0) {
		if o := in.At(p); bytes.Contains(o.JSON, id) {
			for _, l := range prop(o, "assignedLicenses").Array() {
				if strings.EqualFold(l.Get("skuId").Str, string(id)) {
					n++
				}
			}
		}
	}
	return n
}

// describeLicences makes the licenseDetails of a user those of its licences.
func describeLicences(tx *entity.Tx, user *entity.Object, licences []any) error {
	home := entity.Home{Parent: user.Place, Name: "licenseDetails"}
	have := map[string]bool{}
	for p := range tx.List(home).All(0) {
		o := tx.At(p)
		id := prop(o, "skuId").Str
		if !holds(licences, id) {
			if err := tx.Delete(p); err != nil {
				return err
			}
			continue
		}
		have[id] = true
	}
	for _, one := range licences {
		id := textIn(one.(map[string]any), "skuId")
		sku := skuOf(tx.View, id)
		if have[id] || sku == nil {
			continue
		}
		key := grantID(user.ID, id)
		json := append([]byte(`{"id":`), jsontree.Append(nil, key)...)
		json = append(append(json, `,"servicePlans":`...), rawOr(prop(sku, "servicePlans").Raw, "[]")...)
		json = append(jsontree.Append(append(json, `,"skuId":`...), id), `,"skuPartNumber":`...)
		json = append(append(json, rawOr(prop(sku, "skuPartNumber").Raw, "null")...), '}')
		if _, err := tx.Create(entity.Draft{Home: home, ID: key, Type: "microsoft.graph.licenseDetails", JSON: json}); err != nil {
			return err
		}
	}
	return nil
}

func rawOr(raw, other string) string {
	if raw == "" {
		return other
	}
	return raw
}

func holds(licences []any, id string) bool {
	for _, one := range licences {
		if m, ok := one.(map[string]any); ok && strings.EqualFold(textIn(m, "skuId"), id) {
			return true
		}
	}
	return false
}
