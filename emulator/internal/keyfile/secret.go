package keyfile

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"path/filepath"
	"strings"
)

// secretSize is that of a Secret, in bytes.
const secretSize = 32

// Secret is random bytes that nobody outside knows, to derive keys from.
type Secret struct {
	key   string
	notes []string
}

// OpenSecret returns the secret that is kept in the folder dir, made on first use;
// or a new one in memory if dir is empty. A stored one that cannot be used is
// replaced, and Notes says so, with what is lost by that. It errs if the folder
// cannot be used.
func OpenSecret(dir, name, lost string) (*Secret, error) {
	if dir == "" {
		return &Secret{key: string(randomKey())}, nil
	}
	create := func() ([]byte, error) { return []byte(hex.EncodeToString(randomKey()) + "\n"), nil }
	f, err := LoadOrCreate(dir, name, create)
	if err != nil {
		return nil, err
	}
	s := new(Secret)
	s.note(f.Note)
	key, unfit := parseSecret(f.Content)
	if unfit != nil {
		s.note(fmt.Sprintf("the stored secret %s cannot be used (%v): a new one takes its place, and %s", filepath.Join(dir, name), unfit, lost))
		if f, err = Renew(dir, name, f.Content, create); err != nil {
			return nil, err
		}
		if key, err = parseSecret(f.Content); err != nil {
			return nil, err
		}
	}
	s.key = string(key)
	return s, nil
}

// Key returns the secret itself: 32 bytes.
func (s *Secret) Key() string { return s.key }

// Notes returns what was found amiss and done about it, a sentence each.
func (s *Secret) Notes() []string { return s.notes }

func (s *Secret) note(sentence string) {
	if sentence != "" {
		s.notes = append(s.notes, sentence)
	}
}

func randomKey() []byte {
	key := make([]byte, secretSize)
	_, _ = rand.Read(key) // never errs
	return key
}

// parseSecret reads hexadecimal digits; its errors do not repeat them.
func parseSecret(content []byte) ([]byte, error) {
	key, err := hex.DecodeString(strings.TrimSpace(string(content)))
	if err != nil || len(key) != secretSize {
		return nil, fmt.Errorf("it is not %d bytes in hexadecimal digits", secretSize)
	}
	return key, nil
}
