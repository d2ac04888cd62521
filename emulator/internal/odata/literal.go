package odata

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// literal reads a word as a value without quotes: true, false, null, a GUID, a
// number, a date, a time or a date-time. ok is false where it is none of these.
func literal(word string) (v value, s shape, ok bool) {
	switch {
	case strings.EqualFold(word, "true"), strings.EqualFold(word, "false"):
		return boolean(strings.EqualFold(word, "true")), shape{kind: KindBoolean}, true
	case strings.EqualFold(word, "null"):
		return value{}, shape{}, true
	case isGuid(word):
		return value{kind: KindGuid, s: word}, shape{kind: KindGuid}, true
	case word == "INF", word == "-INF", word == "NaN": // in this spelling only (OASIS, ABNF)
		f, _ := parseFloat(word)
		return value{kind: KindDouble, f: f}, shape{kind: KindDouble}, true
	case !digit(word[0]) && word[0] != '-':
		return value{}, shape{}, false
	}
	if n, err := strconv.ParseInt(word, 10, 64); err == nil {
		s := shape{kind: KindInt64}
		if n >= math.MinInt32 && n <= math.MaxInt32 {
			s.kind = KindInt32 // as the OData library names it in messages
		}
		return value{kind: KindInt64, n: n}, s, true
	}
	if sec, ok := parseDate(word); ok {
		return value{kind: KindDate, n: sec}, shape{kind: KindDate}, true
	}
	if sec, nanos, ok := parseInstant(word); ok {
		return value{kind: KindDateTimeOffset, n: sec, nanos: nanos}, shape{kind: KindDateTimeOffset}, true
	}
	if sec, nanos, ok := parseTime(word); ok {
		return value{kind: KindTimeOfDay, n: sec, nanos: nanos}, shape{kind: KindTimeOfDay}, true
	}
	if f, ok := parseFloat(word); ok {
		return value{kind: KindDouble, f: f}, shape{kind: KindDouble}, true
	}
	return value{}, shape{}, false
}

// parseFloat reads a number as OData writes it. ParseFloat alone also takes
// hexadecimal digits, underscores and other names.
func parseFloat(s string) (float64, bool) {
	switch s {
	case "INF":
		return math.Inf(1), true
	case "-INF":
		return math.Inf(-1), true
	case "NaN":
		return math.NaN(), true
	}
	if strings.Trim(s, "0123456789.eE+-") != "" {
		return 0, false
	}
	f, err := strconv.ParseFloat(s, 64)
	return f, err == nil
}

// parseTime reads a time of day, 12:30 or 12:30:15.1234567, as the seconds from
// midnight.
func parseTime(s string) (sec int64, nanos int32, ok bool) {
	if len(s) < 5 || s[2] != ':' {
		return 0, 0, false
	}
	sec, nanos, ok = parseInstant("1970-01-01T" + s + "Z")
	return sec, nanos, ok && strings.Trim(s, "0123456789:.") == ""
}

// parseDuration reads a duration, such as P1DT2H or -PT0.5S, as its length. Years,
// months and weeks, which OData's durations do not have, count 365, 30 and 7 days, as
// in the .NET that Graph runs on (inferred).
func parseDuration(s string) (sec int64, nanos int32, ok bool) {
	negative := strings.HasPrefix(s, "-")
	s, ok = strings.CutPrefix(strings.TrimPrefix(s, "-"), "P")
	if !ok || s == "" || len(s) > 64 {
		return 0, 0, false
	}
	days, times, timed := strings.Cut(s, "T")
	if timed && times == "" {
		return 0, 0, false
	}
	d, _, ok1 := durationParts(days, "YMWD", []int64{365 * 86400, 30 * 86400, 7 * 86400, 86400})
	t, n, ok2 := durationParts(times, "HMS", []int64{3600, 60, 1})
	if !ok1 || !ok2 {
		return 0, 0, false
	}
	if sec, nanos = d+t, n; negative {
		sec, nanos = -sec, -nanos
	}
	return sec, nanos, true
}

// durationParts reads numbers, each with one of the letters behind, which come in
// their order; only seconds may have decimals.
func durationParts(s, letters string, units []int64) (sec int64, nanos int32, ok bool) {
	for s != "" {
		i := 0
		for i < len(s) && digit(s[i]) {
			i++
		}
		n, ok := number(s[:i])
		if !ok || i > 9 || i == len(s) {
			return 0, 0, false
		}
		if s[i] == '.' {
			from := i + 1
			unit := int32(1e8)
			for i = from; i < len(s) && digit(s[i]); i++ {
				nanos += int32(s[i]-'0') * unit
				unit /= 10
			}
			if i == from || i == len(s) || s[i] != 'S' {
				return 0, 0, false
			}
		}
		at := strings.IndexByte(letters, s[i])
		if at < 0 {
			return 0, 0, false
		}
		sec += int64(n) * units[at]
		letters, units, s = letters[at+1:], units[at+1:], s[i+1:]
	}
	return sec, nanos, true
}

// isGuid reports whether s has the form 6fd2c87f-b296-42f0-b197-1e91e994b900.
func isGuid(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		c := s[i]
		switch i {
		case 8, 13, 18, 23:
			if c != '-' {
				return false
			}
		default:
			if !digit(c) && (c|0x20 < 'a' || c|0x20 > 'f') {
				return false
			}
		}
	}
	return true
}

// parseDate reads 2026-07-31 as the seconds from 1970 to its midnight in UTC.
func parseDate(s string) (int64, bool) {
	if len(s) != 10 || s[4] != '-' || s[7] != '-' {
		return 0, false
	}
	y, ok1 := number(s[:4])
	m, ok2 := number(s[5:7])
	d, ok3 := number(s[8:])
	if !ok1 || !ok2 || !ok3 {
		return 0, false
	}
	t := time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC)
	return t.Unix(), t.Day() == d && int(t.Month()) == m // refuses what time.Date rolls over
}

// parseInstant reads a date-time with its offset, such as
// 2026-07-31T12:00:00.1234567+02:00. Seconds may be absent, decimals are one to
// twelve (OASIS, ABNF), of which nine count. time.Parse would allocate a zone.
func parseInstant(s string) (sec int64, nanos int32, ok bool) {
	if len(s) < 17 || s[10]|0x20 != 't' || s[13] != ':' {
		return 0, 0, false
	}
	sec, ok = parseDate(s[:10])
	hour, ok1 := number(s[11:13])
	minute, ok2 := number(s[14:16])
	if !ok || !ok1 || !ok2 || hour > 23 || minute > 59 {
		return 0, 0, false
	}
	sec += int64(hour)*3600 + int64(minute)*60
	s = s[16:]
	if s[0] == ':' {
		if len(s) < 4 {
			return 0, 0, false
		}
		second, ok := number(s[1:3])
		if !ok || second > 59 {
			return 0, 0, false
		}
		sec += int64(second)
		s = s[3:]
		if s[0] == '.' {
			i, unit := 1, int32(1e8)
			for ; i < len(s) && digit(s[i]); i++ {
				nanos += int32(s[i]-'0') * unit
				unit /= 10
			}
			if i == 1 || i > 13 {
				return 0, 0, false
			}
			s = s[i:]
		}
	}
	switch {
	case s == "Z" || s == "z":
		return sec, nanos, true
	case len(s) != 6 || s[0] != '+' && s[0] != '-' || s[3] != ':':
		return 0, 0, false
	}
	hour, ok1 = number(s[1:3])
	minute, ok2 = number(s[4:])
	if !ok1 || !ok2 || hour > 14 || minute > 59 {
		return 0, 0, false
	}
	offset := int64(hour)*3600 + int64(minute)*60
	if s[0] == '+' {
		offset = -offset
	}
	return sec + offset, nanos, true
}

// number reads a few digits, and nothing but digits.
func number(s string) (n int, ok bool) {
	for i := range len(s) {
		if !digit(s[i]) {
			return 0, false
		}
		n = n*10 + int(s[i]-'0')
	}
	return n, s != ""
}
