package identity

// RedirectType says what redeems a code that is sent to a redirect URI. Documented:
// Entra goes by it, and not by the app alone, since an app may have several.
type RedirectType string

// The types. The zero value is none: of a redirect URI that nobody registered.
const (
	Web    RedirectType = "web"    // a server, which has a secret
	SPA    RedirectType = "spa"    // a page in a browser
	Native RedirectType = "native" // a program on the user's own device
)
