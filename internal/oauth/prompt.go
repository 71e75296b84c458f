package oauth

import "strings"

// Prompt is a parsed prompt parameter (OpenID Connect Core 1.0 section
// 3.1.2.1). It can only be made by ParsePrompt, so that none never stands
// beside another value. The zero value asks for nothing in particular.
type Prompt struct{ bits promptBits }

type promptBits uint8

const (
	promptNone promptBits = 1 << iota
	promptLogin
	promptConsent
	promptSelectAccount
)

// ParsePrompt reads a space-separated list of prompts. An unknown value is an
// error: to ignore it could skip a question the client wants asked.
func ParsePrompt(raw string) (Prompt, *Error) {
	var p Prompt
	for word := range strings.FieldsSeq(raw) {
		switch word {
		case "none":
			p.bits |= promptNone
		case "login":
			p.bits |= promptLogin
		case "consent":
			p.bits |= promptConsent
		case "select_account":
			p.bits |= promptSelectAccount
		default:
			return Prompt{}, Errorf(InvalidRequest, "prompt must be made of none, login, consent and select_account.")
		}
	}
	if p.None() && p.bits != promptNone {
		return Prompt{}, Errorf(InvalidRequest, "prompt=none cannot be combined with another prompt.")
	}
	return p, nil
}

// None tells whether no page may be shown that waits for a person.
func (p Prompt) None() bool { return p.bits&promptNone != 0 }

// Login tells whether the user must sign in again.
func (p Prompt) Login() bool { return p.bits&promptLogin != 0 }

// Consent tells whether the user must be asked for consent again.
func (p Prompt) Consent() bool { return p.bits&promptConsent != 0 }

// SelectAccount tells whether the user must choose an account.
func (p Prompt) SelectAccount() bool { return p.bits&promptSelectAccount != 0 }
