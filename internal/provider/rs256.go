package provider

import (
	"fmt"

	"github.com/hush-sso/hush/internal/libcrypto"
)

// RS256 says what makes RS256 signatures.
type RS256 string

const (
	RS256Auto      RS256 = "auto"      // libcrypto where the machine has it, else crypto/rsa; so does ""
	RS256Go        RS256 = "go"        // crypto/rsa
	RS256Libcrypto RS256 = "libcrypto" // without it there is no provider
)

// chooseRS256 says in the log what was chosen: it decides how many renewals a core can do.
func (p *Provider) chooseRS256(by RS256) error {
	if by == RS256Go {
		p.log.Info("RS256 signatures by crypto/rsa, as configured")
		return nil
	}
	library, err := libcrypto.Load()
	switch {
	case err == nil:
		p.log.Info("RS256 signatures by libcrypto", "version", library.Version, "path", library.Path)
		p.keys.SignBy(library, p.log)
	case by == RS256Libcrypto:
		return fmt.Errorf("signing.rs256 is libcrypto: %w; install OpenSSL 3, or write auto", err)
	default:
		p.log.Info("RS256 signatures by crypto/rsa, which takes three times as long as libcrypto", "cause", err)
	}
	return nil
}
