package roster

import (
	"cmp"
	"slices"
	"strings"
)

// Verify reads all files and returns what is to be said of them. It errs only
// where a file cannot be opened or read; whatever the bytes are, that is a matter
// of messages.
//
// What cannot be known is not said: references into a file that could not be read
// to its end are not judged, so that one fault does not come back as thousands
// (chosen).
func Verify(files []File, rules Rules) (Report, error) {
	d, err := sortOut(files)
	if err != nil {
		return Report{}, err
	}
	v := verification{
		folder: d,
		rules:  rules,
		ring:   newRing(cmp.Or(rules.MaxKeys, MaxKeys)),
		keys:   map[Entity]*keys{},
		tally:  map[Entity]*tally{},
		rows:   map[Entity]int{},
	}
	r := Report{Format: d.format, Rows: v.rows}
	if len(d.successor) > 0 && len(d.of) == 0 {
		r.Messages = v.refusals()
		return r, nil
	}
	// Who is referred to is read before who refers.
	for _, e := range []Entity{School, Teacher, Student, Section, StudentEnrollment, TeacherRoster} {
		if err := v.entity(e); err != nil {
			return Report{}, err
		}
	}
	for _, e := range Entities() {
		r.Messages = append(r.Messages, v.tally[e].messages()...)
	}
	r.Messages = append(r.Messages, v.strangers()...)
	return r, nil
}

// verification is the state of one Verify.
type verification struct {
	folder
	rules Rules
	ring  *ring
	full  bool // there are more keys than may be kept: nothing is judged by them any more
	keys  map[Entity]*keys
	tally map[Entity]*tally
	rows  map[Entity]int
}

// entity verifies the file of e, or says that it is missing.
func (v *verification) entity(e Entity) error {
	t := newTally(nameOf(v.format, e))
	v.tally[e], v.keys[e] = t, &keys{}
	if e == TeacherRoster && v.format == Clever {
		return nil // its rows are columns of the sections
	}
	f, there := v.of[e]
	switch {
	case !there:
		v.missing(e, t)
		return nil
	case len(v.twice[e]) > 0:
		names := append([]string{f.Name}, v.twice[e]...)
		slices.Sort(names)
		t.say(RuleFileTwice, "", 0, "The file %s is there %d times - %s. Names are compared without letter case; one of them may be there.",
			t.file, len(names), cut(strings.Join(names, ", ")))
		return nil
	}
	return v.file(e, f, t)
}

// together are the entities of which all are needed or none, documented.
var together = []Entity{Section, StudentEnrollment, TeacherRoster}

// missing says that the file of e is not there, if it is needed.
func (v *verification) missing(e Entity, t *tally) {
	if !slices.Contains(together, e) {
		t.say(RuleFileMissing, "", 0, "The file %s was not found in the source. It is required.", t.file)
		return
	}
	var there []string
	for _, other := range together {
		if _, ok := v.of[other]; ok {
			there = append(there, nameOf(v.format, other))
		}
	}
	if len(there) > 0 {
		t.say(RuleFileMissing, "", 0,
			"The file %s was not found in the source. It is required together with %s.", t.file, strings.Join(there, " and "))
	}
}

// strangers tells of files that are none of the format.
func (v *verification) strangers() []Message {
	var all []Message
	for _, name := range v.others {
		t := newTally(name)
		switch {
		case v1Names[name] != "" || cleverNames[name] != "":
			t.say(RuleOtherFile, "", 0, "The file is none of the format %s, in which the other files are. It was passed over.", v.format)
		case slices.Contains(successor, name):
			t.say(RuleOtherFile, "", 0, "The file belongs to format V2 or V2.1, which this service does not read. It was passed over.")
		default:
			t.say(RuleOtherFile, "", 0, "The file is none of the format %s. It was passed over.", v.format)
		}
		all = append(all, t.messages()...)
	}
	return all
}

// refusals tells that all there is belongs to a later service's format.
func (v *verification) refusals() []Message {
	var all []Message
	for _, name := range v.successor {
		t := newTally(name)
		t.say(RuleSuccessor, "", 0,
			"The file belongs to format V2 or V2.1, which this service does not read. Upload school.csv, student.csv and teacher.csv of format V1.")
		all = append(all, t.messages()...)
	}
	return append(all, v.strangers()...)
}
