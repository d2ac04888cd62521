package profile

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// numbered returns a stream of ids from the nth on.
func numbered(n int) func() string { return func() string { n++; return fmt.Sprint("p", n) } }

// throughJSON saves s and restores it from the JSON into a store of the same kind.
func throughJSON(t require.TestingT, s *Store, now time.Time, cfg Config) *Store {
	text, err := json.Marshal(s.Save(now))
	require.NoError(t, err)
	var saved SavedStore
	require.NoError(t, json.Unmarshal(text, &saved))
	restored := newStore(cfg)
	require.NoError(t, restored.Restore(saved))
	again, err := json.Marshal(restored.Save(now))
	require.NoError(t, err)
	require.Equal(t, string(text), string(again), "what is saved again is the same")
	return restored
}

// TestRestoredStoreGoesOn saves and restores at a random point of a random
// history: both stores answer the same from then on.
func TestRestoredStoreGoesOn(t *testing.T) {
	where := func(name string) map[string]any { return map[string]any{"displayName": name} }
	lifecycles := []Lifecycle{
		{Name: "first", On: CallStart, Where: where("A"), Next: "second",
			Steps: []Step{{Status: Validating, Reads: 2},
				{Status: Quarantined, After: 3 * time.Second, ErrorCount: 3, Message: "<&> \u2028 too many"}}},
		{Name: "second", On: CallReset, Next: "third",
			Steps: []Step{{Status: InProgress},
				{Status: Failed, After: 2 * time.Second, Errors: []SyncError{{ErrorCode: "None", ErrorMessage: "<b>"}}}}},
		{Name: "third", On: CallStart,
			Steps: []Step{{Status: InProgress, After: 1500 * time.Millisecond}, {Status: ValidationError, Reads: 1, ErrorCount: 2},
				{Status: Success, After: time.Hour, Force: true}}},
		{Name: "made", On: CallCreate, Where: where("<B>"), Steps: []Step{{State: Provisioned, Reads: 1}}},
		{Name: "kept", On: CallDelete, Where: where("A"), Steps: []Step{{State: DeletionFailed, After: time.Second}}},
		{Name: "on", On: CallResume, Where: where("<B>"), Steps: []Step{{Status: Success, After: 4 * time.Second}}},
		{Name: "slow", On: CallPause, Where: where("A"), Steps: []Step{{Status: Paused, After: 2 * time.Second}}},
		{Name: "again", On: CallUpdate, Where: where("<B>"), Steps: []Step{{State: Provisioning}, {State: Provisioned, After: time.Second}}},
	}
	calls := append([]Call{"create", callRead, callRead, callRead, CallStart, CallStart, CallReset, "force", "expire"}, allCalls...)
	rapid.Check(t, func(t *rapid.T) {
		cfg := Config{Script: &Script{Timeline: DefaultTimeline, Lifecycles: lifecycles}, PlainTypes: rapid.Bool().Draw(t, "plain types"),
			Legacy: rapid.Bool().Draw(t, "legacy"), Max: 12}
		cfg.NewID = numbered(0)
		original := newStore(cfg)
		now := time.Date(2026, 1, 5, 23, 59, 40, 123456789, time.UTC)
		for i, name := range []string{"A", "<B>", "C \u2028 ü"} {
			provider := []string{"csv", "csv", "oneRoster"}[i]
			require.NoError(t, failed(original.Create(now, NewChange(body(providers[provider](), map[string]any{"displayName": name})))))
		}
		made := 3
		var restored *Store
		many := rapid.IntRange(5, 35).Draw(t, "calls")
		save := rapid.IntRange(0, many-1).Draw(t, "save before")
		for i := range many {
			now = now.Add(time.Duration(
				rapid.SampledFrom([]int{0, 1, 250, 1000, 1500, 1500, 4000, 4000, 20000, -500}).Draw(t, "after")) * time.Millisecond)
			call := rapid.SampledFrom(calls).Draw(t, "call")
			id := fmt.Sprint("p", rapid.SampledFrom([]int{1, 1, 1, 2, 2, 3, 4, 5}).Draw(t, "of"))
			provider := rapid.SampledFrom([]string{"csv", "powerSchool", "oneRoster"}).Draw(t, "provider")
			name := rapid.SampledFrom([]string{"A", "<B>", "C \u2028 ü"}).Draw(t, "name")
			state := rapid.SampledFrom(append([]State{"", ""}, States...)).Draw(t, "state")
			status := rapid.SampledFrom(append([]Status{"", ""}, Statuses...)).Draw(t, "status")
			date := rapid.SampledFrom([]any{nil, "2026-01-06", "2026-01-07"}).Draw(t, "date")
			if i == save {
				cfg.NewID = numbered(made)
				restored = throughJSON(t, original, now, cfg)
			}
			answer := func(s *Store) string {
				var r *Record
				var err error
				switch call {
				case "create":
					r, err = s.Create(now, NewChange(body(providers[provider](), map[string]any{"displayName": name}, expires(date))))
				case "force":
					r, err = s.Force(now, id, state, status)
				case "expire":
					r, err = s.Update(now, id, NewChange(expires(date)), false)
				default:
					err = do(s, now, id, call)
				}
				consistent(t, s, now)
				lines := []string{fmt.Sprint(err)}
				if r != nil {
					lines = append(lines, shown(r))
				}
				next, pending := s.NextStep(now)
				lines = append(lines, fmt.Sprint(next.UnixNano(), pending, s.Used()))
				for r := range s.All(now, 0) {
					lines = append(lines, shown(r), r.Lifecycle())
				}
				return strings.Join(lines, "\n")
			}
			was := answer(original)
			if call == "create" && strings.HasPrefix(was, "<nil>") {
				made++
			}
			if restored != nil {
				require.Equal(t, was, answer(restored), "%s of %s", call, id)
			}
		}
	})
}

// A saved profile can be read, and written by hand.
func TestSavedProfile(t *testing.T) {
	cfg := Config{Script: &Script{Timeline: DefaultTimeline, Lifecycles: []Lifecycle{
		{Name: "slow", On: CallStart, Next: "n",
			Steps: []Step{{Status: InProgress}, {After: time.Second, ErrorCount: 1},
				{Status: Failed, After: 90 * time.Second, Errors: []SyncError{{ErrorCode: "None"}}, Message: "m"}}},
		{Name: "n", On: CallReset}}}}
	s := newStore(cfg)
	id := ready(t, s)
	require.NoError(t, failed(s.Start(at(10), id, Outcome{})))
	require.NoError(t, failed(s.Pause(at(31.5), id)))
	saved := s.Save(at(100))
	for i := range saved.Profiles {
		saved.Profiles[i].Profile = json.RawMessage(`{}`)
		for j := range saved.Profiles[i].Errors {
			assert.NotEmpty(t, saved.Profiles[i].Errors[j].ErrorMessage)
			saved.Profiles[i].Errors[j].SyncError = SyncError{ID: "e"}
		}
	}
	text, err := json.Marshal(saved)
	require.NoError(t, err)
	assert.JSONEq(t, `{"seq": 1, "used": {"slow": 1}, "profiles": [{"seq": 1, "created": "2026-01-05T06:00:00Z", "profile": {},
		"sync": {"status": "paused", "errorCount": 1, "lastActivityDateTime": "2026-01-05T06:00:31.5Z"},
		"errors": [{"id": "e", "entryType": "", "errorCode": "", "errorMessage": "", "joiningValue": "", "reportableIdentifier": "", "recordedDateTime": "2026-01-05T06:00:11Z"}],
		"lifecycle": "slow", "steps": [{"after": "1m30s", "status": "error", "statusMessage": "m",
			"errors": [{"id": "", "entryType": "", "errorCode": "None", "errorMessage": "", "joiningValue": "", "reportableIdentifier": ""}]}],
		"from": "2026-01-05T06:00:11Z", "paused": {"status": "inProgress", "elapsed": "20.5s"}, "done": ["slow"], "run": 1, "started": true}]}`, string(text))
}

func TestRestoreSharesCourses(t *testing.T) {
	s := newStore()
	for range 3 {
		create(t, s, dawn, csvProvider)
	}
	var courses []*course
	for r := range throughJSON(t, s, dawn, Config{}).All(dawn, 0) {
		courses = append(courses, r.course)
	}
	require.Len(t, courses, 3)
	assert.Same(t, courses[0], courses[1])
	assert.Same(t, courses[0], courses[2])
}

func TestRestoreRefuses(t *testing.T) {
	s := newStore()
	id := create(t, s, dawn, csvProvider, expires("2026-02-01"))
	create(t, s, dawn, oneRosterProvider)
	require.NoError(t, failed(s.Start(at(5), id, Outcome{})))
	text, err := json.Marshal(s.Save(at(6.5)))
	require.NoError(t, err)
	for fault, change := range map[string]func(saved *SavedStore, first *Saved, document map[string]any){
		`profiles[0]: profile: want a JSON object, not "x"`: func(_ *SavedStore, first *Saved,
			_ map[string]any) {
			first.Profile = json.RawMessage(`"x"`)
		},
		"profiles[0]: profile: ":                func(_ *SavedStore, first *Saved, _ map[string]any) { first.Profile = nil },
		"it has no id":                          func(_ *SavedStore, _ *Saved, d map[string]any) { delete(d, "id") },
		`unknown state "gone"`:                  func(_ *SavedStore, _ *Saved, d map[string]any) { d["state"] = "gone" },
		"profile id-1: it needs a dataProvider": func(_ *SavedStore, _ *Saved, d map[string]any) { delete(d, "dataProvider") },
		"needs a dataProvider and an identity": func(_ *SavedStore, _ *Saved,
			d map[string]any) {
			d["identitySynchronizationConfiguration"] = nil
		},
		"it holds what a profile of graphemu does not": func(_ *SavedStore, _ *Saved, d map[string]any) { d["more"] = 1 },
		"or lacks what it has":                         func(_ *SavedStore, _ *Saved, d map[string]any) { d["displayName"] = 1 },
		`the expirationDate "soon" is no date`:         func(_ *SavedStore, _ *Saved, d map[string]any) { d["expirationDate"] = "soon" },
		"licences are assigned only with": func(_ *SavedStore, _ *Saved, d map[string]any) {
			maps.Copy(d, matching("student"))
			maps.Copy(d, licences("student"))
		},
		"profiles[1]: the id id-1 is taken": func(s *SavedStore, _ *Saved,
			_ map[string]any) {
			s.Profiles[1].Profile = s.Profiles[0].Profile
		},
		"profiles[0]: seq 0 is out of order": func(_ *SavedStore, first *Saved, _ map[string]any) { first.Seq = 0 },
		"profiles[1]: seq 1 is out of order": func(s *SavedStore, _ *Saved, _ map[string]any) { s.Profiles[1].Seq = 1 },
		"at most the store's 1":              func(s *SavedStore, _ *Saved, _ map[string]any) { s.Seq = 1 },
		"seq 18446744073709551615 is too":    func(s *SavedStore, _ *Saved, _ map[string]any) { s.Seq = 1<<64 - 1 },
		`sync: unknown status "sucess"`:      func(_ *SavedStore, first *Saved, _ map[string]any) { first.Sync.Status = "sucess" },
		"errorCount 0 is below the number of errors, 1": func(_ *SavedStore, first *Saved,
			_ map[string]any) {
			first.Errors = make([]SavedError, 1)
		},
		"it is paused, but its status is validating": func(_ *SavedStore, first *Saved,
			_ map[string]any) {
			first.Paused = &SavedPause{Status: Success}
		},
		`paused: unknown status ""`: func(_ *SavedStore, first *Saved, _ map[string]any) {
			first.Sync.Status, first.Paused = Paused, &SavedPause{}
		},
		`held: unknown status ""`: func(_ *SavedStore, first *Saved, _ map[string]any) { first.Held = &SavedHeld{} },
		"steps[1]: the step comes after -1s": func(_ *SavedStore, first *Saved,
			_ map[string]any) {
			first.Steps[1].After = Span(-time.Second)
		},
		"steps[0]: unknown state": func(_ *SavedStore, first *Saved, _ map[string]any) { first.Steps[0].State = "x" },
		"steps[0]: the step makes up 1000000 errors": func(_ *SavedStore, first *Saved,
			_ map[string]any) {
			first.Steps[0].ErrorCount = 1_000_000
		},
		"id-1: steps[0]: the step waits for -1000 reads": func(_ *SavedStore, first *Saved, _ map[string]any) { first.Steps[0].Reads = -1000 },
	} {
		t.Run(fault, func(t *testing.T) {
			var saved SavedStore
			require.NoError(t, json.Unmarshal(text, &saved))
			var document map[string]any
			require.NoError(t, json.Unmarshal(saved.Profiles[0].Profile, &document))
			was := maps.Clone(document)
			change(&saved, &saved.Profiles[0], document)
			if !assert.ObjectsAreEqual(was, document) {
				saved.Profiles[0].Profile, err = json.Marshal(document)
				require.NoError(t, err)
			}
			s := newStore()
			require.ErrorContains(t, s.Restore(saved), fault)
			assert.Zero(t, s.Len(dawn), "nothing is half restored")
			var sound SavedStore
			require.NoError(t, json.Unmarshal(text, &sound))
			require.NoError(t, s.Restore(sound))
		})
	}
	var saved SavedStore
	require.NoError(t, json.Unmarshal(text, &saved))
	require.ErrorContains(t, s.Restore(saved), "not empty")
	var full *FullError
	require.ErrorAs(t, newStore(Config{Max: 1}).Restore(saved), &full)
	require.Error(t, json.Unmarshal([]byte(`{"profiles": [{"steps": [{"after": "soon"}]}]}`), &saved))
	require.NoError(t, newStore().Restore(SavedStore{}))
}

// Whatever a document says, restoring it and going on does no harm. What is
// fuzzed are two values and where in a sound document they go. The document itself
// as input has kilobytes: each interesting one was cut down for a whole minute, as
// far as the fuzzer ever lets that take, and hardly anything else was run.
func FuzzRestore(f *testing.F) {
	s := scripted(Lifecycle{On: CallStart, Steps: []Step{{Status: InProgress, Reads: 1}, {Status: Failed, After: time.Second, ErrorCount: 2}}})
	id := create(f, s, dawn, csvProvider, expires("2026-02-01"))
	create(f, s, dawn, oneRosterProvider)
	var sound [][]byte
	for i, call := range []Call{CallStart, CallPause, CallResume, callRead, CallDelete} {
		text, err := json.Marshal(s.Save(at(5)))
		require.NoError(f, err)
		sound = append(sound, text)
		f.Add(uint8(i), uint16(0), "", uint16(0), "") // as it is
		f.Add(uint8(i), uint16(11+i), `"2026-01-05T06:00:00Z"`, uint16(17*i), `[{"after": "1s"}]`)
		f.Add(uint8(i), uint16(3*i), "-1", uint16(23+i), "null")
		require.NoError(f, do(s, at(5), id, call))
	}
	f.Fuzz(func(t *testing.T, document uint8, first uint16, one string, second uint16, other string) {
		text := sound[int(document)%len(sound)]
		text = changed(t, changed(t, text, first, one), second, other)
		var saved SavedStore
		if json.Unmarshal(text, &saved) != nil {
			return
		}
		s := newStore()
		if s.Restore(saved) != nil {
			require.Zero(t, s.Len(dawn))
			return
		}
		now := dawn
		for _, call := range slices.Concat(allCalls, []Call{callRead}) {
			now = now.Add(time.Hour)
			for _, p := range s.Save(now).Profiles {
				var document struct{ ID string }
				require.NoError(t, json.Unmarshal(p.Profile, &document))
				do(s, now, document.ID, call) // legal or not
			}
			consistent(t, s, now)
		}
	})
}

// changed puts a value in place of the nth one of a document, the document itself
// being the first; "" changes nothing. What is no JSON goes in as a string.
func changed(t *testing.T, document []byte, n uint16, value string) []byte {
	if value == "" {
		return document
	}
	var tree, put any
	require.NoError(t, json.Unmarshal(document, &tree))
	if json.Unmarshal([]byte(value), &put) != nil {
		put = value
	}
	var all []func()
	var walk func(v any, set func(any))
	walk = func(v any, set func(any)) {
		all = append(all, func() { set(put) })
		switch v := v.(type) {
		case map[string]any:
			for _, name := range slices.Sorted(maps.Keys(v)) {
				walk(v[name], func(to any) { v[name] = to })
			}
		case []any:
			for i := range v {
				walk(v[i], func(to any) { v[i] = to })
			}
		}
	}
	walk(tree, func(to any) { tree = to })
	all[int(n)%len(all)]()
	text, err := json.Marshal(tree)
	require.NoError(t, err)
	return text
}
