package fault

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/words"
)

// Body damages the body of an answer. At most one of CutAt, Corrupt, Replace
// and HTML is set.
type Body struct {
	CutAt         Offset  `json:"cutAt,omitzero"`         // "50%" or a number of bytes: what is beyond is not sent
	Corrupt       int     `json:"corrupt,omitzero"`       // so many bytes, at places drawn from the seed, are others
	Replace       *string `json:"replace,omitzero"`       // this text, with the answer's own headers
	HTML          bool    `json:"html,omitzero"`          // a gateway's page in place of JSON, as text/html
	ContentLength int     `json:"contentLength,omitzero"` // the header is off by so many bytes, as 10 or -10
}

// damage is one way to damage a body: all that graphemu knows of one field of Body. A
// new way is a field, a row here and a property in scenario.schema.json.
type damage struct {
	name   string             // of the field, in a scenario
	given  func(*Body) bool   // the rule asks for it
	wrong  func(*Body) string // what is wrong with the field; "" for nothing
	effect func(*Body) string // for the journal
	plan   func(*Body) string // for the plan of a scenario

	// whole tells that the text is a new one, which no Content-Encoding applies to.
	whole bool
	apply func(b *Body, a Answer) (out []byte, media string)
}

// Answer is what a Body damages.
type Answer struct {
	Status int
	Body   []byte            // as it would be sent; it is not changed
	Random func() *rand.Rand // what is drawn from the seed for this call
}

// damages are the ways there are, of which a rule has one.
var damages = []damage{{
	name:   "cutAt",
	given:  func(b *Body) bool { return b.CutAt.Given },
	wrong:  func(b *Body) string { return wrongOffset(b.CutAt) },
	effect: func(b *Body) string { return "cutAt " + b.CutAt.amount("bytes") },
	plan:   func(b *Body) string { return "the body is cut at " + b.CutAt.amount(byteWord(b.CutAt.Bytes)) },
	apply:  func(b *Body, a Answer) ([]byte, string) { return a.Body[:b.CutAt.before(len(a.Body))], "" },
}, {
	name:  "corrupt",
	given: func(b *Body) bool { return b.Corrupt != 0 },
	wrong: func(b *Body) string {
		if b.Corrupt < 0 || b.Corrupt > MaxBytes {
			return fmt.Sprintf("%d is no number of bytes: want 1 to %d", b.Corrupt, MaxBytes)
		}
		return ""
	},
	effect: func(b *Body) string { return fmt.Sprintf("corrupt %d bytes", b.Corrupt) },
	plan: func(b *Body) string {
		return fmt.Sprintf("%d %s of the body are wrong", b.Corrupt, byteWord(b.Corrupt))
	},
	apply: func(b *Body, a Answer) ([]byte, string) { return corrupt(a.Body, b.Corrupt, a.Random()), "" },
}, {
	name:   "replace",
	given:  func(b *Body) bool { return b.Replace != nil },
	effect: func(*Body) string { return "replace" },
	plan:   func(b *Body) string { return "the body is " + words.Quote(*b.Replace) },
	whole:  true,
	apply:  func(b *Body, _ Answer) ([]byte, string) { return []byte(*b.Replace), "" },
}, {
	name:   "html",
	given:  func(b *Body) bool { return b.HTML },
	effect: func(*Body) string { return "html" },
	plan:   func(*Body) string { return "the body is a gateway's HTML page" },
	whole:  true,
	apply:  func(_ *Body, a Answer) ([]byte, string) { return gatewayPage(a.Status), "text/html;charset=utf-8" },
}}

// way returns the one that the rule asks for; nil: none, or b is nil.
func (b *Body) way() *damage {
	for i := range damages {
		if b != nil && damages[i].given(b) {
			return &damages[i]
		}
	}
	return nil
}

// Effects says in short what is damaged, as the journal does: "cutAt 50%".
func (b *Body) Effects() (list []string) {
	if w := b.way(); w != nil {
		list = append(list, w.effect(b))
	}
	if b != nil && b.ContentLength != 0 {
		list = append(list, fmt.Sprintf("contentLength %+d", b.ContentLength))
	}
	return list
}

// Sentences says what is damaged, as the plan of a scenario does.
func (b *Body) Sentences() (list []string) {
	if w := b.way(); w != nil {
		list = append(list, w.plan(b))
	}
	if b != nil && b.ContentLength != 0 {
		list = append(list, fmt.Sprintf("Content-Length is off by %+d", b.ContentLength))
	}
	return list
}

// Apply returns the body of an answer as it is then. media is the Content-Type that
// comes with it, "" for the answer's own; whole tells that the answer's
// Content-Encoding does not apply to it.
func (b *Body) Apply(a Answer) (out []byte, media string, whole bool) {
	w := b.way()
	if w == nil {
		return a.Body, "", false
	}
	out, media = w.apply(b, a)
	return out, media, w.whole
}

func (c *checker) body(b *Body) {
	var known, given []string
	for _, d := range damages {
		if known = append(known, d.name); d.given(b) {
			given = append(given, d.name)
		}
	}
	switch {
	case len(given) > 1:
		c.add("/body", "%s exclude each other: one rule damages a body in one way", strings.Join(given, " and "))
	case len(given) == 0 && b.ContentLength == 0:
		c.add("/body", "nothing is damaged: want %s", words.Join(append(known, "contentLength"), "or"))
	}
	for _, d := range damages {
		if d.wrong == nil {
			continue
		}
		if wrong := d.wrong(b); wrong != "" {
			c.add("/body/"+d.name, "%s", wrong)
		}
	}
	if b.ContentLength < -MaxBytes || b.ContentLength > MaxBytes {
		c.add("/body/contentLength", "%d is too far off: the most is %d bytes", b.ContentLength, MaxBytes)
	}
}

func wrongOffset(at Offset) string {
	switch {
	case !at.Given && at != (Offset{}):
		return "an offset that is not given: write fault.At(120) or fault.Share(50)"
	case !(at.Percent >= 0 && at.Percent <= 100):
		return fmt.Sprintf("%v%% is no share: want one of 0%% to 100%%", at.Percent)
	case at.Bytes < 0 || at.Bytes > MaxBytes:
		return fmt.Sprintf("%d is no place in a body: want 0 to %d bytes", at.Bytes, MaxBytes)
	}
	return ""
}

// before returns how many bytes of a body of size bytes come before the place.
func (o Offset) before(size int) int {
	if o.Percent > 0 {
		return min(int(float64(size)*o.Percent/100), size)
	}
	return min(max(o.Bytes, 0), size)
}

// amount is the place with the unit where it is a number of bytes.
func (o Offset) amount(unit string) string {
	if o.Percent > 0 {
		return o.String()
	}
	return o.String() + " " + unit
}

func byteWord(n int) string {
	if n == 1 {
		return "byte"
	}
	return "bytes"
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

// gatewayPage is what a gateway sends that has its own idea of an answer. The words are
// chosen: those of no product.
func gatewayPage(status int) []byte {
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
