package roster

import (
	"bytes"
	"cmp"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// bound is a column as a file has it.
type bound struct {
	*column
	header  string   // its name there
	index   int      // of its values in a row; -1: it is chosen by name, and not there
	order   int      // among the messages
	empty   string   // the rule that an empty value falls under; "": none
	missed  *Message // what was said by it
	several bool     // a value may list several, separated by comma
	seen    *keys    // of a column whose values are unique
	refers  *keys    // of the SIS IDs that a value has to be among
	plain   bool     // a value that is not blank is right
	found   []byte   // a value of refers that was looked up: rows of one school, section or person often follow each other
}

// file verifies the file of e.
func (v *verification) file(e Entity, f File, t *tally) error {
	in, err := open(f)
	if err != nil {
		return err
	}
	defer in.close()
	ok, err := in.header()
	if err != nil {
		return err
	}
	if in.mark {
		t.message(RuleMark, "", 0)
	}
	switch {
	case ok:
		err = v.table(e, in, t)
	case in.alien != "":
		t.say(RuleFileAlien, "", 0, "The file is no CSV in UTF-8 but %s. Save it as CSV in UTF-8.", in.alien)
	case in.empty:
		t.say(RuleFileEmpty, "", 0, "The file %s is empty. A header and rows are required.", t.file)
	default:
		t.say(RuleHeaderBroken, "", 0, "The header %s. Line - %d", whyBroken[in.bad], in.at)
	}
	return err
}

// table verifies the header and the rows.
func (v *verification) table(e Entity, in *table, t *tally) error {
	columns := columns[e]
	if e == Section && v.format == Clever {
		columns = append(slices.Clone(columns), cleverRoster()...)
	}
	live, ok := v.bind(e, columns, in, t)
	if !ok {
		return nil
	}
	complete, err := v.read(e, in, live, t)
	if err != nil {
		return err
	}
	if v.rows[e] == 0 {
		t.message(RuleNoRows, "", 0)
	}
	if in.mixed > 0 {
		t.row(RuleLineEnds, "", 0, in.mixed, nil)
	}
	for i := range live {
		switch b := &live[i]; {
		case b.seen == nil:
		case b.check == identifier:
			b.seen.complete = complete
		default:
			v.ring.release(b.seen)
		}
	}
	return nil
}

// bind finds the columns in the header, and returns those whose values matter:
// what is required, and what is chosen for sync. Not ok means that there is no
// header.
func (v *verification) bind(e Entity, columns []column, in *table, t *tally) (live []bound, ok bool) {
	known := false
	var absent []bound
	for i := range columns {
		c := &columns[i]
		headers := c.headers(v.format)
		if len(headers) == 0 {
			continue
		}
		b := bound{column: c, header: headers[0], index: -1, order: i + 1}
		for _, h := range headers {
			if b.index = slices.Index(in.names, h); b.index >= 0 {
				b.header, known = h, true
				break
			}
		}
		if v.applies(e, &b) {
			live = append(live, b)
		} else if b.index < 0 && v.needs(c) {
			absent = append(absent, b)
		}
	}
	if !known {
		var names []string
		for i := range columns {
			if h := columns[i].headers(v.format); len(h) > 0 && v.needs(&columns[i]) {
				names = append(names, h[0])
			}
		}
		t.say(RuleHeaderMissing, "", 0, "The file has no header. Line %d must name the columns - %s", in.at, strings.Join(names, ", "))
		return nil, false
	}
	for _, b := range absent {
		hint := ""
		if i := slices.IndexFunc(in.names, func(name string) bool { return alike(name, b.header) }); i >= 0 {
			hint = " " + quote(in.names[i]) + " is not the same; names are compared with letter case and blanks."
		}
		t.say(RuleColumnMissing, b.header, b.order, "The column %s was not found in the header. It is required.%s", b.header, hint)
	}
	v.twins(in, columns, t)
	return live, true
}

// needs tells whether a column has to be there.
func (v *verification) needs(c *column) bool {
	return c.need == required || c.need == accounts && v.rules.Accounts
}

// applies tells whether a column's values matter, and says by which rules.
func (v *verification) applies(e Entity, b *bound) bool {
	roster := e == Section && b.column.refers == Teacher
	chosen, byName := v.chosen(e, b.column)
	switch {
	case v.needs(b.column):
		b.empty = RuleMissing
	case roster:
	case b.need == optional && chosen:
		b.empty = RuleMissingChosen
	default:
		return false
	}
	if b.index < 0 && (b.empty != RuleMissingChosen || !byName) {
		return false
	}
	if b.unique {
		b.seen = &keys{}
		if b.check == identifier {
			b.seen = v.keys[e]
		}
	}
	if to := b.column.refers; to != "" {
		b.refers = v.keys[to]
		b.several = e == Teacher && v.rules.SeveralSchools
	}
	b.plain = b.check == text && b.seen == nil && b.refers == nil
	return true
}

// chosen tells whether an optional column is chosen for sync, and whether by its
// name.
func (v *verification) chosen(e Entity, c *column) (chosen, byName bool) {
	list := v.rules.Chosen[e]
	if list == nil {
		return true, false
	}
	byName = slices.Contains(list, c.name) || slices.ContainsFunc(c.headers(v.format), func(h string) bool {
		return slices.Contains(list, h)
	})
	return byName, byName
}

// twins says which names stand in the header more than once. Columns without a
// name are passed over.
func (v *verification) twins(in *table, columns []column, t *tally) {
	times := make(map[string]int, len(in.names))
	for _, name := range in.names {
		times[name]++
	}
	for i, name := range in.names {
		if name == "" || times[name] < 2 {
			continue
		}
		order := 1 + len(columns) + i
		for j := range columns {
			if slices.Contains(columns[j].headers(v.format), name) {
				order = j + 1
				break
			}
		}
		t.message(RuleColumnTwice, cut(name), order).Count = times[name]
		times[name] = 0
	}
}

// read verifies the rows, and tells whether all could be read.
func (v *verification) read(e Entity, in *table, live []bound, t *tally) (complete bool, err error) {
	rows, named := 0, 0
	defer func() {
		v.rows[e] = rows
		if e == Section && v.format == Clever {
			v.rows[TeacherRoster] = named
		}
	}()
	complete = true
	for most := cmp.Or(v.rules.MaxRows, MaxRows); ; rows++ {
		f, err := in.next()
		switch {
		case err == io.EOF:
			return complete, nil
		case err != nil:
			return false, err
		case rows == most:
			t.say(RuleTooManyRows, "", 0, "The file has more than %s rows. First line - %d", thousands(most), in.at)
			return false, nil
		case f != sound:
			t.row(ruleOf[f], "", 0, in.at, in.describe(f))
			complete = false
			continue
		}
		for i := range live {
			b := &live[i]
			var value []byte
			if b.index >= 0 {
				value = in.fields[b.index]
			}
			if b.plain && len(value) > 0 && value[0] > ' ' && value[0] < utf8.RuneSelf {
				continue
			}
			v.value(b, value, in.at, t)
		}
		if v.format == Clever {
			named += teachers(live, in.fields)
		}
	}
}

// teachers counts those that a row of Clever's sections names, in columns that
// may be empty.
func teachers(live []bound, fields [][]byte) (n int) {
	for i := range live {
		if b := &live[i]; b.column.refers == Teacher && b.empty == "" && !blank(fields[b.index]) {
			n++
		}
	}
	return n
}

// value verifies one value.
func (v *verification) value(b *bound, value []byte, line int, t *tally) {
	if blank(value) {
		b.miss(line, value, t)
		return
	}
	if b.check != text && !b.check.fits(value) {
		t.row(RuleFormat, b.header, b.order, line, value)
	}
	if b.seen != nil && !v.full {
		v.unique(b, value, line, t)
	}
	if b.refers == nil || !b.refers.complete || v.full || len(b.found) > 0 && bytes.Equal(b.found, value) {
		return
	}
	if v.resolves(b, value) {
		b.found = append(b.found[:0], value...)
	} else {
		t.row(RuleReference, b.header, b.order, line, value)
	}
}

// miss says that a value is missing. Columns that nobody fills have one in each
// row, so the message is kept at hand.
func (b *bound) miss(line int, value []byte, t *tally) {
	switch {
	case b.empty == "":
	case b.missed != nil && len(b.missed.Rows) == MaxMessageRows:
		b.missed.Count++
	default:
		b.missed = t.row(b.empty, b.header, b.order, line, value)
	}
}

// unique says that a value stands in an earlier row. User names are compared
// without letter case, as the directory does (inferred).
func (v *verification) unique(b *bound, value []byte, line int, t *tally) {
	k := v.ring.key(value, b.check == user)
	fresh, ok := v.ring.add(b.seen, k)
	switch {
	case !ok:
		v.full = true
		t.say(RuleTooManyKeys, b.header, b.order,
			"The files have more than %s distinct values in the columns that identify. Line - %d, field - %s",
			thousands(cmp.Or(v.rules.MaxKeys, MaxKeys)), line, b.header)
	case !fresh:
		t.row(RuleDuplicate, b.header, b.order, line, value)
	}
}

// resolves tells whether a value is there, or all that it lists are.
func (v *verification) resolves(b *bound, value []byte) bool {
	if !b.several {
		return b.refers.has(v.ring.key(value, false))
	}
	for part, rest, more := []byte(nil), value, true; more; {
		part, rest, more = bytes.Cut(rest, []byte{','})
		if !b.refers.has(v.ring.key(bytes.TrimSpace(part), false)) {
			return false
		}
	}
	return true
}
