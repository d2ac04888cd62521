package directory

import (
	"bytes"
	"net/http"
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/graphemu/graphemu/emulator/internal/entity"
	"github.com/graphemu/graphemu/emulator/internal/ids"
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
	if err := missingParameters("assignLicense", values, "addLicenses", "removeLicenses"); err != nil {
		return nil, err
	}
	add, remove, err := licencesIn(values)
	if err != nil {
		return nil, err
	}
	err = c.Objects.Store(c).Update(c.Now, func(tx *entity.Tx) error {
		if on = tx.At(on.Place); on == nil {
			return notHere("")
		}
		licences, err := changedLicences(c, tx, on, add, remove)
		if err != nil {
			return err
		}
		if len(add) > 0 && is(on, "user") && prop(on, "usageLocation").Str == "" {
			return workload.Refuse("License assignment cannot be done for user with invalid usage location.")
		}
		if o, err = rewrite(tx, on, change{"assignedLicenses", licences}); err == nil && is(on, "user") {
			err = describeLicences(tx, o, licences)
		}
		return err
	})
	return o, err
}

// licencesIn reads the licences that a body adds and removes. What is no GUID is refused,
// observed: docs issue 2853; so is one that is added and removed at once, and what is no
// licence at all (chosen words).
func licencesIn(values map[string]any) (add []map[string]any, remove []string, err error) {
	guid := func(v any) (string, error) {
		text, _ := v.(string)
		if !ids.IsGUID(text) {
			return "", workload.Refuse("Cannot convert a primitive value to the expected type 'Edm.Guid'. "+
				"See the inner exception for more details.").
				Help("wrongType", "", "%v is no GUID", v)
		}
		return strings.ToLower(text), nil
	}
	adds, ok := values["addLicenses"].([]any)
	removes, also := values["removeLicenses"].([]any)
	if !ok || !also {
		return nil, nil, invalidParameter("addLicenses", `want {"addLicenses": [{"skuId": "…", "disabledPlans": []}], "removeLicenses": []}`)
	}
	for _, one := range removes {
		id, err := guid(one)
		if err != nil {
			return nil, nil, err
		}
		remove = append(remove, id)
	}
	for _, one := range adds {
		licence, ok := one.(map[string]any)
		if !ok {
			return nil, nil, invalidParameter("addLicenses", `want {"skuId": "…", "disabledPlans": []} of each licence`)
		}
		id, err := guid(licence["skuId"])
		if err != nil {
			return nil, nil, err
		}
		if slices.Contains(remove, id) {
			return nil, nil, workload.Refuse("License %s cannot be added and removed in one request.", id)
		}
		plans := []any{}
		for _, plan := range listOf(licence, "disabledPlans") {
			id, err := guid(plan)
			if err != nil {
				return nil, nil, err
			}
			plans = append(plans, id)
		}
		add = append(add, map[string]any{"disabledPlans": plans, "skuId": id})
	}
	return add, remove, nil
}

// unknownPlan refuses to disable a plan that a licence does not have (observed that it is
// refused: azure-docs issue 81269; the words are chosen). A licence whose plans the world
// does not know may have any.
func unknownPlan(c *workload.Call, sku *entity.Object, disabled []any) error {
	plans := prop(sku, "servicePlans").Array()
	if len(plans) == 0 && len(disabled) > 0 {
		c.Advise("the plans of the licence " + prop(sku, "skuPartNumber").Str + " are not known here, so disabledPlans was not checked: " +
			"a fixture's entities can list them, as servicePlans of a subscribedSku")
		return nil
	}
	for _, id := range disabled {
		has := func(plan gjson.Result) bool { return strings.EqualFold(plan.Get("servicePlanId").Str, id.(string)) }
		if !slices.ContainsFunc(plans, has) {
			return workload.Refuse("Service plan %s does not belong to license %s.", id, prop(sku, "skuId").Str).
				Help("unknownPlan", "/addLicenses", "GET /subscribedSkus lists the servicePlans of each licence")
		}
	}
	return nil
}

// changedLicences are an object's licences after a change. The words are observed, of the
// licence that the tenant does not have and of the one that the user does not have:
// cli-microsoft365's tests, and clients that look for them.
func changedLicences(c *workload.Call, tx *entity.Tx, o *entity.Object, add []map[string]any, remove []string) ([]any, error) {
	licences := []any{}
	gone := map[string]bool{}
	for _, id := range remove {
		gone[id] = true
	}
	adding := map[string]map[string]any{}
	var order []string
	for _, licence := range add {
		id := textIn(licence, "skuId")
		sku := skuOf(tx.View, id)
		if sku == nil {
			return nil, unknownLicence(id, "/addLicenses")
		}
		if err := unknownPlan(c, sku, listOf(licence, "disabledPlans")); err != nil {
			return nil, err
		}
		if _, twice := adding[id]; !twice {
			order = append(order, id)
		}
		adding[id] = licence
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
	for _, id := range remove {
		if !had[id] {
			if skuOf(tx.View, id) == nil {
				return nil, unknownLicence(id, "/removeLicenses")
			}
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

func unknownLicence(id, where string) error {
	return workload.Refuse("License %s does not correspond to a valid company License.", id).
		Help("unknownSku", where, "GET /subscribedSkus lists those of the tenant")
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
