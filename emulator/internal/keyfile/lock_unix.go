//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package keyfile

import (
	"os"
	"syscall"
)

// lockDir locks the folder itself, which needs no lock file and ends with the
// process. Not every network file system can: then there is no lock, and the
// worst is that two processes use different keys until their next start.
func lockDir(dir string) (release func(), held bool) {
	d, err := os.Open(dir)
	if err != nil {
		return func() {}, false
	}
	for {
		err = syscall.Flock(int(d.Fd()), syscall.LOCK_EX)
		if err != syscall.EINTR {
			break
		}
	}
	return func() { _ = d.Close() }, err == nil // closing releases the lock
}
