package register

import (
	"context"
	"strings"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/session"
	"github.com/hush-sso/hush/web/page"
)

// Client implements authorize.Registered.
func (s *Service) Client(ctx context.Context, id string) (*client.Client, error) {
	sealed, err := s.Store.Registration(ctx, id)
	if err != nil || sealed == "" {
		return nil, err
	}
	s.roll(ctx, id, sealed)
	return s.find(id, sealed)
}

// Visit implements authorize.Registered.
func (s *Service) Visit(ctx context.Context, id string, queries []session.Query) (*client.Client, []session.Seen, error) {
	sealed, seen, err := s.Store.RegistrationAndSessions(ctx, id, queries)
	if err != nil || sealed == "" {
		return nil, seen, err
	}
	s.roll(ctx, id, sealed)
	c, err := s.find(id, sealed)
	return c, seen, err
}

// find opens a registration. What cannot be opened is trouble; one that the
// rules of today refuse, such as implicit where that was switched off, is no app.
func (s *Service) find(id, sealed string) (*client.Client, error) {
	r, err := s.open(id, sealed)
	if err != nil {
		return nil, err
	}
	c, err := s.client(id, r)
	if err != nil {
		return nil, nil //nolint:nilerr // see above
	}
	return c, nil
}

// roll seals a registration anew that an earlier secret sealed, so that the
// secret can be taken away one day: a trip more, while secrets are rotated. Best
// effort: the next use tries again.
func (s *Service) roll(ctx context.Context, id, sealed string) {
	if s.box.SealedFirst(sealed) {
		return
	}
	if r, err := s.open(id, sealed); err == nil {
		if fresh, err := s.seal(id, r); err == nil {
			_, _ = s.Store.SaveRegistration(ctx, id, sealed, fresh, nil)
		}
	}
}

// Picture returns the picture with this file name, nil for none. The name holds
// the hash of the content, so that nobody else's writing to the store is served.
func (s *Service) Picture(ctx context.Context, name string) ([]byte, error) {
	id, file, _ := strings.Cut(name, ".")
	if !s.Issues(id) {
		return nil, nil
	}
	body, err := s.Store.RegisteredPicture(ctx, id)
	if err != nil {
		return nil, err
	}
	if image, err := page.ParseImage(body); err != nil || image.Name() != file {
		return nil, nil //nolint:nilerr // no picture of that name
	}
	return body, nil
}
