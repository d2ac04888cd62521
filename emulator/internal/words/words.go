// Package words makes the parts of messages that several packages say alike, and
// guesses what was meant by a misspelled name.
package words

import (
	"errors"
	"io/fs"
	"strconv"
	"strings"
)

// Join lists parts as a sentence does, with last before the last of them: "a, b
// and c". Of one it is that one, of none "".
func Join(parts []string, last string) string {
	n := len(parts)
	if n < 2 {
		return strings.Join(parts, "")
	}
	return strings.Join(parts[:n-1], ", ") + " " + last + " " + parts[n-1]
}

// Ordinal is the number of a place in a row: "1st", "12th", "23rd".
func Ordinal(n uint64) string {
	ending := "th"
	if tens := n % 100; tens < 11 || tens > 13 {
		switch n % 10 {
		case 1:
			ending = "st"
		case 2:
			ending = "nd"
		case 3:
			ending = "rd"
		}
	}
	return strconv.FormatUint(n, 10) + ending
}

// Reason drops the path from an error of the file system, for messages that have
// it already. Any other error is returned as it is.
func Reason(err error) error {
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		return path.Err
	}
	return err
}

// Quote shows a stranger's text in a message: in quotes, at most a line of it.
func Quote(text string) string {
	const most = 80
	for i := range text {
		if i >= most {
			text = text[:i] + "…"
			break
		}
	}
	return strconv.Quote(text)
}
