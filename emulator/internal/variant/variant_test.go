package variant

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestSet(t *testing.T) {
	var zero Set
	s, err := NewSet(map[string]string{"createStatus": "201"})
	require.NoError(t, err)
	assert.Equal(t, "202", zero.Get("createStatus"))
	assert.Equal(t, "201", s.Get("createStatus"))
	assert.True(t, s.Is("deleteStatus", "202"))
	assert.Panics(t, func() { s.Get("createstatus") })
}

func TestSetNamesEveryFaultAtOnce(t *testing.T) {
	_, err := NewSet(map[string]string{"createStatus": "200", "nope": "1", "permissions": "2017"})
	assert.ErrorContains(t, err, `variant createStatus has no reading "200"; it has 202, 201`)
	assert.ErrorContains(t, err, `unknown variant "nope"; there are createStatus`)
	assert.ErrorContains(t, err, `variant permissions has no reading "2017"; it has 2021, 2018`)
	_, err = NewSet(map[string]string{"createStat": "201"})
	assert.ErrorContains(t, err, `unknown variant "createStat"; did you mean "createStatus"?; there are createStatus`)
}
