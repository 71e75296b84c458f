package web

import (
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/hush-sso/hush/authorize"
	"github.com/hush-sso/hush/silent"
	"github.com/hush-sso/hush/web/page"
)

// maxParkedURL is how long a parked request may be to travel in an address.
const maxParkedURL = 16 << 10

var askNames = map[silent.Step]string{
	silent.StepSelect:  "select",
	silent.StepLogin:   "login",
	silent.StepConsent: "consent",
}

// ask shows the page for a question, in the browser's own window.
func (s *Server) ask(w http.ResponseWriter, r *http.Request, v visit, out authorize.Outcome) error {
	ask := out.Ask
	path := "login"
	if ask.Step == silent.StepConsent {
		path = "consent"
	}
	// After a sign-in the address changes, so that a reload or the history
	// holds no password. Where the form cookie was held back, a page of ours
	// that gets it must come first.
	moved := out.SignedIn != nil || v.Binding == ""
	if moved && len(ask.Parked) <= maxParkedURL && r.Method == http.MethodPost {
		w.Header().Set("Location", s.url(path)+"?request="+url.QueryEscape(ask.Parked))
		w.WriteHeader(http.StatusSeeOther)
		return nil
	}
	if v.formCookie != nil {
		http.SetCookie(w, v.formCookie)
	}
	// Chromium applies form-action to the redirect after the form as well.
	return show(w, problemStatus(ask.Problem), "'self' "+ask.To.FormAction(), s.question(ask, s.base+path))
}

func problemStatus(p authorize.Problem) int {
	switch p {
	case authorize.ProblemStore, authorize.ProblemBusy:
		return http.StatusServiceUnavailable
	case authorize.ProblemCredentials, authorize.ProblemDisabled:
		return http.StatusUnauthorized
	}
	return http.StatusOK
}

// question is the page for a step.
func (s *Server) question(ask *authorize.Ask, action string) interface{ Render(io.Writer) error } {
	switch ask.Step {
	case silent.StepConsent:
		return consentView(s.base, action, ask)
	case silent.StepSelect:
		return page.Select{
			Base: s.base, Action: action, Request: ask.Parked, Client: ask.Client.Name,
			Account: ask.Account.Name, Detail: ask.Account.Detail,
		}
	default:
		return page.Login{
			Base: s.base, Action: action, Request: ask.Parked, Client: ask.Client.Name,
			Username: ask.Login, Error: problemTexts[ask.Problem], Notice: notice(ask),
		}
	}
}

// problemNames are the reasons of a question that is asked again, for log and
// metric: they tell a guessed password from an opened form.
var problemNames = map[authorize.Problem]string{
	authorize.ProblemCredentials: "credentials",
	authorize.ProblemDisabled:    "disabled",
	authorize.ProblemStore:       string(silent.StoreUnavailable),
	authorize.ProblemBusy:        "busy",
	authorize.ProblemForm:        "form",
}

var problemTexts = map[authorize.Problem]string{
	authorize.ProblemCredentials: "Wrong user name or password.",
	authorize.ProblemDisabled:    "This account is disabled. Ask whoever runs this service to enable it.",
	authorize.ProblemStore:       "Signing in is not possible at the moment. Nothing was lost: try again in a few seconds.",
	authorize.ProblemBusy:        "Many people are signing in at the moment. Nothing was lost: try again in a few seconds.",
	authorize.ProblemForm:        "This page was opened in another tab or waited too long. Please enter your password again.",
}

func notice(ask *authorize.Ask) string {
	if ask.Again && ask.Problem == authorize.ProblemNone {
		return "Please sign in again to continue."
	}
	return ""
}

func consentView(base, action string, ask *authorize.Ask) page.Consent {
	view := page.Consent{
		Base: base, Action: action, Request: ask.Parked, Client: ask.Client.Name,
		ClientHost: strings.TrimPrefix(strings.TrimPrefix(ask.To.Origin(), "https://"), "http://"),
		Account:    ask.Account.Name,
		Back:       base + "login?account=other&request=" + url.QueryEscape(ask.Parked),
	}
	for _, p := range ask.Scopes {
		view.Permissions = append(view.Permissions, page.Permission{Text: p.Text, Scope: p.Scope, API: p.API})
	}
	return view
}
