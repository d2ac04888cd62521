package entity

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

var noon = time.Date(2026, 1, 5, 12, 0, 0, 0, time.UTC)

const guid = "5f8a24d1-0f6e-4a52-9d0c-77cfa1a2b3c4"

var (
	someIDs       = []string{"a", "b", "A", guid, strings.ToUpper(guid), `q"<\`, "é"}
	someKeys      = []UniqueKey{{"upn", "ann"}, {"upn", "ANN"}, {"upn", "bob"}, {"mail", "ann"}, {"mail", "\x00x"}, {"", ""}}
	someRelations = []string{"members", "manager", "owners"}
)

// run is a store and its model, and what was seen of both before.
type run struct {
	store *Store
	model *naive
	views []seen
	bases []*Store // that were forked, and are written no more
}

type seen struct {
	view  View
	model *naive
}

func (r *run) place(t *rapid.T) Place {
	return Place(rapid.IntRange(1, int(r.model.last)+1).Draw(t, "place"))
}

func home(t *rapid.T, r *run) (Home, string) {
	switch rapid.IntRange(0, 4).Draw(t, "home") {
	case 0:
		return Home{Name: "users"}, Directory
	case 1:
		return Home{Name: "groups"}, Directory
	case 2:
		return Home{Name: "sites"}, ""
	case 3:
		return Home{Name: DeletedItems}, Directory
	}
	return Home{r.place(t), rapid.SampledFrom([]string{"messages", "events"}).Draw(t, "navigation")}, ""
}

func object(id string, n int) []byte {
	return fmt.Appendf(nil, `{"id":%s,"n":%d}`, quoted(id), n)
}

func quoted(s string) string {
	return `"` + strings.NewReplacer(`"`, `\"`, `\`, `\\`).Replace(s) + `"`
}

// step does one thing to both, and holds that they agree on whether it may be.
func (r *run) step(t *rapid.T, tx *Tx) {
	m := r.model
	keys := rapid.SliceOfN(rapid.SampledFrom(someKeys), 0, 2)
	n := rapid.IntRange(0, 99).Draw(t, "n")
	switch rapid.IntRange(0, 9).Draw(t, "what") {
	case 0, 1, 2, 3:
		h, family := home(t, r)
		d := Draft{Home: h, Family: family, ID: rapid.SampledFrom(someIDs).Draw(t, "id"), Type: "t", Keys: keys.Draw(t, "keys")}
		d.JSON = object(d.ID, n)
		o, err := tx.Create(d)
		if family == "" {
			family = h.Family()
		}
		_, parent := m.objects[h.Parent]
		switch {
		case h.Parent != 0 && !parent:
			require.ErrorAs(t, err, new(*MissingError))
		case m.find(family, d.ID) != 0:
			require.ErrorAs(t, err, new(*TakenError))
		case h.Name != DeletedItems && m.conflict(d.Keys, 0):
			require.ErrorAs(t, err, new(*ConflictError))
		default:
			require.NoError(t, err)
			m.last++
			require.Equal(t, m.last, o.Place)
			m.objects[m.last] = naiveObject{d.ID, d.Type, string(d.JSON), family, h, lowered(d.Keys)}
		}
	case 4:
		p, k := r.place(t), keys.Draw(t, "keys")
		was, there := m.objects[p]
		if !there {
			_, err := tx.Replace(p, object("x", n), nil)
			require.ErrorAs(t, err, new(*MissingError))
			return
		}
		json := object(was.id, n)
		_, err := tx.Replace(p, json, k, "n")
		if was.home.Name != DeletedItems && m.conflict(k, p) {
			require.ErrorAs(t, err, new(*ConflictError))
			return
		}
		require.NoError(t, err)
		was.json, was.keys = string(json), lowered(k)
		m.objects[p] = was
	case 5:
		p := r.place(t)
		err := tx.Delete(p)
		if _, there := m.objects[p]; !there {
			require.ErrorAs(t, err, new(*MissingError))
			return
		}
		require.NoError(t, err)
		m.delete(p)
	case 6:
		p := r.place(t)
		h, _ := home(t, r)
		was, there := m.objects[p]
		_, parent := m.objects[h.Parent]
		_, err := tx.Move(p, h)
		family := was.family
		if family == was.home.Family() {
			family = h.Family()
		}
		other := m.find(family, was.id)
		switch {
		case !there || h.Parent != 0 && !parent:
			require.ErrorAs(t, err, new(*MissingError))
		case m.within(h.Parent, p):
			require.ErrorContains(t, err, "into itself")
		case family != was.family && other != 0:
			require.ErrorAs(t, err, new(*TakenError))
		case h.Name != DeletedItems && m.conflict(was.keys, p):
			require.ErrorAs(t, err, new(*ConflictError))
		default:
			require.NoError(t, err)
			was.home, was.family = h, family
			m.objects[p] = was
		}
	case 7, 8:
		l := naiveLink{rapid.SampledFrom(someRelations).Draw(t, "relation"), Link{r.place(t), r.place(t)}}
		_, from := m.objects[l.From]
		_, to := m.objects[l.To]
		do, add := tx.Unlink, rapid.Bool().Draw(t, "add")
		if add {
			do = tx.Link
		}
		err := do(l.relation, l.From, l.To)
		switch {
		case !from || !to:
			require.ErrorAs(t, err, new(*MissingError))
		case add && m.links[l]:
			require.ErrorAs(t, err, new(*LinkedError))
		case !add && !m.links[l]:
			require.ErrorAs(t, err, new(*NotLinkedError))
		default:
			require.NoError(t, err)
			if delete(m.links, l); add {
				m.links[l] = true
			}
		}
	case 9:
		var links []Link
		relation, fine, added := rapid.SampledFrom(someRelations).Draw(t, "relation"), true, map[Link]bool{}
		for range rapid.IntRange(0, 5).Draw(t, "links") {
			l := Link{r.place(t), r.place(t)}
			links = append(links, l)
			_, from := m.objects[l.From]
			_, to := m.objects[l.To]
			fine = fine && from && to
			if !m.links[naiveLink{relation, l}] {
				added[l] = true
			}
		}
		n, err := tx.LinkAll(relation, links)
		if !fine {
			require.ErrorAs(t, err, new(*MissingError))
			return
		}
		require.NoError(t, err)
		require.Equal(t, len(added), n)
		for l := range added {
			m.links[naiveLink{relation, l}] = true
		}
	}
}

// same holds that a view shows what the model has.
func same(t require.TestingT, v View, m *naive) {
	require.Equal(t, len(m.objects), v.Len())
	n := 0
	homes := map[Home][]Place{}
	for o := range v.All() {
		n++
		want, there := m.objects[o.Place]
		require.True(t, there)
		require.Equal(t, want, naiveObject{o.ID, o.Type, string(o.JSON), o.Family, o.Home, lowered(o.Keys())})
		require.Same(t, o, v.At(o.Place))
		require.Same(t, o, v.Find(o.Family, o.ID))
		homes[o.Home] = append(homes[o.Home], o.Place)
	}
	require.Equal(t, len(m.objects), n)
	for _, h := range []Home{{Name: "users"}, {Name: "groups"}, {Name: "sites"}, {Name: DeletedItems}, {1, "messages"}, {2, "events"}} {
		require.Equal(t, homes[h], slices.Collect(v.List(h).All(0)))
	}
	require.Equal(t, m.places(func(_ Place, o naiveObject) bool { return o.family == Directory }), slices.Collect(v.Family(Directory).All(0)))
	for _, family := range []string{Directory, "sites"} {
		for _, id := range someIDs {
			require.Equal(t, m.find(family, id), placeOf(v.Find(family, id)), id)
		}
	}
	for _, k := range someKeys {
		require.Equal(t, m.unique(k), placeOf(v.Unique(k.Index, k.Key)))
	}
	for _, relation := range someRelations {
		for p := range m.last + 2 {
			out := m.places(func(q Place, _ naiveObject) bool { return m.links[naiveLink{relation, Link{p, q}}] })
			require.Equal(t, out, slices.Collect(v.Targets(relation, p).All(0)))
			in := m.places(func(q Place, _ naiveObject) bool { return m.links[naiveLink{relation, Link{q, p}}] })
			require.Equal(t, in, slices.Collect(v.Sources(relation, p).All(0)))
		}
	}
}

func placeOf(o *Object) Place {
	if o == nil {
		return 0
	}
	return o.Place
}

var errUndo = errors.New("undo")

func TestStoreAgainstModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := &run{store: New(Limits{}), model: newNaive()}
		if rapid.Bool().Draw(t, "watch") {
			r.store.Watch()
		}
		now := noon
		for range rapid.IntRange(5, 40).Draw(t, "steps") {
			now = now.Add(time.Second)
			switch rapid.IntRange(0, 9).Draw(t, "do") {
			case 0:
				r.views = append(r.views, seen{r.store.View(), r.model.clone()})
			case 1: // on with a fork; the base stays as it was
				r.views = append(r.views, seen{r.store.View(), r.model.clone()})
				r.bases = append(r.bases, r.store)
				r.store = r.store.Fork(Limits{})
			case 2: // on with a restored one
				restored := New(Limits{})
				if n := rapid.IntRange(0, len(r.bases)).Draw(t, "base"); n > 0 {
					restored = r.bases[n-1].Fork(Limits{})
				}
				saved := r.store.Save()
				require.NoError(t, restored.Restore(saved))
				require.Equal(t, saved, restored.Save())
				r.store = restored
			case 3: // an update that fails
				before, kept, bytes := r.store.View(), r.model.clone(), r.store.Bytes()
				err := r.store.Update(now, func(tx *Tx) error {
					for range rapid.IntRange(1, 6).Draw(t, "writes") {
						r.step(t, tx)
					}
					same(t, tx.View, r.model)
					return errUndo
				})
				require.ErrorIs(t, err, errUndo)
				require.Equal(t, before, r.store.View())
				require.Equal(t, bytes, r.store.Bytes())
				r.model = kept
			default:
				require.NoError(t, r.store.Update(now, func(tx *Tx) error {
					for range rapid.IntRange(1, 6).Draw(t, "writes") {
						r.step(t, tx)
					}
					return nil
				}))
			}
		}
		if !r.store.View().st.log.watched && r.store.base.count == 0 {
			want := int64(linkCost * len(r.model.links))
			for o := range r.store.View().All() {
				want += objectCost + int64(len(o.JSON)+len(o.keys))
			}
			require.Equal(t, want, r.store.Bytes())
		}
		r.views = append(r.views, seen{r.store.View(), r.model})
		for _, s := range r.views {
			same(t, s.view, s.model)
			changesLead(t, s, seen{r.store.View(), r.model})
		}
	})
}

// changesLead holds that the changes since one moment lead to another.
func changesLead(t require.TestingT, a, b seen) {
	after := a.view.Revision()
	if b.view.Floor() > after {
		return
	}
	got := b.view.Changes(after, 0)
	objects, gone, links := map[Place]bool{}, map[Place]bool{}, map[naiveLink]bool{}
	last := after
	for i, c := range got {
		require.Greater(t, c.Revision, last)
		last = c.Revision
		require.False(t, c.Time.Before(noon))
		_, before := a.model.objects[placeOf(c.Object)]
		switch c.Kind {
		case Created, Updated:
			require.Equal(t, before, c.Kind == Updated)
			require.Same(t, b.view.At(c.Object.Place), c.Object)
			objects[c.Object.Place] = true
			if c.Kind == Updated {
				require.NotEmpty(t, c.Properties)
			}
		case Deleted:
			require.Nil(t, b.view.At(c.Gone.Place))
			gone[c.Gone.Place] = true
		case LinkAdded, LinkRemoved:
			l := naiveLink{c.Relation, Link{c.From, c.To}}
			require.NotNil(t, b.view.At(c.From))
			require.Equal(t, b.model.links[l], c.Kind == LinkAdded)
			require.False(t, links[l])
			links[l] = true
		}
		require.Equal(t, got[:i+1], b.view.Changes(after, i+1))
	}
	for p, o := range b.model.objects {
		if before, there := a.model.objects[p]; !there || !sameObject(before, o) {
			require.True(t, objects[p])
		}
	}
	for p := range a.model.objects {
		_, there := b.model.objects[p]
		require.Equal(t, !there, gone[p])
	}
	for _, l := range slices.Concat(slices.Collect(maps.Keys(a.model.links)), slices.Collect(maps.Keys(b.model.links))) {
		if a.model.links[l] != b.model.links[l] && !gone[l.From] {
			require.True(t, links[l])
		}
	}
}
