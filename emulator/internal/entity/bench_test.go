package entity

import (
	"fmt"
	"math/rand/v2"
	"runtime"
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
	return Draft{Home: Home{Name: "users"}, Family: Directory, ID: id, Type: "microsoft.graph.user", Keys: []UniqueKey{{"userPrincipalName", upn}},
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

// atMost fails the benchmark where one turn took longer. Limits are some five times
// what was measured on two cores.
func atMost(b *testing.B, limit time.Duration) {
	b.Helper()
	if took := b.Elapsed() / time.Duration(max(b.N, 1)); b.N > 10 && took > limit {
		b.Errorf("%v a turn, want at most %v", took, limit)
	}
}

func BenchmarkGet(b *testing.B) {
	v, ids, n := oneDistrict().store.View(), benchIDs(), 0
	for b.Loop() {
		n = (n + 7919) % manyUsers
		if v.Find(Directory, ids[n]) == nil {
			b.Fatal(n)
		}
	}
	atMost(b, 2*time.Microsecond)
}

var benchIDs = sync.OnceValue(func() (ids []string) {
	for n := range manyUsers {
		ids = append(ids, benchID(n))
	}
	return ids
})

func BenchmarkUnique(b *testing.B) {
	v := oneDistrict().store.View()
	for b.Loop() {
		if v.Unique("userPrincipalName", "User77@contoso.edu") == nil {
			b.Fatal("none")
		}
	}
	atMost(b, 2*time.Microsecond)
}

func update(b *testing.B, s *Store, f func(*Tx) error) {
	if err := s.Update(noon, f); err != nil {
		b.Fatal(err)
	}
}

func BenchmarkPut(b *testing.B) {
	s := oneDistrict().store.Fork(Limits{})
	p, d := Place(0), benchUser(1)
	b.ReportAllocs()
	for b.Loop() {
		p = (p+7919)%manyUsers + 1
		o := s.View().At(p)
		update(b, s, func(tx *Tx) error {
			json := append([]byte(nil), o.JSON...)
			_, err := tx.Replace(p, json, o.Keys(), "rest")
			return err
		})
	}
	_ = d
	atMost(b, 50*time.Microsecond)
}

func BenchmarkCreate(b *testing.B) {
	s := oneDistrict().store.Fork(Limits{Objects: 1 << 30})
	n := manyUsers + manyGroups
	b.ReportAllocs()
	for b.Loop() {
		n++
		update(b, s, func(tx *Tx) error {
			_, err := tx.Create(benchUser(n))
			return err
		})
	}
	atMost(b, 50*time.Microsecond)
}

func BenchmarkPageOf100(b *testing.B) {
	v := oneDistrict().store.View()
	after := Place(0)
	for b.Loop() {
		after = (after + 7919) % (manyUsers - 100)
		if page := v.List(Home{Name: "users"}).Page(after, 0, 100); len(page) != 100 || page[0] != after+1 {
			b.Fatal(page)
		}
	}
	atMost(b, 5*time.Microsecond)
}

func BenchmarkRemoveAndAddAmong100000(b *testing.B) {
	s := oneDistrict().store.Fork(Limits{})
	p := Place(0)
	b.ReportAllocs()
	for b.Loop() {
		p = (p+7919)%manyUsers + 1
		update(b, s, func(tx *Tx) error { return tx.Unlink("members", manyUsers+1, p) })
		update(b, s, func(tx *Tx) error { return tx.Link("members", manyUsers+1, p) })
	}
	atMost(b, 100*time.Microsecond)
}

// A group of 100,000 is as fast to add to as one of ten.
func BenchmarkLinkFlat(b *testing.B) {
	s := oneDistrict().store.Fork(Limits{})
	var small Place
	update(b, s, func(tx *Tx) error {
		o, err := tx.Create(Draft{Home: Home{Name: "groups"}, ID: "small", Type: "t", JSON: []byte(`{"id":"small"}`)})
		small = o.Place
		return err
	})
	turn := func(group, p Place) time.Duration {
		began := time.Now()
		for range 20 {
			update(b, s, func(tx *Tx) error { return tx.Link("other", group, p) })
			update(b, s, func(tx *Tx) error { return tx.Unlink("other", group, p) })
		}
		return time.Since(began)
	}
	update(b, s, func(tx *Tx) error {
		var links []Link
		for p := range Place(manyUsers) {
			if p%2 == 0 {
				links = append(links, Link{manyUsers + 1, p + 1})
			}
		}
		_, err := tx.LinkAll("other", links)
		return err
	})
	var large, few time.Duration
	p := Place(2)
	for b.Loop() {
		p = (p+2*3911)%manyUsers + 2
		large += turn(manyUsers+1, p)
		few += turn(small, p)
	}
	ratio := float64(large) / float64(few)
	b.ReportMetric(ratio, "x-small")
	if b.N > 10 && ratio > 5 {
		b.Errorf("adding to 50,000 takes %.1f times as long as to none", ratio)
	}
}

func BenchmarkFork(b *testing.B) {
	s := oneDistrict().store
	b.ReportAllocs()
	for b.Loop() {
		s.Fork(Limits{})
	}
	atMost(b, 20*time.Microsecond) // documented goal: 1 ms
}

func BenchmarkView(b *testing.B) {
	s := oneDistrict().store
	for b.Loop() {
		s.View()
	}
}

func BenchmarkClosure(b *testing.B) {
	v := oneDistrict().store.View()
	b.Run("members of 100,000", func(b *testing.B) {
		for b.Loop() {
			if n := v.Closure("members", manyUsers+1, false).Len(); n != manyUsers {
				b.Fatal(n)
			}
		}
		atMost(b, 50*time.Millisecond)
	})
	b.Run("memberOf of a user", func(b *testing.B) {
		for b.Loop() {
			v.Closure("members", 7, true)
		}
		atMost(b, 20*time.Microsecond)
	})
}

// What changed is found among 105,000 objects.
func BenchmarkChanges(b *testing.B) {
	s := oneDistrict().store.Fork(Limits{})
	after := s.Watch()
	update(b, s, func(tx *Tx) error { return tx.Delete(5) })
	for b.Loop() {
		if len(s.View().Changes(after, 0)) != 17 {
			b.Fatal(s.View().Changes(after, 0))
		}
	}
	atMost(b, 20*time.Millisecond)
}

func BenchmarkBulkLoad(b *testing.B) {
	for b.Loop() {
		loadDistrict(b)
	}
	if took := b.Elapsed() / time.Duration(b.N); took > 5*time.Second {
		b.Errorf("%v, want at most 5s", took)
	}
}

func heap() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// Live heap: JSON + at most 200 bytes an object + 8 an end of a link.
func TestMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("loads 100,000 users")
	}
	before := heap()
	s := New(Limits{})
	var json int64
	require.NoError(t, s.Update(noon, func(tx *Tx) error {
		tx.Pack()
		for n := range manyUsers {
			o, err := tx.Create(benchUser(n))
			if err != nil {
				return err
			}
			json += int64(len(o.JSON))
		}
		return nil
	}))
	objects := heap()
	each := float64(objects-before-json) / manyUsers
	t.Logf("%.0f bytes an object over its JSON", each)
	require.LessOrEqual(t, each, 200.0)

	var added int
	require.NoError(t, s.Update(noon, func(tx *Tx) (err error) {
		random := rand.New(rand.NewPCG(1, 2))
		var links []Link
		for n := range Place(manyUsers) {
			for range 15 {
				links = append(links, Link{1 + Place(random.IntN(manyGroups)), n + 1})
			}
		}
		added, err = tx.LinkAll("members", links)
		return err
	}))
	end := float64(heap()-objects) / float64(2*added)
	t.Logf("%.1f bytes an end of %d links", end, added)
	require.LessOrEqual(t, end, 8.0)
	estimate := float64(s.Bytes()) / float64(heap()-before)
	t.Logf("counted: %.2f of the heap", estimate)
	require.InDelta(t, 1, estimate, 0.2)

	forks, began := make([]*Store, 1000), heap()
	for i := range forks {
		forks[i] = s.Fork(Limits{})
	}
	perFork := (heap() - began) / int64(len(forks))
	for i, f := range forks {
		require.NoError(t, f.Update(noon, func(tx *Tx) error {
			_, err := tx.Create(benchUser(manyUsers + i))
			return err
		}))
	}
	perChanged := (heap() - began) / int64(len(forks))
	t.Logf("%d bytes a fork, %d with a user of its own", perFork, perChanged)
	require.LessOrEqual(t, perFork, int64(1<<10))
	require.LessOrEqual(t, perChanged, int64(12<<10))
	runtime.KeepAlive(forks)
	runtime.KeepAlive(s)
}
