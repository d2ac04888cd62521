package wire

import (
	"context"
	"net"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestQueue(t *testing.T) {
	q := NewQueue("pipe")
	assert.Equal(t, "pipe", q.Addr().String())
	client, server := net.Pipe()
	defer client.Close()
	defer server.Close()
	put := make(chan error)
	go func() { put <- q.Put(context.Background(), server) }()
	got, err := q.Accept()
	require.NoError(t, err)
	assert.Same(t, server, got)
	require.NoError(t, <-put)

	over, cancel := context.WithCancel(context.Background())
	cancel()
	assert.ErrorIs(t, q.Put(over, server), context.Canceled)
	require.NoError(t, q.Close())
	require.NoError(t, q.Close())
	_, err = q.Accept()
	assert.ErrorIs(t, err, net.ErrClosed)
	assert.ErrorIs(t, q.Put(context.Background(), server), net.ErrClosed)
}
