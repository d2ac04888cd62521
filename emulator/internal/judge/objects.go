package judge

import (
	"fmt"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/graphemu/graphemu/emulator/internal/match"
	"github.com/graphemu/graphemu/emulator/internal/redact"
	"github.com/graphemu/graphemu/emulator/internal/words"
	"github.com/graphemu/graphemu/emulator/journal"
)

// judgeObjects counts the objects of a collection that are as expected. Where one is
// missed, it tells which is nearest, and what it has instead.
func (r *Record) judgeObjects(x *journal.Expectation, f *finding) {
	want := x.Count
	if !want.Given {
		want = journal.AtLeast(1)
	}
	where, all := match.All(x.Where), r.Objects[x.In]
	n, best := int64(0), 0
	var nearest []byte
	for _, o := range all {
		holds := 0
		for i := range where {
			if where[i].Holds(o) {
				holds++
			}
		}
		if holds == len(where) {
			n++
		} else if holds > best {
			best, nearest = holds, o
		}
	}
	seen := fmt.Sprintf("there %s, of %d in %s", are(n), len(all), x.In)
	if n < want.Min && nearest != nil {
		seen += "; nearest is " + name(nearest) + instead(where, x.Where, nearest)
	}
	f.saw(want.Has(n), "%s", seen)
}

func are(n int64) string {
	switch n {
	case 0:
		return "is none"
	case 1:
		return "is 1"
	}
	return fmt.Sprintf("are %d", n)
}

// name tells which object it is, for people.
func name(o []byte) string {
	found := gjson.GetManyBytes(o, "displayName", "id")
	id := words.Clean(words.Cut(found[1].String(), maxShown, "…"))
	if !found[0].Exists() {
		return id
	}
	return fmt.Sprintf("%q (%s)", words.Cut(found[0].String(), maxShown, "…"), id)
}

// instead tells what an object has where conditions do not hold.
func instead(where []match.Condition, asked map[string]any, o []byte) string {
	var parts []string
	for i := range where {
		path := where[i].Path()
		if where[i].Holds(o) {
			continue
		}
		got, absent := where[i].Got(o)
		switch {
		case redact.Option(path):
			got = "another"
		case absent:
			got = "not set"
		}
		parts = append(parts, words.Clean(path)+" is "+got)
	}
	return ", whose " + strings.Join(parts, ", ")
}
