package control

import "net/http"

// state answers a snapshot of the whole world.
func (c *Control) state(w World, _ *http.Request) (any, error) {
	b, err := w.Snapshot()
	return raw{mediaJSON, b}, err
}

// putState puts a snapshot in place of the world. Requests under way end in the
// world as it was.
func (c *Control) putState(w World, r *http.Request) (any, error) {
	b, err := c.readBody(r)
	if err != nil {
		return nil, err
	}
	if err := w.Restore(b); err != nil {
		return nil, asProblem(err, http.StatusBadRequest, "Invalid snapshot")
	}
	return view(w), nil
}
