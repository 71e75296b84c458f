package account

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/hush-sso/hush/internal/factor"
	"github.com/hush-sso/hush/silent"
)

// ErrNotRecent means that the visitor has to sign in once more before they change what
// they sign in with: whoever sits at an open browser, or has only its cookie, does not.
var ErrNotRecent = errors.New("account: signed in too long ago, or without the second factor, to change factors")

// recentSignIn is how long after signing in a user may change factors.
const recentSignIn = 10 * time.Minute

// HasFactors tells whether there are second factors.
func (s *Service) HasFactors() bool { return s.Flows.Factors != nil }

// Factors returns what the visitor has, and whether they may change it now.
func (s *Service) Factors(ctx context.Context, v Visitor) (set factor.Set, may bool, err error) {
	set, err = s.Flows.Factors.Keeper.Of(ctx, v.User.ID)
	if err != nil {
		return set, false, err
	}
	latest := v.Own[0].Session
	for _, o := range v.Own {
		if o.Session.AuthTime.After(latest.AuthTime) {
			latest = o.Session
		}
	}
	// Another provider may let anybody back in who sits at its user's browser.
	proved := s.Flows.ProvedAt(&latest)
	return set, v.Now.Sub(proved) <= recentSignIn && (!set.Has() || slices.Contains(latest.AMR, silent.Multifactor)), nil
}

// recent refuses who may change nothing.
func (s *Service) recent(ctx context.Context, v Visitor) error {
	_, may, err := s.Factors(ctx, v)
	if err == nil && !may {
		err = ErrNotRecent
	}
	return err
}

// NewApp returns the secret of an app that the visitor is to add.
func (s *Service) NewApp(ctx context.Context, v Visitor) ([]byte, error) {
	return factor.NewSecret(), s.recent(ctx, v)
}

// AddApp adds it. recovery are recovery codes, with the first factor.
func (s *Service) AddApp(ctx context.Context, v Visitor, secret []byte, code string) (recovery []string, err error) {
	if err := s.recent(ctx, v); err != nil {
		return nil, err
	}
	return s.Flows.Factors.Keeper.AddApp(ctx, v.User.ID, secret, code, time.Now())
}

// RemoveFactor takes a factor away.
func (s *Service) RemoveFactor(ctx context.Context, v Visitor, id string) error {
	if err := s.recent(ctx, v); err != nil {
		return err
	}
	return s.Flows.Factors.Keeper.Remove(ctx, v.User.ID, id)
}

// RenewRecovery makes new recovery codes.
func (s *Service) RenewRecovery(ctx context.Context, v Visitor) ([]string, error) {
	if err := s.recent(ctx, v); err != nil {
		return nil, err
	}
	return s.Flows.Factors.Keeper.RenewRecovery(ctx, v.User.ID)
}
