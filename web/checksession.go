package web

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"net/http"
	"slices"

	"github.com/hush-sso/hush/internal/client"
	"github.com/hush-sso/hush/internal/oauth"
)

// The page of check_session_iframe (OpenID Connect Session Management 1.0 section
// 3.2): an app's page frames it and asks it whether the session that it was told
// of is still the browser's. Its address says nothing of the app, so there are two
// pages: one that watches, for the apps of one web origin, and one that only finds
// out who asks.
var (
	//go:embed script/watch.js
	watchScript string
	//go:embed script/whoasks.js
	whoAsksScript string
)

// checkSession serves the page that watches where the Referer names a registered
// origin. Without a Referer, or for an app that may have registered itself, it is
// the app's first message that names both, and the page comes back with them.
func (s *Server) checkSession(w http.ResponseWriter, r *http.Request) error {
	params, err := query(r)
	if err != nil {
		return err
	}
	embedder := s.embedder(r)
	switch {
	case params.Get("client_id") != "":
		return s.watchFor(w, r, params)
	case embedder != "" && s.Clients().AllowsOrigin(embedder):
		return s.writeWatch(w, originsBeside(s.Clients(), embedder), embedder)
	case embedder != "" && s.Register == nil:
		return errNotWatched
	}
	// Anybody may frame it: it reads no cookie, tells nobody anything, and leads
	// to the other page only.
	return writeScript(w, []string{"*"}, whoAsksScript)
}

// errNotWatched refuses a page that is no app's.
var errNotWatched = oauth.Errorf(oauth.AccessDenied, "This address is for the pages of registered apps: the origin of the page that frames it must be among the app's web_origins.")

// watchFor serves the page that watches for one app, whose page it is told to be
// on. Whoever lies about that is not allowed to frame the page.
func (s *Server) watchFor(w http.ResponseWriter, r *http.Request, params oauth.Params) error {
	c, err := s.Authorize.Find(r.Context(), params.Get("client_id"))
	if err != nil {
		return err
	}
	if c == nil || !c.AllowsOrigin(params.Get("origin")) {
		return errNotWatched
	}
	recordOf(r).client = c.ID
	return s.writeWatch(w, c.WebOrigins, "")
}

// originsBeside are the web origins of all apps that have this one: an app's page
// may itself be framed by another of the same app's.
func originsBeside(set *client.Set, origin string) []string {
	var list []string
	for _, c := range set.All() {
		if c.AllowsOrigin(origin) {
			list = append(list, c.WebOrigins...)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// writeWatch sends the page that watches, for pages of these origins only.
func (s *Server) writeWatch(w http.ResponseWriter, origins []string, embedder string) error {
	return writeScript(w, origins, watchScript, s.cookies.state.Name, origins, embedder)
}

// writeScript sends a page that is a script alone, a function called with args.
func writeScript(w http.ResponseWriter, embedders []string, script string, args ...any) error {
	return writeCall(w, answerHeaders(w.Header(), embedders, "'none'"), script, args...)
}

// writeCall is writeScript where the headers are written already.
func writeCall(w http.ResponseWriter, nonce, script string, args ...any) error {
	var list [][]byte
	for _, arg := range args {
		text, err := json.Marshal(arg) // escapes what could end the script
		if err != nil {
			return err
		}
		list = append(list, text)
	}
	var b bytes.Buffer
	b.WriteString(`<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>Session</title><script nonce="` + nonce + `">(`)
	b.WriteString(script)
	b.WriteString(`)(`)
	b.Write(bytes.Join(list, []byte(",")))
	b.WriteString(");</script></html>\n")
	w.Write(b.Bytes()) // the browser is gone if this fails
	return nil
}
