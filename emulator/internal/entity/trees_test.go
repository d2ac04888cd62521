package entity

import (
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// members returns s's places, and checks its shape on the way.
func members(t require.TestingT, s *set) (list []Place) {
	var depth func(s *set) int
	depth = func(s *set) int {
		if s.above == nil {
			require.True(t, len(s.places) > 0 && len(s.places) <= maxLeaf)
			return 0
		}
		require.True(t, len(s.above.kids) > 0 && len(s.above.kids) <= maxKids)
		n, d := 0, depth(s.above.kids[0].set)
		for _, k := range s.above.kids {
			require.Equal(t, d, depth(k.set))
			require.Equal(t, k.set.min(), k.min)
			require.Equal(t, k.set.len(), int(k.n))
			n += int(k.n)
		}
		require.Equal(t, n, s.above.n)
		return d + 1
	}
	if s != nil {
		depth(s)
	}
	s.each(0, func(p Place) bool { list = append(list, p); return true })
	return list
}

func TestSetAgainstSlice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var model []Place
		var s *set
		most := Place(rapid.SampledFrom([]int{30, 3_000, 30_000}).Draw(t, "most"))
		if rapid.Bool().Draw(t, "packed") {
			for p := range most {
				if p%3 > 0 {
					model = append(model, p)
				}
			}
			s = setOf(slices.Clone(model))
		}
		before, kept := s, slices.Clone(model)
		for range rapid.IntRange(1, 20).Draw(t, "steps") {
			p, n := Place(rapid.IntRange(0, int(most)).Draw(t, "place")), rapid.IntRange(1, 400).Draw(t, "run")
			add := rapid.Bool().Draw(t, "add")
			o := new(owner)
			for range n {
				i, there := slices.BinarySearch(model, p)
				require.Equal(t, there, s.has(p))
				switch {
				case add && !there:
					s, model = s.with(p, o), slices.Insert(model, i, p)
				case !add && there:
					s, model = s.without(p, o), slices.Delete(model, i, i+1)
				}
				p++
			}
		}
		require.Equal(t, len(model), s.len())
		require.True(t, slices.Equal(model, members(t, s)))
		require.True(t, slices.Equal(kept, members(t, before)), "what was there before stays as it was")

		after := Place(rapid.IntRange(0, int(most)).Draw(t, "after"))
		skip, limit := rapid.IntRange(0, 300).Draw(t, "skip"), rapid.IntRange(0, 300).Draw(t, "limit")
		i, there := slices.BinarySearch(model, after)
		if there {
			i++
		}
		want := model[min(i+skip, len(model)):]
		want = want[:min(limit, len(want))]
		require.True(t, slices.Equal(want, Places{s}.Page(after, skip, limit)))
		require.True(t, slices.Equal(model[i:], slices.Collect(Places{s}.All(after))))
	})
}

func TestWithAll(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pick := rapid.SliceOfNDistinct(rapid.Uint32Range(1, 3_000), 0, 1_500, rapid.ID)
		all := pick.Draw(t, "places")
		n := rapid.IntRange(0, len(all)).Draw(t, "first")
		var first, second []Place
		for i, p := range all {
			if i < n {
				first = append(first, Place(p))
			} else {
				second = append(second, Place(p))
			}
		}
		slices.Sort(first)
		slices.Sort(second)
		want := slices.Sorted(slices.Values(slices.Concat(first, second)))
		require.True(t, slices.Equal(want, members(t, setOf(first).withAll(second, new(owner)))))
	})
}

func TestTrieAgainstMap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var tr, before trie[int]
		model, kept := map[uint64]*int{}, map[uint64]*int{}
		for n := range rapid.IntRange(1, 100).Draw(t, "steps") {
			if n%10 == 0 {
				before, kept = tr, maps.Clone(model)
			}
			o := new(owner) // as of an update that has just begun
			i := rapid.OneOf(rapid.Uint64Range(0, 70), rapid.Uint64Range(0, 1<<40)).Draw(t, "at")
			if rapid.IntRange(0, 3).Draw(t, "what") == 0 {
				tr.put(i, nil, 0, o)
				delete(model, i)
				continue
			}
			tr.put(i, &n, uint64(n), o)
			model[i] = &n
		}
		for _, c := range []struct {
			trie  trie[int]
			model map[uint64]*int
		}{{tr, model}, {before, kept}} {
			got := map[uint64]*int{}
			last := uint64(0)
			for i, v := range c.trie.all() {
				require.True(t, len(got) == 0 || i > last)
				require.Same(t, v, c.trie.at(i))
				got[i], last = v, i
			}
			require.Equal(t, c.model, got)
			mark := rapid.IntRange(0, 100).Draw(t, "mark")
			for i := range c.trie.since(uint64(mark)) {
				delete(got, i)
			}
			for _, v := range got {
				require.Less(t, *v, mark)
			}
		}
		for i := range model {
			tr.put(i, nil, 0, new(owner))
		}
		require.Nil(t, tr.root, "an empty one keeps nothing")
	})
}

func TestIndexAgainstMap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var x, before index
		type pair struct {
			hash  uint32
			place Place
		}
		model, kept := map[pair]bool{}, map[pair]bool{}
		hash := rapid.OneOf(rapid.Uint32(), rapid.Uint32Range(0, 3), rapid.Just(uint32(7)))
		for n := range rapid.IntRange(1, 20).Draw(t, "steps") {
			if n%5 == 0 {
				before, kept = x, maps.Clone(model)
			}
			o := new(owner)
			p := pair{hash.Draw(t, "hash"), Place(rapid.IntRange(1, 500).Draw(t, "place"))}
			add := rapid.Bool().Draw(t, "add")
			for range 100 {
				if add && !model[p] {
					x.add(p.hash, p.place, o)
					model[p] = true
				} else if !add {
					x.remove(p.hash, p.place, o)
					delete(model, p)
				}
				p.place++
			}
		}
		for _, c := range []struct {
			index index
			model map[pair]bool
		}{{x, model}, {before, kept}} {
			for p := range c.model {
				require.Equal(t, p.place, c.index.find(p.hash, func(q Place) bool { return q == p.place }))
				other := p.place + 10_000
				require.Zero(t, c.index.find(p.hash, func(q Place) bool { return q == other }))
			}
		}
		for p := range model {
			x.remove(p.hash, p.place, new(owner))
		}
		assert.Nil(t, x.root)
	})
}
