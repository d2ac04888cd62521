package profile

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// parse reads steps as "state:provisioned status:success+3!": +3 are errors, ! is force.
func parse(text string) (steps []Step) {
	for word := range strings.FieldsSeq(text) {
		var s Step
		word, s.Force = strings.CutSuffix(word, "!")
		if before, ok := strings.CutSuffix(word, "+3"); ok {
			word, s.ErrorCount = before, 3
		}
		for part := range strings.SplitSeq(word, "&") {
			if state, ok := strings.CutPrefix(part, "state:"); ok {
				s.State = State(state)
			} else {
				s.Status = Status(part)
			}
		}
		steps = append(steps, s)
	}
	return steps
}

func TestCheckSteps(t *testing.T) {
	for _, c := range []struct {
		on    Call
		steps string
		index int
		fault string // "": legal
		legal string
	}{
		{CallCreate, "", 0, "", ""},
		{CallCreate, "state:provisioned", 0, "", ""},
		{CallCreate, "state:provisioning state:provisioning state:provisioningFailed", 0, "", ""},
		{CallCreate, "state:provisioned state:provisioningFailed", 1,
			"the state provisioningFailed can't come here: nothing comes after the state provisioned", ""},
		{CallCreate, "state:provisioned state:provisioningFailed!", 0, "", ""},
		{CallCreate, "state:deleting", 0, "the state deleting can't come here: legal are provisioning, provisioned, provisioningFailed",
			"provisioning provisioned provisioningFailed"},
		{CallCreate, "state:provisioning state:gone", 1,
			"the state gone can't come here: after the state provisioning legal are provisioning, provisioned, provisioningFailed",
			"provisioning provisioned provisioningFailed"},
		{CallCreate, "inProgress", 0,
			"a profile that was just created has no sync, so no status inProgress: write a lifecycle on profiles.start (an automatic start triggers it too); legal are provisioning,", "provisioning provisioned provisioningFailed"},
		{CallCreate, "state:provisioned success", 1, "write a lifecycle on profiles.start", ""},
		{CallCreate, "state:provisioned success!", 0, "", ""},
		{CallCreate, "state:provisioned+3", 0, "errors are recorded by a sync only", ""},
		{CallCreate, "state:provisioned&success", 0, "a step has a state or a status, not both", ""},
		{CallCreate, "state:provisioned&success!", 0, "", ""},
		{CallCreate, "state:provisionned", 0,
			`unknown state "provisionned", did you mean provisioned? There are provisioning, provisioned, provisioningFailed, deleting, deletionFailed, gone`, "provisioning provisioned provisioningFailed deleting deletionFailed gone"},
		{CallCreate, "state:provisionned!", 0, `unknown state`, "provisioning provisioned provisioningFailed deleting deletionFailed gone"},

		{CallDelete, "state:gone", 0, "", ""},
		{CallDelete, "state:deleting state:deletionFailed", 0, "", ""},
		{CallDelete, "state:provisioned", 0, "the state provisioned can't come here: legal are deleting, gone, deletionFailed",
			"deleting gone deletionFailed"},
		{CallDelete, "state:gone state:deletionFailed", 1, "nothing comes after the state gone", ""},
		{CallDelete, "success", 0, "a profile that is being deleted has no sync, so no status success; legal are deleting, gone, deletionFailed",
			"deleting gone deletionFailed"},

		{CallStart, "extracting validating inProgress success", 0, "", ""},
		{CallStart, "success", 0, "", ""},
		{CallStart, "inProgress inProgress+3 inProgress+3 quarantined", 0, "", ""},
		{CallReset, "validating error+3", 0, "", ""},
		{CallResume, "extracting validationError+3", 0, "", ""},
		{CallStart, "inProgress validating", 1,
			"the status validating can't come here: after the status inProgress legal are inProgress, success, error, validationError, quarantined",
			"inProgress success error validationError quarantined"},
		{CallStart, "success inProgress", 1, "the status inProgress can't come here: nothing comes after the status success", ""},
		{CallStart, "error inProgress!", 0, "", ""},
		{CallStart, "error inProgress! success", 0, "", ""},
		{CallStart, "error success! inProgress", 2, "nothing comes after the status success", ""},
		{CallStart, "paused", 0,
			"the status paused can't come here: legal are extracting, validating, inProgress, success, error, validationError, quarantined",
			"extracting validating inProgress success error validationError quarantined"},
		{CallStart, "success+3", 0,
			"a sync that recorded errors does not end in success; legal are extracting, validating, inProgress, error, validationError, quarantined",
			"extracting validating inProgress error validationError quarantined"},
		{CallStart, "inProgress+3 success", 1,
			"a sync that recorded errors does not end in success; legal are inProgress, error, validationError, quarantined",
			"inProgress error validationError quarantined"},
		{CallStart, "inProgress+3 success!", 0, "", ""},
		{CallResume, "inProgress+3 success", 1, "does not end in success", "inProgress error validationError quarantined"},
		{CallStart, "inProgress state:provisioned", 1,
			"a sync does not change the profile's state, so not to provisioned; after the status inProgress legal are",
			"inProgress success error validationError quarantined"},
		{CallStart, "state:gone", 0, "a sync does not change the profile's state, so not to gone; legal are extracting,",
			"extracting validating inProgress success error validationError quarantined"},
		{CallStart, "sucess", 0, `unknown status "sucess", did you mean success? There are paused,`,
			"paused inProgress success error validationError quarantined extracting validating"},
		{CallPause, "paused", 0, "", ""},
		{CallPause, "inProgress+3 paused", 0, "", ""},
		{CallPause, "validating success", 0, "", ""},
		{CallPause, "paused inProgress", 1, "the status inProgress can't come here: nothing comes after the status paused", ""},
		{CallPause, "paused inProgress!", 0, "", ""},
		{CallPause, "state:provisioned", 0, "a sync does not change the profile's state",
			"extracting validating inProgress success error validationError quarantined paused"},
		{CallUpdate, "state:provisioning state:provisioned inProgress+3 quarantined", 0, "", ""},
		{CallUpdate, "state:provisioningFailed", 0, "", ""},
		{CallUpdate, "success", 0, "", ""},
		{CallUpdate, "state:deleting", 0, "the state deleting can't come here: legal are provisioning, provisioned, provisioningFailed",
			"provisioning provisioned provisioningFailed"},
		{CallUpdate, "state:provisioned state:provisioning", 1,
			"the state provisioning can't come here: after the state provisioned legal are provisioned", "provisioned"},
		{CallUpdate, "inProgress state:provisioned", 1, "what the sync does comes after what becomes of the profile", ""},
		{CallUpdate, "state:provisioning success", 1,
			"a profile that is provisioning has no sync; a status or errors come after the state provisioned", ""},
		{CallUpdate, "state:provisioned+3", 0, "they need a step each", ""},
		{CallUpdate, "success inProgress", 1, "nothing comes after the status success", ""},
		{CallUploadURL, "inProgress", -1, `no lifecycle begins with "uploadUrl": want one of create, update, start, pause, resume, reset, delete`,
			"create update start pause resume reset delete"},
	} {
		faults := CheckSteps(c.on, parse(c.steps))
		name := string(c.on) + ": " + c.steps
		if c.fault == "" {
			assert.Empty(t, faults, name)
			continue
		}
		if assert.Len(t, faults, 1, name) {
			assert.Equal(t, c.index, faults[0].Index, name)
			assert.Contains(t, faults[0].Message, c.fault, name)
			assert.Equal(t, c.legal, strings.Join(faults[0].Legal, " "), name)
			assert.Equal(t, c.index >= 0 && !strings.HasPrefix(c.fault, "unknown"), faults[0].Forcible, name)
		}
	}
}

func TestStepsThatMakeNoSense(t *testing.T) {
	for fault, step := range map[string]Step{
		"the step says nothing":                       {After: time.Second},
		"the step comes after -1s: want":              {Status: Success, After: -time.Second},
		"waits for -1 reads: want one or more":        {Status: Success, Reads: -1},
		"waits for 2 reads and for 1s":                {Status: Success, Reads: 2, After: time.Second},
		"makes up 10001 errors: want 0 to 10000":      {Status: Failed, ErrorCount: MaxErrors + 1},
		"the step makes up -1 errors: want 0 to 1000": {Message: "m", ErrorCount: -1},
	} {
		for _, step.Force = range []bool{false, true} {
			faults := CheckSteps(CallStart, []Step{step})
			require.Len(t, faults, 1, fault)
			assert.Contains(t, faults[0].Message, fault)
			assert.Empty(t, faults[0].Legal)
			assert.False(t, faults[0].Forcible)
		}
	}
	// A step may only record errors, or only say something; but not after the end.
	assert.Empty(t, CheckSteps(CallStart,
		[]Step{{Status: InProgress}, {ErrorCount: 2}, {Errors: []SyncError{{}}}, {Message: "m"}, {Status: Failed}, {Message: "m"}}))
	faults := CheckSteps(CallStart, []Step{{Status: Failed}, {ErrorCount: 2}})
	require.Len(t, faults, 1)
	assert.Equal(t, StepFault{Index: 1, Forcible: true, Message: "nothing is recorded after a sync has ended with error"}, faults[0])
	// All faults are told.
	assert.Len(t, CheckSteps(CallStart, parse("success extracting state:gone nonsense!")), 3)
}
