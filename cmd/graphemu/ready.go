package main

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/clock"
)

// ready is what a client needs to know of a running server.
type ready struct {
	HTTP         string `json:"http,omitempty"`  // origin
	HTTPS        string `json:"https,omitempty"` // origin
	V1           string `json:"v1"`              // root of the API v1.0: over HTTP where it can be
	Proxy        string `json:"proxy,omitempty"` // origin
	CA           string `json:"ca,omitempty"`    // file with all that is to be trusted; absent where that is kept in memory
	Control      string `json:"control,omitempty"`
	Tenant       string `json:"tenant"`
	Token        string `json:"token"`
	ClientID     string `json:"clientId,omitempty"`
	ClientSecret string `json:"clientSecret,omitempty"`
	PID          int    `json:"pid"`
	Started      string `json:"started,omitempty"` // RFC 3339; with PID it tells one server from every other

	config string // the file that has set flags
	files  readyFiles
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
	r := ready{HTTP: s.Origin("http"), HTTPS: s.Origin("https"), Proxy: s.Origin("proxy"), Tenant: w.Tenant(), Token: token,
		PID: os.Getpid(), Started: clock.Real().UTC().Format(time.RFC3339Nano)}
	r.ClientID, r.ClientSecret = s.App()
	r.V1 = cmp.Or(r.HTTP, r.HTTPS) + "/v1.0"
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

const collectionPath = "/beta/education/synchronizationProfiles"

// controlPath is where a server's control API is.
const controlPath = "/_graphemu/"

// banner prints what a client needs. A seed of 0 was not given.
func (r ready) banner(out io.Writer, scenarios []string, seed uint64) {
	line := func(name, value string) {
		if value != "" {
			fmt.Fprintf(out, "  %-8s %s\n", name, value)
		}
	}
	fmt.Fprintf(out, "graphemu %s: Microsoft Graph, in memory\n\n", emulator.Version())
	origin := cmp.Or(r.HTTP, r.HTTPS)
	if r.HTTP != "" {
		line("HTTP", r.HTTP+"/beta")
		line("", r.HTTP+"/v1.0")
	}
	if r.HTTPS != "" {
		line("HTTPS", r.HTTPS+"/beta")
		line("", r.HTTPS+"/v1.0")
		if line("CA", r.CA); r.CA == "" {
			line("CA", "in memory; GET /_graphemu/ca.pem returns it")
		}
	}
	if line("Proxy", r.Proxy); r.Proxy != "" && r.Control != "" {
		line("", "clients trust what GET /_graphemu/ca.pem returns")
	}
	line("Control", r.Control)
	line("Config", r.config)
	line("Scenario", strings.Join(scenarios, ", "))
	line("Tenant", r.Tenant)
	line("Seed", fmt.Sprint(cmp.Or(seed, 1)))
	if seed != 0 {
		line("", "upload URLs are drawn from it alone: anyone who knows it can sign one")
	}
	fmt.Fprintf(out, "\nTry it:\n\n  TOKEN=%s\n  curl %s-H \"Authorization: Bearer $TOKEN\" %s\n\n",
		r.Token, r.curlCA(origin), origin+collectionPath)
}

// short prints where the API is, and nothing else.
func (r ready) short(out io.Writer) {
	fmt.Fprintf(out, "ready: %s/beta and /v1.0\n", cmp.Or(r.HTTP, r.HTTPS))
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
