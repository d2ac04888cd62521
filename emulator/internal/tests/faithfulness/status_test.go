package faithfulness

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/graphemu/graphemu/emulator/internal/tests/rig"
)

const (
	sampleError = "00000000-0000-4000-8001-000000000001" // of failed: the page's sample
	knowsAll    = "Prefer: include-unknown-enum-members"
)

var statusStatements = []statement{
	{"profiles.status.get", "ok", "Answers 200 with id, status, error count, dates and message", "profileStatus page; resource page",
		documented, func(t *testing.T, _ *rig.Rig) {
			a := rig.InEveryState(t).Found(t, rig.At(rig.Failed)+"/profileStatus")
			assert.Equal(t, "error", a.Text("status"))
			assert.Equal(t, "5", a.JSON("errorCount").Raw)
			assert.Equal(t, "2017-06-14T01:13:21.2495183Z", a.Text("lastActivityDateTime"))
			assert.Equal(t, "2017-06-13T01:00:00Z", a.Text("lastSynchronizationDateTime"))
			assert.True(t, a.JSON("id").Exists())
			assert.Subset(t, []string{"@odata.context", "id", "status", "errorCount", "lastActivityDateTime", "lastSynchronizationDateTime",
				"statusMessage"}, a.Keys(""))
		}},
	{"profiles.status.get", "context", "The context is `#education/synchronizationProfiles('{id}')/profileStatus/$entity`",
		"profileStatus page (older)", documented, func(t *testing.T, g *rig.Rig) {
			id := g.Create(t, rig.CSVBody("North"))
			assert.Equal(t, g.URL+"/$metadata#education/synchronizationProfiles('"+id+"')/profileStatus/$entity",
				g.Found(t, rig.At(id)+"/profileStatus").Text("@odata.context"))
		}},
	{"profiles.status.get", "members",
		"`paused`, `inProgress`, `success`, `error`, `validationError` and `quarantined` are shown to every client", "resource page, statuses",
		documented, func(t *testing.T, _ *rig.Rig) {
			g := rig.InEveryState(t)
			for id, want := range map[string]string{waiting: "paused", running: "inProgress", fine: "success", rig.Failed: "error",
				stopped: "validationError", quarantined: "quarantined"} {
				assert.Equal(t, want, g.Found(t, rig.At(id)+"/profileStatus").Text("status"))
				assert.Equal(t, want, g.Found(t, rig.At(id)+"/profileStatus", knowsAll).Text("status"))
			}
		}},
	{"profiles.status.get", "late-members", "`extracting` and `validating` came late: they are sent as `unknownFutureValue`",
		"evolvable enums (api-guidelines); docs PR 13490", documented, func(t *testing.T, g *rig.Rig) {
			id := g.Provisioned(t, rig.PowerSchoolBody("North"))
			for range 2 {
				a := g.Found(t, rig.At(id)+"/profileStatus")
				assert.Equal(t, "unknownFutureValue", a.Text("status"))
				assert.NotContains(t, a.Header, "Preference-Applied")
				assert.Equal(t, "unknownFutureValue", g.Found(t, rig.At(id)+"?$expand=profileStatus").Text("profileStatus.status"))
				g.Advance(t, time.Second)
			}
			assert.Equal(t, "inProgress", g.Found(t, rig.At(id)+"/profileStatus").Text("status"))
		}},
	{"profiles.status.get", "late-members-asked", "`Prefer: include-unknown-enum-members` shows them, and `Preference-Applied` says so",
		"best practices page", documented, func(t *testing.T, g *rig.Rig) {
			id := g.Provisioned(t, rig.PowerSchoolBody("North"))
			for _, want := range []string{"extracting", "validating"} {
				a := g.Found(t, rig.At(id)+"/profileStatus", knowsAll)
				assert.Equal(t, want, a.Text("status"))
				assert.Equal(t, "include-unknown-enum-members", a.Header.Get("Preference-Applied"))
				g.Advance(t, time.Second)
			}
		}},
	{"profiles.list", "late-members-asked", "The preference reaches an expanded status too, and `Preference-Applied` says so",
		"best practices page", documented, func(t *testing.T, g *rig.Rig) {
			id := g.Provisioned(t, rig.PowerSchoolBody("North"))
			for path, value := range map[string]string{rig.At(id) + "?$expand=profileStatus": "profileStatus.status",
				rig.ProfilesAt + "?$expand=profileStatus": "value.0.profileStatus.status"} {
				a := g.Found(t, path, knowsAll)
				assert.Equal(t, "extracting", a.Text(value))
				assert.Equal(t, "include-unknown-enum-members", a.Header.Get("Preference-Applied"), path)
			}
		}},
	{"profiles.status.get", "before-first-start",
		"Before its first start a profile is `paused`, has no dates, and its message names what it waits for",
		"graphemu; the dates are documented", chosen, func(t *testing.T, g *rig.Rig) {
			id := g.Create(t, rig.CSVBody("North"))
			for _, want := range []string{"provision", "files"} {
				a := g.Found(t, rig.At(id)+"/profileStatus")
				assert.Equal(t, "paused", a.Text("status"))
				assert.False(t, a.JSON("lastActivityDateTime").Exists())
				assert.False(t, a.JSON("lastSynchronizationDateTime").Exists())
				assert.Contains(t, a.Text("statusMessage"), want)
				g.Advance(t, 2*time.Second)
			}
		}},
	{"profiles.status.get", "last-synchronization",
		"`lastSynchronizationDateTime` is when the last successful sync was seen; absent before it", "resource page", documented,
		func(t *testing.T, g *rig.Rig) {
			id := g.Provisioned(t, rig.PowerSchoolBody("North"))
			g.Advance(t, 3*time.Second)
			assert.False(t, g.Found(t, rig.At(id)+"/profileStatus").JSON("lastSynchronizationDateTime").Exists())
			g.Advance(t, time.Hour)
			assert.Equal(t, "2026-01-05T06:00:06Z", g.Found(t, rig.At(id)+"/profileStatus").Text("lastSynchronizationDateTime"))
		}},
	{"profiles.status.get", "last-activity", "`lastActivityDateTime` is when the status last changed", "resource page", documented,
		func(t *testing.T, g *rig.Rig) {
			id := g.Provisioned(t, rig.PowerSchoolBody("North"))
			g.Advance(t, 2500*time.Millisecond)
			assert.Equal(t, "2026-01-05T06:00:04Z", g.Found(t, rig.At(id)+"/profileStatus").Text("lastActivityDateTime"))
			g.Act(t, id, "pause")
			assert.Equal(t, "2026-01-05T06:00:04.5Z", g.Found(t, rig.At(id)+"/profileStatus").Text("lastActivityDateTime"))
		}},
	{"profiles.status.get", "seven-decimals", "Dates have up to seven decimals of a second",
		"errors page, example `2017-06-14T01:13:21.2495183Z`", observed, func(t *testing.T, _ *rig.Rig) {
			assert.Equal(t, "2017-06-14T01:13:21.2495183Z",
				rig.InEveryState(t).Found(t, rig.At(fine)+"/profileStatus").Text("lastSynchronizationDateTime"))
		}},
	{"profiles.status.get", "never-absent",
		"`errorCount` and `statusMessage` are always there, the message empty where there is nothing to say", serviceMetadata +
			": neither is nullable", inferred, func(t *testing.T, g *rig.Rig) {
			id := g.Provisioned(t, rig.PowerSchoolBody("North"))
			g.Advance(t, time.Hour)
			a := g.Found(t, rig.At(id)+"/profileStatus")
			assert.Equal(t, []string{`"success"`, "0", `""`}, []string{a.JSON("status").Raw, a.JSON("errorCount").Raw, a.JSON("statusMessage").Raw})
			expanded := g.Found(t, rig.At(id)+"?$expand=profileStatus")
			assert.Equal(t, `""`, expanded.JSON("profileStatus.statusMessage").Raw)
		}},
	{"profiles.status.get", "int64", "`errorCount` is an Int64: a number, and a string with `IEEE754Compatible=true`",
		"resource page; OData JSON 4.0, 7.1", documented, func(t *testing.T, _ *rig.Rig) {
			g := rig.InEveryState(t)
			assert.Equal(t, "5",
				g.Found(t, rig.At(rig.Failed)+"/profileStatus", "Accept: application/json;IEEE754Compatible=false").JSON("errorCount").Raw)
			a := g.Found(t, rig.At(rig.Failed)+"/profileStatus", "Accept: application/json;IEEE754Compatible=true")
			assert.Equal(t, `"5"`, a.JSON("errorCount").Raw)
			assert.Contains(t, a.Header.Get("Content-Type"), "IEEE754Compatible=true")
		}},
	{"profiles.status.get", "old-address", "`/Status` is the same address", "pages of 2017", documented, func(t *testing.T, g *rig.Rig) {
		id := g.Create(t, rig.CSVBody("North"))
		assert.Equal(t, g.Found(t, rig.At(id)+"/profileStatus").Body, g.Found(t, rig.At(id)+"/Status").Body)
	}},
	{"profiles.status.get", "select", "`$select` gives exactly the named properties", "SDK v0.120.0", documented,
		func(t *testing.T, g *rig.Rig) {
			a := g.Found(t, rig.At(g.Create(t, rig.CSVBody("North")))+"/profileStatus?$select=status")
			assert.Equal(t, []string{"@odata.context", "status"}, a.Keys(""))
		}},
	{"profiles.status.get", "unknown-id", "An unknown id is 404", "as for get", chosen, func(t *testing.T, g *rig.Rig) {
		rig.WantError(t, g.Get(t, rig.At(rig.UnknownID)+"/profileStatus"), 404, "NotFound", "Failed to find profile '"+rig.UnknownID+"'")
	}},
	{"profiles.status.get", "read-only", "The status is read-only: PATCH and DELETE are 405",
		"API pages; the SDK generates the calls all the same", inferred, func(t *testing.T, g *rig.Rig) {
			id := g.Create(t, rig.CSVBody("North"))
			for method, body := range map[string]string{"PATCH": `{"status": "success"}`, "DELETE": ""} {
				assert.Equal(t, 405, g.Send(t, method, rig.At(id)+"/profileStatus", body).Status, method)
			}
		}},

	{"profiles.errors.list", "sample",
		"An error has id, entryType, errorCode, errorMessage, joiningValue, recordedDateTime and reportableIdentifier", "errors page, example",
		documented, func(t *testing.T, _ *rig.Rig) {
			assert.JSONEq(t, `{"id": "`+sampleError+`", "entryType": "Student", "errorCode": "UnsynchronizableChange",
			"errorMessage": "Student cannot be updated as no matching entry in Active Directory was found for Student.  Verify the identity matching criteria for the profile.",
			"joiningValue": "richard.1wilson@testschool.edu", "recordedDateTime": "2017-06-14T01:13:21.2495183Z", "reportableIdentifier": "richard.1wilson"}`,
				rig.InEveryState(t).Found(t, rig.At(rig.Failed)+"/errors").Text("value.0"))
		}},
	{"profiles.errors.list", "context", "The context is `#education/synchronizationProfiles('{id}')/errors`", "errors page (older)",
		documented, func(t *testing.T, _ *rig.Rig) {
			g := rig.InEveryState(t)
			assert.Equal(t, g.URL+"/$metadata#education/synchronizationProfiles('"+rig.Failed+"')/errors",
				g.Found(t, rig.At(rig.Failed)+"/errors").Text("@odata.context"))
		}},
	{"profiles.errors.list", "count-unasked", "`@odata.count` comes unasked", "errors page, example", documented,
		func(t *testing.T, _ *rig.Rig) {
			a := rig.InEveryState(t).Found(t, rig.At(rig.Failed)+"/errors?$top=2")
			assert.Equal(t, "5", a.JSON("@odata.count").Raw)
			assert.Equal(t, []string{"@odata.context", "@odata.count", "@odata.nextLink", "value"}, a.Keys(""))
		}},
	{"profiles.errors.list", "paged", "Errors are paged with `@odata.nextLink`", "errors page", documented, func(t *testing.T, _ *rig.Rig) {
		g := rig.InEveryState(t)
		pages := g.Walk(t, rig.At(rig.Failed)+"/errors?$top=2")
		assert.Equal(t, []int{2, 2, 1}, rig.Sizes(pages))
		assert.Equal(t, []string{sampleError[:35] + "5"}, pages[2].Texts("value.#.id"))
	}},
	{"profiles.errors.list", "options", "Supports $filter, $orderby, $top, $skip and $count", "errors page", documented,
		func(t *testing.T, _ *rig.Rig) {
			g := rig.InEveryState(t)
			list := func(pairs ...string) []string {
				return g.Found(t, rig.At(rig.Failed)+"/errors"+rig.Query(pairs...)).Texts("value.#.id")
			}
			id := func(n string) string { return sampleError[:35] + n }
			assert.Equal(t, []string{id("2")}, list("$filter", "entryType eq 'Teacher'"))
			assert.Equal(t, []string{id("2"), id("3"), id("4"), id("5")}, list("$filter", "recordedDateTime gt 2017-06-14T01:13:21.2495183Z"))
			assert.Equal(t, []string{id("3"), id("4"), id("5"), id("1"), id("2")}, list("$orderby", "errorCode,recordedDateTime"))
			assert.Equal(t, []string{id("4")}, list("$top", "1", "$skip", "3"))
			assert.Equal(t, "3",
				g.Found(t, rig.At(rig.Failed)+"/errors"+rig.Query("$count", "true", "$filter", "entryType eq 'Student'")).JSON("@odata.count").Raw)
		}},
	{"profiles.errors.list", "none", "Without errors `value` is empty and the count 0", "errors page", inferred,
		func(t *testing.T, g *rig.Rig) {
			a := g.Found(t, rig.At(g.Create(t, rig.CSVBody("North")))+"/errors")
			assert.Equal(t, "[]", a.JSON("value").Raw)
			assert.Equal(t, "0", a.JSON("@odata.count").Raw)
		}},
	{"profiles.errors.list", "old-address", "`/error` is the same address", "pages of 2017", documented, func(t *testing.T, _ *rig.Rig) {
		g := rig.InEveryState(t)
		assert.Equal(t, g.Found(t, rig.At(rig.Failed)+"/errors").Body, g.Found(t, rig.At(rig.Failed)+"/error").Body)
		assert.Equal(t, sampleError, g.Found(t, rig.At(rig.Failed)+"/error/"+sampleError).Text("id"))
	}},
	{"profiles.errors.list", "unknown-id", "An unknown id is 404", "as for get", chosen, func(t *testing.T, g *rig.Rig) {
		rig.WantError(t, g.Get(t, rig.At(rig.UnknownID)+"/errors"), 404, "NotFound", "Failed to find profile '"+rig.UnknownID+"'")
	}},
	{"profiles.errors.get", "ok", "Answers 200 with one error, by its id", "SDK v0.120.0", documented, func(t *testing.T, _ *rig.Rig) {
		g := rig.InEveryState(t)
		a := g.Found(t, rig.At(rig.Failed)+"/errors/"+sampleError)
		assert.Equal(t, g.URL+"/$metadata#education/synchronizationProfiles('"+rig.Failed+"')/errors/$entity", a.Text("@odata.context"))
		assert.JSONEq(t, g.Found(t, rig.At(rig.Failed)+"/errors").Text("value.0"), rig.Edit(t, a.Body, "@odata.context", rig.Absent{}))
	}},
	{"profiles.errors.get", "unknown-id", "An error id that the profile does not have is 404", "as for get", chosen,
		func(t *testing.T, _ *rig.Rig) {
			g := rig.InEveryState(t)
			rig.WantError(t, g.Get(t, rig.At(rig.Failed)+"/errors/"+rig.UnknownID), 404, "NotFound", "Failed to find error '"+rig.UnknownID+"'")
			assert.Equal(t, 404, g.Get(t, rig.At(fine)+"/errors/"+sampleError).Status, "of another profile")
		}},
	{"profiles.errors.count", "plain", "`errors/$count` answers the number as plain text and takes `$filter` and `$search`",
		"SDK v0.120.0 (`Accept: text/plain;q=0.9`)", documented, func(t *testing.T, _ *rig.Rig) {
			g := rig.InEveryState(t)
			a := g.Found(t, rig.At(rig.Failed)+"/errors/$count", "Accept: text/plain;q=0.9")
			assert.Equal(t, "5", a.Body)
			assert.Regexp(t, `^text/plain`, a.Header.Get("Content-Type"))
			assert.Equal(t, "3", g.Found(t, rig.At(rig.Failed)+"/errors/$count"+rig.Query("$filter", "entryType eq 'Student'")).Body)
			assert.Equal(t, "1", g.Found(t, rig.At(rig.Failed)+"/errors/$count"+rig.Query("$search", "richard.2wilson")).Body)
		}},
}
