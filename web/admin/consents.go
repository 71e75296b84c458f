package admin

import (
	"maps"
	"slices"
)

func (a *API) listConsents(c *call) (any, error) {
	user, err := a.user(c)
	if err != nil {
		return nil, err
	}
	after, limit, err := a.part(c, "consents", user.ID)
	if err != nil {
		return nil, err
	}
	consents, err := a.Consents.Consents(c.ctx(), user.ID)
	if err != nil {
		return nil, err
	}
	page := list[consentView]{Items: []consentView{}}
	for _, id := range slices.Sorted(maps.Keys(consents)) {
		switch {
		case id <= after:
		case len(page.Items) == limit:
			page.Next = a.next(page.Items[limit-1].Client, "consents", user.ID)
			return page, nil
		default:
			page.Items = append(page.Items, consentView{Client: id, Name: a.name(c, id), Grants: viewGrants(consents[id])})
		}
	}
	return page, nil
}

// revokedAnswer says where the app lost what it held.
type revokedAnswer struct {
	Remembered bool `json:"remembered"` // the user's answer was kept, and is forgotten
	Sessions   int  `json:"sessions"`   // in which the app took part
}

// revokeConsent forgets the answer first and what sessions hold second: an app that
// asks in between finds no order in which it keeps what was revoked (takePart in
// authorize). The app need not be known any more.
func (a *API) revokeConsent(c *call) (any, error) {
	user, err := a.user(c)
	if err != nil {
		return nil, err
	}
	id := c.r.PathValue("client")
	consents, err := a.Consents.Consents(c.ctx(), user.ID)
	if err != nil {
		return nil, err
	}
	if err := a.Consents.Forget(c.ctx(), user.ID, id); err != nil {
		return nil, err
	}
	c.note("client", id)
	n, err := a.Sessions.WithdrawAll(c.ctx(), user.ID, id)
	_, remembered := consents[id]
	return revokedAnswer{Remembered: remembered, Sessions: n}, err
}
