package roster

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestPatterns(t *testing.T) {
	long := func(n int) string { return strings.Repeat("x", n) }
	for _, c := range []struct {
		check check
		good  []string
		bad   []string
	}{
		{identifier,
			[]string{"10001", "a b", "ä-1/2#@", "學校", "x'y", long(256), strings.Repeat("é", 256)},
			[]string{" a", "a ", "\u00a0a", "a\u2003", "a\"b", "<a", "a>", "a|b", "a\tb", "a\x7f", "a\u0085b", "a\x1f", long(257),
				strings.Repeat("é", 257)}},
		{user,
			[]string{"OKlein", "o.klein", "o'klein_1-a!#^~", "o@contoso.edu", "o@a-b.c.edu", long(64), long(64) + "@contoso.edu"},
			[]string{".a", "a.", "a b", "é", "a@", "@contoso.edu", "a@contoso", "a@b@contoso.edu", "a@-b.edu", "a@b-.edu", "a@b..edu", "a@.edu",
				"a@b.edu.", "a+b", "a\\b", long(65), "a@" + strings.Repeat("abc.", 30) + "edu"}},
		{date,
			[]string{"2026-01-31", "20260131", "1/31/2026", "01/31/2026", "2/29/2024", "2000-02-29", "4/30/0001", "1/1/2017", "12/1/2017",
				"1/12/2017"},
			[]string{"2026-1-31", "2026-02-30", "2025-02-29", "1900-02-29", "20261301", "31/1/2026", "1/31/26", "1/31", "1/31/2026 ", "0000-01-01",
				"2026-00-10", "2026-10-00", "2026-04-31", "x026-01-01", "2026/01/31", "tomorrow", "1/31/2026/", "//2026", "2026-01-31T00:00:00",
				"001/1/2026", "１/1/2026", "-1/1/2026", "+1/1/2026", "        "}},
		{address,
			[]string{"a@b.edu", "a.b+c@b.edu", "o'k@b-c.edu", "é@é.edu", "!#$%&'*+-/=?^_`{|}~@b.edu"},
			[]string{"a", "a@", "@b.edu", "a@b", "a b@b.edu", "a@b .edu", "a@b@c.edu", ".a@b.edu", "a.@b.edu", "a..b@b.edu", "<a@b.edu>", "a@b..edu",
				"a@b,c.edu", long(65) + "@b.edu", "a@" + strings.Repeat(long(60)+".", 5) + "edu"}},
		{text, []string{"anything \x01"}, nil},
	} {
		for _, v := range c.good {
			assert.True(t, c.check.fits([]byte(v)), "%d takes %q", c.check, v)
		}
		for _, v := range c.bad {
			assert.False(t, c.check.fits([]byte(v)), "%d refuses %q", c.check, v)
		}
	}
}

func TestDate(t *testing.T) {
	for text, want := range map[string]string{
		"2026-01-31": "2026-01-31", "20260131": "2026-01-31", "1/3/2026": "2026-01-03", "12/31/0099": "0099-12-31", "2/30/2026": "", "": "",
		"soon": "",
	} {
		y, m, d, ok := dateOf([]byte(text))
		iso := ""
		if ok {
			iso = fmt.Sprintf("%04d-%02d-%02d", y, m, d)
		}
		assert.Equal(t, want, iso, text)
		assert.Equal(t, want != "", ok, text)
	}
}

func TestBlank(t *testing.T) {
	for text, want := range map[string]bool{"": true, " ": true, "\t ": true, "\u00a0": true, "a": false, " a": false, "é": false,
		"\u200b": false} {
		assert.Equal(t, want, blank([]byte(text)), "%q", text)
	}
}

// A full table finds what is in it, and nothing else.
func TestKeys(t *testing.T) {
	r := newRing(1000)
	var have keys
	name := func(i int) []byte {
		return []byte(strings.Repeat("k", i%7) + string(rune('a'+i%26)) + strings.Repeat("v", i))
	}
	assert.False(t, have.has(r.key(name(0), false)))
	for i := range 1000 {
		fresh, ok := r.add(&have, r.key(name(i), false))
		assert.True(t, fresh && ok, i)
	}
	for i := range 1000 {
		fresh, ok := r.add(&have, r.key(name(i), false))
		assert.True(t, !fresh && ok, i)
		assert.False(t, have.has(r.key(name(i+1000), false)), i)
	}
	fresh, ok := r.add(&have, r.key([]byte("one more"), false))
	assert.True(t, fresh)
	assert.False(t, ok, "there is no room")
	r.release(&have)
	assert.False(t, have.has(r.key(name(0), false)))
	_, ok = r.add(&have, r.key([]byte("one more"), false))
	assert.True(t, ok, "there is room again")
	assert.Equal(t, r.key([]byte("ANNé"), true), r.key([]byte("anné"), true))
	assert.NotEqual(t, r.key([]byte("ANN"), false), r.key([]byte("ann"), false))
}
