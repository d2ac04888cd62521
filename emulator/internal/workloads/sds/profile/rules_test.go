package profile

import (
	"errors"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator/internal/jsontree"
)

func without(provider map[string]any, name string) map[string]any {
	p := maps.Clone(provider)
	delete(p, name)
	return p
}

func pointers(t *testing.T, err error) (list []string) {
	t.Helper()
	var invalid *InvalidError
	require.ErrorAs(t, err, &invalid)
	for _, v := range invalid.Violations {
		assert.NotEmpty(t, v.Message)
		assert.NotEmpty(t, v.Property)
		list = append(list, v.Pointer)
	}
	return list
}

func TestRulesOfCreate(t *testing.T) {
	noSecret := without(oneRosterProvider(), "connectionSettings")
	noSecret["connectionSettings"] = map[string]any{"@odata.type": TypeOAuth1, "clientId": "c"}
	emptySecret := powerSchoolProvider()
	emptySecret["clientSecret"] = ""
	for name, c := range map[string]struct {
		body map[string]any
		want []string // pointers of violations, nil: accepted
	}{
		"plain":                       {body(csvProvider()), nil},
		"licences with creation":      {body(csvProvider(), licences("student", "teacher")), nil},
		"licences with matching":      {body(csvProvider(), matching("student"), licences("student")), []string{"/licensesToAssign"}},
		"no licences with matching":   {body(csvProvider(), matching("student"), map[string]any{"licensesToAssign": []any{}}), nil},
		"null licences with matching": {body(csvProvider(), matching("student"), map[string]any{"licensesToAssign": nil}), nil},
		"licences twice for a role": {body(csvProvider(), licences("student", "teacher", "student")),
			[]string{"/licensesToAssign/2/appliesTo"}},
		"matching twice for a role": {body(csvProvider(), matching("teacher", "teacher", "teacher")),
			[]string{"/identitySynchronizationConfiguration/matchingOptions/1/appliesTo",
				"/identitySynchronizationConfiguration/matchingOptions/2/appliesTo"}},
		"expirationDate tomorrow":        {body(csvProvider(), expires("2026-01-06")), nil},
		"expirationDate today":           {body(csvProvider(), expires("2026-01-05")), []string{"/expirationDate"}},
		"expirationDate long ago":        {body(csvProvider(), expires("0001-01-01")), []string{"/expirationDate"}},
		"expirationDate null":            {body(csvProvider(), expires(nil)), nil},
		"PowerSchool":                    {body(powerSchoolProvider()), nil},
		"PowerSchool without its secret": {body(without(powerSchoolProvider(), "clientSecret")), []string{"/dataProvider/clientSecret"}},
		"PowerSchool with an empty one":  {body(emptySecret), []string{"/dataProvider/clientSecret"}},
		"OneRoster":                      {body(oneRosterProvider()), nil},
		"OneRoster without its secret":   {body(noSecret), []string{"/dataProvider/connectionSettings/clientSecret"}},
		"everything at once": {body(without(powerSchoolProvider(), "clientSecret"), matching("student", "student"),
			licences("teacher", "teacher"), expires("2000-01-01")),
			[]string{"/dataProvider/clientSecret", "/licensesToAssign", "/licensesToAssign/1/appliesTo",
				"/identitySynchronizationConfiguration/matchingOptions/1/appliesTo", "/expirationDate"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStore()
			r, err := s.Create(dawn, NewChange(c.body))
			if c.want == nil {
				require.NoError(t, err)
				assert.Equal(t, "id-1", view(r).ID)
				return
			}
			assert.Equal(t, c.want, pointers(t, err))
			assert.Zero(t, s.Len(dawn))
			assert.Equal(t, "id-1", create(t, s, dawn, csvProvider), "a refused create takes no id")
		})
	}
}

func TestUserDomainsTwice(t *testing.T) {
	b := body(csvProvider())
	b["identitySynchronizationConfiguration"] = map[string]any{"@odata.type": TypeIdentityCreation, "userDomains": []any{
		map[string]any{"appliesTo": "student", "name": "a.edu"}, map[string]any{"appliesTo": "student", "name": "b.edu"}}}
	_, err := newStore().Create(dawn, NewChange(b))
	assert.Equal(t, []string{"/identitySynchronizationConfiguration/userDomains/1/appliesTo"}, pointers(t, err))
}

// A date is reached when it begins in UTC.
func TestExpirationDateBeginsInUTC(t *testing.T) {
	s := newStore()
	_, err := s.Create(time.Date(2026, 1, 5, 23, 59, 59, 999999999, time.UTC), NewChange(body(csvProvider(), expires("2026-01-06"))))
	assert.NoError(t, err)
	_, err = s.Create(time.Date(2026, 1, 6, 0, 0, 0, 0, time.UTC), NewChange(body(csvProvider(), expires("2026-01-06"))))
	assert.Error(t, err)
}

func TestRulesOfUpdate(t *testing.T) {
	for name, c := range map[string]struct {
		before, change map[string]any
		whole          bool
		want           []string
	}{
		"PATCH of a name":  {body(csvProvider()), map[string]any{"displayName": "x"}, false, nil},
		"PATCH of nothing": {body(csvProvider()), map[string]any{}, false, nil},
		"PATCH brings licences to matching": {body(csvProvider(), matching("student")), licences("student"), false,
			[]string{"/licensesToAssign"}},
		"PATCH brings matching to licences": {body(csvProvider(), licences("student")), matching("student"), false,
			[]string{"/licensesToAssign"}},
		"PATCH brings matching, takes the licences": {body(csvProvider(), licences("student")),
			map[string]any{"licensesToAssign": nil,
				"identitySynchronizationConfiguration": matching("student")["identitySynchronizationConfiguration"]}, false, nil},
		"PUT with matching drops the licences": {body(csvProvider(), licences("student")), body(csvProvider(), matching("student")),
			true, nil},
		"PUT without the secret, which nobody sees": {body(powerSchoolProvider()), body(without(powerSchoolProvider(), "clientSecret")),
			true, nil},
		"PATCH of a past date": {body(csvProvider()), expires("2025-12-31"), false, []string{"/expirationDate"}},
		"PATCH of a provider":  {body(csvProvider()), map[string]any{"dataProvider": powerSchoolProvider()}, false, nil},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStore()
			r, err := s.Create(dawn, NewChange(c.before))
			require.NoError(t, err)
			before := shown(r)
			updated, err := s.Update(dawn, view(r).ID, NewChange(c.change), c.whole)
			now, _ := s.Get(dawn, view(r).ID)
			if c.want != nil {
				assert.Equal(t, c.want, pointers(t, err))
				assert.Equal(t, before, shown(now), "a refused update changes nothing")
				return
			}
			require.NoError(t, err)
			assert.Equal(t, before, shown(r), "what was handed out before stays as it was")
			assert.Same(t, updated, now)
			assert.Equal(t, r.Sync, updated.Sync, "an update leaves the status")
			assert.Equal(t, r.Seq(), updated.Seq())
		})
	}
}

func TestPatchAndPut(t *testing.T) {
	s := newStore()
	b := body(csvProvider(), licences("student"), expires("2026-07-31"), map[string]any{"handleSpecialCharacterConstraint": true})
	r, err := s.Create(dawn, NewChange(b))
	require.NoError(t, err)
	id := view(r).ID

	// PATCH keeps what it does not name and replaces an abstract part whole.
	r, err = s.Update(dawn, id, NewChange(map[string]any{"dataProvider": powerSchoolProvider()}), false)
	require.NoError(t, err)
	assert.IsType(t, &PowerSchool{}, view(r).DataProvider)
	assert.Equal(t, "North", view(r).DisplayName)
	assert.Len(t, view(r).Licenses, 1)
	assert.Equal(t, "2026-07-31", view(r).ExpirationDate)

	// Null clears; the id and the state of a body are not used.
	r, err = s.Update(dawn, id,
		NewChange(map[string]any{"handleSpecialCharacterConstraint": nil, "licensesToAssign": nil, "id": "other", "state": "provisioned"}), false)
	require.NoError(t, err)
	assert.Nil(t, view(r).HandleSpecialCharacterConstraint)
	assert.Nil(t, view(r).Licenses)
	assert.Equal(t, id, view(r).ID)
	assert.Equal(t, Provisioning, view(r).State)

	// PUT replaces the whole, but for id, state and status.
	r, err = s.Update(dawn, id, NewChange(body(csvProvider(), map[string]any{"displayName": "South"})), true)
	require.NoError(t, err)
	assert.Equal(t, "South", view(r).DisplayName)
	assert.Empty(t, view(r).ExpirationDate)
	assert.IsType(t, &CSV{}, view(r).DataProvider)
	assert.Equal(t, id, view(r).ID)
	assert.Equal(t, Provisioning, view(r).State)
	assert.Equal(t, "", NewChange(nil).ID())
	assert.Equal(t, "x", NewChange(map[string]any{"id": "x"}).ID())
}

// Nothing that a client sent is shared with what is kept.
func TestBodiesAreNotKept(t *testing.T) {
	s := newStore()
	b := body(csvProvider(), licences("student"))
	r, err := s.Create(dawn, NewChange(b))
	require.NoError(t, err)
	before := shown(r)
	var spoil func(v any)
	spoil = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			for k, e := range v {
				spoil(e)
				v[k] = "spoiled"
			}
		case []any:
			for i, e := range v {
				spoil(e)
				v[i] = "spoiled"
			}
		}
	}
	spoil(b)
	again, err := s.Get(dawn, view(r).ID)
	require.NoError(t, err)
	assert.Equal(t, before, shown(again))
	again, err = s.Update(dawn, view(r).ID, NewChange(nil), false)
	require.NoError(t, err)
	assert.Equal(t, before, shown(again))
}

func TestDefaults(t *testing.T) {
	b := body(csvProvider())
	b["dataProvider"].(map[string]any)["customizations"] = map[string]any{"student": map[string]any{"optionalPropertiesToSync": []any{"State ID", "Middle Name"}}}
	for name, c := range map[string]struct {
		legacy bool
		want   string
	}{
		"seed": {false, `{"school":{"isSyncDeferred":false,"allowDisplayNameUpdate":false},` +
			`"section":{"optionalPropertiesToSync":["Term Name","Course Number","Periods"],"isSyncDeferred":false,"allowDisplayNameUpdate":false},` +
			`"student":{"optionalPropertiesToSync":["State ID","Middle Name"],"isSyncDeferred":false,"allowDisplayNameUpdate":false},` +
			`"teacher":{"optionalPropertiesToSync":["State ID","Teacher Number","Status","Middle Name","Secondary Email","Title","Qualification"],"isSyncDeferred":false,"allowDisplayNameUpdate":false},` +
			`"studentEnrollment":{"synchronizationStartDate":"0001-01-01T00:00:00Z","isSyncDeferred":false,"allowDisplayNameUpdate":false},` +
			`"teacherRoster":{"isSyncDeferred":false,"allowDisplayNameUpdate":false}}`},
		"legacy": {true, `{"student":{"optionalPropertiesToSync":["State ID","Middle Name"],"synchronizationStartDate":"0001-01-01T00:00:00Z","isSyncDeferred":false,"allowDisplayNameUpdate":false},` +
			`"teacher":{"optionalPropertiesToSync":["State ID","Teacher Number","Status","Middle Name","Secondary Email","Title","Qualification"],"synchronizationStartDate":"0001-01-01T00:00:00Z","isSyncDeferred":false,"allowDisplayNameUpdate":false},` +
			`"studentEnrollment":{"optionalPropertiesToSync":[],"synchronizationStartDate":"0001-01-01T00:00:00Z","isSyncDeferred":false,"allowDisplayNameUpdate":false},` +
			`"teacherRoster":{"optionalPropertiesToSync":[],"synchronizationStartDate":"0001-01-01T00:00:00Z","isSyncDeferred":false,"allowDisplayNameUpdate":false}}`},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := newStore(Config{Legacy: c.legacy}).Create(dawn, NewChange(b))
			require.NoError(t, err)
			assert.Equal(t, c.want, string(jsontree.Append(nil, view(r).DataProvider.customizations())))
		})
	}
}

func TestGivenPartsAreKept(t *testing.T) {
	given := map[string]any{
		"school":            map[string]any{"isSyncDeferred": true},
		"section":           map[string]any{},
		"student":           nil,
		"teacher":           map[string]any{"optionalPropertiesToSync": []any{}},
		"studentEnrollment": map[string]any{"synchronizationStartDate": "2026-09-01T00:00:00Z", "allowDisplayNameUpdate": true},
	}
	for name, provider := range providers {
		b := body(provider())
		b["dataProvider"].(map[string]any)["customizations"] = given
		r, err := newStore().Create(dawn, NewChange(b))
		require.NoError(t, err, name)
		assert.Equal(t, `{"school":{"isSyncDeferred":true,"allowDisplayNameUpdate":false},`+
			`"section":{"isSyncDeferred":false,"allowDisplayNameUpdate":false},`+
			`"student":{"isSyncDeferred":false,"allowDisplayNameUpdate":false},`+
			`"teacher":{"optionalPropertiesToSync":[],"isSyncDeferred":false,"allowDisplayNameUpdate":false},`+
			`"studentEnrollment":{"synchronizationStartDate":"2026-09-01T00:00:00Z","isSyncDeferred":false,"allowDisplayNameUpdate":true},`+
			`"teacherRoster":{"isSyncDeferred":false,"allowDisplayNameUpdate":false}}`, string(
			jsontree.Append(nil, view(r).DataProvider.customizations())), name)
	}
	assert.Equal(t, []string{"Term Name", "Course Number", "Periods"}, slices.Clone(defaultSection),
		"the shared defaults are never written to")
}

func TestSeed(t *testing.T) {
	plain := NewChange(body(csvProvider()))
	t.Run("defaults", func(t *testing.T) {
		r, err := newStore().Seed(dawn, Seed{Change: plain})
		require.NoError(t, err)
		assert.Equal(t, "id-1", view(r).ID)
		assert.Equal(t, Provisioned, view(r).State)
		assert.Equal(t, SyncStatus{Status: Paused, Message: waitsForFiles}, r.Sync)
	})
	t.Run("states and statuses go on from now", func(t *testing.T) {
		for _, c := range []struct {
			state  State
			status Status
			steps  timeline
		}{
			{Provisioning, "", timeline{{0, "", "provisioning/paused"}, {1.999, "", "provisioning/paused"}, {2, "", "provisioned/paused"}}},
			{ProvisioningFailed, "", timeline{{1e6, "", "provisioningFailed/paused"}}},
			{DeletionFailed, "", timeline{{1e6, "", "deletionFailed/paused"}, {1e6, CallDelete, "deleting/paused"}, {1e6 + 1, "", "gone"}}},
			{Deleting, "", timeline{{0.999, "", "deleting/paused"}, {1, "", "gone"}}},
			{"", Extracting, timeline{{0.999, "", "provisioned/extracting"}, {1, "", "provisioned/validating"}, {2, "", "provisioned/inProgress"},
				{4, "", "provisioned/success"}}},
			{Provisioned, Validating,
				timeline{{0.999, "", "provisioned/validating"}, {1, "", "provisioned/inProgress"}, {3, "", "provisioned/success"}}},
			{"", InProgress, timeline{{1.999, "", "provisioned/inProgress"}, {2, "", "provisioned/success"}}},
			{"", Success, timeline{{1e6, "", "provisioned/success"}}},
			{"", Failed, timeline{{1e6, "", "provisioned/error"}}},
			{"", ValidationError, timeline{{1e6, "", "provisioned/validationError"}}},
			{"", Quarantined, timeline{{1e6, "", "provisioned/quarantined"}, {1e6, CallReset, "provisioned/extracting"}}},
		} {
			s := newStore()
			r, err := s.Seed(dawn, Seed{ID: "x", Change: plain, State: c.state, Sync: SyncStatus{Status: c.status}})
			require.NoError(t, err)
			require.Equal(t, "x", view(r).ID)
			c.steps.run(t, s, "x")
		}
	})
	t.Run("a provider that starts by itself, provisioning", func(t *testing.T) {
		s := newStore()
		r, err := s.Seed(dawn, Seed{Change: NewChange(body(powerSchoolProvider())), State: Provisioning})
		require.NoError(t, err)
		timeline{{2, "", "provisioned/extracting"}, {6, "", "provisioned/success"}}.run(t, s, view(r).ID)
	})
	t.Run("an old expirationDate locks at the first look", func(t *testing.T) {
		s := newStore()
		r, err := s.Seed(dawn, Seed{Change: NewChange(body(csvProvider(), expires("2025-01-01"))), Sync: SyncStatus{Status: Success}})
		require.NoError(t, err)
		assert.Equal(t, "provisioned/paused", stands(s, dawn, view(r).ID))
		consistent(t, s, dawn)
	})
	t.Run("secrets may be missing, as in every answer", func(t *testing.T) {
		_, err := newStore().Seed(dawn, Seed{Change: NewChange(body(without(powerSchoolProvider(), "clientSecret")))})
		assert.NoError(t, err)
	})
	t.Run("errors get ids and are counted", func(t *testing.T) {
		seeds := []SyncError{{ErrorCode: "a"}, {ID: "own", ErrorCode: "b"}}
		r, err := newStore().Seed(dawn, Seed{Change: plain, Sync: SyncStatus{Status: Failed}, Errors: seeds})
		require.NoError(t, err)
		assert.EqualValues(t, 2, r.Sync.ErrorCount)
		assert.Equal(t, []string{"id-2", "own"}, []string{r.Errors[0].ID, r.Errors[1].ID})
		assert.Empty(t, seeds[0].ID, "the seed serves many worlds")
	})
	t.Run("refused", func(t *testing.T) {
		s := newStore(Config{Script: &Script{Timeline: DefaultTimeline}, Max: 2})
		_, err := s.Seed(dawn, Seed{ID: "a", Change: plain})
		require.NoError(t, err)
		for want, seed := range map[string]Seed{
			"the id a is taken": {ID: "a", Change: plain},
			"the status success needs the state provisioned":    {Change: plain, State: Provisioning, Sync: SyncStatus{Status: Success}},
			"the status inProgress needs the state provisioned": {Change: plain, State: Deleting, Sync: SyncStatus{Status: InProgress}},
			"errorCount is not the number of errors":            {Change: plain, Sync: SyncStatus{ErrorCount: 3}, Errors: []SyncError{{}}},
			"/licensesToAssign: licences":                       {Change: NewChange(body(csvProvider(), matching("student"), licences("student")))},
		} {
			_, err := s.Seed(dawn, seed)
			assert.ErrorContains(t, err, want)
			assert.Equal(t, 1, s.Len(dawn))
			consistent(t, s, dawn)
		}
		_, err = s.Seed(dawn, Seed{Change: plain})
		require.NoError(t, err)
		_, err = s.Seed(dawn, Seed{Change: plain})
		var full *FullError
		assert.True(t, errors.As(err, &full))
	})
}
