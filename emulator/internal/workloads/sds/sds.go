// Package sds is School Data Sync's API of synchronization profiles, which only beta
// ever had: the operations, over package profile, which keeps profiles and their life,
// and package rostersync, which makes syncs of their files.
package sds

import (
	"errors"
	"strings"
	"time"

	"github.com/graphemu/graphemu/emulator/internal/apierror"
	"github.com/graphemu/graphemu/emulator/internal/engine"
	"github.com/graphemu/graphemu/emulator/internal/identity"
	"github.com/graphemu/graphemu/emulator/internal/odata"
	"github.com/graphemu/graphemu/emulator/internal/storage"
	"github.com/graphemu/graphemu/emulator/internal/workload"
	"github.com/graphemu/graphemu/emulator/internal/workloads/sds/profile"
	"github.com/graphemu/graphemu/emulator/internal/workloads/sds/rostersync"
	"github.com/graphemu/graphemu/emulator/journal"
)

// State is what the workload keeps in a world.
type State struct {
	Profiles *profile.Store
	Files    *storage.Store    // that clients put there
	Syncs    *rostersync.Syncs // from files to what syncs make of them
}

func of(c *workload.Call) *State { return workload.State[*State](c) }

const (
	profilesPath = "/education/synchronizationProfiles"
	profilePath  = profilesPath + "/{profile}"
)

// The permissions of the operations. Documented, each on the page of the operation: the
// create page's generation had no application permissions ("Not supported"); newer
// pages, since docs PR 12830, have them but for create. See variant permissions.
var (
	read = identity.NewNeed(identity.Education,
		"EduAdministration.Read EduAdministration.ReadWrite", "EduAdministration.Read.All EduAdministration.ReadWrite.All").Since2021()
	write  = identity.NewNeed(identity.Education, "EduAdministration.ReadWrite", "EduAdministration.ReadWrite.All").Since2021()
	create = identity.NewNeed(identity.Education, "EduAdministration.ReadWrite", "")
)

// Workload is the API.
var Workload = &workload.Workload{
	Subject: "profile",
	Model:   model,
	Operations: []workload.Operation{
		row("profiles.count", "GET", profilesPath+"/$count", read, countProfiles),
		row("profiles.get", "GET", profilePath, read, getProfile),
		row("profiles.list", "GET", profilesPath, read, listProfiles),
		row("profiles.status.get", "GET", profilePath+"/profileStatus", read, getStatus),
		answering(row("profiles.create", "POST", profilesPath, create, createProfile), 201, 202, 204),
		answering(row("profiles.update", "PATCH", profilePath, write, patchProfile), 200, 202, 204),
		answering(row("profiles.update", "PUT", profilePath, write, putProfile), 200, 202, 204),
		answering(row("profiles.update", "PUT", profilesPath, write, putProfileByBody), 200, 202, 204),
		answering(row("profiles.delete", "DELETE", profilePath, write, deleteProfile), 202, 204),
		answering(action("start", start, messages), 200, 400),
		answering(action("pause", pause, nil), 200),
		answering(action("resume", resume, nil), 200),
		answering(action("reset", reset, nil), 200),
		function("uploadUrl", write, uploadURL, url),
		row("profiles.errors.list", "GET", profilePath+"/errors", read, listErrors),
		row("profiles.errors.count", "GET", profilePath+"/errors/$count", read, countErrors),
		row("profiles.errors.get", "GET", profilePath+"/errors/{error}", read, getError),
	},
	// The pages of 2017 have these names. Documented.
	Spellings: map[string]string{
		profilePath + "/profileStatus": "status",
		profilePath + "/errors":        "error",
	},
	Guard:     guard,
	Translate: translate,
}

func row(name, method, path string, needs *identity.Need, run func(*workload.Call) (engine.Reply, error)) workload.Operation {
	return workload.Operation{Name: name, Method: method, Path: path, Versions: workload.Beta, Needs: needs, Run: run}
}

// answering is a row with the statuses of its successes, of every variant.
func answering(o workload.Operation, statuses ...int) workload.Operation {
	o.Answers = statuses
	return o
}

// What actions and functions return.
var (
	messages = &odata.Property{Kind: odata.KindComplex, Type: profile.MessageType, Collection: true, Nullable: true}
	url      = &odata.Property{Kind: odata.KindString, Nullable: true}
)

// action is an operation that POST calls on a profile by its name. returns is nil for
// one that returns nothing.
func action(name string, run func(*workload.Call) (engine.Reply, error), returns *odata.Property) workload.Operation {
	o := row("profiles."+name, "POST", profilePath+"/"+name, write, run)
	o.Declares = &odata.Operation{Name: name, Binding: profile.Type, Returns: returns}
	return o
}

// function is the same for GET.
func function(name string, needs *identity.Need, run func(*workload.Call) (engine.Reply, error),
	returns *odata.Property) workload.Operation {
	o := row("profiles."+name, "GET", profilePath+"/"+name, needs, run)
	o.Declares = &odata.Operation{Name: name, Binding: profile.Type, Returns: returns}
	return o
}

// guard refuses every call of an API that is no more, variant retirement.
func guard(c *workload.Call) error {
	if c.Scenario.Variants.Is("retirement", "on") && strings.HasPrefix(c.Address+"/", profilesPath+"/") {
		return apierror.UnknownSegment("synchronizationProfiles").Help("retired", "",
			"the variant retirement=on is chosen: the service has stopped serving this API")
	}
	return nil
}

// translate brings errors of profiles and their files into Graph's words.
func translate(c *workload.Call, err error) *apierror.Error {
	var (
		illegal *profile.IllegalError
		invalid *profile.InvalidError
		full    *profile.FullError
		files   *rostersync.FullError
	)
	switch {
	case errors.Is(err, profile.ErrNotFound) && strings.EqualFold(c.Subject, "delta"):
		return apierror.NoChangeTracking(profile.Type.Name)
	case errors.Is(err, profile.ErrNotFound):
		return apierror.NotFound("profile", c.Subject)
	case errors.As(err, &illegal):
		return apierror.IllegalState(string(illegal.Call), illegal.Reason).
			Help("illegalState", "", "the profile's state is %s, its status %s; nothing was changed", illegal.State, illegal.Status)
	case errors.As(err, &invalid):
		return c.Refuse(violations(invalid))
	case errors.As(err, &files):
		return apierror.StorageFull("The tenant's files are too large.").Help("limit", "", "%v", files)
	case errors.As(err, &full):
		return apierror.StorageFull("The tenant holds the maximum number of synchronization profiles.").
			Help("limit", "", "%v: graphemu serve --max-profiles %d raises the limit", full, 2*full.Max)
	}
	return nil
}

// Standing is where the profile of that id stands.
func (s *State) Standing(now time.Time, id string) *journal.Subject {
	r, err := s.Profiles.Get(now, id)
	if err != nil {
		return engine.Gone()
	}
	if s := standings[standing{r.State, r.Sync.Status}]; s != nil {
		return s
	}
	return &journal.Subject{State: string(r.State), Status: string(r.Sync.Status)}
}

// standing is where a profile can be. The journal's words for each are
// made once: an entry is written for every request.
type standing struct {
	state  profile.State
	status profile.Status
}

var standings = func() map[standing]*journal.Subject {
	m := map[standing]*journal.Subject{}
	for _, state := range profile.States {
		for _, status := range profile.Statuses {
			m[standing{state, status}] = &journal.Subject{State: string(state), Status: string(status)}
		}
	}
	return m
}()
