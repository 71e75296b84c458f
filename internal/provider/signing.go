package provider

import (
	"fmt"

	"github.com/hush-sso/hush/internal/libcrypto"
)

// Signing says what makes RS256 and ES256 signatures.
type Signing string

// What can make them.
const (
	SigningAuto      Signing = "auto"      // libcrypto where the machine has it, else Go; so does ""
	SigningGo        Signing = "go"        // Go's own cryptography
	SigningLibcrypto Signing = "libcrypto" // without it there is no provider
)

// signBy says in the log what was chosen: it decides how many renewals a core can do.
func (p *Provider) signBy(choice Signing, load func() (*libcrypto.Library, error)) error {
	if choice == SigningGo {
		p.log.Info("Go's own cryptography signs, as configured")
		return nil
	}
	library, err := load()
	switch {
	case err == nil:
		p.log.Info("libcrypto signs", "version", library.Version, "path", library.Path)
		p.keys.SignBy(library, p.log)
	case choice == SigningLibcrypto:
		return fmt.Errorf("signing.library is libcrypto: %w; install OpenSSL 3, or write auto", err)
	default:
		p.log.Info("Go's own cryptography signs, which takes longer than libcrypto would", "cause", err)
	}
	return nil
}
