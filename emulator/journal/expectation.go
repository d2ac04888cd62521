package journal

import "github.com/graphemu/graphemu/emulator/clock"

// Expectation is one thing that must be so when a client has done its work.
// It speaks of calls (Operation), of their order (Order), of what may be called
// at all (Only), of a profile (Profile), or of the objects of a collection (In); one of
// the five, or of a Level alone.
type Expectation struct {
	Operation string `json:"operation,omitzero"` // as "profiles.start"; "profiles.*" is a group, "*" all but signing in
	// Count is how many calls there were: "3", ">=1", "<=5" or "1-3". Default:
	// ">=1", and nothing where NoEarlyRetry, MinInterval or Level is asked.
	Count Count `json:"count,omitzero"`
	// with Operation: count only calls answered so, "409" or "4xx"; with Profile:
	// the sync's status
	Status       string         `json:"status,omitzero"`
	NoEarlyRetry bool           `json:"noEarlyRetry,omitzero"`
	MinInterval  clock.Duration `json:"minInterval,omitzero"` // between two calls of one client on one address

	// Level is the lowest at which calls may be served: LevelEmulated or LevelGeneric.
	// With Operation those of it, alone all. A call that a rule has answered does not count.
	Level string `json:"level,omitzero"`

	Order []string `json:"order,omitzero"` // the first call of each comes after the first call of the one before
	Only  []string `json:"only,omitzero"`  // no operation but these

	Profile map[string]any `json:"profile,omitzero"` // gjson path to value: the profiles meant; at least one must match
	State   string         `json:"state,omitzero"`   // with Profile

	// In is a collection of objects, as "users" or "users/ann@contoso.edu/messages". Where is
	// gjson path to value: of the objects that are so, Count is how many there are in the end.
	In    string         `json:"in,omitzero"`
	Where map[string]any `json:"where,omitzero"`

	// Place is where the expectation stands, as "nightly.yaml:42:5". It is for
	// the verdict's text.
	Place string `json:"-"`
}
