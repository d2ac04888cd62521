package fault

import "slices"

// group is rules that always match together, since they ask for the same of the
// same operations. They share one counter: a call goes past all of them, unless
// a rule of any group strikes it, and then it has not come to the rules behind
// that one. So a rule's own count is the group's less the calls that did not
// come to it, and as long as nothing is due, a call costs the same whether a
// group has one rule or a thousand.
type group struct {
	family     string
	conditions []condition
	key        int // index of the condition by which the table finds the group
	partless   bool
	seen       uint64 // the look in which it was last found

	walks uint64 // calls that matched
	due   uint64 // the first of walks, from the next one on, at which a slot may strike; or never
	slots []slot // in the order of positions
}

// slot is a rule in its group.
type slot struct {
	*entry
	skipped uint64 // walks that did not come to this rule
	fired   uint64
	next    uint64 // the first of its own calls, from its next one on, that it strikes; or never
	open    bool   // next must be asked for again when it comes: see schedule.next
}

// due is next in the group's count.
func (s *slot) due() uint64 {
	if s.next == never {
		return never
	}
	return s.next + s.skipped
}

// plan sets next to the first strike from the rule's nth call on.
func (s *slot) plan(n uint64) { s.next, s.open = s.schedule.next(n) }

// place returns where the rule of a position is, or would be.
func (g *group) place(position int64) (int, bool) {
	return slices.BinarySearchFunc(g.slots, position, func(s slot, p int64) int { return s.compare(p) })
}

func (g *group) insert(e *entry) {
	i, _ := g.place(e.position)
	s := slot{entry: e, skipped: g.walks}
	s.plan(1)
	g.slots = slices.Insert(g.slots, i, s)
	g.due = min(g.due, s.due())
}

func (g *group) remove(e *entry) {
	if i, ok := g.place(e.position); ok {
		g.slots = slices.Delete(g.slots, i, i+1)
	}
	g.reckon()
}

// reckon finds out anew what is due.
func (g *group) reckon() {
	g.due = never
	for i := range g.slots {
		g.due = min(g.due, g.slots[i].due())
	}
}

// counts returns how many calls came to a rule, and how many it struck.
func (g *group) counts(e *entry) (matched, fired uint64) {
	i, _ := g.place(e.position)
	return g.walks - g.slots[i].skipped, g.slots[i].fired
}

// strike returns the first slot that strikes the next call, or nil.
func (g *group) strike() *slot {
	walk := g.walks + 1
	if g.due > walk {
		return nil
	}
	for i := range g.slots {
		s := &g.slots[i]
		if s.due() > walk {
			continue
		}
		if s.open {
			s.plan(walk - s.skipped)
		}
		if s.due() == walk && !s.open {
			return s
		}
	}
	g.reckon()
	return nil
}

// pass counts the next call, which was struck by the rule at a position; noStrike
// where none struck it.
func (g *group) pass(struck int64) {
	g.walks++
	if len(g.slots) == 0 || g.slots[len(g.slots)-1].position < struck {
		return
	}
	g.due = never
	for i := range g.slots {
		s := &g.slots[i]
		switch {
		case s.position > struck:
			s.skipped++
		case s.position == struck:
			s.fired++
			if own := g.walks - s.skipped; s.next <= own {
				s.plan(own + 1)
			}
		}
		g.due = min(g.due, s.due())
	}
}

// settle gives each rule the counters that it had when they were saved.
func (g *group) settle(counts func(*entry) (matched, fired uint64)) {
	for i := range g.slots {
		matched, _ := counts(g.slots[i].entry)
		g.walks = max(g.walks, matched)
	}
	for i := range g.slots {
		s := &g.slots[i]
		matched, fired := counts(s.entry)
		s.skipped, s.fired = g.walks-matched, fired
		s.plan(matched + 1)
	}
	g.reckon()
}
