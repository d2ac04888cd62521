package emulator

// WithDial returns o with what the proxy reaches allowed hosts by.
func WithDial(o Options, dial dialer) Options {
	o.dial = dial
	return o
}
