package register

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/hush-sso/hush/internal/egress"
	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/web/page"
)

// Fetcher makes the calls to addresses that an app names; *egress.Client is it.
type Fetcher interface {
	Get(ctx context.Context, url string, maxBytes int64) (*egress.Answer, error)
}

// picture fetches and checks the app's logo, once: from then on it is served by
// us. name is "" and body empty for an app without one.
func (s *Service) picture(ctx context.Context, id string, m *Metadata) (name string, body []byte, err error) {
	if m.LogoURI == "" {
		return "", []byte{}, nil
	}
	answer, err := s.Fetch.Get(ctx, m.LogoURI, page.MaxImage)
	if err != nil {
		return "", nil, unreachable("logo_uri", err)
	}
	image, err := page.ParseImage(answer.Body)
	if err != nil {
		return "", nil, invalid("logo_uri: the picture %v", err)
	}
	return id + "." + image.Name(), image.Body(), nil
}

// maxSector is how large the document of a sector may be, in bytes.
const maxSector = 64 << 10

// sector fetches the document of the app's sector, which must list every address
// that answers are sent to (OpenID Connect Dynamic Client Registration 1.0
// section 5): else any app could join the sector of another.
func (s *Service) sector(ctx context.Context, m *Metadata) error {
	if m.SectorIdentifierURI == "" {
		return nil
	}
	answer, err := s.Fetch.Get(ctx, m.SectorIdentifierURI, maxSector)
	if err != nil {
		return unreachable("sector_identifier_uri", err)
	}
	var members []string
	if json.Unmarshal(answer.Body, &members) != nil {
		return invalid("sector_identifier_uri: the document must be a JSON array of strings")
	}
	for _, uri := range m.RedirectURIs {
		if !slices.Contains(members, uri) {
			return invalid("sector_identifier_uri: the document does not list every one of redirect_uris")
		}
	}
	return nil
}

// unreachable says the same whatever was met there: an asker learns nothing of
// the network that this server is in.
func unreachable(name string, cause error) error {
	return &oauth.Error{Code: oauth.InvalidClientMetadata, Cause: cause,
		Description: name + " cannot be fetched: it must be a public https address that answers with status 200, without a redirect, soon."}
}
