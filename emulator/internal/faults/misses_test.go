package faults

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator/fault"
)

func TestMisses(t *testing.T) {
	r := func(name string, w fault.Where, calls fault.Calls) fault.Rule {
		return fault.Rule{Name: name, Operation: "x", Where: w, Calls: calls, Delay: fault.Span{Min: 1, Max: 1}}
	}
	chance := r("chance", fault.Where{}, fault.All())
	chance.Chance = 1e-9
	status := r("status", fault.Where{}, fault.All())
	status.While.Status = "inProgress"
	rules := []fault.Rule{
		r("header", fault.Where{Header: map[string]string{"x-run": "7"}}, fault.All()),
		r("secret", fault.Where{Header: map[string]string{"Authorization": "Bearer planted"}}, fault.All()),
		r("query", fault.Where{Query: map[string]string{"$top": "10"}}, fault.All()),
		r("body", fault.Where{Body: map[string]any{"displayName": "North"}}, fault.All()),
		r("number", fault.Where{Body: map[string]any{"n": 3}}, fault.All()),
		status, r("first", fault.Where{}, fault.First(2)), r("only", fault.Where{}, fault.Only(5)),
		r("range", fault.Where{}, fault.Between(5, 6)), r("from", fault.Where{}, fault.Calls{From: 4}),
		r("every", fault.Where{}, fault.EveryNth(22)), chance,
	}
	whys := func(q *Query, s *Set) map[string]string {
		all := map[string]string{}
		for range 4 {
			_, _, misses := s.Decide(q)
			for _, m := range misses {
				all[m.Rule] = m.Why()
			}
		}
		return all
	}
	full := standing(call("x"), "provisioned", "extracting")
	full.Header = http.Header{"X-Run": {"3"}, "Authorization": {"Bearer mine"}}
	full.RawQuery = "$top=5"
	full.Body = func() []byte { return []byte(`{"displayName":"South","n":4}`) }
	got, none := map[string]string{}, map[string]string{}
	for _, rule := range rules { // each alone, since a call has five misses at most
		got[rule.Name] = whys(full, NewSet([]fault.Rule{rule}, 1))[rule.Name]
		none[rule.Name] = whys(call("x"), NewSet([]fault.Rule{rule}, 1))[rule.Name]
	}
	assert.Equal(t, map[string]string{
		"header": `header x-run is "3", the rule wants "7"`,
		"secret": `header Authorization is not what the rule wants`,
		"query":  `query option $top is "5", the rule wants "10"`,
		"body":   `the body's displayName is "South", the rule wants "North"`,
		"number": `the body's n is 4, the rule wants 3`,
		"status": `the profile's status is extracting, the rule wants inProgress`,
		"first":  `struck calls 1 to 2; this was call 4`,
		"only":   `strikes call 5; this was call 4`,
		"range":  `strikes calls 5 to 6; this was call 4`,
		"from":   `strikes calls from 4 on; this was call 3`,
		"every":  `strikes every 22nd call; this was call 4`,
		"chance": `chance 1e-09 did not strike call 4`,
	}, got)
	assert.Equal(t, `there is no header x-run, the rule wants "7"`, none["header"])
	assert.Equal(t, `there is no header Authorization, the rule wants one`, none["secret"])
	assert.Equal(t, `there is no query option $top, the rule wants "10"`, none["query"])
	assert.Equal(t, `the body has no value at displayName, the rule wants "North"`, none["body"])
	assert.Equal(t, `the call has no profile, the rule wants one whose status is inProgress`, none["status"])

	_, _, misses := NewSet(rules, 1).Decide(full)
	require.Len(t, misses, MaxMisses)
	assert.Equal(t, "header", misses[0].Rule)
	assert.Equal(t, "number", misses[4].Rule)
	_, ok, misses := NewSet([]fault.Rule{rules[0], r("all", fault.Where{}, fault.All()), rules[1]}, 1).Decide(full)
	assert.True(t, ok)
	assert.Len(t, misses, 1, "who stands behind the strike was not looked at")
	_, _, misses = NewSet(rules, 1).Decide(call("another"))
	assert.Empty(t, misses)
	assert.Empty(t, Miss{}.Why())
}

// A rule of an address strikes what is asked so, whatever its operation is called, and
// where it has none.
func TestAddressesAreStruck(t *testing.T) {
	s := NewSet([]fault.Rule{
		delays("mail", "GET /me/messages", fault.First(1)),
		{Name: "most", Operation: "graph.*", Except: []string{"profiles.*", "GET /users/{id}"}, Calls: fault.All(), Delay: fault.Fixed(1)},
	}, 1)
	struck := func(name, method, below string) string {
		strike, ok, _ := s.Decide(&Query{Operation: name, Method: method, Below: below, Now: noon, Real: noon})
		if !ok {
			return ""
		}
		return strike.Rule.Name
	}
	assert.Empty(t, struck("", "POST", "/me/messages"))
	assert.Equal(t, "mail", struck("", "GET", "/Me/Messages"))
	assert.Empty(t, struck("", "GET", "/me/messages"), "the first is over")
	assert.Equal(t, "most", struck("users.list", "GET", "/users"))
	assert.Empty(t, struck("users.get", "GET", "/users/7"))
	assert.Equal(t, "most", struck("users.update", "PATCH", "/users/7"))
	assert.Empty(t, struck("profiles.list", "GET", "/education/synchronizationProfiles"))
	assert.Empty(t, struck("upload.putBlob", "PUT", ""))
}
