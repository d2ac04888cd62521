package emulator

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"syscall"

	"github.com/graphemu/graphemu/emulator/internal/server/deadline"
)

// listen opens every listener before it serves the first.
func (s *Server) listen() error {
	var plain, secure, proxy []net.Listener
	open := func(address string) (list []net.Listener, err error) {
		if address != "" {
			list, err = listen(address)
		}
		for _, l := range list {
			s.ports = append(s.ports, l.Addr().(*net.TCPAddr).Port)
		}
		return list, err
	}
	plain, err := open(s.set.HTTP)
	if err == nil {
		secure, err = open(s.set.HTTPS)
	}
	if err == nil && s.set.HTTPS != "" {
		_, err = s.ca() // a bad host or CA file is told now
	}
	if err == nil {
		proxy, err = open(s.set.Proxy)
	}
	if err == nil && s.set.Proxy != "" {
		err = s.openDoor()
	}
	if err != nil {
		closeAll(slices.Concat(plain, secure, proxy))
		return err
	}
	s.name(plain, secure, proxy)
	server := s.newServer(s)
	s.serve(server, deadline.Listener(s.mem), false)
	for _, l := range plain {
		s.serve(server, deadline.Listener(l), false)
	}
	for _, l := range secure {
		s.serve(server, deadline.Listener(l), true)
	}
	if s.door != nil {
		s.serveDoor(proxy)
	}
	return nil
}

// name sets the server's URLs, before the first request looks at them.
func (s *Server) name(plain, secure, proxy []net.Listener) {
	for _, l := range plain {
		s.urls["http"] = origin("http", s.set.HTTP, l)
	}
	for _, l := range secure {
		s.urls["https"] = origin("https", s.set.HTTPS, l)
	}
	for _, l := range proxy {
		s.urls["proxy"] = origin("http", s.set.Proxy, l)
	}
	s.URL = cmp.Or(s.urls["https"], s.urls["http"], "https://localhost") + "/beta" // in memory, any host would do
}

// listen opens the listeners that an address means. The host "localhost" is
// both loopback addresses on the same port, since clients resolve it to either;
// a machine without IPv6 has one. It errs, with nothing left open, in one
// sentence that names the address.
func listen(address string) ([]net.Listener, error) {
	host, port, err := net.SplitHostPort(address)
	if err == nil {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	if err != nil {
		return nil, fmt.Errorf("cannot listen on %q: want HOST:PORT, like localhost:9400 or 127.0.0.1:0", address)
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

func closeAll(listeners []net.Listener) {
	for _, l := range listeners {
		l.Close()
	}
}
