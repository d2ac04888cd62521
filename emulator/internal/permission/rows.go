package permission

import (
	"fmt"
	"slices"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/identity"
)

// Row is what some calls ask for: any one of the permissions, of which the least
// privileged comes first. Names are parted by blanks; "A+B|C" is A together with B or C.
type Row struct {
	Calls       string // "GET /users /users/{id} POST /groups": a method, and the paths that it is for
	Both        string // permissions that are enough as delegated and as application ones; "": as below
	Delegated   string // "": no such token will do
	Application string
	Family      identity.Family // how the service words its refusal
}

// Need is what the calls of the row ask for.
func (r *Row) Need() *identity.Need {
	return identity.NewNeed(r.Family, r.Both+" "+r.Delegated, r.Both+" "+r.Application)
}

// Rows makes a table of rows. It errs where one is not understood, or a call has two.
func Rows(list []Row) (*Table, error) {
	t := &Table{paths: map[string]*row{}}
	for i := range list {
		r := &list[i]
		m, method := newMade(r.Need()), -1
		for word := range strings.FieldsSeq(r.Calls) {
			if !strings.HasPrefix(word, "/") {
				method = slices.Index(methods, word)
				continue
			}
			if method < 0 {
				return nil, fmt.Errorf("permission: %s: no method that is known stands before it", word)
			}
			k := normal(word)
			if t.paths[k] == nil {
				t.paths[k] = &row{}
			}
			if !t.paths[k].made[method].CompareAndSwap(nil, m) {
				return nil, fmt.Errorf("permission: %s %s stands in two rows", methods[method], word)
			}
		}
	}
	for _, r := range t.paths {
		for i := range r.made {
			r.made[i].CompareAndSwap(nil, new(made))
		}
	}
	return t, nil
}
