package metrics

import (
	"bufio"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// line is a sample of the text format: a name, labels, and a number.
var line = regexp.MustCompile(`^([a-z_]+)(?:\{((?:[a-z]+="(?:[^"\\\n]|\\[\\"n])*",?)+)\})? (\S+)$`)

// read parses what Write wrote, strictly, into samples by name and labels.
func read(t *testing.T, m *Metrics, g Gauges) map[string]float64 {
	t.Helper()
	var b strings.Builder
	require.NoError(t, m.Write(&b, g))
	require.True(t, strings.HasSuffix(b.String(), "\n"))
	samples, types, last := map[string]float64{}, map[string]string{}, ""
	s := bufio.NewScanner(strings.NewReader(b.String()))
	for s.Scan() {
		if rest, ok := strings.CutPrefix(s.Text(), "# TYPE "); ok {
			name, kind, _ := strings.Cut(rest, " ")
			require.NotContains(t, types, name, "a type is told once")
			types[name], last = kind, name
			continue
		}
		if strings.HasPrefix(s.Text(), "# HELP ") {
			continue
		}
		p := line.FindStringSubmatch(s.Text())
		require.NotNil(t, p, "%q is no sample", s.Text())
		family := p[1]
		if types[last] == "histogram" {
			family = regexp.MustCompile(`_(bucket|sum|count)$`).ReplaceAllString(family, "")
		}
		require.Equal(t, last, family, "samples of a metric stand together")
		v, err := strconv.ParseFloat(p[3], 64)
		require.NoError(t, err)
		key := p[1] + "{" + p[2] + "}"
		require.NotContains(t, samples, key, "a sample is told once")
		samples[key] = v
	}
	return samples
}

func TestEverythingIsCounted(t *testing.T) {
	m := New()
	for range 3 {
		m.Observe("profiles.get", 200, 20*time.Microsecond)
	}
	m.Observe("profiles.get", 404, 25*time.Microsecond)
	m.Observe("profiles.start", 429, 2*time.Second)
	m.Observe("profiles.start", 0, time.Hour)
	m.Observe("", 404, 0)
	m.Observe("", 799, -time.Second)
	m.Fault("throttle-start")
	m.Fault("throttle-start")
	m.Fault("a \"b\" \\ c\nd\xff")
	got := read(t, m, Gauges{Worlds: 2, Profiles: 7, JournalLost: 5})

	for sample, want := range map[string]float64{
		`graphemu_requests_total{operation="profiles.get",status="200"}`:                  3,
		`graphemu_requests_total{operation="profiles.get",status="404"}`:                  1,
		`graphemu_requests_total{operation="profiles.start",status="429"}`:                1,
		`graphemu_requests_total{operation="profiles.start",status="0"}`:                  1,
		`graphemu_requests_total{operation="",status="404"}`:                              1,
		`graphemu_requests_total{operation="",status="0"}`:                                1,
		`graphemu_request_duration_seconds_bucket{operation="profiles.get",le="2.5e-05"}`: 4,
		`graphemu_request_duration_seconds_bucket{operation="profiles.get",le="+Inf"}`:    4,
		`graphemu_request_duration_seconds_count{operation="profiles.get"}`:               4,
		`graphemu_request_duration_seconds_sum{operation="profiles.get"}`:                 85e-6,
		`graphemu_request_duration_seconds_bucket{operation="profiles.start",le="1"}`:     0,
		`graphemu_request_duration_seconds_bucket{operation="profiles.start",le="2.5"}`:   1,
		`graphemu_request_duration_seconds_bucket{operation="profiles.start",le="300"}`:   1,
		`graphemu_request_duration_seconds_bucket{operation="profiles.start",le="+Inf"}`:  2,
		`graphemu_request_duration_seconds_sum{operation=""}`:                             0,
		`graphemu_request_duration_seconds_bucket{operation="",le="2.5e-05"}`:             2,
		`graphemu_faults_fired_total{rule="throttle-start"}`:                              2,
		"graphemu_faults_fired_total{rule=\"a \\\"b\\\" \\\\ c\\nd\ufffd\"}":              1,
		`graphemu_worlds{}`:               2,
		`graphemu_profiles{}`:             7,
		`graphemu_journal_lost_entries{}`: 5,
	} {
		v, there := got[sample]
		assert.True(t, there, "no %s", sample)
		assert.InDelta(t, want, v, 1e-12, sample)
	}
	assert.NotContains(t, got, `graphemu_faults_fired_total{rule=""}`)
}

func TestNothingCountedIsStillWhole(t *testing.T) {
	assert.Len(t, read(t, New(), Gauges{}), 3, "the gauges")
}

// A rule's name comes from whoever writes scenarios, so it must not cost memory
// without bound.
func TestRulesAreBounded(t *testing.T) {
	m := New()
	for i := range MaxRules + 50 {
		m.Fault(fmt.Sprint("rule-", i))
	}
	m.Fault("rule-0")
	got := read(t, m, Gauges{})
	assert.Len(t, got, 3+MaxRules+1)
	assert.EqualValues(t, 50, got[`graphemu_faults_fired_total{rule=""}`])
	assert.EqualValues(t, 2, got[`graphemu_faults_fired_total{rule="rule-0"}`])
}

// So it is with names of operations: paths of Graph lead on without end.
func TestOperationsAreBounded(t *testing.T) {
	m := New()
	for i := range MaxOperations + 50 {
		m.Observe(fmt.Sprint("things.", i), 200, 0)
	}
	m.Observe("things.0", 200, 0)
	var b strings.Builder
	require.NoError(t, m.Write(&b, Gauges{}))
	assert.Equal(t, MaxOperations+1, strings.Count(b.String(), "\ngraphemu_requests_total{"))
	assert.Contains(t, b.String(), `graphemu_requests_total{operation="",status="200"} 50`)
	assert.Contains(t, b.String(), `graphemu_requests_total{operation="things.0",status="200"} 2`)
}

func TestManyAtOnce(t *testing.T) {
	m := New()
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for i := range 500 {
				m.Observe("profiles.get", 200+i%3, time.Duration(i)*time.Millisecond)
				m.Fault(fmt.Sprint("rule-", i%10))
			}
		})
	}
	group.Go(func() {
		for range 20 {
			var b strings.Builder
			assert.NoError(t, m.Write(&b, Gauges{}))
		}
	})
	group.Wait()
	got := read(t, m, Gauges{})
	assert.EqualValues(t, 2000, got[`graphemu_request_duration_seconds_count{operation="profiles.get"}`])
	assert.EqualValues(t, 668, got[`graphemu_requests_total{operation="profiles.get",status="200"}`])
	assert.EqualValues(t, 200, got[`graphemu_faults_fired_total{rule="rule-3"}`])
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("full") }

func TestWriterThatFails(t *testing.T) {
	assert.EqualError(t, New().Write(full{}, Gauges{}), "full")
}

// Recording happens with each request of a path of 16 µs: no allocation.
func TestRecordingAllocatesNothing(t *testing.T) {
	m := New()
	m.Observe("profiles.get", 200, time.Second)
	m.Fault("rule")
	assert.Zero(t, testing.AllocsPerRun(100, func() {
		m.Observe("profiles.get", 204, 20*time.Microsecond)
		m.Fault("rule")
	}))
}

func BenchmarkObserve(b *testing.B) {
	m := New()
	b.ReportAllocs()
	for b.Loop() {
		m.Observe("profiles.get", 200, 16*time.Microsecond)
	}
}

func BenchmarkObserveParallel(b *testing.B) {
	m := New()
	b.RunParallel(func(p *testing.PB) {
		for p.Next() {
			m.Observe("profiles.get", 200, 16*time.Microsecond)
		}
	})
}

func BenchmarkFault(b *testing.B) {
	m := New()
	b.ReportAllocs()
	for b.Loop() {
		m.Fault("throttle-start")
	}
}
