package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/files"
)

// systemRoots are files in which systems keep the roots that they trust, and
// systemRootFolders are folders of such files. The first that is there counts.
// They are those of Linux distributions, BSDs and macOS (observed; the lists of
// Go's crypto/x509 and of curl's configure name the same).
var (
	systemRoots = []string{
		"/etc/ssl/certs/ca-certificates.crt",
		"/etc/pki/tls/certs/ca-bundle.crt",
		"/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
		"/etc/ssl/ca-bundle.pem",
		"/etc/pki/tls/cacert.pem",
		"/etc/ssl/cert.pem",
		"/usr/local/etc/ssl/cert.pem",
		"/usr/local/share/certs/ca-root-nss.crt",
		"/etc/openssl/certs/ca-certificates.crt",
		"/etc/certs/ca-certificates.crt",
	}
	systemRootFolders = []string{"/etc/ssl/certs", "/etc/pki/tls/certs"}
)

// maxRoots bounds what is read of one file or folder of roots.
const maxRoots = 64 << 20

// trust adds the variables that make clients trust the server's CA, beside what
// they trusted before. Where a variable names nothing, that is what the
// variables that the client would look at next name, else the system's roots.
func (x *execution) trust(s *emulator.Server, set map[string]string, dir string) error {
	pem, file, err := s.CA()
	if err != nil {
		return trim(err)
	}
	if file == "" || s.Origin("proxy") != "" { // of the two, or the one, none is in a file
		file = filepath.Join(dir, "ca.pem")
		if err := os.WriteFile(file, pem, 0o644); err != nil {
			return fmt.Errorf("cannot write the CA: %w", err)
		}
	}
	set["GRAPHEMU_CA"] = file
	set["NODE_EXTRA_CA_CERTS"] = file
	bundles := map[string]string{} // what was in force to the bundle with it
	bundle := func(roots []byte) (string, error) {
		if b, ok := bundles[string(roots)]; ok {
			return b, nil
		}
		b := filepath.Join(dir, fmt.Sprintf("roots-%d.pem", len(bundles)+1))
		bundles[string(roots)] = b
		return b, os.WriteFile(b, bytes.Join([][]byte{roots, pem}, []byte("\n")), 0o644)
	}
	if roots := x.rootsOf("NODE_EXTRA_CA_CERTS"); roots != nil {
		if set["NODE_EXTRA_CA_CERTS"], err = bundle(roots); err != nil {
			return fmt.Errorf("cannot write a bundle of roots: %w", err)
		}
	}
	for name, inForce := range map[string][]string{
		"SSL_CERT_FILE":      {"SSL_CERT_FILE", "SSL_CERT_DIR"},
		"CURL_CA_BUNDLE":     {"CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR"},
		"REQUESTS_CA_BUNDLE": {"REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"},
	} {
		var roots []byte
		for _, variable := range inForce {
			if roots = x.rootsOf(variable); roots != nil {
				break
			}
		}
		if roots == nil {
			roots = ofSystem()
		}
		if set[name], err = bundle(roots); err != nil {
			return fmt.Errorf("cannot write a bundle of roots: %w", err)
		}
	}
	return nil
}

// rootsOf returns the roots that a variable names, a file or folders of files;
// nil where there are none. What cannot be read is told: the client could not
// read it either.
func (x *execution) rootsOf(variable string) []byte {
	value, _ := x.env.lookup(variable)
	var roots []byte
	for _, path := range filepath.SplitList(value) {
		b, err := readRoots(path)
		if err != nil {
			fmt.Fprintf(x.env.errOut, "graphemu: %s=%s: %v; it counts as not set\n", variable, path, plain(err))
		}
		roots = append(roots, b...)
	}
	return roots
}

func ofSystem() []byte {
	for _, path := range append(systemRoots, systemRootFolders...) {
		if b, err := readRoots(path); err == nil && len(b) > 0 {
			return b
		}
	}
	return nil // as on Windows, where no file holds them
}

// readRoots returns the PEM of a file, or of the files of a folder.
func readRoots(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	paths := []string{path}
	if info.IsDir() {
		entries, err := os.ReadDir(path)
		if err != nil {
			return nil, err
		}
		paths = paths[:0]
		for _, e := range entries {
			paths = append(paths, filepath.Join(path, e.Name()))
		}
	}
	var roots []byte
	seen := map[string]bool{} // the names of hashed folders are links to the same files
	for _, file := range paths {
		if f, err := os.Stat(file); err != nil || !f.Mode().IsRegular() {
			continue
		}
		b, err := files.Read(file, maxRoots)
		if err != nil {
			return nil, err
		}
		if bytes.Contains(b, []byte("-----BEGIN ")) && !seen[string(b)] {
			seen[string(b)] = true
			roots = append(append(roots, b...), '\n')
		}
		if len(roots) > maxRoots {
			return nil, errors.New("too large for certificates")
		}
	}
	return roots, nil
}
