package journal

// Journal is the record of one world's requests, as a test reads it. It keeps a
// bounded number of entries: the oldest go first, and the loss is counted. It is safe
// for concurrent use; what it returns are copies.
type Journal interface {
	// Requests returns the entries of an operation, sorted by id: "profiles.start", a
	// group like "profiles.*", or "*" for all but signing in; "" returns all entries,
	// also those of requests that are no operation. An operation that does not exist
	// has none; Filter.Check tells.
	Requests(operation string) []Entry

	// Entries returns the entries that f lets through, sorted by id.
	Entries(f Filter) []Entry

	// Get returns the entry with that id. ok is false where there is none: its request
	// is under way, it is lost, was cleared, or has never been.
	Get(id uint64) (e Entry, ok bool)

	// Len returns how many entries are kept.
	Len() int

	// Lost returns how many entries went because the journal was full, since it was
	// made or cleared.
	Lost() uint64

	// Position returns the last id that was given: Filter.After takes it, for what
	// comes from now on. Ids count from 1 in the order in which requests come.
	Position() uint64
}
