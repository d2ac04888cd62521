package judge

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/graphemu/graphemu/emulator/internal/match"
	"github.com/graphemu/graphemu/emulator/internal/words"
	"github.com/graphemu/graphemu/emulator/journal"
)

// judgeProfiles judges where the profiles stand that are meant. One must be
// there, and all of them must stand where they are expected.
func (r *Record) judgeProfiles(x *journal.Expectation, f *finding) {
	matched, where := 0, match.All(x.Profile)
	var elsewhere []string
	for i := range r.Profiles {
		p := &r.Profiles[i]
		if !p.is(where) {
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

// is tells whether the profile is one that is meant.
func (p *ProfileView) is(where []match.Condition) bool {
	for i := range where {
		if !where[i].Holds(p.JSON) {
			return false
		}
	}
	return true
}
