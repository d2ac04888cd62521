package openapi

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"strings"

	"github.com/graphemu/graphemu/schemas"
)

// updateSuffix ends the name of a schema file's schema for updates: nothing is required.
const updateSuffix = "Update"

// components puts together what paths refer to.
func (w *writer) components() error {
	for len(w.types) > 0 {
		t := w.types[0]
		w.types = w.types[1:]
		w.schemas[t.Qualified()] = w.describe(t)
	}
	if w.files {
		if err := w.schemaFiles(); err != nil {
			return err
		}
	}
	maps.Copy(w.schemas, referenceSchemas)
	w.schemas["error"] = errorSchema
	scopes := object{}
	for scope := range w.scopes {
		scopes[scope] = "A permission of Microsoft Graph."
	}
	token := w.Origin + "/common/oauth2/v2.0/token"
	w.doc.Components = object{
		"schemas":    w.schemas,
		"parameters": sharedParameters,
		"responses": object{"error": object{"description": "Graph's error envelope.",
			"content": object{mediaJSON: object{"schema": object{"$ref": "#/components/schemas/error"}}}}},
		"securitySchemes": object{"oauth2": object{"type": "oauth2",
			"description": "Entra ID, as graphemu emulates it. Unless the server was told to look at tokens, any will do.",
			"flows": object{
				"authorizationCode": object{"authorizationUrl": w.Origin + "/common/oauth2/v2.0/authorize", "tokenUrl": token, "scopes": scopes},
				"clientCredentials": object{"tokenUrl": token, "scopes": scopes},
			}}},
	}
	w.drop()
	return nil
}

// drop takes away what nothing refers to.
func (w *writer) drop() {
	used := map[string]bool{}
	var look func(v any)
	look = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			if ref, ok := v["$ref"].(string); ok && !used[ref] {
				used[ref] = true
				if name, ok := strings.CutPrefix(ref, "#/components/schemas/"); ok {
					look(w.schemas[name])
				}
			}
			for _, member := range v {
				look(member)
			}
		case []any:
			for _, member := range v {
				look(member)
			}
		case []object:
			for _, member := range v {
				look(member)
			}
		}
	}
	look(errorSchema)
	used["#/components/schemas/error"] = true
	for _, item := range w.doc.Paths {
		for _, o := range item {
			if o, ok := o.(*operation); ok {
				look(o.Parameters)
				look(o.RequestBody)
				for _, r := range o.Responses {
					look(r)
				}
			}
		}
	}
	maps.DeleteFunc(w.schemas, func(name string, _ any) bool { return !used["#/components/schemas/"+name] })
	kept := object{}
	for name, p := range sharedParameters {
		if used["#/components/parameters/"+name] {
			kept[name] = p
		}
	}
	w.doc.Components["parameters"] = kept
}

// schemaFiles adds the hand-written schemas, those of types of Graph.
func (w *writer) schemaFiles() error {
	names, err := fs.Glob(schemas.FS, "education*.schema.json")
	if err != nil {
		return err
	}
	for _, file := range names {
		text, err := fs.ReadFile(schemas.FS, file)
		if err != nil {
			return err
		}
		var s object
		if err := json.Unmarshal(text, &s); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		name := strings.TrimSuffix(file, ".schema.json")
		w.schemas[name] = embedded(s)
		update := maps.Clone(s)
		delete(update, "required")
		w.schemas[name+updateSuffix] = update
	}
	return nil
}

// embedded is a schema file as a component: it refers to the others there, has no address
// of its own, and says by "oneOf" which types may stand in place of an abstract one, which
// generators of clients know better than if and then.
func embedded(s object) object {
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			for _, name := range []string{"$id", "$schema", "$comment"} {
				if _, text := v[name].(string); text {
					delete(v, name)
				}
			}
			if ref, ok := v["$ref"].(string); ok && strings.HasSuffix(ref, ".schema.json") {
				v["$ref"] = "#/components/schemas/" + strings.TrimSuffix(ref, ".schema.json")
			}
			for _, member := range v {
				walk(member)
			}
		case []any:
			for _, member := range v {
				walk(member)
			}
		}
	}
	walk(s)
	branches, ok := s["allOf"].([]any)
	if !ok {
		return s
	}
	var kinds []any
	for _, b := range branches {
		then, ok := b.(object)["then"]
		if !ok {
			return s
		}
		kinds = append(kinds, then)
	}
	delete(s, "allOf")
	s["oneOf"] = kinds
	return s
}

var text = object{"type": "string"}

// referenceSchemas are those of links.
var referenceSchemas = object{
	"reference": closed(object{"@odata.context": text, "@odata.id": text}),
	"references": closed(object{"@odata.context": text, "@odata.count": object{"type": "integer"}, "@odata.nextLink": text,
		"value": object{"type": "array", "items": object{"$ref": "#/components/schemas/reference"}}}),
	"referenceTo": object{"type": "object", "required": []string{"@odata.id"},
		"properties": object{"@odata.id": object{"type": "string", "description": "Address of the object."}}},
}

// batchSchemas are those of $batch. Documented: Graph's page on JSON batching.
var batchSchemas = object{
	"batchRequest": object{"type": "object", "required": []string{"requests"}, "properties": object{
		"requests": object{"type": "array", "minItems": 1, "items": object{"type": "object", "required": []string{"id", "method", "url"},
			"properties": object{"id": text, "method": text, "url": text, "headers": object{"type": "object", "additionalProperties": text},
				"body": object{}, "dependsOn": object{"type": "array", "items": text}}}}}},
	"batchResponse": object{"type": "object", "required": []string{"responses"}, "properties": object{
		"responses": object{"type": "array", "items": object{"type": "object", "required": []string{"id", "status"},
			"properties": object{"id": text, "status": object{"type": "integer"},
				"headers": object{"type": "object", "additionalProperties": text}, "body": object{}}}}}},
}

// errorSchema is the error envelope.
var errorSchema = object{"type": "object", "required": []string{"error"}, "additionalProperties": false, "properties": object{
	"error": object{"type": "object", "required": []string{"code", "message"}, "additionalProperties": false, "properties": object{
		"code": text, "message": text, "target": text,
		"details": object{"type": "array", "description": "What helps, by graphemu.", "items": object{"type": "object",
			"required": []string{"code", "message"}, "properties": object{"code": text, "message": text, "target": text}}},
		"innerError": object{"type": "object", "properties": object{
			"date": text, "request-id": text, "client-request-id": text}},
	}}}}

// sharedParameters are the query options and headers that many calls take.
var sharedParameters = func() object {
	all := object{"ConsistencyLevel": object{"name": "ConsistencyLevel", "in": "header",
		"description": `"eventual" for advanced queries of the directory.`, "schema": object{"type": "string"}}}
	whole := object{"type": "integer", "minimum": 0}
	for name, p := range map[string]struct {
		says string
		of   object
	}{
		"filter": {"Which objects.", text}, "search": {"Which words.", text}, "orderby": {"In which order.", text},
		"select": {"Which properties, parted by commas.", text}, "expand": {"Which linked objects come along.", text},
		"top": {"How many a page has.", whole}, "skip": {"How many are left out before the first.", whole},
		"skiptoken": {"Where a page goes on: a part of @odata.nextLink.", text},
		"count":     {"Whether @odata.count is told.", object{"type": "boolean"}},
	} {
		all[name] = object{"name": "$" + name, "in": "query", "description": p.says, "schema": p.of}
	}
	return all
}()
