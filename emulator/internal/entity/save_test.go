package entity

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator/internal/jsontree"
	"github.com/graphemu/graphemu/emulator/internal/quota"
)

// eventful returns a store with something of everything.
func eventful(t require.TestingT) *Store {
	base := New(Limits{})
	do(t, base, func(tx *Tx) {
		tx.Pack()
		for i, id := range []string{"a", guid, `q"<>&\`, "\u2028é"} {
			text, err := json.Marshal(id)
			require.NoError(t, err)
			d := Draft{Home: Home{Name: "users"}, Family: Directory, ID: id, Type: "graph.user", Keys: []UniqueKey{{"upn", id + "@x"}}}
			d.JSON = fmt.Appendf(nil, `{"id":%s,"n":%d,"f":1.50,"html":"<b>&","nested":{"a":[1,null]}}`, text, i)
			d.JSON, err = canonical(d.JSON)
			require.NoError(t, err)
			_, err = tx.Create(d)
			require.NoError(t, err)
		}
	})
	s := base.Fork(Limits{})
	s.Watch()
	do(t, s, func(tx *Tx) {
		_, err := tx.Create(Draft{Home: Home{1, "messages"}, ID: "m", Type: "graph.message", JSON: []byte(`{"id":"m"}`)})
		require.NoError(t, err)
		_, err = tx.Replace(1, []byte(`{"id":"a"}`), nil, "n", "f")
		require.NoError(t, err)
		_, err = tx.Move(2, Home{Name: DeletedItems})
		require.NoError(t, err)
		for _, to := range []Place{1, 2, 3, 4} {
			require.NoError(t, tx.Link("members", 4, to))
			require.NoError(t, tx.Link("manager", to, 4))
		}
		require.NoError(t, tx.Unlink("members", 4, 2))
		require.NoError(t, tx.Delete(3))
	})
	return s
}

func canonical(b []byte) ([]byte, error) {
	_, text, err := readObject(nil, b)
	return text, err
}

// The text of a snapshot, however it is indented, makes the store whole again.
func TestSaveAndRestoreAsText(t *testing.T) {
	s := eventful(t)
	text, err := json.MarshalIndent(s.Save(), "", "  ")
	require.NoError(t, err)
	for range 2 {
		var saved Saved
		require.NoError(t, jsontree.Unmarshal(text, &saved))
		q := quota.New(1 << 20)
		r := New(Limits{Memory: q.Share()})
		some(t, r, 3) // what was there goes
		require.NoError(t, r.Restore(saved))
		assert.Equal(t, r.Bytes(), q.Used())
		for o := range s.View().All() {
			got := r.View().At(o.Place)
			require.Equal(t, string(o.JSON), string(got.JSON))
			require.Equal(t, *o.Kind, *got.Kind)
			require.Equal(t, o.Keys(), got.Keys())
			require.Equal(t, o.Time(), got.Time())
		}
		assert.Equal(t, s.View().Changes(4, 0)[1:], r.View().Changes(4, 0)[1:], "the first has an object of its own")
		assert.Equal(t, s.View().Floor(), r.View().Floor())
		again, err := json.MarshalIndent(r.Save(), "", "  ")
		require.NoError(t, err)
		require.Equal(t, string(text), string(again))

		// Both go on alike.
		for _, x := range []*Store{s.Fork(Limits{}), r} {
			do(t, x, func(tx *Tx) {
				o, err := tx.Create(Draft{Home: Home{Name: "users"}, Family: Directory, ID: "z", Type: "t", JSON: []byte(`{"id":"z"}`)})
				require.NoError(t, err)
				require.Equal(t, Place(6), o.Place)
				require.Equal(t, s.View().Revision()+1, o.Revision)
			})
		}
	}
}

// A fork that is restored shares what did not change, and pays for the rest.
func TestRestoreOntoBase(t *testing.T) {
	base := New(Limits{})
	some(t, base, 500)
	do(t, base, func(tx *Tx) {
		for p := Place(2); p <= 500; p++ {
			require.NoError(t, tx.Link("members", 1, p))
		}
	})
	s := base.Fork(Limits{})
	do(t, s, func(tx *Tx) {
		_, err := tx.Replace(5, []byte(`{"id":"5","new":1}`), nil)
		require.NoError(t, err)
		require.NoError(t, tx.Delete(6))
		require.NoError(t, tx.Unlink("members", 1, 7))
	})
	some501 := Draft{Home: Home{Name: "users"}, Family: Directory, ID: "501", Type: "t", JSON: object("501", 0)}
	do(t, s, func(tx *Tx) {
		_, err := tx.Create(some501)
		require.NoError(t, err)
	})
	saved := s.Save()
	for _, r := range []*Store{base.Fork(Limits{}), New(Limits{})} {
		require.NoError(t, r.Restore(saved))
		require.Equal(t, saved, r.Save())
		if r.base.count > 0 {
			assert.Same(t, base.View().At(4), r.View().At(4))
			assert.Less(t, r.Bytes(), int64(1_000))
		} else {
			assert.Greater(t, r.Bytes(), int64(100_000))
		}
		require.NoError(t, r.Restore(base.Save()), "and back")
		require.Equal(t, base.Save(), r.Save())
	}
	assert.Equal(t, 500, base.View().Len())
}

// Each line breaks a saved store in one way, and says what Restore has to say.
func TestRestoreRefuses(t *testing.T) {
	for want, spoil := range map[string]func(*Saved){
		"/version: 2":                          func(s *Saved) { s.Version = 2 },
		"/revision: ":                          func(s *Saved) { s.Revision = 1 << 60 },
		"/objects/0/place: 0 does not":         func(s *Saved) { s.Objects[0].Place = 0 },
		"/objects/1/place: 1 does not":         func(s *Saved) { s.Objects[1].Place = 1 },
		"/objects/3/place: 5 does not":         func(s *Saved) { s.Last = 4 },
		"/objects/0/revision: want":            func(s *Saved) { s.Objects[0].Created = 0 },
		"/objects/1/revision: want":            func(s *Saved) { s.Objects[1].Revision = 1 << 40 },
		"/objects: revision 6 is there twice":  func(s *Saved) { s.Objects[2].Revision = 6 },
		"/objects/2/type: ":                    func(s *Saved) { s.Objects[2].Type = "" },
		"/objects/2/home: ":                    func(s *Saved) { s.Objects[2].Home = "" },
		"/objects/3/parent: 9 leads to no":     func(s *Saved) { s.Objects[3].Parent = 9 },
		"/objects/3/parent: 5 leads to no":     func(s *Saved) { s.Objects[3].Parent = 5 },
		"/objects/0/object: ":                  func(s *Saved) { s.Objects[0].JSON = nil },
		"/objects/1/object: ":                  func(s *Saved) { s.Objects[1].JSON = []byte(`{"id":"x","id":"y"}`) },
		"without an id":                        func(s *Saved) { s.Objects[1].JSON = []byte(`{"x":1}`) },
		"/objects/1/object/id: another object": func(s *Saved) { s.Objects[1].JSON = s.Objects[0].JSON },
		"/objects/2/keys: another object has":  func(s *Saved) { s.Objects[0].Keys, s.Objects[2].Keys = someKey, someKey },
		"/objects/0/changed: 1: \"n\" is":      func(s *Saved) { s.Objects[0].Properties[1].Name = s.Objects[0].Properties[0].Name },
		"/objects/0/changed: 0: revision 99":   func(s *Saved) { s.Objects[0].Properties[0].Revision = 99 },
		"/objects/0/changed: there, though":    func(s *Saved) { s.Changes = nil },
		"/links/1/relation: \"a\" does not":    func(s *Saved) { s.Links[1].Relation = "a" },
		"/links/0/from/1: want a source":       func(s *Saved) { s.Links[0].From[1][0] = 1 },
		"/links/0/from/0/1: there is no":       func(s *Saved) { s.Links[0].From[0][1] = 3 },
		"/links/1/from/0/2: 1 does not":        func(s *Saved) { s.Links[1].From[0][2] = 1 },
		"/changes/floor: ":                     func(s *Saved) { s.Changes.Floor = 1 << 40 },
		"/changes/log/1/revision: ":            func(s *Saved) { s.Changes.Log[1].Revision = 1 },
		"/changes/log/0: a change of no link":  func(s *Saved) { s.Changes.Log[0].To = 99 },
		"of no object":                         func(s *Saved) { s.Changes.Log[0].Relation = "" },
		"/gone: it has no id":                  func(s *Saved) { last(s.Changes.Log).Gone.ID = "" },
		"/gone/home: ":                         func(s *Saved) { last(s.Changes.Log).Gone.Home = "" },
	} {
		saved := eventful(t).Save()
		spoil(&saved)
		s := New(Limits{})
		some(t, s, 2)
		before := s.View()
		require.ErrorContains(t, s.Restore(saved), want)
		require.Equal(t, before, s.View(), want)
	}
	s := New(Limits{Objects: 3})
	assert.ErrorAs(t, s.Restore(eventful(t).Save()), new(*FullError))
}

var someKey = []SavedKey{{"upn", "k"}}

func last(log []SavedEntry) *SavedEntry { return &log[len(log)-1] }

// Whatever a file says, it is refused, or it is a store that works and is saved as
// it was read.
func FuzzRestore(f *testing.F) {
	for _, s := range []*Store{New(Limits{}), eventful(f)} {
		text, err := json.Marshal(s.Save())
		require.NoError(f, err)
		f.Add(text)
	}
	base := eventful(f)
	f.Fuzz(func(t *testing.T, text []byte) {
		var saved Saved
		if jsontree.Unmarshal(text, &saved) != nil {
			return
		}
		s := New(Limits{Objects: 100, Changes: 100})
		some(t, s, 1)
		before := s.View()
		if s.Restore(saved) != nil {
			require.Equal(t, before, s.View())
			return
		}
		first := s.Save()
		fork := base.Fork(Limits{})
		require.NoError(t, fork.Restore(first))
		require.Equal(t, first, fork.Save())
		again := New(Limits{})
		require.NoError(t, again.Restore(first))
		require.Equal(t, first, again.Save())

		v := s.View()
		v.Changes(v.Floor(), 0)
		for o := range v.All() {
			require.Same(t, o, v.Find(o.Family, o.ID))
			require.True(t, v.List(o.Home).Has(o.Place))
			for _, k := range o.Keys() {
				require.Equal(t, o.Home.Name == DeletedItems, v.Unique(k.Index, k.Key) != o)
			}
		}
		err := s.Update(noon, func(tx *Tx) error {
			for o := range v.All() {
				if tx.At(o.Place) != nil {
					if err := tx.Delete(o.Place); err != nil {
						return err
					}
				}
			}
			return nil
		})
		require.NoError(t, err)
		require.Zero(t, s.View().Len())
		require.Empty(t, s.View().Relations())
	})
}
