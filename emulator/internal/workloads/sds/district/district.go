// Package district makes up a school district: the six CSV files that School
// Data Sync takes, in format V1, of any size up to the service's limits. Names
// come from many scripts, and every column is filled, so that a district verifies
// without any message; flaws put a stated number of faults into it.
//
// Each row is a function of the seed and its number: the same options give the
// same bytes on every platform, and no file is held in memory. The people, places
// and secrets are made up. How large classes, schools and staff are is chosen.
package district

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/graphemu/graphemu/emulator/files"
)

// MaxRows is how many rows a file may have (documented).
const MaxRows = 500_000

// Options says what district to make. The zero value is one school with 60
// students.
type Options struct {
	Schools  int    // default 1
	Students int    // default 60 a school
	Seed     uint64 // default 1; another seed, other people

	// Flaws are faults by their names, of which Flaws() tells, and how often.
	Flaws map[string]int
}

// File is one of the files.
type File struct {
	Name string

	// Rows is how many rows it has, without the header.
	Rows int

	// WriteTo writes the whole file, and may be called several times. It errs
	// where w does.
	WriteTo func(w io.Writer) error
}

// Files returns the files of a district, in the order in which they are
// verified. It errs where a file would have more than MaxRows rows, or a flaw is
// unknown or cannot be had so often.
func Files(o Options) ([]File, error) {
	p, err := newPlan(o)
	if err != nil {
		return nil, err
	}
	var files []File
	for e := range entities {
		if p.spoiled[e].absent {
			continue
		}
		files = append(files, File{Name: e.file(), Rows: p.written(e), WriteTo: func(w io.Writer) error { return p.write(w, e) }})
	}
	for n := range p.unknownFiles {
		files = append(files, File{Name: fmt.Sprintf("lunch%d.csv", n+1), Rows: 1, WriteTo: func(w io.Writer) error {
			_, err := io.WriteString(w, "Day,Dish\nMonday,Soup\n")
			return err
		}})
	}
	return files, nil
}

// Write writes the files of a district into a folder, and makes the folder where
// there is none. Files of these names are replaced, others stay.
func Write(dir string, o Options) error {
	files, err := Files(o)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("cannot make the folder of the roster: %w", err)
	}
	for _, f := range files {
		if err := f.save(filepath.Join(dir, f.Name)); err != nil {
			return fmt.Errorf("cannot write the roster: %w", err)
		}
	}
	return nil
}

func (f File) save(path string) error {
	return files.Write(path, 0o644, func(file *os.File) error { return f.WriteTo(file) })
}

// write writes one file: header, then the rows, with those of the flaws strewn
// evenly among them.
func (p *plan) write(w io.Writer, e entity) error {
	if p.spoiled[e].empty {
		return nil
	}
	if p.spoiled[e].wide {
		w = &widened{w: w}
	}
	buffer := bufio.NewWriterSize(w, 64<<10)
	out := newTable(buffer, p.spoiled[e], columns[e])
	r := addedRow{values: make([]string, len(columns[e]))}
	if p.spoiled[e].mark {
		buffer.WriteString("\ufeff")
	}
	if !p.spoiled[e].headless {
		for i, c := range columns[e] {
			r.values[i] = c.name
		}
		out.row(r.values, "")
	}
	base, added := p.base(e), p.added(e)
	if p.spoiled[e].bare {
		base, added = 0, 0
	}
	for done, made := 0, 0; done+made < base+added && out.err == nil; {
		r.raw = ""
		// Flaws never come first, so that what they copy stands before them.
		if scaled(done+made+1, added, base+added) > made {
			p.flawed(e, made, done-1, &r)
			made++
		} else {
			p.row(e, done, r.values)
			done++
		}
		out.row(r.values, r.raw)
	}
	return cmp.Or(out.err, buffer.Flush())
}

// Recipe returns the options of a district that is known by a name: clean or
// flawed. Students 0 is the recipe's own number.
func Recipe(name string, students int) (Options, error) {
	switch name {
	case "clean":
		return Options{Students: students}, nil
	case "flawed":
		o := Documented()
		o.Students = cmp.Or(students, o.Students)
		return o, nil
	}
	return Options{}, fmt.Errorf("there is no recipe %q; there are clean and flawed", name)
}

// Documented returns the options of the district whose verification gives exactly
// the ten messages of the service's documentation, in its order.
func Documented() Options {
	return Options{Students: 120, Flaws: map[string]int{
		"section-missing-sis-id":                  5,
		"section-bad-sis-id":                      5,
		"student-duplicate-sis-id":                3,
		"student-duplicate-username":              3,
		"studentenrollment-orphan-section-sis-id": 125,
		"studentenrollment-orphan-sis-id":         35,
		"teacher-duplicate-sis-id":                3,
		"teacher-duplicate-username":              3,
		"teacherroster-orphan-section-sis-id":     10,
		"teacherroster-orphan-sis-id":             91,
	}}
}

// ParseFlaws reads flaws as a flag has them: orphans=12,duplicates=3. It errs
// with what is wrong and what was meant.
func ParseFlaws(text string) (map[string]int, error) {
	flaws := map[string]int{}
	for item := range strings.SplitSeq(text, ",") {
		if item = strings.TrimSpace(item); item == "" {
			continue
		}
		name, number, _ := strings.Cut(item, "=")
		var n int
		if _, err := fmt.Sscanf(number+"\n", "%d\n", &n); err != nil || n < 1 {
			return nil, fmt.Errorf("the flaw %q needs a number from 1, as %s=3", item, name)
		}
		if _, twice := flaws[name]; twice {
			return nil, fmt.Errorf("the flaw %s is given twice", name)
		}
		flaws[name] = n
	}
	return flaws, nil
}

// sortedNames lets no map decide.
func sortedNames(flaws map[string]int) []string { return slices.Sorted(maps.Keys(flaws)) }
