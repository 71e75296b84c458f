package authorize

import (
	"context"
	"slices"
	"strconv"

	"github.com/hush-sso/hush/silent"
)

// Other is the answer to the account page of who is none of those that it offers.
const Other = "other"

// offer is one account that a page gave to choose among. It is sealed into the
// page's form, so that an answer can name no other.
type offer struct {
	User string `json:"u"`
	SID  string `json:"s,omitempty"` // of the session; "" where it is over

	credential string // of that
}

// others tells whether the browser holds an account that is signed in.
func (f *found) others() bool {
	for i := range f.accounts {
		if f.accounts[i].Live {
			return true
		}
	}
	return false
}

// offers are the accounts to choose among, those that are signed in first.
func (s *Service) offers(f found) []offer {
	if f.accounts == nil && f.Session != nil {
		return []offer{{f.Session.UserID, f.Session.SID, f.Session.Credential}}
	}
	var live, over []offer
	for i := range f.accounts {
		a := &f.accounts[i]
		if _, known := s.UserOf(a.entry.UserID, a.seen.Session.Credential); !known || a.entry.Left {
			continue
		}
		if a.Live {
			live = append(live, offer{a.entry.UserID, a.seen.Session.SID, a.seen.Session.Credential})
		} else {
			over = append(over, offer{User: a.entry.UserID})
		}
	}
	return append(live, over...)
}

func (s *Service) choices(offered []offer) []Choice {
	list := make([]Choice, len(offered))
	for i, o := range offered {
		user, _ := s.UserOf(o.User, o.credential)
		list[i] = Choice{AccountOf(user), o.SID == ""}
	}
	return list
}

// loginOf is the user name of the account that a request is for and that is over.
func (s *Service) loginOf(f found) string {
	if f.accounts == nil || f.Session != nil || f.Missed || f.picked.Left {
		return ""
	}
	user, _ := s.Directory().ByID(f.picked.UserID)
	return user.Username
}

// Choose answers the account page: with the number of an offered account, from
// 1, or Other. An account that is over leads to the sign-in form, as Other does.
func (s *Service) Choose(ctx context.Context, sealed, answer string, b Browser) Outcome {
	f, refused := s.open(ctx, sealed, b)
	if refused != nil {
		return *refused
	}
	if answer == Other {
		return s.other(ctx, f, b)
	}
	n, err := strconv.Atoi(answer)
	if err != nil || n < 1 || n > len(f.Offered) || f.Step != silent.StepSelect || !f.boundTo(b) {
		return s.decide(ctx, f.q, b, progress{})
	}
	chosen := f.Offered[n-1]
	if chosen.SID == "" {
		user, _ := s.Directory().ByID(chosen.User)
		return s.ask(ctx, f.q, b, nil, progress{}, Ask{Step: silent.StepLogin, Login: user.Username})
	}
	return s.goOn(ctx, f.q, b, chosen)
}

// goOn goes on as an account, if its session is the one that was offered and
// the browser still holds it.
func (s *Service) goOn(ctx context.Context, q *request, b Browser, chosen offer) Outcome {
	seen, err := s.Sessions.ResolveAll(ctx, s.queriesOf(b.Accounts, q.client.ID))
	if err != nil {
		return s.refuse(q, silent.Unavailable(err))
	}
	for i, a := range b.Accounts {
		if a.Over != 0 || a.Group != q.client.SSOGroup || a.UserID != chosen.User ||
			seen[i].Err != nil || seen[i].Session.SID != chosen.SID || !a.Opens(&seen[i].Session) {
			continue
		}
		held := marked(b.Accounts, seen)
		changed := !slices.Equal(held, b.Accounts)
		b.Accounts = held
		out := s.decide(ctx, q, b, progress{Chosen: true, account: a})
		if changed {
			out = s.noted(out, held)
		}
		return out
	}
	return s.decide(ctx, q, b, progress{})
}

// other answers who is none of those whom a page names: the others that are
// signed in are offered first.
func (s *Service) other(ctx context.Context, f *form, b Browser) Outcome {
	if f.Step != silent.StepSelect && f.current != nil && b.shares(f.Done.account) {
		all, now, err := s.accounts(ctx, f.q, b)
		if err != nil {
			return s.refuse(f.q, silent.Unavailable(err))
		}
		return s.ask(ctx, f.q, b, nil, progress{}, Ask{Step: silent.StepSelect, offered: s.offers(found{now: now, accounts: all})})
	}
	return s.ask(ctx, f.q, b, nil, progress{}, Ask{Step: silent.StepLogin, other: true})
}
