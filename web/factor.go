package web

import (
	"encoding/base64"
	"html/template"
	"net/http"

	"rsc.io/qr"

	"github.com/hush-sso/hush/authorize"
	"github.com/hush-sso/hush/web/page"
)

// factor takes the answer to the page for a second factor.
func (s *Server) factor(w http.ResponseWriter, r *http.Request) error {
	params, err := form(r)
	if err != nil {
		return err
	}
	v := s.visit(r)
	v.Device = device(r.UserAgent())
	return s.write(w, r, v, s.Authorize.Factor(r.Context(), params.Get("request"), authorize.FactorAnswer{
		Code: params.Get("code"), Passkey: params.Get("passkey"), Name: params.Get("name"),
	}, v.Browser))
}

// firstFactor tells whether a second factor is asked for after something else, so that
// the address has to change: a reload must not send a password again.
func firstFactor(ask *authorize.Ask) bool {
	return ask.Factor != nil && ask.Problem == authorize.ProblemNone && ask.Factor.Recovery == nil
}

func factorView(base, action string, ask *authorize.Ask, e *page.Edition, parked page.Parked, passkey page.Passkey) page.Factor {
	view := page.Factor{
		Base: base, Action: action, Parked: parked, Account: ask.Account.Name, Error: problemText(ask, e),
		Secret: ask.Factor.Secret, Recovery: ask.Factor.Recovery, App: ask.Factor.App, Noted: ask.Factor.Noted, Passkey: passkey,
		Back: base + "login?account=other&" + resumption(parked),
	}
	if ask.Factor.URL != "" {
		view.Picture = pictureOf(ask.Factor.URL)
	}
	return view
}

// pictureOf is a text as a camera reads it, as a data URL; "" where it is too long.
func pictureOf(text string) template.URL {
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		return ""
	}
	return template.URL("data:image/png;base64," + base64.StdEncoding.EncodeToString(code.PNG())) //nolint:gosec // a picture that was just drawn
}
