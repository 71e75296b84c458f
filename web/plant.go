package web

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"net/http"

	"github.com/hush-sso/hush/authorize"
	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/oauth"
)

//go:embed script/plant.js
var plantScript string

// Browsers store the cookies of responses that no page may read, too: of what a
// frame was not allowed to show, and of a request that any page sent. So a renewal
// cookie comes only with a response to what a page of ours sent from within the
// app's frame, or to what the app's own page fetched.

// plotOf returns the origin of the app's page that fetches tokens, as its browser
// tells it, where something may be planted beside that page: by CORS, from another
// site, and from an origin of the client. "" otherwise.
func (s *Server) plotOf(r *http.Request, c *client.Client) string {
	origin := r.Header.Get("Origin")
	if !s.cookies.travels() || r.Header.Get("Sec-Fetch-Mode") != "cors" || r.Header.Get("Sec-Fetch-Site") != "cross-site" ||
		!c.AllowsOrigin(origin) || !s.Authorize.Plants(c) {
		return ""
	}
	return origin
}

// plantBeside plants what is due beside the page that was just given tokens, and
// returns a ticket where the page asked for one. Trouble with it is no reason to
// keep the tokens back.
func (s *Server) plantBeside(w http.ResponseWriter, x *exchange, e authorize.Evidence) string {
	if x.plot == "" {
		return ""
	}
	held, _ := s.cookies.renewal.read(x.Request, x.client.ID)
	planted, err := s.Authorize.Plant(x.Context(), x.client, e, authorize.Plot{
		Origin: x.plot, Held: held, Ticket: x.params.Get("renewal_ticket") == "true",
	})
	if err != nil {
		s.Log.Warn("no renewal cookie was planted", "request", recordOf(x.Request).id, "client", x.client.ID, "cause", err)
		return ""
	}
	if planted.Renewal != nil {
		s.setRenewal(w, x.Request, x.client.ID, planted.Renewal)
	}
	return planted.Ticket
}

// plantPage is opened by the page of the app that got the ticket, in a frame. It
// plants, and says so. Only the app's own pages may frame it.
func (s *Server) plantPage(w http.ResponseWriter, r *http.Request) error {
	params, err := query(r)
	if err != nil {
		return err
	}
	if r.Header.Get("Sec-Fetch-Dest") == "document" {
		return oauth.Errorf(oauth.AccessDenied, "This address is for a frame in a page of the app: in a window of its own nothing can be planted.")
	}
	c, origin, err := s.Authorize.OpenPlantTicket(r.Context(), params.Get("ticket"))
	if err != nil {
		return err
	}
	recordOf(r).client = c.ID
	// The app's page may hold frames of others, which can go here with tickets of
	// their own; where they come from they can hide, and not change.
	if s.embedder(r) != origin {
		return oauth.Errorf(oauth.AccessDenied, "This address is for a frame that the app's page opens, and where it says so: give the frame referrerPolicy \"origin\".")
	}
	address := s.url(plantPath)
	nonce := answerHeaders(w.Header(), c.WebOrigins, "'none'")
	connectTo(w.Header(), address)
	return writeCall(w, nonce, plantScript, address, params.Get("ticket"), origin)
}

// plant takes a ticket from a page of ours. Where nothing has to be planted that is
// no failure.
func (s *Server) plant(w http.ResponseWriter, r *http.Request) error {
	if site := r.Header.Get("Sec-Fetch-Site"); r.Header.Get("Origin") != s.origin || site != "" && site != "same-origin" {
		return oauth.Errorf(oauth.AccessDenied, "Nothing is planted by a page that is not ours.")
	}
	params, err := form(r)
	if err != nil {
		return err
	}
	c, renewal, err := s.Authorize.PlantByTicket(r.Context(), params.Get("ticket"), func(clientID string) (authorize.Renewal, bool) {
		return s.cookies.renewal.read(r, clientID)
	})
	if c != nil {
		recordOf(r).client = c.ID
	}
	if err != nil {
		return err
	}
	if renewal != nil {
		s.setRenewal(w, r, c.ID, renewal)
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (s *Server) setRenewal(w http.ResponseWriter, r *http.Request, clientID string, held *authorize.Renewal) {
	recordOf(r).planted = true
	s.cookies.renewal.write(w, clientID, held, s.Authorize.RenewalCookie)
}

// plantFrom lets an answer page send a ticket, beside what it is for, and writes the
// statement that does. The app takes the frame away once it has its answer, so the
// request has to outlive it.
func (s *Server) plantFrom(h http.Header, b *bytes.Buffer, ticket string) {
	if ticket == "" {
		return
	}
	address := s.url(plantPath)
	connectTo(h, address)
	text, _ := json.Marshal([]string{address, ticket}) // strings always marshal
	b.WriteString(`(function(a,t){fetch(a,{method:"POST",body:new URLSearchParams({ticket:t}),keepalive:true}).catch(function(){})}).apply(null,`)
	b.Write(text)
	b.WriteString(`);`)
}
