package entity

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator/internal/quota"
)

func do(t require.TestingT, s *Store, f func(*Tx)) {
	require.NoError(t, s.Update(noon, func(tx *Tx) error { f(tx); return nil }))
}

// some adds n objects to a store, with the ids 1 to n.
func some(t require.TestingT, s *Store, n int) {
	do(t, s, func(tx *Tx) {
		for i := range n {
			id := strconv.Itoa(i + 1)
			_, err := tx.Create(Draft{Home: Home{Name: "users"}, Family: Directory, ID: id, Type: "t", JSON: object(id, i)})
			require.NoError(t, err)
		}
	})
}

// What is deleted takes its links along, however many there are, and made in the
// same update or before.
func TestDeleteManyLinks(t *testing.T) {
	const n = 3_000
	for _, together := range []bool{true, false} {
		s := New(Limits{})
		some(t, s, n)
		link := func(tx *Tx) {
			for p := Place(2); p <= n; p++ {
				require.NoError(t, tx.Link("members", 1, p))
				require.NoError(t, tx.Link("owners", p, 1))
			}
			require.NoError(t, tx.Link("members", 1, 1))
		}
		if !together {
			do(t, s, link)
		}
		do(t, s, func(tx *Tx) {
			if together {
				link(tx)
			}
			require.NoError(t, tx.Delete(1))
		})
		v := s.View()
		require.Equal(t, n-1, v.Len())
		for p := range Place(n + 1) {
			require.Zero(t, v.Targets("owners", p).Len()+v.Sources("members", p).Len()+v.Targets("members", p).Len()+v.Sources("owners", p).Len())
		}
		require.Empty(t, v.Relations())
	}
}

// Places that an update has read stay as they are while it writes.
func TestWriteWhileReading(t *testing.T) {
	const n = 2_000
	s := New(Limits{})
	do(t, s, func(tx *Tx) {
		for i := range n {
			id := strconv.Itoa(i + 1)
			_, err := tx.Create(Draft{Home: Home{Name: "users"}, ID: id, Type: "t", JSON: object(id, i)})
			require.NoError(t, err)
			require.NoError(t, tx.Link("members", 1, Place(i+1)))
		}
		walked := 0
		for p := range tx.Targets("members", 1).All(0) {
			require.NoError(t, tx.Unlink("members", 1, p))
			walked++
		}
		require.Equal(t, n, walked)
		for p := range tx.List(Home{Name: "users"}).All(0) {
			require.NoError(t, tx.Delete(p))
			walked++
		}
		require.Equal(t, 2*n, walked)
	})
	require.Zero(t, s.View().Len())
	require.Zero(t, s.Bytes())
}

func TestContainedGoWithTheirParent(t *testing.T) {
	s := New(Limits{})
	some(t, s, 2)
	after := s.Watch()
	do(t, s, func(tx *Tx) {
		parent := Place(1)
		for i := range 1_000 { // each in the one before
			o, err := tx.Create(Draft{Home: Home{parent, "childFolders"}, ID: "x", Type: "t", JSON: object("x", i)})
			require.NoError(t, err)
			require.NoError(t, tx.Link("owners", o.Place, 2))
			parent = o.Place
		}
	})
	assert.Equal(t, 1_002, s.View().Len())
	assert.Equal(t, 1_000, s.View().Sources("owners", 2).Len())
	do(t, s, func(tx *Tx) { require.NoError(t, tx.Delete(1)) })
	assert.Equal(t, 1, s.View().Len())
	assert.Zero(t, s.View().Sources("owners", 2).Len())
	changes := s.View().Changes(after, 0)
	require.Len(t, changes, 1_001, "one for each object; the links from them go unsaid")
	assert.Equal(t, Deleted, changes[1_000].Kind)
	assert.Equal(t, "1", changes[1_000].Gone.ID, "what contains goes last")
}

// A store that is made later is what it would have been at once, for all its forks, and
// it is made once.
func TestLater(t *testing.T) {
	made := 0
	base := Later(Limits{}, func(s *Store) { made++; some(t, s, 3) })
	a, b := base.Fork(Limits{}), base.Fork(Limits{})
	of := a.Fork(Limits{})
	assert.Zero(t, a.Bytes())
	assert.Zero(t, made, "nobody has looked")

	var group sync.WaitGroup
	for range 4 {
		group.Go(func() { assert.Equal(t, 3, a.View().Len()) })
		group.Go(func() { assert.Equal(t, 3, of.View().Len()) })
	}
	group.Wait()
	assert.Equal(t, 1, made)
	do(t, b, func(tx *Tx) { require.NoError(t, tx.Delete(1)) })
	assert.Equal(t, 2, b.View().Len())
	assert.Equal(t, 3, base.View().Len())
	assert.Equal(t, 3, base.Fork(Limits{}).View().Len())

	saved := b.Save()
	restored := Later(Limits{}, func(s *Store) { some(t, s, 3) }).Fork(Limits{})
	require.NoError(t, restored.Restore(saved))
	assert.Equal(t, 2, restored.View().Len())
}

func TestSoftDelete(t *testing.T) {
	s := New(Limits{})
	key := []UniqueKey{{"userPrincipalName", "Ann@Contoso.edu"}}
	users, deleted := Home{Name: "users"}, Home{Name: DeletedItems}
	ann := Draft{Home: users, Family: Directory, ID: "1", Type: "t", JSON: object("1", 0), Keys: key}
	do(t, s, func(tx *Tx) {
		_, err := tx.Create(ann)
		require.NoError(t, err)
		require.NoError(t, tx.Link("members", 1, 1))
		_, err = tx.Move(1, deleted)
		require.NoError(t, err)
	})
	v := s.View()
	assert.Nil(t, v.Unique("userPrincipalName", "ann@contoso.edu"))
	assert.Equal(t, deleted, v.Find(Directory, "1").Home)
	assert.True(t, v.Linked("members", 1, 1))

	ann.ID, ann.JSON = "2", object("2", 0)
	do(t, s, func(tx *Tx) {
		_, err := tx.Create(ann)
		require.NoError(t, err, "the name is free again")
		_, err = tx.Move(1, users)
		require.Equal(t, &ConflictError{"userPrincipalName", "ann@contoso.edu", 2}, err)
		require.NoError(t, tx.Delete(2))
		_, err = tx.Move(1, users)
		require.NoError(t, err)
	})
	assert.Equal(t, Place(1), s.View().Unique("userPrincipalName", "ANN@contoso.edu").Place)
}

func TestLimits(t *testing.T) {
	q := quota.New(10_000)
	s := New(Limits{Objects: 3, Memory: q.Share()})
	some(t, s, 3)
	assert.Equal(t, s.Bytes(), q.Used())
	extra := Draft{Home: Home{Name: "users"}, ID: "x", Type: "t", JSON: object("x", 0)}
	err := s.Update(noon, func(tx *Tx) error { _, err := tx.Create(extra); return err })
	assert.Equal(t, &FullError{3}, err)

	f := s.Fork(Limits{Memory: q.Share()})
	before := q.Used()
	assert.Zero(t, f.Bytes(), "a fork pays for its changes")
	big := object("1", 0)
	big = append(big[:len(big)-1], fmt.Sprintf(`,"x":%q}`, make([]byte, 9_000))...)
	for _, write := range []func(tx *Tx) error{
		func(tx *Tx) error { _, err := tx.Replace(1, big, nil, "x"); return err },
		func(tx *Tx) error {
			d := extra
			d.ID, d.JSON = "1", big
			_, err := tx.Create(d)
			return err
		},
		func(tx *Tx) error {
			for i := range Place(3) {
				for k := range Place(3) {
					for n := range 100 {
						if err := tx.Link(strconv.Itoa(n), i+1, k+1); err != nil {
							return err
						}
					}
				}
			}
			return nil
		},
	} {
		err = f.Update(noon, write)
		assert.Equal(t, &quota.FullError{Max: 10_000}, err)
		assert.Equal(t, before, q.Used(), "nothing is counted of what failed")
	}
	do(t, f, func(tx *Tx) { require.NoError(t, tx.Delete(1)) })
	assert.Zero(t, f.Bytes(), "what it shares, it gets nothing back for")
}

// The log is bounded: what is older than its floor is not told.
func TestChangesAreBounded(t *testing.T) {
	s := New(Limits{Changes: 10})
	some(t, s, 100)
	assert.Equal(t, uint64(100), s.View().Floor(), "nobody watched")
	after := s.Watch()
	do(t, s, func(tx *Tx) {
		for p := range Place(30) {
			require.NoError(t, tx.Delete(p+1))
		}
	})
	v := s.View()
	assert.Greater(t, v.Floor(), after)
	changes := v.Changes(v.Floor(), 0)
	require.Len(t, changes, 10)
	assert.Equal(t, "21", changes[0].Gone.ID)
	assert.Equal(t, changes[3:], v.Changes(changes[2].Revision, 0))
	assert.Equal(t, changes[3:5], v.Changes(changes[2].Revision, 2))
}

func TestPropertiesOfAChange(t *testing.T) {
	s := New(Limits{})
	some(t, s, 2)
	after := s.Watch()
	do(t, s, func(tx *Tx) {
		for _, names := range [][]string{{"a", "b", "a"}, {"b", "c"}} {
			_, err := tx.Replace(1, object("1", 7), nil, names...)
			require.NoError(t, err)
		}
	})
	changes := s.View().Changes(after, 0)
	require.Len(t, changes, 1)
	assert.Equal(t, []Property{{"a", 3}, {"b", 4}, {"c", 4}}, changes[0].Properties)
	assert.Equal(t, []Property{{"b", 4}, {"c", 4}}, s.View().Changes(3, 0)[0].Properties)
	assert.Equal(t, noon, changes[0].Time)
}

func TestClosure(t *testing.T) {
	s := New(Limits{})
	some(t, s, 1_000)
	do(t, s, func(tx *Tx) {
		for p := Place(1); p < 1_000; p++ {
			require.NoError(t, tx.Link("members", p, p+1))
		}
		require.NoError(t, tx.Link("members", 500, 1)) // a cycle
		require.NoError(t, tx.Link("members", 980, 970))
	})
	v := s.View()
	all := v.Closure("members", 1, false)
	assert.Equal(t, 999, all.Len())
	assert.False(t, all.Has(1))
	assert.Equal(t, []Place{2, 3}, all.Page(0, 0, 2))
	assert.Equal(t, 499, v.Closure("members", 1, true).Len())
	assert.Equal(t, []Place{970, 971, 972}, v.Closure("members", 975, false).Page(0, 0, 3), "itself is not among them")
	assert.Zero(t, v.Closure("none", 1, false).Len())
	assert.Zero(t, v.Closure("members", 9_999, true).Len())
}

func TestMisuse(t *testing.T) {
	s := New(Limits{})
	some(t, s, 2)
	home := Home{Name: "users"}
	do(t, s, func(tx *Tx) {
		for _, d := range []Draft{
			{Home: home, Type: "t", JSON: []byte(`{"id":""}`)},
			{Home: home, ID: "x", Type: "t", JSON: []byte(`{"id":"y"}`)},
			{Home: home, ID: "x", Type: "t", JSON: []byte(`{"a":1,"id":"x"}`)},
			{Home: home, ID: `x\`, Type: "t", JSON: []byte(`{"id":"x\"}`)},
			{Home: home, ID: "x", Type: "t"},
			{Home: home, ID: "x", JSON: []byte(`{"id":"x"}`)},
			{ID: "x", Type: "t", JSON: []byte(`{"id":"x"}`)},
		} {
			_, err := tx.Create(d)
			require.ErrorContains(t, err, "entity: ")
		}
		_, err := tx.Create(Draft{Home: Home{9, "messages"}, ID: "x", Type: "t", JSON: []byte(`{"id":"x"}`)})
		require.Equal(t, &MissingError{9}, err)
		_, err = tx.Replace(1, []byte(`{"id":"2"}`), nil)
		require.ErrorContains(t, err, "does not begin with its id")
		require.ErrorContains(t, tx.Link("", 1, 2), "no relation")
	})
	assert.Equal(t, uint64(2), s.View().Revision())
}

// An update that panics leaves nothing, and the store goes on.
func TestPanic(t *testing.T) {
	s := New(Limits{})
	some(t, s, 3)
	assert.Panics(t, func() {
		_ = s.Update(noon, func(tx *Tx) error { require.NoError(t, tx.Delete(1)); panic("x") })
	})
	assert.Equal(t, 3, s.View().Len())
	do(t, s, func(tx *Tx) { require.NoError(t, tx.Delete(1)) })
}

// Readers see all of an update or nothing: here, a link between each two neighbours.
func TestReadersWhileWriting(t *testing.T) {
	base := New(Limits{})
	some(t, base, 200)
	stores := []*Store{base.Fork(Limits{}), base.Fork(Limits{})}
	var writers, readers sync.WaitGroup
	done := make(chan struct{})
	for _, s := range stores {
		s.Watch()
		writers.Go(func() {
			for i := range 400 {
				_ = s.Update(noon.Add(time.Duration(i)*time.Second), func(tx *Tx) error {
					id := strconv.Itoa(1_000 + i)
					o, err := tx.Create(Draft{Home: Home{Name: "users"}, Family: Directory, ID: id, Type: "t", JSON: object(id, i)})
					if err != nil {
						return err
					}
					if i%7 == 6 {
						return errors.New("no")
					}
					return tx.Link("next", o.Place, o.Place-1)
				})
			}
		})
		for range 2 {
			readers.Go(func() {
				for {
					v := s.View()
					users := slices.Collect(v.List(Home{Name: "users"}).All(200))
					for _, p := range users {
						if !v.Linked("next", p, p-1) || v.Find(Directory, v.At(p).ID) == nil {
							t.Error("half an update is seen")
						}
					}
					v.Changes(200, 0)
					s.Save()
					select {
					case <-done:
						return
					default:
					}
				}
			})
		}
	}
	writers.Wait()
	close(done)
	readers.Wait()
	assert.Equal(t, 200, base.View().Len())
	assert.Equal(t, stores[0].Save(), stores[1].Save())
}

// An id is what its JSON says, however a writer escapes that.
func TestIDsThatJSONEscapes(t *testing.T) {
	s := New(Limits{})
	for id, text := range map[string]string{"a\u2028b": `"a\u2028b"`, "<&>": `"\u003c&>"`, "é": `"\u00e9"`, `a\u0041`: `"a\\u0041"`,
		`"`: `"\""`, "/": `"\/"`} {
		do(t, s, func(tx *Tx) {
			_, err := tx.Create(Draft{Home: Home{Name: "users"}, ID: id, Type: "t", JSON: []byte(`{"id":` + text + `,"x":1}`)})
			require.NoError(t, err, id)
		})
		o := s.View().Find("users", id)
		require.NotNil(t, o, id)
		require.Equal(t, id, o.ID)
	}
}
