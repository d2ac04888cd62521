package profile

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

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
