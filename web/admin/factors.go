package admin

import (
	"errors"

	"github.com/hush-sso/hush/internal/factor"
	"github.com/hush-sso/hush/internal/oauth"
)

// factorView is one second factor. No secret and no key is in it.
type factorView struct {
	ID      string `json:"id"`
	Kind    string `json:"kind"` // app or passkey
	Name    string `json:"name,omitempty"`
	Created string `json:"created"`
	LastUse string `json:"last_use,omitempty"`
	Synced  bool   `json:"synced"` // a passkey that may be on several devices
}

type factorsView struct {
	Items    []factorView `json:"items"`
	Recovery int          `json:"recovery_codes"` // that are left
}

func viewFactors(s *factor.Set) factorsView {
	v := factorsView{Items: []factorView{}, Recovery: len(s.Recovery)}
	for _, p := range s.Passkeys {
		v.Items = append(v.Items, factorView{ID: p.ID, Kind: "passkey", Name: p.Name, Created: stamp(p.Made), LastUse: stamp(p.Used), Synced: p.Eligible})
	}
	for _, one := range s.Apps {
		v.Items = append(v.Items, factorView{ID: one.ID, Kind: "app", Created: stamp(one.Made), LastUse: stamp(one.Used)})
	}
	return v
}

func (a *API) listFactors(c *call) (any, error) {
	set, err := a.factorsOf(c)
	if err != nil {
		return nil, err
	}
	return viewFactors(&set), nil
}

// removeFactor takes away one that was lost. Sessions go on: those that it began end by
// themselves, or by endUserSessions.
func (a *API) removeFactor(c *call) (any, error) {
	if _, err := a.factorsOf(c); err != nil {
		return nil, err
	}
	err := a.Factors.Remove(c.ctx(), c.r.PathValue("user"), c.r.PathValue("factor"))
	if errors.Is(err, factor.ErrWrong) {
		return nil, oauth.Errorf(errNotFound, "The user has no second factor with this id: list them.")
	}
	if err != nil {
		return nil, err
	}
	return a.listFactors(c)
}

// resetFactors takes away all of them, and the recovery codes. One that cannot be read
// goes too: its user is kept out until then.
func (a *API) resetFactors(c *call) (any, error) {
	id := c.r.PathValue("user")
	if err := a.hasFactors(); err != nil {
		return nil, err
	}
	if set, err := a.Factors.Of(c.ctx(), id); err == nil && !set.Has() {
		if _, err := a.user(c); err != nil {
			return nil, err // a slip of the pen, which must not look like success
		}
	}
	if err := a.Factors.Clear(c.ctx(), id); err != nil {
		return nil, err
	}
	c.note("user", id)
	return viewFactors(&factor.Set{}), nil
}

// factorsOf are those of the user that the path names: of the directory, or one who left
// it and still has something here.
func (a *API) factorsOf(c *call) (set factor.Set, err error) {
	id := c.r.PathValue("user")
	if err := a.hasFactors(); err != nil {
		return set, err
	}
	if set, err = a.Factors.Of(c.ctx(), id); err != nil || set.Has() {
		c.note("user", id)
		return set, err
	}
	_, err = a.user(c)
	return set, err
}

func (a *API) hasFactors() error {
	if a.Factors == nil {
		return oauth.Errorf(errNotFound, "There are no second factors: set factors in hush.yaml and restart.")
	}
	return nil
}
