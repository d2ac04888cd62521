package profile

import (
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// dawn is where time stands at the start of these tests.
var dawn = time.Date(2026, 1, 5, 6, 0, 0, 0, time.UTC)

// view is the profile of a record.
func view(r *Record) Profile { return r.Profile() }

func counter() func() string {
	n := 0
	return func() string { n++; return fmt.Sprintf("id-%d", n) }
}

func newStore(cfg ...Config) *Store {
	c := Config{Script: &Script{Timeline: DefaultTimeline}}
	if len(cfg) > 0 {
		c = cfg[0]
	}
	if c.NewID == nil {
		c.NewID = counter()
	}
	return NewStore(c)
}

// body is what a client sends, after its schema was checked; more replaces
// properties, and nil drops one.
func body(provider map[string]any, more ...map[string]any) map[string]any {
	b := map[string]any{
		"displayName":  "North",
		"dataProvider": provider,
		"identitySynchronizationConfiguration": map[string]any{"@odata.type": TypeIdentityCreation, "userDomains": []any{
			map[string]any{"appliesTo": "student", "name": "testschool.edu"}, map[string]any{"appliesTo": "teacher", "name": "testschool.edu"}}},
	}
	for _, m := range more {
		maps.Copy(b, m)
	}
	return b
}

func csvProvider() map[string]any { return map[string]any{"@odata.type": TypeCSV} }

func powerSchoolProvider() map[string]any {
	return map[string]any{"@odata.type": TypePowerSchool, "connectionUrl": "https://ps.testschool.edu", "clientId": "c",
		"clientSecret": "s3cret",
		"schoolsIds":   []any{"1"}, "schoolYear": "2026", "allowTeachersInMultipleSchools": true}
}

func oneRosterProvider() map[string]any {
	return map[string]any{"@odata.type": TypeOneRoster, "connectionUrl": "https://or.testschool.edu", "providerName": "p", "termIds": []any{},
		"connectionSettings": map[string]any{"@odata.type": TypeOAuth2, "clientId": "c", "clientSecret": "s3cret", "tokenUrl": "https://t",
			"scope": "s"}}
}

var providers = map[string]func() map[string]any{"csv": csvProvider, "powerSchool": powerSchoolProvider, "oneRoster": oneRosterProvider}

func matching(roles ...string) map[string]any {
	var options []any
	for _, r := range roles {
		options = append(options, map[string]any{"appliesTo": r, "sourcePropertyName": "Username", "targetPropertyName": "userPrincipalName"})
	}
	return map[string]any{"identitySynchronizationConfiguration": map[string]any{"@odata.type": TypeIdentityMatching,
		"matchingOptions": options}}
}

func licences(roles ...string) map[string]any {
	var list []any
	for _, r := range roles {
		list = append(list, map[string]any{"appliesTo": r, "skuIds": []any{"6fd2c87f-b296-42f0-b197-1e91e994b900"}})
	}
	return map[string]any{"licensesToAssign": list}
}

func expires(date any) map[string]any { return map[string]any{"expirationDate": date} }

func create(t testing.TB, s *Store, now time.Time, provider func() map[string]any, more ...map[string]any) string {
	t.Helper()
	r, err := s.Create(now, NewChange(body(provider(), more...)))
	require.NoError(t, err)
	return view(r).ID
}

// stands returns "state/status", and "gone" for what is not there.
func stands(s *Store, now time.Time, id string) string {
	r, err := s.Get(now, id)
	if err != nil {
		return "gone"
	}
	return string(view(r).State) + "/" + string(r.Sync.Status)
}

func do(s *Store, now time.Time, id string, call Call) (err error) {
	switch call {
	case CallUpdate:
		_, err = s.Update(now, id, NewChange(map[string]any{"displayName": "South"}), false)
	case CallDelete:
		_, err = s.Delete(now, id)
	case CallStart:
		_, err = s.Start(now, id, Outcome{})
	case CallPause:
		_, err = s.Pause(now, id)
	case CallResume:
		_, err = s.Resume(now, id)
	case CallReset:
		_, err = s.Reset(now, id, Outcome{})
	case callRead:
		s.Read(now, id)
	case CallUploadURL:
		_, err = s.Allow(now, id, CallUploadURL)
	}
	return err
}

// failed returns the error of a call that answers with a record.
func failed(_ *Record, err error) error { return err }

// consistent holds the store's indexes against each other.
func consistent(t require.TestingT, s *Store, now time.Time) {
	page, more := s.Page(now, 0, 0, 1<<20)
	require.False(t, more)
	require.Equal(t, s.Len(now), len(page))
	require.Len(t, s.byID, len(page))
	due := 0
	for i, r := range page {
		e := s.byID[view(r).ID]
		require.Same(t, r, e.record)
		require.Same(t, e, s.order[i])
		require.False(t, e.gone)
		if i > 0 {
			require.Less(t, page[i-1].Seq(), r.Seq())
		}
		at, _, ok := r.next()
		if !ok {
			require.Equal(t, notQueued, e.index, "%s is in the queue", view(r).ID)
			continue
		}
		due++
		require.Same(t, e, s.queue[e.index].entry)
		require.True(t, at.Equal(s.queue[e.index].at), "the next step of %s is not in the queue", view(r).ID)
		require.True(t, at.After(now), "a step was left over")
	}
	require.Len(t, s.queue, due)
	for i := range s.queue {
		require.False(t, s.queue.Less(i, (i-1)/2), "the queue is in disorder")
	}
}

// shown is everything of a record that anyone can see.
func shown(r *Record) string {
	return strings.Join([]string{string(r.JSON()), string(r.AppendStatus(nil, StatusFormat{UnknownMembers: true})),
		fmt.Sprint(r.Errors), fmt.Sprint(r.Seq()), string(view(r).State)}, "\n")
}
