package emulator

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/graphemu/graphemu/emulator/clock"
	"github.com/graphemu/graphemu/emulator/files"
	"github.com/graphemu/graphemu/emulator/internal/certs"
	"github.com/graphemu/graphemu/emulator/internal/keyfile"
)

// LocalCA is the local CA of a data folder, as clients are told to trust it.
type LocalCA struct {
	PEM   []byte
	File  string   // the absolute path of the file that holds it
	Made  bool     // it was not there before
	Notes []string // what was found amiss and done about it, a sentence each
}

// StoredCA returns the local CA in dataDir, and makes it where there is none. One
// that is there keeps the names it is for, unless hosts asks for others. One that
// is no longer fit for use, because it ends within 30 days or an earlier version
// made it, is replaced, as a server that starts does, and a note says what to
// trust anew. A key that others may read is made private, and a note says so.
func StoredCA(dataDir string, hosts []string) (LocalCA, error) {
	if dataDir == "" {
		return LocalCA{}, errors.New(
			"emulator: there is no data folder, so the CA is in the memory of the server; GET /_graphemu/ca.pem returns it")
	}
	file, err := filepath.Abs(filepath.Join(dataDir, certs.CertFile))
	if err != nil {
		return LocalCA{}, fmt.Errorf("emulator: %w", err)
	}
	pem, err := files.Read(file, keyfile.MaxSize)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return LocalCA{}, err
	}
	made := err != nil
	ca, err := openCA(dataDir, hosts)
	switch {
	case errors.Is(err, certs.ErrNoKey) && !made: // the certificate alone was handed on
		return LocalCA{PEM: pem, File: file}, nil
	case errors.Is(err, certs.ErrNoKey):
		ca, err = certs.Open(dataDir, nil, clock.Real)
	}
	if err != nil {
		return LocalCA{}, fmt.Errorf("emulator: %w", err)
	}
	return LocalCA{PEM: ca.PEM(), File: file, Made: made, Notes: ca.Notes()}, nil
}

func openCA(dataDir string, hosts []string) (*certs.Authority, error) {
	if len(hosts) == 0 {
		return certs.OpenStored(dataDir, clock.Real)
	}
	return certs.Open(dataDir, hosts, clock.Real)
}
