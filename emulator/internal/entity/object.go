package entity

import (
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unsafe"

	"github.com/tidwall/gjson"
)

// Place is an object's number in the order of creation, from 1 on. It is never
// used again; 0 stands for none.
type Place uint32

// Directory is the family of all directory objects: whatever their entity set,
// their ids are of one key space.
const Directory = "directory"

// DeletedItems is the name of the home of soft-deleted objects. What lives there
// holds no unique keys, until it is moved back.
const DeletedItems = "directory/deletedItems"

// Home is the collection that an object lives in.
type Home struct {
	Parent Place  // 0: an entity set
	Name   string // of the entity set, or of Parent's containment navigation
}

// Family returns the key space of h alone: the set's name, or one of the contained
// collection. It is the family of objects whose draft names none.
func (h Home) Family() string {
	if h.Parent == 0 {
		return h.Name
	}
	return strconv.FormatUint(uint64(h.Parent), 10) + "/" + h.Name
}

// Kind is what many objects have in common, so it is kept once for all of them.
type Kind struct {
	Type   string // qualified name
	Home   Home
	Family string // the key space of the id: Directory, or that of the home
}

// Object is one state of an object. It never changes; a write puts another in place.
type Object struct {
	*Kind
	Place    Place
	ID       string
	Revision uint64 // of its last change
	Created  uint64 // revision of its creation
	JSON     []byte // an object with "id" first; must not be written to

	keys packedKeys
	time int64 // of its last change, in microseconds
}

// Time returns the world's time at the object's last change.
func (o *Object) Time() time.Time { return time.UnixMicro(o.time).UTC() }

// Keys returns the object's unique keys, in lower case.
func (o *Object) Keys() []UniqueKey { return o.keys.list() }

// holdsKeys tells whether nobody else may have the object's unique keys.
func (o *Object) holdsKeys() bool { return o.Home.Name != DeletedItems }

// UniqueKey is a value that only one object of the store may have. Letter case does
// not count.
type UniqueKey struct {
	Index string // what it is: "userPrincipalName"
	Key   string
}

// Draft is an object to be.
type Draft struct {
	Home   Home
	Family string // default: Home.Family()
	ID     string
	Type   string
	JSON   []byte // begins with {"id":ID; it is the store's from then on
	Keys   []UniqueKey
}

// packedKeys are unique keys one after the other, each text with its length
// before it: a list of strings would take twice the memory.
type packedKeys string

func packKeys(list []UniqueKey) packedKeys {
	var b []byte
	for i, k := range list {
		k.Key = strings.ToLower(k.Key)
		if i > 0 && packedKeys(b).has(k.Index, k.Key) {
			continue
		}
		for _, text := range [...]string{k.Index, k.Key} {
			b = binary.AppendUvarint(b, uint64(len(text)))
			b = append(b, text...)
		}
	}
	return packedKeys(b)
}

// next returns the first key of p and the rest.
func (p packedKeys) next() (UniqueKey, packedKeys) {
	text := func() string {
		// A short read of Uvarint that needs no copy of the string.
		var n, shift uint64
		for i := 0; ; i++ {
			n |= uint64(p[i]&0x7f) << shift
			shift += 7
			if p[i] < 0x80 {
				p = p[i+1:]
				break
			}
		}
		t := string(p[:n])
		p = p[n:]
		return t
	}
	k := UniqueKey{Index: text(), Key: text()}
	return k, p
}

func (p packedKeys) list() (list []UniqueKey) {
	for len(p) > 0 {
		var k UniqueKey
		k, p = p.next()
		list = append(list, k)
	}
	return list
}

// has tells whether key, in lower case, is among p.
func (p packedKeys) has(index, key string) bool {
	for len(p) > 0 {
		var k UniqueKey
		if k, p = p.next(); k.Index == index && k.Key == key {
			return true
		}
	}
	return false
}

const idFirst = `{"id":"`

// checkJSON errs where json is not an object that begins with that id.
func checkJSON(json []byte, id string) error {
	n := len(idFirst) + len(id)
	switch {
	case id == "":
		return fmt.Errorf("entity: an object without an id")
	case len(json) > n+1 && string(json[:len(idFirst)]) == idFirst && json[n] == '"' && standsIn(json, id):
		return nil
	case len(json) > len(idFirst) && string(json[:len(idFirst)]) == idFirst && gjson.GetBytes(json, "id").Str == id:
		return nil
	}
	return fmt.Errorf("entity: the JSON of object %q does not begin with its id", id)
}

// standsIn tells whether id stands at the beginning of an object's JSON as it is. A writer
// may escape any character, and some must be escaped.
func standsIn(json []byte, id string) bool {
	n := len(idFirst) + len(id)
	return len(json) > n && string(json[len(idFirst):n]) == id && strings.IndexByte(id, '"') < 0 && strings.IndexByte(id, '\\') < 0
}

// idOf returns id as it stands in json, where it does, so that it takes no memory
// of its own. That is safe since json is never written to.
func idOf(json []byte, id string) string {
	if !standsIn(json, id) {
		return strings.Clone(id)
	}
	return unsafe.String(&json[len(idFirst)], len(id))
}

// foldID returns an id in the form in which ids are compared: letter case counts,
// but for a guid's (documented: guids are compared without it).
func foldID(id string) string {
	if len(id) != 36 || id[8] != '-' || id[13] != '-' || id[18] != '-' || id[23] != '-' {
		return id
	}
	upper := false
	for i := range len(id) {
		switch c := id[i]; {
		case '0' <= c && c <= '9', 'a' <= c && c <= 'f', c == '-':
		case 'A' <= c && c <= 'F':
			upper = true
		default:
			return id
		}
	}
	if !upper {
		return id
	}
	return strings.ToLower(id)
}
