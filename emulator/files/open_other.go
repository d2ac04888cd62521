//go:build !unix

package files

// nonBlocking is nothing: here no name of the file system leads to a pipe that
// waits to be opened.
const nonBlocking = 0
