package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/graphemu/graphemu/emulator"
)

// ready is what a client needs to know of a running server.
type ready struct {
	HTTP         string `json:"http,omitempty"`  // origin
	HTTPS        string `json:"https,omitempty"` // origin
	Proxy        string `json:"proxy,omitempty"` // origin
	CA           string `json:"ca,omitempty"`    // file with all that is to be trusted; absent where that is kept in memory
	Control      string `json:"control,omitempty"`
	Tenant       string `json:"tenant"`
	Token        string `json:"token"`
	ClientID     string `json:"clientId,omitempty"`
	ClientSecret string `json:"clientSecret,omitempty"`
	PID          int    `json:"pid"`
}

// newReady asks a server for what a client needs. control tells whether its
// control API is there.
func newReady(s *emulator.Server, control bool) (ready, error) {
	w, err := s.World(emulator.DefaultWorld)
	if err != nil {
		return ready{}, err
	}
	token, err := w.Token(emulator.TokenOptions{})
	if err != nil {
		return ready{}, err
	}
	r := ready{HTTP: s.Origin("http"), HTTPS: s.Origin("https"), Proxy: s.Origin("proxy"), Tenant: w.Tenant(), Token: token, PID: os.Getpid()}
	r.ClientID, r.ClientSecret = s.App()
	if control {
		r.Control = cmp.Or(r.HTTP, r.HTTPS) + controlPath // plain HTTP asks for no trust
	}
	if r.HTTPS != "" {
		if _, r.CA, err = s.CA(); err != nil {
			return ready{}, err
		}
	}
	return r, nil
}

// bundleOf is the file beside a ready file that holds both CAs, where there is a
// proxy: that of the proxy has no file of its own.
func bundleOf(readyFile string) string { return readyFile + ".ca.pem" }

// write writes the ready file and, where there is a proxy, the bundle that it
// names.
func (r *ready) write(file string, s *emulator.Server) error {
	if r.Proxy != "" {
		pem, _, err := s.CA()
		if err != nil {
			return trim(err)
		}
		if r.CA, err = filepath.Abs(bundleOf(file)); err != nil { // whoever reads it runs elsewhere
			return err
		}
		if err := os.WriteFile(r.CA, pem, 0o644); err != nil {
			return err
		}
	}
	b, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return replace(file, append(b, '\n'))
}

// removeReady removes a ready file, and the bundle beside it.
func removeReady(file string) error {
	var errs []error
	for _, f := range []string{file, bundleOf(file)} {
		if err := os.Remove(f); err != nil && !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// replace puts a file in place whole, so that whoever waits for it never reads half.
func replace(file string, content []byte) error {
	tmp, err := os.CreateTemp(filepath.Dir(file), ".graphemu-ready-*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name()) // fails where it was renamed, as it should
	if _, err := tmp.Write(content); err != nil {
		tmp.Close()
		return err
	}
	if err := tmp.Close(); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), file)
}

const collectionPath = "/beta/education/synchronizationProfiles"

// controlPath is where a server's control API is.
const controlPath = "/_graphemu/"

func (r ready) banner(out io.Writer, scenarios []string, seed uint64) {
	line := func(name, value string) {
		if value != "" {
			fmt.Fprintf(out, "  %-8s %s\n", name, value)
		}
	}
	fmt.Fprintf(out, "graphemu %s: Microsoft Graph for School Data Sync, in memory\n\n", emulator.Version())
	origin := cmp.Or(r.HTTP, r.HTTPS)
	if r.HTTP != "" {
		line("HTTP", r.HTTP+"/beta")
	}
	if r.HTTPS != "" {
		line("HTTPS", r.HTTPS+"/beta")
		if line("CA", r.CA); r.CA == "" {
			line("CA", "in memory; GET /_graphemu/ca.pem returns it")
		}
	}
	if line("Proxy", r.Proxy); r.Proxy != "" && r.Control != "" {
		line("", "clients trust what GET /_graphemu/ca.pem returns")
	}
	line("Control", r.Control)
	line("Scenario", strings.Join(scenarios, ", "))
	line("Tenant", r.Tenant)
	line("Seed", fmt.Sprint(seed))
	fmt.Fprintf(out, "\nTry it:\n\n  TOKEN=%s\n  curl %s-H \"Authorization: Bearer $TOKEN\" %s\n\n", r.Token, r.curlCA(origin), origin+collectionPath)
}

// curlCA is what curl needs to trust an https origin.
func (r ready) curlCA(origin string) string {
	switch {
	case !strings.HasPrefix(origin, "https://"):
		return ""
	case r.CA == "":
		return "--insecure "
	}
	return "--cacert '" + strings.ReplaceAll(r.CA, "'", `'\''`) + "' "
}
