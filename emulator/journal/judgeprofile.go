package journal

import (
	"fmt"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/graphemu/graphemu/emulator/internal/match"
)

// judgeProfiles judges where the profiles stand that are meant. One must be
// there, and all of them must stand where they are expected.
func (r *Record) judgeProfiles(x *Expectation, f *finding) {
	matched, where := 0, match.All(x.Profile)
	var elsewhere []string
	for i := range r.Profiles {
		p := &r.Profiles[i]
		if !p.is(where) {
			continue
		}
		if matched++; x.State != "" && p.State != x.State || x.Status != "" && p.Status != x.Status {
			elsewhere = append(elsewhere, p.name()+" is "+p.State+" and "+orNone(p.Status))
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
		f.saw(true, "%s so", are(matched, "profile"))
	}
}

func are(n int, what string) string {
	if n == 1 {
		return "1 " + what + " is"
	}
	return fmt.Sprintf("%d %ss are", n, what)
}

// name tells which profile it is, for people.
func (p *ProfileView) name() string {
	found := gjson.GetManyBytes(p.JSON, "displayName", "id")
	return fmt.Sprintf("%q (%s)", cutAt(found[0].String(), maxShown, "…"), clean(cutAt(found[1].String(), maxShown, "…")))
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
