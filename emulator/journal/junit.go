package journal

import (
	"encoding/xml"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/graphemu/graphemu/emulator/clock"
)

// The parts of JUnit's XML that CI systems read. Documented only by use: Jenkins'
// schema, which GitLab, GitHub's reporters and others follow.
type (
	junitSuites struct {
		XMLName  xml.Name     `xml:"testsuites"`
		Name     string       `xml:"name,attr"`
		Tests    int          `xml:"tests,attr"`
		Failures int          `xml:"failures,attr"`
		Time     seconds      `xml:"time,attr"`
		Suites   []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name       string           `xml:"name,attr"`
		Tests      int              `xml:"tests,attr"`
		Failures   int              `xml:"failures,attr"`
		Errors     int              `xml:"errors,attr"`
		Skipped    int              `xml:"skipped,attr"`
		Time       seconds          `xml:"time,attr"`
		Timestamp  string           `xml:"timestamp,attr,omitempty"`
		Properties *junitProperties `xml:"properties"` // nil: none
		Cases      []junitCase      `xml:"testcase"`

		named map[string]int // how many tests there are of a name
	}
	junitProperties struct {
		List []junitProperty `xml:"property"`
	}
	junitProperty struct {
		Name  string `xml:"name,attr"`
		Value string `xml:"value,attr"`
	}
	junitCase struct {
		Class   string        `xml:"classname,attr"`
		Name    string        `xml:"name,attr"`
		Time    seconds       `xml:"time,attr"`
		Failure *junitFailure `xml:"failure"`
		Skipped *junitSkipped `xml:"skipped"`
		Out     string        `xml:"system-out,omitempty"`
	}
	junitSkipped struct {
		Message string `xml:"message,attr"`
	}
	junitFailure struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr"`
		Text    string `xml:",chardata"`
	}
)

// seconds is a time as JUnit has it.
type seconds clock.Duration

func (s seconds) MarshalXMLAttr(name xml.Name) (xml.Attr, error) {
	return xml.Attr{Name: name, Value: strconv.FormatFloat(clock.Duration(s).Std().Seconds(), 'f', 3, 64)}, nil
}

// timestampForm is that of a suite's timestamp: UTC without a zone, as the schema asks.
const timestampForm = "2006-01-02T15:04:05"

// warningNames say what each kind of warning tests, as a test that may fail.
var warningNames = map[string]string{
	WarnUnused:         "a client called",
	WarnUnfired:        "every rule fired",
	WarnNotImplemented: "no request met 501",
	WarnUnsupported:    "no request was of what graphemu does not support",
	WarnRefused:        "no body was refused by a schema",
	WarnDenied:         "no call was refused for its token",
	WarnSignIn:         "no sign-in failed but for those that worked in the end",
	WarnEarly:          "no call came within a Retry-After but for those that an expectation judges",
	WarnNotRepeated:    "no call that a rule refused stayed undone",
	WarnNotFollowed:    "every nextLink of a page that the scenario made small was followed",
	WarnBurst:          "no window had a burst",
	WarnNoJitter:       "throttled workers came back at different times",
}

// WriteJUnit writes the verdict as JUnit XML: one suite for each chapter of each
// world, with one test for each expectation, one of the scenarios that have rules, with a
// test for each, and a suite of the warnings, with one test for each kind. So the number
// of tests does not depend on the outcome, and their names do not depend on the line
// where an expectation stands. Warnings are output of
// a test that passes, and failures where the verdict is strict. A failure's output is
// the entries to blame. What an Offered verdict does not hold against a client is
// skipped. Times are the wall clock's: of a suite from the first call to
// the last answer, of a test the time of the calls that it is about. It returns the
// first error of w.
func (v Verdict) WriteJUnit(w io.Writer) error {
	all := junitSuites{Name: "graphemu" + v.within()}
	classes := map[string]int{}
	for _, world := range v.Worlds {
		class := "graphemu" + v.within() + "." + world.World + world.Chapter.class()
		if classes[class]++; classes[class] > 1 {
			class += fmt.Sprintf(" (%d)", classes[class])
		}
		s := v.suite("world "+world.World+world.Chapter.text(), append([]Property{{"world", world.World}, {"tenant", world.Tenant}},
			world.Permissions.properties()...))
		if !world.Began.IsZero() {
			s.Time, s.Timestamp = seconds(world.Took), world.Began.UTC().Format(timestampForm)
		}
		for i := range world.Expectations {
			s.add(world.Expectations[i].test(class, v.IsOffered))
		}
		all.add(s)
	}
	if len(v.Scenarios) > 0 {
		s := v.suite("scenarios", nil)
		for i := range v.Scenarios {
			s.add(v.Scenarios[i].test("graphemu"+v.within()+".scenarios", v.IsOffered))
		}
		all.add(s)
	}
	if v.Omitted != (Omitted{}) {
		all.add(v.omitted())
	}
	s := v.suite("warnings", nil)
	for _, kind := range WarningKinds() {
		s.add(v.warningTest(kind))
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

// within is the run as a part of a name; "" where it has none.
func (v *Verdict) within() string {
	if v.Run == "" {
		return ""
	}
	return "." + v.Run
}

// suite begins a suite, with the properties of the run and its own.
func (v *Verdict) suite(name string, own []Property) junitSuite {
	s := junitSuite{Name: name}
	if v.Run != "" {
		s.Name = v.Run + ": " + name
	}
	var p junitProperties
	for _, list := range [...][]Property{v.Properties, own} {
		for _, property := range list {
			if property.Value != "" {
				p.List = append(p.List, junitProperty(property))
			}
		}
	}
	if p.List != nil {
		s.Properties = &p
	}
	return s
}

// test is the result as a test. Where the expectation stands is for its message: the
// name is what CI knows a test by from one run to the next.
func (r *Result) test(class string, offered bool) junitCase {
	c := junitCase{Class: class, Name: r.Expected, Time: seconds(r.Took)}
	place := ""
	if r.Place != "" {
		place = " [" + r.Place + "]"
	}
	text := r.Seen + named(r.Entries, r.Blamed) + place
	if r.OK {
		c.Out = text
		return c
	}
	if offered {
		c.Skipped = &junitSkipped{Message: text}
		return c
	}
	c.Failure = &junitFailure{Message: text, Type: "expectation", Text: "expected: " + r.Expected + "\nseen: " + text}
	c.Out = strings.Join(r.Evidence, "\n")
	return c
}

// warningTest is all warnings of a kind as a test.
func (v *Verdict) warningTest(kind string) junitCase {
	c := junitCase{Class: "graphemu" + v.within() + ".warnings", Name: warningNames[kind]}
	var lines, evidence []string
	for _, warning := range v.byKind(kind) {
		lines = append(lines, warning.text())
		evidence = append(evidence, warning.Evidence...)
	}
	text := strings.Join(lines, "\n")
	if text == "" || !v.IsStrict || v.IsOffered && kind == WarnUnfired {
		c.Out = text
		return c
	}
	c.Failure = &junitFailure{Message: lines[0], Type: kind, Text: text}
	c.Out = strings.Join(evidence, "\n")
	return c
}

// omitted has one test for all chapters that became numbers.
func (v *Verdict) omitted() junitSuite {
	o := v.Omitted
	s := v.suite("further chapters", nil)
	c := junitCase{Class: "graphemu" + v.within() + ".chapters", Name: "no further chapter failed", Out: o.text()}
	if o.Failed > 0 {
		c.Out, c.Failure = "", &junitFailure{Message: o.text(), Type: "expectation", Text: o.text()}
	}
	s.add(c)
	return s
}

// add adds a test. A second one of the same name gets a number.
func (s *junitSuite) add(c junitCase) {
	if s.named == nil {
		s.named = map[string]int{}
	}
	if s.named[c.Name]++; s.named[c.Name] > 1 {
		c.Name += fmt.Sprintf(" (%d)", s.named[c.Name])
	}
	s.Tests++
	if c.Failure != nil {
		s.Failures++
	}
	if c.Skipped != nil {
		s.Skipped++
	}
	s.Cases = append(s.Cases, c)
}

func (s *junitSuites) add(suite junitSuite) {
	s.Tests += suite.Tests
	s.Failures += suite.Failures
	s.Time += suite.Time
	s.Suites = append(s.Suites, suite)
}
