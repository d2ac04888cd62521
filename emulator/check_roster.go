package emulator

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/graphemu/graphemu/emulator/files"
	"github.com/graphemu/graphemu/emulator/internal/words"
	"github.com/graphemu/graphemu/emulator/internal/workloads/sds/profile"
	"github.com/graphemu/graphemu/emulator/internal/workloads/sds/roster"
	"github.com/graphemu/graphemu/emulator/internal/workloads/sds/rostersync"
	"github.com/graphemu/graphemu/emulator/scenario"
)

// maxTable bounds a CSV file, in bytes: some ten times what 500,000 rows have,
// which is what the service takes of one. Chosen.
const maxTable = 1 << 30

// RosterReport is what verification says of a folder of CSV files: what start
// would answer, and the rows that it would not tell.
type RosterReport struct {
	Format   string          `json:"format"` // V1, UK or Clever
	Rows     map[string]int  `json:"rows"`   // by school, section, student, studentenrollment, teacher, teacherroster
	Messages []RosterMessage `json:"messages,omitempty"`
}

// RosterMessage is one message of verification.
type RosterMessage struct {
	Place       string      `json:"place"`    // of the first row, as "roster/Student.csv:12:1", or the file
	Type        string      `json:"type"`     // Error, Warning or Information
	FileName    string      `json:"fileName"` // in lower case
	Description string      `json:"description"`
	Rows        []RosterRow `json:"rows,omitempty"` // the first 100 of them
	Count       int         `json:"count"`          // of all rows that it concerns
}

// RosterRow is a row that a message concerns.
type RosterRow struct {
	Line int    `json:"line"` // in its file; 1 is the header
	Text string `json:"text"` // the value concerned, never a password
}

// tables returns the names of the .csv files of a folder, sorted.
func tables(folder string) ([]string, error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, fmt.Errorf("check %s: %w", folder, words.Reason(err))
	}
	var names []string
	for _, e := range entries {
		if strings.EqualFold(filepath.Ext(e.Name()), ".csv") && !e.IsDir() {
			names = append(names, e.Name())
		}
	}
	return names, nil
}

// isRoster tells whether files are meant as a roster: one has the name of one. A
// folder of other tables is none of ours.
func isRoster(names []string) bool {
	return slices.ContainsFunc(names, roster.IsFileName)
}

// profile is the plainest that takes files: a create that names the identities
// alone. What it leaves out is filled in as the server does, since that decides
// which optional columns are missed.
func (c Checker) profile() profile.Profile {
	identities := profile.TypeIdentityCreation
	if c.Matching {
		identities = profile.TypeIdentityMatching
	}
	return profile.NewChange(map[string]any{
		"dataProvider":                         map[string]any{"@odata.type": profile.TypeCSV},
		"identitySynchronizationConfiguration": map[string]any{"@odata.type": identities},
	}).Created()
}

// roster verifies the tables of a folder, by the rules of a start.
func (c Checker) roster(folder string, names []string) (FileReport, error) {
	f := FileReport{File: folder, Kind: KindRoster}
	var tables []roster.File
	var unread []RosterMessage
	written := map[string]string{} // lower case -> as it is
	for _, name := range names {
		path := filepath.Join(folder, name)
		opened, size, err := files.Open(path, maxTable)
		_, large := errors.AsType[*files.TooLargeError](err)
		switch {
		case large || errors.Is(err, files.ErrNotRegular):
			p := scenario.Problem{File: path, Message: words.Reason(err).Error()}
			f.Problems = append(f.Problems, p)
			unread = append(unread, RosterMessage{Place: p.Place(), Type: roster.Error, FileName: strings.ToLower(name), Description: p.Message})
			continue
		case err != nil:
			return f, fmt.Errorf("check %s: %w", path, words.Reason(err))
		}
		opened.Close()
		written[strings.ToLower(name)] = name
		tables = append(tables, roster.File{Name: name, Size: size, Open: func() (io.ReadCloser, error) {
			f, _, err := files.Open(path, maxTable)
			return f, err
		}})
	}
	report, err := roster.Verify(tables, rostersync.Rules(c.profile()))
	if err != nil {
		return f, fmt.Errorf("check %s: %w", folder, err)
	}
	f.Roster = &RosterReport{Format: string(report.Format), Rows: map[string]int{}, Messages: unread}
	for e, n := range report.Rows {
		f.Roster.Rows[string(e)] = n
	}
	for _, m := range report.Messages {
		name, ok := written[m.FileName]
		if !ok {
			name = m.FileName
		}
		p := scenario.Problem{File: filepath.Join(folder, name), Message: m.Description}
		if len(m.Rows) > 0 {
			p.Line, p.Column = m.Rows[0].Line, 1
		}
		shown := RosterMessage{Place: p.Place(), Type: m.Type, FileName: m.FileName, Description: m.Description, Count: m.Count}
		for _, r := range m.Rows {
			shown.Rows = append(shown.Rows, RosterRow(r))
		}
		f.Roster.Messages = append(f.Roster.Messages, shown)
		if m.Type == roster.Error {
			f.Problems = append(f.Problems, p)
		} else {
			f.Warnings = append(f.Warnings, scenario.Warning{Place: p.Place(), Message: m.Description})
		}
	}
	return f, nil
}

// oneTable tells what a single .csv file is a part of.
func oneTable(path string) (FileReport, error) {
	f := FileReport{File: path, Kind: KindRoster}
	if _, err := os.Stat(path); err != nil {
		return f, fmt.Errorf("check %s: %w", path, words.Reason(err))
	}
	message := "it is a part of a roster, whose files refer to one another and are checked together; check their folder, " + filepath.Dir(path)
	if !isRoster([]string{filepath.Base(path)}) {
		f.Kind, message = KindOther, "it is no file of a roster; "+
			"those are school.csv, section.csv, student.csv, studentenrollment.csv, teacher.csv and teacherroster.csv"
	}
	f.Problems = []scenario.Problem{{File: path, Message: message}}
	return f, nil
}
