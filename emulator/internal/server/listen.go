package server

import (
	"errors"
	"fmt"
	"net"
	"strconv"
	"syscall"
)

// listen opens the listeners of an address, if there is one, and notes under name how
// clients reach them by a scheme.
func (s *Server) listen(name, scheme, address string) ([]net.Listener, error) {
	if address == "" {
		return nil, nil
	}
	list, err := listen(address)
	if err == nil {
		s.urls[name] = origin(scheme, address, list[0])
	}
	return list, err
}

// origin is how clients reach a listener: by the host that was asked for, where
// it names one, with the port that was given.
func origin(scheme, address string, l net.Listener) string {
	host, _, _ := net.SplitHostPort(address)
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "localhost" // listening everywhere includes here
	}
	return scheme + "://" + net.JoinHostPort(host, portOf(l))
}

// CheckAddress errs where an address has not the form of one to listen on, with the words
// of Listen. An empty one is none.
func CheckAddress(address string) error {
	if address == "" {
		return nil
	}
	_, _, err := splitAddress(address)
	return err
}

func splitAddress(address string) (host, port string, err error) {
	host, port, err = net.SplitHostPort(address)
	if err == nil {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	if err != nil {
		err = fmt.Errorf("cannot listen on %q: want HOST:PORT, like localhost:9400 or 127.0.0.1:0", address)
	}
	return host, port, err
}

// listen opens the listeners that an address means. The host "localhost" is
// both loopback addresses on the same port, since clients resolve it to either;
// a machine without IPv6 has one. It errs, with nothing left open, in one
// sentence that names the address.
func listen(address string) ([]net.Listener, error) {
	host, port, err := splitAddress(address)
	if err != nil {
		return nil, err
	}
	if host != "localhost" {
		l, err := net.Listen("tcp", address)
		if err != nil {
			return nil, explainListen(address, err)
		}
		return []net.Listener{l}, nil
	}
	// A free port of one family may be taken in the other: a few tries.
	const tries = 10
	for i := 0; ; i++ {
		four, err := net.Listen("tcp4", net.JoinHostPort("127.0.0.1", port))
		if err != nil {
			return nil, explainListen(address, err)
		}
		six, err := net.Listen("tcp6", net.JoinHostPort("::1", portOf(four)))
		switch {
		case err == nil:
			return []net.Listener{four, six}, nil
		case !errors.Is(err, syscall.EADDRINUSE):
			return []net.Listener{four}, nil // no IPv6 here
		}
		four.Close()
		if port != "0" || i == tries {
			return nil, explainListen(address, err)
		}
	}
}

func portOf(l net.Listener) string {
	_, port, _ := net.SplitHostPort(l.Addr().String())
	return port
}

func explainListen(address string, err error) error {
	reason := err
	var sys *net.OpError
	if errors.As(err, &sys) {
		reason = sys.Err
	}
	if errors.Is(err, syscall.EADDRINUSE) {
		return fmt.Errorf("cannot listen on %s: another program has that port; choose another, or port 0 for any free one", address)
	}
	return fmt.Errorf("cannot listen on %s: %w", address, reason)
}
