package scenariofile

import (
	"maps"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/workloads/sds/profile"
	"github.com/graphemu/graphemu/emulator/scenario"
)

// Script returns what a scenario says about the future of profiles, as their store
// takes it.
func Script(f *scenario.File) *profile.Script {
	t := f.Timeline.Filled()
	s := &profile.Script{Timeline: profile.Timeline{Provisioning: t.Provisioning.Std(), Deleting: t.Deleting.Std(),
		Extracting: t.Extracting.Std(), Validating: t.Validating.Std(), InProgress: t.InProgress.Std()}}
	for i := range f.Lifecycles {
		l := &f.Lifecycles[i]
		if !l.OfProfiles() {
			continue
		}
		s.Lifecycles = append(s.Lifecycles, profile.Lifecycle{
			Name: l.Name, On: call(l), Where: maps.Clone(l.Where), Steps: steps(l), Next: l.Next})
	}
	return s
}

// call is the store's word for what sets a lifecycle going.
func call(l *scenario.Lifecycle) profile.Call {
	return profile.Call(strings.TrimPrefix(l.On, "profiles."))
}

func steps(l *scenario.Lifecycle) []profile.Step {
	list := make([]profile.Step, len(l.Steps))
	for i, s := range l.Steps {
		list[i] = profile.Step{After: s.After.Time.Std(), Reads: s.After.Reads, State: profile.State(s.State), Status: profile.Status(s.Status),
			ErrorCount: s.Errors.Count, Message: s.StatusMessage, Force: s.Force}
		for _, e := range s.Errors.List {
			list[i].Errors = append(list[i].Errors, profile.SyncError{EntryType: e.EntryType, ErrorCode: e.ErrorCode, ErrorMessage: e.ErrorMessage,
				JoiningValue: e.JoiningValue, ReportableIdentifier: e.ReportableIdentifier})
		}
	}
	return list
}
