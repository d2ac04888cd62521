package judge

import (
	"cmp"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/graphemu/graphemu/emulator/internal/words"
	"github.com/graphemu/graphemu/emulator/journal"
)

// judgeProfiles judges where the profiles stand that are meant. One must be
// there, and all of them must stand where they are expected.
func (r *Record) judgeProfiles(x *journal.Expectation, f *finding) {
	asked := len(x.Profile) == 0 || len((&journal.Expectation{Profile: x.Profile}).Check(nil)) == 0
	matched := 0
	var elsewhere []string
	for i := range r.Profiles {
		p := &r.Profiles[i]
		if !asked || !p.is(x.Profile) {
			continue
		}
		if matched++; x.State != "" && p.State != x.State || x.Status != "" && p.Status != x.Status {
			elsewhere = append(elsewhere, p.name()+" is "+p.State+" and "+cmp.Or(p.Status, "none"))
		}
	}
	const most = 5
	switch {
	case matched == 0 && len(r.Profiles) == 0:
		f.saw(false, "there is no profile at all")
	case matched == 0:
		f.saw(false, "no profile is such a one, of %d", len(r.Profiles))
	case len(elsewhere) > most:
		f.saw(false, "%s, and %d more are elsewhere", strings.Join(elsewhere[:most], ", "), len(elsewhere)-most)
	case len(elsewhere) > 0:
		f.saw(false, "%s", strings.Join(elsewhere, ", "))
	default:
		f.saw(true, "%s so", words.Count(matched, "profile is", "profiles are"))
	}
}

// name tells which profile it is, for people.
func (p *ProfileView) name() string {
	found := gjson.GetManyBytes(p.JSON, "displayName", "id")
	return fmt.Sprintf("%q (%s)", words.Cut(found[0].String(), maxShown, "…"), words.Clean(words.Cut(found[1].String(), maxShown, "…")))
}

// is tells whether every path leads to its value. The paths are checked before.
func (p *ProfileView) is(where map[string]any) bool {
	for path, want := range where { // all must hold, in whatever order
		if !same(gjson.GetBytes(p.JSON, path), want) {
			return false
		}
	}
	return true
}

// same tells whether a JSON value is the one that is wanted: a string, number,
// Boolean or nil. What is not there is null. Numbers are compared as 64-bit
// floats, as JSON's are.
func same(got gjson.Result, want any) bool {
	if want == nil {
		return got.Type == gjson.Null
	}
	if n, ok := want.(json.Number); ok {
		f, err := n.Float64()
		return err == nil && got.Type == gjson.Number && got.Num == f
	}
	switch v := reflect.ValueOf(want); {
	case v.Kind() == reflect.String:
		return got.Type == gjson.String && got.Str == v.String()
	case v.Kind() == reflect.Bool:
		return got.IsBool() && got.Bool() == v.Bool()
	case v.CanInt():
		return got.Type == gjson.Number && got.Num == float64(v.Int())
	case v.CanUint():
		return got.Type == gjson.Number && got.Num == float64(v.Uint())
	case v.CanFloat():
		return got.Type == gjson.Number && got.Num == v.Float()
	}
	return false
}
