package fault

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/graphemu/graphemu/emulator/clock"
	"github.com/graphemu/graphemu/emulator/internal/words"
)

// MaxCalls is the highest number of a call that a rule may name.
const MaxCalls = 1_000_000_000

// MaxBytes is the highest number of bytes that a rule may name.
const MaxBytes = 1_000_000_000

// Calls is which calls are struck, of those that match: From to To (both
// counted from 1; To 0: no end), or every Every-th. The zero value is all.
// Written "first N", "N", "N-M", "N-" (from the Nth on), "every N" or "all"; in
// JSON a number stands for "N".
type Calls struct{ From, To, Every uint64 }

// empty is what the constructors return for numbers that name no call. It
// strikes none, and Check refuses it.
var empty = Calls{From: 2, To: 1}

// All is every call that matches.
func All() Calls { return Calls{} }

// First is the first n calls; n is at least 1.
func First(n uint64) Calls { return Between(1, n) }

// Only is the nth call alone; n is at least 1.
func Only(n uint64) Calls { return Between(n, n) }

// Between is the calls from the nth to the mth, both included; n is at least 1
// and at most m.
func Between(n, m uint64) Calls {
	if n == 0 || m == 0 {
		return empty
	}
	return Calls{From: n, To: m}
}

// EveryNth is the nth call, the 2nth, and so on; n is at least 1.
func EveryNth(n uint64) Calls {
	if n == 0 {
		return empty
	}
	return Calls{Every: n}
}

// wantCalls is what every complaint about the notation ends with.
const wantCalls = `want "first 2", 3, "3-5", "3-", "every 4" or "all"`

// ParseCalls reads the notation of Calls. It errs where text is none, where a
// number is not within 1 and MaxCalls, and where a range ends before it begins.
func ParseCalls(text string) (Calls, error) {
	parts := strings.Fields(text)
	switch {
	case len(parts) == 1 && parts[0] == "all":
		return All(), nil
	case len(parts) == 1:
		from, to, ranged := strings.Cut(parts[0], "-")
		n, err := parseCount(text, from)
		if err != nil || !ranged {
			return Only(n), err
		}
		if to == "" {
			if n == 1 {
				return All(), nil
			}
			return Calls{From: n}, nil
		}
		m, err := parseCount(text, to)
		if err == nil && m < n {
			err = fmt.Errorf("calls %s: the range ends before it begins; write \"%d-%d\"", words.Quote(text), m, n)
		}
		return Between(n, m), err
	case len(parts) == 2 && parts[0] == "first":
		n, err := parseCount(text, parts[1])
		return First(n), err
	case len(parts) == 2 && parts[0] == "every":
		n, err := parseCount(text, parts[1])
		return EveryNth(n), err
	}
	return Calls{}, fmt.Errorf("calls %s: %s", words.Quote(text), wantCalls)
}

func parseCount(text, digits string) (uint64, error) {
	if digits == "" || strings.Trim(digits, "0123456789") != "" {
		return 0, fmt.Errorf("calls %s: %s", words.Quote(text), wantCalls)
	}
	n, err := strconv.ParseUint(digits, 10, 64)
	switch {
	case err != nil || n > MaxCalls: // all digits: err is that it has too many
		return 0, fmt.Errorf("calls %s: the number is too high, the most is %d", words.Quote(text), MaxCalls)
	case n == 0:
		return 0, fmt.Errorf("calls %s: calls are counted from 1", words.Quote(text))
	}
	return n, nil
}

func (c Calls) String() string {
	switch {
	case c.Every > 0:
		return "every " + strconv.FormatUint(c.Every, 10)
	case c.To == 0 && c.From <= 1:
		return "all"
	case c.To == 0:
		return strconv.FormatUint(c.From, 10) + "-"
	case c.From == c.To:
		return strconv.FormatUint(c.From, 10)
	case c.From <= 1:
		return "first " + strconv.FormatUint(c.To, 10)
	}
	return strconv.FormatUint(c.From, 10) + "-" + strconv.FormatUint(c.To, 10)
}

// IsZero tells that all calls are meant, which is the default.
func (c Calls) IsZero() bool { return c.Every == 0 && c.From <= 1 && c.To == 0 }

// MarshalJSON writes the notation, a number where it is one.
func (c Calls) MarshalJSON() ([]byte, error) {
	if c.Every == 0 && c.From == c.To && c.From > 0 {
		return strconv.AppendUint(nil, c.From, 10), nil
	}
	return json.Marshal(c.String())
}

// UnmarshalJSON reads the notation from a string or a number.
func (c *Calls) UnmarshalJSON(b []byte) error {
	text, ok, err := scalar(b, "calls", wantCalls)
	if !ok {
		return err
	}
	*c, err = ParseCalls(text)
	return err
}

// Span is a duration, or a range from which one is drawn. Written "80ms" or
// "80ms-900ms".
type Span struct{ Min, Max time.Duration }

// Fixed is the span of one duration.
func Fixed(d time.Duration) Span { return Span{d, d} }

// ParseSpan reads the notation of Span. It errs where a part is no duration of
// zero or more (see clock.ParseDuration), and where a range ends before it begins.
func ParseSpan(text string) (Span, error) {
	least, most, ranged := strings.Cut(text, "-")
	if least == "" || !ranged { // a leading minus makes it a negative duration
		d, err := clock.ParseDuration(text)
		return Fixed(d.Std()), err
	}
	low, err := clock.ParseDuration(strings.TrimSpace(least))
	if err != nil {
		return Span{}, fmt.Errorf("span %s: %w", words.Quote(text), err)
	}
	high, err := clock.ParseDuration(strings.TrimSpace(most))
	if err != nil {
		return Span{}, fmt.Errorf("span %s: %w", words.Quote(text), err)
	}
	if high < low {
		return Span{}, fmt.Errorf(`span %s: the range ends before it begins; write "%v-%v"`, words.Quote(text), high, low)
	}
	return Span{low.Std(), high.Std()}, nil
}

func (s Span) String() string {
	if s.Min == s.Max {
		return s.Min.String()
	}
	return s.Min.String() + "-" + s.Max.String()
}

// IsZero tells that there is nothing to wait.
func (s Span) IsZero() bool { return s == Span{} }

// MarshalText writes the notation.
func (s Span) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads the notation.
func (s *Span) UnmarshalText(text []byte) (err error) {
	*s, err = ParseSpan(string(text))
	return err
}

// Offset is how far into a body: a share of it, or a number of bytes. Written
// "50%" or 120. Given tells it from the zero value.
type Offset struct {
	Percent float64
	Bytes   int
	Given   bool
}

// At is after n bytes of a body.
func At(n int) Offset { return Offset{Bytes: n, Given: true} }

// Share is after so many percent of a body, 0 to 100.
func Share(percent float64) Offset { return Offset{Percent: percent, Given: true} }

const wantOffset = `want a share of the body, as "50%", or a number of bytes, as 120`

// ParseOffset reads the notation of Offset. It errs where text is none, where a
// share is not within 0% and 100%, and where bytes are above MaxBytes.
func ParseOffset(text string) (Offset, error) {
	if share, ok := strings.CutSuffix(text, "%"); ok {
		// Digits and a point: ParseFloat takes Inf, NaN, 0x1p-2 and 1_0 too.
		p, err := strconv.ParseFloat(share, 64)
		switch {
		case err != nil || strings.Trim(share, "0123456789.") != "":
			return Offset{}, fmt.Errorf("offset %s: %s", words.Quote(text), wantOffset)
		case p > 100:
			return Offset{}, fmt.Errorf("offset %s: the most is 100%%", words.Quote(text))
		}
		return Share(p), nil
	}
	if text == "" || strings.Trim(text, "0123456789") != "" {
		return Offset{}, fmt.Errorf("offset %s: %s", words.Quote(text), wantOffset)
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil || n > MaxBytes {
		return Offset{}, fmt.Errorf("offset %s: the number is too high, the most is %d bytes", words.Quote(text), MaxBytes)
	}
	return At(int(n)), nil
}

func (o Offset) String() string {
	if o.Percent > 0 {
		return strconv.FormatFloat(o.Percent, 'f', -1, 64) + "%"
	}
	return strconv.Itoa(o.Bytes)
}

// IsZero tells that nothing is given.
func (o Offset) IsZero() bool { return !o.Given }

// MarshalJSON writes the notation: a string for a share, a number for bytes.
func (o Offset) MarshalJSON() ([]byte, error) {
	if !o.Given {
		return []byte("null"), nil
	}
	if o.Percent > 0 {
		return json.Marshal(o.String())
	}
	return strconv.AppendInt(nil, int64(o.Bytes), 10), nil
}

// UnmarshalJSON reads the notation from a string or a number.
func (o *Offset) UnmarshalJSON(b []byte) error {
	text, ok, err := scalar(b, "offset", wantOffset)
	if !ok {
		return err
	}
	*o, err = ParseOffset(text)
	return err
}

// scalar returns the text of a JSON string or number. ok is false for null,
// which by custom changes nothing, and where there is an error.
func scalar(b []byte, what, want string) (text string, ok bool, err error) {
	switch {
	case string(b) == "null":
		return "", false, nil
	case len(b) > 0 && b[0] == '"':
		err = json.Unmarshal(b, &text)
		return text, err == nil, err
	case len(b) > 0 && (b[0] == '-' || b[0] >= '0' && b[0] <= '9'):
		return string(b), true, nil
	}
	return "", false, fmt.Errorf("%s %s: %s", what, words.Quote(string(b)), want)
}
