package workload

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/graphemu/graphemu/emulator/internal/engine"
)

func TestAccept(t *testing.T) {
	for accept, want := range map[string]format{
		"":                 {},
		"*/*":              {},
		"application/json": {},
		"text/html":        {},
		"nonsense;;;,,==;": {},
		"application/json;odata.metadata=minimal":                                          {},
		"application/json;odata.metadata=full":                                             {level: full},
		"application/json; odata.metadata=none":                                            {level: none},
		"APPLICATION/JSON;ODATA.METADATA=NONE":                                             {level: none},
		"application/json;odata.metadata=some":                                             {},
		"application/json;odata=nometadata":                                                {level: none},
		"application/json;odata=fullmetadata":                                              {level: full},
		"application/json;IEEE754Compatible=true":                                          {ieee754: true},
		"application/json;IEEE754Compatible=false":                                         {},
		"application/json;odata.metadata=full;odata.streaming=true;IEEE754Compatible=true": {level: full, ieee754: true},
		"text/plain;q=0.9, application/json;odata.metadata=none":                           {level: none},
		strings.Repeat("application/json;odata.metadata=full,", 1000):                      {level: full},
		"application/json;odata.metadata=none\xff":                                         {level: none},
	} {
		assert.Equal(t, want, parseFormat(accept), "%.60q", accept)
	}
	for f, want := range map[format]string{
		{}:                           "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8",
		{level: full}:                "application/json;odata.metadata=full;odata.streaming=true;IEEE754Compatible=false;charset=utf-8",
		{level: none, ieee754: true}: "application/json;odata.metadata=none;odata.streaming=true;IEEE754Compatible=true;charset=utf-8",
	} {
		assert.Equal(t, want, f.media())
	}
}

func TestPrefer(t *testing.T) {
	const wanted = "return=minimal"
	for _, c := range []struct {
		lines []string
		want  bool
	}{
		{nil, false},
		{[]string{""}, false},
		{[]string{"return=minimal"}, true},
		{[]string{"Return=Minimal"}, true},
		{[]string{" return = minimal "}, true},
		{[]string{"include-unknown-enum-members, return=minimal"}, true},
		{[]string{"include-unknown-enum-members", "return=minimal"}, true},
		{[]string{",,,return=minimal,,"}, true},
		{[]string{"return=minimalist"}, false},
		{[]string{"xreturn=minimal"}, false},
		{[]string{"return=representation"}, false},
		{[]string{"return"}, false},
	} {
		assert.Equal(t, c.want, (&Call{Call: engine.Call{Header: http.Header{"Prefer": c.lines}}}).Prefers(wanted), "%q", c.lines)
	}
}
