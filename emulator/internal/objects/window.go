package objects

import (
	"iter"
	"net/url"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/graphemu/graphemu/emulator/internal/apierror"
	"github.com/graphemu/graphemu/emulator/internal/odata"
	"github.com/graphemu/graphemu/emulator/internal/workload"
)

// A list of events in a window of time: calendarView shows those of events, instances the
// occurrences of one. Documented: both ask for startDateTime and endDateTime, and calendarView
// is only read. What repeats is not spread over its days (chosen), and the journal says so.

// windowOptions are the query options that name the window.
var windowOptions = []string{"startDateTime", "endDateTime"}

// windowed tells whether a navigation shows a window of time, and in which contained
// collection of its owner what it shows lives.
func windowed(owner *odata.Type, p *odata.Property) (lives string, ok bool) {
	if p == nil || !p.Contained || !p.Collection || !isTime(p.Type.Property("start")) || !isTime(p.Type.Property("end")) {
		return "", false
	}
	switch p.Name {
	case "instances":
		return p.Name, true
	case "calendarView":
		if events := owner.Property("events"); events != nil && events.Contained && events.Type == p.Type {
			return events.Name, true
		}
	}
	return "", false
}

// isTime tells whether a property is a time with a zone: {"dateTime": …, "timeZone": …}.
func isTime(p *odata.Property) bool {
	return p != nil && p.Kind == odata.KindComplex && !p.Collection && p.Type.Property("dateTime") != nil && p.Type.Property("timeZone") != nil
}

// within leaves of a collection what is in the window that the query names. Observed: the
// words where there is none.
func within(c *workload.Call, col *workload.Collection) error {
	q, err := url.ParseQuery(c.Query)
	if err != nil {
		return nil // the parser of options says it better
	}
	var bounds [2]time.Time
	var given [2]bool
	for name, values := range q {
		for i, bound := range windowOptions {
			if !strings.EqualFold(name, bound) {
				continue
			}
			given[i] = true
			if bounds[i], err = timeOf(values[0], time.UTC); err != nil {
				return badWindow("The value '%s' of parameter '%s' is invalid.", values[0], bound)
			}
		}
	}
	if !given[0] || !given[1] {
		return badWindow("This request requires a time window specified by the query string parameters StartDateTime and EndDateTime.").
			Help("missing", "startDateTime", "?startDateTime=2026-01-05T00:00:00Z&endDateTime=2026-01-06T00:00:00Z")
	}
	all, odd := col.All, map[string]bool{}
	advise := func(sentence string) {
		if !odd[sentence] {
			odd[sentence] = true
			c.Advise(sentence)
		}
	}
	*col = filtered(*col, func(after uint64) iter.Seq[workload.Entity] {
		return func(yield func(workload.Entity) bool) {
			for one := range all(after) {
				if inWindow(one.JSON(), bounds, advise) && !yield(one) {
					return
				}
			}
		}
	})
	col.Custom = windowOptions
	return nil
}

func badWindow(format string, args ...any) *apierror.Error {
	e := workload.Refuse(format, args...)
	e.Code = "ErrorInvalidParameter"
	return e
}

// inWindow tells whether an event has begun before the window ends, and ends after it begins.
func inWindow(json []byte, window [2]time.Time, advise func(string)) bool {
	if gjson.GetBytes(json, "recurrence.pattern").Exists() {
		advise("an event that repeats is shown once, by its own start and end: graphemu does not spread it over its days")
	}
	start, ok := momentOf(gjson.GetBytes(json, "start"), advise)
	end, also := momentOf(gjson.GetBytes(json, "end"), advise)
	if !also {
		end = start
	}
	return ok && start.Before(window[1]) && (end.After(window[0]) || !start.Before(window[0]))
}

// momentOf reads a time with a zone. A zone that is not known counts as UTC (chosen), and the
// journal says so.
func momentOf(v gjson.Result, advise func(string)) (time.Time, bool) {
	name := v.Get("timeZone").Str
	zone := time.UTC
	if name != "" && !strings.HasSuffix(strings.ToUpper(name), "UTC") {
		known, err := time.LoadLocation(name)
		if err != nil {
			advise("the time zone '" + name + "' is not known here: times in it were taken as UTC")
		} else {
			zone = known
		}
	}
	t, err := timeOf(v.Get("dateTime").Str, zone)
	return t, err == nil
}

// timeOf reads a time, which is in a zone where it does not say so itself.
func timeOf(text string, zone *time.Location) (t time.Time, err error) {
	for _, form := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02T15:04", "2006-01-02"} {
		if t, err = time.ParseInLocation(form, strings.ReplaceAll(text, " ", "+"), zone); err == nil { // a plus sign that was not escaped
			return t, nil
		}
	}
	return t, err
}
