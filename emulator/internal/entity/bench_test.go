package entity

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// district is a store of 100,000 users of 0.9 KB and 5,000 groups: everybody is in
// the first, and in 15 others.
type district struct {
	store *Store
	json  int64 // bytes
	links int64
}

const (
	manyUsers  = 100_000
	manyGroups = 5_000
)

func benchID(n int) string { return fmt.Sprintf("%08x-0000-4000-8000-%012x", uint32(n)*2654435761, n) }

func benchUser(n int) Draft {
	id, upn := benchID(n), fmt.Sprintf("user%d@contoso.edu", n)
	return Draft{Home: Home{Name: "users"}, Family: Directory, ID: id, Type: "microsoft.graph.user",
		Keys: []UniqueKey{{"userPrincipalName", upn}},
		JSON: fmt.Appendf(nil, `{"id":%q,"userPrincipalName":%q,"rest":%q}`, id, upn, strings.Repeat("x", 800))}
}

func loadDistrict(tb testing.TB) *district {
	d := &district{store: New(Limits{})}
	random := rand.New(rand.NewPCG(1, 2))
	require.NoError(tb, d.store.Update(noon, func(tx *Tx) error {
		tx.Pack()
		for n := range manyUsers {
			o, err := tx.Create(benchUser(n))
			if err != nil {
				return err
			}
			d.json += int64(len(o.JSON))
		}
		for n := range manyGroups {
			id := benchID(manyUsers + n)
			o, err := tx.Create(Draft{Home: Home{Name: "groups"}, Family: Directory, ID: id, Type: "microsoft.graph.group",
				JSON: fmt.Appendf(nil, `{"id":%q,"displayName":"Group %d"}`, id, n)})
			if err != nil {
				return err
			}
			d.json += int64(len(o.JSON))
		}
		links := make([]Link, 0, 16*manyUsers)
		for n := range Place(manyUsers) {
			links = append(links, Link{manyUsers + 1, n + 1})
			for range 15 {
				links = append(links, Link{manyUsers + 2 + Place(random.IntN(manyGroups-1)), n + 1})
			}
		}
		added, err := tx.LinkAll("members", links)
		d.links = int64(added)
		return err
	}))
	return d
}

// oneDistrict is loaded once for all benchmarks, which write to forks of it.
var oneDistrict = sync.OnceValue(func() *district { return loadDistrict(nopTB{}) })

type nopTB struct{ testing.TB }

func (nopTB) Helper()                   {}
func (nopTB) Errorf(f string, a ...any) { panic(fmt.Sprintf(f, a...)) }
func (nopTB) FailNow()                  { panic("failed") }

// against takes turns of f and of what it is held against, tells how much longer f
// takes, and fails where that is more than a limit. The limits are about three times
// what was measured on two cores.
func against(b *testing.B, limit float64, bare, f func()) {
	b.Helper()
	var all, bares time.Duration
	bare() // both once before: what is made on first use is not counted
	f()
	for b.Loop() {
		began := time.Now()
		bare()
		half := time.Now()
		f()
		all += time.Since(half)
		bares += half.Sub(began)
	}
	ratio := float64(all) / float64(bares)
	b.ReportMetric(ratio, "x-bare")
	b.ReportMetric(float64(all.Nanoseconds())/float64(b.N), "ns/turn")
	if b.N > 10 && ratio > limit {
		b.Errorf("%.1f times as long, want at most %g", ratio, limit)
	}
}

func update(b *testing.B, s *Store, f func(*Tx) error) {
	if err := s.Update(noon, f); err != nil {
		b.Fatal(err)
	}
}

// walk returns a function that goes through the numbers below n in no order.
func walk(n int) func() int {
	i := 0
	return func() int {
		i = (i + 7919) % n
		return i
	}
}

// village returns a small store.
func village(b *testing.B) *Store {
	s := New(Limits{})
	update(b, s, func(tx *Tx) error {
		tx.Pack()
		for n := range 200 {
			if _, err := tx.Create(benchUser(n)); err != nil {
				return err
			}
		}
		return nil
	})
	return s
}

// By id, held against a map that a lock guards.
func BenchmarkGet(b *testing.B) {
	v := oneDistrict().store.View()
	var ids []string
	var mu sync.RWMutex
	byID := map[string]*Object{}
	for o := range v.All() {
		ids = append(ids, strings.Clone(o.ID))
		byID[ids[len(ids)-1]] = o
	}
	n, m := walk(len(ids)), walk(len(ids))
	against(b, 8, func() {
		for range 100 {
			mu.RLock()
			o := byID[ids[n()]]
			mu.RUnlock()
			if o.Place == 0 {
				b.Fatal(o)
			}
		}
	}, func() {
		for range 100 {
			if o := v.Find(Directory, ids[m()]); o == nil {
				b.Fatal(o)
			}
		}
	})
}

// Among 100,000, held against 200.
func BenchmarkPut(b *testing.B) {
	put := func(s *Store, n func() int) func() {
		return func() {
			for range 20 {
				o := s.View().At(Place(n() + 1))
				update(b, s, func(tx *Tx) error {
					_, err := tx.Replace(o.Place, append([]byte(nil), o.JSON...), o.Keys(), "rest")
					return err
				})
			}
		}
	}
	against(b, 5, put(village(b), walk(200)), put(oneDistrict().store.Fork(Limits{}), walk(manyUsers)))
}

// Among 100,000, held against 200.
func BenchmarkCreate(b *testing.B) {
	n := manyUsers + manyGroups
	create := func(s *Store) func() {
		return func() {
			f := s.Fork(Limits{})
			for range 20 {
				n++
				d := benchUser(n)
				update(b, f, func(tx *Tx) error {
					_, err := tx.Create(d)
					return err
				})
			}
		}
	}
	against(b, 5, create(village(b)), create(oneDistrict().store))
}

// Among 100,000, held against 200.
func BenchmarkPageOf100(b *testing.B) {
	page := func(v View, n func() int) func() {
		return func() {
			for range 20 {
				after := Place(n())
				if page := v.List(Home{Name: "users"}).Page(after, 0, 100); len(page) != 100 || page[0] != after+1 {
					b.Fatal(page)
				}
			}
		}
	}
	against(b, 5, page(village(b).View(), walk(100)), page(oneDistrict().store.View(), walk(manyUsers-100)))
}

// In and out of a group of 100,000, held against one of none.
func BenchmarkLink(b *testing.B) {
	s := oneDistrict().store.Fork(Limits{})
	var large, small Place = manyUsers + 1, 0
	update(b, s, func(tx *Tx) error {
		o, err := tx.Create(Draft{Home: Home{Name: "groups"}, ID: "small", Type: "t", JSON: []byte(`{"id":"small"}`)})
		small = o.Place
		return err
	})
	turn := func(group Place, first, then func(*Tx, string, Place, Place) error) func() {
		n := walk(manyUsers)
		return func() {
			for range 20 {
				p := Place(n() + 1)
				update(b, s, func(tx *Tx) error { return first(tx, "members", group, p) })
				update(b, s, func(tx *Tx) error { return then(tx, "members", group, p) })
			}
		}
	}
	against(b, 4, turn(small, (*Tx).Link, (*Tx).Unlink), turn(large, (*Tx).Unlink, (*Tx).Link))
}

// Of 105,000 objects, held against one of none. It is to take 1 ms at most.
func BenchmarkFork(b *testing.B) {
	fork := func(s *Store) func() {
		return func() {
			for range 100 {
				s.Fork(Limits{})
			}
		}
	}
	against(b, 3, fork(New(Limits{})), fork(oneDistrict().store))
}

// All members of a group of 100,000, held against those of 300 times as small ones.
func BenchmarkClosureDown(b *testing.B) {
	v := oneDistrict().store.View()
	down := func(group Place) int { return v.Closure("members", group, false).Len() }
	against(b, 4, func() {
		for n, group := 0, Place(manyUsers+2); n < manyUsers; group++ {
			n += down(group)
		}
	}, func() {
		if n := down(manyUsers + 1); n != manyUsers {
			b.Fatal(n)
		}
	})
}

// The groups of one user among 100,000, held against reading them one by one.
func BenchmarkClosureUp(b *testing.B) {
	v := oneDistrict().store.View()
	n, m := walk(manyUsers), walk(manyUsers)
	against(b, 10, func() {
		for range 20 {
			for p := range v.Sources("members", Place(n()+1)).All(0) {
				if v.At(p) == nil {
					b.Fatal(p)
				}
			}
		}
	}, func() {
		for range 20 {
			if v.Closure("members", Place(m()+1), true).Len() == 0 {
				b.Fatal("none")
			}
		}
	})
}

// One of 105,000 objects changed: held against a look at all.
func BenchmarkChanges(b *testing.B) {
	s := oneDistrict().store.Fork(Limits{})
	after := s.Watch()
	update(b, s, func(tx *Tx) error { return tx.Unlink("members", manyUsers+1, 7) })
	update(b, s, func(tx *Tx) error { _, err := tx.Move(5, Home{Name: DeletedItems}); return err })
	v := s.View()
	against(b, 0.1, func() {
		n := 0
		for o := range v.All() {
			if o.Revision > after {
				n++
			}
		}
		if n != 1 {
			b.Fatal(n)
		}
	}, func() {
		if changes := v.Changes(after, 0); len(changes) != 2 {
			b.Fatal(changes)
		}
	})
}

// 100,000 users, 5,000 groups and 1.6 million links, held against making the JSON.
func BenchmarkBulkLoad(b *testing.B) {
	against(b, 8, func() {
		for n := range manyUsers {
			benchUser(n)
		}
	}, func() { loadDistrict(b) })
}
