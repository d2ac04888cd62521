package emulator

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/graphemu/graphemu/emulator/clock"
	"github.com/graphemu/graphemu/emulator/internal/localca"
)

// StoredCA returns the certificate of the local CA in dataDir as PEM, and makes
// the CA where there is none. A CA that is there is returned as it is unless
// hosts asks for others: only a server that needs another one replaces it.
func StoredCA(dataDir string, hosts []string) ([]byte, error) {
	if dataDir == "" {
		return nil, errors.New("emulator: there is no data folder, so the CA is in the memory of the server; GET /_graphemu/ca.pem returns it")
	}
	if len(hosts) == 0 {
		pem, err := os.ReadFile(filepath.Join(dataDir, localca.CertFile))
		if !errors.Is(err, fs.ErrNotExist) {
			return pem, err
		}
	}
	ca, err := localca.Open(dataDir, hosts, clock.Real)
	if err != nil {
		return nil, fmt.Errorf("emulator: %w", err)
	}
	return ca.PEM(), nil
}
