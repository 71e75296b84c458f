package web

import (
	"crypto/rand"
	"net/http"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/oauth"
	"github.com/hush-sso/hush/web/page"
)

// The check of silent renewal runs in a developer's own browser: a page in a window
// of ours, which says how to frame another one in the app's page, and what that one
// asks for what came along. It makes the app's own silent request and drops the
// answer, so it tells the app's pages nothing that /authorize does not, and others
// nothing at all.
const (
	silentCheckPath = "silent/check"
	silentFramePath = silentCheckPath + "/frame"
	silentFactsPath = silentCheckPath + "/facts"
)

// browserFacts is what one request told of its browser, for the script.
type browserFacts struct {
	Site        string `json:"site"`        // Sec-Fetch-Site
	Storage     string `json:"storage"`     // Sec-Fetch-Storage-Access; "" where the browser does not say
	Cookie      bool   `json:"cookie"`      // a cookie came that a window of ours had set
	Partitioned bool   `json:"partitioned"` // one came that a frame under this site had set
	Planted     bool   `json:"planted"`     // a renewal cookie of the app's came
	Answer      string `json:"answer"`      // of the silent request: "" tokens, else reason or error code
}

// checkScript is what the script of the check works with.
type checkScript struct {
	Facts   browserFacts `json:"facts"`
	Address string       `json:"address"` // of further facts
	Framed  bool         `json:"framed"`
	Origins []string     `json:"origins"` // whose pages may hear the result
	// Identity is what the app's page asks the browser for by FedCM.
	Identity any `json:"identity"`
}

// silentCheck shows the page in a window of ours.
func (s *Server) silentCheck(w http.ResponseWriter, r *http.Request) error {
	params, c, err := s.checked(r)
	if err != nil {
		return err
	}
	e := s.edition(r)
	view := page.Check{Base: s.base, Action: s.base + silentCheckPath, Nonce: rand.Text(), ClientID: params.Get("client_id")}
	if c == nil {
		view.Unknown = view.ClientID != ""
		return s.showCheck(w, e, view)
	}
	http.SetCookie(w, s.cookies.probe(false))
	view.Client = c.Name
	view.Sections = s.windowRungs(e, c)
	view.Script, err = s.scriptFor(c, s.facts(r, c), false)
	if err != nil {
		return err
	}
	if len(c.WebOrigins) > 0 {
		view.Origins, view.Paste, view.Look = c.WebOrigins, s.snippet(c), e.Text("check.step.look", "origin", s.origin)
	}
	return s.showCheck(w, e, view)
}

// checked reads which app the check is about; nil for none.
func (s *Server) checked(r *http.Request) (oauth.Params, *client.Client, error) {
	params, err := query(r)
	if err != nil || params.Get("client_id") == "" {
		return params, nil, err
	}
	c, err := s.Authorize.Find(r.Context(), params.Get("client_id"))
	if c != nil {
		recordOf(r).client = c.ID
	}
	return params, c, err
}

// errNotChecked refuses a page that is no app's.
var errNotChecked = oauth.Errorf(oauth.AccessDenied, "This address is for the pages of a registered app: client_id must name it, and the origin of the page that frames it must be among its web_origins.")

// silentFrame shows the result in a frame of the app's page.
func (s *Server) silentFrame(w http.ResponseWriter, r *http.Request) error {
	_, c, err := s.checked(r)
	if err != nil {
		return err
	}
	embedder := s.embedder(r)
	if c == nil || embedder != "" && !c.AllowsOrigin(embedder) {
		return errNotChecked
	}
	http.SetCookie(w, s.cookies.probe(true))
	e := s.edition(r)
	view := page.Check{Base: s.base, Nonce: rand.Text(), Client: c.Name, Framed: true, Sections: s.frameRungs(e, c, embedder)}
	if view.Script, err = s.scriptFor(c, s.facts(asFrame(r), c), true); err != nil {
		return err
	}
	return s.showFramed(w, e, c, view)
}

// silentFacts answers a script of ours. A page of somebody else's cannot read it:
// it has no CORS.
func (s *Server) silentFacts(w http.ResponseWriter, r *http.Request) error {
	params, c, err := s.checked(r)
	if err != nil {
		return err
	}
	if c == nil {
		return errNotChecked
	}
	if params.Get("framed") != "" {
		r = asFrame(r)
	}
	writeJSON(w, http.StatusOK, s.facts(r, c))
	return nil
}

// asFrame is a request that counts as a frame's: that of an old browser which does
// not say so, and what a script in a frame asks.
func asFrame(r *http.Request) *http.Request {
	frame := r.Clone(r.Context())
	frame.Header.Set("Sec-Fetch-Dest", "iframe")
	return frame
}

// facts looks at a request and makes the app's silent request as it.
func (s *Server) facts(r *http.Request, c *client.Client) browserFacts {
	v := s.visit(r)
	_, window := only(r, s.cookies.probe(false).Name)
	_, partitioned := only(r, s.cookies.probe(true).Name)
	_, planted := s.cookies.renewal.read(r, c.ID)
	return browserFacts{
		Site: r.Header.Get("Sec-Fetch-Site"), Storage: r.Header.Get("Sec-Fetch-Storage-Access"),
		Cookie: window || len(v.Accounts) > 0, Partitioned: partitioned, Planted: planted,
		Answer: s.askSilently(r, c, v),
	}
}
