package openapi

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/odata"
	"github.com/graphemu/graphemu/emulator/internal/resource"
	"github.com/graphemu/graphemu/emulator/internal/workload"
)

// Media types.
const (
	mediaJSON = "application/json"
	mediaText = "text/plain"

	mediaBinary = "*/*" // of any type
)

// shape adds what a call takes, and what it answers where all is well.
func (w *writer) shape(o *operation, method string, p resource.Path, row *workload.Operation) {
	end := p.End()
	switch end.Kind {
	case resource.Count:
		o.Parameters = parameters("filter", "search", "ConsistencyLevel")
		o.Responses = map[string]object{"200": {"description": "How many there are.",
			"content": object{mediaText: object{"schema": object{"type": "integer", "minimum": 0}}}}}
	case resource.Value:
		if end.Primitive == 0 && end.Type.Media() {
			media(o, method)
		}
	case resource.Ref:
		w.refs(o, method, end)
	case resource.Operation:
		w.called(o, end, p.Segments[:len(p.Segments)-1])
	case resource.Key:
		if !w.Graph.Objects().Lives(p) {
			if strings.HasSuffix(o.Name, ".remove") { // the link alone
				o.Responses = map[string]object{"204": {"description": "The link is gone."}}
			}
			return // an object has an address of its own, which is elsewhere
		}
		w.objects(o, method, end, row)
	case resource.Set, resource.Singleton, resource.Navigation, resource.Cast:
		w.objects(o, method, end, row)
	}
	if row != nil && len(row.Answers) > 0 {
		w.answers(o, row.Answers)
	}
}

// media shapes a call of the bytes of an object.
func media(o *operation, method string) {
	bytes := object{mediaBinary: object{"schema": object{"type": "string", "format": "binary"}}}
	switch method {
	case http.MethodGet:
		o.Responses = map[string]object{"200": {"description": "The bytes, with their own Content-Type.", "content": bytes}}
	case http.MethodDelete:
		o.Responses = map[string]object{"204": {"description": "They are gone."}}
	default:
		o.RequestBody = object{"required": true, "content": bytes}
		o.Responses = map[string]object{"200": {"description": "They are stored."}}
	}
}

// objects shapes a call of an object or a collection.
func (w *writer) objects(o *operation, method string, end *resource.Segment, row *workload.Operation) {
	rules := w.Graph.Objects().RulesOf(end.Type)
	one := answer("The object.", w.ref(end.Type))
	switch method {
	case http.MethodGet:
		switch {
		case !end.Many:
			o.Parameters = parameters("select", "expand")
		case rules != nil && rules.SelectOnly:
			o.Parameters = parameters("select")
		default:
			o.Parameters = parameters("filter", "search", "orderby", "select", "expand", "top", "skip", "skiptoken", "count", "ConsistencyLevel")
		}
		if end.Many {
			one = answer("A page of the collection.", w.collectionOf(end.Type))
		}
		o.Responses = map[string]object{"200": one}
	case http.MethodPost:
		o.RequestBody = jsonBody(w.body(end.Type, true, row))
		o.Responses = map[string]object{"201": answer("The new object.", w.ref(end.Type))}
	case http.MethodPatch, http.MethodPut:
		o.RequestBody = jsonBody(w.body(end.Type, false, row))
		o.Responses = map[string]object{"200": one}
		if rules != nil && rules.PatchStatus != http.StatusOK {
			o.Responses = map[string]object{"204": {"description": "It is changed."}}
		}
		if method == http.MethodPatch && !end.Many && row == nil && (end.Kind == resource.Key || end.Kind == resource.Navigation) {
			o.Responses["201"] = answer("There was none, and it is made.", w.ref(end.Type)) // an upsert
		}
	case http.MethodDelete:
		o.Responses = map[string]object{"204": {"description": "It is gone."}}
	}
}

// refs shapes a call of links.
func (w *writer) refs(o *operation, method string, end *resource.Segment) {
	switch method {
	case http.MethodGet:
		name := "reference"
		if end.Many {
			name = "references"
			o.Parameters = parameters("filter", "search", "orderby", "top", "skip", "skiptoken", "count", "ConsistencyLevel")
		}
		o.Responses = map[string]object{"200": answer("Addresses of objects.", object{"$ref": "#/components/schemas/" + name})}
	case http.MethodDelete:
		if end.Many {
			o.Parameters = []object{{"name": "@id", "in": "query", "description": "Address of the object that is linked.",
				"schema": object{"type": "string"}}}
		}
		o.Responses = map[string]object{"204": {"description": "The link is gone."}}
	default:
		o.RequestBody = jsonBody(object{"$ref": "#/components/schemas/referenceTo"})
		o.Responses = map[string]object{"204": {"description": "It is linked."}}
	}
}

// called shapes an action or a function.
func (w *writer) called(o *operation, end *resource.Segment, on []resource.Segment) {
	called := end.Overload[0]
	status, pages := w.ruled(end.Name, on)
	if !called.Function() {
		properties := object{}
		for i := range called.Parameters {
			properties[called.Parameters[i].Name] = w.property(&called.Parameters[i])
		}
		if len(properties) > 0 {
			o.RequestBody = jsonBody(object{"type": "object", "properties": properties, "additionalProperties": false})
		}
	}
	r := called.Returns
	switch {
	case r != nil && pages:
		o.Responses = map[string]object{"200": answer("What it returns.", w.collectionOf(r.Type))}
	case r == nil:
		o.Responses = map[string]object{"204": {"description": "It is done."}}
	case r.Collection && (r.Kind == odata.KindEntity || r.Kind == odata.KindComplex):
		o.Responses = map[string]object{"200": answer("What it returns.", w.collectionOf(r.Type))}
	case r.Kind == odata.KindEntity || r.Kind == odata.KindComplex:
		o.Responses = map[string]object{"200": answer("What it returns.", w.ref(r.Type))}
	default:
		o.Responses = map[string]object{"200": answer("What it returns.", closed(object{
			"@odata.context": object{"type": "string"}, "value": w.property(r)}))}
	}
	if status != 0 {
		w.answers(o, []int{status})
	}
}

// ruled is what rules say of the answer to an action: its status, 0 for the usual one, and
// whether it is a collection in spite of the metadata.
func (w *writer) ruled(name string, on []resource.Segment) (status int, pages bool) {
	if len(on) == 0 {
		return 0, false
	}
	for t := on[len(on)-1].Type; t != nil; t = t.Base {
		if r := w.Graph.Objects().RulesOf(t); r != nil && r.Type == t.Name && r.Actions[name] != nil {
			return r.Answers[name], slices.Contains(r.Pages, name)
		}
	}
	return 0, false
}

// answers brings the answers of an operation to the statuses of its row: they have the
// body of the one that the method has, but where the service sends none.
func (w *writer) answers(o *operation, statuses []int) {
	var usual object
	for _, r := range o.Responses {
		if r["content"] != nil {
			usual = r
		}
	}
	o.Responses = map[string]object{}
	for _, status := range statuses {
		one := object{"description": http.StatusText(status)}
		switch {
		case usual == nil || status == http.StatusNoContent:
		case status >= http.StatusBadRequest: // what was wrong, or the error envelope
			content := usual["content"].(object)[mediaJSON].(object)["schema"]
			one["content"] = object{mediaJSON: object{"schema": object{"anyOf": []any{content, object{"$ref": "#/components/schemas/error"}}}}}
		default:
			one["content"] = usual["content"]
		}
		o.Responses[strconv.Itoa(status)] = one
	}
}

// parameters are references to shared parameters.
func parameters(names ...string) (list []object) {
	for _, name := range names {
		list = append(list, object{"$ref": "#/components/parameters/" + name})
	}
	return list
}

// failures adds the error envelope, for every status beyond the good ones.
func failures(o *operation) {
	o.Responses["4XX"] = object{"$ref": "#/components/responses/error"}
	o.Responses["5XX"] = object{"$ref": "#/components/responses/error"}
}

func jsonBody(schema object) object {
	return object{"required": true, "content": object{mediaJSON: object{"schema": schema}}}
}

func answer(description string, schema object) object {
	return object{"description": description, "content": object{mediaJSON: object{"schema": schema}}}
}

// closed is an object of these properties, with any control information, and with what else
// patterns say. It is said by propertyNames: patternProperties makes generators of clients
// take any name.
func closed(properties object, patterns ...string) object {
	names := make([]string, 0, len(properties))
	for name := range properties {
		if !strings.ContainsAny(name, control) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	pattern := "[" + control + "]"
	if len(names) > 0 {
		pattern = "^(" + strings.Join(names, "|") + ")$|" + pattern
	}
	for _, p := range patterns {
		pattern += "|" + p
	}
	return object{"type": "object", "properties": properties, "propertyNames": object{"pattern": pattern}}
}

// control are the signs of which one is in the name of every piece of control information
// ("@odata.type", "manager@odata.bind") and of every action that metadata=full tells of
// ("#microsoft.graph.restore").
const control = "@#"
