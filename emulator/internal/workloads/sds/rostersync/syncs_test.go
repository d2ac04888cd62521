package rostersync

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator/internal/entity"
	"github.com/graphemu/graphemu/emulator/internal/ids"
	"github.com/graphemu/graphemu/emulator/internal/storage"
	"github.com/graphemu/graphemu/emulator/internal/workloads/directory"
	"github.com/graphemu/graphemu/emulator/internal/workloads/sds/profile"
)

var dawn = time.Date(2026, 1, 5, 6, 0, 0, 0, time.UTC)

// minute is how long a sync is in progress here.
var minute = &profile.Script{Timeline: profile.Timeline{InProgress: time.Minute}}

// small is a roster without a fault.
var small = map[string]string{
	"school.csv":            "SIS ID,Name\n1,North High\n",
	"section.csv":           "SIS ID,School SIS ID,Section Name\n11,1,Algebra\n",
	"student.csv":           "SIS ID,School SIS ID,Username,First Name,Last Name,Password\n101,1,OKlein,Ora,Klein,Secret1\n",
	"teacher.csv":           "SIS ID,School SIS ID,Username,First Name,Last Name,Password\n201,1,CBeane,Craig,Beane,Secret3\n",
	"studentenrollment.csv": "Section SIS ID,SIS ID\n11,101\n",
	"teacherroster.csv":     "Section SIS ID,SIS ID\n11,201\n",
}

func newSyncs(script *profile.Script, limits storage.Limits) *Syncs {
	return New(profile.NewStore(profile.Config{NewID: ids.NewStream(1, "test").GUID, Script: script}), storage.NewStore([]byte("key"), limits),
		directory.New(&directory.Seed{Domains: []string{"contoso.edu"}}, ids.Derived, entity.New(entity.Limits{})))
}

// seed makes a provisioned CSV profile that creates accounts.
func (s *Syncs) seed(t *testing.T, id string) {
	t.Helper()
	_, err := s.Profiles.Seed(dawn, profile.Seed{ID: id, Change: profile.NewChange(map[string]any{"displayName": id,
		"dataProvider": map[string]any{"@odata.type": profile.TypeCSV},
		"identitySynchronizationConfiguration": map[string]any{"@odata.type": profile.TypeIdentityCreation,
			"userDomains": []any{map[string]any{"appliesTo": "student", "name": "contoso.edu"},
				map[string]any{"appliesTo": "teacher", "name": "contoso.edu"}}}})})
	require.NoError(t, err)
}

// upload puts the small roster; school is what its school file has more.
func (s *Syncs) upload(t *testing.T, id, school string) {
	t.Helper()
	for name, text := range small {
		if name == "school.csv" {
			text += school
		}
		require.NoError(t, s.Blobs.Put(id, name, []byte(text), dawn))
	}
}

// What belonged to a profile goes with it, however it went, whether its sync ran or
// not.
func TestGoneProfilesLeaveNothing(t *testing.T) {
	for name, school := range map[string]string{"with a run": "", "with an Error": "1\n", "with files alone": "-"} {
		t.Run(name, func(t *testing.T) {
			s := newSyncs(minute, storage.Limits{})
			s.seed(t, "gone")
			s.upload(t, "gone", school)
			if school != "-" {
				_, _, err := s.Start(dawn, "gone", false)
				require.NoError(t, err)
				_, there := s.Report("gone")
				require.True(t, there)
			}
			_, err := s.Profiles.Force(dawn, "gone", profile.Gone, "")
			require.NoError(t, err)
			s.Settle(dawn)
			_, there := s.Report("gone")
			assert.False(t, there)
			assert.Empty(t, s.runs)
			assert.Zero(t, s.Blobs.Used())
			_, _, err = s.Start(dawn, "gone", false)
			assert.ErrorIs(t, err, profile.ErrNotFound)
		})
	}
}

// A start that takes long holds up other starts, and nobody else.
func TestReadersDoNotWaitForStarts(t *testing.T) {
	s := newSyncs(nil, storage.Limits{})
	s.seed(t, "a")
	s.seed(t, "b")
	s.upload(t, "a", "")
	_, _, err := s.Start(dawn, "a", false)
	require.NoError(t, err)
	s.starting.Lock() // as one does while it plans
	defer s.starting.Unlock()
	s.Settle(dawn)
	assert.Equal(t, 1, s.Directory.Len(directory.Schools))
	_, there := s.Report("a")
	assert.True(t, there)
	saved, _, _ := s.Save(dawn)
	assert.Len(t, saved.Syncs.Runs, 1)
	_, err = s.Delete(dawn, "b")
	assert.NoError(t, err)
}

// Files that were replaced since a sync began are held for it, within a limit.
func TestReplacedFilesAreBounded(t *testing.T) {
	const file = 200_000
	blank := strings.Repeat("\n", file)
	s := newSyncs(minute, storage.Limits{World: 5 * file})
	start := func(id string, now time.Time) error {
		s.seed(t, id)
		s.upload(t, id, blank)
		_, _, err := s.Start(now, id, false)
		s.upload(t, id, "") // in its place, while the sync goes on
		return err
	}
	now, n := dawn, 0
	ids := strings.Split("a b c d e f g h i j k l m n o p", " ")
	var err error
	for ; n < len(ids) && err == nil; n++ {
		err = start(ids[n], now)
	}
	var full *FullError
	require.ErrorAs(t, err, &full, "nothing is over, so nothing can go")
	assert.EqualValues(t, 5*file, full.Max)
	assert.Greater(t, n, 5)
	now = now.Add(time.Hour)
	_, _, err = s.Start(now, ids[n-1], false)
	require.NoError(t, err, "the oldest go")
	assert.Nil(t, s.runs["a"])
	assert.NotNil(t, s.runs[ids[n-2]])
	_, err = s.Reset(now, "a")
	require.NoError(t, err)
	s.Settle(now.Add(time.Hour))
	assert.Equal(t, n, s.Directory.Len(directory.Schools), "a reset keeps what there is")
}

// A snapshot keeps the files that a sync works on where others have taken their
// place, and only then; restored, the sync comes to the same.
func TestSaveKeepsTheFilesOfARun(t *testing.T) {
	for name, replaced := range map[string]bool{"as stored": false, "replaced": true} {
		t.Run(name, func(t *testing.T) {
			s := newSyncs(minute, storage.Limits{})
			s.seed(t, "north")
			s.upload(t, "north", "")
			_, _, err := s.Start(dawn, "north", false)
			require.NoError(t, err)
			if replaced {
				s.upload(t, "north", "2,South High\n")
			}
			saved, made, of := s.Save(dawn)
			text, err := json.Marshal(saved)
			require.NoError(t, err)
			var w SavedStores
			require.NoError(t, json.Unmarshal(text, &w))
			require.Len(t, w.Syncs.Runs, 1)
			assert.Equal(t, !replaced, w.Syncs.Runs[0].Stored)
			again := newSyncs(minute, storage.Limits{})
			require.NoError(t, again.Profiles.Restore(w.Profiles))
			require.NoError(t, again.Blobs.Restore(w.Uploads))
			objects := entity.New(entity.Limits{})
			require.NoError(t, objects.Restore(of))
			again.Directory = directory.New(&directory.Seed{Domains: []string{"contoso.edu"}}, ids.Derived, objects)
			require.NoError(t, again.Directory.Restore(made))
			require.NoError(t, again.Restore(w.Syncs))
			later := dawn.Add(time.Hour)
			s.Settle(later)
			again.Settle(later)
			assert.Equal(t, 1, again.Directory.Len(directory.Schools))
			_, made, of = s.Save(later)
			_, madeAgain, ofAgain := again.Save(later)
			assert.Equal(t, made, madeAgain)
			assert.Equal(t, of, ofAgain)
			w.Syncs.Runs[0].Profile = "nobody"
			assert.ErrorContains(t, newSyncs(nil, storage.Limits{}).Restore(w.Syncs), `/runs/0/profile: "nobody"`)
		})
	}
}

// A snapshot that is read late, when a profile that was being deleted would be
// gone, is read all the same.
func TestRestoreAfterAProfileWouldBeGone(t *testing.T) {
	script := &profile.Script{Timeline: profile.Timeline{InProgress: time.Minute, Deleting: time.Second}}
	s := newSyncs(script, storage.Limits{})
	s.seed(t, "north")
	s.upload(t, "north", "")
	_, _, err := s.Start(dawn, "north", false)
	require.NoError(t, err)
	_, err = s.Delete(dawn, "north")
	require.NoError(t, err)
	w, _, _ := s.Save(dawn)
	again := newSyncs(script, storage.Limits{})
	require.NoError(t, again.Profiles.Restore(w.Profiles))
	require.NoError(t, again.Blobs.Restore(w.Uploads))
	require.NoError(t, again.Restore(w.Syncs))
	_, there := again.Report("north")
	assert.True(t, there)
	again.Settle(dawn.Add(time.Hour))
	_, there = again.Report("north")
	assert.False(t, there)
	assert.Zero(t, again.Blobs.Used())
	assert.Zero(t, again.Directory.Len(directory.Schools))
}
