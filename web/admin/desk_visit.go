package admin

import (
	"crypto/subtle"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/hush-sso/hush/internal/oauth"
)

// visit is one request of an operator who is signed in.
type visit struct {
	*desk
	r    *http.Request
	seat seat
	in   url.Values // the query, or what a form says
}

// seated answers below the path of a seat.
func (d *desk) seated(w http.ResponseWriter, r *http.Request, rest string) {
	place, name, _ := strings.Cut(rest, "/")
	n, taken := d.seats.find(place, cookiesOf(r))
	switch {
	case !taken:
		// A deed is not done later: who sent the form looks again what is there.
		see(w, Root)
		return
	case !ours(r):
		d.fail(w, deskView{seat: n, Tab: noTab}, d.api.refuse(r, "", errForeign, nil))
		return
	}
	v := &visit{desk: d, r: r, seat: n}
	switch {
	case r.Method == http.MethodPost:
		d.do(w, v, name)
	case reads(r):
		d.look(w, v, name)
	default:
		d.refuseMethod(w)
	}
}

func cookiesOf(r *http.Request) (values []string) {
	for _, c := range r.CookiesNamed(seatCookie) {
		values = append(values, c.Value)
	}
	return values
}

func (d *desk) look(w http.ResponseWriter, v *visit, name string) {
	view := deskView{seat: v.seat, Tab: name}
	page, known := d.pages[name]
	var err error
	if v.in, err = url.ParseQuery(v.r.URL.RawQuery); err == nil {
		err = once(v.in)
	}
	switch {
	case !known:
		err = oauth.Errorf(errNotFound, "There is no such page.")
	case err == nil:
		view.Done = deskDone[v.in.Get("done")]
		view.Template, view.Shown, err = page(v)
	}
	if err != nil {
		d.fail(w, view, err)
		return
	}
	d.show(w, http.StatusOK, view)
}

func (d *desk) do(w http.ResponseWriter, v *visit, name string) {
	deed, known := d.deeds[name]
	in, err := form(w, v.r)
	switch {
	case !known:
		err = oauth.Errorf(errNotFound, "There is no such form.")
	case err == nil && subtle.ConstantTimeCompare([]byte(in.Get("form")), []byte(v.seat.form)) != 1:
		err = d.api.refuse(v.r, "", errForeign, nil)
	}
	var to string
	if err == nil {
		v.in = in
		to, err = deed(v)
	}
	if err != nil {
		d.fail(w, deskView{seat: v.seat, Tab: noTab}, err)
		return
	}
	see(w, to)
}

// fail shows an error.
func (d *desk) fail(w http.ResponseWriter, view deskView, err error) {
	refused := (*oauth.Error)(nil)
	if !errors.As(err, &refused) {
		refused = oauth.Errorf(oauth.InvalidRequest, "The address cannot be read.")
	}
	view.Template, view.Error, view.Shown = "message", refused.Description, nil
	d.show(w, statuses[refused.Code], view)
}

// call makes a call of the API. pairs are the ids in its path; what stands in the
// query of the page is that of the call as far as it takes it.
func (v *visit) call(name string, pairs ...string) (any, error) {
	a := v.api
	for _, route := range a.routes {
		if route.name != name {
			continue
		}
		c := &call{r: v.r.WithContext(from(v.r.Context(), v.r, name)), query: map[string]string{}}
		for i := 0; i < len(pairs); i += 2 {
			c.r.SetPathValue(pairs[i], pairs[i+1])
		}
		for _, key := range strings.Fields(route.query) {
			if v.in.Has(key) {
				c.query[key] = v.in.Get(key)
			}
		}
		answer, err := a.perform(route, c)
		if err != nil {
			return nil, a.refuse(c.r, name, err, c.audit)
		}
		return answer, nil
	}
	panic("admin: no call " + name) // a constant of ours
}

// called is call with the type of its answer.
func called[T any](v *visit, name string, pairs ...string) (T, error) {
	answer, err := v.call(name, pairs...)
	shown, _ := answer.(T)
	return shown, err
}
