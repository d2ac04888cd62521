package fault

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/graphemu/graphemu/emulator/clock"
)

func TestCheck(t *testing.T) {
	yes, no, text := true, false, "x"
	operations := []string{"profiles.get", "profiles.start", "profiles.status.get", "batch"}
	good := func(change func(*Rule)) *Rule {
		r := &Rule{Name: "a", Operation: "profiles.start", Delay: Span{1, 2}}
		change(r)
		return r
	}
	respond := func(change func(*Respond)) *Rule {
		return good(func(r *Rule) { r.Respond = &Respond{Status: 429}; change(r.Respond) })
	}
	for _, tc := range []struct {
		rule *Rule
		want []string // each: pointer, and a part of the message
	}{
		{good(func(r *Rule) {}), nil},
		{&Rule{}, []string{"/operation: an operation is missing", "the rule does nothing"}},
		{good(func(r *Rule) { r.Name = strings.Repeat("n", 200) }), []string{"/name: too long"}},
		{good(func(r *Rule) { r.Name = "a\nb" }), []string{"/name: is no name"}},
		{good(func(r *Rule) { r.Operation = "*" }), nil},
		{good(func(r *Rule) { r.Operation = "profiles.*" }), nil},
		{good(func(r *Rule) { r.Operation = "profiles.status.*" }), nil},
		{good(func(r *Rule) { r.Operation = "profiles.strat" }), []string{`/operation: "profiles.strat"; did you mean profiles.start?`}},
		{good(func(r *Rule) { r.Operation = "profile.*" }), []string{`/operation: "profile.*" names no operation; did you mean profiles.*?`}},
		{good(func(r *Rule) { r.Operation = "batch.*" }), []string{`/operation: names no operation`}},
		{good(func(r *Rule) { r.Operation = "profiles.st*" }), []string{`/operation: is no group`}},
		{good(func(r *Rule) { r.Calls = First(0) }), []string{"/calls: counted from 1"}},
		{good(func(r *Rule) { r.Where.Body = map[string]any{`dataProvider.@odata\.type`: "x"} }), nil},
		{good(func(r *Rule) { r.Where.Body = map[string]any{"@tostr|@tostr": "x"} }), []string{`/where/body/@tostr|@tostr: the path holds "@"`}},
		{good(func(r *Rule) { r.Where.Body = map[string]any{"a|[b,b]": "x"} }), []string{`/where/body/a|[b,b]: the path holds "["`}},
		{good(func(r *Rule) { r.Where.Body = map[string]any{strings.Repeat("a.", 300): "x"} }),
			[]string{"/where/body/" + strings.Repeat("a.", 300) + ": the path has 600 bytes; the most is 512"}},
		{good(func(r *Rule) { r.Calls = Calls{From: 5, To: 3} }), []string{"/calls: ends before it begins"}},
		{good(func(r *Rule) { r.Calls = Calls{From: 5, Every: 3} }), []string{"/calls: exclude each other"}},
		{good(func(r *Rule) { r.Calls = Only(1 << 63) }), []string{"/calls: 9223372036854775808 is too high: the most is 1000000000"}},
		{good(func(r *Rule) { r.While = While{State: "provisoned", Status: "inprogress"} }),
			[]string{"/while/state: did you mean provisioned?", "/while/status: did you mean inProgress?"}},
		{good(func(r *Rule) { r.While = While{State: "provisioned", Status: "inProgress"} }), nil},
		{good(func(r *Rule) {
			r.Where.Header = map[string]string{"X-Run": "7", "": "", "a b": "", "Host": "x", "X": "a\r\nb", "a/~": ""}
		}), []string{"/where/header/: no name", "/where/header/Host: belongs to the connection", "/where/header/X: no value", "/where/header/a b: no name", "/where/header/a~1~0: no name"}},
		{good(func(r *Rule) { r.Where.Query = map[string]string{"$top": "1", "Top": "1", "$": ""} }),
			[]string{"/where/query/$: needs a name", "/where/query/Top: twice"}},
		{good(func(r *Rule) {
			r.Where.Body = map[string]any{"a": 1, "b": "x", "c": nil, "d": true, "e": []any{}, "": 1}
		}), []string{"/where/body/: the path is empty", "/where/body/e: no value that can be compared"}},
		{good(func(r *Rule) { r.Chance = 1 }), nil},
		{good(func(r *Rule) { r.Chance = 1.5 }), []string{"/chance: 1.5 is no share"}},
		{good(func(r *Rule) { r.Chance = -0.5 }), []string{"/chance: -0.5 is no share"}},
		{good(func(r *Rule) { r.Chance = math.NaN() }), []string{"/chance: NaN is no share"}},
		{good(func(r *Rule) { r.Delay = Span{-1, 5} }), []string{"/delay: negative"}},
		{good(func(r *Rule) { r.Delay = Span{5, 1} }), []string{"/delay: ends before it begins"}},
		{good(func(r *Rule) { r.Delay = Span{5, math.MaxInt64} }), []string{"/delay: too long"}},
		{respond(func(r *Respond) {}), nil},
		{respond(func(r *Respond) { r.Status = 200 }), []string{"/respond/status: 200 is no error: give it a body"}},
		{respond(func(r *Respond) { r.Status, r.Body = 201, []byte(`{}`) }), nil},
		{respond(func(r *Respond) { r.Status, r.Body = 204, []byte(`{}`) }), []string{"/respond/status: without a body"}},
		{respond(func(r *Respond) { r.Status = 204 }), nil},
		{respond(func(r *Respond) { r.Status = 202 }), nil},
		{respond(func(r *Respond) { r.Status, r.Body = 202, []byte(`{}`) }), nil},
		{respond(func(r *Respond) { r.Status, r.Error, r.Message = 202, "badRequest", "x" }),
			[]string{"/respond/error: 202 is no error", "/respond/message: that of an error"}},
		{respond(func(r *Respond) { r.Status = 302 }), []string{"/respond/status: want 400 to 599"}},
		{respond(func(r *Respond) { r.Status = 600 }), []string{"/respond/status: want 400 to 599"}},
		{respond(func(r *Respond) { r.Body, r.Error, r.Message = []byte(`{`), "x", "y" }),
			[]string{"/respond/error: exclude", "/respond/message: in place of an error", "/respond/body: no JSON"}},
		{respond(func(r *Respond) {
			r.Headers = map[string]string{"X-A": "1", "x-a": "2", "Content-Length": "3", "b c": "", "Retry-After": "5", "D": " x"}
			r.RetryAfter = 1
		}), []string{"/respond/headers/Content-Length: cannot be set", "/respond/headers/D: no value", "/respond/headers/Retry-After: twice", "/respond/headers/b c: no name", "/respond/headers/x-a: twice"}},
		{respond(func(r *Respond) { r.Headers = map[string]string{"Retry-After": "soon"} }), nil},
		{respond(func(r *Respond) { r.RetryAfter = -1 }), []string{"/respond/retryAfter: negative"}},
		{respond(func(r *Respond) { r.RetryAfter = math.MaxInt64 }), []string{"/respond/retryAfter: too long"}},
		{respond(func(r *Respond) { r.RetryAfter, r.RetryAfterFormat = 1, "dates" }),
			[]string{"/respond/retryAfterFormat: want seconds, decimal or date; did you mean date?"}},
		{respond(func(r *Respond) { r.RetryAfterFormat, r.PunishEarly = FormatDate, true }),
			[]string{"/respond/retryAfterFormat: no retryAfter", "/respond/punishEarly: without a retryAfter"}},
		{good(func(r *Rule) { r.Body = &Body{} }), []string{"/body: nothing is damaged"}},
		{good(func(r *Rule) { r.Body = &Body{HTML: true, Replace: &text, ContentLength: -1} }),
			[]string{"/body: replace and html exclude each other"}},
		{good(func(r *Rule) {
			r.Body = &Body{CutAt: Share(101), ContentLength: math.MaxInt}
		}), []string{"/body/cutAt: no share", "/body/contentLength: too far off"}},
		{good(func(r *Rule) { r.Body = &Body{CutAt: At(-1)} }), []string{"/body/cutAt: no place"}},
		{good(func(r *Rule) { r.Body = &Body{CutAt: Offset{Bytes: 5}, HTML: true} }), []string{"/body/cutAt: fault.At(120)"}},
		{good(func(r *Rule) { r.Body = &Body{Corrupt: -1} }), []string{"/body/corrupt: no number"}},
		{good(func(r *Rule) { r.Body = &Body{ContentLength: -10} }), nil},
		{good(func(r *Rule) { r.Slow = &Slow{} }), []string{"/slow/bytes: no size", "/slow/every: no time"}},
		{good(func(r *Rule) { r.Slow = &Slow{1, clock.Duration(time.Second)} }), nil},
		{good(func(r *Rule) { r.Then = "rest" }), []string{"/then: want finish, close, reset or hang; did you mean reset?"}},
		{good(func(r *Rule) { r.Handled = &no }), []string{"/handled: add then"}},
		{good(func(r *Rule) { r.Handled = &yes }), []string{"/handled: add then"}},
		{good(func(r *Rule) { r.Handled, r.Then = &no, Reset }), nil},
		{good(func(r *Rule) { r.Handled, r.Then = &yes, Reset }), nil},
		{good(func(r *Rule) { r.Handled, r.Then = &no, Finish }), []string{"/then: no answer that could finish"}},
		{good(func(r *Rule) { r.Handled, r.Then, r.Respond = &no, Reset, &Respond{Status: 500} }), []string{"/handled: nothing to do"}},
		{good(func(r *Rule) { r.Delay, r.Then = Span{}, Finish }), []string{"does nothing"}},
		{good(func(r *Rule) { r.Delay, r.Then = Span{}, Hang }), nil},
	} {
		got := tc.rule.Check(operations)
		if !assert.Len(t, got, len(tc.want), "%+v: %v", tc.rule, got) {
			continue
		}
		for i, want := range tc.want {
			pointer, part, found := strings.Cut(want, ": ")
			if !found || !strings.HasPrefix(want, "/") {
				pointer, part = "", want
			}
			assert.Equal(t, pointer, got[i].Pointer)
			assert.Contains(t, got[i].Message, part)
			if pointer != "" {
				assert.True(t, strings.HasPrefix(got[i].Error(), pointer+": "), got[i].Error())
			}
		}
	}
	assert.Empty(t, good(func(r *Rule) { r.Operation = "anything" }).Check(nil))
}
