package clock

import (
	"fmt"
	"time"
)

// Duration is a length of time that is written as in Go, "90s" or "2h30m", in
// scenario files and in JSON.
type Duration time.Duration

// MaxDuration is the longest duration that a file may name: a hundred years.
const MaxDuration = 100 * 365 * 24 * time.Hour

// ParseDuration reads a duration of zero or more. It errs where text is none,
// is negative, or is longer than MaxDuration.
func ParseDuration(text string) (Duration, error) {
	d, err := time.ParseDuration(text)
	switch {
	case err != nil:
		return 0, fmt.Errorf("%q is no duration: want one like 20s, 1m30s or 250ms", text)
	case d < 0:
		return 0, fmt.Errorf("%q is negative: want a duration of zero or more, like 20s", text)
	case d > MaxDuration:
		return 0, fmt.Errorf("%q is too long: the most is %v", text, MaxDuration)
	}
	return Duration(d), nil
}

// UnmarshalText reads the notation of ParseDuration.
func (d *Duration) UnmarshalText(text []byte) (err error) {
	*d, err = ParseDuration(string(text))
	return err
}

// MarshalText writes the duration so that UnmarshalText reads it.
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

func (d Duration) String() string { return time.Duration(d).String() }

// Std returns the duration as package time has it.
func (d Duration) Std() time.Duration { return time.Duration(d) }
