package faults

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/graphemu/graphemu/emulator/clock"
)

func TestTimesOfAClient(t *testing.T) {
	const s = time.Second
	for _, tc := range []struct {
		d, felt, told, passed time.Duration
		factor                float64
	}{
		{20 * s, 20 * s, 20 * s, 20 * s, 1},
		{20 * s, 20 * s, 20 * s, 20 * s, 0},
		{249 * time.Millisecond, 249 * time.Millisecond, 249 * time.Millisecond, 249 * time.Millisecond, 1},
		{249 * time.Millisecond, 249 * time.Millisecond, 249 * time.Millisecond, 249 * time.Millisecond, 0},
		{20 * s, 333333333, s, 60 * s, 60},
		{60 * s, s, s, 60 * s, 60},
		{180 * s, 3 * s, 3 * s, 180 * s, 60},
		{61 * s, 1016666667, 2 * s, 120 * s, 60},
		{20 * s, 40 * s, 40 * s, 20 * s, 0.5},
		{0, 0, 0, 0, 60},
		{20 * s, 20 * s, 20 * s, 20 * s, -1},
		{20 * s, 20 * s, 20 * s, 20 * s, math.NaN()},
		{clock.MaxDuration, math.MaxInt64, math.MaxInt64, 9223372036855, 1e-6},
	} {
		assert.Equal(t, tc.felt, Felt(tc.d, tc.factor), "felt %v at %v", tc.d, tc.factor)
		assert.Equal(t, tc.told, Told(tc.d, tc.factor), "told %v at %v", tc.d, tc.factor)
		assert.Equal(t, tc.passed, Passed(Told(tc.d, tc.factor), tc.factor), "passed %v at %v", tc.d, tc.factor)
	}
}
