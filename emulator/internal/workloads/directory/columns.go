package directory

import (
	"strings"
	"time"

	"github.com/graphemu/graphemu/emulator/internal/workloads/sds/profile"
	"github.com/graphemu/graphemu/emulator/internal/workloads/sds/roster"
)

// The mapping of columns to properties (inferred from the resources, whose
// properties are documented). Password is read by nothing here.

// columns is which optional columns of an entity are synchronised.
type columns struct {
	all    bool
	chosen map[string]bool
}

// chosen returns what a customization chooses. Documented: no list is every
// column.
func chosen(c *profile.Customization) columns {
	if c == nil || c.OptionalPropertiesToSync == nil {
		return columns{all: true}
	}
	m := make(map[string]bool, len(c.OptionalPropertiesToSync))
	for _, name := range c.OptionalPropertiesToSync {
		m[name] = true
	}
	return columns{chosen: m}
}

// get returns the value of an optional column, "" where it is not chosen: what is
// not chosen is not written.
func (c *columns) get(r roster.Record, name string) string {
	if c.all || c.chosen[name] {
		return r.Get(name)
	}
	return ""
}

// schoolOf is what only an educationSchool has of a school.
func schoolOf(w *writer, c *columns, r roster.Record) {
	w.b = append(w.b, `{"externalSource":"sis"`...) // inferred: as a user's
	w.text("principalEmail", c.get(r, "Principal Secondary Email"))
	w.text("principalName", c.get(r, "Principal Name"))
	w.text("externalPrincipalId", c.get(r, "Principal SIS ID"))
	w.text("lowestGrade", c.get(r, "Grade Low"))
	w.text("highestGrade", c.get(r, "Grade High"))
	w.text("schoolNumber", c.get(r, "School Number"))
	w.text("externalId", r.Get("SIS ID"))
	w.text("phone", c.get(r, "Phone"))
	w.complex("address", field{"city", c.get(r, "City")}, field{"countryOrRegion", c.get(r, "Country")},
		field{"postalCode", c.get(r, "Zip")}, field{"state", c.get(r, "State")}, field{"street", c.get(r, "Address")})
	w.b = append(w.b, '}')
}

// classOf is what only an educationClass has of a class.
func classOf(w *writer, c *columns, r roster.Record, name string) {
	w.b = append(w.b, '{')
	w.text("classCode", c.get(r, "Section Number")) // chosen
	w.text("externalName", name)
	w.text("externalId", r.Get("SIS ID"))
	w.text("externalSource", "sis")
	w.complex("term", field{"displayName", c.get(r, "Term Name")}, field{"endDate", date(c.get(r, "Term EndDate"))},
		field{"externalId", c.get(r, "Term SIS ID")}, field{"startDate", date(c.get(r, "Term StartDate"))})
	w.complex("course", field{"courseNumber", c.get(r, "Course Number")}, field{"description", c.get(r, "Course Description")},
		field{"displayName", c.get(r, "Course Name")}, field{"externalId", c.get(r, "Course SIS ID")},
		field{"subject", c.get(r, "Course Subject")})
	w.b = append(w.b, '}')
}

// userOf is what only an educationUser has of a person.
func userOf(w *writer, c *columns, r roster.Record, as role, middleName string) {
	w.b = append(w.b, '{')
	w.text("middleName", middleName)
	w.text("externalSource", "sis")
	address(w, c, r, "mailingAddress", "Mailing ")
	w.text("primaryRole", as.String())
	address(w, c, r, "residenceAddress", "Residence ")
	if as == student {
		w.complex("student", field{"birthDate", date(c.get(r, "Birthdate"))},
			field{"externalId", r.Get("SIS ID")}, field{"gender", gender(c.get(r, "Gender"))},
			field{"grade", c.get(r, "Grade")}, field{"graduationYear", c.get(r, "Graduation Year")},
			field{"studentNumber", c.get(r, "Student Number")})
		w.b = append(w.b, '}')
		return
	}
	w.complex("teacher", field{"externalId", r.Get("SIS ID")}, field{"teacherNumber", c.get(r, "Teacher Number")})
	w.b = append(w.b, '}')
}

// address adds a physicalAddress. Its latitude and longitude have no property.
func address(w *writer, c *columns, r roster.Record, name, prefix string) {
	w.complex(name, field{"city", c.get(r, prefix+"City")}, field{"countryOrRegion", c.get(r, prefix+"Country")},
		field{"postalCode", c.get(r, prefix+"Zip")}, field{"state", c.get(r, prefix+"State")}, field{"street", c.get(r, prefix+"Address")})
}

// gender is a member of educationGender: female, male or other (documented). A
// school writes what it likes; what does not begin with f or m is other (chosen).
func gender(value string) string {
	switch {
	case value == "":
		return ""
	case value[0] == 'f' || value[0] == 'F':
		return "female"
	case value[0] == 'm' || value[0] == 'M':
		return "male"
	}
	return "other"
}

// date is an Edm.Date. Verified files have dates in ISO 8601 or as m/d/yyyy; of
// anything else there is no date.
func date(value string) string {
	value, _, _ = strings.Cut(value, "T")
	if value == "" {
		return ""
	}
	for _, layout := range [...]string{time.DateOnly, "20060102", "1/2/2006"} {
		if t, err := time.Parse(layout, value); err == nil {
			return t.Format(time.DateOnly)
		}
	}
	return ""
}
