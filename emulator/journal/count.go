package journal

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/words"
)

// Count is a range of numbers. Written 3, ">=1", "<=5" or "1-3"; Max below 0 is
// no end. Given tells it from the zero value.
type Count struct {
	Min, Max int64
	Given    bool
}

// MaxCount is the largest number that a Count may name.
const MaxCount = 1_000_000_000

// Exactly is n calls, no more and no less.
func Exactly(n int64) Count { return Count{Min: n, Max: n, Given: true} }

// AtLeast is n calls or more.
func AtLeast(n int64) Count { return Count{Min: n, Max: -1, Given: true} }

// AtMost is n calls or fewer, none among them.
func AtMost(n int64) Count { return Count{Max: n, Given: true} }

// Between is from low to high calls, both included.
func Between(low, high int64) Count { return Count{Min: low, Max: high, Given: true} }

// IsZero tells whether nothing was given.
func (c Count) IsZero() bool { return !c.Given }

// Has tells whether n is within the range.
func (c Count) Has(n int64) bool { return n >= c.Min && (c.Max < 0 || n <= c.Max) }

// String writes the count as a scenario does; "" where nothing was given.
func (c Count) String() string {
	switch {
	case !c.Given:
		return ""
	case c.Max < 0:
		return fmt.Sprintf(">=%d", c.Min)
	case c.Min == c.Max:
		return strconv.FormatInt(c.Min, 10)
	case c.Min == 0:
		return fmt.Sprintf("<=%d", c.Max)
	}
	return fmt.Sprintf("%d-%d", c.Min, c.Max)
}

// words says the count for people, to follow "called"; that it is 0 has words of
// its own.
func (c Count) words() string {
	switch {
	case c.Max < 0 && c.Min == 0:
		return "any number of times"
	case c.Max < 0:
		return "at least " + words.Times(c.Min)
	case c.Min == c.Max:
		return "exactly " + words.Times(c.Min)
	case c.Min == 0:
		return "at most " + words.Times(c.Max)
	}
	return fmt.Sprintf("%d to %d times", c.Min, c.Max)
}

const countForms = `want a number like 3, or ">=1", "<=5" or "1-3"`

// ParseCount reads "3", ">=1", "<=5" or "1-3". It errs where text is none of
// them, a number is above MaxCount, or a range ends before it begins.
func ParseCount(text string) (Count, error) {
	wrong := func(why string) (Count, error) {
		return Count{}, fmt.Errorf("%q is no count: %s%s", show(text), why, countForms)
	}
	number := func(s string) (int64, bool) {
		n, err := strconv.ParseUint(s, 10, 63)
		return int64(n), err == nil && n <= MaxCount
	}
	outside := fmt.Sprintf("each number is a whole one from 0 to %d; ", MaxCount)
	low, high, isRange := strings.Cut(text, "-")
	switch {
	case text == "":
		return wrong("")
	case strings.HasPrefix(text, ">="):
		if n, ok := number(strings.TrimSpace(text[2:])); ok {
			return AtLeast(n), nil
		}
	case strings.HasPrefix(text, "<="):
		if n, ok := number(strings.TrimSpace(text[2:])); ok {
			return AtMost(n), nil
		}
	case isRange && low != "":
		from, ok := number(strings.TrimSpace(low))
		to, ok2 := number(strings.TrimSpace(high))
		if ok && ok2 && from > to {
			return wrong(fmt.Sprintf("the range ends (%d) before it begins (%d); ", to, from))
		}
		if ok && ok2 {
			return Between(from, to), nil
		}
	default:
		if n, ok := number(text); ok {
			return Exactly(n), nil
		}
	}
	return wrong(outside)
}

// UnmarshalJSON reads 3, "3", ">=1", "<=5" or "1-3".
func (c *Count) UnmarshalJSON(text []byte) error {
	s := string(bytes.TrimSpace(text))
	if strings.HasPrefix(s, `"`) {
		if err := json.Unmarshal(text, &s); err != nil {
			return err
		}
	}
	read, err := ParseCount(s)
	if err != nil {
		return err
	}
	*c = read
	return nil
}

// MarshalJSON writes an exact count as a number and any other as a string, so
// that UnmarshalJSON reads it.
func (c Count) MarshalJSON() ([]byte, error) {
	switch {
	case !c.Given:
		return []byte("null"), nil
	case c.Min == c.Max:
		return strconv.AppendInt(nil, c.Min, 10), nil
	}
	return json.Marshal(c.String())
}
