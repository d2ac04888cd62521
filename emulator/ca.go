package emulator

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/graphemu/graphemu/emulator/clock"
	"github.com/graphemu/graphemu/emulator/internal/keyfile"
	"github.com/graphemu/graphemu/emulator/internal/localca"
	"github.com/graphemu/graphemu/internal/files"
)

// LocalCA is the local CA of a data folder, as clients are told to trust it.
type LocalCA struct {
	PEM   []byte
	File  string   // the absolute path of the file that holds it
	Made  bool     // it was not there before
	Notes []string // what was found amiss and done about it, a sentence each
}

// StoredCA returns the local CA in dataDir, and makes it where there is none. A
// CA that is there is returned as it is unless hosts asks for others: only a
// server that needs another one replaces it. A key that others may read is made
// private, and a note says so.
func StoredCA(dataDir string, hosts []string) (LocalCA, error) {
	if dataDir == "" {
		return LocalCA{}, errors.New("emulator: there is no data folder, so the CA is in the memory of the server; GET /_graphemu/ca.pem returns it")
	}
	file, err := filepath.Abs(filepath.Join(dataDir, localca.CertFile))
	if err != nil {
		return LocalCA{}, fmt.Errorf("emulator: %w", err)
	}
	pem, err := files.Read(file, keyfile.MaxSize)
	switch {
	case err == nil && len(hosts) == 0:
		ca := LocalCA{PEM: pem, File: file}
		if note := localca.Protect(dataDir); note != "" {
			ca.Notes = []string{note}
		}
		return ca, nil
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return LocalCA{}, err
	}
	made := err != nil
	ca, err := localca.Open(dataDir, hosts, clock.Real)
	if err != nil {
		return LocalCA{}, fmt.Errorf("emulator: %w", err)
	}
	return LocalCA{PEM: ca.PEM(), File: file, Made: made, Notes: ca.Notes()}, nil
}
