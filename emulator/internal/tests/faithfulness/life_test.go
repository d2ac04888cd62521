package faithfulness

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator/internal/tests/rig"
)

// The profiles of testdata/fixture.json.
const (
	stopped       = "00000000-0000-4000-8000-000000000002" // status validationError
	quarantined   = "00000000-0000-4000-8000-000000000003" // of PowerSchool, one sync error
	fine          = "00000000-0000-4000-8000-000000000004" // status success
	running       = "00000000-0000-4000-8000-000000000005" // status inProgress
	waiting       = "00000000-0000-4000-8000-000000000006" // never started
	unprovisioned = "00000000-0000-4000-8000-000000000007" // state provisioningFailed
	undeleted     = "00000000-0000-4000-8000-000000000008" // state deletionFailed
)

var lifeStatements = []statement{
	{"profiles.delete", "status-202", "Answers 202 without a body", "delete page", documented, func(t *testing.T, g *rig.Rig) {
		rig.WantEmpty(t, g.Send(t, "DELETE", rig.At(g.Create(t, rig.CSVBody("North"))), ""), 202)
	}},
	{"profiles.delete", "deleting-then-gone", "The state is `deleting`; later the profile is gone and answers 404",
		"delete page; resource page", documented, func(t *testing.T, g *rig.Rig) {
			id := g.Provisioned(t, rig.CSVBody("North"))
			g.Send(t, "DELETE", rig.At(id), "")
			assert.Equal(t, "deleting", g.Found(t, rig.At(id)).Text("state"))
			assert.Equal(t, []string{"deleting"}, g.Found(t, rig.ProfilesAt).Texts("value.#.state"))
			g.Advance(t, time.Second)
			for _, sub := range []string{"", "/profileStatus", "/errors", "/errors/$count"} {
				assert.Equal(t, 404, g.Get(t, rig.At(id)+sub).Status, sub)
			}
			assert.Empty(t, g.Found(t, rig.ProfilesAt).JSON("value").Array())
		}},
	{"profiles.delete", "takes-one-second", "Deleting takes one second of the world's clock", "graphemu", chosen,
		func(t *testing.T, g *rig.Rig) {
			id := g.Provisioned(t, rig.CSVBody("North"))
			g.Send(t, "DELETE", rig.At(id), "")
			g.Advance(t, 999*time.Millisecond)
			assert.Equal(t, 200, g.Get(t, rig.At(id)).Status)
			g.Advance(t, time.Millisecond)
			assert.Equal(t, 404, g.Get(t, rig.At(id)).Status)
		}},
	{"profiles.delete", "from-any-state", "A profile may be deleted in any state but `deleting`", "resource page, states", inferred,
		func(t *testing.T, _ *rig.Rig) {
			g := rig.InEveryState(t)
			provisioning := g.Create(t, rig.CSVBody("North"))
			for _, id := range []string{provisioning, waiting, running, unprovisioned, undeleted, quarantined} {
				assert.Equal(t, 202, g.Send(t, "DELETE", rig.At(id), "").Status, id)
				a := g.Send(t, "DELETE", rig.At(id), "")
				rig.WantError(t, a, 400, "BadRequest", a.Text("error.message"))
				assert.Equal(t, "deleting", g.Found(t, rig.At(id)).Text("state"))
			}
			g.Advance(t, time.Second)
			assert.Equal(t, 404, g.Get(t, rig.At(provisioning)).Status)
		}},
	{"profiles.delete", "unknown-id", "An unknown id is 404, and so is one that is gone", "as for get", chosen,
		func(t *testing.T, g *rig.Rig) {
			rig.WantError(t, g.Send(t, "DELETE", rig.At(rig.UnknownID), ""), 404, "NotFound", "Failed to find profile '"+rig.UnknownID+"'")
		}},
	{"profiles.get", "state-failed", "The states `provisioningFailed` and `deletionFailed` are shown", "resource page, states", documented,
		func(t *testing.T, _ *rig.Rig) {
			g := rig.InEveryState(t)
			assert.Equal(t, "provisioningFailed", g.Found(t, rig.At(unprovisioned)).Text("state"))
			assert.Equal(t, "deletionFailed", g.Found(t, rig.At(undeleted)).Text("state"))
		}},

	{"profiles.create", "provisioned-later", "A profile goes from `provisioning` to `provisioned` by itself",
		"create page (`Query the status`)", documented, func(t *testing.T, g *rig.Rig) {
			id := g.Create(t, rig.CSVBody("North"))
			assert.Equal(t, "provisioning", g.Found(t, rig.At(id)).Text("state"))
			g.Advance(t, time.Hour)
			assert.Equal(t, "provisioned", g.Found(t, rig.At(id)).Text("state"))
			assert.Equal(t, "provisioned", g.Found(t, rig.ProfilesAt).Text("value.0.state"))
		}},
	{"profiles.create", "provisioning-two-seconds", "Provisioning takes two seconds of the world's clock", "graphemu", chosen,
		func(t *testing.T, g *rig.Rig) {
			id := g.Create(t, rig.CSVBody("North"))
			g.Advance(t, 2*time.Second-time.Millisecond)
			assert.Equal(t, "provisioning", g.Found(t, rig.At(id)).Text("state"))
			g.Advance(t, time.Millisecond)
			assert.Equal(t, "provisioned", g.Found(t, rig.At(id)).Text("state"))
		}},
	{"profiles.create", "api-providers-start", "PowerSchool and OneRoster profiles start by themselves once provisioned",
		"create scenario of 2017; start page (CSV only)", documented, func(t *testing.T, g *rig.Rig) {
			for _, b := range []string{rig.PowerSchoolBody("North"), rig.OneRosterBody("North")} {
				id := g.Create(t, b)
				g.Lives(t, id, "0s", "paused", "2s", "extracting", "1h", "success")
			}
		}},
	{"profiles.create", "csv-waits", "A CSV profile waits for its files: it does not start by itself", "start page", documented,
		func(t *testing.T, g *rig.Rig) {
			id := g.Provisioned(t, rig.CSVBody("North"))
			g.Lives(t, id, "0s", "paused", "24h", "paused")
		}},
	{"profiles.status.get", "stages", "A sync goes through `extracting`, `validating`, `inProgress` to `success`",
		"resource page educationSynchronizationProfileStatus", documented, func(t *testing.T, g *rig.Rig) {
			g.Lives(t, g.Provisioned(t, rig.OneRosterBody("North")), "0s", "extracting", "1s", "validating", "1s", "inProgress", "2s", "success",
				"24h", "success")
		}},
	{"profiles.status.get", "stage-times", "extracting and validating take one second each, inProgress two", "graphemu", chosen,
		func(t *testing.T, g *rig.Rig) {
			g.Lives(t, g.Provisioned(t, rig.PowerSchoolBody("North")), "999ms", "extracting", "1ms", "validating", "999ms", "validating", "1ms",
				"inProgress", "1999ms", "inProgress", "1ms", "success")
		}},

	{"profiles.start", "missing-files", "400 with the messages where one of them is an `Error`: here the files that are missing",
		"start page, text", documented, func(t *testing.T, g *rig.Rig) {
			a := g.Post(t, rig.At(g.Provisioned(t, rig.CSVBody("North")))+"/start", "")
			assert.Equal(t, 400, a.Status)
			assert.Equal(t, []string{"school.csv", "student.csv", "teacher.csv"}, a.Texts("value.#.fileName"))
			assert.Equal(t, []string{"Error", "Error", "Error"}, a.Texts("value.#.type"))
			assert.Equal(t, []string{"type", "fileName", "description"}, a.Keys("value.0"))
		}},
	{"profiles.start", "context", "The messages' context is `#education/Collection(microsoft.graph.verificationMessage)`",
		"start page, example", documented, func(t *testing.T, g *rig.Rig) {
			a := g.Post(t, rig.At(g.Provisioned(t, rig.CSVBody("North")))+"/start", "")
			assert.Equal(t, []string{"@odata.context", "value"}, a.Keys(""))
			assert.Equal(t, g.URL+"/$metadata#education/Collection(microsoft.graph.verificationMessage)", a.Text("@odata.context"))
		}},
	{"profiles.start", "three-files-needed",
		"school, student and teacher are needed always; the other three files are missed only where one of them is there",
		"CSV files for School Data Sync page", documented, func(t *testing.T, g *rig.Rig) {
			a := g.Post(t, rig.At(g.Provisioned(t, rig.CSVBody("North")))+"/start", "")
			assert.NotContains(t, a.Body, "section.csv")
			assert.NotContains(t, a.Body, "studentenrollment.csv")
			assert.NotContains(t, a.Body, "teacherroster.csv")
		}},
	{"profiles.start", "error-starts-nothing", "A start that answers an `Error` does not start the sync", "start page", documented,
		func(t *testing.T, g *rig.Rig) {
			id := g.Provisioned(t, rig.CSVBody("North"))
			before := g.Found(t, rig.At(id)+"/profileStatus").Body
			g.Post(t, rig.At(id)+"/start", "")
			g.Advance(t, time.Minute)
			assert.Equal(t, before, g.Found(t, rig.At(id)+"/profileStatus").Body)
		}},
	{"profiles.start", "not-provisioned",
		"A profile that is not provisioned does not start: 400 in the error envelope, before the files are looked at",
		"start page (`provisioned` only); the answer is graphemu's", chosen, func(t *testing.T, _ *rig.Rig) {
			g := rig.InEveryState(t)
			for _, id := range []string{g.Create(t, rig.CSVBody("North")), unprovisioned, undeleted} {
				g.Denied(t, id, "start")
			}
		}},
	{"profiles.start", "csv-only", "Only a CSV profile is started: 400 in the error envelope for others",
		"start page; the answer is graphemu's", chosen, func(t *testing.T, g *rig.Rig) {
			g.Denied(t, g.Provisioned(t, rig.PowerSchoolBody("North")), "start")
			g.Denied(t, g.Provisioned(t, rig.OneRosterBody("North")), "start")
		}},
	{"profiles.start", "while-running", "A sync that runs is not started again: 400", "graphemu", chosen, func(t *testing.T, _ *rig.Rig) {
		rig.InEveryState(t).Denied(t, running, "start")
	}},
	{"profiles.start", "body-ignored", "The action takes no parameters: an empty object, or no body, is the same",
		"start page; SDK v0.120.0 sends none", documented, func(t *testing.T, g *rig.Rig) {
			id := g.Provisioned(t, rig.CSVBody("North"))
			assert.Equal(t, g.Post(t, rig.At(id)+"/start", "").Body, g.Post(t, rig.At(id)+"/start", "{}").Body)
		}},

	{"profiles.pause", "running", "200 without a body; a running sync is `paused` and does not go on", "pause page", documented,
		func(t *testing.T, g *rig.Rig) {
			id := g.Provisioned(t, rig.PowerSchoolBody("North"))
			g.Lives(t, id, "1500ms", "validating")
			g.Act(t, id, "pause")
			g.Lives(t, id, "0s", "paused", "24h", "paused")
		}},
	{"profiles.pause", "not-provisioned", "A profile that is not provisioned does not pause: 400", "graphemu", chosen,
		func(t *testing.T, _ *rig.Rig) {
			g := rig.InEveryState(t)
			for _, id := range []string{g.Create(t, rig.PowerSchoolBody("North")), unprovisioned, undeleted} {
				g.Denied(t, id, "pause")
			}
			g.Send(t, "DELETE", rig.At(running), "")
			g.Denied(t, running, "pause")
		}},
	{"profiles.pause", "status-only", "Pausing leaves the profile's state `provisioned`", "resource pages: status and state are apart",
		inferred, func(t *testing.T, g *rig.Rig) {
			id := g.Provisioned(t, rig.PowerSchoolBody("North"))
			g.Act(t, id, "pause")
			assert.Equal(t, "provisioned", g.Found(t, rig.At(id)).Text("state"))
		}},
	{"profiles.resume", "where-it-was", "200 without a body; a paused sync goes on where it was", "resume page", documented,
		func(t *testing.T, g *rig.Rig) {
			id := g.Provisioned(t, rig.PowerSchoolBody("North"))
			g.Lives(t, id, "1500ms", "validating")
			g.Act(t, id, "pause")
			g.Advance(t, time.Hour)
			g.Act(t, id, "resume")
			g.Lives(t, id, "0s", "validating", "499ms", "validating", "1ms", "inProgress", "2s", "success")
		}},
	{"profiles.resume", "validation-error", "From `validationError` a resume ignores the possible errors and goes on `inProgress`",
		"resource page educationSynchronizationProfileStatus", documented, func(t *testing.T, _ *rig.Rig) {
			g := rig.InEveryState(t)
			g.Lives(t, stopped, "24h", "validationError")
			g.Act(t, stopped, "resume")
			g.Lives(t, stopped, "0s", "inProgress", "2s", "success")
		}},
	{"profiles.resume", "nothing-to-resume", "What is neither paused nor stopped by a `validationError` does not resume: 400", "graphemu",
		chosen, func(t *testing.T, _ *rig.Rig) {
			g := rig.InEveryState(t)
			for _, id := range []string{rig.Failed, quarantined, fine, running} {
				g.Denied(t, id, "resume")
			}
		}},
	{"profiles.resume", "not-provisioned", "A profile that is not provisioned does not resume: 400", "graphemu", chosen,
		func(t *testing.T, _ *rig.Rig) {
			g := rig.InEveryState(t)
			for _, id := range []string{g.Create(t, rig.CSVBody("North")), unprovisioned, undeleted} {
				g.Denied(t, id, "resume")
			}
		}},
	{"profiles.reset", "starts-over", "200 without a body; the sync starts over: `extracting` again", "reset page; the stage is inferred",
		documented, func(t *testing.T, g *rig.Rig) {
			id := g.Provisioned(t, rig.PowerSchoolBody("North"))
			g.Lives(t, id, "4s", "success")
			g.Act(t, id, "reset")
			g.Lives(t, id, "0s", "extracting", "1s", "validating", "1s", "inProgress", "2s", "success")
		}},
	{"profiles.reset", "from-quarantine", "A reset starts over what is `quarantined`, `error` or `validationError`",
		"resource page educationSynchronizationProfileStatus", documented, func(t *testing.T, _ *rig.Rig) {
			g := rig.InEveryState(t)
			for _, id := range []string{quarantined, rig.Failed, stopped} {
				g.Act(t, id, "reset")
				g.Lives(t, id, "0s", "extracting", "4s", "success")
			}
		}},
	{"profiles.reset", "deletes-errors", "A reset deletes the sync errors and keeps the profile", "reset page", documented,
		func(t *testing.T, _ *rig.Rig) {
			g := rig.InEveryState(t)
			before := g.Found(t, rig.At(rig.Failed)).Body
			require.NotEmpty(t, g.Found(t, rig.At(rig.Failed)+"/errors").JSON("value").Array())
			g.Act(t, rig.Failed, "reset")
			assert.Empty(t, g.Found(t, rig.At(rig.Failed)+"/errors").JSON("value").Array())
			assert.Equal(t, "0", g.Found(t, rig.At(rig.Failed)+"/profileStatus").JSON("errorCount").Raw)
			assert.Equal(t, before, g.Found(t, rig.At(rig.Failed)).Body)
		}},
	{"profiles.reset", "keeps-last-success", "A reset keeps when the last successful sync was seen", "reset page: keeps what was synchronised",
		inferred, func(t *testing.T, _ *rig.Rig) {
			g := rig.InEveryState(t)
			g.Act(t, fine, "reset")
			assert.Equal(t, "2017-06-14T01:13:21.2495183Z", g.Found(t, rig.At(fine)+"/profileStatus").Text("lastSynchronizationDateTime"))
		}},
	{"profiles.reset", "not-provisioned", "A profile that is not provisioned does not reset: 400", "graphemu", chosen,
		func(t *testing.T, _ *rig.Rig) {
			g := rig.InEveryState(t)
			for _, id := range []string{g.Create(t, rig.CSVBody("North")), unprovisioned, undeleted} {
				g.Denied(t, id, "reset")
			}
		}},
	{"profiles.reset", "never-started", "A profile that never ran has nothing to start over: it keeps waiting", "graphemu", chosen,
		func(t *testing.T, _ *rig.Rig) {
			g := rig.InEveryState(t)
			g.Act(t, waiting, "reset")
			g.Lives(t, waiting, "0s", "paused", "24h", "paused")
		}},
	{anyOperation, "actions-unknown-id", "Actions on an unknown id are 404", "as for get", chosen, func(t *testing.T, g *rig.Rig) {
		for _, action := range []string{"start", "pause", "resume", "reset"} {
			rig.WantError(t, g.Post(t, rig.At(rig.UnknownID)+"/"+action, ""), 404, "NotFound", "Failed to find profile '"+rig.UnknownID+"'")
		}
		assert.Equal(t, 404, g.Get(t, rig.At(rig.UnknownID)+"/uploadUrl").Status)
	}},
	{anyOperation, "expiration-locks", "A profile pauses and locks when its `expirationDate` is reached; a later date unlocks it",
		"School Data Sync pages (Classic)", documented, func(t *testing.T, g *rig.Rig) {
			id := g.Provisioned(t, rig.Edit(t, rig.CSVBody("North"), "expirationDate", "2026-02-01"))
			g.Advance(t, 26*24*time.Hour) // 31 January
			assert.Contains(t, g.Post(t, rig.At(id)+"/start", "").Body, "school.csv", "not locked yet")
			g.Advance(t, 24*time.Hour)
			assert.Equal(t, "paused", g.Status(t, id))
			for _, action := range []string{"start", "resume", "reset"} {
				g.Denied(t, id, action)
			}
			require.Equal(t, 202, g.Send(t, "PATCH", rig.At(id), `{"expirationDate": "2026-07-31"}`).Status)
			assert.Contains(t, g.Post(t, rig.At(id)+"/start", "").Body, "school.csv", "not locked any more")
		}},
	{anyOperation, "expiration-pauses-running", "The `expirationDate` pauses a sync that runs", "School Data Sync pages (Classic)", documented,
		func(t *testing.T, g *rig.Rig) {
			g.Advance(t, 18*time.Hour-3*time.Second) // three seconds to midnight
			id := g.Create(t, rig.Edit(t, rig.PowerSchoolBody("North"), "expirationDate", "2026-01-06"))
			g.Lives(t, id, "2500ms", "extracting", "500ms", "paused", "24h", "paused")
			require.Equal(t, 202, g.Send(t, "PATCH", rig.At(id), `{"expirationDate": "2026-07-31"}`).Status)
			g.Act(t, id, "resume")
			g.Lives(t, id, "4s", "success")
		}},
	{"profiles.uploadUrl", "csv-only", "Only a CSV profile has an upload URL: 400 for others", "uploadUrl page; the answer is graphemu's",
		chosen, func(t *testing.T, g *rig.Rig) {
			a := g.Get(t, rig.At(g.Provisioned(t, rig.PowerSchoolBody("North")))+"/uploadUrl")
			rig.WantError(t, a, 400, "BadRequest", a.Text("error.message"))
		}},
	{"profiles.uploadUrl", "spellings", "It is a function: `uploadUrl`, `uploadUrl()` and `microsoft.graph.uploadUrl()` are one",
		"SDK v0.120.0; O365-EDU-Tools Postman collection", documented, func(t *testing.T, g *rig.Rig) {
			id := g.Provisioned(t, rig.CSVBody("North"))
			for _, s := range []string{"uploadUrl", "uploadUrl()", "microsoft.graph.uploadUrl()", "microsoft.graph.uploadUrl", "UPLOADURL"} {
				assert.Equal(t, 200, g.Get(t, rig.At(id)+"/"+s).Status, s)
			}
		}},
}
