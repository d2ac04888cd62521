package directory

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/graphemu/graphemu/emulator/internal/entity"
	"github.com/graphemu/graphemu/emulator/internal/workload"
)

// What is deleted softly lives in directory/deletedItems for 30 days. Documented: it can
// be restored with its links, and is gone for good afterwards.

const kept = 30 * 24 * time.Hour

// deletedHome is where deleted objects live.
var deletedHome = entity.Home{Name: entity.DeletedItems}

// parked begins the relations that keep the links of deleted objects, where no
// navigation shows them, until they are restored.
const parked = "~"

// directoryRules lets what was deleted too long ago go, before it is read.
// Nobody changes the directory itself (documented: no page does).
var directoryRules = &workload.Rules{Type: "directory", Settle: expireDeleted, Absent: words("update")}

// expireDeleted removes what was deleted more than 30 days ago.
func expireDeleted(c *workload.Call, s *entity.Store) error {
	var gone []entity.Place
	in := s.View()
	for p := range in.List(deletedHome).All(0) {
		at, err := time.Parse(time.RFC3339, prop(in.At(p), "deletedDateTime").Str)
		if err == nil && !at.Add(kept).After(c.Now) {
			gone = append(gone, p)
		}
	}
	if gone == nil {
		return nil
	}
	return s.Update(c.Now, func(tx *entity.Tx) error {
		for _, p := range gone {
			if o := tx.At(p); o != nil && o.Home == deletedHome {
				if err := purge(tx, o); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// softDelete moves an object to deletedItems; what is there already is gone for good.
func softDelete(c *workload.Call, tx *entity.Tx, o *entity.Object) error {
	if o.Home == deletedHome {
		return purge(tx, o)
	}
	if err := park(tx, o.Place); err != nil {
		return err
	}
	if _, err := rewrite(tx, o, change{"deletedDateTime", workload.Time(c.Now)}); err != nil {
		return err
	}
	_, err := tx.Move(o.Place, deletedHome)
	return err
}

// hardDelete takes an object away for good.
func hardDelete(_ *workload.Call, tx *entity.Tx, o *entity.Object) error { return purge(tx, o) }

// park puts the links of an object where no navigation shows them.
func park(tx *entity.Tx, at entity.Place) error {
	for _, name := range tx.Relations() {
		if strings.HasPrefix(name, parked) {
			continue
		}
		out, in := slices.Collect(tx.Targets(name, at).All(0)), sources(tx, name, at)
		for _, to := range out {
			if err := relink(tx, name, parked+name, at, to); err != nil {
				return err
			}
		}
		for _, from := range in {
			if err := relink(tx, name, parked+name, from, at); err != nil {
				return err
			}
		}
	}
	return nil
}

// sources are from where links lead to an object, the tenant among them: those say which
// objects are in a set of /education.
func sources(tx *entity.Tx, name string, at entity.Place) []entity.Place {
	list := slices.Collect(tx.Sources(name, at).All(0))
	if tx.Linked(name, entity.Tenant, at) && !slices.Contains(list, entity.Tenant) {
		list = append(list, entity.Tenant)
	}
	return list
}

// relink moves a link from one relation to another.
func relink(tx *entity.Tx, from, to string, a, b entity.Place) error {
	if err := tx.Unlink(from, a, b); err != nil {
		return err
	}
	if tx.Linked(to, a, b) {
		return nil
	}
	return tx.Link(to, a, b)
}

// unpark shows the links of an object again, but for those to what is still deleted.
func unpark(tx *entity.Tx, at entity.Place) error {
	for _, name := range tx.Relations() {
		plain, ok := strings.CutPrefix(name, parked)
		if !ok {
			continue
		}
		out, in := slices.Collect(tx.Targets(name, at).All(0)), sources(tx, name, at)
		for _, to := range out {
			if o := tx.At(to); o == nil || o.Home != deletedHome {
				if err := relink(tx, name, plain, at, to); err != nil {
					return err
				}
			}
		}
		for _, from := range in {
			if o := tx.At(from); o == nil || o.Home != deletedHome {
				if err := relink(tx, name, plain, from, at); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// homes are where the objects of the types live that can be deleted softly.
var homes = map[string]entity.Home{
	"user": {Name: "users"}, "group": {Name: "groups"}, "application": {Name: "applications"}, "servicePrincipal": {Name: "servicePrincipals"},
	"administrativeUnit": {Name: "directory/administrativeUnits"}, "device": {Name: "devices"},
}

// restoreObject brings a deleted object back: 200 with it. Documented, as the two
// parameters.
func restoreObject(c *workload.Call, on *entity.Object) (engineReply, error) {
	if on == nil || on.Home != deletedHome { // observed: entra-powershell issue 987
		id := ""
		if on != nil {
			id = on.ID
		}
		return engineReply{}, notHere(id)
	}
	values := map[string]any{}
	if c.Size() > 0 || c.Decoded != nil {
		var err error
		if values, err = body(c); err != nil {
			return engineReply{}, err
		}
	}
	var o *entity.Object
	err := c.Objects.Store(c).Update(c.Now, func(tx *entity.Tx) error {
		var err error
		if o = tx.At(on.Place); o == nil {
			return notHere(on.ID)
		}
		keys := o.Keys()
		if name := textIn(values, "newUserPrincipalName"); name != "" && is(o, "user") {
			if err := checkUser(c, tx, map[string]any{"userPrincipalName": name}); err != nil {
				return err
			}
			if o, err = rewrite(tx, o, change{"userPrincipalName", name}); err != nil {
				return err
			}
			for i := range keys {
				if strings.HasSuffix(keys[i].Index, ".userPrincipalName") {
					keys[i].Key = name
				}
			}
		}
		if boolOf(values, "autoReconcileProxyConflict") {
			if o, keys, err = withoutTakenAddresses(tx, o, keys); err != nil {
				return err
			}
		}
		if o, err = rewrite(tx, o, change{"deletedDateTime", nil}); err != nil {
			return err
		}
		if o, err = tx.Replace(o.Place, o.JSON, keys); err != nil {
			return err
		}
		if o, err = tx.Move(o.Place, homes[kindOf(o)]); err != nil {
			return err
		}
		return unpark(tx, o.Place)
	})
	if err != nil {
		return engineReply{}, err
	}
	return c.Objects.Object(c, http.StatusOK, "directoryObject", "directoryObjects/$entity", o), nil
}

// withoutTakenAddresses leaves the proxy addresses out that another object has by now.
func withoutTakenAddresses(tx *entity.Tx, o *entity.Object, keys []entity.UniqueKey) (*entity.Object, []entity.UniqueKey, error) {
	left := []any{}
	taken := map[string]bool{}
	for _, k := range keys {
		if other := tx.Unique(k.Index, k.Key); strings.HasSuffix(k.Index, ".proxyAddresses") && other != nil && other.Place != o.Place {
			taken[strings.ToLower(k.Key)] = true
		}
	}
	if len(taken) == 0 {
		return o, keys, nil
	}
	prop(o, "proxyAddresses").ForEach(func(_, v gjson.Result) bool {
		if !taken[strings.ToLower(v.Str)] {
			left = append(left, v.Str)
		}
		return true
	})
	keys = slices.DeleteFunc(keys, func(k entity.UniqueKey) bool { return taken[strings.ToLower(k.Key)] })
	o, err := rewrite(tx, o, change{"proxyAddresses", left})
	return o, keys, err
}

// deletedOwnedObjects: the deleted groups that a user owns. Documented.
func deletedOwnedObjects(c *workload.Call, _ *entity.Object) (engineReply, error) {
	values, err := body(c)
	if err != nil {
		return engineReply{}, err
	}
	if kind := textIn(values, "type"); !strings.EqualFold(kind, "Group") {
		return engineReply{}, invalidParameter("type", "want Group")
	}
	in := c.Objects.Store(c).View()
	list := []*entity.Object{}
	if user := ofType(in, "user", textIn(values, "userId")); user != nil {
		for p := range in.Sources(parked+Owners, user.Place).All(0) {
			if o := in.At(p); o.Home == deletedHome && is(o, "group") && len(list) < maxGotten {
				list = append(list, o)
			}
		}
	}
	return c.Objects.Page(c, "directoryObject", "directoryObjects", list)
}
