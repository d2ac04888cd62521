package entity

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The tenant keeps lists of objects: links from no object. They go with the object, are
// told as changes, and are saved.
func TestListsOfTheTenant(t *testing.T) {
	at := time.Date(2026, 1, 5, 6, 0, 0, 0, time.UTC)
	s := New(Limits{})
	s.Watch()
	places := func(s *Store) []Place { return s.View().Targets("staff", Tenant).Page(0, 0, 10) }
	require.NoError(t, s.Update(at, func(tx *Tx) error {
		for _, id := range []string{"a", "b", "c"} {
			_, err := tx.Create(Draft{Home: Home{Name: "users"}, ID: id, Type: "user", JSON: []byte(`{"id":"` + id + `"}`)})
			require.NoError(t, err)
		}
		require.NoError(t, tx.Link("staff", Tenant, 2))
		n, err := tx.LinkAll("staff", []Link{{Tenant, 1}, {Tenant, 2}, {1, 2}, {Tenant, 3}})
		assert.Equal(t, 3, n)
		require.NoError(t, err)
		assert.Equal(t, &LinkedError{"staff", Tenant, 3}, tx.Link("staff", Tenant, 3))
		assert.Equal(t, &MissingError{9}, tx.Link("staff", Tenant, 9))
		return nil
	}))
	assert.Equal(t, []Place{1, 2, 3}, places(s))
	assert.True(t, s.View().Linked("staff", Tenant, 1))
	assert.Equal(t, 1, s.View().Sources("staff", 2).Len(), "object 1, not the tenant")
	assert.Len(t, s.View().Changes(0, 0), 3+4)
	other := New(Limits{})
	require.NoError(t, other.Restore(s.Save()))
	assert.Equal(t, s.Save(), other.Save())
	assert.Equal(t, []Place{1, 2, 3}, places(other))

	before := s.View().Revision()
	require.NoError(t, s.Update(at, func(tx *Tx) error {
		require.NoError(t, tx.Unlink("staff", Tenant, 3))
		return tx.Delete(2)
	}))
	assert.Equal(t, []Place{1}, places(s))
	var told []ChangeKind
	for _, c := range s.View().Changes(before, 0) {
		told = append(told, c.Kind)
	}
	assert.Equal(t, []ChangeKind{LinkRemoved, LinkRemoved, LinkRemoved, Deleted}, told)
	assert.Equal(t, s.Bytes(), func() int64 { c := New(Limits{}); require.NoError(t, c.Restore(s.Save())); return c.Bytes() }())
}

// Whoever was promised room gets it.
func TestPromisedRoom(t *testing.T) {
	s := New(Limits{Objects: 1})
	add := func(tx *Tx, id string) error {
		_, err := tx.Create(Draft{Home: Home{Name: "users"}, ID: id, Type: "user", JSON: []byte(`{"id":"` + id + `"}`)})
		return err
	}
	require.NoError(t, s.Update(time.Time{}, func(tx *Tx) error { return add(tx, "a") }))
	assert.Equal(t, &FullError{1}, s.Fits(s.View(), 1))
	assert.Equal(t, &FullError{1}, s.Update(time.Time{}, func(tx *Tx) error { return add(tx, "b") }))
	require.NoError(t, s.Update(time.Time{}, func(tx *Tx) error { tx.Promise(); return add(tx, "b") }))
	assert.Equal(t, 2, s.View().Len())
	assert.Equal(t, []Place{2}, s.View().List(Home{Name: "users"}).Where(func(p Place) bool { return p > 1 }).Page(0, 0, 5))
}
