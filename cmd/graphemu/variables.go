package main

import (
	"cmp"
	"net/url"
	"os"
	"strings"

	"github.com/graphemu/graphemu/emulator"
)

// variables returns the environment of the command: graphemu's own, and what
// leads a client to the emulator and makes it trust it. dir takes the files
// that are needed for that.
func (x *execution) variables(s *emulator.Server, r ready, o emulator.Options, dir string) ([]string, error) {
	set := map[string]string{
		"GRAPHEMU_URL":         s.URL,
		"GRAPHEMU_HTTP_URL":    "",
		"GRAPHEMU_V1_URL":      s.V1URL,
		"GRAPHEMU_V1_HTTP_URL": "",
		"GRAPHEMU_ORIGIN":      cmp.Or(r.HTTPS, r.HTTP),
		"GRAPHEMU_CONTROL_URL": r.Control,
		"GRAPHEMU_TOKEN":       r.Token,
		"GRAPHEMU_TENANT":      r.Tenant,
		"GRAPHEMU_CA":          "",
		"GRAPHEMU_DATA_DIR":    o.DataDir,
	}
	if r.HTTP != "" {
		set["GRAPHEMU_HTTP_URL"], set["GRAPHEMU_V1_HTTP_URL"] = byAddress(r.HTTP)+"/beta", byAddress(r.HTTP)+"/v1.0"
	}
	unset := func(name, value string) {
		if old, _ := x.env.lookup(name); old == "" && value != "" {
			set[name] = value
		}
	}
	unset("AZURE_TENANT_ID", r.Tenant)
	unset("AZURE_CLIENT_ID", r.ClientID)
	unset("AZURE_CLIENT_SECRET", r.ClientSecret)
	if r.HTTPS != "" && r.Proxy == "" { // else the client's own is answered through the proxy
		unset("AZURE_AUTHORITY_HOST", r.HTTPS+"/") // the client libraries want https
	}
	if r.Proxy != "" {
		x.lead(r.Proxy, set)
	}
	if r.HTTPS != "" || r.Proxy != "" {
		if err := x.trust(s, set, dir); err != nil {
			return nil, err
		}
	}
	list := []string{}
	for _, pair := range os.Environ() {
		if name, _, _ := strings.Cut(pair, "="); !has(set, name) {
			list = append(list, pair)
		}
	}
	for name, value := range set {
		if value != "" || name == "GRAPHEMU_DATA_DIR" { // empty means something there: in memory
			list = append(list, name+"="+value)
		}
	}
	return list, nil
}

func has(m map[string]string, name string) bool {
	_, ok := m[name]
	return ok
}

// byAddress replaces localhost by an address, for clients that resolve it to
// the one family of addresses that they then don't try.
func byAddress(origin string) string {
	u, err := url.Parse(origin)
	if err != nil || u.Hostname() != "localhost" {
		return origin
	}
	u.Host = "127.0.0.1:" + u.Port()
	return u.String()
}
