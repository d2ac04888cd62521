package roster

import (
	"fmt"
	"io"
)

// Reader gives the rows of one entity, for a sync. It holds one row at a time.
type Reader struct {
	in       *table         // nil: there is no file, so no row
	columns  map[string]int // V1's header: index in the row
	teachers []int          // of Clever's sections read as a roster: the columns that name teachers
	text     []byte         // of the row, joined
	named    int            // how many of teachers were looked at in the row; all: the next row is due
}

// Record is one row. It stays valid after the next one was read.
type Record struct {
	columns map[string]int
	values  []string
}

// Open returns the rows of entity e among files that were verified without an
// Error; format is that of the Report. An entity whose file is not there has no
// rows. It errs where the file cannot be opened or has no header that can be
// read. The Reader must be closed.
func Open(files []File, format Format, e Entity) (*Reader, error) {
	f, ok := find(files, nameOf(format, e))
	if !ok {
		return &Reader{}, nil
	}
	in, err := open(f)
	if err != nil {
		return nil, err
	}
	ok, err = in.header()
	switch {
	case err != nil:
	case in.alien != "":
		err = fmt.Errorf("read %s: it is %s", f.Name, in.alien)
	case in.empty:
		err = fmt.Errorf("read %s: it is empty", f.Name)
	case !ok:
		err = fmt.Errorf("read %s: the header in line %d %s", f.Name, in.at, whyBroken[in.bad])
	}
	if err != nil {
		in.close() // what went wrong before matters more
		return nil, err
	}
	r := &Reader{in: in, columns: map[string]int{}}
	index := make(map[string]int, len(in.names))
	for i, name := range in.names {
		if _, twice := index[name]; !twice {
			index[name] = i
		}
	}
	roster := format == Clever && e == TeacherRoster
	for i := range columns[e] {
		c := &columns[e][i]
		for _, h := range c.headers(format) {
			at, there := index[h]
			if !there {
				continue
			}
			if roster && c.refers == Teacher {
				r.teachers = append(r.teachers, at)
				continue
			}
			r.columns[c.name] = at
			break
		}
	}
	if roster && len(r.teachers) == 0 {
		return &Reader{}, in.close()
	}
	if roster {
		r.columns["SIS ID"] = len(in.names) // behind the row's own values
		r.named = len(r.teachers)
	}
	return r, nil
}

// find returns the file of a name, compared without letter case; the first, as
// verification does.
func find(files []File, name string) (File, bool) {
	for _, f := range files {
		if lower(f.Name) == name {
			return f, true
		}
	}
	return File{}, false
}

// Next returns the next row. At the end it returns io.EOF; a row that cannot be
// read is another error, and the one behind it can be had with the next call.
func (r *Reader) Next() (Record, error) {
	if r.in == nil {
		return Record{}, io.EOF
	}
	for {
		for r.named < len(r.teachers) {
			at := r.teachers[r.named]
			r.named++
			if teacher := r.in.fields[at]; !blank(teacher) {
				return r.record(teacher), nil
			}
		}
		f, err := r.in.next()
		switch {
		case err != nil:
			return Record{}, err
		case f != sound:
			r.named = len(r.teachers)
			return Record{}, fmt.Errorf("read %s: line %d %s", r.in.file.Name, r.in.at, whyUnread[f])
		case r.teachers == nil:
			return r.record(nil), nil
		}
		r.named = 0
	}
}

// whyUnread is what is said of a row that cannot be read; verification finds it
// first.
var whyUnread = [...]string{
	notUTF8:   "is not encoded as UTF-8",
	nulByte:   "has a NUL character",
	badQuotes: "has a quotation mark that is not closed, not doubled or not at the edge of its value",
	ragged:    "has not as many values as the header has columns",
	lineBreak: "has a line break within a value",
	tooLong:   "is longer than " + maxRowText + " bytes",
}

// record copies the row, and one more value if there is one: a text and the
// places in it.
func (r *Reader) record(more []byte) Record {
	values := make([]string, 0, len(r.in.fields)+1)
	r.text = r.text[:0]
	for _, v := range r.in.fields {
		r.text = append(r.text, v...)
	}
	all := string(append(r.text, more...))
	for _, v := range r.in.fields {
		values = append(values, all[:len(v)])
		all = all[len(v):]
	}
	return Record{columns: r.columns, values: append(values, all)}
}

// Close closes the file. Further calls do nothing.
func (r *Reader) Close() error {
	if r.in == nil {
		return nil
	}
	in := r.in
	r.in = nil
	return in.close()
}

// Get returns the value of a column by its header in format V1, "" where the
// file does not have that column. Nothing is cut off or changed.
func (r Record) Get(column string) string {
	if i, ok := r.columns[column]; ok && i < len(r.values) {
		return r.values[i]
	}
	return ""
}
