package authorize

import (
	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/silent"
)

// shut returns the refusal of whatever is asked for, while nothing may be given.
func (s *Service) shut() *oauth.Error {
	if s.Shut == nil {
		return nil
	}
	if err := s.Shut(); err != nil {
		return silent.Unwritten(err)
	}
	return nil
}
