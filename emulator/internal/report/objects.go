package report

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/graphemu/graphemu/emulator/internal/odata"
	"github.com/graphemu/graphemu/emulator/internal/redact"
)

// Bounds of what a report has of a world's objects.
const (
	maxOfSet   = 50  // objects of one set
	MaxTouched = 100 // objects that the run has named, each with its links
)

// Objects are answers of Graph by their paths, "v1.0/users", and what the metadata says of
// these paths.
type Objects struct {
	Metadata map[string]string // by the version
	Answers  map[string]json.RawMessage
}

// Tenant is what objects are gathered from.
type Tenant struct {
	Models    map[string]*odata.Model                    // by the version
	Relations []string                                   // that have links, as "group.members"
	Touched   []string                                   // paths of objects that the run was about, as "v1.0/users/ID"
	Get       func(path string) (json.RawMessage, error) // asks Graph as the test itself does
}

// usual are collections that people look at first. Those that every tenant has come last.
var (
	usual = []string{"users", "groups", "applications", "servicePrincipals", "devices"}
	given = []string{"directoryRoleTemplates", "directoryRoles", "subscribedSkus", "organization", "domains", "directoryObjects"}
)

// Gather takes down objects: of the touched ones all with their links, of each set the
// first. room is how many bytes they may take; it returns how many they take.
func (w *World) Gather(t Tenant, room int) (used int) {
	g := gathering{Tenant: t, room: room, answers: map[string]json.RawMessage{}, shapes: map[string]*shape{}}
	for _, version := range slices.Sorted(maps.Keys(t.Models)) {
		g.shapes[version] = &shape{model: t.Models[version], links: map[string]map[string]bool{},
			sets: map[string]bool{}, parts: map[string]map[string]bool{}}
	}
	for _, path := range t.Touched[:min(len(t.Touched), MaxTouched)] {
		g.object(path)
	}
	for _, path := range g.collections() {
		g.list(path)
	}
	w.Objects = Objects{Metadata: map[string]string{}, Answers: g.answers}
	for version, s := range g.shapes {
		w.Objects.Metadata[version] = s.csdl()
	}
	return g.used
}

type gathering struct {
	Tenant
	room, used int
	answers    map[string]json.RawMessage
	shapes     map[string]*shape
}

// collections are the paths of all sets that a report looks at: those of v1.0, and of beta
// those that v1.0 does not have.
func (g *gathering) collections() (list []string) {
	seen := map[string]bool{}
	for _, version := range slices.Backward(slices.Sorted(maps.Keys(g.Models))) { // v1.0 before beta
		m := g.Models[version]
		var paths []string
		for _, s := range m.EntitySets {
			paths = append(paths, s.Name)
		}
		for _, s := range m.Singletons {
			if s.Name != "education" {
				continue // the others lead to objects of sets, or have no end
			}
			for _, p := range s.Type.Navigations() {
				if p.Collection {
					paths = append(paths, s.Name+"/"+p.Name)
				}
			}
		}
		slices.SortFunc(paths, func(a, b string) int { return cmp.Or(cmp.Compare(place(a), place(b)), cmp.Compare(a, b)) })
		for _, p := range paths {
			if !seen[p] {
				seen[p] = true
				list = append(list, version+"/"+p)
			}
		}
	}
	slices.SortStableFunc(list, func(a, b string) int { return cmp.Compare(place(below(a)), place(below(b))) })
	return list
}

func place(path string) int {
	if i := slices.Index(usual, path); i >= 0 {
		return i
	}
	if strings.Contains(path, "/") {
		return len(usual)
	}
	if slices.Contains(given, path) {
		return len(usual) + 2
	}
	return len(usual) + 1
}

func below(path string) string {
	_, rest, _ := strings.Cut(path, "/")
	return rest
}

// keep keeps an answer, if there is room for it.
func (g *gathering) keep(path string, answer json.RawMessage) bool {
	if g.used+len(path)+len(answer) > g.room {
		return false
	}
	g.used += len(path) + len(answer)
	g.answers[path] = answer
	return true
}

// get asks for a path, and takes secrets and links to further pages out of what is answered.
func (g *gathering) get(path, query string) json.RawMessage {
	version, rest, _ := strings.Cut(path, "/")
	parts := strings.Split(rest, "/")
	for i, p := range parts {
		parts[i] = url.PathEscape(p)
	}
	answer, err := g.Get("/" + version + "/" + strings.Join(parts, "/") + query)
	if err != nil || len(answer) == 0 {
		return nil
	}
	text := redact.Body(string(answer))
	var b bytes.Buffer
	if json.Compact(&b, []byte(text)) != nil {
		return nil // it may hold a secret
	}
	return b.Bytes()
}

// list keeps the first objects of a collection.
func (g *gathering) list(path string) {
	answer := g.get(path, fmt.Sprintf("?$top=%d", maxOfSet))
	if len(gjson.GetBytes(answer, "value").Array()) == 0 || !g.keep(path, cut(answer)) {
		return
	}
	version, rest, _ := strings.Cut(path, "/")
	s := g.shapes[version]
	if s == nil {
		return
	}
	s.collection(rest) // an object that is in the list is found there
}

// cut takes the link to a further page out of a list, and says that there is more.
func cut(answer json.RawMessage) json.RawMessage {
	var list struct {
		Value []json.RawMessage `json:"value"`
		Next  string            `json:"@odata.nextLink"`
	}
	if json.Unmarshal(answer, &list) != nil {
		return answer
	}
	short := map[string]any{"value": list.Value}
	if list.Next != "" {
		short["more"] = true
	}
	text, err := json.Marshal(short)
	if err != nil {
		return answer
	}
	return text
}

// object keeps an object with what its links lead to.
func (g *gathering) object(path string) {
	if g.answers[path] != nil {
		return
	}
	version, rest, _ := strings.Cut(path, "/")
	s := g.shapes[version]
	if s == nil {
		return
	}
	answer := g.get(path, "")
	if answer == nil || !g.keep(path, answer) {
		return
	}
	t := s.typeOf(rest)
	if name := gjson.GetBytes(answer, `@odata\.type`).Str; name != "" {
		t = cmp.Or(s.named(name[strings.LastIndexByte(name, '.')+1:]), t)
	}
	for _, p := range s.linked(t, g.Relations) {
		query := ""
		if p.Collection {
			query = fmt.Sprintf("?$top=%d", maxOfSet)
		}
		answer := g.get(path+"/"+p.Name, query)
		if answer == nil || p.Collection && len(gjson.GetBytes(answer, "value").Array()) == 0 {
			continue
		}
		if p.Collection {
			answer = cut(answer)
		}
		if g.keep(path+"/"+p.Name, answer) {
			s.link(t, p.Name)
		}
	}
}
