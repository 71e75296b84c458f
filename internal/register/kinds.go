package register

import (
	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/internal/token"
)

// Kinds returns an app of each kind that may register, for who describes what is
// possible. None of them exists.
func (s *Service) Kinds() []*client.Client {
	var kinds []*client.Client
	for i, method := range client.AuthMethods {
		m := Metadata{
			RedirectURIs: []string{"https://app.invalid/"}, TokenEndpointAuthMethod: method,
			GrantTypes:                []string{client.GrantCode, client.GrantRefresh},
			UserInfoSignedResponseAlg: token.Algorithms[i%len(token.Algorithms)], // each by one of them
		}
		if s.Implicit {
			m.GrantTypes = client.GrantTypes
			for _, t := range oauth.ResponseTypes {
				m.ResponseTypes = append(m.ResponseTypes, t.String())
			}
		}
		if s.Pairwise && method == client.AuthNone {
			m.SubjectType = client.SubjectPairwise
		}
		if method == client.AuthKey {
			m.JWKSURI = "https://app.invalid/jwks"
		}
		m.defaults()
		r := &record{Metadata: m}
		r.giveSecret()
		if c, err := s.client(prefix, r); err == nil {
			kinds = append(kinds, c)
		}
	}
	return kinds
}
