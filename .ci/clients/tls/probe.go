// Command probe HOST PORT NAME [CA] connects to HOST:PORT, verifies the
// certificate for NAME against the CA alone, or else what programs trust here,
// and prints "ok" or the reason why not.
package main

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"os"
)

func main() {
	if err := probe(os.Args[1], os.Args[2], os.Args[3], os.Args[4:]); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println("ok")
}

func probe(host, port, name string, ca []string) error {
	var roots *x509.CertPool // nil means the system's
	for _, file := range ca {
		pem, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		roots = x509.NewCertPool()
		if !roots.AppendCertsFromPEM(pem) {
			return fmt.Errorf("%s holds no certificate", file)
		}
	}
	c, err := tls.Dial("tcp", net.JoinHostPort(host, port), &tls.Config{RootCAs: roots, ServerName: name})
	if err != nil {
		return err
	}
	return c.Close()
}
