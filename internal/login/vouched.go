package login

import (
	"cmp"
	"fmt"
	"slices"
)

// Identity is who a user is at another provider.
type Identity struct {
	Connection string // by which it is reached
	Subject    string // its sub there
}

// version is what a session names that was opened by it, as a password has one.
func (i Identity) version() string { return VersionOf(i.Connection + "\x00" + i.Subject) }

// Vouched is what somebody else said of a user who signed in there: another provider,
// or a directory that is asked at each sign-in. The session keeps it, sealed: of a user
// in no directory of ours nothing else is known.
type Vouched struct {
	Connection string         `json:"c"`
	Strategy   string         `json:"k"` // what rules are told of its kind
	Issuer     string         `json:"i,omitempty"`
	Subject    string         `json:"s"`
	SID        string         `json:"d,omitempty"` // of the session there
	Hint       string         `json:"h,omitempty"` // what its ID token waits under
	AuthTime   int64          `json:"t,omitempty"` // unix seconds of the sign-in there; 0: not told
	Claims     map[string]any `json:"u,omitempty"`
	Metadata   map[string]any `json:"m,omitempty"` // as app_metadata
}

// MaxVouched is how much a session holds of a user whom no directory has, in bytes of
// the JSON of a Vouched.
const MaxVouched = 3 << 10

// Identity is whom it is about.
func (v *Vouched) Identity() Identity { return Identity{v.Connection, v.Subject} }

// Version is what a session names that was opened by it; see User.Proved.
func (v *Vouched) Version() string { return v.Identity().version() }

// UserID is the id of the user where no directory has them, as at Auth0.
func (v *Vouched) UserID() string { return v.Connection + "|" + v.Subject }

// User is whom it is about, where no directory has them.
func (v *Vouched) User() User {
	name, _ := v.Claims["preferred_username"].(string)
	email, _ := v.Claims["email"].(string)
	return User{
		ID: v.UserID(), Username: cmp.Or(name, email, v.Subject), Claims: v.Claims, AppMetadata: v.Metadata,
		credential: v.Version(), Vouched: v,
	}
}

// Linked returns the user who is this one at another provider.
func (d *Directory) Linked(i Identity) (User, bool) { return found(d.linked[i]) }

// OnlyElsewhere tells whether the user signs in by what others say of them, and has no
// password here: whoever disables them there means it.
func (u *User) OnlyElsewhere() bool { return len(u.Identities) > 0 && u.PasswordHash == "" }

// link adds the user's identities elsewhere.
func (d *Directory) link(e *entry) error {
	for _, i := range e.user.Identities {
		if other := d.linked[i]; other != nil {
			return fmt.Errorf("identities: %q of %q is that of user %q already", i.Subject, i.Connection, other.user.Username)
		}
		d.linked[i] = e
	}
	return nil
}

// proves tells whether a version is that of an identity of the user's.
func (u *User) proves(version string) bool {
	return slices.ContainsFunc(u.Identities, func(i Identity) bool { return i.version() == version })
}

// Versions are all that prove the user now, with spaces between: a session of any of
// them is theirs.
func (u *User) Versions() string {
	all := u.credential
	for _, i := range u.Identities {
		all += " " + i.version()
	}
	return all
}
