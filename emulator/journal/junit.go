package journal

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"
)

// The parts of JUnit's XML that CI systems read. Documented only by use: Jenkins'
// schema, which GitLab, GitHub's reporters and others follow.
type (
	junitSuites struct {
		XMLName  xml.Name     `xml:"testsuites"`
		Name     string       `xml:"name,attr"`
		Tests    int          `xml:"tests,attr"`
		Failures int          `xml:"failures,attr"`
		Suites   []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name     string      `xml:"name,attr"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Errors   int         `xml:"errors,attr"`
		Skipped  int         `xml:"skipped,attr"`
		Cases    []junitCase `xml:"testcase"`
	}
	junitCase struct {
		Class   string        `xml:"classname,attr"`
		Name    string        `xml:"name,attr"`
		Failure *junitFailure `xml:"failure"`
		Out     string        `xml:"system-out,omitempty"`
	}
	junitFailure struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr"`
		Text    string `xml:",chardata"`
	}
)

// warningNames say what each kind of warning tests, as a test that may fail.
var warningNames = map[string]string{
	WarnUnused:         "a client called",
	WarnUnfired:        "every rule fired",
	WarnNotImplemented: "no request met 501",
	WarnRefused:        "no body was refused by a schema",
	WarnDenied:         "no call was refused for its token",
	WarnEarly:          "no call came within a Retry-After but for those that an expectation judges",
	WarnBurst:          "no window had a burst",
	WarnNoJitter:       "throttled workers came back at different times",
}

// WriteJUnit writes the verdict as JUnit XML: one suite for each chapter of each
// world with one test for each expectation, and a suite of the warnings with one test for each
// kind, so that the number of tests does not depend on the outcome. Warnings
// are output of a test that passes, and failures where the verdict is strict. It
// returns the first error of w.
func (v Verdict) WriteJUnit(w io.Writer) error {
	all := junitSuites{Name: "graphemu"}
	classes := map[string]int{}
	for _, world := range v.Worlds {
		class := "graphemu." + world.World + world.Chapter.class()
		if classes[class]++; classes[class] > 1 {
			class += fmt.Sprintf(" (%d)", classes[class])
		}
		s := junitSuite{Name: "world " + world.World + world.Chapter.text()}
		for _, r := range world.Expectations {
			c := junitCase{Class: class, Name: r.Expected}
			if r.Place != "" {
				c.Name += " [" + r.Place + "]"
			}
			if text := r.Seen + named(r.Entries, r.Blamed); r.OK {
				c.Out = text
			} else {
				c.Failure = &junitFailure{Message: text, Type: "expectation", Text: "expected: " + r.Expected + "\nseen: " + text}
			}
			s.add(c)
		}
		all.add(s)
	}
	if v.Omitted != (Omitted{}) {
		all.add(v.Omitted.suite())
	}
	s := junitSuite{Name: "warnings"}
	for _, kind := range warningKinds {
		c := junitCase{Class: "graphemu.warnings", Name: warningNames[kind]}
		var lines []string
		for _, warning := range v.byKind(kind) {
			lines = append(lines, warning.text())
		}
		if text := strings.Join(lines, "\n"); text != "" && v.IsStrict {
			c.Failure = &junitFailure{Message: lines[0], Type: kind, Text: text}
		} else {
			c.Out = text
		}
		s.add(c)
	}
	all.add(s)

	// What XML cannot hold, encoding/xml writes as U+FFFD.
	text, err := xml.MarshalIndent(all, "", "  ")
	if err != nil {
		return err
	}
	_, err = io.WriteString(w, xml.Header+string(text)+"\n")
	return err
}

// suite has one test for all chapters that became numbers.
func (o Omitted) suite() junitSuite {
	s := junitSuite{Name: "further chapters"}
	c := junitCase{Class: "graphemu.chapters", Name: "no further chapter failed", Out: o.text()}
	if o.Failed > 0 {
		c.Out, c.Failure = "", &junitFailure{Message: o.text(), Type: "expectation", Text: o.text()}
	}
	s.add(c)
	return s
}

func (s *junitSuite) add(c junitCase) {
	s.Tests++
	if c.Failure != nil {
		s.Failures++
	}
	s.Cases = append(s.Cases, c)
}

func (s *junitSuites) add(suite junitSuite) {
	s.Tests += suite.Tests
	s.Failures += suite.Failures
	s.Suites = append(s.Suites, suite)
}
