package graph

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"

	"github.com/graphemu/graphemu/emulator/internal/apierror"
	"github.com/graphemu/graphemu/emulator/internal/odata"
)

// cursor is where a page ended: what a $skiptoken holds. It names the last
// entry by its sort keys, not by a position, so inserts and deletes between
// two pages neither repeat nor lose an entry. An entry whose key changes between
// two pages, as a state does, may change sides: where it stood is not kept.
type cursor struct {
	Seq  uint64      `json:"s"`           // the last entry's place in the order of creation
	Keys []odata.Key `json:"k,omitempty"` // its $orderby values
}

const tagSize = 12

// seal makes a $skiptoken of c. key is the world's; scope is what the token is
// good for (path and options): opened under another scope it is refused.
func (c cursor) seal(key []byte, scope string) string {
	payload, err := json.Marshal(c)
	if err != nil {
		panic(err) // keys are JSON that we made
	}
	return base64.RawURLEncoding.EncodeToString(append(tag(key, scope, payload), payload...))
}

// openCursor reads a $skiptoken and errs with InvalidSkipToken where it was not
// made by seal with the same key and scope.
func openCursor(token string, key []byte, scope string) (cursor, error) {
	var c cursor
	b, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || len(b) < tagSize || !hmac.Equal(b[:tagSize], tag(key, scope, b[tagSize:])) || json.Unmarshal(b[tagSize:], &c) != nil {
		return c, apierror.InvalidSkipToken().Help("invalidSkipToken", "$skiptoken",
			"use @odata.nextLink as it was given; a token is good for the query and the world that it came from")
	}
	return c, nil
}

func tag(key []byte, scope string, payload []byte) []byte {
	m := hmac.New(sha256.New, key)
	m.Write([]byte(scope))
	m.Write([]byte{0})
	m.Write(payload)
	return m.Sum(nil)[:tagSize]
}
