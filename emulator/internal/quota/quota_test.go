package quota

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestSharesHaveOneLimit(t *testing.T) {
	q := New(10)
	a, b := q.Share(), q.Share()
	a.Add(6)
	b.Add(4)
	assert.NoError(t, a.Fits(0))
	assert.NoError(t, q.Check())
	assert.Equal(t, &FullError{10}, a.Fits(1))
	assert.Equal(t, int64(10), q.Used(), "asking counts nothing")

	b.Add(-1)
	assert.NoError(t, a.Fits(1))
	a.Add(2) // what is there already counts, whether it fits or not
	assert.Equal(t, &FullError{10}, q.Check())
}

func TestInPlaceOf(t *testing.T) {
	q := New(10)
	a, b := q.Share(), q.Share()
	a.Add(8)
	b.Add(9)
	assert.NoError(t, b.InPlaceOf(a))
	b.Add(2)
	assert.Equal(t, &FullError{10}, b.InPlaceOf(a))
}

func TestCloseGivesAllBackOnce(t *testing.T) {
	q := New(10)
	s := q.Share()
	s.Add(8)
	s.Close()
	s.Close()
	s.Add(-8) // of a request that was under way
	assert.Zero(t, q.Used())
}

func TestNil(t *testing.T) {
	var s *Share
	assert.NoError(t, s.Fits(1<<60))
	s.Add(1)
	s.Close()
}
