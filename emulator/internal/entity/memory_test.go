//go:build !race

package entity

import (
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
)

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
