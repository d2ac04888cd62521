package main

import (
	"fmt"
	"slices"
	"strings"
)

// lead adds the variables that make clients use the proxy. HTTP_PROXY is not
// among them: what has to be plain HTTP is on this machine, or none of ours.
//
// Some clients read the upper case and some the lower; Node reads either, where
// NODE_USE_ENV_PROXY is set (documented: its command-line options).
func (x *execution) lead(proxy string, set map[string]string) {
	proxy = byAddress(proxy)
	set["HTTPS_PROXY"], set["https_proxy"] = proxy, proxy
	set["NODE_USE_ENV_PROXY"] = "1"
	upper, _ := x.env.lookup("NO_PROXY")
	lower, _ := x.env.lookup("no_proxy")
	set["NO_PROXY"], set["no_proxy"] = besideProxy(upper, lower), besideProxy(lower, upper)
	for _, name := range []string{"NO_PROXY", "no_proxy"} {
		if past := pastProxy(set[name]); past != "" {
			fmt.Fprintf(x.env.errOut, "graphemu: %s has %q, so clients go past --proxy to Microsoft's own hosts\n", name, past)
			return // the other one has it too, as a rule
		}
	}
}

// besideProxy returns a NO_PROXY that excepts this machine. own is what the
// variable says; where it says nothing, what that of the other case does.
func besideProxy(own, other string) string {
	if strings.TrimSpace(own) == "" {
		own = other
	}
	list := strings.FieldsFunc(own, func(r rune) bool { return r == ',' || r == ' ' })
	for _, local := range []string{"localhost", "127.0.0.1", "::1"} {
		if !slices.Contains(list, local) {
			list = append(list, local)
		}
	}
	return strings.Join(list, ",")
}

// pastProxy returns the entry of a NO_PROXY that keeps clients from asking the
// proxy for its hosts; "" for none.
func pastProxy(list string) string {
	for entry := range strings.SplitSeq(list, ",") {
		suffix := strings.TrimPrefix(strings.TrimPrefix(strings.ToLower(entry), "*"), ".")
		for _, host := range []string{"graph.microsoft.com", "login.microsoftonline.com", "sdsstorage.blob.core.windows.net"} {
			if entry == "*" || suffix != "" && (host == suffix || strings.HasSuffix(host, "."+suffix)) {
				return entry
			}
		}
	}
	return ""
}
