package judge

import (
	"github.com/graphemu/graphemu/emulator/internal/record"
	"github.com/graphemu/graphemu/emulator/journal"
)

// Record is one world's part of what is judged: the chapter that is open there.
type Record struct {
	World, Tenant string
	Scenario      string           // the name of the one in force
	Chapter       *journal.Chapter // nil: the only one so far, without a name
	Entries       []record.Entry   // sorted by id
	Lost          uint64           // entries that the journal kept no more
	Expect        []journal.Expectation
	Rules         []RuleUse
	Sets          []Setting // what the scenario says besides
	Profiles      []ProfileView
	Strict        bool                // tokens are checked: then the verdict tells of permissions
	Objects       map[string][][]byte // the JSON of those in a collection, where an expectation asks
}

// RuleUse is how often a rule fired in a world.
type RuleUse struct {
	Name     string
	Kind     string // "fault", "lifecycle" or "throttle"
	Fired    uint64
	Optional bool   // no warning where it never fired
	Added    bool   // at run time; else the scenario has it
	Spared   uint64 // calls that it could have struck, and by chance did not
}

// ProfileView is a profile as it stands.
type ProfileView struct {
	JSON   []byte // as on the wire
	State  string
	Status string // of its sync
}
