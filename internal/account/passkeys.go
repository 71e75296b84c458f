package account

import (
	"cmp"
	"context"
	"crypto/rand"
	"time"

	"github.com/hush-sso/hush/internal/factor"
)

// PasskeyForm is Form for a page that makes a passkey, and what its script asks the
// browser for: nil where there are no passkeys.
func (s *Service) PasskeyForm(v Visitor, binding string, has *factor.Set) (string, *factor.Ceremony) {
	id, f := rand.Text(), s.Flows.Factors
	if f.Site == nil {
		return s.formOf(v, binding, id), nil
	}
	return s.formOf(v, binding, id), f.Site.Make(factor.Challenge(id), f.Name, v.User.ID, v.User.Username, has.Refs())
}

// AddPasskey adds the passkey that the page made. The form that came back is good once.
func (s *Service) AddPasskey(ctx context.Context, v Visitor, answer, name string) (recovery []string, err error) {
	if err := s.recent(ctx, v); err != nil {
		return nil, err
	}
	f := s.Flows.Factors
	if f.Site == nil {
		return nil, ErrForm
	}
	p, _, err := f.Site.ReadNew(v.User.ID, answer, name, factor.Challenge(v.form), time.Now())
	if err != nil {
		return nil, err
	}
	if first, err := s.first(ctx, v); err != nil || !first {
		return nil, cmp.Or(err, ErrForm)
	}
	return f.Keeper.AddPasskey(ctx, v.User.ID, p)
}

// RenamePasskey gives a passkey another name.
func (s *Service) RenamePasskey(ctx context.Context, v Visitor, id, name string) error {
	if err := s.recent(ctx, v); err != nil {
		return err
	}
	return s.Flows.Factors.Keeper.Rename(ctx, v.User.ID, id, name)
}

// factorGiven refuses who has a second factor and did not give it just now: else whoever
// has the password and a cookie would get a session that says so. given tells whether
// they have one.
func (s *Service) factorGiven(ctx context.Context, v Visitor) (given bool, err error) {
	if !s.HasFactors() {
		return false, nil
	}
	set, may, err := s.Factors(ctx, v)
	if err == nil && set.Has() && !may {
		err = ErrNotRecent
	}
	return err == nil && set.Has(), err
}
