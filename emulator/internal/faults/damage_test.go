package faults

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator/clock"
	"github.com/graphemu/graphemu/emulator/fault"
)

func TestDamagedBodies(t *testing.T) {
	text, empty := "not <json>", ""
	for name, tc := range map[string]struct {
		rule fault.Rule
		want string
		less bool // the client waits for more than comes
	}{
		"nothing":               {fault.Rule{}, answerBody, false},
		"cut":                   {fault.Rule{Body: cutAt(10)}, answerBody[:10], false},
		"cut, half":             {fault.Rule{Body: &fault.Body{CutAt: fault.Share(50)}}, answerBody[:len(answerBody)/2], false},
		"cut, all":              {fault.Rule{Body: cutAt(0), Then: fault.Finish}, "", false},
		"cut, none":             {fault.Rule{Body: cutAt(1000)}, answerBody, false},
		"replace":               {fault.Rule{Body: &fault.Body{Replace: &text}}, text, false},
		"replace with nothing":  {fault.Rule{Body: &fault.Body{Replace: &empty}}, "", false},
		"length too short":      {fault.Rule{Body: &fault.Body{ContentLength: -10}}, answerBody[:len(answerBody)-10], false},
		"length far too short":  {fault.Rule{Body: &fault.Body{ContentLength: -1000}}, "", false},
		"length too long":       {fault.Rule{Body: &fault.Body{ContentLength: 10}}, answerBody, true},
		"slow":                  {fault.Rule{Slow: &fault.Slow{Bytes: 7, Every: 1}}, answerBody, false},
		"slow and cut":          {fault.Rule{Slow: &fault.Slow{Bytes: 7, Every: 1}, Body: cutAt(10)}, answerBody[:10], false},
		"cut, and its length":   {fault.Rule{Body: &fault.Body{CutAt: fault.At(10), ContentLength: 5}}, answerBody[:10], true},
		"slow, pieces too long": {fault.Rule{Slow: &fault.Slow{Bytes: 1000, Every: clock.Duration(time.Hour)}}, answerBody, false},
	} {
		t.Run(name, func(t *testing.T) {
			onEveryWire(t, sends(tc.rule), func(t *testing.T, w overTheWire) {
				response, body, opened, read := w.get(t)
				require.NoError(t, opened)
				assert.Equal(t, 200, response.StatusCode)
				assert.Equal(t, tc.want, body)
				assert.Equal(t, "application/json", response.Header.Get("Content-Type"))
				if tc.less {
					assert.ErrorIs(t, read, io.ErrUnexpectedEOF)
				} else {
					assert.NoError(t, read)
				}
			})
		})
	}
}

func TestHTMLInPlaceOfJSON(t *testing.T) {
	for status, title := range map[int]string{502: "502 Bad Gateway", 200: "Gateway Error"} {
		h := func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("Content-Encoding", "gzip")
			w.Header().Set("Content-Length", "35")
			strike := Strike{Rule: &fault.Rule{Body: &fault.Body{HTML: true}}}
			strike.Send(w, r, status, []byte(answerBody), clock.Wait)
		}
		onEveryWire(t, h, func(t *testing.T, w overTheWire) {
			response, body, opened, read := w.get(t)
			require.NoError(t, errors.Join(opened, read))
			assert.Equal(t, status, response.StatusCode)
			assert.Equal(t, "text/html;charset=utf-8", response.Header.Get("Content-Type"))
			assert.Contains(t, body, "<title>"+title+"</title>")
			assert.Contains(t, body, "</html>")
		})
	}
}

func TestABrokenEnd(t *testing.T) {
	for _, then := range []fault.Then{fault.Close, fault.Reset} {
		for _, cut := range []int{0, 10, 1000} {
			t.Run(fmt.Sprint(then, " after ", cut), func(t *testing.T) {
				onEveryWire(t, sends(fault.Rule{Body: cutAt(cut), Then: then}), func(t *testing.T, w overTheWire) {
					response, body, opened, read := w.get(t)
					require.NoError(t, opened, "the head has been sent")
					assert.Equal(t, 200, response.StatusCode)
					assert.Equal(t, answerBody[:min(cut, len(answerBody))], body)
					switch {
					case w.http2:
						assert.ErrorContains(t, read, "stream error")
					case then == fault.Reset && w.tcp:
						assert.ErrorIs(t, read, syscall.ECONNRESET)
					default:
						assert.ErrorIs(t, read, io.ErrUnexpectedEOF)
					}
				})
			})
		}
		t.Run(fmt.Sprint(then, " before the first byte"), func(t *testing.T) {
			onEveryWire(t, sends(fault.Rule{Then: then}), func(t *testing.T, w overTheWire) {
				_, _, opened, _ := w.get(t)
				switch {
				case w.http2:
					assert.ErrorContains(t, opened, "stream error")
				case then == fault.Reset && w.tcp:
					assert.ErrorIs(t, opened, syscall.ECONNRESET)
				default:
					assert.ErrorIs(t, opened, io.EOF)
				}
			})
		})
	}
}

func TestCorrupt(t *testing.T) {
	differ := func(a, b []byte) (n int) {
		for i := range a {
			if a[i] != b[i] {
				n++
			}
		}
		return n
	}
	body := []byte(answerBody)
	for n, want := range map[int]int{1: 1, 5: 5, len(body): len(body), fault.MaxBytes: len(body)} {
		for call := range uint64(20) {
			strike := Strike{Rule: &fault.Rule{Body: &fault.Body{Corrupt: n}}, Call: call, key: 7}
			out, media := strike.Damage(body)
			assert.Empty(t, media)
			require.Len(t, out, len(body))
			assert.Equal(t, want, differ(body, out))
			again, _ := strike.Damage(body)
			assert.Equal(t, out, again)
			strike.Call++
			if another, _ := strike.Damage(body); n < 100 {
				assert.False(t, bytes.Equal(out, another), "another call is hit elsewhere")
			}
		}
	}
	assert.Equal(t, answerBody, string(body))
	none := Strike{Rule: &fault.Rule{Body: &fault.Body{Corrupt: 3}}}
	out, _ := none.Damage(nil)
	assert.Empty(t, out)
}

func TestDamageOfParts(t *testing.T) {
	const html = "text/html;charset=utf-8"
	text := "text"
	for _, tc := range []struct {
		rule        fault.Rule
		want, media string
	}{
		{fault.Rule{}, answerBody, ""},
		{fault.Rule{Body: &fault.Body{ContentLength: 3}}, answerBody, ""},
		{fault.Rule{Body: cutAt(4)}, answerBody[:4], ""},
		{fault.Rule{Body: &fault.Body{Replace: &text}}, text, ""},
		{fault.Rule{Body: &fault.Body{HTML: true}}, "<title>Gateway Error</title>", html},
		{fault.Rule{Body: &fault.Body{HTML: true}, Respond: &fault.Respond{Status: 503}}, "<title>503 Service Unavailable</title>", html},
	} {
		strike := Strike{Rule: &tc.rule}
		out, media := strike.Damage([]byte(answerBody))
		if assert.Equal(t, tc.media, media); media == html {
			assert.Contains(t, string(out), tc.want)
		} else {
			assert.Equal(t, tc.want, string(out))
		}
	}
}
