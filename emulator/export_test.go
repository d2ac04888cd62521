package emulator

// WithDial returns o with what the proxy reaches allowed hosts by.
func WithDial(o Options, dial dialer) Options {
	o.dial = dial
	return o
}

// Used is how many bytes all worlds of s keep, as Limits.Memory counts them.
func Used(s *Server) int64 { return s.memory.Used() }
