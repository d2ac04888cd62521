package emulator

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/tidwall/gjson"
)

// Graph is Graph as another app uses it in a world: how a test arranges what its client
// is to find, acts as somebody else, and looks at what its client has left. No token is
// needed, no fault or throttle strikes, and no journal tells of it. Beyond what a client
// may, it sets properties that only the service sets, and ids of new objects.
type Graph struct{ world *World }

// Graph returns the world's Graph for the test itself.
func (w *World) Graph() *Graph { return &Graph{w} }

// GraphError is an error that Graph answered.
type GraphError struct {
	Method, Path  string
	Status        int
	Code, Message string
	Help          []string // what graphemu adds
}

func (e *GraphError) Error() string {
	text := fmt.Sprintf("%s %s: %d %s: %s", e.Method, e.Path, e.Status, e.Code, e.Message)
	if len(e.Help) > 0 {
		text += " (" + strings.Join(e.Help, "; ") + ")"
	}
	return text
}

// Do makes a call. path begins with the version, as "/v1.0/users?$top=5", or is one of
// v1.0, as "users/ann@contoso.edu". body is encoded as JSON; nil: none. It returns the
// body of a success, nil where there is none, and errs with *GraphError otherwise.
func (g *Graph) Do(method, path string, body any) (json.RawMessage, error) {
	path = "/" + strings.TrimLeft(path, "/")
	if version, _, _ := strings.Cut(path[1:], "/"); version != "beta" && version != "v1.0" {
		path = "/v1.0" + path
	}
	var text []byte
	if body != nil {
		var err error
		if text, err = json.Marshal(body); err != nil {
			return nil, fmt.Errorf("emulator: the body of %s %s: %w", method, path, err)
		}
	}
	r, err := http.NewRequest(method, "http://localhost"+strings.ReplaceAll(path, " ", "%20"), bytes.NewReader(text))
	if err != nil {
		return nil, fmt.Errorf("emulator: %w", err)
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	w := httptest.NewRecorder()
	g.world.server.graph.ServeBeside(w, r, &g.world.current.Load().World, r.URL.EscapedPath(), "http://localhost")
	if w.Code >= http.StatusBadRequest {
		e := gjson.GetBytes(w.Body.Bytes(), "error")
		failed := &GraphError{Method: method, Path: path, Status: w.Code, Code: e.Get("code").Str, Message: e.Get("message").Str}
		for _, d := range e.Get("details.#.message").Array() {
			failed.Help = append(failed.Help, d.Str)
		}
		return nil, failed
	}
	if w.Body.Len() == 0 {
		return nil, nil
	}
	return w.Body.Bytes(), nil
}

// Get reads what is at a path into v, as json.Unmarshal does.
func (g *Graph) Get(path string, v any) error {
	body, err := g.Do(http.MethodGet, path, nil)
	if err == nil {
		err = json.Unmarshal(body, v)
	}
	return err
}

// Create creates an object in a collection and returns its id.
func (g *Graph) Create(path string, object any) (id string, err error) {
	body, err := g.Do(http.MethodPost, path, object)
	return gjson.GetBytes(body, "id").String(), err
}

// Update changes an object.
func (g *Graph) Update(path string, change any) error {
	_, err := g.Do(http.MethodPatch, path, change)
	return err
}

// Delete deletes an object, or a link at ".../$ref".
func (g *Graph) Delete(path string) error {
	_, err := g.Do(http.MethodDelete, path, nil)
	return err
}

// Link links the object at one path in the collection at another: Link("groups/"+id+
// "/members", "users/ann@contoso.edu").
func (g *Graph) Link(collection, object string) error {
	_, err := g.Do(http.MethodPost, strings.TrimRight(collection, "/")+"/$ref", map[string]any{"@odata.id": object})
	return err
}

// Entity is an object of a world.
type Entity struct {
	ID   string
	JSON json.RawMessage // as Graph shows it
}

// Get returns a property by its path in the JSON, as gjson has it; "" where it is not
// there or null.
func (e Entity) Get(path string) string {
	r := gjson.GetBytes(e.JSON, path)
	if r.Type == gjson.Null {
		return ""
	}
	return r.String()
}

// Entities returns all objects of a collection, in the order of their creation:
// Entities("groups"), Entities("users/ann@contoso.edu/messages"). It errs where there is no such
// collection.
func (w *World) Entities(path string) ([]Entity, error) {
	var list []Entity
	for next := path + "?$top=999"; next != ""; {
		body, err := w.Graph().Do(http.MethodGet, next, nil)
		if err != nil {
			return nil, err
		}
		page := gjson.ParseBytes(body)
		for _, o := range page.Get("value").Array() {
			list = append(list, Entity{ID: o.Get("id").String(), JSON: json.RawMessage(o.Raw)})
		}
		next = strings.TrimPrefix(page.Get(`\@odata\.nextLink`).Str, "http://localhost")
	}
	return list, nil
}
