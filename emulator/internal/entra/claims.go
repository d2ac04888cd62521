package entra

import (
	"encoding/json"
	"strconv"
	"time"
)

// wanted is what a client asks of its token by the parameter claims: that it says
// what the client can do (xms_cc), and that it is new enough (nbf), which is what
// a claims challenge of Graph asks for. Documented: both, for continuous access
// evaluation.
type wanted struct {
	capabilities []string
	notBefore    time.Time
}

// notBeforeGrace is how far ahead of this server's clock a challenge may be. Chosen.
const notBeforeGrace = time.Minute

// What a token can say of capabilities. Chosen; only cp1 is known.
const (
	maxCapabilities = 10
	maxCapability   = 64
)

// parseClaims reads the parameter claims; "" wants nothing. What it asks for and
// we do not know is left alone.
func parseClaims(text string) (wanted, *problem) {
	if text == "" {
		return wanted{}, nil
	}
	var request map[string]json.RawMessage
	if err := json.Unmarshal([]byte(text), &request); err != nil || request == nil {
		// Chosen: the number. Entra's own is not known.
		return wanted{}, refuse(malformed).help("claims", "claims", "the parameter claims must be a JSON object")
	}
	var access struct {
		Capabilities *struct {
			Values []string `json:"values"`
		} `json:"xms_cc"`
		NotBefore *struct {
			Value json.RawMessage `json:"value"`
		} `json:"nbf"`
	}
	if raw := request["access_token"]; len(raw) > 0 {
		if err := json.Unmarshal(raw, &access); err != nil {
			return wanted{}, refuse(malformed).help("claims", "claims", "access_token.xms_cc.values must be strings, and access_token.nbf an object")
		}
	}
	var w wanted
	if access.Capabilities != nil {
		for _, c := range access.Capabilities.Values {
			if len(w.capabilities) < maxCapabilities && c != "" && len(c) <= maxCapability {
				w.capabilities = append(w.capabilities, c)
			}
		}
	}
	if access.NotBefore != nil {
		w.notBefore = seconds(access.NotBefore.Value)
	}
	return w, nil
}

// seconds reads a number of seconds, which challenges have in quotes; what is none
// is no time.
func seconds(raw json.RawMessage) time.Time {
	text := string(raw)
	if plain, err := strconv.Unquote(text); err == nil {
		text = plain
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n <= 0 || n > 1<<40 {
		return time.Time{}
	}
	return time.Unix(n, 0)
}
