package directory

import (
	"fmt"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/workloads/sds/profile"
)

// fault is a kind of sync error that comes from the data. Documented are the
// codes, what each is for, and the text of unmatched; the other texts are those
// that package profile has, whose made-up errors look the same.
type fault struct{ code, message string }

var (
	// No account fits the identity rule. Two blanks before Verify, as the page has it.
	unmatched = &fault{"UnsynchronizableChange",
		"%[1]s cannot be updated as no matching entry in Active Directory was found for %[1]s.  " +
			"Verify the identity matching criteria for the profile."}
	// Two accounts fit it, or carry the SIS ID. Documented for students, inferred for teachers.
	ambiguous = &fault{"DuplicateTargetEntries",
		"%s cannot be updated as more than one entry with the same SIS ID was found in Active Directory."}
	// A name has an invalid character; a SIS ID, or what identifies a person, is
	// used twice. Documented for sections and students, inferred for teachers and schools.
	unfitName = &fault{"None", "%s cannot be added as its name contains an invalid character or is used twice."}
	// The section's SIS ID, of which mailNickname is made.
	unfitNickname = &fault{"AzureActiveDirectoryInvalidPropertyValue",
		"%s cannot be added as the value for mailNickname contains characters other than letters and digits."}
	// The container or the person failed in this run.
	brokenReference = &fault{"InvalidLookupReference", "%s cannot be updated as one of the entries that it refers to was not synchronized."}
	unknownSKU      = &fault{"AzureActiveDirectoryInvalidLicense", "License cannot be assigned to %s as the SKU was not found in the tenant."}
	noLocation      = &fault{"AzureActiveDirectoryInvalidUserUsageLocation",
		"License cannot be assigned to %s as the user has no usage location."}
)

// record notes that an entry failed. joining is what the entry is found by: the
// value that was compared with accounts for a person (observed in the sample:
// richard.2wilson@testschool.edu), the SIS ID for a school or section (chosen).
// identifier is joining up to an @ in the sample; for a membership it is the SIS
// ID of the person, and joining that of the container (chosen), so that both
// ends are named.
func (p *Plan) record(f *fault, entry, joining, identifier string) {
	p.ErrorCount++
	if len(p.Errors) >= profile.MaxErrors {
		return
	}
	message := f.message
	if strings.Contains(message, "%") {
		message = fmt.Sprintf(message, entry)
	}
	p.Errors = append(p.Errors, profile.SyncError{EntryType: entry, ErrorCode: f.code, ErrorMessage: message,
		JoiningValue: strings.Clone(joining), ReportableIdentifier: strings.Clone(identifier)})
}

// recordPerson notes that a student or teacher failed.
func (p *Plan) recordPerson(f *fault, who *person) {
	identifier, _, _ := strings.Cut(who.joining, "@")
	if identifier == "" {
		identifier = who.externalID
	}
	p.record(f, roleEntries[who.role].person, who.joining, identifier)
}

// roleEntries are the entry types of what concerns a role. SchoolStudents is
// documented, its three likes are inferred.
var roleEntries = [2]struct{ person, inSchool, inSection string }{
	student: {"Student", "SchoolStudents", "SectionStudents"},
	teacher: {"Teacher", "SchoolTeachers", "SectionTeachers"},
}

// unfit tells whether r may stand in no name (chosen: what may stand in no SIS
// ID either).
func unfit(r rune) bool { return r < ' ' || r == 0x7f || strings.ContainsRune(`"<>|`, r) }

// notAlphanumeric is what the error pages say of mailNickname: letters and
// digits, of ASCII (chosen) since it becomes part of a mail address.
func notAlphanumeric(r rune) bool {
	return !(r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z')
}

// fit returns value as it may be written; false where it may not. mend is
// handleSpecialCharacterConstraint, which replaces what is bad by an underscore
// (chosen: the pages only say that it is replaced).
func fit(value string, bad func(rune) bool, mend bool) (string, bool) {
	if strings.IndexFunc(value, bad) < 0 {
		return value, true
	}
	if !mend {
		return value, false
	}
	return strings.Map(func(r rune) rune {
		if bad(r) {
			return '_'
		}
		return r
	}, value), true
}
