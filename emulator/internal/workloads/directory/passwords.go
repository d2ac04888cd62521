package directory

import (
	"crypto/pbkdf2"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"net/http"
	"strings"
	"time"
	"unicode"

	"github.com/graphemu/graphemu/emulator/internal/apierror"
	"github.com/graphemu/graphemu/emulator/internal/entity"
	"github.com/graphemu/graphemu/emulator/internal/ids"
	"github.com/graphemu/graphemu/emulator/internal/workload"
)

// passwordMember is the hidden member that has the hash of a user's password. What was
// sent is never kept.
const passwordMember = "#password"

// rounds of hashing: few, since these are passwords of tests, and tests make users by the
// thousand.
const rounds = 50

// olderRounds is of passwords in snapshots of version 1.
const olderRounds = 500

// hashed is a password as it is kept: the salt comes from the object's id, so that the
// same world has the same state.
func hashed(id, password string) string { return hashedIn(rounds, id, password) }

func hashedIn(rounds int, id, password string) string {
	key, err := pbkdf2.Key(sha256.New, password, []byte(ids.Derived("password", id)), rounds, sha256.Size)
	if err != nil {
		panic(err) // only lengths can be wrong
	}
	return base64.RawStdEncoding.EncodeToString(key)
}

// hashedOrNone is hashed of a password; "" of none.
func hashedOrNone(id, password string) string {
	if password == "" {
		return ""
	}
	return hashed(id, password)
}

// matches tells whether a password is the one of a hash.
func matches(hash, id, password string) bool {
	same := func(rounds int) bool {
		return subtle.ConstantTimeCompare([]byte(hash), []byte(hashedIn(rounds, id, password))) == 1
	}
	return hash != "" && (same(rounds) || same(olderRounds))
}

// CheckPassword tells whether it is the password of a user. One that nobody gave a
// password has none.
func CheckPassword(user *entity.Object, password string) bool {
	return matches(prop(user, passwordMember).Str, user.ID, password)
}

// takePassword takes the password out of a user's values and keeps its hash.
func takePassword(d *workload.Draft, v map[string]any) error {
	profile, ok := v["passwordProfile"].(map[string]any)
	if !ok {
		return nil
	}
	password, given := profile["password"].(string)
	if given {
		if err := fitPassword(password, textIn(v, "passwordPolicies")); err != nil {
			return err
		}
		d.Hidden[passwordMember] = hashed(d.ID, password)
	}
	delete(profile, "password")
	// Documented: a new password has to be changed, unless the client says otherwise.
	if given {
		preset(profile, "forceChangePasswordNextSignIn", true)
		preset(profile, "forceChangePasswordNextSignInWithMfa", false)
	}
	return nil
}

// ChangePassword gives a user another password where the present one is known: then the
// user need not change it again. The error is for people to read.
func ChangePassword(s *entity.Store, now time.Time, user, before, next string) error {
	return s.Update(now, func(tx *entity.Tx) error {
		o := ofType(tx.View, "user", user)
		switch {
		case o == nil:
			return errors.New("the user is no longer there")
		case !CheckPassword(o, before):
			return errors.New("the current password is another one")
		}
		return setPassword(tx, o, next, now)
	})
}

// setPassword stores a password that the user has chosen.
func setPassword(tx *entity.Tx, o *entity.Object, password string, now time.Time) error {
	if err := fitPassword(password, prop(o, "passwordPolicies").Str); err != nil {
		return err
	}
	changes := []change{{passwordMember, hashed(o.ID, password)}, {"lastPasswordChangeDateTime", workload.Time(now)}}
	if profile, ok := prop(o, "passwordProfile").Value().(map[string]any); ok {
		profile["forceChangePasswordNextSignIn"], profile["forceChangePasswordNextSignInWithMfa"] = false, false
		changes = append(changes, change{"passwordProfile", profile})
	}
	_, err := rewrite(tx, o, changes...)
	return err
}

// fitPassword refuses a weak password. Documented: at least 8 characters, at most 256,
// of three of four sorts, where no policy allows others. The words are the service's.
func fitPassword(password, policies string) error {
	sorts := map[int]bool{}
	for _, r := range password {
		switch {
		case unicode.IsLower(r):
			sorts[0] = true
		case unicode.IsUpper(r):
			sorts[1] = true
		case unicode.IsDigit(r):
			sorts[2] = true
		default:
			sorts[3] = true
		}
	}
	n := len([]rune(password))
	if n >= 8 && n <= 256 && (len(sorts) >= 3 || strings.Contains(policies, "DisableStrongPassword")) {
		return nil
	}
	return workload.Refuse("The specified password does not comply with password complexity requirements. "+
		"Please provide a different password.").
		Help("PasswordPolicyViolation", "password", "want 8 to 256 characters, of three of: lower case, upper case, digits, others")
}

// denied is observed for what a caller may not do: docs issue 16320.
func denied(message string) error {
	return &apierror.Error{Status: http.StatusForbidden, Code: "Authorization_RequestDenied", Message: message}
}
