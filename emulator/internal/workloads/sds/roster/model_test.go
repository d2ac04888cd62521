package roster_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"github.com/graphemu/graphemu/emulator/internal/workloads/sds/roster"
)

// What the documented rules say of random rosters is what counting in the plainest
// way says.
func TestModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		id := rapid.SampledFrom([]string{"a", "b", "c", "d", "", "<x>"})
		table := func(name string, columns ...string) [][]string {
			rows := rapid.SliceOfN(rapid.SliceOfN(id, len(columns), len(columns)), 1, 6).Draw(t, name)
			return append([][]string{columns}, rows...)
		}
		tables := map[string][][]string{
			"school.csv":            table("school", "SIS ID", "Name"),
			"section.csv":           table("section", "School SIS ID", "SIS ID", "Section Name"),
			"student.csv":           table("student", "SIS ID", "Username", "School SIS ID"),
			"studentenrollment.csv": table("studentenrollment", "SIS ID", "Section SIS ID"),
			"teacher.csv":           table("teacher", "Title", "SIS ID", "School SIS ID", "Username"),
			"teacherroster.csv":     table("teacherroster", "Section SIS ID", "SIS ID"),
		}
		texts := map[string]string{}
		for name, rows := range tables {
			var text strings.Builder
			for _, row := range rows {
				text.WriteString(strings.Join(row, ",") + "\n")
			}
			texts[name] = text.String()
		}
		r, err := roster.Verify(sound(texts), roster.Rules{})
		assert.NoError(t, err)
		assert.Equal(t, counted(tables), told(r), "%q", texts)
	})
}

// rule is what the model knows of a column.
type rule struct {
	file, column string
	warn         bool // it may be empty
	pattern      bool // <x> is none
	unique       bool
	refers       string
}

var model = []rule{
	{file: "school.csv", column: "SIS ID", pattern: true, unique: true},
	{file: "school.csv", column: "Name"},
	{file: "section.csv", column: "SIS ID", pattern: true, unique: true},
	{file: "section.csv", column: "School SIS ID", refers: "school.csv"},
	{file: "section.csv", column: "Section Name"},
	{file: "student.csv", column: "SIS ID", pattern: true, unique: true},
	{file: "student.csv", column: "School SIS ID", refers: "school.csv"},
	{file: "student.csv", column: "Username", pattern: true, unique: true},
	{file: "studentenrollment.csv", column: "Section SIS ID", refers: "section.csv"},
	{file: "studentenrollment.csv", column: "SIS ID", refers: "student.csv"},
	{file: "teacher.csv", column: "SIS ID", pattern: true, unique: true},
	{file: "teacher.csv", column: "School SIS ID", refers: "school.csv"},
	{file: "teacher.csv", column: "Username", pattern: true, unique: true},
	{file: "teacher.csv", column: "Title", warn: true},
	{file: "teacherroster.csv", column: "Section SIS ID", refers: "section.csv"},
	{file: "teacherroster.csv", column: "SIS ID", refers: "teacher.csv"},
}

// values are those of a column, in the order of the rows.
func values(table [][]string, column string) (all []string) {
	for i, name := range table[0] {
		if name == column {
			for _, row := range table[1:] {
				all = append(all, row[i])
			}
		}
	}
	return all
}

// counted are the messages that are due.
func counted(tables map[string][][]string) []string {
	all := []string{}
	for _, file := range []string{"school.csv", "section.csv", "student.csv", "studentenrollment.csv", "teacher.csv", "teacherroster.csv"} {
		for _, say := range []struct {
			text  string
			count func(r rule, values []string) int
		}{
			{"Error %[1]s: %[2]d row(s) have missing data for the field - %[3]s", func(r rule, values []string) (n int) {
				for _, v := range values {
					if v == "" && !r.warn {
						n++
					}
				}
				return n
			}},
			{"Error %[1]s: %[2]d row(s) have an invalid format for the field - %[3]s", func(r rule, values []string) (n int) {
				for _, v := range values {
					if v == "<x>" && r.pattern {
						n++
					}
				}
				return n
			}},
			{"Warning %[1]s: %[2]d duplicates found in column %[3]s which requires values to be Unique.", func(r rule, values []string) (n int) {
				seen := map[string]bool{"": true}
				for _, v := range values {
					if v != "" && seen[v] && r.unique {
						n++
					}
					seen[v] = true
				}
				return n
			}},
			{"Error %[1]s: %[2]d row(s) have referenced data not found in source. Field - %[3]s", func(r rule, refs []string) (n int) {
				if r.refers == "" {
					return 0
				}
				there := map[string]bool{"": true}
				for _, v := range values(tables[r.refers], "SIS ID") {
					there[v] = true
				}
				for _, v := range refs {
					if !there[v] {
						n++
					}
				}
				return n
			}},
			{"Warning %[1]s: %[2]d row(s) have missing data for the field - %[3]s", func(r rule, values []string) (n int) {
				for _, v := range values {
					if v == "" && r.warn {
						n++
					}
				}
				return n
			}},
		} {
			for _, r := range model {
				if r.file != file {
					continue
				}
				if n := say.count(r, values(tables[file], r.column)); n > 0 {
					all = append(all, fmt.Sprintf(say.text, file, n, r.column))
				}
			}
		}
	}
	return all
}
