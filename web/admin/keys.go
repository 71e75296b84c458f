package admin

import (
	"errors"
	"slices"
	"strings"

	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/internal/token"
)

// keyView is one signing key. Nothing private is in it.
type keyView struct {
	KID     string `json:"kid"`
	Alg     string `json:"algorithm"`
	State   string `json:"state"`
	Created string `json:"created,omitempty"`
	From    string `json:"signs_from,omitempty"`
	Until   string `json:"published_until,omitempty"`
	Hints   string `json:"hints_until,omitempty"`
}

func (a *API) listKeys(*call) (any, error) {
	keys, err := a.Keys.List()
	if err != nil {
		return nil, err
	}
	page := list[keyView]{Items: []keyView{}}
	for _, k := range keys {
		v := keyView{KID: k.KID, Alg: k.Alg, State: k.State, Created: stamp(k.Created), From: stamp(k.From), Until: stamp(k.Until), Hints: stamp(k.Hints)}
		page.Items = append(page.Items, v)
	}
	return page, nil
}

func (a *API) rotateKeys(c *call) (any, error) {
	var how struct {
		Alg string `json:"algorithm"`
		Now bool   `json:"now"`
	}
	if err := c.body(&how); err != nil {
		return nil, err
	}
	if how.Alg != "" && !slices.Contains(token.Algorithms, how.Alg) {
		return nil, oauth.Errorf(oauth.InvalidRequest, "algorithm must be one of %s, or be left out for all.", strings.Join(token.Algorithms, ", "))
	}
	if err := a.Keys.Rotate(c.ctx(), how.Alg, how.Now); err != nil {
		return nil, keyRefusal(err)
	}
	return a.listKeys(c)
}

func (a *API) retireKey(c *call) (any, error) {
	kid := c.r.PathValue("key")
	if err := a.Keys.Revoke(c.ctx(), kid); err != nil {
		return nil, keyRefusal(err)
	}
	c.note("kid", kid)
	return a.listKeys(c)
}

// keyRefusal says what to do about what keeps keys from being changed.
func keyRefusal(err error) error {
	switch {
	case errors.Is(err, token.ErrNoSuchKey):
		return oauth.Errorf(errNotFound, "There is no key with this kid: list them.")
	case errors.Is(err, token.ErrKeysOfFiles):
		return oauth.Errorf(oauth.InvalidRequest, "The signing keys come from files: change keys.files of hush.yaml and restart.")
	case errors.Is(err, token.ErrClocksDiffer):
		return &oauth.Error{Code: oauth.TemporarilyUnavailable, Description: "The clocks of this node and of Redis differ: set both by NTP, or ask another node.", Cause: err}
	}
	return err
}
