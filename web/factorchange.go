package web

import (
	"context"
	"encoding/hex"
	"errors"
	"net/http"

	"github.com/hush-sso/hush/internal/account"
	"github.com/hush-sso/hush/internal/factor"
	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/silent"
	"github.com/hush-sso/hush/web/page"
)

// changeFactors takes a form of the page about one's second factors.
func (s *Server) changeFactors(w http.ResponseWriter, r *http.Request) error {
	params, v, who, err := s.accountAnswer(w, r)
	if err != nil || who == nil {
		return err
	}
	if !s.Account.HasFactors() {
		return errNoFactors
	}
	var view page.Factors
	done, err := s.factorDeed(r.Context(), v, *who, params, &view)
	switch {
	case err != nil:
		return s.factorsRefused(w, r, v, *who, view, err)
	case done == "": // an app is to be added
		return s.showFactors(w, r, v, *who, http.StatusOK, view)
	}
	recordOf(r).result = done
	if view.Recovery != nil {
		return s.showFactors(w, r, v, *who, http.StatusOK, page.Factors{Recovery: view.Recovery})
	}
	return s.backToFactors(w, r, v, *who, "factors.told")
}

// factorDeed does what a form wants, and names it as log and audit do; "" for what
// changes nothing yet.
func (s *Server) factorDeed(ctx context.Context, v visit, who account.Visitor, params oauth.Params, view *page.Factors) (done string, err error) {
	switch {
	case params.Get("secret") != "":
		return "factor_added", s.addApp(ctx, v, who, params, view)
	case params.Get("passkey") != "":
		view.Recovery, err = s.Account.AddPasskey(ctx, who, params.Get("passkey"), params.Get("name"))
		return "factor_added", err
	case params.Get("rename") != "":
		return "factor_renamed", s.Account.RenamePasskey(ctx, who, params.Get("rename"), params.Get("name"))
	case params.Get("remove") != "":
		return "factor_removed", s.Account.RemoveFactor(ctx, who, params.Get("remove"))
	case params.Get("action") == "recovery":
		view.Recovery, err = s.Account.RenewRecovery(ctx, who)
		return "recovery_renewed", err
	case params.Get("action") == "add":
		secret, err := s.Account.NewApp(ctx, who)
		if err == nil {
			view.Token = s.Account.Mark(s.appOf(who, v), hex.EncodeToString(secret))
			s.offerApp(view, who, secret)
		}
		return "", err
	}
	return "", account.ErrForm
}

// addApp adds the app whose secret the form brings back.
func (s *Server) addApp(ctx context.Context, v visit, who account.Visitor, params oauth.Params, view *page.Factors) error {
	token := params.Get("secret")
	secret, err := hex.DecodeString(s.Account.Marked(s.appOf(who, v), token))
	if err != nil || len(secret) == 0 {
		return account.ErrForm
	}
	view.Token = token
	s.offerApp(view, who, secret)
	view.Recovery, err = s.Account.AddApp(ctx, who, secret, params.Get("code"))
	return err
}

// factorsRefused shows the page again, and what was wrong.
func (s *Server) factorsRefused(w http.ResponseWriter, r *http.Request, v visit, who account.Visitor, view page.Factors, err error) error {
	e, n, status := s.edition(r), recordOf(r), http.StatusUnprocessableEntity
	n.result, n.reason, n.cause = "asked", "form", err
	switch {
	case errors.Is(err, account.ErrNotRecent):
		view, status, n.reason = page.Factors{}, http.StatusForbidden, "not_recent"
		view.Error = e.Text("factors.recent")
	case errors.Is(err, factor.ErrUsed), errors.Is(err, factor.ErrWrong) && view.Token != "":
		view.Error, n.reason = e.Text("problem.code"), "factor_wrong"
	case errors.Is(err, factor.ErrTooMany):
		view = page.Factors{Error: e.Text("factors.many")}
	case errors.Is(err, account.ErrForm), errors.Is(err, factor.ErrWrong):
		view = page.Factors{Error: e.Text("account.form")}
	default:
		return silent.Unavailable(err)
	}
	return s.showFactors(w, r, v, who, status, view)
}

// appOf is what the secret of an app to be added is bound to.
func (s *Server) appOf(who account.Visitor, v visit) string {
	return "app " + v.Binding + " " + who.User.ID
}

func (s *Server) offerApp(view *page.Factors, who account.Visitor, secret []byte) {
	view.Secret = factor.SecretText(secret)
	view.Picture = pictureOf(factor.SecretURL(secret, s.Authorize.Factors.Name, who.User.Username))
}
