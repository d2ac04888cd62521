package profile

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// reference is a profile as a simple machine that counts seconds down. It knows
// no due steps and no queue: that is what it is held against.
type reference struct {
	id        string
	csv       bool
	state     State
	status    Status
	left      int // seconds to the next step; 0: none
	heldLeft  int
	held      Status // what a pause holds back; "": nothing
	started   bool
	locked    bool
	expires   int // second of the expiration; 0: none
	activity  int // second of lastActivityDateTime; 0: never
	succeeded int
	errors    int
	gone      bool
	name      string
}

// tick is what happens in the second now.
func (p *reference) tick(now int) {
	if p.left > 0 {
		if p.left--; p.left == 0 {
			p.step(now)
		}
	}
	if p.expires > 0 && p.expires <= now && !p.locked && p.state != Deleting && !p.gone {
		if p.state == Provisioned {
			p.hold(now)
		}
		p.locked = true
	}
}

func (p *reference) step(now int) {
	switch {
	case p.state == Provisioning:
		p.state = Provisioned
		p.startByItself(now)
	case p.state == Deleting:
		p.gone = true
	case p.status == Extracting:
		p.become(Validating, 1, now)
	case p.status == Validating:
		p.become(InProgress, 2, now)
	case p.status == InProgress:
		p.become(Success, 0, now)
		p.succeeded = now
	}
}

func (p *reference) become(s Status, left, now int) { p.status, p.left, p.activity = s, left, now }

func (p *reference) begin(now int) {
	p.started, p.held = true, ""
	p.become(Extracting, 1, now)
}

func (p *reference) startByItself(now int) {
	if !p.csv && !p.started && !p.locked && p.state == Provisioned {
		p.begin(now)
	}
}

func (p *reference) hold(now int) {
	if p.status != Paused {
		p.held, p.heldLeft = p.status, p.left
		p.become(Paused, 0, now)
	}
}

// call does what a client asks, and tells whether it is legal.
func (p *reference) call(c Call, now int) bool {
	switch c {
	case CallUpdate:
		return p.state != Deleting
	case CallDelete:
		if p.state == Deleting {
			return false
		}
		p.state, p.left, p.held = Deleting, 1, ""
		return true
	}
	if (c == CallStart || c == CallUploadURL) && !p.csv || p.state != Provisioned || p.locked && c != CallPause {
		return false
	}
	switch c {
	case CallStart:
		if p.status.Running() {
			return false
		}
		p.errors = 0
		p.begin(now)
	case CallPause:
		p.hold(now)
	case CallResume:
		switch {
		case p.status == ValidationError:
			p.become(InProgress, 2, now)
		case p.status != Paused:
			return false
		case p.held != "":
			s := p.held
			p.held = ""
			p.become(s, p.heldLeft, now)
		}
	case CallReset:
		p.errors = 0
		if p.started {
			p.begin(now)
		}
	}
	return true
}

func (p *reference) String() string {
	return fmt.Sprintf("%s %s/%s %q activity %d success %d errors %d", p.id, p.state, p.status, p.name, p.activity, p.succeeded, p.errors)
}

// script is a history of a store and of its model. Its first second is ten
// before midnight, so that expirations come soon.
type script struct {
	store *Store
	zero  time.Time
	now   int
	all   []*reference // those still there, in the order of creation
	every []string     // all ids that ever were
	seen  []witness
}

// witness is a record that left the store, as it was then.
type witness struct {
	record *Record
	was    string
}

func newScript(max int) *script {
	return &script{store: newStore(Config{Script: &Script{Timeline: DefaultTimeline}, Max: max}),
		zero: time.Date(2026, 1, 5, 23, 59, 50, 0, time.UTC), now: 1}
}

func (s *script) at(second int) time.Time { return s.zero.Add(time.Duration(second) * time.Second) }
func (s *script) time() time.Time         { return s.at(s.now) }

func (s *script) day(n int) string { return s.at(0).AddDate(0, 0, n).Format(time.DateOnly) }

// expiry is the second in which day n begins.
func (s *script) expiry(n int) int { return 10 + (n-1)*86400 }

func (s *script) elapse(seconds int) {
	for range seconds {
		s.now++
		for _, p := range s.all {
			p.tick(s.now)
		}
		s.all = slices.DeleteFunc(s.all, func(p *reference) bool { return p.gone })
	}
}

func (s *script) witness(r *Record) { s.seen = append(s.seen, witness{r, shown(r)}) }

func (s *script) show(r *Record) *reference {
	second := func(t time.Time) int {
		if t.IsZero() {
			return 0
		}
		return int(t.Sub(s.zero) / time.Second)
	}
	p := view(r)
	return &reference{id: p.ID, state: p.State, status: r.Sync.Status, name: p.DisplayName, activity: second(r.Sync.LastActivity),
		succeeded: second(r.Sync.LastSuccessful), errors: int(r.Sync.ErrorCount)}
}

// check compares the store with the model.
func (s *script) check(t *rapid.T) {
	consistent(t, s.store, s.time())
	page, _ := s.store.Page(s.time(), 0, 0, 1<<20)
	var have, want []string
	for _, r := range page {
		have = append(have, s.show(r).String())
		s.witness(r)
	}
	for _, p := range s.all {
		want = append(want, p.String())
	}
	require.Equal(t, want, have)
	walked := []*Record{}
	for r := range s.store.All(s.time(), 0) {
		walked = append(walked, r)
	}
	require.Equal(t, page, walked)
	for _, id := range s.every {
		_, err := s.store.Get(s.time(), id)
		there := slices.ContainsFunc(s.all, func(p *reference) bool { return p.id == id })
		require.Equal(t, there, err == nil, id)
	}
	_, pending := s.store.NextStep(s.time())
	require.Equal(t, slices.ContainsFunc(s.all, func(p *reference) bool { return p.left > 0 }), pending, "NextStep")
}

// TestRandomHistories runs random calls and time steps through a store and
// through the model.
func TestRandomHistories(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const most = 8
		s := newScript(most)
		pick := func(t *rapid.T) *reference {
			if len(s.all) == 0 {
				t.Skip("no profile")
			}
			return rapid.SampledFrom(s.all).Draw(t, "profile")
		}
		actions := map[string]func(*rapid.T){
			"": s.check,
			"elapse": func(t *rapid.T) {
				s.elapse(rapid.SampledFrom([]int{1, 1, 1, 2, 3, 5, 7, 20}).Draw(t, "seconds"))
			},
			"create": func(t *rapid.T) {
				provider := rapid.SampledFrom([]string{"csv", "powerSchool", "oneRoster"}).Draw(t, "provider")
				b := body(providers[provider]())
				p := &reference{csv: provider == "csv", state: Provisioning, status: Paused, left: 2, name: "North"}
				if n := rapid.IntRange(0, 3).Draw(t, "expires in days"); n > 0 {
					b["expirationDate"] = s.day(n)
					p.expires = s.expiry(n)
				}
				r, err := s.store.Create(s.time(), NewChange(b))
				switch {
				case p.expires > 0 && p.expires <= s.now:
					var invalid *InvalidError
					require.ErrorAs(t, err, &invalid)
				case len(s.all) == most:
					var full *FullError
					require.ErrorAs(t, err, &full)
				default:
					require.NoError(t, err)
					p.id = view(r).ID
					s.all, s.every = append(s.all, p), append(s.every, p.id)
				}
			},
			"seed": func(t *rapid.T) {
				status := rapid.SampledFrom([]Status{Extracting, Validating, InProgress, Success, Failed, ValidationError, Quarantined}).Draw(t,
					"status")
				r, err := s.store.Seed(s.time(),
					Seed{Change: NewChange(body(csvProvider())), Sync: SyncStatus{Status: status}, Errors: []SyncError{{ErrorCode: "None"}}})
				if len(s.all) == most {
					require.Error(t, err)
					return
				}
				require.NoError(t, err)
				p := &reference{id: view(r).ID, csv: true, state: Provisioned, status: status, started: true, errors: 1, name: "North"}
				if status.Running() {
					p.activity, p.left = s.now, map[Status]int{Extracting: 1, Validating: 1, InProgress: 2}[status]
				}
				s.all, s.every = append(s.all, p), append(s.every, p.id)
			},
			"move the expiration": func(t *rapid.T) {
				p, n := pick(t), rapid.IntRange(0, 3).Draw(t, "days")
				change, second := expires(nil), 0
				if n > 0 {
					change, second = expires(s.day(n)), s.expiry(n)
				}
				_, err := s.store.Update(s.time(), p.id, NewChange(change), false)
				if p.state == Deleting || n > 0 && second <= s.now {
					require.Error(t, err)
					return
				}
				require.NoError(t, err)
				p.expires = second
				if p.locked {
					p.locked = false
					p.startByItself(s.now)
				}
			},
		}
		for _, c := range allCalls {
			actions[string(c)] = func(t *rapid.T) {
				p := pick(t)
				err := do(s.store, s.time(), p.id, c)
				if legal := p.call(c, s.now); !legal {
					var illegal *IllegalError
					require.ErrorAs(t, err, &illegal)
					return
				}
				require.NoError(t, err)
				if c == CallUpdate {
					p.name = "South"
				}
			}
		}
		t.Repeat(actions)
		for _, w := range s.seen {
			require.Equal(t, w.was, shown(w.record), "a record that has left the store never changes")
		}
	})
}

// Whether time jumps or goes step by step, with somebody looking all the time,
// all profiles come to the same end.
func TestTimeThatJumpsLosesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		type event struct {
			at   int // quarters of a second
			call Call
			of   int
		}
		var events []event
		now := 0
		for range rapid.IntRange(1, 12).Draw(t, "events") {
			now += rapid.SampledFrom([]int{0, 1, 2, 3, 4, 5, 8, 13, 30, 4 * 86400}).Draw(t, "after")
			events = append(events,
				event{now, rapid.SampledFrom(append([]Call{"create"}, allCalls...)).Draw(t, "call"), rapid.IntRange(0, 5).Draw(t, "of")})
		}
		end := now + rapid.SampledFrom([]int{0, 3, 9, 40, 8 * 86400}).Draw(t, "end")
		base := time.Date(2026, 1, 5, 23, 59, 50, 0, time.UTC)
		at := func(n int) time.Time { return base.Add(time.Duration(n) * 250 * time.Millisecond) }

		run := func(look func(s *Store, from, to int)) (final []string) {
			s := newStore()
			last := 0
			for _, e := range events {
				look(s, last, e.at)
				last = e.at
				if e.call == "create" {
					_, err := s.Create(at(e.at),
						NewChange(body([]func() map[string]any{csvProvider, powerSchoolProvider, oneRosterProvider}[e.of%3](), expires("2026-01-08"))))
					if err != nil {
						final = append(final, err.Error())
					}
					continue
				}
				if err := do(s, at(e.at), fmt.Sprintf("id-%d", e.of), e.call); err != nil {
					final = append(final, err.Error())
				}
			}
			look(s, last, end)
			for r := range s.All(at(end), 0) {
				final = append(final, shown(r))
			}
			consistent(t, s, at(end))
			return final
		}
		jump := run(func(*Store, int, int) {})
		for name, look := range map[string]func(*Store, time.Time){
			"Get":      func(s *Store, now time.Time) { s.Get(now, "id-1") },
			"Len":      func(s *Store, now time.Time) { s.Len(now) },
			"All":      func(s *Store, now time.Time) { s.All(now, 0) },
			"NextStep": func(s *Store, now time.Time) { s.NextStep(now) },
		} {
			step := run(func(s *Store, from, to int) {
				for n := from; n <= min(to, from+200); n++ {
					look(s, at(n))
				}
			})
			require.Equal(t, jump, step, name)
		}
	})
}

// TestPagesSurviveChanges reads a list page by page while profiles come and go:
// whatever was there throughout is seen exactly once, in order.
func TestPagesSurviveChanges(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := newStore(Config{}) // deletes are over at once
		now := dawn
		var ids []string
		add := func() {
			r, err := s.Create(now, NewChange(body(csvProvider())))
			require.NoError(t, err)
			ids = append(ids, view(r).ID)
		}
		remove := func(i int) {
			require.NoError(t, failed(s.Delete(now, ids[i])))
			ids = slices.Delete(ids, i, i+1)
		}
		for range rapid.IntRange(0, 40).Draw(t, "at first") {
			add()
		}
		for range rapid.IntRange(0, min(5, len(ids))).Draw(t, "holes") {
			remove(rapid.IntRange(0, len(ids)-1).Draw(t, "hole"))
		}
		skip := rapid.IntRange(0, 45).Draw(t, "skip")
		throughout := slices.Clone(ids[min(skip, len(ids)):])

		var seen []string
		after, first := uint64(0), true
		for {
			limit := rapid.IntRange(1, 9).Draw(t, "limit")
			page, more := s.Page(now, after, map[bool]int{true: skip}[first], limit)
			first = false
			require.LessOrEqual(t, len(page), limit)
			if more {
				require.Len(t, page, limit, "a page that more follows is full")
			}
			for _, r := range page {
				require.Greater(t, r.Seq(), after)
				after = r.Seq()
				seen = append(seen, view(r).ID)
			}
			if !more {
				break
			}
			if len(seen) > 300 {
				t.Fatal("no end")
			}
			for range rapid.IntRange(0, 2).Draw(t, "creates") {
				if len(seen) < 100 { // or the list would grow as fast as it is read
					add()
				}
			}
			for range rapid.IntRange(0, min(2, len(ids))).Draw(t, "deletes") {
				i := rapid.IntRange(0, len(ids)-1).Draw(t, "which")
				throughout = slices.DeleteFunc(throughout, func(id string) bool { return id == ids[i] })
				remove(i)
			}
		}
		require.Len(t, seen, len(slices.Compact(slices.Sorted(slices.Values(seen)))), "nothing is seen twice")
		kept := slices.DeleteFunc(slices.Clone(seen), func(id string) bool { return !slices.Contains(throughout, id) })
		require.True(t, slices.Equal(throughout, kept), "what was there throughout is seen once, in order")
	})
}

// All is a snapshot, and the store may change while it is walked.
func TestAllIsASnapshot(t *testing.T) {
	s := newStore(Config{})
	for range 50 {
		create(t, s, dawn, csvProvider)
	}
	n := 0
	for r := range s.All(dawn, 10) {
		assert.EqualValues(t, 11+n, r.Seq())
		require.NoError(t, failed(s.Delete(dawn, view(r).ID)))
		create(t, s, dawn, csvProvider)
		n++
	}
	assert.Equal(t, 40, n)
	assert.Equal(t, 50, s.Len(dawn))
	for range s.All(dawn, 0) {
		break // a walk may end early
	}
}

// Readers and writers at once, for the race detector; at the end everything adds up.
func TestConcurrentUse(t *testing.T) {
	var mu sync.Mutex
	next := counter()
	script := &Script{Timeline: DefaultTimeline, Lifecycles: []Lifecycle{
		{Name: "a", On: CallStart, Next: "b", Steps: []Step{{Status: InProgress, Reads: 1}, {Status: Failed, After: time.Second, ErrorCount: 3}}},
		{Name: "b", On: CallReset, Steps: []Step{{Status: InProgress}, {Status: Success, Reads: 2}}}}}
	s := newStore(Config{Script: script, NewID: func() string { mu.Lock(); defer mu.Unlock(); return next() }})
	const workers, rounds = 8, 60
	var group sync.WaitGroup
	for w := range workers {
		group.Go(func() {
			for i := range rounds {
				now := dawn.Add(time.Duration(i) * 400 * time.Millisecond)
				r, err := s.Create(now, NewChange(body([]func() map[string]any{csvProvider, powerSchoolProvider}[w%2]())))
				if err != nil {
					t.Error(err)
					return
				}
				id := r.ID
				for _, c := range allCalls {
					if c != CallDelete || i%3 == 0 {
						do(s, now, id, c) // legal or not
					}
				}
				page, _ := s.Page(now, 0, i%5, 10)
				for _, r := range page {
					r.JSON()
					r.AppendStatus(nil, StatusFormat{})
				}
				for r := range s.All(now, uint64(i)) {
					r.JSON()
				}
				s.Len(now)
				s.NextStep(now)
				s.Read(now, id)
				s.Scripted(now, id, CallStart)
				s.Used()
				switch i % 20 {
				case 3:
					s.Settle(now, 10)
				case 7:
					s.Save(now)
				case 11:
					s.SetScript(script)
				case 13:
					s.Force(now, fmt.Sprintf("id-%d", i), "", InProgress) // where it is provisioned
				}
				s.Get(now, fmt.Sprintf("id-%d", i))
			}
		})
	}
	group.Wait()
	end := dawn.Add(time.Hour)
	assert.Equal(t, workers*rounds*2/3, s.Len(end))
	consistent(t, s, end)
}
