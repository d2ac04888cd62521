package faithfulness

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/internal/tests/rig"
	"github.com/graphemu/graphemu/emulator/journal"
)

// calendars are metadata with events, as Graph's own has them.
const calendars = `<?xml version="1.0" encoding="utf-8"?>
<edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx"><edmx:DataServices>
<Schema Namespace="microsoft.graph" Alias="graph" xmlns="http://docs.oasis-open.org/odata/ns/edm">
<EntityType Name="entity" Abstract="true"><Key><PropertyRef Name="id"/></Key><Property Name="id" Type="Edm.String" Nullable="false"/></EntityType>
<ComplexType Name="dateTimeTimeZone"><Property Name="dateTime" Type="Edm.String"/><Property Name="timeZone" Type="Edm.String"/></ComplexType>
<ComplexType Name="patternedRecurrence"><Property Name="pattern" Type="graph.recurrencePattern"/></ComplexType>
<ComplexType Name="recurrencePattern"><Property Name="interval" Type="Edm.Int32"/></ComplexType>
<EntityType Name="event" BaseType="graph.entity"><Property Name="subject" Type="Edm.String"/>
<Property Name="start" Type="graph.dateTimeTimeZone"/><Property Name="end" Type="graph.dateTimeTimeZone"/>
<Property Name="recurrence" Type="graph.patternedRecurrence"/></EntityType>
<EntityType Name="room" BaseType="graph.entity"><Property Name="displayName" Type="Edm.String"/>
<NavigationProperty Name="events" Type="Collection(graph.event)" ContainsTarget="true"/>
<NavigationProperty Name="calendarView" Type="Collection(graph.event)" ContainsTarget="true"/></EntityType>
<EntityContainer Name="GraphService"><EntitySet Name="rooms" EntityType="graph.room"/></EntityContainer>
</Schema></edmx:DataServices></edmx:Edmx>`

// withCalendars is a server of these with a room, and the address of its calendarView.
func withCalendars(t *testing.T, events ...[3]string) (g *rig.Rig, view string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "calendars.csdl")
	require.NoError(t, os.WriteFile(file, []byte(calendars), 0o600))
	g = newRig(t, emulator.Options{Metadata: []string{file}})
	room := "/rooms/" + created(t, g, v1(g, "/rooms"), `{"displayName":"Blue"}`).Text("id")
	for _, e := range events {
		created(t, g, v1(g, room+"/events"), `{"subject":"`+e[0]+`","start":{"dateTime":"`+e[1]+`","timeZone":"UTC"},"end":{"dateTime":"`+e[2]+
			`","timeZone":"UTC"}}`)
	}
	return g, v1(g, room+"/calendarView")
}

var windowStatements = []statement{
	{anyOperation, "calendar-view",
		"A calendarView that metadata describes shows those of the events beside it that have begun before endDateTime " +
			"and end after startDateTime, with $filter, $orderby, pages and /$count as elsewhere; it is only read", "list calendarView page", documented,
		func(t *testing.T, _ *rig.Rig) {
			g, view := withCalendars(t, [3]string{"before", "2026-01-04T08:00:00.0000000", "2026-01-05T00:00:00.0000000"},
				[3]string{"over", "2026-01-04T23:00:00.0000000", "2026-01-05T01:00:00.0000000"},
				[3]string{"in", "2026-01-05T08:00:00.0000000", "2026-01-05T09:00:00.0000000"},
				[3]string{"late", "2026-01-05T23:30:00.0000000", "2026-01-06T09:00:00.0000000"},
				[3]string{"after", "2026-01-06T00:00:00.0000000", "2026-01-06T01:00:00.0000000"})
			const day = "?startDateTime=2026-01-05T00:00:00Z&endDateTime=2026-01-06T00:00:00Z"
			assert.Equal(t, []string{"over", "in", "late"}, g.Found(t, view+day).Texts("value.#.subject"))
			assert.Equal(t, []string{"in", "late", "over"}, g.Found(t, view+day+"&$orderby=subject").Texts("value.#.subject"))
			assert.Equal(t, "3", g.Found(t, view+"/$count"+day).Body)
			a := g.Found(t, view+day+"&$top=2")
			assert.Equal(t, []string{"over", "in"}, a.Texts("value.#.subject"))
			assert.Equal(t, []string{"late"}, g.Found(t, a.Text("@odata.nextLink")).Texts("value.#.subject"))
			assert.Equal(t, []string{"in"}, g.Found(t, view+"?STARTDATETIME=2026-01-05T10:00:00%2B02:00&endDateTime=2026-01-05T12:00:00").
				Texts("value.#.subject"), "an offset, and none, which is UTC")
			assert.Equal(t, 405, g.Send(t, "POST", view, `{"subject":"x"}`).Status)
		}},
	{anyOperation, "calendar-window",
		"A calendarView without a window: 400 `ErrorInvalidParameter`, `This request requires a time window specified " +
			"by the query string parameters StartDateTime and EndDateTime.`; other parameters that are no option of OData stay refused, and so they are elsewhere",
		"pyko, and answers that clients quote", observed, func(t *testing.T, _ *rig.Rig) {
			g, view := withCalendars(t)
			for _, query := range []string{"", "?startDateTime=2026-01-05T00:00:00Z"} {
				rig.WantError(t, g.Get(t, view+query), 400, "ErrorInvalidParameter",
					"This request requires a time window specified by the query string parameters StartDateTime and EndDateTime.")
			}
			rig.WantError(t, g.Get(t, view+"?startDateTime=soon&endDateTime=2026-01-06T00:00:00Z"), 400, "ErrorInvalidParameter",
				"The value 'soon' of parameter 'startDateTime' is invalid.")
			rig.WantError(t, g.Get(t, v1(g, "/rooms?startDateTime=2026-01-05T00:00:00Z")), 400, "BadRequest",
				"Query parameter startDateTime not allowed.")
		}},
	{anyOperation, "calendar-repeats",
		"An event that repeats stands in a calendarView once, and one in an unknown zone as if in UTC; the journal says so",
		"graphemu", chosen, func(t *testing.T, _ *rig.Rig) {
			g, view := withCalendars(t)
			created(t, g, view[:len(view)-len("calendarView")]+"events",
				`{"subject":"daily","start":{"dateTime":"2026-01-05T08:00:00","timeZone":"Mars Time"},`+
					`"end":{"dateTime":"2026-01-05T09:00:00","timeZone":"Mars Time"},"recurrence":{"pattern":{"interval":1}}}`)
			assert.Equal(t, []string{"daily"},
				g.Found(t, view+"?startDateTime=2026-01-05T00:00:00Z&endDateTime=2026-01-09T00:00:00Z").Texts("value.#.subject"))
			entries := g.World().Journal().Entries(journal.Filter{Operation: "rooms.calendarView.list"})
			require.Len(t, entries, 1)
			assert.Contains(t, entries[0].Advice, "is shown once")
			assert.Contains(t, entries[0].Advice, "the time zone 'Mars Time' is not known here")
		}},
}
