package session

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// SignIn is a user who has just proved who they are.
type SignIn struct {
	UserID     string
	Generation string // as read before the proof
	ACR        string
	AMR        []string // RFC 8176
	Group      string
	// Current is what the browser presented as this user's account in this
	// group. If it opens a live session of theirs that one goes on with a new
	// secret. A session of anybody else, or of another group, is left alone.
	Current  Handle
	Remember bool   // the user asked to stay signed in; counts where CanRemember
	Device   string // how the user knows the browser again, "Chrome on Windows"; "" unknown
	// Credential is the version of what proved it, or several with a space between
	// where it is about to become another; "" none. A session of no version of
	// these does not go on.
	Credential string
	// Valid are all versions that prove the user now: a session of any of them goes on
	// too. Default: Credential alone.
	Valid string
	// Ends is when a session by this sign-in is over at the latest: another provider
	// vouches for the user no longer. Zero: as the policy says.
	Ends time.Time
	// SID is the sid claim of a session that is new, made by NewSID. Optional.
	SID string
}

// Start begins or renews a session and returns the handle for the browser. A
// new session is pending: call Activate once nothing more can refuse the user.
// ErrFull refuses a user who has as many as are allowed.
func (m *Manager) Start(ctx context.Context, in SignIn) (Handle, error) {
	began, err := parseBegun(in.Generation)
	if err != nil {
		return Handle{}, fmt.Errorf("session: generation: %w", err)
	}
	in.Generation = began.generation
	h, err := m.start(ctx, in)
	if err != nil {
		return Handle{}, err
	}
	return h, m.unmarked(ctx, began, h.Key)
}

// valid are the versions of which one must have opened a session that goes on.
func (in *SignIn) valid() string {
	if in.Valid == "" {
		return in.Credential
	}
	return in.Credential + " " + in.Valid
}

// left is the time until Ends; 0: it is not set.
func (in *SignIn) left() time.Duration {
	if in.Ends.IsZero() {
		return 0
	}
	return max(time.Until(in.Ends), time.Nanosecond)
}

// start is Start without a look at the marks.
func (m *Manager) start(ctx context.Context, in SignIn) (Handle, error) {
	if left := in.left(); left != 0 && left < time.Second {
		return Handle{}, Expired
	}
	in.Remember = in.Remember && m.CanRemember(in.Group)
	if !in.Current.IsZero() {
		h, err := m.renew(ctx, in)
		if err != nil || !h.IsZero() {
			return h, err
		}
	}
	h, limits := newHandle(), m.policy.For(in.Group, in.Remember)
	if left := in.left(); left != 0 {
		limits.Lifetime = min(limits.Lifetime, left)
	}
	// Listed before it exists: whoever ends all sessions of the user then
	// leaves a tombstone at this key, and Create fails.
	if err := m.enlist(ctx, in, h.Key, limits); err != nil {
		return Handle{}, fmt.Errorf("list session: %w", err)
	}
	err := m.store.Create(ctx, Record{
		Handle: h, SID: cmp.Or(in.SID, NewSID()), UserID: in.UserID, ACR: in.ACR, AMR: in.AMR, Group: in.Group,
		Limits: limits, Remember: in.Remember, Device: in.Device, Credential: in.Credential,
	})
	if err != nil {
		return Handle{}, fmt.Errorf("create session: %w", err)
	}
	if m.OnBegin != nil {
		m.OnBegin()
	}
	return h, nil
}

// renew goes on with the browser's session if it is this user's; the zero
// handle means that a new session is needed.
func (m *Manager) renew(ctx context.Context, in SignIn) (Handle, error) {
	s, now, err := m.store.Resolve(ctx, Query{Handle: in.Current})
	if absent := Absence(""); errors.As(err, &absent) || errors.Is(err, ErrUnreadable) {
		return Handle{}, nil
	}
	if err != nil {
		return Handle{}, fmt.Errorf("read current session: %w", err)
	}
	over, err := m.over(ctx, &s, now)
	if err != nil {
		return Handle{}, err
	}
	if over {
		_, err := m.End(ctx, in.Current.Key, Revoked)
		return Handle{}, err
	}
	if s.UserID != in.UserID || s.Group != in.Group {
		return Handle{}, nil
	}
	if !shared(s.Credential, in.valid()) {
		// What an older password opened ends with it: tokens that were taken from
		// there must not come back to life by a new sign-in in the same browser.
		_, err := m.End(ctx, in.Current.Key, PasswordChanged)
		return Handle{}, err
	}
	limits := m.policy.For(in.Group, in.Remember)
	if in.Remember && !s.Remembered {
		if err := m.enlist(ctx, in, in.Current.Key, limits); err != nil {
			return Handle{}, fmt.Errorf("list session for longer: %w", err)
		}
	}
	h := Handle{Key: in.Current.Key, Secret: newSecret()}
	err = m.store.Renew(ctx, in.Current, Renewal{
		NewSecret: h.Secret, ACR: in.ACR, AMR: in.AMR, Credential: in.Credential, Device: in.Device,
		Remember: in.Remember, Limits: limits, Left: in.left(),
	})
	if absent := Absence(""); errors.As(err, &absent) {
		return Handle{}, nil // ended in between: the sign-in makes a new one
	}
	if err != nil {
		return Handle{}, fmt.Errorf("renew session: %w", err)
	}
	return h, nil
}

// shared tells whether two credentials have a version in common. None is older
// than versions are, and has one with all.
func shared(a, b string) bool {
	if a == "" || b == "" {
		return true
	}
	for version := range strings.FieldsSeq(a) {
		if slices.Contains(strings.Fields(b), version) {
			return true
		}
	}
	return false
}

// mostRounds bounds how often a sign-in tries to find room. Whenever it does not
// another one of the same user did.
const mostRounds = 50

// enlist puts a session on the user's list, and makes room for it where the
// policy says so.
func (m *Manager) enlist(ctx context.Context, in SignIn, key Key, l Limits) error {
	e := Entry{
		UserID: in.UserID, Generation: in.Generation, Key: key,
		Expires: time.Now().Add(l.Lifetime), Most: m.policy.MaxPerUser,
	}
	for range mostRounds {
		members, err := m.users.Enlist(ctx, e)
		if !errors.Is(err, ErrFull) {
			return err
		}
		live, over, err := m.sift(ctx, members, in.valid())
		if err != nil {
			return err
		}
		e.Over = over
		if len(live) < e.Most {
			continue
		}
		if m.policy.WhenFull == RefuseNew {
			return ErrFull
		}
		for _, oldest := range live[:len(live)-e.Most+1] {
			if _, err := m.End(ctx, oldest, Displaced); err != nil {
				return err
			}
		}
	}
	return errors.New("session: no room was found for a sign-in among many at once")
}

// sift tells which members of a user's list count, the oldest first and those
// that are about to begin last, and which are over, as is what another credential
// opened than that which was just shown: whoever had it must not keep the user out.
func (m *Manager) sift(ctx context.Context, members []Member, credential string) (live, over []Key, err error) {
	keys := make([]Key, len(members))
	for i, member := range members {
		keys[i] = member.Key
	}
	all, err := m.describe(ctx, keys)
	if err != nil {
		return nil, nil, err
	}
	slices.SortStableFunc(all, func(a, b Listed) int {
		if a.Created.IsZero() != b.Created.IsZero() {
			return -a.Created.Compare(b.Created)
		}
		return a.Created.Compare(b.Created)
	})
	fresh := map[Key]bool{}
	for _, member := range members {
		fresh[member.Key] = member.New
	}
	for _, l := range all {
		switch {
		case l.State == Gone && fresh[l.Key], (l.State == "" || l.State == Pending) && shared(l.Credential, credential):
			live = append(live, l.Key)
		default:
			over = append(over, l.Key)
		}
	}
	return live, over, nil
}
