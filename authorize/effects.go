package authorize

import (
	"github.com/hush-sso/hush/internal/rules"
	"github.com/hush-sso/hush/internal/token"
)

// effectsOf is what a verdict that lets the user pass makes of tokens, nil for
// nothing. Its error is a *rules.Failure: more than tokens hold.
func effectsOf(v rules.Verdict) (*token.Effects, error) {
	if len(v.IDToken)+len(v.AccessToken)+len(v.User) == 0 && v.Scope == nil {
		return nil, nil
	}
	e := &token.Effects{IDToken: v.IDToken, AccessToken: v.AccessToken, User: v.User, Scope: v.Scope}
	if err := e.Check(); err != nil {
		return nil, &rules.Failure{Kind: rules.Excess, Detail: err.Error()}
	}
	return e, nil
}
