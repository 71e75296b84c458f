package web

import (
	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/web/page"
)

// windowRungs is what a window of ours can tell: the browser's own cookies, and
// what is registered for the app.
func (s *Server) windowRungs(e *page.Edition, c *client.Client) []page.Section {
	site := siteRung(e, "works", "")
	for _, o := range c.WebOrigins {
		if client.SameSite(o, s.origin) {
			continue
		}
		site = siteRung(e, "fails", s.hostBeside(o))
	}
	return []page.Section{
		{Title: e.Text("check.window"), Rungs: []page.Rung{s.cookiesRung(e), s.silentRung(e)}},
		{Title: e.Text("check.given"), Rungs: []page.Rung{site, refreshRung(e, c)}},
	}
}

// hostBeside is another host of this provider on an origin's site, "" for none.
func (s *Server) hostBeside(origin string) string {
	if s.Authorize.Hops == nil {
		return ""
	}
	return s.Authorize.Hops.Beside(origin)
}

// frameRungs is what a frame in the app's page can tell, in the order in which a way
// is looked for. embedder is the page's origin, "" where it is not told.
func (s *Server) frameRungs(e *page.Edition, c *client.Client, embedder string) []page.Section {
	return []page.Section{
		{Title: e.Text("check.iframe"), Rungs: []page.Rung{
			s.silentRung(e), siteRung(e, waiting, s.hostBeside(embedder)), cookieRung(e), storageRung(e), s.renewalRung(e, c), s.fedcmRung(e, c),
		}},
		{Title: e.Text("check.otherwise"), Rungs: []page.Rung{refreshRung(e, c), popupRung(e), redirectRung(e)}},
	}
}

// waiting is the state of a rung that the script finds out about.
const waiting = "wait"

// rung makes one. Any may turn out not to be needed, or not to be told.
func rung(name, title, state string, said ...page.Said) page.Rung {
	return page.Rung{Name: name, Title: title, State: state, Says: append(said, says("needless", ""), says("unsure", ""))}
}

// says is what is said in a state that is marked as what it is.
func says(state, text string) page.Said { return page.Said{State: state, Badge: state, Text: text} }

// marked is what is said in a state that is marked as another.
func marked(badge, state, text string) page.Said {
	return page.Said{State: state, Badge: badge, Text: text}
}

func (s *Server) cookiesRung(e *page.Edition) page.Rung {
	return rung("cookies", e.Text("check.cookies"), waiting,
		says("works", e.Text("check.cookies.works")), says("fails", e.Text("check.cookies.fails", "host", host(s.origin))))
}

func (s *Server) silentRung(e *page.Edition) page.Rung {
	r := rung("silent", e.Text("check.silent"), waiting,
		says("works", e.Text("check.silent.works")), says("fails", e.Text("check.silent.fails")))
	r.Link = s.base + "errors/"
	return r
}

// siteRung: beside is another host of ours on the app's site, "" for none. The script
// says "fails" of either.
func siteRung(e *page.Edition, state, beside string) page.Rung {
	text := e.Text("check.site.fails")
	if beside != "" {
		text = e.Text("check.site.beside", "address", beside)
	}
	return rung("site", e.Text("check.site"), state, says("works", e.Text("check.site.works")), marked("off", "fails", text))
}

func cookieRung(e *page.Edition) page.Rung {
	return rung("cookie", e.Text("check.cookie"), waiting,
		says("works", e.Text("check.cookie.works")), says("fails", e.Text("check.cookie.fails")),
		marked("unsure", "none", e.Text("check.cookie.unsure")))
}

func storageRung(e *page.Edition) page.Rung {
	r := rung("storage", e.Text("check.storage"), waiting,
		says("works", e.Text("check.storage.works")), says("click", e.Text("check.storage.click")),
		says("fails", e.Text("check.storage.fails")), marked("fails", "lacking", e.Text("check.storage.off")))
	r.Ask = e.Text("check.storage.ask")
	return r
}

func (s *Server) renewalRung(e *page.Edition, c *client.Client) page.Rung {
	state := waiting
	if !s.Authorize.Plants(c) {
		state = "off"
	}
	return rung("renewal", e.Text("check.renewal"), state,
		marked("works", "planted", e.Text("check.renewal.planted")), says("works", e.Text("check.renewal.works")),
		says("fails", e.Text("check.renewal.fails")), says("off", e.Text("check.renewal.off")))
}

func (s *Server) fedcmRung(e *page.Edition, c *client.Client) page.Rung {
	state := waiting
	switch {
	case s.Authorize.Host != "":
		state = "needless" // it is the issuer's, and this host is of the apps' site
	case c.NoFedCM:
		state = "off"
	}
	r := rung("fedcm", e.Text("check.fedcm"), state,
		says("works", e.Text("check.fedcm.works")), marked("fails", "denied", e.Text("check.fedcm.denied", "origin", s.origin)),
		says("fails", e.Text("check.fedcm.fails")), says("off", e.Text("check.fedcm.off")),
		marked("works", "tried", e.Text("check.fedcm.tried")), marked("fails", "refused", e.Text("check.fedcm.refused")))
	r.Ask = e.Text("check.fedcm.ask")
	return r
}

func refreshRung(e *page.Edition, c *client.Client) page.Rung {
	state := "off"
	if c.HasGrant(client.GrantRefresh) {
		state = "works"
	}
	return rung("refresh", e.Text("check.refresh"), state,
		says("works", e.Text("check.refresh.works")), says("off", e.Text("check.refresh.off")))
}

func popupRung(e *page.Edition) page.Rung {
	return rung("popup", e.Text("check.popup"), "click", says("click", e.Text("check.popup.click")))
}

func redirectRung(e *page.Edition) page.Rung {
	return rung("redirect", e.Text("check.redirect"), "works", says("works", e.Text("check.redirect.works")))
}
