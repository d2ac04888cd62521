package roster

import (
	"slices"
	"strings"
)

// v1Names and cleverNames are the names of the files, in lower case and
// documented ("CSV files for School Data Sync"). Clever has no teacherroster: its
// sections name their teachers.
var (
	v1Names = map[string]Entity{
		"school.csv": School, "section.csv": Section, "student.csv": Student,
		"studentenrollment.csv": StudentEnrollment, "teacher.csv": Teacher, "teacherroster.csv": TeacherRoster,
	}
	cleverNames = map[string]Entity{
		"schools.csv": School, "sections.csv": Section, "students.csv": Student,
		"enrollments.csv": StudentEnrollment, "teachers.csv": Teacher,
	}
)

// successor are the names of the files of format V2 and V2.1, which only the
// successor of this service reads; enrollments.csv, which is Clever's too, is one
// more.
var successor = []string{"academicsessions.csv", "classes.csv", "courses.csv", "demographics.csv", "orgs.csv",
	"relationships.csv", "roles.csv", "userflags.csv", "users.csv"}

// IsFileName tells whether a file of that name, letter case aside, belongs to some
// form of a roster: those that are read, and those of the successor, which
// verification refuses by name.
func IsFileName(name string) bool {
	name = strings.ToLower(name)
	_, v1 := v1Names[name]
	_, clever := cleverNames[name]
	return v1 || clever || slices.Contains(successor, name)
}

// fileNames returns the names that the entities have in format f.
func fileNames(f Format) map[string]Entity {
	if f == Clever {
		return cleverNames
	}
	return v1Names
}

// nameOf returns the name that entity e has in format f.
func nameOf(f Format, e Entity) string {
	switch {
	case f != Clever:
		return string(e) + ".csv"
	case e == StudentEnrollment:
		return "enrollments.csv"
	case e == TeacherRoster:
		return "sections.csv"
	}
	return string(e) + "s.csv"
}

// folder is the files of a container, sorted out.
type folder struct {
	format    Format
	of        map[Entity]File
	twice     map[Entity][]string // names of one file in several letter cases
	others    []string            // names of files that are none, sorted
	successor []string            // names of V2 files where no others are there, sorted
}

// sortOut recognises the format by the files' names, and tells UK from V1 by
// their headers. A file of V1 decides for V1, so that what an earlier upload left
// behind in the container does not matter (chosen: a container cannot be emptied).
func sortOut(files []File) (folder, error) {
	d := folder{format: V1, of: map[Entity]File{}, twice: map[Entity][]string{}}
	var v1, clever, v2 bool
	for _, f := range files {
		name := lower(f.Name)
		v1 = v1 || v1Names[name] != ""
		clever = clever || cleverNames[name] != "" && name != "enrollments.csv"
		v2 = v2 || slices.Contains(successor, name)
	}
	if clever && !v1 {
		d.format = Clever
	}
	names := fileNames(d.format)
	for _, f := range files {
		name := lower(f.Name)
		e, ok := names[name]
		_, there := d.of[e]
		switch {
		case there:
			d.twice[e] = append(d.twice[e], f.Name)
		case ok:
			d.of[e] = f
		case v2 && !v1 && !clever && (name == "enrollments.csv" || slices.Contains(successor, name)):
			d.successor = append(d.successor, name)
		default:
			d.others = append(d.others, name)
		}
	}
	slices.Sort(d.others)
	slices.Sort(d.successor)
	if d.format == V1 {
		uk, err := d.isUK()
		if err != nil {
			return folder{}, err
		}
		if uk {
			d.format = UK
		}
	}
	return d, nil
}

// isUK tells whether the headers are those of the UK form: some name the UK's
// identifiers, and none V1's.
func (d *folder) isUK() (bool, error) {
	var uk, v1 bool
	for _, e := range Entities() {
		f, ok := d.of[e]
		if !ok {
			continue
		}
		header, err := peek(f)
		if err != nil {
			return false, err
		}
		for _, c := range columns[e] {
			if c.uk == "" || c.need != required {
				continue
			}
			uk = uk || slices.Contains(header, c.uk)
			v1 = v1 || slices.Contains(header, c.name)
		}
	}
	return uk && !v1, nil
}

// peek returns the header of a file, nil where none can be read.
func peek(f File) ([]string, error) {
	t, err := open(f)
	if err != nil {
		return nil, err
	}
	defer t.close()
	if ok, err := t.header(); err != nil || !ok {
		return nil, err
	}
	return t.names, nil
}

// alike tells whether two headers differ only in letter case, blanks or marks
// between words: what a person would take for the same.
func alike(a, b string) bool {
	bare := func(r rune) rune {
		if r == ' ' || r == '_' || r == '-' || r == '\u00a0' || r == '\t' {
			return -1
		}
		return r
	}
	return strings.EqualFold(strings.Map(bare, a), strings.Map(bare, b))
}

// lower is how the names of files are compared and shown.
func lower(name string) string { return strings.ToLower(name) }
