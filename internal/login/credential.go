package login

import (
	"crypto/sha256"
	"encoding/base64"
	"strings"
)

// CredentialVersion names the password of a user that a directory returned: 96
// bits that are others for every hash, by whose salt they tell nothing of it. A
// session keeps it, so that one which an older password opened can be told.
func (u *User) CredentialVersion() string { return u.credential }

// VersionOf is the CredentialVersion of whoever has this hash.
func VersionOf(hash string) string {
	sum := sha256.Sum256([]byte(hash))
	return base64.RawURLEncoding.EncodeToString(sum[:12])
}

// Proved tells whether the password of now, or an identity elsewhere that is theirs
// now, is among what a session names: one version, or several with a space between. One
// that names none is older than versions are, and counts as proved.
func (u *User) Proved(credential string) bool {
	if credential == "" || credential == u.credential { // nearly always
		return true
	}
	for version := range strings.SplitSeq(credential, " ") {
		if version != "" && (version == u.credential || u.proves(version)) {
			return true
		}
	}
	return false
}
