package emulator_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator"
)

// The profiles of testdata/faithfulness/fixture.json.
const (
	failed        = "00000000-0000-4000-8000-000000000001" // status error, five sync errors
	stopped       = "00000000-0000-4000-8000-000000000002" // status validationError
	quarantined   = "00000000-0000-4000-8000-000000000003" // of PowerSchool, one sync error
	fine          = "00000000-0000-4000-8000-000000000004" // status success
	running       = "00000000-0000-4000-8000-000000000005" // status inProgress
	waiting       = "00000000-0000-4000-8000-000000000006" // never started
	unprovisioned = "00000000-0000-4000-8000-000000000007" // state provisioningFailed
	undeleted     = "00000000-0000-4000-8000-000000000008" // state deletionFailed
)

// planted is a rig whose world starts with these profiles.
func planted(t *testing.T, options ...emulator.Options) *rig {
	t.Helper()
	var o emulator.Options
	if len(options) > 0 {
		o = options[0]
	}
	o.Fixture = "testdata/faithfulness"
	return newRig(t, o)
}

// act calls an action and wants what the pages promise: 200 without a body.
func (g *rig) act(t *testing.T, id, action string) {
	t.Helper()
	a := g.post(t, at(id)+"/"+action, "")
	require.Equal(t, 200, a.status, a.body)
	wantEmpty(t, a, 200)
}

// denied calls an action and wants a 400 in the envelope that changes nothing.
func (g *rig) denied(t *testing.T, id, action string) {
	t.Helper()
	before := g.get(t, at(id)).body + g.get(t, at(id)+"/profileStatus").body
	a := g.post(t, at(id)+"/"+action, "")
	wantError(t, a, 400, "BadRequest", a.text("error.message"))
	assert.Contains(t, a.text("error.message"), action)
	assert.Equal(t, before, g.get(t, at(id)).body+g.get(t, at(id)+"/profileStatus").body, "a refused %s changes nothing", action)
}

// lives checks which status a profile has after each step of time.
func (g *rig) lives(t *testing.T, id string, steps ...any) {
	t.Helper()
	for i := 0; i < len(steps); i += 2 {
		if d, err := time.ParseDuration(steps[i].(string)); assert.NoError(t, err) && d > 0 {
			g.advance(t, d)
		}
		require.Equal(t, steps[i+1], g.status(t, id), "step %d", i/2)
	}
}

var lifeStatements = []statement{
	{"profiles.delete", "status-202", "Answers 202 without a body", "delete page", documented, func(t *testing.T, g *rig) {
		wantEmpty(t, g.send(t, "DELETE", at(g.create(t, csvBody("North"))), ""), 202)
	}},
	{"profiles.delete", "deleting-then-gone", "The state is `deleting`; later the profile is gone and answers 404", "delete page; resource page", documented, func(t *testing.T, g *rig) {
		id := g.provisioned(t, csvBody("North"))
		g.send(t, "DELETE", at(id), "")
		assert.Equal(t, "deleting", g.found(t, at(id)).text("state"))
		assert.Equal(t, []string{"deleting"}, g.found(t, profilesAt).texts("value.#.state"))
		g.advance(t, time.Second)
		for _, sub := range []string{"", "/profileStatus", "/errors", "/errors/$count"} {
			assert.Equal(t, 404, g.get(t, at(id)+sub).status, sub)
		}
		assert.Empty(t, g.found(t, profilesAt).json("value").Array())
	}},
	{"profiles.delete", "takes-one-second", "Deleting takes one second of the world's clock", "graphemu", chosen, func(t *testing.T, g *rig) {
		id := g.provisioned(t, csvBody("North"))
		g.send(t, "DELETE", at(id), "")
		g.advance(t, 999*time.Millisecond)
		assert.Equal(t, 200, g.get(t, at(id)).status)
		g.advance(t, time.Millisecond)
		assert.Equal(t, 404, g.get(t, at(id)).status)
	}},
	{"profiles.delete", "from-any-state", "A profile may be deleted in any state but `deleting`", "resource page, states", inferred, func(t *testing.T, _ *rig) {
		g := planted(t)
		provisioning := g.create(t, csvBody("North"))
		for _, id := range []string{provisioning, waiting, running, unprovisioned, undeleted, quarantined} {
			assert.Equal(t, 202, g.send(t, "DELETE", at(id), "").status, id)
			a := g.send(t, "DELETE", at(id), "")
			wantError(t, a, 400, "BadRequest", a.text("error.message"))
			assert.Equal(t, "deleting", g.found(t, at(id)).text("state"))
		}
		g.advance(t, time.Second)
		assert.Equal(t, 404, g.get(t, at(provisioning)).status)
	}},
	{"profiles.delete", "unknown-id", "An unknown id is 404, and so is one that is gone", "as for get", chosen, func(t *testing.T, g *rig) {
		wantError(t, g.send(t, "DELETE", at(mintedID), ""), 404, "NotFound", "Failed to find profile '"+mintedID+"'")
	}},
	{"profiles.get", "state-failed", "The states `provisioningFailed` and `deletionFailed` are shown", "resource page, states", documented, func(t *testing.T, _ *rig) {
		g := planted(t)
		assert.Equal(t, "provisioningFailed", g.found(t, at(unprovisioned)).text("state"))
		assert.Equal(t, "deletionFailed", g.found(t, at(undeleted)).text("state"))
	}},

	{"profiles.create", "provisioned-later", "A profile goes from `provisioning` to `provisioned` by itself", "create page (`Query the status`)", documented, func(t *testing.T, g *rig) {
		id := g.create(t, csvBody("North"))
		assert.Equal(t, "provisioning", g.found(t, at(id)).text("state"))
		g.advance(t, time.Hour)
		assert.Equal(t, "provisioned", g.found(t, at(id)).text("state"))
		assert.Equal(t, "provisioned", g.found(t, profilesAt).text("value.0.state"))
	}},
	{"profiles.create", "provisioning-two-seconds", "Provisioning takes two seconds of the world's clock", "graphemu", chosen, func(t *testing.T, g *rig) {
		id := g.create(t, csvBody("North"))
		g.advance(t, 2*time.Second-time.Millisecond)
		assert.Equal(t, "provisioning", g.found(t, at(id)).text("state"))
		g.advance(t, time.Millisecond)
		assert.Equal(t, "provisioned", g.found(t, at(id)).text("state"))
	}},
	{"profiles.create", "api-providers-start", "PowerSchool and OneRoster profiles start by themselves once provisioned", "create scenario of 2017; start page (CSV only)", documented, func(t *testing.T, g *rig) {
		for _, b := range []string{powerSchoolBody("North"), oneRosterBody("North")} {
			id := g.create(t, b)
			g.lives(t, id, "0s", "paused", "2s", "extracting", "1h", "success")
		}
	}},
	{"profiles.create", "csv-waits", "A CSV profile waits for its files: it does not start by itself", "start page", documented, func(t *testing.T, g *rig) {
		id := g.provisioned(t, csvBody("North"))
		g.lives(t, id, "0s", "paused", "24h", "paused")
	}},
	{"profiles.status.get", "stages", "A sync goes through `extracting`, `validating`, `inProgress` to `success`", "resource page educationSynchronizationProfileStatus", documented, func(t *testing.T, g *rig) {
		g.lives(t, g.provisioned(t, oneRosterBody("North")), "0s", "extracting", "1s", "validating", "1s", "inProgress", "2s", "success", "24h", "success")
	}},
	{"profiles.status.get", "stage-times", "extracting and validating take one second each, inProgress two", "graphemu", chosen, func(t *testing.T, g *rig) {
		g.lives(t, g.provisioned(t, powerSchoolBody("North")), "999ms", "extracting", "1ms", "validating", "999ms", "validating", "1ms", "inProgress", "1999ms", "inProgress", "1ms", "success")
	}},

	{"profiles.start", "missing-files", "400 with the messages where one of them is an `Error`: here the files that are missing", "start page, text", documented, func(t *testing.T, g *rig) {
		a := g.post(t, at(g.provisioned(t, csvBody("North")))+"/start", "")
		assert.Equal(t, 400, a.status)
		assert.Equal(t, []string{"school.csv", "student.csv", "teacher.csv"}, a.texts("value.#.fileName"))
		assert.Equal(t, []string{"Error", "Error", "Error"}, a.texts("value.#.type"))
		assert.Equal(t, []string{"type", "fileName", "description"}, a.keys("value.0"))
	}},
	{"profiles.start", "context", "The messages' context is `#education/Collection(microsoft.graph.verificationMessage)`", "start page, example", documented, func(t *testing.T, g *rig) {
		a := g.post(t, at(g.provisioned(t, csvBody("North")))+"/start", "")
		assert.Equal(t, []string{"@odata.context", "value"}, a.keys(""))
		assert.Equal(t, g.URL+"/$metadata#education/Collection(microsoft.graph.verificationMessage)", a.text("@odata.context"))
	}},
	{"profiles.start", "three-files-needed", "school, student and teacher are needed always; the other three files are missed only where one of them is there", "CSV files for School Data Sync page", documented, func(t *testing.T, g *rig) {
		a := g.post(t, at(g.provisioned(t, csvBody("North")))+"/start", "")
		assert.NotContains(t, a.body, "section.csv")
		assert.NotContains(t, a.body, "studentenrollment.csv")
		assert.NotContains(t, a.body, "teacherroster.csv")
	}},
	{"profiles.start", "error-starts-nothing", "A start that answers an `Error` does not start the sync", "start page", documented, func(t *testing.T, g *rig) {
		id := g.provisioned(t, csvBody("North"))
		before := g.found(t, at(id)+"/profileStatus").body
		g.post(t, at(id)+"/start", "")
		g.advance(t, time.Minute)
		assert.Equal(t, before, g.found(t, at(id)+"/profileStatus").body)
	}},
	{"profiles.start", "not-provisioned", "A profile that is not provisioned does not start: 400 in the error envelope, before the files are looked at", "start page (`provisioned` only); the answer is graphemu's", chosen, func(t *testing.T, _ *rig) {
		g := planted(t)
		for _, id := range []string{g.create(t, csvBody("North")), unprovisioned, undeleted} {
			g.denied(t, id, "start")
		}
	}},
	{"profiles.start", "csv-only", "Only a CSV profile is started: 400 in the error envelope for others", "start page; the answer is graphemu's", chosen, func(t *testing.T, g *rig) {
		g.denied(t, g.provisioned(t, powerSchoolBody("North")), "start")
		g.denied(t, g.provisioned(t, oneRosterBody("North")), "start")
	}},
	{"profiles.start", "while-running", "A sync that runs is not started again: 400", "graphemu", chosen, func(t *testing.T, _ *rig) {
		planted(t).denied(t, running, "start")
	}},
	{"profiles.start", "body-ignored", "The action takes no parameters: an empty object, or no body, is the same", "start page; SDK v0.120.0 sends none", documented, func(t *testing.T, g *rig) {
		id := g.provisioned(t, csvBody("North"))
		assert.Equal(t, g.post(t, at(id)+"/start", "").body, g.post(t, at(id)+"/start", "{}").body)
	}},

	{"profiles.pause", "running", "200 without a body; a running sync is `paused` and does not go on", "pause page", documented, func(t *testing.T, g *rig) {
		id := g.provisioned(t, powerSchoolBody("North"))
		g.lives(t, id, "1500ms", "validating")
		g.act(t, id, "pause")
		g.lives(t, id, "0s", "paused", "24h", "paused")
	}},
	{"profiles.pause", "not-provisioned", "A profile that is not provisioned does not pause: 400", "graphemu", chosen, func(t *testing.T, _ *rig) {
		g := planted(t)
		for _, id := range []string{g.create(t, powerSchoolBody("North")), unprovisioned, undeleted} {
			g.denied(t, id, "pause")
		}
		g.send(t, "DELETE", at(running), "")
		g.denied(t, running, "pause")
	}},
	{"profiles.pause", "status-only", "Pausing leaves the profile's state `provisioned`", "resource pages: status and state are apart", inferred, func(t *testing.T, g *rig) {
		id := g.provisioned(t, powerSchoolBody("North"))
		g.act(t, id, "pause")
		assert.Equal(t, "provisioned", g.found(t, at(id)).text("state"))
	}},
	{"profiles.resume", "where-it-was", "200 without a body; a paused sync goes on where it was", "resume page", documented, func(t *testing.T, g *rig) {
		id := g.provisioned(t, powerSchoolBody("North"))
		g.lives(t, id, "1500ms", "validating")
		g.act(t, id, "pause")
		g.advance(t, time.Hour)
		g.act(t, id, "resume")
		g.lives(t, id, "0s", "validating", "499ms", "validating", "1ms", "inProgress", "2s", "success")
	}},
	{"profiles.resume", "validation-error", "From `validationError` a resume ignores the possible errors and goes on `inProgress`", "resource page educationSynchronizationProfileStatus", documented, func(t *testing.T, _ *rig) {
		g := planted(t)
		g.lives(t, stopped, "24h", "validationError")
		g.act(t, stopped, "resume")
		g.lives(t, stopped, "0s", "inProgress", "2s", "success")
	}},
	{"profiles.resume", "nothing-to-resume", "What is neither paused nor stopped by a `validationError` does not resume: 400", "graphemu", chosen, func(t *testing.T, _ *rig) {
		g := planted(t)
		for _, id := range []string{failed, quarantined, fine, running} {
			g.denied(t, id, "resume")
		}
	}},
	{"profiles.resume", "not-provisioned", "A profile that is not provisioned does not resume: 400", "graphemu", chosen, func(t *testing.T, _ *rig) {
		g := planted(t)
		for _, id := range []string{g.create(t, csvBody("North")), unprovisioned, undeleted} {
			g.denied(t, id, "resume")
		}
	}},
	{"profiles.reset", "starts-over", "200 without a body; the sync starts over: `extracting` again", "reset page; the stage is inferred", documented, func(t *testing.T, g *rig) {
		id := g.provisioned(t, powerSchoolBody("North"))
		g.lives(t, id, "4s", "success")
		g.act(t, id, "reset")
		g.lives(t, id, "0s", "extracting", "1s", "validating", "1s", "inProgress", "2s", "success")
	}},
	{"profiles.reset", "from-quarantine", "A reset starts over what is `quarantined`, `error` or `validationError`", "resource page educationSynchronizationProfileStatus", documented, func(t *testing.T, _ *rig) {
		g := planted(t)
		for _, id := range []string{quarantined, failed, stopped} {
			g.act(t, id, "reset")
			g.lives(t, id, "0s", "extracting", "4s", "success")
		}
	}},
	{"profiles.reset", "deletes-errors", "A reset deletes the sync errors and keeps the profile", "reset page", documented, func(t *testing.T, _ *rig) {
		g := planted(t)
		before := g.found(t, at(failed)).body
		require.NotEmpty(t, g.found(t, at(failed)+"/errors").json("value").Array())
		g.act(t, failed, "reset")
		assert.Empty(t, g.found(t, at(failed)+"/errors").json("value").Array())
		assert.Equal(t, "0", g.found(t, at(failed)+"/profileStatus").json("errorCount").Raw)
		assert.Equal(t, before, g.found(t, at(failed)).body)
	}},
	{"profiles.reset", "keeps-last-success", "A reset keeps when the last successful sync was seen", "reset page: keeps what was synchronised", inferred, func(t *testing.T, _ *rig) {
		g := planted(t)
		g.act(t, fine, "reset")
		assert.Equal(t, "2017-06-14T01:13:21.2495183Z", g.found(t, at(fine)+"/profileStatus").text("lastSynchronizationDateTime"))
	}},
	{"profiles.reset", "not-provisioned", "A profile that is not provisioned does not reset: 400", "graphemu", chosen, func(t *testing.T, _ *rig) {
		g := planted(t)
		for _, id := range []string{g.create(t, csvBody("North")), unprovisioned, undeleted} {
			g.denied(t, id, "reset")
		}
	}},
	{"profiles.reset", "never-started", "A profile that never ran has nothing to start over: it keeps waiting", "graphemu", chosen, func(t *testing.T, _ *rig) {
		g := planted(t)
		g.act(t, waiting, "reset")
		g.lives(t, waiting, "0s", "paused", "24h", "paused")
	}},
	{anyOperation, "actions-unknown-id", "Actions on an unknown id are 404", "as for get", chosen, func(t *testing.T, g *rig) {
		for _, action := range []string{"start", "pause", "resume", "reset"} {
			wantError(t, g.post(t, at(mintedID)+"/"+action, ""), 404, "NotFound", "Failed to find profile '"+mintedID+"'")
		}
		assert.Equal(t, 404, g.get(t, at(mintedID)+"/uploadUrl").status)
	}},
	{anyOperation, "expiration-locks", "A profile pauses and locks when its `expirationDate` is reached; a later date unlocks it", "School Data Sync pages (Classic)", documented, func(t *testing.T, g *rig) {
		id := g.provisioned(t, edit(t, csvBody("North"), "expirationDate", "2026-02-01"))
		g.advance(t, 26*24*time.Hour) // 31 January
		assert.Contains(t, g.post(t, at(id)+"/start", "").body, "school.csv", "not locked yet")
		g.advance(t, 24*time.Hour)
		assert.Equal(t, "paused", g.status(t, id))
		for _, action := range []string{"start", "resume", "reset"} {
			g.denied(t, id, action)
		}
		require.Equal(t, 202, g.send(t, "PATCH", at(id), `{"expirationDate": "2026-07-31"}`).status)
		assert.Contains(t, g.post(t, at(id)+"/start", "").body, "school.csv", "not locked any more")
	}},
	{anyOperation, "expiration-pauses-running", "The `expirationDate` pauses a sync that runs", "School Data Sync pages (Classic)", documented, func(t *testing.T, g *rig) {
		g.advance(t, 18*time.Hour-3*time.Second) // three seconds to midnight
		id := g.create(t, edit(t, powerSchoolBody("North"), "expirationDate", "2026-01-06"))
		g.lives(t, id, "2500ms", "extracting", "500ms", "paused", "24h", "paused")
		require.Equal(t, 202, g.send(t, "PATCH", at(id), `{"expirationDate": "2026-07-31"}`).status)
		g.act(t, id, "resume")
		g.lives(t, id, "4s", "success")
	}},
	{"profiles.uploadUrl", "csv-only", "Only a CSV profile has an upload URL: 400 for others", "uploadUrl page; the answer is graphemu's", chosen, func(t *testing.T, g *rig) {
		a := g.get(t, at(g.provisioned(t, powerSchoolBody("North")))+"/uploadUrl")
		wantError(t, a, 400, "BadRequest", a.text("error.message"))
	}},
	{"profiles.uploadUrl", "spellings", "It is a function: `uploadUrl`, `uploadUrl()` and `microsoft.graph.uploadUrl()` are one", "SDK v0.120.0; O365-EDU-Tools Postman collection", documented, func(t *testing.T, g *rig) {
		id := g.provisioned(t, csvBody("North"))
		for _, s := range []string{"uploadUrl", "uploadUrl()", "microsoft.graph.uploadUrl()", "microsoft.graph.uploadUrl", "UPLOADURL"} {
			assert.Equal(t, 200, g.get(t, at(id)+"/"+s).status, s)
		}
	}},
}
