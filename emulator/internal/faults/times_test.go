package faults

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/graphemu/graphemu/emulator/clock"
	"github.com/graphemu/graphemu/emulator/fault"
)

func TestOffsetInABody(t *testing.T) {
	for _, tc := range []struct {
		at         fault.Offset
		size, want int
	}{
		{fault.Share(50), 11, 5}, {fault.Share(100), 11, 11}, {fault.Offset{Given: true}, 11, 0},
		{fault.At(5), 11, 5}, {fault.At(50), 11, 11}, {fault.At(-5), 11, 0}, {fault.Share(50), 0, 0},
	} {
		assert.Equal(t, tc.want, before(tc.at, tc.size), tc.at)
	}
}

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
