// Package openapi describes what Graph answers here as an OpenAPI 3.1 document, for
// generators of clients and for contract tests: the paths and operations as the handler
// of Graph finds them, bodies by the types of the model in force.
//
// Everything here is chosen; names of path parameters and of types follow the OpenAPI
// documents that Microsoft publishes of Graph.
package openapi

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/graph"
	"github.com/graphemu/graphemu/emulator/internal/identity"
	"github.com/graphemu/graphemu/emulator/internal/odata"
	"github.com/graphemu/graphemu/emulator/internal/resource"
	"github.com/graphemu/graphemu/emulator/internal/workload"
)

// Source is what is described.
type Source struct {
	Graph     *graph.Handler
	Models    workload.Models
	Workloads []*workload.Workload
}

// Options say how.
type Options struct {
	Version workload.Version
	Generic bool   // operations that the metadata in force describes, too
	Origin  string // of the server, "http://localhost:9400"
	Release string // of graphemu
}

// object is a JSON object. Members are written in the order of their names, so that a
// document is the same each time.
type object = map[string]any

// document is the whole, with its members in the order in which people read them.
type document struct {
	OpenAPI    string              `json:"openapi"`
	Info       object              `json:"info"`
	Servers    []object            `json:"servers"`
	Security   []object            `json:"security"`
	Tags       []object            `json:"tags"`
	Paths      map[string]pathItem `json:"paths"`
	Components object              `json:"components"`
}

// pathItem is what is at a path: operations by their method in lower case, and
// "parameters".
type pathItem map[string]any

// operation is one call.
type operation struct {
	Tags        []string          `json:"tags"`
	Summary     string            `json:"summary"`
	OperationID string            `json:"operationId"`
	Name        string            `json:"x-graphemu-operation"` // as rules, scenarios and the journal name it
	Level       string            `json:"x-graphemu-level"`
	Security    []object          `json:"security,omitempty"`
	Parameters  []object          `json:"parameters,omitempty"`
	RequestBody object            `json:"requestBody,omitempty"`
	Responses   map[string]object `json:"responses"`
}

// writer makes one document.
type writer struct {
	Source
	Options
	model   *odata.Model
	doc     document
	rows    map[string]*workload.Operation // of the workloads, by method and path with keys as "{id}"
	listed  map[string]bool                // emulated operations on objects: "GET /users/{id}"
	ids     map[string]bool                // operationIds that are taken
	tags    map[string]bool
	scopes  map[string]bool
	schemas object
	types   []*odata.Type // whose schemas are still to be made
	files   bool          // schemas of the files are needed
}

// Write returns the document of a version, as JSON.
func Write(s Source, o Options) ([]byte, error) {
	w := &writer{Source: s, Options: o, model: s.Models.Of(o.Version), rows: map[string]*workload.Operation{},
		listed: map[string]bool{}, ids: map[string]bool{}, tags: map[string]bool{}, scopes: map[string]bool{}, schemas: object{}}
	if w.model == nil {
		return nil, fmt.Errorf("there is no model of %s", o.Version)
	}
	w.doc.Paths = map[string]pathItem{}
	for _, path := range w.candidates() {
		if err := w.path(path); err != nil {
			return nil, err
		}
	}
	w.own()
	w.frame()
	if err := w.components(); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	if err := e.Encode(w.doc); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// path describes what is at a path of which keys are "{id}". A path that the version
// does not have is left out.
func (w *writer) path(path string) error {
	walked, err := resource.Walk(w.model, strings.Split(path[1:], "/"))
	if err != nil {
		return nil // of the other version
	}
	place, err := w.Graph.Describe("/" + w.Version.String() + path)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	template, parameters := templateOf(walked)
	item := pathItem{}
	slices.SortStableFunc(place.Operations, func(a, b graph.PlaceOperation) int { // PATCH before PUT
		return strings.Compare(a.Method, b.Method)
	})
	for _, op := range place.Operations {
		if w.has(op, walked, path) {
			if o := w.operation(op, walked, path); o != nil {
				item[strings.ToLower(op.Method)] = o
			}
		}
	}
	if len(item) == 0 {
		return nil
	}
	if len(parameters) > 0 {
		item["parameters"] = parameters
	}
	w.doc.Paths[template] = item
	return nil
}

// has tells whether an operation is one to describe. Links that no client may make, since
// they show others, have methods for that all the same, which always refuse.
func (w *writer) has(op graph.PlaceOperation, p resource.Path, path string) bool {
	switch {
	case op.Level == workload.Generic:
		return w.Generic
	case op.Level != workload.Emulated:
		return false
	case p.End().Kind == resource.Ref, op.Method == http.MethodPost && p.End().Kind == resource.Navigation:
		return w.listed[op.Method+" "+path] || w.rows[op.Method+" "+path] != nil
	}
	return true
}

// templateOf is a path with its keys as parameters, which are named by the type that they
// are a key of: /users/{user-id}.
func templateOf(p resource.Path) (template string, parameters []object) {
	var b strings.Builder
	seen := map[string]int{}
	for i := range p.Segments {
		s := &p.Segments[i]
		if s.Kind != resource.Key {
			b.WriteString("/" + s.Name)
			continue
		}
		name := s.Type.Name + "-id"
		if seen[name]++; seen[name] > 1 {
			name += strconv.Itoa(seen[name])
		}
		b.WriteString("/{" + name + "}")
		parameters = append(parameters, object{"name": name, "in": "path", "required": true, "description": "Key of the " + s.Type.Name + ".",
			"schema": object{"type": "string"}})
	}
	return b.String(), parameters
}

// operation describes one method of a path.
func (w *writer) operation(op graph.PlaceOperation, p resource.Path, path string) *operation {
	root := p.Segments[0].Name
	w.tags[root] = true
	o := &operation{Tags: []string{root}, Name: op.Name, Level: op.Level.String(), Security: w.security(op.Need),
		OperationID: w.id(op, p), Summary: summary(op.Method, p)}
	w.shape(o, op.Method, p, w.rows[op.Method+" "+path])
	if len(o.Responses) == 0 {
		return nil
	}
	failures(o)
	return o
}

// id is the operation's name, with the type where only objects of that are meant. Another
// address of the same operation has the method, or a number, in addition; those of /me
// begin so.
func (w *writer) id(op graph.PlaceOperation, p resource.Path) string {
	name := op.Name
	if p.Segments[0].Name == "me" {
		name = "me" + strings.TrimPrefix(name, "users")
	}
	for _, s := range p.Segments {
		if s.Kind == resource.Cast {
			name += "." + s.Type.Name
		}
	}
	id := name
	if w.ids[id] {
		id = name + "." + strings.ToLower(op.Method)
	}
	for n := 2; w.ids[id]; n++ {
		id = name + "." + strings.ToLower(op.Method) + strconv.Itoa(n)
	}
	w.ids[id] = true
	return id
}

// security are the permissions of which any one will do.
func (w *writer) security(need *identity.Need) (list []object) {
	if need == nil {
		return nil
	}
	add := func(scopes ...string) {
		for _, scope := range scopes {
			w.scopes[scope] = true
		}
		if !slices.ContainsFunc(list, func(o object) bool { return slices.Equal(o["oauth2"].([]string), scopes) }) {
			list = append(list, object{"oauth2": scopes})
		}
	}
	for _, choice := range slices.Concat(need.Delegated, need.Application) {
		if len(choice.With) == 0 {
			add(choice.Name)
		}
		for _, with := range choice.With {
			add(choice.Name, with)
		}
	}
	return list
}

// own adds what Graph itself has at every root.
func (w *writer) own() {
	w.tags["service"] = true
	batch := &operation{Tags: []string{"service"}, Summary: "Several calls at once", OperationID: "batch", Name: "batch",
		Level:       workload.Emulated.String(),
		RequestBody: jsonBody(object{"$ref": "#/components/schemas/batchRequest"}),
		Responses:   map[string]object{"200": answer("The answers, in any order.", object{"$ref": "#/components/schemas/batchResponse"})}}
	metadata := &operation{Tags: []string{"service"}, Summary: "The model as CSDL", OperationID: "metadata", Name: "metadata",
		Level: workload.Emulated.String(), Security: []object{{}},
		Responses: map[string]object{"200": {"description": "CSDL.",
			"content": object{"application/xml": object{"schema": object{"type": "string"}}}}}}
	failures(batch)
	failures(metadata)
	w.doc.Paths["/$batch"] = pathItem{"post": batch}
	w.doc.Paths["/$metadata"] = pathItem{"get": metadata}
	maps.Copy(w.schemas, batchSchemas)
}

// frame is all but paths and components.
func (w *writer) frame() {
	what := "The operations that graphemu emulates."
	if w.Generic {
		what = "The operations that graphemu emulates, and those that the metadata in force describes."
	}
	w.doc.OpenAPI = "3.1.1"
	w.doc.Info = object{"title": "Microsoft Graph, as graphemu answers it", "version": w.Version.String(),
		"description":        what + " x-graphemu-operation is the name by which scenarios and the journal know an operation.",
		"license":            object{"name": "MIT", "identifier": "MIT"},
		"x-graphemu-version": w.Release}
	w.doc.Servers = []object{{"url": w.Origin + "/" + w.Version.String(), "description": "graphemu"}}
	w.doc.Security = []object{{"oauth2": []string{}}}
	for _, tag := range slices.Sorted(maps.Keys(w.tags)) {
		text := "What is below /" + tag + "."
		if tag == "service" {
			text = "The service as a whole."
		}
		w.doc.Tags = append(w.doc.Tags, object{"name": tag, "description": text})
	}
}

// summary tells what a call does, in words.
func summary(method string, p resource.Path) string {
	end := p.End()
	what := end.Name
	if end.Type != nil {
		what = end.Type.Name
	}
	before := what
	if n := len(p.Segments); n > 1 {
		before = p.Segments[n-2].Name
	}
	switch end.Kind {
	case resource.Count:
		return "Count " + before
	case resource.Operation:
		return "Call " + end.Name
	case resource.Ref:
		return map[string]string{http.MethodGet: "Read links of ", http.MethodPost: "Add a link to ", http.MethodPut: "Set the link of ",
			http.MethodDelete: "Remove a link of "}[method] + linkName(p)
	}
	switch method {
	case http.MethodPost:
		return "Create a " + what
	case http.MethodDelete:
		return "Delete a " + what
	case http.MethodGet:
		if end.Many {
			return "List " + what + " objects"
		}
		return "Read a " + what
	}
	return "Update a " + what
}

// linkName is the navigation of a path that ends in $ref.
func linkName(p resource.Path) string {
	for _, s := range slices.Backward(p.Segments) {
		if s.Kind == resource.Navigation {
			return s.Name
		}
	}
	return "an object"
}
