package odata

import (
	"cmp"
	"encoding/base64"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/tidwall/gjson"
)

// value is what an expression amounts to for one entity. Which fields count
// depends on the kind; the zero value is null.
type value struct {
	kind  Kind
	s     string  // String, Guid; Binary: its bytes; Enum: a name that is no member
	n     int64   // Boolean: 0 or 1; Int64; Enum: the member's value; times: seconds since 1970 or midnight; Duration: seconds
	nanos int32   // times, Duration: nanoseconds within the second
	f     float64 // Double
}

func boolean(b bool) value {
	if b {
		return value{kind: KindBoolean, n: 1}
	}
	return value{kind: KindBoolean}
}

func (v value) null() bool { return v.kind == kindNull }
func (v value) yes() bool  { return v.kind == KindBoolean && v.n == 1 }
func (v value) no() bool   { return v.kind == KindBoolean && v.n == 0 }

// read takes a value of that type out of JSON. What is absent, null or not of
// that type is null: an entity that does not fit its model matches nothing.
func (s shape) read(r gjson.Result) value {
	switch s.kind {
	case KindString, KindGuid:
		if r.Type == gjson.String {
			return value{kind: s.kind, s: r.Str}
		}
	case KindBoolean:
		if r.Type == gjson.True || r.Type == gjson.False {
			return boolean(r.Type == gjson.True)
		}
	case KindByte, KindSByte, KindInt16, KindInt32:
		if r.Type == gjson.Number {
			return value{kind: KindInt64, n: r.Int()} // integers of all sizes are kept alike
		}
	case KindInt64:
		// Clients that ask for IEEE754Compatible get 64-bit numbers as text.
		if r.Type == gjson.Number || r.Type == gjson.String {
			return value{kind: KindInt64, n: r.Int()}
		}
	case KindSingle, KindDouble, KindDecimal:
		return readNumber(r)
	case KindTimeOfDay:
		if sec, nanos, ok := parseTime(r.Str); ok {
			return value{kind: KindTimeOfDay, n: sec, nanos: nanos}
		}
	case KindDuration:
		if sec, nanos, ok := parseDuration(r.Str); ok {
			return value{kind: KindDuration, n: sec, nanos: nanos}
		}
	case KindBinary:
		if r.Type == gjson.String {
			return readBinary(r.Str)
		}
	case KindUntyped:
		return readUntyped(r)
	case KindDate:
		if sec, ok := parseDate(r.Str); ok {
			return value{kind: KindDate, n: sec}
		}
	case KindDateTimeOffset:
		if sec, nanos, ok := parseInstant(r.Str); ok {
			return value{kind: KindDateTimeOffset, n: sec, nanos: nanos}
		}
	case KindEnum:
		if r.Type == gjson.String {
			v, _ := s.typ.member(r.Str)
			return v
		}
	case KindComplex, KindEntity:
		if r.IsObject() {
			return value{kind: s.kind}
		}
	}
	return value{}
}

// readNumber reads a number that need not be whole: INF, -INF and NaN are texts in
// JSON (documented), and so is any for clients that ask for IEEE754Compatible.
func readNumber(r gjson.Result) value {
	switch r.Type {
	case gjson.Number:
		return value{kind: KindDouble, f: r.Num}
	case gjson.String:
		if f, ok := parseFloat(r.Str); ok {
			return value{kind: KindDouble, f: f}
		}
	}
	return value{}
}

// readBinary decodes both alphabets of base64: OData's is that of URLs, Graph's the
// common one (observed).
func readBinary(text string) value {
	text = strings.TrimRight(text, "=")
	b, err := base64.RawStdEncoding.DecodeString(text)
	if err != nil {
		if b, err = base64.RawURLEncoding.DecodeString(text); err != nil {
			return value{}
		}
	}
	return value{kind: KindBinary, s: string(b)}
}

// readUntyped takes a value as what JSON says it is.
func readUntyped(r gjson.Result) value {
	switch r.Type {
	case gjson.String:
		return value{kind: KindString, s: r.Str}
	case gjson.Number:
		return value{kind: KindDouble, f: r.Num}
	case gjson.True, gjson.False:
		return boolean(r.Type == gjson.True)
	}
	return value{}
}

// member is the value of an enumeration with that name, in any letter case; of one
// with flags, several names may stand with commas between. known is false where a
// name is no member: such a value comes after all that are, so that data which is
// newer than the model can still be compared.
func (t *Type) member(name string) (v value, known bool) {
	if t.Flags && strings.Contains(name, ",") {
		v, known = value{kind: KindEnum}, true
		for one := range strings.SplitSeq(name, ",") {
			part, ok := t.member(strings.TrimSpace(one))
			if v.n |= part.n; !ok {
				v.s, known = name, false
			}
		}
		return v, known
	}
	last := -1
	for i, m := range t.Members {
		if last = max(last, t.memberValue(i)); strings.EqualFold(m, name) {
			return value{kind: KindEnum, n: int64(t.memberValue(i))}, true
		}
	}
	if t.Flags {
		return value{kind: KindEnum, s: name}, false // it has none of the flags
	}
	return value{kind: KindEnum, s: name, n: int64(last) + 1}, false
}

// class groups the kinds that can be compared with each other.
func class(k Kind) Kind {
	switch k {
	case KindByte, KindSByte, KindInt16, KindInt32, KindSingle, KindDouble, KindDecimal:
		return KindInt64
	case KindDate:
		return KindDateTimeOffset
	}
	return k
}

// compare orders two values of one class, neither of them null. Texts compare
// without regard to case unless exact, since Graph documents property values,
// but not ids, as case-insensitive.
func compare(a, b value, exact bool) int {
	switch class(a.kind) {
	case KindString:
		if exact {
			return strings.Compare(a.s, b.s)
		}
		return foldCompare(a.s, b.s)
	case KindGuid:
		return foldCompare(a.s, b.s)
	case KindBinary:
		return strings.Compare(a.s, b.s)
	case KindInt64:
		if a.kind == KindDouble || b.kind == KindDouble {
			return cmp.Compare(a.float(), b.float())
		}
		return cmp.Compare(a.n, b.n)
	case KindEnum:
		return cmp.Or(cmp.Compare(a.n, b.n), foldCompare(a.s, b.s))
	}
	return cmp.Or(cmp.Compare(a.n, b.n), cmp.Compare(a.nanos, b.nanos))
}

func (v value) nan() bool { return v.kind == KindDouble && v.f != v.f }

func (v value) float() float64 {
	if v.kind == KindDouble {
		return v.f
	}
	return float64(v.n)
}

// fold brings a character to the one that stands for all its cases: by way of
// upper case, because some letters have two lower forms.
func fold(r rune) rune {
	if r < utf8.RuneSelf {
		if r >= 'A' && r <= 'Z' {
			r += 'a' - 'A'
		}
		return r
	}
	return unicode.ToLower(unicode.ToUpper(r))
}

// foldCompare orders texts by their characters without regard to case.
func foldCompare(a, b string) int {
	for a != "" && b != "" {
		ra, na := utf8.DecodeRuneInString(a)
		rb, nb := utf8.DecodeRuneInString(b)
		if ra != rb {
			if c := cmp.Compare(fold(ra), fold(rb)); c != 0 {
				return c
			}
		}
		a, b = a[na:], b[nb:]
	}
	return cmp.Compare(len(a), len(b))
}

// foldPrefix returns how many bytes of s the prefix covers, or -1.
func foldPrefix(s, prefix string) int {
	i := 0
	for prefix != "" {
		if i == len(s) {
			return -1
		}
		rs, ns := utf8.DecodeRuneInString(s[i:])
		rp, np := utf8.DecodeRuneInString(prefix)
		if rs != rp && fold(rs) != fold(rp) {
			return -1
		}
		i, prefix = i+ns, prefix[np:]
	}
	return i
}

// foldEffort is the product of two lengths up to which a plain search is quick
// enough to go without copies.
const foldEffort = 1 << 16

// foldIndex returns the byte offset of the first sub in s, or -1.
func foldIndex(s, sub string) int {
	if len(s)*len(sub) > foldEffort {
		return foldIndexLong(s, sub)
	}
	for i := 0; ; {
		if foldPrefix(s[i:], sub) >= 0 {
			return i
		}
		if i == len(s) {
			return -1
		}
		_, n := utf8.DecodeRuneInString(s[i:])
		i += n
	}
}

// foldIndexLong is foldIndex in linear time, by way of copies.
func foldIndexLong(s, sub string) int {
	folded := strings.Map(fold, s)
	at := strings.Index(folded, strings.Map(fold, sub))
	if at < 0 {
		return -1
	}
	i := 0 // letters may fold to longer or shorter ones, but one to one
	for range utf8.RuneCountInString(folded[:at]) {
		_, n := utf8.DecodeRuneInString(s[i:])
		i += n
	}
	return i
}

// foldSuffix reports whether s ends in suffix.
func foldSuffix(s, suffix string) bool {
	for suffix != "" {
		if s == "" {
			return false
		}
		rs, ns := utf8.DecodeLastRuneInString(s)
		rp, np := utf8.DecodeLastRuneInString(suffix)
		if rs != rp && fold(rs) != fold(rp) {
			return false
		}
		s, suffix = s[:len(s)-ns], suffix[:len(suffix)-np]
	}
	return true
}

// units counts a text as the service does, in UTF-16.
func units(s string) int64 {
	var n int64
	for _, r := range s {
		n += int64(max(1, utf16.RuneLen(r)))
	}
	return n
}
