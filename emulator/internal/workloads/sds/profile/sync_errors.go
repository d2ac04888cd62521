package profile

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"
)

// MaxErrors is how many errors a step may make up: each takes memory for as
// long as its profile keeps it.
const MaxErrors = 10_000

// kind is a kind of sync error: what it befalls, and its words, in which %s is
// the entry type.
type kind struct {
	code    string
	entries []string
	message string
	share   int // of a hundred that are made up; 0: only where a scenario names the code
}

// kinds are the errors of the documentation: the API's errors page, and the two
// pages on remediation. The texts of UnsynchronizableChange (and of its newer
// name) and of InvalidOrMissingReferenceCode are documented; the others are our
// words for what the pages say of the code. The shares are chosen: what befalls
// one person is common, what befalls a whole tenant is rare.
var kinds = []kind{
	{"UnsynchronizableChange", []string{"Student", "Teacher"}, unmatchedMessage, 50},
	{"InvalidLookupReference", []string{"SectionStudents", "SectionTeachers", "SchoolStudents", "SchoolTeachers"},
		"%s cannot be updated as one of the entries that it refers to was not synchronized.", 20},
	{"DuplicateTargetEntries", []string{"Student"},
		"%s cannot be updated as more than one entry with the same SIS ID was found in Active Directory.", 8},
	{"AzureActiveDirectoryInvalidPropertyValue", []string{"Section"},
		"%s cannot be added as the value for mailNickname contains characters other than letters and digits.", 6},
	{"None", []string{"Section", "Student"}, "%s cannot be added as its name contains an invalid character or is used twice.", 5},
	{"UnSpecified", []string{"Student"}, "%s cannot be updated as its SIS ID is invalid or its user could not be synchronized.", 3},
	{"AzureActiveDirectoryInvalidUserUsageLocation", []string{"Student", "Teacher"},
		"License cannot be assigned to %s as the user has no usage location.", 3},
	{"AzureActiveDirectoryInvalidLicense", []string{"Student", "Teacher"},
		"License cannot be assigned to %s as the SKU was not found in the tenant.", 2},
	{"AzureActiveDirectoryRequestThrottledTemporarily", []string{"Student", "Teacher", "Section"},
		"%s cannot be updated as requests to Active Directory are throttled temporarily. It will be tried again.", 2},
	{"AzureActiveDirectoryReplicaUnavailable", []string{"Student", "Teacher", "Section"},
		"%s cannot be updated as a replica of Active Directory is unavailable. It will be tried again.", 1},
	{"UnmatchedEntry", []string{"Student", "Teacher"}, unmatchedMessage, 0},
	{"InvalidOrMissingReferenceCode", []string{"Users"},
		"The value 6 in GradeLevelCode for 3110_10 isn't found in RefGradeLevel. Correct source system.", 0},
}

// unmatchedMessage has two blanks before Verify, as the page has it.
const unmatchedMessage = "%[1]s cannot be updated as no matching entry in Active Directory was found for %[1]s.  " +
	"Verify the identity matching criteria for the profile."

// Made-up people. Observed: richard.2wilson.
var (
	givenNames = []string{"richard", "maria", "aisha", "john", "lena", "omar", "sofia", "david",
		"mei", "carlos", "emma", "noah", "priya", "lucas", "anna", "kenji"}
	surnames = []string{"wilson", "garcia", "khan", "smith", "meyer", "haddad", "rossi", "jones",
		"chen", "lopez", "brown", "murphy", "patel", "silva", "novak", "sato"}
)

// record adds the errors of a step that happens at that instant to those of the
// run, and returns how many they are.
//
// What they say depends on the store's Derive, the profile's id, the number of
// its run and their place in it: on nothing that others ask.
func (l *lifecycles) record(r *Record, s *Step, at time.Time) int {
	n := len(s.Errors) + s.ErrorCount
	if n == 0 {
		return 0
	}
	list := make([]SyncError, len(r.Errors), len(r.Errors)+n) // records share the one before
	copy(list, r.Errors)
	h := fnv.New64a()
	h.Write([]byte(r.ID))
	var chance rand.PCG
	for i := range n {
		var e SyncError
		if i < len(s.Errors) {
			e = s.Errors[i]
		}
		index := len(list)
		chance.Seed(h.Sum64(), uint64(r.run)<<32|uint64(index))
		e.fill(rand.New(&chance))
		if e.ID == "" {
			e.ID = l.derive("errors", r.ID, strconv.FormatUint(uint64(r.run), 10), strconv.Itoa(index))
		}
		if e.Recorded.IsZero() {
			e.Recorded = at
		}
		list = append(list, e)
	}
	r.Errors = list
	r.Sync.ErrorCount += int64(n)
	return n
}

// fill gives the error what it lacks.
func (e *SyncError) fill(chance *rand.Rand) {
	k := e.kind(chance)
	if e.ErrorCode == "" {
		e.ErrorCode = k.code
	}
	if e.EntryType == "" {
		e.EntryType = k.entries[chance.IntN(len(k.entries))]
	}
	if e.ErrorMessage == "" {
		e.ErrorMessage = k.message
		if strings.Contains(k.message, "%") {
			e.ErrorMessage = fmt.Sprintf(k.message, e.EntryType)
		}
	}
	name := fmt.Sprintf("%s.%d%s", givenNames[chance.IntN(len(givenNames))], chance.IntN(100), surnames[chance.IntN(len(surnames))])
	if e.EntryType == "Section" {
		name = fmt.Sprintf("%d-%d", 1000+chance.IntN(9000), 1+chance.IntN(40)) // its SIS ID, with what mailNickname refuses
	}
	switch {
	case e.JoiningValue == "" && e.ReportableIdentifier != "":
		e.JoiningValue = e.ReportableIdentifier
	case e.JoiningValue == "":
		e.JoiningValue = name
		if e.EntryType != "Section" {
			e.JoiningValue += "@testschool.edu"
		}
	}
	if e.ReportableIdentifier == "" {
		e.ReportableIdentifier, _, _ = strings.Cut(e.JoiningValue, "@")
	}
}

// kind returns the kind that fits what the error says of itself; by chance where
// that leaves a choice.
func (e *SyncError) kind(chance *rand.Rand) *kind {
	if e.ErrorCode != "" {
		if i := slices.IndexFunc(kinds, func(k kind) bool { return strings.EqualFold(k.code, e.ErrorCode) }); i >= 0 {
			return &kinds[i]
		}
		return &kind{entries: []string{"Student"}, message: "%s could not be synchronized."}
	}
	fits := func(k *kind) bool { return e.EntryType == "" || slices.Contains(k.entries, e.EntryType) }
	total := 0
	for i := range kinds {
		if fits(&kinds[i]) {
			total += kinds[i].share
		}
	}
	if total == 0 {
		return &kind{code: "UnSpecified", entries: []string{"Student"}, message: "%s could not be synchronized."}
	}
	n := chance.IntN(total)
	for i := range kinds {
		if k := &kinds[i]; fits(k) {
			if n -= k.share; n < 0 {
				return k
			}
		}
	}
	return &kinds[0] // not reached: n is below the sum of the shares
}
