package control

import (
	"errors"
	"io"
	"net/http"
)

// maxIgnored is how much of a refused snapshot is read on.
const maxIgnored = 64 << 20

// state answers a snapshot of the whole world.
func (c *Control) state(w World, _ *http.Request) (any, error) {
	return stream{mediaJSON, w.WriteSnapshot}, nil
}

// putState puts a snapshot in place of the world. Requests under way end in the
// world as it was.
func (c *Control) putState(w World, r *http.Request) (any, error) {
	err := w.ReadSnapshot(r.Body)
	if over := new(http.MaxBytesError); errors.As(err, &over) {
		return nil, c.tooLarge(over)
	}
	if err != nil {
		// Who is still sending would be cut off, and never see why.
		_, _ = io.Copy(io.Discard, io.LimitReader(r.Body, maxIgnored))
		return nil, asProblem(err, http.StatusBadRequest, "Invalid snapshot")
	}
	return view(w), nil
}
