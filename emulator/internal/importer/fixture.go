package importer

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/ids"
	"github.com/graphemu/graphemu/emulator/internal/jsontree"
	"github.com/graphemu/graphemu/emulator/internal/odata"
	"github.com/graphemu/graphemu/emulator/internal/words"
	"github.com/graphemu/graphemu/emulator/internal/workload"
)

// fixture writes what is kept of the objects.
func (m *importer) fixture() (text []byte, count int, err error) {
	entities := map[string][]any{}
	var kept []*object
	is := map[*object]bool{}
	for _, o := range m.emitted() {
		if why := ofTenant[o.home]; why != "" {
			if len(o.props) > 0 && o.home != "domains" && o.home != "subscribedSkus" {
				m.miss(o.entry, "an object of type "+o.typ.Name, why)
			}
			continue
		}
		if path, ok := m.pathOf(o); !ok {
			m.miss(o.entry, "an object of type "+o.typ.Name, "its path cannot be written")
		} else if !(o.parent == nil || is[o.parent]) {
			m.miss(o.entry, "an object of type "+o.typ.Name, "what contains it is not kept")
		} else if v, why := m.accepted(path, o); why != "" {
			m.miss(o.entry, "an object of type "+o.typ.Name, "graphemu refuses it: "+why)
		} else {
			entities[path] = append(entities[path], v)
			kept, is[o] = append(kept, o), true
		}
	}
	in := map[*object]map[string]any{}
	taken := map[string]int{}
	for _, o := range kept {
		path, _ := m.pathOf(o)
		in[o] = entities[path][taken[path]].(map[string]any)
		taken[path]++
	}
	for _, o := range kept {
		m.bind(o, in)
	}
	m.kept = in
	doc := map[string]any{
		"version": 1, "name": "imported", "description": "Made from recorded traffic by graphemu import.", "entities": entities,
	}
	tenant := map[string]any{}
	if domains := m.domains(in); len(domains) > 0 {
		tenant["domains"] = domains
	}
	if skus := m.skus(); len(skus) > 0 {
		tenant["skus"] = skus
	}
	if len(tenant) > 0 {
		doc["directory"] = tenant
	}
	for range maxRefused {
		if text, err = indented(doc); err != nil {
			return nil, 0, err
		}
		if err = m.Check(text); err == nil {
			return text, len(kept), nil
		}
		if !m.unbind(err, kept, in) {
			break
		}
	}
	return nil, 0, fmt.Errorf("what was made of it is no good fixture: %w", err)
}

// maxRefused is how many objects may have links that a server refuses.
const maxRefused = 100

// where is the place in a fixture that an error begins with.
var where = words.Pattern(`/entities/([^\s/]+)/(\d+)[:/]`)

// unbind leaves out the links of the object that an error names. It tells whether there
// were some.
func (m *importer) unbind(err error, kept []*object, in map[*object]map[string]any) bool {
	at := where().FindStringSubmatch(err.Error())
	if at == nil {
		return false
	}
	index := 0
	for _, o := range kept {
		if path, _ := m.pathOf(o); jsontree.Escape(path) != at[1] {
			continue
		}
		if strconv.Itoa(index) != at[2] {
			index++
			continue
		}
		found := false
		for name := range in[o] {
			if strings.HasSuffix(name, "@odata.bind") {
				delete(in[o], name)
				m.miss(o.entry, "links "+strings.TrimSuffix(name, "@odata.bind")+" of "+o.typ.Name, "graphemu refuses them")
				found = true
			}
		}
		return found
	}
	return false
}

// ofTenant are sets whose objects every world has: a fixture brings no others, but for
// domains and licences in its directory.
var ofTenant = map[string]string{"organization": tenantHas, "domains": tenantHas, "subscribedSkus": tenantHas,
	"directoryRoleTemplates": tenantHas, "directoryRoles": tenantHas}

const tenantHas = "every world has its own"

// maxSKUs is how many licences a fixture may have.
const maxSKUs = 1000

// skus are the licences that were seen. What they are called and have for ids is of a
// list that Microsoft publishes (documented).
func (m *importer) skus() (list []any) {
	for _, o := range m.listed {
		id, _ := o.props["skuId"].(string)
		name, _ := o.props["skuPartNumber"].(string)
		if o.home == "subscribedSkus" && ids.IsGUID(id) && aPlain().MatchString(name) && len(list) < maxSKUs {
			list = append(list, map[string]any{"skuId": id, "skuPartNumber": name})
		}
	}
	return list
}

func indented(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(v)
	return b.Bytes(), err
}

// emitted are the objects that a fixture is to have: what was there before the traffic,
// what contains others before them, and the user of the token before the other users.
func (m *importer) emitted() []*object {
	for _, o := range m.listed {
		if o.needed && !o.made {
			for p := o.parent; p != nil; p = p.parent {
				p.needed = true
			}
		}
	}
	list := slices.DeleteFunc(slices.Clone(m.listed), func(o *object) bool {
		for p := o; p != nil; p = p.parent {
			if p.made {
				return true
			}
		}
		return !o.needed
	})
	depth := func(o *object) (n int) {
		for p := o.parent; p != nil; p = p.parent {
			n++
		}
		return n
	}
	slices.SortStableFunc(list, func(a, b *object) int {
		mine := func(o *object) int {
			if o.home == "users" && o.id == m.me {
				return 0
			}
			return 1
		}
		return cmp.Or(depth(a)-depth(b), mine(a)-mine(b))
	})
	return list
}

// pathOf is the path of the collection that an object is put into.
func (m *importer) pathOf(o *object) (string, bool) {
	if o.parent == nil {
		return o.home, o.home != ""
	}
	above, ok := m.pathOf(o.parent)
	id := m.fakes.id(o.parent.id)
	return above + "/" + id + "/" + o.within, ok && !strings.ContainsAny(id, "/{}'()")
}

// accepted is an object as the fixture has it; why is what a server says against it. What
// it refuses of single properties is left out and told.
func (m *importer) accepted(path string, o *object) (v map[string]any, why string) {
	v = m.written(o)
	err := m.Seed(path, v)
	if err == nil {
		return v, ""
	}
	// One after the other is left out, until the rest is good.
	least := m.least(o, v)
	for _, name := range slices.Sorted(maps.Keys(v)) {
		if _, needed := least[name]; needed {
			continue
		}
		value := v[name]
		delete(v, name)
		next := m.Seed(path, v)
		if next == nil {
			m.miss(o.entry, "property "+name+" of "+o.typ.Name, "graphemu refuses it")
			return v, ""
		}
		if next.Error() == err.Error() {
			v[name] = value // that one was not to blame
			continue
		}
		m.miss(o.entry, "property "+name+" of "+o.typ.Name, "graphemu refuses it")
		err = next
	}
	return nil, m.shown(err.Error(), "a server says why with --keep-names")
}

// written is an object as JSON, with what is made up in place of what was seen.
func (m *importer) written(o *object) map[string]any {
	v := map[string]any{"id": m.fakes.id(o.id)}
	first := m.Models.Of(workload.V1).Type(o.typ.Qualified())
	for _, name := range slices.Sorted(maps.Keys(o.props)) {
		if value := o.props[name]; value != nil {
			v[name] = m.fakes.value(name, first.Property(name), value, 0)
		}
	}
	if base := m.baseOf(o); base != nil && base.Name != o.typ.Name {
		v["@odata.type"] = "#" + o.typ.Qualified()
	}
	for name, value := range m.least(o, v) {
		if v[name] == nil || v[name] == "" {
			v[name] = value
		}
	}
	return v
}

// baseOf is the type that a collection declares; nil: nobody knows.
func (m *importer) baseOf(o *object) *odata.Type {
	v1 := m.Models.Of(workload.V1)
	if o.parent != nil {
		if p := o.parent.typ.Property(o.within); p != nil {
			return p.Type
		}
	}
	if s := v1.Set(o.home); s != nil {
		return s.Type
	}
	return nil
}

// least is what an object must have, made up where nobody has seen it.
func (m *importer) least(o *object, v map[string]any) map[string]any {
	id := m.fakes.id(o.id)
	least := map[string]any{"id": id}
	if v["@odata.type"] != nil {
		least["@odata.type"] = v["@odata.type"]
	}
	r := m.Rules(o.typ.Name)
	if r == nil {
		return least
	}
	nick := strings.ToLower(o.typ.Name) + "-" + strings.Map(plain, id)
	for _, name := range r.Required {
		switch name {
		case "id", "passwordProfile":
		case "accountEnabled", "securityEnabled":
			least[name] = true
		case "mailEnabled":
			least[name] = false
		case "userPrincipalName":
			least[name] = nick + "@" + m.anyDomain()
			if anAddr().MatchString(id) {
				least[name] = id
			}
		case "mailNickname":
			least[name] = nick
			if upn, _ := v["userPrincipalName"].(string); strings.Contains(upn, "@") {
				least[name], _, _ = strings.Cut(upn, "@")
			}
		default:
			least[name] = o.typ.Name + " " + id
			if p := o.typ.Property(name); p != nil && p.Type != nil && len(p.Type.Members) > 0 {
				least[name] = p.Type.Members[0]
			}
		}
		if v[name] != nil && v[name] != "" {
			least[name] = v[name]
		}
	}
	if o.home == "users" && !ids.IsGUID(id) {
		delete(least, "id") // a name stood in the path, and nobody told the id
		delete(v, "id")
	}
	return least
}

// plain is a character that the name of a mailbox may have.
func plain(r rune) rune {
	if r == '-' || r == '.' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
		return r
	}
	return '-'
}

// bind writes the links of an object to others that are kept.
func (m *importer) bind(o *object, in map[*object]map[string]any) {
	for _, name := range slices.Sorted(maps.Keys(o.links)) {
		var urls []any
		for _, to := range o.links[name] {
			v := in[to]
			if v == nil {
				continue // created by the traffic, or told already
			}
			id, _ := v["id"].(string)
			if path, ok := m.pathOf(to); ok && id != "" {
				urls = append(urls, path+"/"+id)
			}
		}
		switch p := o.typ.Property(name); {
		case len(urls) == 0 || p == nil:
		case p.Collection:
			in[o][name+"@odata.bind"] = urls
		default:
			in[o][name+"@odata.bind"] = urls[0]
		}
	}
}

// domains are those of the users' names: the tenant has verified them.
func (m *importer) domains(in map[*object]map[string]any) []string {
	var list []string
	for _, o := range m.listed {
		if o.home != "domains" || !o.needed || o.made || !aDomain().MatchString(o.id) {
			continue
		}
		if d := strings.ToLower(m.fakes.domain(o.id)); !slices.Contains(list, d) {
			list = append(list, d)
		}
	}
	for _, o := range m.listed {
		name, _ := in[o]["userPrincipalName"].(string)
		at := strings.LastIndexByte(name, '@')
		if d := strings.ToLower(name[at+1:]); at > 0 && aDomain().MatchString(d) && !slices.Contains(list, d) && len(list) < 1000 {
			list = append(list, d)
		}
	}
	return list
}

// anyDomain is a domain for a name that nobody has seen.
func (m *importer) anyDomain() string {
	for _, o := range m.listed {
		if name, _ := o.props["userPrincipalName"].(string); anAddr().MatchString(name) {
			return m.fakes.domain(name[strings.LastIndexByte(name, '@')+1:])
		}
	}
	return "imported.example"
}
