// Package rostersync makes syncs of a world's rosters: it verifies the files that a
// profile was given, starts the sync that they lead to, and lets the directory have what
// the sync made once it is over. It knows no HTTP.
package rostersync

import (
	"io"
	"sync"
	"time"

	"github.com/graphemu/graphemu/emulator/internal/quota"
	"github.com/graphemu/graphemu/emulator/internal/storage"
	"github.com/graphemu/graphemu/emulator/internal/workloads/directory"
	"github.com/graphemu/graphemu/emulator/internal/workloads/sds/profile"
	"github.com/graphemu/graphemu/emulator/internal/workloads/sds/roster"
)

// Syncs are the syncs of one world's rosters, with what was found in the files. They
// are safe for concurrent use.
type Syncs struct {
	Profiles  *profile.Store
	Blobs     *storage.Store
	Directory *directory.Store
	Memory    *quota.Share // counts what is kept beside the objects that syncs make; nil: nobody does

	starting sync.Mutex // held by who starts or resets, one after the other: a large district takes seconds

	mu      sync.Mutex               // guards what follows; not held while rows are read, so that readers need not wait for a start
	reports map[string]roster.Report // what was found last, by profile; nil until the first start
	runs    map[string]*run          // the last one with files, by profile; nil as reports
	gone    uint64                   // profiles that had gone when what was theirs was dropped last
}

// run is a sync of files.
type run struct {
	number  uint32 // of the profile's runs
	begun   time.Time
	files   []storage.File
	format  roster.Format
	plan    *directory.Plan
	applied bool // the directory has what it made, or never will
}

// New returns the syncs of an empty world: none.
func New(profiles *profile.Store, blobs *storage.Store, objects *directory.Store) *Syncs {
	return &Syncs{Profiles: profiles, Blobs: blobs, Directory: objects}
}

// Start verifies the files of a profile, and starts its sync unless there is an
// Error among the messages. What the sync works on are the files as they stand
// now: later uploads are for the next start. It errs with profile.ErrNotFound or
// *profile.IllegalError, before the files are looked at (chosen).
//
// Where a scenario says how the sync goes, an empty container is no error
// (DESIGN.md); files that are there are verified as always.
//
// severalSchools lets a teacher's School SIS ID list several schools (variant
// teacherSchools).
func (s *Syncs) Start(now time.Time, id string, severalSchools bool) (
	messages []profile.VerificationMessage, r *profile.Record, err error) {
	r, err = s.Profiles.Allow(now, id, profile.CallStart)
	if err != nil {
		return nil, nil, err
	}
	files := s.Blobs.Files(id)
	if len(files) == 0 && s.Profiles.Scripted(now, id, profile.CallStart) {
		r, err = s.Profiles.Start(now, id, profile.Outcome{})
		return []profile.VerificationMessage{}, r, err
	}
	p := r.Profile()
	how := Rules(p)
	how.SeveralSchools = severalSchools
	report, err := roster.Verify(open(files), how)
	if err != nil {
		return nil, nil, err
	}
	s.starting.Lock()
	defer s.starting.Unlock()
	if err := s.found(now, id, report); err != nil {
		return nil, nil, err
	}
	messages = make([]profile.VerificationMessage, len(report.Messages))
	for n, m := range report.Messages {
		messages[n] = profile.VerificationMessage{Type: m.Type, FileName: m.FileName, Description: m.Description}
	}
	if report.Failed() {
		return messages, nil, nil
	}
	r, err = s.begin(now, p, id, &run{begun: now, files: files, format: report.Format}, s.Profiles.Start)
	if err != nil {
		return nil, nil, err
	}
	return messages, r, nil
}

// found keeps what verification found, unless the profile went meanwhile.
func (s *Syncs) found(now time.Time, id string, report roster.Report) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settle(now)
	if _, err := s.Profiles.Allow(now, id, profile.CallStart); err != nil {
		return err
	}
	s.makeMaps()
	s.reports[id] = report
	return nil
}

// makeMaps makes reports and runs, which most worlds never need. Must hold mu.
func (s *Syncs) makeMaps() {
	if s.reports == nil {
		s.reports, s.runs = map[string]roster.Report{}, map[string]*run{}
	}
}

// begin plans a run and sets it going with call. Must hold starting.
func (s *Syncs) begin(now time.Time, p profile.Profile, id string, next *run,
	call func(time.Time, string, profile.Outcome) (*profile.Record, error)) (*profile.Record, error) {
	outcome, err := s.plan(p, id, next)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.makeRoom(now, id); err != nil {
		return nil, err
	}
	r, err := call(now, id, outcome)
	if err != nil {
		return nil, err
	}
	s.makeMaps()
	next.number, s.runs[id] = r.Run(), next
	return r, nil
}

// Reset starts the sync over with the files of the last start. Documented: it
// deletes the errors and keeps what was synchronised.
func (s *Syncs) Reset(now time.Time, id string) (*profile.Record, error) {
	s.starting.Lock()
	defer s.starting.Unlock()
	r, err := s.Profiles.Allow(now, id, profile.CallReset)
	if err != nil {
		return nil, err
	}
	last := s.last(now, id)
	if last == nil {
		return s.Profiles.Reset(now, id, profile.Outcome{})
	}
	return s.begin(now, r.Profile(), id, &run{begun: now, files: last.files, format: last.format}, s.Profiles.Reset)
}

// last returns the profile's latest run with files; nil where there was none.
func (s *Syncs) last(now time.Time, id string) *run {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settle(now)
	return s.runs[id]
}

// plan finds out what a run will come to.
func (s *Syncs) plan(p profile.Profile, id string, next *run) (profile.Outcome, error) {
	var err error
	if next.plan, err = s.Directory.Plan(p, id, open(next.files), next.format, next.begun); err != nil {
		return profile.Outcome{}, err
	}
	if err := s.Memory.Fits(next.plan.Bytes()); err != nil {
		return profile.Outcome{}, err
	}
	return profile.Outcome{Errors: next.plan.Errors, Status: next.plan.Status()}, nil
}

// Delete lets a profile vanish with its files. What its syncs made stays (inferred:
// the page speaks of the profile only).
func (s *Syncs) Delete(now time.Time, id string) (*profile.Record, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settle(now)
	r, err := s.Profiles.Delete(now, id)
	if err != nil {
		return nil, err
	}
	if last := s.runs[id]; last != nil {
		last.applied, last.plan = true, nil // a run that was under way comes to nothing
	}
	return r, nil
}

// Settle lets the directory have what the syncs made that are over by now. Whoever
// reads the directory calls it first.
func (s *Syncs) Settle(now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settle(now)
}

// settle is Settle in the order in which the syncs ended. Must hold mu.
func (s *Syncs) settle(now time.Time) {
	s.forgetGone(now)
	ended := s.ended(now)
	if len(ended) == 0 {
		return
	}
	before := s.Directory.Bytes()
	for _, e := range ended {
		// It errs only where the store can number no more objects; the run has come to
		// nothing then, and there is nobody to tell.
		_ = s.Directory.Apply(e.run.plan, e.at)
		e.run.applied, e.run.plan = true, nil
	}
	s.Memory.Add(s.Directory.Bytes() - before)
}

// Report returns what was found in the files of a profile at its last start; false
// where there was none, or none with files.
func (s *Syncs) Report(id string) (roster.Report, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, ok := s.reports[id]
	return r, ok
}

// open gives files of a container to whoever reads rosters.
func open(files []storage.File) []roster.File {
	list := make([]roster.File, len(files))
	for n, f := range files {
		list[n] = roster.File{Name: f.Name, Size: f.Size, Open: func() (io.ReadCloser, error) { return f.Open(), nil }}
	}
	return list
}

// Rules are how the files of a profile are to be: for a start, and for what foretells
// its answer ("graphemu check").
func Rules(p profile.Profile) roster.Rules {
	_, accounts := p.Identity.(*profile.IdentityCreation)
	r := roster.Rules{Accounts: accounts, Chosen: map[roster.Entity][]string{}}
	csv, ok := p.DataProvider.(*profile.CSV)
	if !ok || csv.Customizations == nil {
		return r
	}
	c := csv.Customizations
	for entity, part := range map[roster.Entity]*profile.Customization{
		roster.School: c.School, roster.Section: c.Section, roster.Student: c.Student, roster.Teacher: c.Teacher} {
		// Documented: null or absent means every property.
		if part != nil && part.OptionalPropertiesToSync != nil {
			r.Chosen[entity] = part.OptionalPropertiesToSync
		}
	}
	return r
}
