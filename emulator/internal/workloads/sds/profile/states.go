package profile

import "time"

// State is where a profile's provisioning is.
type State string

// The states of a profile. Source: the resource page.
const (
	Provisioning       State = "provisioning"
	Provisioned        State = "provisioned"
	ProvisioningFailed State = "provisioningFailed"
	Deleting           State = "deleting"
	DeletionFailed     State = "deletionFailed"
)

// Status is where a profile's synchronization is.
type Status string

// The statuses of a sync. Source: the resource page. Extracting and Validating
// came to the enumeration late: they are shown only to clients that ask for
// unknown members.
const (
	Paused          Status = "paused"
	InProgress      Status = "inProgress"
	Success         Status = "success"
	Failed          Status = "error"
	ValidationError Status = "validationError"
	Quarantined     Status = "quarantined"
	Extracting      Status = "extracting"
	Validating      Status = "validating"
)

// Running tells whether a sync is under way.
func (s Status) Running() bool { return s == Extracting || s == Validating || s == InProgress }

// Call is what a client may ask of a profile.
type Call string

// The calls that a profile's state allows or refuses. A creation is legal
// always; it is here since lifecycles begin with it.
const (
	CallCreate    Call = "create"
	CallUpdate    Call = "update"
	CallDelete    Call = "delete"
	CallStart     Call = "start"
	CallPause     Call = "pause"
	CallResume    Call = "resume"
	CallReset     Call = "reset"
	CallUploadURL Call = "uploadUrl"
)

// What a profile tells while it waits (chosen words).
const (
	waitsForProvisioning = "The profile is being provisioned."
	provisioningFailed   = "Provisioning failed. Delete the profile and create it again."
	waitsForFiles        = "The profile waits for its first start: upload the files, then call start."
	waitsForDate         = "The profile is locked since its expirationDate was reached. Set a later date to unlock it."
)

// Timeline is how long each stage takes on the world's clock (chosen; the real
// service took minutes to hours).
type Timeline struct {
	Provisioning, Deleting, Extracting, Validating, InProgress time.Duration
}

// DefaultTimeline is short enough for a person who watches.
var DefaultTimeline = Timeline{Provisioning: 2 * time.Second, Deleting: time.Second,
	Extracting: time.Second, Validating: time.Second, InProgress: 2 * time.Second}

// allow decides whether a call is legal where r is now. Legality comes before
// anything else that the call would do.
func (r *Record) allow(call Call) error {
	refuse := func(reason string) error {
		return &IllegalError{Call: call, State: r.State, Status: r.Sync.Status, Reason: reason}
	}
	state, status := r.State, r.Sync.Status
	switch call {
	case CallDelete:
		if state == Deleting {
			return refuse("it is being deleted already")
		}
		return nil
	case CallUpdate:
		if state == Deleting {
			return refuse("it is being deleted")
		}
		return nil
	}
	if call == CallStart || call == CallUploadURL {
		if !r.csv {
			return refuse("only a profile with educationCsvDataProvider takes files; the others start by themselves once provisioned")
		}
	}
	if state != Provisioned {
		return refuse("it needs the state provisioned")
	}
	if r.locked && call != CallPause {
		return refuse("its expirationDate " + r.expirationDate + " was reached; set a later one first")
	}
	switch {
	case call == CallStart && status.Running():
		return refuse("a sync is running; pause or wait for it")
	case call == CallResume && status != Paused && status != ValidationError:
		return refuse("only a sync that is paused or stopped by a validationError resumes")
	}
	return nil
}
