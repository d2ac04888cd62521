package scenariofile

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/graphemu/graphemu/emulator/clock"
	"github.com/graphemu/graphemu/emulator/files"
	"github.com/graphemu/graphemu/emulator/internal/jsontree"
	"github.com/graphemu/graphemu/emulator/internal/match"
	"github.com/graphemu/graphemu/emulator/internal/variant"
	"github.com/graphemu/graphemu/emulator/internal/words"
	"github.com/graphemu/graphemu/emulator/internal/workloads/sds/profile"
	"github.com/graphemu/graphemu/emulator/scenario"
)

// check finds what no schema can tell.
func (p *parsing) check(f *scenario.File) {
	p.clock(f.Clock)
	p.variants(f.Variants)
	p.fixture(f)
	p.timeline(f.Timeline)
	p.names(f)
	p.lifecycles(f.Lifecycles)
	p.faults(f)
	for i := range f.Throttle {
		at := jsontree.Child("/throttle", i)
		for _, wrong := range f.Throttle[i].CheckWith(p.options.wrong) {
			if !slices.Contains(p.bad, at+"/preset") { // what a preset stands for is not missing
				p.rule(at+wrong.Pointer, "%s", wrong.Message)
			}
		}
	}
	for i := range f.Expect {
		e, at := &f.Expect[i], jsontree.Child("/expect", i)
		for _, wrong := range e.CheckWith(p.options.wrong) {
			p.rule(at+wrong.Pointer, "%s", wrong.Message)
		}
		if e.In != "" {
			p.collection(at, e.In, e.Where)
		}
	}
}

// firsts are the properties that conditions begin with, each with the whole path. What
// begins with a pattern may lead anywhere.
func firsts(where map[string]any) map[string]string {
	first := map[string]string{}
	for whole := range where {
		special := func(r rune) bool { return strings.ContainsRune(`.|#*?\\@`, r) }
		name := strings.FieldsFunc(whole, special)
		if len(name) > 0 && strings.HasPrefix(whole, name[0]) {
			if next := strings.TrimPrefix(whole, name[0]); next == "" || next[0] == '.' || next[0] == '|' {
				first[name[0]] = whole
			}
		}
	}
	return first
}

// collection checks that there is such a collection, and that its objects have what is
// asked for.
func (p *parsing) collection(at, path string, where map[string]any) {
	if p.options.Collection == nil {
		return
	}
	first := firsts(where)
	property, wrong := p.options.Collection(path, slices.Sorted(maps.Keys(first)))
	switch {
	case wrong == "":
	case property == "":
		p.rule(at+"/in", "%s", wrong)
	default:
		p.rule(jsontree.Child(at+"/where", first[property]), "%s", wrong)
	}
}

func (p *parsing) clock(c scenario.Clock) {
	mode := c.Setting().Mode
	only := func(name string, given bool, want clock.Mode) {
		if given && mode != want {
			p.rule("/clock/"+name, "%s is for a clock of mode %s; this one is %s", name, want, mode)
		}
	}
	only("start", !c.Start.IsZero(), clock.ModeFrozen)
	only("perRequest", c.PerRequest > 0, clock.ModeFrozen)
	only("factor", c.Factor != 0, clock.ModeScaled)
	if mode == clock.ModeScaled && c.Factor == 0 {
		p.rule("/clock/factor", "a scaled clock needs a factor, like 60 for an hour in a minute")
	}
	if !c.Start.IsZero() {
		if _, err := clock.Parse("frozen@" + c.Start.Format(time.RFC3339Nano)); err != nil {
			p.rule("/clock/start", "%s is not within the years 1 to 9999 of UTC", c.Start.Format(time.RFC3339))
		}
	}
}

func (p *parsing) variants(chosen map[string]string) {
	var known []string
	for _, v := range variant.Table {
		known = append(known, v.Name)
	}
	for name, reading := range chosen {
		if _, err := variant.NewSet(map[string]string{name: reading}); err != nil {
			near := ""
			if !slices.Contains(known, name) {
				near = words.Hint(name, known)
			}
			p.rule(jsontree.Child("/variants", name), "%v%s", err, near)
		}
	}
}

// fixture finds out whether the fixture is a built-in one or a path, which is
// made to lead from where we are.
func (p *parsing) fixture(f *scenario.File) {
	known := p.options.Fixtures
	if f.Fixture == "" || slices.Contains(known, f.Fixture) {
		return
	}
	if files.IsPath(f.Fixture) {
		f.Fixture = under(p.options.Folder, f.Fixture)
		return
	}
	if known != nil {
		p.rule("/fixture", "there is no fixture %q%s; built in are %s, and a path such as ./%s leads to a file or a folder", f.Fixture,
			words.Hint(f.Fixture, known), strings.Join(known, ", "), f.Fixture)
	}
}

func (p *parsing) timeline(t scenario.Timeline) {
	for name, given := range map[string]*clock.Duration{"provisioning": t.Provisioning, "deleting": t.Deleting,
		"extracting": t.Extracting, "validating": t.Validating, "inProgress": t.InProgress} {
		if given != nil && (*given < 0 || given.Std() > clock.MaxDuration) {
			p.rule("/timeline/"+name, "%v is out of range: want zero to %v", *given, clock.MaxDuration)
		}
	}
}

// names finds names that stand twice in a list.
func (p *parsing) names(f *scenario.File) {
	seen := map[string]string{}
	for _, n := range entries(f) {
		key := n.list + " " + n.name
		if first, twice := seen[key]; twice && n.name != "" {
			at := jsontree.Child(jsontree.Child("", n.list), n.index)
			p.rule(jsontree.Child(at, "name"), "the name %q stands twice in %s, first at %s", n.name, n.list, first)
			continue
		}
		seen[key] = n.place
	}
}

// named is an entry of a list whose entries have names.
type named struct {
	list, name, place string
	index             int
}

// entries returns them all.
func entries(f *scenario.File) (all []named) {
	for i, l := range f.Lifecycles {
		all = append(all, named{"lifecycles", l.Name, l.Place, i})
	}
	for i, r := range f.Faults {
		all = append(all, named{"faults", r.Name, f.FaultPlace(i), i})
	}
	for i, r := range f.Throttle {
		all = append(all, named{"throttle", r.Name, f.ThrottlePlace(i), i})
	}
	return all
}

func (p *parsing) lifecycles(list []scenario.Lifecycle) {
	for i := range list {
		l, at := &list[i], jsontree.Child("/lifecycles", i)
		for _, path := range slices.Sorted(maps.Keys(l.Where)) {
			for _, wrong := range match.Wrong(path, l.Where[path]) {
				p.rule(jsontree.Child(jsontree.Child(at, "where"), path), "%s", wrong)
			}
		}
		switch wrong := p.options.wrong(l.On); {
		case wrong != "":
			p.rule(at+"/on", "%s", wrong)
		case l.OfProfiles():
			if p.nothingSet(l, at) {
				p.steps(l, at)
			}
		default:
			p.objectSteps(l, at)
		}
		p.next(list, i, at)
	}
	p.circles(list)
}

// duration refuses steps that take longer than time goes.
func (p *parsing) duration(l *scenario.Lifecycle, at string) {
	var total time.Duration
	for j, s := range l.Steps {
		if total += s.After.Time.Std(); total > clock.MaxDuration {
			p.rule(jsontree.Child(at+"/steps", j)+"/after", "the steps up to here take more than %v, which is the most", clock.MaxDuration)
			break
		}
	}
}

// steps checks the steps of a profile.
func (p *parsing) steps(l *scenario.Lifecycle, at string) {
	p.duration(l, at)
	for _, wrong := range profile.CheckSteps(call(l), steps(l)) {
		if wrong.Index < 0 || wrong.Index >= len(l.Steps) {
			p.rule(at+"/on", "%s", wrong.Message)
			continue
		}
		step, s := jsontree.Child(at+"/steps", wrong.Index), l.Steps[wrong.Index]
		message := wrong.Message
		if wrong.Forcible {
			switch {
			case s.Status != "":
				step += "/status"
			case s.State != "":
				step += "/state"
			}
			message += "; force: true takes it all the same"
		}
		p.rule(step, "%s", message)
	}
}

// next checks what a lifecycle is followed by.
func (p *parsing) next(list []scenario.Lifecycle, i int, at string) {
	l := list[i]
	if l.Next == "" {
		return
	}
	at += "/next"
	j := slices.IndexFunc(list, func(o scenario.Lifecycle) bool { return o.Name == l.Next })
	if j < 0 {
		var known []string
		for _, o := range list {
			known = append(known, o.Name)
		}
		p.rule(at, "there is no lifecycle %q%s", l.Next, words.Hint(l.Next, known))
		return
	}
	if len(l.Steps) == 0 {
		return
	}
	last, follows := l.Steps[len(l.Steps)-1], list[j].On
	switch end := ends(&l); {
	case l.OfProfiles() != list[j].OfProfiles():
		p.rule(at, "%q begins with %s, and so is for other objects than %s", l.Next, follows, l.On)
	case !l.OfProfiles():
		if t, _ := p.trigger(follows); t != nil && t.Made() {
			p.rule(at, "%q is set going by %s, which no object meets a second time", l.Next, follows)
		}
	case last.Force:
	case follows == "profiles.create":
		p.rule(at, "%q is set going by profiles.create, which no profile meets a second time", l.Next)
	case end == string(profile.Gone):
		p.rule(at, "the profile is gone after the last step: nothing can follow")
	case (end == string(profile.ProvisioningFailed) || end == string(profile.DeletionFailed)) && follows != "profiles.delete":
		p.rule(at, "a profile that is %s can only be deleted, so %s, which sets %q going, cannot follow", end, follows, l.Next)
	}
}

// ends returns the state that the steps leave the profile in, "" where none
// of them names one.
func ends(l *scenario.Lifecycle) string {
	for _, s := range slices.Backward(l.Steps) {
		if s.State != "" {
			return s.State
		}
	}
	return ""
}

// circles finds lifecycles that come back to themselves. Each waits to be named
// by the one before, so none of a circle would ever run.
func (p *parsing) circles(list []scenario.Lifecycle) {
	next := make([]int, len(list))
	byName := make(map[string]int, len(list))
	for i, l := range list {
		if _, twice := byName[l.Name]; !twice {
			byName[l.Name] = i
		}
	}
	for i, l := range list {
		j, ok := byName[l.Next]
		if next[i] = j; !ok || l.Next == "" {
			next[i] = -1
		}
	}
	const fresh, onWay, done = 0, 1, 2
	state := make([]int, len(list))
	for i := range list {
		var way []int
		j := i
		for ; j >= 0 && state[j] == fresh; j = next[j] {
			state[j], way = onWay, append(way, j)
		}
		if j >= 0 && state[j] == onWay {
			circle := way[slices.Index(way, j):]
			var names []string
			for _, k := range append(slices.Clone(circle), j) {
				names = append(names, list[k].Name)
			}
			p.rule(jsontree.Child("/lifecycles", circle[len(circle)-1])+"/next",
				"next leads in a circle: %s; each waits until the one before names it, so none would ever run",
				strings.Join(names, " → "))
		}
		for _, k := range way {
			state[k] = done
		}
	}
}

func (p *parsing) faults(f *scenario.File) {
	for i := range f.Faults {
		r, at := &f.Faults[i], jsontree.Child("/faults", i)
		for _, wrong := range r.CheckWith(p.options.wrong) {
			p.rule(at+wrong.Pointer, "%s", wrong.Message)
		}
		if check := p.options.WrongError; r.Respond != nil && r.Respond.Error != "" && check != nil {
			if wrong := check(r.Operation, r.Respond.Error); wrong != "" {
				p.rule(at+"/respond/error", "%s", wrong)
			}
		}
	}
}
