package objects

import (
	"encoding/base64"
	"net/http"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/apierror"
	"github.com/graphemu/graphemu/emulator/internal/engine"
	"github.com/graphemu/graphemu/emulator/internal/entity"
	"github.com/graphemu/graphemu/emulator/internal/jsontree"
	"github.com/graphemu/graphemu/emulator/internal/odata"
	"github.com/graphemu/graphemu/emulator/internal/resource"
	"github.com/graphemu/graphemu/emulator/internal/workload"
)

// The bytes of an object whose type has a stream stand at /$value, those of a property of
// kind Edm.Stream at the property's own path. Both are kept in a member of the object that
// no answer and no query shows; the size of a request's body bounds them.

// beforeValue is the path of what the bytes are of, and the property that they are, "" for
// those of the object itself.
func beforeValue(p resource.Path) (of resource.Path, property string) {
	if p.End().Kind == resource.Value {
		p.Segments = p.Segments[:len(p.Segments)-1]
	}
	if end := p.End(); end.Kind == resource.Property {
		return p, end.Name
	}
	return p, ""
}

// mediaMember is the member of a stored object that holds bytes.
func mediaMember(t target) string {
	if len(t.prop) == 0 {
		return workload.MediaMember
	}
	return workload.MediaMember + "/" + strings.Join(t.prop, "/")
}

// getMedia answers bytes: 200 with their own Content-Type. Where there are none, 204 (OData, for
// a property; chosen for an object).
func (e *Engine) getMedia(c *workload.Call, p resource.Path) (engine.Reply, error) {
	of, _ := beforeValue(p)
	in := stateOf(c).Store.View()
	t, err := e.resolve(c, in, of)
	if err != nil {
		return engine.Reply{}, err
	}
	if t.object == nil {
		return engine.Reply{}, e.notThere(t)
	}
	kind, etag, ok := workload.MediaFacts(t.object.JSON, mediaMember(t))
	data := workload.StoredMedia(t.object.JSON, mediaMember(t))
	if r := e.rulesOf(t.typ); ok && data == nil && r != nil && r.MakeMedia != nil {
		made, err := r.MakeMedia(in, t.object)
		if err != nil {
			return engine.Reply{}, err
		}
		data = made.Bytes
	}
	if data == nil {
		return workload.Empty(http.StatusNoContent), nil
	}
	stateOf(c).Futures.read(c.Now, t.object)
	a := engine.Reply{Status: http.StatusOK, Media: kind, Body: data}
	a.Set("ETag", etag)
	// What a client stored may be a page with a script, and the control API has the same
	// origin: a browser that is led here shows it, and runs nothing. Chosen.
	a.Set("X-Content-Type-Options", "nosniff")
	a.Set("Content-Security-Policy", "sandbox; default-src 'none'")
	return a, nil
}

// setMedia takes bytes in. It answers 200 without a body for those of an object (documented for
// photos), and with the object for a property (documented for the content of a drive's item).
func (e *Engine) setMedia(c *workload.Call, p resource.Path) (engine.Reply, error) {
	of, property := beforeValue(p)
	b, err := c.Bytes()
	if err != nil {
		return engine.Reply{}, err
	}
	m := workload.NewMedia(c.Header.Get("Content-Type"), b)
	t, err := e.resolve(c, stateOf(c).Store.View(), of)
	if err != nil {
		return engine.Reply{}, e.inWords(err)
	}
	r := e.rulesOf(objectType(of))
	if r != nil && r.CheckMedia != nil { // before the world is held: a picture takes its time
		if err := r.CheckMedia(property, m); err != nil {
			return engine.Reply{}, e.inWords(err)
		}
	}
	err = e.alter(c, func(tx *entity.Tx) (*target, error) {
		if t, err = e.resolve(c, tx.View, of); err != nil {
			return nil, err
		}
		t.typ = objectType(of)
		if t.object == nil && (property != "" || of.End().Kind != resource.Navigation || t.link != nil) {
			return nil, e.notThere(t)
		}
		if property == "" && (t.object == nil || r != nil && r.Remake) {
			return &t, e.remake(c, tx, &t, m)
		}
		t.object, err = rewriteMedia(tx, t, e.stored(t.object, t.typ), r, m.Stored())
		return &t, err
	})
	if err != nil {
		return engine.Reply{}, e.inWords(err)
	}
	switch {
	case property == "":
		return workload.Empty(http.StatusOK), nil
	case r != nil && r.PatchStatus != http.StatusOK:
		return workload.Empty(http.StatusNoContent), nil
	}
	whole := of
	for whole.End().Kind == resource.Property {
		whole.Segments = whole.Segments[:len(whole.Segments)-1]
	}
	return e.answer(c, http.StatusOK, t, whole, odata.Options{}), nil
}

// remake puts another object in the place of the one that there may be, with these bytes.
func (e *Engine) remake(c *workload.Call, tx *entity.Tx, t *target, m *workload.Media) error {
	if t.object != nil {
		if err := e.deleteAt(c, tx, t); err != nil {
			return err
		}
	}
	l := &list{in: tx.View, typ: t.typ, home: t.home, path: parentOf(t.at)}
	w := &written{typ: t.typ, draft: &workload.Draft{Type: t.typ.Name, Values: map[string]any{}, Hidden: map[string]any{}, Media: m}}
	o, err := e.make(c, tx, l, w)
	t.object = o
	return err
}

// rewriteMedia stores an object with other bytes; nil: with none.
func rewriteMedia(tx *entity.Tx, t target, typ *odata.Type, r *workload.Rules, stored map[string]any) (*entity.Object, error) {
	values, own := decode(t.object)
	switch {
	case t.object.Place != 0:
	case stored == nil:
		return t.object, nil
	default: // a singleton that nothing was set of yet
		o, err := tx.Create(entity.Draft{Home: t.home, ID: t.object.ID, Type: typ.Qualified(),
			JSON: encode(typ, t.object.ID, values, map[string]any{mediaMember(t): stored})})
		return o, err
	}
	if own[mediaMember(t)] = stored; stored == nil {
		delete(own, mediaMember(t))
	}
	return tx.Replace(t.object.Place, encode(typ, t.object.ID, values, own), keysOf(r, values))
}

// clearMedia takes bytes away: 204. Of an object that is nothing without them, the object goes.
func (e *Engine) clearMedia(c *workload.Call, p resource.Path) (engine.Reply, error) {
	of, property := beforeValue(p)
	err := stateOf(c).Store.Update(c.Now, func(tx *entity.Tx) error {
		t, err := e.resolve(c, tx.View, of)
		if err != nil {
			return err
		}
		if t.object == nil {
			return e.notThere(t)
		}
		t.typ = objectType(of)
		r := e.rulesOf(t.typ)
		switch {
		case property != "" && !of.End().Property.Nullable:
			return workload.Refuse("The property '%s' cannot be null.", property)
		case property == "" && r != nil && r.Remake:
			return e.deleteAt(c, tx, &t)
		}
		_, err = rewriteMedia(tx, t, e.stored(t.object, t.typ), r, nil)
		return err
	})
	if err != nil {
		return engine.Reply{}, e.inWords(err)
	}
	return workload.Empty(http.StatusNoContent), nil
}

// appendMediaFacts appends what an answer tells of an object's bytes. from is where its JSON
// begins, which may hold control information already.
func appendMediaFacts(dst []byte, from int, json []byte) []byte {
	kind, etag, ok := workload.MediaFacts(json, workload.MediaMember)
	if !ok {
		return dst
	}
	if len(dst) == from {
		dst = append(dst, '{')
	} else {
		dst = append(dst, ',')
	}
	dst = jsontree.Append(append(dst, `"@odata.mediaContentType":`...), kind)
	return jsontree.Append(append(dst, `,"@odata.mediaEtag":`...), etag)
}

// givenMedia are the bytes that an object of a fixture brings in its member "$value", in
// base64; "@odata.mediaContentType" is their type. It takes the member out.
func givenMedia(body map[string]any) (map[string]any, *workload.Media, error) {
	v, given := body["$value"]
	if !given {
		return body, nil, nil
	}
	text, ok := v.(string)
	b, err := base64.StdEncoding.DecodeString(text)
	if !ok || err != nil {
		return nil, nil, apierror.BadRequest("The value of '$value' is not valid.").Help("invalidMedia", "/$value", "want the bytes in base64")
	}
	rest := make(map[string]any, len(body))
	for name, v := range body {
		if name != "$value" {
			rest[name] = v
		}
	}
	kind, _ := body["@odata.mediaContentType"].(string)
	if kind == "" {
		kind = http.DetectContentType(b)
	}
	return rest, workload.NewMedia(kind, b), nil
}
