package openapi

import (
	"net/http"
	"strconv"

	"github.com/graphemu/graphemu/emulator/internal/odata"
	"github.com/graphemu/graphemu/emulator/internal/resource"
	"github.com/graphemu/graphemu/emulator/internal/workload"
)

// Media types.
const (
	mediaJSON = "application/json"
	mediaText = "text/plain"
)

// shape adds what a call takes, and what it answers where all is well.
func (w *writer) shape(o *operation, method string, p resource.Path, row *workload.Operation) {
	end := p.End()
	switch end.Kind {
	case resource.Count:
		o.Parameters = parameters("filter", "search", "ConsistencyLevel")
		o.Responses = map[string]object{"200": {"description": "How many there are.",
			"content": object{mediaText: object{"schema": object{"type": "integer", "minimum": 0}}}}}
	case resource.Ref:
		w.refs(o, method, end)
	case resource.Operation:
		w.called(o, end)
	case resource.Set, resource.Singleton, resource.Key, resource.Navigation, resource.Cast:
		w.objects(o, method, end, row)
	}
	if row != nil && len(row.Answers) > 0 {
		w.answers(o, row.Answers)
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
func (w *writer) called(o *operation, end *resource.Segment) {
	called := end.Overload[0]
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
		if usual != nil && status != http.StatusNoContent {
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

// closed is an object of these properties, with any control information.
func closed(properties object) object {
	return object{"type": "object", "properties": properties, "patternProperties": object{control: object{}}, "additionalProperties": false}
}

// control is in the name of every piece of control information ("@odata.type",
// "manager@odata.bind") and of every action that metadata=full tells of
// ("#microsoft.graph.restore").
const control = "[@#]"
