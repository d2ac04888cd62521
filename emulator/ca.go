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

// CA returns what clients have to trust as PEM: the root of the local CA and,
// where there is a proxy, that of the proxy's own. file holds the first of
// them; "" where it is in memory only. CA errs where there is none.
func (s *Server) CA() (pem []byte, file string, err error) {
	ca, err := s.ca()
	if err != nil {
		return nil, "", err
	}
	return append(ca.PEM(), s.listening.ProxyPEM()...), ca.Path(), nil
}

// kept opens what the data folder keeps, or a passing one where the folder does
// not let us.
func kept[T interface{ Notes() []string }](s *Server, what string, open func(dir string) (T, error)) (T, error) {
	v, err := open(s.set.DataDir)
	if err != nil && s.set.DataDir != "" {
		s.set.Log.Warn("the data folder cannot be used; this run keeps it in memory, and what it signs is good until a restart",
			"what", what, "folder", s.set.DataDir, "error", err)
		v, err = open("")
	}
	if err == nil {
		for _, note := range v.Notes() {
			s.set.Log.Warn(note)
		}
	}
	return v, err
}
