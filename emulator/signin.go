package emulator

import "net/http"

// serveSignIn answers the sign-in hosts, as login.microsoftonline.com. Not yet:
// there are no token endpoints so far.
func (s *Server) serveSignIn(w http.ResponseWriter, _ *http.Request) {
	http.Error(w, "graphemu does not answer sign-in so far: GRAPHEMU_TOKEN, and graphemu token, give out tokens.", http.StatusNotImplemented)
}
