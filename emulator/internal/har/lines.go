package har

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/graphemu/graphemu/emulator/journal"
)

// MaxLines is how many bytes of a journal's lines an archive takes; what comes after
// them is left out and counted. Chosen: a browser opens no larger archive.
const MaxLines = 128 << 20

// Lines reads the entries of a file of --journal. more is how many entries had no room.
func Lines(r io.Reader) (entries []journal.Entry, more uint64, err error) {
	d := json.NewDecoder(r)
	for n := 1; ; n++ {
		var e journal.Entry
		err := d.Decode(&e)
		switch {
		case errors.Is(err, io.EOF):
			return entries, more, nil
		case err != nil:
			return entries, more, fmt.Errorf("entry %d of the journal: %w", n, err)
		case d.InputOffset() > MaxLines:
			more++
		default:
			entries = append(entries, e)
		}
	}
}
