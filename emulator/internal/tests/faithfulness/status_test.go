package emulator_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

const (
	sampleError = "00000000-0000-4000-8001-000000000001" // of failed: the page's sample
	knowsAll    = "Prefer: include-unknown-enum-members"
)

var statusStatements = []statement{
	{"profiles.status.get", "ok", "Answers 200 with id, status, error count, dates and message", "profileStatus page; resource page", documented, func(t *testing.T, _ *rig) {
		a := planted(t).found(t, at(failed)+"/profileStatus")
		assert.Equal(t, "error", a.text("status"))
		assert.Equal(t, "5", a.json("errorCount").Raw)
		assert.Equal(t, "2017-06-14T01:13:21.2495183Z", a.text("lastActivityDateTime"))
		assert.Equal(t, "2017-06-13T01:00:00Z", a.text("lastSynchronizationDateTime"))
		assert.True(t, a.json("id").Exists())
		assert.Subset(t, []string{"@odata.context", "id", "status", "errorCount", "lastActivityDateTime", "lastSynchronizationDateTime", "statusMessage"}, a.keys(""))
	}},
	{"profiles.status.get", "context", "The context is `#education/synchronizationProfiles('{id}')/profileStatus/$entity`", "profileStatus page (older)", documented, func(t *testing.T, g *rig) {
		id := g.create(t, csvBody("North"))
		assert.Equal(t, g.URL+"/$metadata#education/synchronizationProfiles('"+id+"')/profileStatus/$entity", g.found(t, at(id)+"/profileStatus").text("@odata.context"))
	}},
	{"profiles.status.get", "members", "`paused`, `inProgress`, `success`, `error`, `validationError` and `quarantined` are shown to every client", "resource page, statuses", documented, func(t *testing.T, _ *rig) {
		g := planted(t)
		for id, want := range map[string]string{waiting: "paused", running: "inProgress", fine: "success", failed: "error", stopped: "validationError", quarantined: "quarantined"} {
			assert.Equal(t, want, g.found(t, at(id)+"/profileStatus").text("status"))
			assert.Equal(t, want, g.found(t, at(id)+"/profileStatus", knowsAll).text("status"))
		}
	}},
	{"profiles.status.get", "late-members", "`extracting` and `validating` came late: they are sent as `unknownFutureValue`", "evolvable enums (api-guidelines); docs PR 13490", documented, func(t *testing.T, g *rig) {
		id := g.provisioned(t, powerSchoolBody("North"))
		for range 2 {
			a := g.found(t, at(id)+"/profileStatus")
			assert.Equal(t, "unknownFutureValue", a.text("status"))
			assert.NotContains(t, a.header, "Preference-Applied")
			assert.Equal(t, "unknownFutureValue", g.found(t, at(id)+"?$expand=profileStatus").text("profileStatus.status"))
			g.advance(t, time.Second)
		}
		assert.Equal(t, "inProgress", g.found(t, at(id)+"/profileStatus").text("status"))
	}},
	{"profiles.status.get", "late-members-asked", "`Prefer: include-unknown-enum-members` shows them, and `Preference-Applied` says so", "best practices page", documented, func(t *testing.T, g *rig) {
		id := g.provisioned(t, powerSchoolBody("North"))
		for _, want := range []string{"extracting", "validating"} {
			a := g.found(t, at(id)+"/profileStatus", knowsAll)
			assert.Equal(t, want, a.text("status"))
			assert.Equal(t, "include-unknown-enum-members", a.header.Get("Preference-Applied"))
			g.advance(t, time.Second)
		}
	}},
	{"profiles.list", "late-members-asked", "The preference reaches an expanded status too, and `Preference-Applied` says so", "best practices page", documented, func(t *testing.T, g *rig) {
		id := g.provisioned(t, powerSchoolBody("North"))
		for path, value := range map[string]string{at(id) + "?$expand=profileStatus": "profileStatus.status", profilesAt + "?$expand=profileStatus": "value.0.profileStatus.status"} {
			a := g.found(t, path, knowsAll)
			assert.Equal(t, "extracting", a.text(value))
			assert.Equal(t, "include-unknown-enum-members", a.header.Get("Preference-Applied"), path)
		}
	}},
	{"profiles.status.get", "before-first-start", "Before its first start a profile is `paused`, has no dates, and its message names what it waits for", "graphemu; the dates are documented", chosen, func(t *testing.T, g *rig) {
		id := g.create(t, csvBody("North"))
		for _, want := range []string{"provision", "files"} {
			a := g.found(t, at(id)+"/profileStatus")
			assert.Equal(t, "paused", a.text("status"))
			assert.False(t, a.json("lastActivityDateTime").Exists())
			assert.False(t, a.json("lastSynchronizationDateTime").Exists())
			assert.Contains(t, a.text("statusMessage"), want)
			g.advance(t, 2*time.Second)
		}
	}},
	{"profiles.status.get", "last-synchronization", "`lastSynchronizationDateTime` is when the last successful sync was seen; absent before it", "resource page", documented, func(t *testing.T, g *rig) {
		id := g.provisioned(t, powerSchoolBody("North"))
		g.advance(t, 3*time.Second)
		assert.False(t, g.found(t, at(id)+"/profileStatus").json("lastSynchronizationDateTime").Exists())
		g.advance(t, time.Hour)
		assert.Equal(t, "2026-01-05T06:00:06Z", g.found(t, at(id)+"/profileStatus").text("lastSynchronizationDateTime"))
	}},
	{"profiles.status.get", "last-activity", "`lastActivityDateTime` is when the status last changed", "resource page", documented, func(t *testing.T, g *rig) {
		id := g.provisioned(t, powerSchoolBody("North"))
		g.advance(t, 2500*time.Millisecond)
		assert.Equal(t, "2026-01-05T06:00:04Z", g.found(t, at(id)+"/profileStatus").text("lastActivityDateTime"))
		g.act(t, id, "pause")
		assert.Equal(t, "2026-01-05T06:00:04.5Z", g.found(t, at(id)+"/profileStatus").text("lastActivityDateTime"))
	}},
	{"profiles.status.get", "seven-decimals", "Dates have up to seven decimals of a second", "errors page, example `2017-06-14T01:13:21.2495183Z`", observed, func(t *testing.T, _ *rig) {
		assert.Equal(t, "2017-06-14T01:13:21.2495183Z", planted(t).found(t, at(fine)+"/profileStatus").text("lastSynchronizationDateTime"))
	}},
	{"profiles.status.get", "never-absent",
		"`errorCount` and `statusMessage` are always there, the message empty where there is nothing to say", serviceMetadata +
			": neither is nullable", inferred, func(t *testing.T, g *rig) {
			id := g.provisioned(t, powerSchoolBody("North"))
			g.advance(t, time.Hour)
			a := g.found(t, at(id)+"/profileStatus")
			assert.Equal(t, []string{`"success"`, "0", `""`}, []string{a.json("status").Raw, a.json("errorCount").Raw, a.json("statusMessage").Raw})
			expanded := g.found(t, at(id)+"?$expand=profileStatus")
			assert.Equal(t, `""`, expanded.json("profileStatus.statusMessage").Raw)
		}},
	{"profiles.status.get", "int64", "`errorCount` is an Int64: a number, and a string with `IEEE754Compatible=true`", "resource page; OData JSON 4.0, 7.1", documented, func(t *testing.T, _ *rig) {
		g := planted(t)
		assert.Equal(t, "5", g.found(t, at(failed)+"/profileStatus", "Accept: application/json;IEEE754Compatible=false").json("errorCount").Raw)
		a := g.found(t, at(failed)+"/profileStatus", "Accept: application/json;IEEE754Compatible=true")
		assert.Equal(t, `"5"`, a.json("errorCount").Raw)
		assert.Contains(t, a.header.Get("Content-Type"), "IEEE754Compatible=true")
	}},
	{"profiles.status.get", "old-address", "`/Status` is the same address", "pages of 2017", documented, func(t *testing.T, g *rig) {
		id := g.create(t, csvBody("North"))
		assert.Equal(t, g.found(t, at(id)+"/profileStatus").body, g.found(t, at(id)+"/Status").body)
	}},
	{"profiles.status.get", "select", "`$select` gives exactly the named properties", "SDK v0.120.0", documented, func(t *testing.T, g *rig) {
		a := g.found(t, at(g.create(t, csvBody("North")))+"/profileStatus?$select=status")
		assert.Equal(t, []string{"@odata.context", "status"}, a.keys(""))
	}},
	{"profiles.status.get", "unknown-id", "An unknown id is 404", "as for get", chosen, func(t *testing.T, g *rig) {
		wantError(t, g.get(t, at(mintedID)+"/profileStatus"), 404, "NotFound", "Failed to find profile '"+mintedID+"'")
	}},
	{"profiles.status.get", "read-only", "The status is read-only: PATCH and DELETE are 405", "API pages; the SDK generates the calls all the same", inferred, func(t *testing.T, g *rig) {
		id := g.create(t, csvBody("North"))
		for method, body := range map[string]string{"PATCH": `{"status": "success"}`, "DELETE": ""} {
			assert.Equal(t, 405, g.send(t, method, at(id)+"/profileStatus", body).status, method)
		}
	}},

	{"profiles.errors.list", "sample", "An error has id, entryType, errorCode, errorMessage, joiningValue, recordedDateTime and reportableIdentifier", "errors page, example", documented, func(t *testing.T, _ *rig) {
		assert.JSONEq(t, `{"id": "`+sampleError+`", "entryType": "Student", "errorCode": "UnsynchronizableChange",
			"errorMessage": "Student cannot be updated as no matching entry in Active Directory was found for Student.  Verify the identity matching criteria for the profile.",
			"joiningValue": "richard.1wilson@testschool.edu", "recordedDateTime": "2017-06-14T01:13:21.2495183Z", "reportableIdentifier": "richard.1wilson"}`,
			planted(t).found(t, at(failed)+"/errors").text("value.0"))
	}},
	{"profiles.errors.list", "context", "The context is `#education/synchronizationProfiles('{id}')/errors`", "errors page (older)", documented, func(t *testing.T, _ *rig) {
		g := planted(t)
		assert.Equal(t, g.URL+"/$metadata#education/synchronizationProfiles('"+failed+"')/errors", g.found(t, at(failed)+"/errors").text("@odata.context"))
	}},
	{"profiles.errors.list", "count-unasked", "`@odata.count` comes unasked", "errors page, example", documented, func(t *testing.T, _ *rig) {
		a := planted(t).found(t, at(failed)+"/errors?$top=2")
		assert.Equal(t, "5", a.json("@odata.count").Raw)
		assert.Equal(t, []string{"@odata.context", "@odata.count", "@odata.nextLink", "value"}, a.keys(""))
	}},
	{"profiles.errors.list", "paged", "Errors are paged with `@odata.nextLink`", "errors page", documented, func(t *testing.T, _ *rig) {
		g := planted(t)
		pages := g.walk(t, at(failed)+"/errors?$top=2")
		assert.Equal(t, []int{2, 2, 1}, sizes(pages))
		assert.Equal(t, []string{sampleError[:35] + "5"}, pages[2].texts("value.#.id"))
	}},
	{"profiles.errors.list", "options", "Supports $filter, $orderby, $top, $skip and $count", "errors page", documented, func(t *testing.T, _ *rig) {
		g := planted(t)
		list := func(pairs ...string) []string {
			return g.found(t, at(failed)+"/errors"+query(pairs...)).texts("value.#.id")
		}
		id := func(n string) string { return sampleError[:35] + n }
		assert.Equal(t, []string{id("2")}, list("$filter", "entryType eq 'Teacher'"))
		assert.Equal(t, []string{id("2"), id("3"), id("4"), id("5")}, list("$filter", "recordedDateTime gt 2017-06-14T01:13:21.2495183Z"))
		assert.Equal(t, []string{id("3"), id("4"), id("5"), id("1"), id("2")}, list("$orderby", "errorCode,recordedDateTime"))
		assert.Equal(t, []string{id("4")}, list("$top", "1", "$skip", "3"))
		assert.Equal(t, "3", g.found(t, at(failed)+"/errors"+query("$count", "true", "$filter", "entryType eq 'Student'")).json("@odata.count").Raw)
	}},
	{"profiles.errors.list", "none", "Without errors `value` is empty and the count 0", "errors page", inferred, func(t *testing.T, g *rig) {
		a := g.found(t, at(g.create(t, csvBody("North")))+"/errors")
		assert.Equal(t, "[]", a.json("value").Raw)
		assert.Equal(t, "0", a.json("@odata.count").Raw)
	}},
	{"profiles.errors.list", "old-address", "`/error` is the same address", "pages of 2017", documented, func(t *testing.T, _ *rig) {
		g := planted(t)
		assert.Equal(t, g.found(t, at(failed)+"/errors").body, g.found(t, at(failed)+"/error").body)
		assert.Equal(t, sampleError, g.found(t, at(failed)+"/error/"+sampleError).text("id"))
	}},
	{"profiles.errors.list", "unknown-id", "An unknown id is 404", "as for get", chosen, func(t *testing.T, g *rig) {
		wantError(t, g.get(t, at(mintedID)+"/errors"), 404, "NotFound", "Failed to find profile '"+mintedID+"'")
	}},
	{"profiles.errors.get", "ok", "Answers 200 with one error, by its id", "SDK v0.120.0", documented, func(t *testing.T, _ *rig) {
		g := planted(t)
		a := g.found(t, at(failed)+"/errors/"+sampleError)
		assert.Equal(t, g.URL+"/$metadata#education/synchronizationProfiles('"+failed+"')/errors/$entity", a.text("@odata.context"))
		assert.JSONEq(t, g.found(t, at(failed)+"/errors").text("value.0"), edit(t, a.body, "@odata.context", absent{}))
	}},
	{"profiles.errors.get", "unknown-id", "An error id that the profile does not have is 404", "as for get", chosen, func(t *testing.T, _ *rig) {
		g := planted(t)
		wantError(t, g.get(t, at(failed)+"/errors/"+mintedID), 404, "NotFound", "Failed to find error '"+mintedID+"'")
		assert.Equal(t, 404, g.get(t, at(fine)+"/errors/"+sampleError).status, "of another profile")
	}},
	{"profiles.errors.count", "plain", "`errors/$count` answers the number as plain text and takes `$filter` and `$search`", "SDK v0.120.0 (`Accept: text/plain;q=0.9`)", documented, func(t *testing.T, _ *rig) {
		g := planted(t)
		a := g.found(t, at(failed)+"/errors/$count", "Accept: text/plain;q=0.9")
		assert.Equal(t, "5", a.body)
		assert.Regexp(t, `^text/plain`, a.header.Get("Content-Type"))
		assert.Equal(t, "3", g.found(t, at(failed)+"/errors/$count"+query("$filter", "entryType eq 'Student'")).body)
		assert.Equal(t, "1", g.found(t, at(failed)+"/errors/$count"+query("$search", "richard.2wilson")).body)
	}},
}
