package faults

import (
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"

	"github.com/graphemu/graphemu/emulator/fault"
)

// Partless returns what of a rule cannot be done to a part of a batch, which has
// no connection of its own.
func Partless(r *fault.Rule) []string {
	var names []string
	if r.Body != nil && r.Body.ContentLength != 0 {
		names = append(names, "contentLength")
	}
	if r.Slow != nil {
		names = append(names, "slow")
	}
	if breaks(r.Then) {
		names = append(names, string(r.Then))
	}
	if r.Handled != nil {
		names = append(names, "handled")
	}
	return names
}

// Effects says what the strike does, in the order in which the client feels it,
// as "delay 350ms", "respond 429", "cutAt 50%", "reset". It is for the journal.
func (s *Strike) Effects() []string {
	r := s.Rule
	if r == nil {
		return nil
	}
	var all []string
	if s.Delay > 0 {
		all = append(all, "delay "+s.Delay.String())
	}
	if r.Handled != nil && !*r.Handled {
		all = append(all, "not handled")
	}
	if r.Respond != nil {
		all = append(all, "respond "+strconv.Itoa(r.Respond.Status))
	}
	if s.RetryAfter > 0 {
		all = append(all, "retryAfter "+s.RetryAfter.String())
	}
	if s.Early {
		all = append(all, "punishEarly")
	}
	if b := r.Body; b != nil {
		switch {
		case b.CutAt.Given && b.CutAt.Percent > 0:
			all = append(all, "cutAt "+b.CutAt.String())
		case b.CutAt.Given:
			all = append(all, "cutAt "+b.CutAt.String()+" bytes")
		case b.Corrupt > 0:
			all = append(all, "corrupt "+strconv.Itoa(b.Corrupt)+" bytes")
		case b.Replace != nil:
			all = append(all, "replace")
		case b.HTML:
			all = append(all, "html")
		}
		if n := b.ContentLength; n > 0 {
			all = append(all, "contentLength +"+strconv.Itoa(n))
		} else if n < 0 {
			all = append(all, "contentLength "+strconv.Itoa(n))
		}
	}
	if r.Slow != nil {
		all = append(all, "slow "+strconv.Itoa(r.Slow.Bytes)+" bytes every "+r.Slow.Every.String())
	}
	if r.Then != "" {
		all = append(all, string(r.Then))
	}
	return all
}

// mediaHTML is the Content-Type of a gateway's page.
const mediaHTML = "text/html;charset=utf-8"

// Damage returns a body as the rule damages it, for the parts of a batch: cut,
// corrupted, replaced or a gateway's page. media is the Content-Type that comes
// with it, "" where it stays as it is. body is not changed.
func (s *Strike) Damage(body []byte) (out []byte, media string) { return s.damage(body, 0) }

func (s *Strike) damage(body []byte, status int) (out []byte, media string) {
	if s.Rule == nil || s.Rule.Body == nil {
		return body, ""
	}
	switch b := s.Rule.Body; {
	case b.CutAt.Given:
		return body[:before(b.CutAt, len(body))], ""
	case b.Corrupt > 0:
		return corrupt(body, b.Corrupt, draw(s.key, forDamage, s.Call)), ""
	case b.Replace != nil:
		return []byte(*b.Replace), ""
	case b.HTML:
		if status == 0 && s.Rule.Respond != nil {
			status = s.Rule.Respond.Status
		}
		return page(status), mediaHTML
	}
	return body, ""
}

// corrupt returns a copy of body in which n bytes, at places drawn from random,
// are others; all of them where it has no more.
func corrupt(body []byte, n int, random *rand.Rand) []byte {
	out := append([]byte(nil), body...)
	hit := make(map[int]bool, min(n, len(body)))
	// Floyd's way to draw n of len(body) places, each set of places as likely.
	for i := max(0, len(body)-n); i < len(body); i++ {
		at := random.IntN(i + 1)
		if hit[at] {
			at = i
		}
		hit[at] = true
		out[at] ^= byte(1 + random.IntN(255))
	}
	return out
}

// page is what a gateway sends that has its own idea of an answer. The words are
// chosen: those of no product.
func page(status int) []byte {
	title := "Gateway Error"
	if text := http.StatusText(status); status >= 400 && text != "" {
		title = strconv.Itoa(status) + " " + text
	}
	return []byte(strings.ReplaceAll(`<!DOCTYPE html>
<html>
<head><title>TITLE</title></head>
<body>
<center><h1>TITLE</h1></center>
<p>The gateway could not complete your request. Please try again later.</p>
<hr><center>gateway</center>
</body>
</html>
`, "TITLE", title))
}

// before returns how many bytes of a body of size bytes come before the place.
func before(o fault.Offset, size int) int {
	if o.Percent > 0 {
		return min(int(float64(size)*o.Percent/100), size)
	}
	return min(max(o.Bytes, 0), size)
}

// breaks tells that the client sees no proper end of the answer.
func breaks(t fault.Then) bool { return t != "" && t != fault.Finish }
