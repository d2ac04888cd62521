package state

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/internal/tests/rig"
)

// TestPagingOverHTTP reads lists page by page while profiles come and go, with
// every option that a list takes: what was there throughout and matches is seen
// exactly once.
func TestPagingOverHTTP(t *testing.T) {
	g := rig.NewTarget(t, emulator.Options{Clock: "frozen@" + rig.Dawn})
	rapid.Check(t, func(t *rapid.T) {
		g.World().Reset()
		ask := func(method, path, body string) []byte {
			status, answer, err := ask(g, "x", method, path, body)
			require.NoError(t, err)
			require.Less(t, status, 300, "%s %s: %s", method, path, answer)
			return answer
		}
		type profile struct{ id, name string }
		var there []profile
		add := func() {
			name := rapid.SampledFrom([]string{"a", "b", "B", "c", "it's", "é", "a&b=c"}).Draw(t, "name")
			var p struct{ ID string }
			require.NoError(t, json.Unmarshal(ask("POST", rig.ProfilesAt, named(name)), &p))
			there = append(there, profile{p.ID, name})
		}
		remove := func() string {
			i := rapid.IntRange(0, len(there)-1).Draw(t, "remove")
			id := there[i].id
			there = slices.Delete(there, i, i+1)
			ask("DELETE", rig.At(id), "")
			require.NoError(t, g.World().Clock().Advance(time.Second))
			return id
		}
		for range rapid.IntRange(0, 12).Draw(t, "profiles") {
			add()
		}
		matches := func(profile) bool { return true }
		var options []string
		if rapid.Bool().Draw(t, "filtered") {
			options = append(options, "$filter=displayName ne 'it''s' and displayName ne 'a&b=c'")
			matches = func(p profile) bool { return p.name != "it's" && p.name != "a&b=c" }
		}
		order := rapid.SampledFrom(
			[]string{"", "displayName", "displayName desc", "id desc", "profileStatus/errorCount,displayName desc,id", "expirationDate",
				"length(displayName) desc"}).Draw(t, "order")
		if order != "" {
			options = append(options, "$orderby="+order)
		}
		counted := rapid.Bool().Draw(t, "counted")
		if counted {
			options = append(options, "$count=true")
		}
		if rapid.Bool().Draw(t, "selected") {
			options = append(options, "$select=id,displayName")
		}
		options = append(options, fmt.Sprint("$top=", rapid.IntRange(1, 5).Draw(t, "top")))

		// What a single page shows is what the pages together have to show.
		whole := func() (ids []string) {
			var all listed
			others := slices.DeleteFunc(slices.Clone(options), func(o string) bool { return strings.HasPrefix(o, "$top") })
			require.NoError(t, json.Unmarshal(ask("GET", rig.ProfilesAt+"?"+encodedParts(append(others, "$top=999")), ""), &all))
			for _, p := range all.Value {
				ids = append(ids, p.ID)
			}
			return ids
		}
		want := whole()
		count := 0
		for _, p := range there {
			if matches(p) {
				count++
				require.Contains(t, want, p.id)
			}
		}
		require.Len(t, want, count)
		if skip := rapid.IntRange(-5, 6).Draw(t, "skip"); skip > 0 {
			options = append(options, fmt.Sprint("$skip=", skip))
			want = want[min(skip, len(want)):]
		}

		var seen []string
		path := rig.ProfilesAt + "?" + encodedParts(options)
		for pages := 0; path != ""; pages++ {
			require.Less(t, pages, 100, "no end")
			var l listed
			require.NoError(t, json.Unmarshal(ask("GET", path, ""), &l))
			require.Equal(t, counted, l.Count != nil)
			if l.Next != "" {
				require.NotEmpty(t, l.Value)
				require.True(t, strings.HasPrefix(l.Next, g.URL+rig.ProfilesAt+"?"), l.Next)
			}
			for _, p := range l.Value {
				seen = append(seen, p.ID)
			}
			if path = strings.TrimPrefix(l.Next, g.URL); path == "" {
				break
			}
			for range rapid.IntRange(0, 2).Draw(t, "creates") {
				if pages < 10 {
					add()
				}
			}
			if len(there) > 0 && rapid.Bool().Draw(t, "deletes") {
				gone := remove()
				want = slices.DeleteFunc(want, func(id string) bool { return id == gone })
			}
		}
		require.Len(t, seen, len(slices.Compact(slices.Sorted(slices.Values(seen)))), "nothing is seen twice")
		kept := slices.DeleteFunc(slices.Clone(seen), func(id string) bool { return !slices.Contains(want, id) })
		require.True(t, slices.Equal(want, kept), "want %v, saw %v", want, seen)
	})
}

// encodedParts is encoded for options whose values hold an ampersand.
func encodedParts(options []string) string {
	out := make([]string, len(options))
	for i, o := range options {
		name, value, _ := strings.Cut(o, "=")
		out[i] = name + "=" + strings.ReplaceAll(rig.Encoded("x="+strings.ReplaceAll(value, "&", "\x00")), "%00", "%26")[len("x="):]
	}
	return strings.Join(out, "&")
}
