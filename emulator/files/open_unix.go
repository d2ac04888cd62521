//go:build unix

package files

import "golang.org/x/sys/unix"

// nonBlocking lets the opening of a pipe return that has taken a file's place.
const nonBlocking = unix.O_NONBLOCK
