package emulator

import (
	"io"

	"github.com/graphemu/graphemu/emulator/internal/har"
	"github.com/graphemu/graphemu/emulator/internal/version"
)

// WriteHAR writes an HTTP archive (HAR 1.2) of the lines that Options.Journal has got. It
// has what they have: no secrets, long bodies cut, and of headers those that follow from
// an entry. origin is the scheme and host of its addresses, which a journal does not
// keep. It errs where a line is none of a journal.
func WriteHAR(w io.Writer, lines io.Reader, origin string) error {
	entries, lost, err := har.Lines(lines)
	if err != nil {
		return err
	}
	return har.Write(w, har.Source{Creator: version.String(), Origin: origin, Lost: lost, Entries: entries})
}
