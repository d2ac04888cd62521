//go:build !race

// The race detector makes pools drop at random, so allocations count only without it.

package identity

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTenantAllocates(t *testing.T) {
	token, err := openKeys(t, "").Issue(delegated())
	require.NoError(t, err)
	require.NotEmpty(t, Tenant(token))
	assert.LessOrEqual(t, testing.AllocsPerRun(200, func() { Tenant(token) }), 1.0, "the result alone")
	without := jwt(`{"aud":"g"}`)
	assert.Zero(t, testing.AllocsPerRun(200, func() { Tenant(without) }))
}
