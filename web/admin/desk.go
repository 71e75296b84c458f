package admin

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"strings"

	"github.com/hush-sso/hush/internal/oauth"
)

// desk is the operators' page: what the API tells, for a browser. Whoever shows the
// token gets a seat; every page is below its path. It does nothing but by calls of the
// API, so that each is judged, logged and audited as one.
type desk struct {
	api   *API
	seats *seats
	pages map[string]deskPage // by what stands behind the path of a seat
	deeds map[string]deskDeed // likewise, of forms
	files map[string]deskFile // by name
}

// deskPage returns the template of a page and what it shows.
type deskPage func(v *visit) (template string, shown any, err error)

// deskDeed does what a form asks for, and returns where to go on, behind the path of the
// seat.
type deskDeed func(v *visit) (to string, err error)

const (
	seatRoot   = Root + "at/"
	filesRoot  = Root + "static/"
	seatCookie = "hush-admin"
	// maxForm bounds a form in bytes.
	maxForm = 4 << 10
)

func newDesk(a *API) *desk {
	d := &desk{api: a, seats: newSeats(), files: deskFiles()}
	d.pages = map[string]deskPage{
		"": overviewPage, "users": usersPage, "user": userPage, "session": sessionPage,
		"clients": clientsPage, "client": clientPage, "keys": keysPage, "deliveries": deliveriesPage, "nothing": nothingPage,
	}
	d.deeds = map[string]deskDeed{"find": findDeed, "end": endDeed, "factors": factorsDeed, "leave": leaveDeed}
	return d
}

// deskPolicy: nothing runs, nothing comes from elsewhere, nobody frames it.
const deskPolicy = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// ServeHTTP answers below Root.
func (d *desk) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy", deskPolicy)
	h.Set("X-Frame-Options", "DENY")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	// The path of a seat is for us only. no-referrer would make the Origin of our own
	// forms null (Fetch, "append a request Origin header").
	h.Set("Referrer-Policy", "same-origin")
	ctx, cancel := context.WithTimeout(r.Context(), callTime)
	defer cancel()
	r = r.WithContext(ctx)
	path := r.URL.EscapedPath()
	switch {
	case strings.HasPrefix(path, filesRoot):
		d.file(w, r, strings.TrimPrefix(path, filesRoot))
	case strings.HasPrefix(path, seatRoot):
		d.seated(w, r, strings.TrimPrefix(path, seatRoot))
	case path != Root:
		d.show(w, http.StatusNotFound, deskView{Template: "message", Shown: "Nothing is served at this address."})
	case r.Method == http.MethodPost:
		d.signIn(w, r)
	case reads(r):
		d.show(w, http.StatusOK, deskView{Template: "signin"})
	default:
		d.refuseMethod(w)
	}
}

func reads(r *http.Request) bool { return r.Method == http.MethodGet || r.Method == http.MethodHead }

func (d *desk) refuseMethod(w http.ResponseWriter) {
	w.Header().Set("Allow", "GET, HEAD, POST")
	d.show(w, http.StatusMethodNotAllowed, deskView{Template: "message", Shown: "This address takes GET and POST."})
}

// ours tells whether a request comes from a page of ours, or, to read, from nowhere: an
// address that was typed. Browsers send Sec-Fetch-Site where the connection is one to
// trust, and the Origin of a form everywhere.
func ours(r *http.Request) bool {
	switch r.Header.Get("Sec-Fetch-Site") {
	case "same-origin":
		return true
	case "none":
		return reads(r)
	case "":
	default:
		return false
	}
	origin := r.Header.Get("Origin")
	if origin == "" {
		return reads(r)
	}
	u, err := url.Parse(origin)
	return err == nil && u.Host != "" && u.Host == r.Host
}

// form reads what a form says, each field once.
func form(w http.ResponseWriter, r *http.Request) (url.Values, error) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil || r.URL.RawQuery != "" {
		return nil, oauth.Errorf(oauth.InvalidRequest, "The form cannot be read: go back and send it again.")
	}
	return r.PostForm, once(r.PostForm)
}

func once(in url.Values) error {
	for _, values := range in {
		if len(values) > 1 {
			return oauth.Errorf(oauth.InvalidRequest, "The same is said twice: go back and choose again.")
		}
	}
	return nil
}

var errForeign = oauth.Errorf(oauth.AccessDenied, "This was not sent from here: open the operators' page by its address, and go on from there.")

// signIn gives a seat to whoever shows the token. Its own call in log and audit.
func (d *desk) signIn(w http.ResponseWriter, r *http.Request) {
	in, err := form(w, r)
	switch {
	case !ours(r):
		err = errForeign
	case err == nil && !d.api.isToken(in.Get("token")):
		err = oauth.Errorf(oauth.InvalidToken, "This is not the token of admin.token.")
	}
	if err != nil {
		refused := d.api.refuse(r, "signIn", err, nil)
		d.show(w, statuses[refused.Code], deskView{Template: "signin", Error: refused.Description})
		return
	}
	n, cookie := d.seats.take()
	http.SetCookie(w, &http.Cookie{
		Name: seatCookie, Value: cookie, Path: seatRoot + n.place + "/", MaxAge: int(seatLife.Seconds()), HttpOnly: true, SameSite: http.SameSiteStrictMode,
		Secure: strings.HasPrefix(r.Header.Get("Origin"), "https://"), // there is TLS in front of us
	})
	d.api.note(r, slog.LevelInfo, "signIn", http.StatusSeeOther, nil)
	see(w, seatRoot+n.place+"/")
}

// see sends to another page. No http.Redirect: its body would be a link of its own.
func see(w http.ResponseWriter, to string) {
	w.Header().Set("Location", to)
	w.WriteHeader(http.StatusSeeOther)
}
