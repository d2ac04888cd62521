package directory

import (
	"encoding/base64"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/graphemu/graphemu/emulator/internal/entity"
	"github.com/graphemu/graphemu/emulator/internal/ids"
	"github.com/graphemu/graphemu/emulator/internal/jsontree"
	"github.com/graphemu/graphemu/emulator/internal/workload"
)

// The credentials of applications and service principals: secrets, of which a hash is
// kept, and certificates.

const (
	secretsMember = "#secrets" // hidden: hashes by keyId
	keysMember    = "#keys"    // hidden: certificates by keyId, as base64
)

// CheckSecret tells whether it is a secret of an application or a service principal that
// holds at that time.
func CheckSecret(o *entity.Object, secret string, now time.Time) bool {
	for _, p := range prop(o, "passwordCredentials").Array() {
		id := p.Get("keyId").Str
		end, err := time.Parse(time.RFC3339, p.Get("endDateTime").Str)
		if err == nil && !now.Before(end) {
			continue
		}
		if matches(prop(o, secretsMember).Get(id).Str, id, secret) {
			return true
		}
	}
	return false
}

// withKeys puts the keys of its certificates into an object that a client asked for by
// $select. Documented: nothing else shows them.
func withKeys(json []byte, o *entity.Object, shows func(string) bool) []byte {
	keys, list := prop(o, keysMember), prop(o, "keyCredentials")
	if !shows("keyCredentials") || !keys.IsObject() || !list.IsArray() {
		return json
	}
	whole := list.Value().([]any)
	for _, one := range whole {
		if m, ok := one.(map[string]any); ok {
			m["key"] = keys.Get(gjson.Escape(textIn(m, "keyId"))).Value()
		}
	}
	var m members
	m.read(text(json))
	m.set("keyCredentials", string(jsontree.Append(nil, whole)))
	return m.json()
}

// timeOf is a time that a client sent, or another one.
func timeOf(values map[string]any, name string, other time.Time) (time.Time, error) {
	text := textIn(values, name)
	if text == "" {
		return other, nil
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return t, workload.Refuse("Cannot convert the literal '%s' to the expected type 'Edm.DateTimeOffset'.", text)
	}
	return t, nil
}

// addPassword gives an application a secret, and shows it this once: 200. Documented: it
// lasts two years, where the client does not say.
func addPassword(c *workload.Call, on *entity.Object) (engineReply, error) {
	values := map[string]any{}
	if c.Size() > 0 || c.Decoded != nil {
		var err error
		if values, err = body(c); err != nil {
			return engineReply{}, err
		}
	}
	wish, _ := values["passwordCredential"].(map[string]any)
	start, err := timeOf(wish, "startDateTime", c.Now)
	if err != nil {
		return engineReply{}, err
	}
	end, err := timeOf(wish, "endDateTime", start.AddDate(2, 0, 0))
	if err != nil {
		return engineReply{}, err
	}
	if textIn(wish, "secretText") != "" { // documented: the service makes it; observed: docs issue 6165
		return engineReply{}, readOnlyValue("secretText")
	}
	if !end.After(start) {
		return engineReply{}, workload.Refuse("The end date of the credential must be after its start date.") // chosen words
	}
	id := c.Objects.NewID(c)
	secret := "~" + base64.RawURLEncoding.EncodeToString(ids.Key(0, "secret", on.ID, id))[:37]
	secret = secret[1:4] + "8Q" + secret[:1] + secret[4:]
	credential := map[string]any{"customKeyIdentifier": nil, "displayName": wish["displayName"], "endDateTime": workload.Time(end),
		"hint": secret[:3], "keyId": id, "secretText": nil, "startDateTime": workload.Time(start)}
	err = changeCredentials(c, on, "passwordCredentials", secretsMember, func(list []any, hashes map[string]any) ([]any, error) {
		hashes[id] = hashed(id, secret)
		return append(list, credential), nil
	})
	if err != nil {
		return engineReply{}, err
	}
	credential["secretText"] = secret
	return answerObject(c, "microsoft.graph.passwordCredential", credential), nil
}

// answerObject answers a complex value.
func answerObject(c *workload.Call, typ string, v map[string]any) engineReply {
	json := jsontree.Append(nil, v)
	dst := append(c.Context(c.Room(len(json)+256), typ), ',')
	return c.OK(http.StatusOK, append(dst, json[1:]...))
}

// changeCredentials changes the credentials of a kind, with what is hidden of them.
func changeCredentials(c *workload.Call, on *entity.Object, property, hidden string, f func([]any, map[string]any) ([]any, error)) error {
	return c.Objects.Store(c).Update(c.Now, func(tx *entity.Tx) error {
		o := tx.At(on.Place)
		if o == nil {
			return notHere(on.ID)
		}
		list, _ := prop(o, property).Value().([]any)
		secret, _ := prop(o, hidden).Value().(map[string]any)
		if secret == nil {
			secret = map[string]any{}
		}
		list, err := f(list, secret)
		if err != nil {
			return err
		}
		_, err = rewrite(tx, o, change{property, append([]any{}, list...)}, change{hidden, secret})
		return err
	})
}

// without takes a credential out of a list; ok is false where it is not there.
func without(list []any, keyID string) (left []any, ok bool) {
	left = slices.DeleteFunc(slices.Clone(list), func(v any) bool {
		m, _ := v.(map[string]any)
		return strings.EqualFold(textIn(m, "keyId"), keyID)
	})
	return left, len(left) < len(list)
}

// removePassword takes a secret away: 204. What an unknown keyId answers is not known
// (chosen).
func removePassword(c *workload.Call, on *entity.Object) (engineReply, error) {
	values, err := body(c)
	if err != nil {
		return engineReply{}, err
	}
	return workload.Empty(http.StatusNoContent), removeCredential(c, on, "passwordCredentials", secretsMember, textIn(values, "keyId"))
}

func removeCredential(c *workload.Call, on *entity.Object, property, hidden, id string) error {
	return changeCredentials(c, on, property, hidden, func(list []any, secret map[string]any) ([]any, error) {
		left, ok := without(list, id)
		if !ok {
			return nil, workload.Refuse("No credentials found to be removed with keyId '%s'.", id)
		}
		delete(secret, strings.ToLower(id))
		delete(secret, id)
		return left, nil
	})
}

// takeCredentials brings credentials that a create or an update sends into the form in
// which they are kept. Documented: an update replaces all; those that stay are named by
// their keyId. Observed: one that is there cannot be changed (graphapi-b2bportal-web
// issue 8, 2017); a client cannot bring a secret (docs issue 6165).
func takeCredentials(c *workload.Call, d *workload.Draft, old *entity.Object) error {
	if list, given := d.Values["passwordCredentials"].([]any); given {
		kept := []any{}
		for _, one := range list {
			m, _ := one.(map[string]any)
			was := known(old, "passwordCredentials", textIn(m, "keyId"))
			if was == nil || textIn(m, "secretText") != "" { // chosen words
				return workload.Refuse("New password credentials must be generated with service actions.").
					Help("addPassword", "/passwordCredentials", "POST …/addPassword makes a secret and shows it once")
			}
			if err := notUpdated(m, was, "passwordCredentials"); err != nil {
				return err
			}
			kept = append(kept, was)
		}
		d.Values["passwordCredentials"] = kept
	}
	list, given := d.Values["keyCredentials"].([]any)
	if !given {
		return nil
	}
	keys, _ := d.Hidden[keysMember].(map[string]any)
	if keys == nil {
		keys = map[string]any{}
	}
	kept, left := []any{}, map[string]any{}
	for _, one := range list {
		m, _ := one.(map[string]any)
		id := strings.ToLower(textIn(m, "keyId"))
		if was := known(old, "keyCredentials", id); was != nil {
			if key := textIn(m, "key"); key != "" && key != keys[id] {
				return keyNotUpdatable(id, "keyCredentials")
			}
			if err := notUpdated(m, was, "keyCredentials"); err != nil {
				return err
			}
			kept, left[id] = append(kept, was), keys[id]
			continue
		}
		credential, key, err := newKey(c, m)
		if err != nil {
			return err
		}
		kept, left[textIn(credential, "keyId")] = append(kept, credential), key
	}
	d.Values["keyCredentials"], d.Hidden[keysMember] = kept, left
	return nil
}

// notUpdated refuses a credential that is there with another value of what it has. Members
// that are null or left out say nothing, and a key is looked at by who has it.
func notUpdated(given map[string]any, was any, property string) error {
	has, _ := was.(map[string]any)
	for name, v := range given {
		if v == nil || name == "keyId" || name == "key" || reflect.DeepEqual(v, has[name]) {
			continue
		}
		return keyNotUpdatable(textIn(has, "keyId"), property)
	}
	return nil
}

func keyNotUpdatable(id, property string) error {
	return workload.Refuse("Update to existing credential with KeyId '%s' is not allowed.", id).
		Help("KeyNotUpdatable", property, "remove it, and add another")
}

// known is the credential of a keyId that an object has; nil for none.
func known(o *entity.Object, property, keyID string) any {
	if o == nil || keyID == "" {
		return nil
	}
	for _, one := range prop(o, property).Array() {
		if strings.EqualFold(one.Get("keyId").Str, keyID) {
			return one.Value()
		}
	}
	return nil
}
