//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package keyfile

// lockDir does nothing: this system has no lock that a folder can carry.
func lockDir(string) (release func(), held bool) { return func() {}, false }
